import type { Collector } from '../collectors/collector.ts';
import { type Command, decide, isRefusal, type Refusal } from '../domain/decide.ts';
import { EVENT_VERSION, type EventBody, type SessionEvent, sessionEvent } from '../domain/events.ts';
import type { CollectorResult, Outcome } from '../domain/evidence.ts';
import type { Methodology } from '../domain/methodology.ts';
import { apply, replay, type Session } from '../domain/session.ts';
import { encode } from './journal.ts';
import { type BlobPort, type JournalPort, SaveError, type Source } from './ports.ts';
import { readEvidence } from './read-evidence.ts';
import { DEFAULT_CONCURRENCY, gather, unavailable } from './run-collectors.ts';
import { createRunOnce, orAborted } from './run-once.ts';
import { createSnapshots, type SetTimer, withEntry, withoutEntry, withoutMember } from './snapshots.ts';

/** Everything a screen shows, at one moment. The same object until something changes. */
export type Snapshot = {
  session: Session;
  methodology: Methodology;
  /** By collector: what its latest run said. */
  evidence: ReadonlyMap<string, CollectorResult>;
  /** Collectors that have run, and whose evidence is still being read from the disk (see {@link Store.load}). */
  loading: ReadonlySet<string>;
  /** By collector: why the evidence of its latest run cannot be shown. Never to be read as clean. */
  missing: ReadonlyMap<string, string>;
  running: ReadonlyMap<string, { startedAtMs: number; message: string }>;
  queued: readonly string[];
  /** Set while the latest decision could not be saved. */
  failedSave: { message: string; hint: string } | null;
  /** Why nothing can be changed. */
  readOnly: string | null;
  notices: readonly string[];
};

export type Store = {
  snapshot(): Snapshot;
  /** `listener` is called after each change; progress of collectors at most every 100 ms. Returns the way out. */
  subscribe(listener: () => void): () => void;
  /** The event is on the disk when this returns. A {@link Refusal} means that nothing changed. */
  dispatch(command: Command): SessionEvent | Refusal;
  /** Reads the evidence of earlier runs, one collector after the other. Never rejects; see `missing`. */
  load(): Promise<void>;
  /** Runs collectors and records what they say; settles when all of `ids` are done. Never rejects. */
  collect(ids: readonly string[]): Promise<void>;
  /** Stops all collectors. What they had is not recorded. */
  abort(): void;
  attach(name: string, bytes: Uint8Array, mediaType: string, check: string | null): SessionEvent | Refusal;
  events(): readonly SessionEvent[];
  /** A file of the target at the pinned commit; null as `SourceTree.text`. Rejects when the target cannot be opened. */
  readText(path: string): Promise<string | null>;
  /** Every file of the target at the pinned commit. Rejects when the target cannot be opened. */
  paths(): Promise<string[]>;
  /** Records where the auditor was, stops collectors, lets go of target and session. */
  close(check: string | null): Promise<void>;
};

export type StoreParts = {
  journal: JournalPort;
  blobs: BlobPort;
  methodology: Methodology;
  events: readonly SessionEvent[];
  clock(): Date;
  /** Who decides, as long as the session names no auditor. */
  by: string;
  collectors: readonly Collector[];
  /** Called when the target is needed for the first time; again only after it failed. */
  openSource(): Promise<Source>;
  readOnly?: string | null;
  notices?: readonly string[];
  concurrency?: number;
  /** Milliseconds from any origin, to measure how long collectors take. */
  now?: () => number;
  /** For tests: replaces the timer that coalesces progress. */
  setTimer?: SetTimer;
};

const refusal = (refused: string, hint: string): Refusal => ({ refused, hint });

const countKinds = (result: CollectorResult) => {
  const counts = { lead: 0, fact: 0, strength: 0, gap: 0 };
  for (const item of result.items) counts[item.kind] += 1;
  return counts;
};

const looked = (outcome: Outcome | undefined): boolean =>
  outcome !== undefined && outcome !== 'failed' && outcome !== 'unavailable';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The open session: what the screens show, and the only way to change it. */
export const createStore = (parts: StoreParts): Store => {
  const { journal, blobs, methodology } = parts;
  const events: SessionEvent[] = [...parts.events];
  const collectors = new Map(parts.collectors.map((collector) => [collector.id, collector]));
  const initial = replay(events);
  const snapshots = createSnapshots<Snapshot>(
    {
      session: initial,
      methodology,
      evidence: new Map(),
      loading: new Set(initial.runs.keys()),
      missing: new Map(),
      running: new Map(),
      queued: [],
      failedSave: null,
      readOnly: parts.readOnly ?? null,
      notices: parts.notices ?? [],
    },
    parts.setTimer,
  );
  const { current, newest, update, updateSoon } = snapshots;
  const now = parts.now ?? (() => performance.now());
  let closed = false;

  const refuseChange = (): Refusal | null => {
    if (closed) return refusal('the session is closed', 'open it again');
    if (current().readOnly !== null)
      return refusal(`read-only: ${current().readOnly}`, 'open the session for writing to change it');
    return null;
  };

  const notSaved = (error: unknown): Refusal => {
    if (!(error instanceof SaveError)) throw error;
    update({ failedSave: { message: error.message, hint: error.hint } });
    return refusal(`not saved: ${error.message}`, error.hint);
  };

  /** Durable first, then applied, then shown. */
  const record = (
    body: EventBody,
    link: { undoes?: number | undefined; redoes?: number | undefined } = {},
    alongside: () => Partial<Snapshot> = () => ({}),
  ): SessionEvent | Refusal => {
    const refused = refuseChange();
    if (refused) return refused;
    const { github, name } = current().session.auditor;
    const event: SessionEvent = {
      v: EVENT_VERSION,
      seq: events.length + 1,
      at: parts.clock().toISOString(),
      by: github || name || parts.by,
      ...(link.undoes !== undefined && { undoes: link.undoes }),
      ...(link.redoes !== undefined && { redoes: link.redoes }),
      ...body,
    };
    // A line that cannot be read back would make the whole session unreadable from there on.
    const parsed = sessionEvent.safeParse(event);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refusal(`not recorded: ${issue?.path.join('.')}: ${issue?.message}`, 'correct that value');
    }
    try {
      journal.append([encode(event, journal.lastHash)]);
    } catch (error) {
      return notSaved(error);
    }
    events.push(event);
    update({ session: apply(current().session, event), failedSave: null, ...alongside() });
    return event;
  };

  const dispatch = (command: Command): SessionEvent | Refusal => {
    const refused = refuseChange();
    if (refused) return refused;
    const decision = decide(current().session, methodology, command);
    return isRefusal(decision) ? decision : record(decision.event, decision);
  };

  let opening: Promise<Source> | null = null;
  const source = (): Promise<Source> => {
    opening ??= Promise.resolve()
      .then(parts.openSource)
      .catch((error: unknown) => {
        opening = null;
        throw error;
      });
    return opening;
  };

  const keep = (id: string, result: CollectorResult): void => {
    // A run that could not look does not replace one that did: evidence of a pinned commit does not grow old.
    if (
      !looked(result.run.outcome) &&
      looked(current().session.runs.get(id)?.outcome) &&
      !newest('missing').has(id)
    ) {
      const notice = `could not run ${id} again: ${result.run.message}. Its earlier evidence stays`;
      update({ notices: [...newest('notices'), notice] });
      return;
    }
    let blob: string;
    try {
      blob = blobs.put(Buffer.from(JSON.stringify(result)));
    } catch (error) {
      notSaved(error);
      return;
    }
    const { outcome } = result.run;
    record(
      { type: 'evidence.collected', collector: id, outcome, counts: countKinds(result), blob },
      {},
      () => ({
        evidence: withEntry(newest('evidence'), id, result),
        loading: withoutMember(newest('loading'), id),
        missing: withoutEntry(newest('missing'), id),
      }),
    );
  };

  const runCollector = async (id: string, signal: AbortSignal, progress: (message: string) => void) => {
    const collector = collectors.get(id);
    const { target } = current().session;
    if (!collector || !target)
      return unavailable(
        id,
        `this version of mcp-audit has no collector ${id}: look by hand, or update mcp-audit`,
      );
    try {
      const opened = await orAborted(source(), signal);
      return (
        opened && (await gather(collector, { target, source: opened, methodology, signal, progress, now }))
      );
    } catch (error) {
      return unavailable(id, `the target at its pinned commit cannot be read: ${reason(error)}`);
    }
  };
  const runs = createRunOnce(parts.concurrency ?? DEFAULT_CONCURRENCY, async (id, signal) => {
    const startedAtMs = parts.clock().getTime();
    const running = (message: string) => withEntry(newest('running'), id, { startedAtMs, message });
    update({ queued: [...runs.waiting()], running: running('') });
    const result = await runCollector(id, signal, (message) => updateSoon({ running: running(message) }));
    if (result && !signal.aborted) keep(id, result);
    update({ running: withoutEntry(newest('running'), id) });
  });

  const collect = async (ids: readonly string[]): Promise<void> => {
    if (refuseChange()) return;
    const done = runs.ask(ids);
    update({ queued: [...runs.waiting()] });
    await done;
  };

  const abort = (): void => {
    runs.abort();
    update({ queued: [] });
  };

  const load = async (): Promise<void> => {
    for (const id of [...current().loading]) {
      const run = current().session.runs.get(id);
      if (!run || closed) continue;
      const result = await readEvidence(blobs, id, run.blob);
      // A new run of the same collector may have ended meanwhile.
      if (!newest('loading').has(id)) continue;
      const loading = withoutMember(newest('loading'), id);
      if (typeof result === 'string')
        updateSoon({ loading, missing: withEntry(newest('missing'), id, result) });
      else updateSoon({ loading, evidence: withEntry(newest('evidence'), id, result) });
    }
    update({});
  };

  return {
    snapshot: current,
    subscribe: snapshots.subscribe,
    dispatch,
    load,
    collect,
    abort,
    attach: (name, bytes, mediaType, check) => {
      const refused = refuseChange();
      if (refused) return refused;
      try {
        const sha256 = blobs.put(bytes);
        return dispatch({
          type: 'attach',
          name,
          attachment: { sha256, bytes: bytes.byteLength, mediaType, check },
        });
      } catch (error) {
        return notSaved(error);
      }
    },
    events: () => events,
    readText: async (path) => (await source()).tree.text(path),
    paths: async () => (await source()).tree.entries.map((e) => e.path),
    close: async (check) => {
      if (closed) return;
      abort();
      dispatch({ type: 'close', check });
      closed = true;
      journal.close();
      await runs.settled();
      snapshots.stop();
      if (opening) await opening.then((opened) => opened.close()).catch(() => {});
    },
  };
};
