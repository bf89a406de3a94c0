import { hash } from 'node:crypto';
import type { ImportRecord, SessionTarget } from '../domain/events.ts';
import { type CollectorResult, collectorResult, type EvidenceItem } from '../domain/evidence.ts';
import { checksOf, type Methodology } from '../domain/methodology.ts';
import { compareItems } from '../domain/standing.ts';
import { draftsOf, toolId } from '../results/drafts.ts';
import { readResults } from '../results/read-results.ts';
import { plural } from '../results/tool-result.ts';
import { mapTexts } from '../text/map-texts.ts';
import { redactSecrets } from '../text/redact.ts';
import { finishItems, oneLine } from './finish-items.ts';
import type { BlobPort, Source } from './ports.ts';

/** A file of another tool's results, as it was given. */
export type ForeignFile = {
  name: string;
  bytes: Uint8Array;
  mediaType: string;
  /** Id of the format, when the auditor names it. */
  format?: string | undefined;
  /** Set when the tool was run from here, on a checkout of the pinned commit. */
  ranHere?: RanHere | undefined;
};

export type RanHere = {
  command: readonly string[];
  tool: { name: string; version: string };
  /** The folder of the checkout, by all its names. */
  roots: readonly string[];
  /** What was checked out for it, in words. */
  checkout: string;
  /** Why it could not look; '' when it did. The file is then what it said. */
  failure: string;
};

export type Made = {
  /** Names the import: the tool and the beginning of the file's hash. */
  id: string;
  record: Omit<ImportRecord, 'blob'>;
  result: CollectorResult;
};

const MAX_SEARCHED_CHARS = 1000;

export const countKinds = (items: readonly EvidenceItem[]): ImportRecord['counts'] => {
  const counts = { lead: 0, question: 0, fact: 0, strength: 0, gap: 0 };
  for (const item of items) counts[item.kind] += 1;
  return counts;
};

/** A scanner that was run and could not look: recorded, so that it is never taken for one that found nothing. */
const couldNotLook = (file: ForeignFile, ran: RanHere, sha256: string): Made => {
  const id = `${toolId(ran.tool, new Set())}@${sha256.slice(0, 12)}`;
  const message = oneLine(ran.failure, MAX_SEARCHED_CHARS);
  return {
    id,
    result: {
      run: { id, outcome: 'failed', durationMs: 0, searched: '', message },
      items: [],
      surface: null,
      artifacts: [],
    },
    record: {
      name: oneLine(redactSecrets(file.name), 200),
      sha256,
      bytes: file.bytes.byteLength,
      mediaType: file.mediaType,
      format: file.format ?? '',
      tools: [ran.tool],
      command: [...ran.command],
      outcome: 'failed',
      counts: countKinds([]),
    },
  };
};

/**
 * The evidence in a file of another tool's results, at the pinned commit: a function of the file, the commit and the
 * methodology. Nothing is recorded here.
 * @throws UserError when the file cannot be read; it names the file and says what is wrong with it
 */
export const makeEvidence = async (
  file: ForeignFile,
  parts: {
    target: SessionTarget;
    tree: Source['tree'];
    methodology: Methodology;
    collectors: ReadonlySet<string>;
  },
): Promise<Made> => {
  const { target, tree, methodology, collectors } = parts;
  const sha256 = hash('sha256', file.bytes, 'hex');
  const { ranHere } = file;
  if (ranHere?.failure) return couldNotLook(file, ranHere, sha256);
  const read = readResults(file.bytes, file.name, file.format);
  // What a tool calls itself goes into the record and onto the screen, as no item does.
  const report = { ...read, tools: mapTexts(read.tools, redactSecrets) };
  // Some formats do not say which version wrote them.
  if (ranHere) for (const tool of report.tools) tool.version ||= ranHere.tool.version;
  const drafts = await draftsOf(report, {
    tree,
    commit: target.commit,
    subdir: target.subdir,
    methodology,
    collectors,
    ranHere: ranHere !== undefined,
    roots: ranHere?.roots ?? [],
  });
  const items: EvidenceItem[] = [];
  for (const [collector, list] of drafts)
    items.push(
      ...(await finishItems(list, {
        collector,
        commit: target.commit,
        tree,
        methodology,
        checks: checksOf(methodology).map((c) => c.id),
      })),
    );
  const tool = report.tools[0] ?? { name: report.format, version: '' };
  const id = `${toolId(tool, collectors)}@${sha256.slice(0, 12)}`;
  const names = report.tools.map((t) => `${t.name}${t.version ? ` ${t.version}` : ''}`).join(', ');
  const outcome = items.length > 0 ? 'collected' : 'nothing-found';
  const result = collectorResult.parse({
    run: {
      id,
      outcome,
      durationMs: 0,
      searched: oneLine(
        `${names || report.format} reported ${plural(report.total, 'result')}; it looked at ${report.searched}${ranHere ? `, on ${ranHere.checkout}` : ''}`,
        MAX_SEARCHED_CHARS,
      ),
      message: '',
    },
    items: items.sort(compareItems),
    surface: null,
    artifacts: [],
  } satisfies CollectorResult);
  return {
    id,
    result,
    record: {
      name: oneLine(redactSecrets(file.name), 200),
      sha256,
      bytes: file.bytes.byteLength,
      mediaType: file.mediaType,
      format: report.format,
      tools: report.tools
        .slice(0, 20)
        .map((t) => ({ name: oneLine(t.name, 80), version: oneLine(t.version, 80) })),
      command: ranHere ? [...ranHere.command] : null,
      outcome,
      counts: countKinds(items),
    },
  };
};

/** Keeps the file and the evidence made of it, each by its content. Throws SaveError. */
export const keepMade = (blobs: Pick<BlobPort, 'put'>, file: ForeignFile, made: Made): ImportRecord => ({
  ...made.record,
  sha256: blobs.put(file.bytes),
  blob: blobs.put(Buffer.from(JSON.stringify(made.result))),
});
