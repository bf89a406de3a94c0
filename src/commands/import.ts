import { closeSync, readSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceItem } from '../domain/evidence.ts';
import type { ForeignFile } from '../engine/import-results.ts';
import type { Store } from '../engine/store.ts';
import { openInputFile, readInputFile } from '../io/input-file.ts';
import { MAX_IMPORT_BYTES } from '../results/read-results.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { importCommand } from './archive.ts';
import { type Host, json } from './host.ts';
import { withSession } from './with-session.ts';

/** One word for two things an auditor has at hand as a file. A session is a zip; what tools write is JSON. */
const isArchive = (file: string): boolean => {
  const { fd } = openInputFile(file);
  try {
    const head = Buffer.alloc(4);
    return readSync(fd, head) === 4 && head.readUInt32LE() === 0x04034b50;
  } finally {
    closeSync(fd);
  }
};

/** The file's bytes; refuses what is no file, or larger than could be read, before reading it. */
const readBounded = (file: string): Buffer => readInputFile(file, MAX_IMPORT_BYTES);

const readable = <T>(file: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file} could not be read, so nothing of it was imported: ${error instanceof Error ? error.message : error}`,
      "name a file that is there: another tool's results, or what mcp-audit export wrote",
    );
  }
};

export type ImportedFile = {
  file: string;
  import: string;
  outcome: 'new' | 'same' | 'refused';
  /** What the tool reported and looked at. */
  said: string;
  counts: { lead: number; fact: number; strength: number; gap: number };
  /** Leads that are one with a lead that was there already. */
  agreeing: number;
  /** Why a tool that was run from here could not look; '' when it did. */
  failed: string;
  why?: string;
};

/** Takes in results, and says what came of it. Throws UserError when they cannot be read. */
export const importedFile = async (store: Store, file: ForeignFile): Promise<ImportedFile> => {
  const { made, recorded } = await store.importResults(file);
  const leads = (items: readonly EvidenceItem[]): number => items.filter((i) => i.kind === 'lead').length;
  const left = leads(store.snapshot().evidence.get(made.id)?.items ?? []);
  const refused = isRefusal(recorded) ? recorded : null;
  const same = refused?.refused === 'nothing changed';
  return {
    file: file.name,
    import: made.id,
    outcome: same ? 'same' : refused ? 'refused' : 'new',
    said: made.result.run.searched,
    counts: made.record.counts,
    agreeing: refused && !same ? 0 : leads(made.result.items) - left,
    failed: made.record.outcome === 'failed' ? made.result.run.message : '',
    ...(refused && !same ? { why: `${refused.refused} (${refused.hint})` } : {}),
  };
};

/** Takes in one file another tool wrote. Throws UserError when it cannot be read. */
export const importResultsFile = (store: Store, file: string, format?: string): Promise<ImportedFile> => {
  const name = basename(file);
  const mediaType = extname(name).toLowerCase() === '.sarif' ? 'application/sarif+json' : 'application/json';
  return importedFile(store, { name, bytes: readable(file, () => readBounded(file)), mediaType, format });
};

/** What an import brought, in one or two lines for people. */
export const describeImport = (i: ImportedFile): string => {
  const { lead, gap } = i.counts;
  if (i.failed) return `${i.import} could not look, and that is recorded: ${i.failed}`;
  if (i.outcome === 'refused') return `${i.import} was not imported: ${i.why}`;
  return [
    `${i.import} ${i.outcome === 'same' ? 'was imported before: nothing changed' : 'imported'}. ${i.said}.`,
    `${plural(lead, 'lead')}${i.agreeing > 0 ? `, ${i.agreeing} of them agreeing with a lead that was there` : ''}; ${gap === 0 ? 'no gap' : `${plural(gap, 'gap')} (what could not be placed or looked at)`}.`,
  ].join('\n');
};

export const importFiles = async (
  host: Host,
  files: readonly string[],
  options: {
    session?: string | undefined;
    format?: string | undefined;
    source?: string | undefined;
    asPart?: boolean | undefined;
    continue?: boolean | undefined;
    json?: boolean | undefined;
  },
): Promise<number> => {
  const archives = files.filter((f) => readable(f, () => isArchive(f)));
  if (archives.length > 0 && archives.length < files.length)
    throw new UserError(
      `${archives[0]} is a session, and other files are not; nothing was imported`,
      'import the session first, then the results into it with --session',
    );
  if (archives.length > 0) {
    let worst = 0;
    for (const file of archives) worst = Math.max(worst, await importCommand(host, file, options));
    return worst;
  }
  return withSession(host, options.session, async (w) => {
    const done: ImportedFile[] = [];
    const problems: string[] = [];
    for (const file of files)
      try {
        done.push(await importResultsFile(w.store, file, options.format));
      } catch (error) {
        // One file that cannot be read must not keep the others out.
        if (!(error instanceof UserError)) throw error;
        problems.push(`${error.message}\n${error.hint}`);
      }
    if (options.json) json(host, { session: w.id, imports: done, problems });
    else for (const i of done) host.stdout(`${visible(describeImport(i)).replaceAll('‹U+000A›', '\n')}\n`);
    for (const p of problems) host.stderr(`mcp-audit: ${visible(p).replaceAll('‹U+000A›', '\n')}\n`);
    return problems.length > 0 ? 2 : done.some((i) => i.outcome === 'refused') ? 1 : 0;
  });
};
