import type { CollectContext, Collector, Gathered } from '../collectors/collector.ts';
import type { AdvisorySource } from '../domain/advisory.ts';
import type { SessionTarget } from '../domain/events.ts';
import {
  type CollectorResult,
  collectorResult,
  EVIDENCE_SCHEMA,
  type EvidenceFile,
  type Outcome,
  type TargetRef,
} from '../domain/evidence.ts';
import type { Methodology } from '../domain/methodology.ts';
import { compareItems } from '../domain/standing.ts';
import { surfaceOf } from '../domain/surface.ts';
import { redactSecrets } from '../text/redact.ts';
import { withShownPaths } from '../text/shown-path.ts';
import { finishItems, oneLine } from './finish-items.ts';
import type { Source } from './ports.ts';
import { collectTelling } from './tell-missing.ts';
import { createWorkQueue } from './work-queue.ts';

export const DEFAULT_CONCURRENCY = 2;
export const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_MESSAGE_CHARS = 1000;
const MAX_PROGRESS_CHARS = 200;

export type GatherParts = {
  target: Omit<SessionTarget, 'source'>;
  source: Pick<Source, 'tree' | 'history' | 'reading' | 'run'>;
  methodology: Methodology;
  signal: AbortSignal;
  advisories?: readonly AdvisorySource[] | undefined;
  progress(message: string): void;
  /** Milliseconds from any origin; only differences are used. */
  now(): number;
};

const withoutItems = (
  id: string,
  outcome: Outcome,
  durationMs: number,
  searched: string,
  message: string,
): CollectorResult => ({
  run: {
    id,
    outcome,
    durationMs,
    searched: oneLine(redactSecrets(searched), MAX_MESSAGE_CHARS),
    message: oneLine(redactSecrets(message), MAX_MESSAGE_CHARS),
  },
  items: [],
  surface: null,
  artifacts: [],
});

export const failed = (id: string, message: string, durationMs = 0): CollectorResult =>
  withoutItems(id, 'failed', durationMs, '', message);

export const unavailable = (id: string, message: string): CollectorResult =>
  withoutItems(id, 'unavailable', 0, '', message);

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

class TimedOut extends Error {}

/**
 * Runs one collector until it answers, throws, takes too long, or is aborted. A collector that does not listen to its
 * signal is left behind, or ended with its thread: whatever it says later is not heard.
 */
const collectInTime = async (collector: Collector, parts: GatherParts): Promise<Gathered> => {
  const timeoutMs = collector.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const ours = new AbortController();
  let stop = (_reason: Error) => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (reason) => {
      reject(reason);
      ours.abort(reason);
    };
  });
  const onAbort = () => stop(new Error('aborted'));
  if (parts.signal.aborted) onAbort();
  else parts.signal.addEventListener('abort', onAbort, { once: true });
  const seconds = Math.round(timeoutMs / 100) / 10;
  const timer = setTimeout(
    () => stop(new TimedOut(`stopped after ${seconds} s without an answer`)),
    timeoutMs,
  );
  const { url, commit, ref, subdir, name, committedAt, tags } = parts.target;
  let listening = true;
  const context: CollectContext = {
    target: { url, commit, ref, subdir, name, committedAt, tags },
    tree: parts.source.tree,
    history: parts.source.history,
    reading: parts.source.reading,
    signal: ours.signal,
    ...(parts.advisories && collector.network && { advisories: parts.advisories }),
    progress: (message) => {
      if (listening) parts.progress(oneLine(message, MAX_PROGRESS_CHARS));
    },
  };
  try {
    const { run } = parts.source;
    const collecting = async () => (run ? run(collector, context) : collectTelling(collector, context));
    return await Promise.race([stopped, collecting()]);
  } finally {
    listening = false;
    clearTimeout(timer);
    parts.signal.removeEventListener('abort', onAbort);
  }
};

const finished = async (
  collector: Collector,
  gathered: Gathered,
  parts: GatherParts,
): Promise<CollectorResult> => {
  const { id } = collector;
  if (gathered.outcome === 'not-applicable' || gathered.outcome === 'unavailable')
    return withoutItems(id, gathered.outcome, 0, gathered.searched, gathered.message);
  const items = await finishItems(gathered.items, {
    collector: id,
    commit: parts.target.commit,
    tree: parts.source.tree,
    methodology: parts.methodology,
  });
  return {
    // "Nothing found" is only said when there is nothing: a gap, above all, is something.
    ...withoutItems(id, items.length > 0 ? 'collected' : gathered.outcome, 0, gathered.searched, ''),
    items,
    surface: gathered.surface ?? null,
    artifacts: gathered.artifacts ?? [],
  };
};

/**
 * What one collector has to say, as it is stored. Whatever goes wrong in it becomes the outcome `failed` with a
 * message; null when it was aborted, which says nothing about the target. Never throws.
 */
export const gather = async (collector: Collector, parts: GatherParts): Promise<CollectorResult | null> => {
  if (parts.signal.aborted) return null;
  const startedAt = parts.now();
  const duration = () => Math.max(0, Math.round(parts.now() - startedAt));
  try {
    const result = withShownPaths(await finished(collector, await collectInTime(collector, parts), parts));
    if (parts.signal.aborted) return null;
    // Stored evidence is read back through the same schema: what would not come back must fail now, and aloud.
    const checked = collectorResult.safeParse(result);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      return failed(
        collector.id,
        `the collector gave malformed evidence: ${issue?.path.join('.')}: ${issue?.message}`,
        duration(),
      );
    }
    return { ...result, run: { ...result.run, durationMs: duration() } };
  } catch (error) {
    return parts.signal.aborted ? null : failed(collector.id, messageOf(error), duration());
  }
};

/**
 * Runs collectors without a session, for `mcp-audit collect`. `onResult` is called as each one ends. The answer is in the
 * order of `collectors`; those that were aborted are not in it.
 */
export const runCollectors = async (
  collectors: readonly Collector[],
  parts: Omit<GatherParts, 'progress'> & {
    concurrency?: number;
    onProgress?(collector: string, message: string): void;
    onResult?(result: CollectorResult): void;
  },
): Promise<CollectorResult[]> => {
  const results = new Map<string, CollectorResult>();
  const queue = createWorkQueue<Collector>(
    parts.concurrency ?? DEFAULT_CONCURRENCY,
    async (collector) => {
      if (parts.signal.aborted) return;
      const progress = (message: string) => parts.onProgress?.(collector.id, message);
      const result = await gather(collector, { ...parts, progress });
      if (!result) return;
      results.set(collector.id, result);
      parts.onResult?.(result);
    },
    (collector) => collector.large ?? false,
  );
  await queue.add(collectors);
  return collectors.flatMap((collector) => results.get(collector.id) ?? []);
};

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The public evidence format: the same results give the same file, whatever order they ended in. */
export const toEvidenceFile = (parts: {
  tool: EvidenceFile['tool'];
  target: TargetRef;
  results: readonly CollectorResult[];
}): EvidenceFile => ({
  schema: EVIDENCE_SCHEMA,
  tool: parts.tool,
  target: {
    url: parts.target.url,
    commit: parts.target.commit,
    ref: parts.target.ref,
    subdir: parts.target.subdir,
  },
  collectors: parts.results.map((r) => r.run).sort((a, b) => byCodePoint(a.id, b.id)),
  surface: surfaceOf(parts.results),
  items: parts.results.flatMap((r) => r.items).sort(compareItems),
});
