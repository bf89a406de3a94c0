// Long, because what the session is changes here and nowhere else.

import { type Command, decide, isRefusal, type Refusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { type EventBody, type SessionEvent, sessionEvent } from '../domain/events.ts';
import type { CollectorResult, CollectorRun, Outcome } from '../domain/evidence.ts';
import { type Local, withLocal } from '../domain/local.ts';
import { apply, replay, type Session } from '../domain/session.ts';
import { byName } from '../text/shown-path.ts';
import { findWord } from './find-word.ts';
import { recordWithGrant } from './grant.ts';
import { createHeldEvidence } from './held-evidence.ts';
import { countKinds, keepMade, makeEvidence } from './import-results.ts';
import { encodeAll } from './journal.ts';
import { type Link, nextEvents } from './next-events.ts';
import { SaveError, type Source } from './ports.ts';
import { quotedText } from './quoted.ts';
import { readEvidence } from './read-evidence.ts';
import { DEFAULT_CONCURRENCY, gather, unavailable } from './run-collectors.ts';
import { createRunOnce, orAborted } from './run-once.ts';
import { createSnapshots, withEntry, withoutEntry, withoutMember } from './snapshots.ts';
import type { Snapshot, Store, StoreParts } from './store-types.ts';

export type { Snapshot, Store, StoreParts };

const refusal = (refused: string, hint: string): Refusal => ({ refused, hint });

const looked = (outcome: Outcome | undefined): boolean =>
  outcome !== undefined && outcome !== 'failed' && outcome !== 'unavailable';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The open session: what the screens show, and the only way to change it. */
export const createStore = (parts: StoreParts): Store => {
  const { journal, blobs, methodology } = parts;
  const events: SessionEvent[] = [...parts.events];
  const collectors = new Map(parts.collectors.map((collector) => [collector.id, collector]));
  const replayed = replay(events);
  const initial = parts.local ? withLocal(replayed, parts.local.read()) : replayed;
  const snapshots = createSnapshots<Snapshot>(
    {
      session: initial,
      methodology,
      evidence: new Map(),
      loading: new Set([...initial.runs.keys(), ...initial.imports.keys()]),
      missing: new Map(),
      running: new Map(),
      queued: [],
      failedSave: null,
      readOnly: parts.readOnly ?? null,
      notices: parts.notices ?? [],
      reviewed: parts.reviewed ?? null,
    },
    parts.setTimer,
  );
  const { current, newest, update, updateSoon } = snapshots;
  const now = parts.now ?? (() => performance.now());
  let closed = false;
  /** Whoever only looks leaves no trace. */
  let untold = parts.opening ?? null;

  const held = createHeldEvidence();

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

  /** An import that comes back by redo may never have been read since the session was opened. */
  const importsChanged = (session: Session, id: string): Partial<Snapshot> => ({
    evidence: held.shown(session),
    loading: held.lacks(session, id)
      ? new Set([...newest('loading'), id])
      : withoutMember(newest('loading'), id),
    missing: withoutEntry(newest('missing'), id),
  });

  /** Durable first, then applied, then shown. */
  const record = (
    body: EventBody,
    link: Link = {},
    alongside: () => Partial<Snapshot> = () => ({}),
  ): SessionEvent | Refusal => {
    const refused = refuseChange();
    if (refused) return refused;
    const { github, name } = current().session.auditor;
    const fresh = nextEvents(
      {
        seq: events.length,
        at: parts.clock().toISOString(),
        by: github || name || parts.by,
        opening: untold,
      },
      body,
      link,
    );
    const event = fresh.at(-1)!;
    // A line that cannot be read back would make the whole session unreadable from there on.
    const parsed = sessionEvent.safeParse(event);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refusal(`not recorded: ${issue?.path.join('.')}: ${issue?.message}`, 'correct that value');
    }
    try {
      journal.append(encodeAll(fresh, journal.lastHash));
    } catch (error) {
      return notSaved(error);
    }
    events.push(...fresh);
    untold = null;
    const session = fresh.reduce(apply, current().session);
    update({
      session,
      failedSave: null,
      ...alongside(),
      ...(event.type === 'results.imported' ? importsChanged(session, event.import) : {}),
    });
    if (newest('loading').size > 0 && event.type === 'results.imported') void load();
    return event;
  };

  const dispatch = (command: Command, by?: string): SessionEvent | Refusal => {
    const refused = refuseChange();
    if (refused) return refused;
    const decision = decide(current().session, methodology, command);
    if (isRefusal(decision)) return decision;
    const recorded = () => record(decision.event, { ...decision, by });
    const show = (granted: Local) => update({ session: withLocal(current().session, granted) });
    try {
      return parts.local ? recordWithGrant(parts.local, command, recorded, show) : recorded();
    } catch (error) {
      return notSaved(error);
    }
  };

  /** For what is recorded with bytes beside it: those are on the disk before the event that names them. */
  const withBlobs = <T>(recordWith: () => T): T | Refusal => {
    const refused = refuseChange();
    if (refused) return refused;
    try {
      return recordWith();
    } catch (error) {
      return notSaved(error);
    }
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

  /** Whether that is what the session says of it now. */
  const keep = (id: string, result: CollectorResult): boolean => {
    // A run that could not look does not replace one that did: evidence of a pinned commit does not grow old.
    if (
      !looked(result.run.outcome) &&
      looked(current().session.runs.get(id)?.outcome) &&
      !newest('missing').has(id)
    ) {
      const notice = `could not run ${id} again: ${result.run.message}. Its earlier evidence stays`;
      update({ notices: [...newest('notices'), notice] });
      return true;
    }
    let blob: string;
    try {
      blob = blobs.put(Buffer.from(JSON.stringify(result)));
    } catch (error) {
      notSaved(error);
      return false;
    }
    const { outcome } = result.run;
    const recorded = record(
      { type: 'evidence.collected', collector: id, outcome, counts: countKinds(result.items), blob },
      {},
      () => {
        held.keep(id, result);
        return {
          evidence: held.shown(current().session),
          loading: withoutMember(newest('loading'), id),
          missing: withoutEntry(newest('missing'), id),
        };
      },
    );
    return !isRefusal(recorded);
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
        opened &&
        (await gather(collector, {
          target,
          source: opened,
          methodology,
          signal,
          advisories: parts.advisories?.(current().session),
          progress,
          now,
        }))
      );
    } catch (error) {
      return unavailable(id, `the target at its pinned commit cannot be read: ${reason(error)}`);
    }
  };
  /** By collector: what its last run in this store said, whether or not earlier evidence stays in its place. */
  const said = new Map<string, CollectorRun>();
  const runs = createRunOnce(
    parts.concurrency ?? DEFAULT_CONCURRENCY,
    async (id, signal) => {
      const startedAtMs = parts.clock().getTime();
      const running = (message: string) => withEntry(newest('running'), id, { startedAtMs, message });
      update({ queued: [...runs.waiting()], running: running('') });
      const result = await runCollector(id, signal, (message) => updateSoon({ running: running(message) }));
      said.delete(id);
      if (result && !signal.aborted && keep(id, result)) said.set(id, result.run);
      update({ running: withoutEntry(newest('running'), id) });
    },
    (id) => collectors.get(id)?.large ?? false,
  );

  const collect: Store['collect'] = async (ids) => {
    if (refuseChange()) return new Map();
    const done = runs.ask(ids);
    update({ queued: [...runs.waiting()] });
    await done;
    return new Map(ids.flatMap((id) => (said.has(id) ? [[id, said.get(id)!] as const] : [])));
  };

  const abort = (): void => {
    runs.abort();
    update({ queued: [] });
  };

  const load = async (): Promise<void> => {
    for (const id of [...current().loading]) {
      const { runs: ran, imports } = current().session;
      const imported = imports.get(id);
      const run = imported ?? ran.get(id);
      if (!run || closed) continue;
      const result = await readEvidence(blobs, id, run.blob, imported && `import ${imported.name} again`);
      // A new run of the same collector may have ended meanwhile.
      if (!newest('loading').has(id)) continue;
      const loading = withoutMember(newest('loading'), id);
      if (typeof result === 'string')
        updateSoon({ loading, missing: withEntry(newest('missing'), id, result) });
      else {
        if (imported) held.keepImport(imported.blob, result);
        else held.keep(id, result);
        updateSoon({ loading, evidence: held.shown(current().session) });
      }
    }
    update({});
  };

  return {
    snapshot: current,
    subscribe: snapshots.subscribe,
    dispatch: (command) => dispatch(command),
    load,
    collect,
    abort,
    observe: (observation, value, bytes) =>
      withBlobs(() => {
        const [report, transcript] = [blobs.put(bytes.report), blobs.put(bytes.transcript)];
        return dispatch({ type: 'record-observation', observation, value: { ...value, report, transcript } });
      }),
    keepAssistance: (connection, value, transcript) =>
      withBlobs(() =>
        dispatch({
          type: 'keep-assistance',
          connection,
          value: { ...value, transcript: blobs.put(transcript) },
        }),
      ),
    moveMethodology: (text, moved) =>
      withBlobs(() => {
        const to = { ...moved.methodology, sha256: blobs.put(text) };
        return dispatch({ type: 'move-methodology', ...moved, methodology: to });
      }),
    joinPart: (part, contents, changes) =>
      withBlobs(() => {
        const [journal = ''] = contents.map((bytes) => blobs.put(bytes));
        const joined = dispatch({ type: 'join-part', ...part, journal });
        return isRefusal(joined)
          ? joined
          : changes.map(({ command, by }) => dispatch(command, by || undefined));
      }),
    receiveReview: (review, record, bytes) =>
      withBlobs(() =>
        dispatch({ type: 'receive-review', review, value: { ...record, journal: blobs.put(bytes) } }),
      ),
    carry: (value, summary) =>
      withBlobs(() => dispatch({ type: 'carry', value: { ...value, summary: blobs.put(summary) } })),
    attach: (name, bytes, mediaType, check) =>
      withBlobs(() => {
        const sha256 = blobs.put(bytes);
        return dispatch({
          type: 'attach',
          name,
          attachment: { sha256, bytes: bytes.byteLength, mediaType, check },
        });
      }),
    importResults: async (file) => {
      const refused = refuseChange();
      const { target } = current().session;
      if (refused || !target)
        throw new UserError(
          `${file.name} was not imported: ${refused?.refused ?? 'the session has no target'}`,
          refused?.hint ?? 'begin a session on a target',
        );
      const made = await makeEvidence(file, {
        target,
        tree: (await source()).tree,
        methodology,
        collectors: new Set(collectors.keys()),
      });
      try {
        const value = keepMade(blobs, file, made);
        held.keepImport(value.blob, made.result);
        const recorded = dispatch({ type: 'import-results', import: made.id, value });
        // Given again, a file mends what the disk lost of it.
        if (isRefusal(recorded)) update(importsChanged(current().session, made.id));
        return { made, recorded };
      } catch (error) {
        return { made, recorded: notSaved(error) };
      }
    },
    readBlob: async (sha256) => {
      const read = await blobs.read(sha256);
      return 'bytes' in read ? read.bytes : null;
    },
    events: () => events,
    sourceTree: async () => (await source()).tree,
    readText: async (path) => (await source()).tree.text(path),
    readQuoted: async (path, commit) => {
      const { tree, treeAt } = await source();
      if (commit === undefined || commit === current().session.target?.commit) return quotedText(tree, path);
      if (!treeAt)
        throw new UserError(`commit ${commit.slice(0, 12)} is not at hand`, 'fetch it into the clone');
      return quotedText(await treeAt(commit), path);
    },
    lastChange: async (path, line) => {
      const { tree, history } = await source();
      return history.lastChange(byName(tree.allEntries).get(path)?.path ?? path, line);
    },
    findWord: async (word) => {
      const { tree, rolesOf } = await source();
      return findWord(tree, word, rolesOf);
    },
    paths: async () => (await source()).tree.entries.map((e) => e.path),
    close: async (check) => {
      if (closed) return;
      abort();
      if (!untold || check !== null) dispatch({ type: 'close', check });
      closed = true;
      journal.close();
      await runs.settled();
      snapshots.stop();
      if (opening) await opening.then((opened) => opened.close()).catch(() => {});
    },
  };
};
