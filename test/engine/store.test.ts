import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCited } from '../../src/domain/citations.ts';
import { isRefusal } from '../../src/domain/decide.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import { replay, toJson } from '../../src/domain/session.ts';
import type { Source } from '../../src/engine/ports.ts';
import { quotedText } from '../../src/engine/quoted.ts';
import { createStore, type StoreParts } from '../../src/engine/store.ts';
import { proveLocation } from '../../src/report/proof.ts';
import { audited, START_MS, testMethodology } from '../domain/arbitraries.ts';
import { collectorOf, deferred, draft, fakeSource, fakeTree, found } from './fake-source.ts';
import { disk, openStore } from './store-fixture.ts';

const open = (over: Partial<StoreParts> = {}, events: readonly SessionEvent[] = audited([]).events) => {
  const d = disk(events);
  let minute = 0;
  const timers: (() => void)[] = [];
  const store = createStore({
    journal: d.journal,
    blobs: d.blobs,
    methodology: testMethodology,
    events,
    clock: () => {
      minute += 1;
      return new Date(START_MS + minute * 60_000);
    },
    by: 'jane',
    collectors: [],
    openSource: async () => fakeSource(),
    now: () => 0,
    setTimer: (run) => {
      timers.push(run);
      return () => {
        const i = timers.indexOf(run);
        if (i >= 0) timers.splice(i, 1);
      };
    },
    ...over,
  });
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  const again = (more: Partial<StoreParts> = {}) => openStore(d, more);
  return { store, again, timers, told: () => told, ...d };
};

const pass = { type: 'answer', check: '1.1.1', verdict: 'pass' } as const;
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a decision', () => {
  it('is on the disk, applied and told when dispatch returns', () => {
    const { store, saved, told } = open();
    const event = store.dispatch(pass);
    expect(event).toMatchObject({ seq: 2, type: 'check.answered', by: 'jane' });
    expect(saved().events.at(-1)).toEqual(event);
    expect(saved().fault).toBeNull();
    expect(store.snapshot().session.answers.get('1.1.1')?.verdict).toBe('pass');
    expect(told()).toBe(1);
  });

  it('that is refused changes nothing, not even the snapshot', () => {
    const { store, saved, told } = open();
    const before = store.snapshot();
    expect(isRefusal(store.dispatch({ ...pass, check: '9' }))).toBe(true);
    expect(store.snapshot()).toBe(before);
    expect(saved().events.length).toBe(1);
    expect(told()).toBe(0);
  });

  it('that cannot be saved is refused, shown as such, and can be made again', () => {
    const { store, saved, state } = open();
    state.full = true;
    expect(store.dispatch(pass)).toEqual({ refused: 'not saved: the disk is full', hint: 'free some space' });
    expect(store.snapshot().failedSave).toEqual({ message: 'the disk is full', hint: 'free some space' });
    expect(store.snapshot().session.answers.size).toBe(0);
    expect(store.events().length).toBe(1);
    state.full = false;
    expect(store.dispatch(pass)).toMatchObject({ seq: 2 });
    expect(store.snapshot().failedSave).toBeNull();
    expect(saved()).toMatchObject({ fault: null, events: { length: 2 } });
  });

  it('taken back twice and done again twice leaves a journal that reads to the same session', () => {
    const { store, saved } = open();
    store.dispatch(pass);
    store.dispatch({ ...pass, verdict: 'fail', note: 'shell' });
    for (const type of ['undo', 'undo', 'redo', 'redo'] as const)
      expect(store.dispatch({ type })).toMatchObject({ type: 'check.answered' });
    expect(saved().fault).toBeNull();
    expect(toJson(replay(saved().events))).toEqual(toJson(store.snapshot().session));
    expect(store.snapshot().session.answers.get('1.1.1')).toMatchObject({ verdict: 'fail', note: 'shell' });
    expect(saved().events.map((e) => [e.undoes, e.redoes])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
      [3, undefined],
      [2, undefined],
      [undefined, 5],
      [undefined, 4],
    ]);
  });

  it('that could not be read back is not written', () => {
    const { store, saved } = open({ clock: () => new Date('+012345-01-01T00:00:00Z') });
    expect(store.dispatch(pass)).toMatchObject({ refused: expect.stringContaining('not recorded: at') });
    expect(saved().events.length).toBe(1);
  });

  it('is refused in a read-only session, and after closing', async () => {
    const readOnly = open({ readOnly: 'line 7 cannot be trusted' });
    expect(readOnly.store.dispatch(pass)).toMatchObject({ refused: 'read-only: line 7 cannot be trusted' });
    expect(readOnly.store.attach('a.txt', Buffer.from('a'), 'text/plain', null)).toMatchObject({
      refused: expect.anything(),
    });
    await readOnly.store.collect(['inputs']);
    expect(readOnly.contents.size).toBe(0);
    const { store, saved, state } = open();
    await store.close('1.1.2');
    await store.close('1.1.2');
    expect(store.dispatch(pass)).toMatchObject({ refused: 'the session is closed' });
    expect(saved().events.map((e) => e.type)).toEqual(['session.started', 'session.closed']);
    expect(state.closed).toBe(1);
  });
});

describe('an attachment', () => {
  it('is kept as a blob and recorded', () => {
    const { store, contents } = open();
    const event = store.attach('log.txt', Buffer.from('it ran'), 'text/plain', '1.1.1');
    const sha256 = hash('sha256', 'it ran', 'hex');
    expect(event).toMatchObject({
      name: 'log.txt',
      value: { sha256, bytes: 6, mediaType: 'text/plain', check: '1.1.1' },
    });
    expect(contents.get(sha256)?.toString()).toBe('it ran');
  });
  it('is refused when the disk is full', () => {
    const { store, state } = open();
    state.full = true;
    expect(store.attach('log.txt', Buffer.from('x'), 'text/plain', null)).toMatchObject({
      refused: expect.anything(),
    });
    expect(store.snapshot().failedSave).not.toBeNull();
    expect(store.snapshot().session.attachments.size).toBe(0);
  });
});

describe('collecting', () => {
  const inputs = (items = [draft({ at: { path: 'a.ts', startLine: 1 } })]) =>
    collectorOf('inputs', async () => found(...items));
  const openSource = async (): Promise<Source> => fakeSource(fakeTree({ 'a.ts': 'exec(x)' }));

  it('records what was said, and finds it again when the session is resumed', async () => {
    const { store, saved, again } = open({ collectors: [inputs()], openSource });
    await store.collect(['inputs']);
    const { evidence, running, queued, session } = store.snapshot();
    expect(evidence.get('inputs')?.items[0]?.location?.snippet).toBe('exec(x)');
    expect(session.runs.get('inputs')).toMatchObject({
      outcome: 'collected',
      counts: { lead: 1, fact: 0, strength: 0, gap: 0 },
    });
    expect([running.size, queued.length]).toEqual([0, 0]);
    expect(saved().events.at(-1)).toMatchObject({ type: 'evidence.collected', collector: 'inputs' });

    const resumed = again();
    expect(resumed.snapshot().evidence.size).toBe(0);
    expect([...resumed.snapshot().loading]).toEqual(['inputs']);
    await resumed.load();
    expect(resumed.snapshot().loading.size).toBe(0);
    expect(resumed.snapshot().evidence.get('inputs')).toEqual(evidence.get('inputs'));
  });

  it.each([
    ['is gone', (contents: Map<string, Buffer>) => contents.clear(), 'missing'],
    [
      'is not what it was',
      (contents: Map<string, Buffer>) => {
        for (const id of contents.keys()) contents.set(id, Buffer.from('{}'));
      },
      'not in a form this version reads',
    ],
  ])('never takes evidence that %s for clean', async (_what, harm, word) => {
    const { store, contents, again } = open({ collectors: [inputs()], openSource });
    await store.collect(['inputs']);
    harm(contents);
    const resumed = again({ collectors: [inputs()], openSource });
    await resumed.load();
    expect(resumed.snapshot().evidence.has('inputs')).toBe(false);
    expect(resumed.snapshot().missing.get('inputs')).toMatch(
      new RegExp(`^evidence blob of inputs is ${word}: run it again`),
    );
    await resumed.collect(['inputs']);
    expect(resumed.snapshot().missing.size).toBe(0);
    expect(resumed.snapshot().evidence.get('inputs')?.items.length).toBe(1);
  });

  it('opens the target once, and again only after that failed', async () => {
    let opened = 0;
    const { store } = open({
      collectors: [inputs(), collectorOf('history', async () => found())],
      openSource: async () => {
        opened += 1;
        if (opened === 1) throw new Error('the clone is gone');
        return openSource();
      },
    });
    await store.collect(['inputs']);
    expect(store.snapshot().evidence.get('inputs')?.run).toMatchObject({
      outcome: 'unavailable',
      message: 'the target at its pinned commit cannot be read: the clone is gone',
    });
    await store.collect(['inputs', 'history']);
    expect(store.snapshot().evidence.get('inputs')?.run.outcome).toBe('collected');
    expect(await store.readText('a.ts')).toBe('exec(x)');
    expect(await store.readText('gone.ts')).toBeNull();
    expect(opened).toBe(2);
  });

  it('reads a file as evidence quotes it, so that what has no text can be proven too', async () => {
    const files = {
      'a.ts': 'exec(x)\n',
      'tool.bin': new Uint8Array([0, 1, 2]),
      lib: { submodule: true },
    } as const;
    const collector = collectorOf('inputs', async () =>
      found(...Object.keys(files).map((path) => draft({ title: path, at: { path, startLine: 1 } }))),
    );
    const { store } = open({ collectors: [collector], openSource: async () => fakeSource(fakeTree(files)) });
    await store.collect(['inputs']);
    const items = [...store.snapshot().evidence.values()].flatMap((r) => r.items);
    expect(items).toHaveLength(3);
    const cited = await readCited(Object.keys(files), (path) => store.readQuoted(path));
    for (const { location } of items)
      expect(proveLocation(location!, cited), location!.path).toEqual({ state: 'exact' });
    // Another object under the same path is another thing.
    const other = fakeTree({ 'tool.bin': new Uint8Array([0, 9]) });
    const changed = await readCited(['tool.bin', 'lib'], (path) => quotedText(other, path));
    for (const path of ['tool.bin', 'lib'])
      expect(
        proveLocation(items.find((i) => i.location!.path === path)!.location!, changed).state,
        path,
      ).toBe('gone');
  });

  it('does not let a run that could not look take the place of one that did', async () => {
    let broken = false;
    const collector = collectorOf('inputs', async () => {
      if (broken) throw new Error('out of memory');
      return found(draft());
    });
    const { store, saved } = open({ collectors: [collector] });
    await store.collect(['inputs']);
    broken = true;
    await store.collect(['inputs']);
    expect(store.snapshot().evidence.get('inputs')?.run.outcome).toBe('collected');
    expect(store.snapshot().notices).toEqual([
      'could not run inputs again: out of memory. Its earlier evidence stays',
    ]);
    expect(saved().events.length).toBe(2);
  });

  it('says so when the methodology asks for a collector this version does not have', async () => {
    const { store } = open();
    await store.collect(['from-the-future']);
    expect(store.snapshot().evidence.get('from-the-future')?.run).toMatchObject({
      outcome: 'unavailable',
      message: expect.stringContaining('has no collector from-the-future'),
    });
  });

  it('runs two at a time, shows what waits, and runs nothing twice', async () => {
    const gates = new Map(['a', 'b', 'c', 'd'].map((id) => [id, deferred()]));
    const runs: string[] = [];
    const collectors = [...gates].map(([id, gate]) =>
      collectorOf(id, async () => {
        runs.push(id);
        await gate.promise;
        return found();
      }),
    );
    const { store } = open({ collectors });
    const first = store.collect(['a', 'b', 'c', 'a']);
    const second = store.collect(['c', 'd', 'b']);
    await tick();
    expect([...store.snapshot().running.keys()]).toEqual(['a', 'b']);
    expect(store.snapshot().queued).toEqual(['c', 'd']);
    for (const gate of gates.values()) gate.resolve();
    await Promise.all([first, second]);
    expect(runs).toEqual(['a', 'b', 'c', 'd']);
    expect(store.snapshot().session.runs.size).toBe(4);
  });

  it('aborted, records nothing, and can be begun again at once', async () => {
    let attempt = 0;
    const collector = collectorOf('slow', () => {
      attempt += 1;
      return attempt === 1 ? new Promise<never>(() => {}) : Promise.resolve(found());
    });
    const { store, saved } = open({ collectors: [collector, inputs()], concurrency: 1 });
    const first = store.collect(['slow', 'inputs']);
    await tick();
    store.abort();
    const second = store.collect(['slow']);
    await first;
    expect(store.snapshot().evidence.has('inputs')).toBe(false);
    await second;
    expect(saved().events.map((e) => e.type)).toEqual(['session.started', 'evidence.collected']);
    expect(attempt).toBe(2);
  });

  it('ends when it is aborted while the target is still being opened', async () => {
    const { store, saved } = open({ collectors: [inputs()], openSource: () => new Promise<never>(() => {}) });
    const collecting = store.collect(['inputs']);
    await tick();
    store.abort();
    await collecting;
    expect(saved().events.length).toBe(1);
  });

  it('that cannot be saved is shown as such, and not as evidence', async () => {
    const { store, state } = open({ collectors: [inputs()], openSource });
    state.full = true;
    await store.collect(['inputs']);
    expect(store.snapshot().evidence.has('inputs')).toBe(false);
    expect(store.snapshot().failedSave?.message).toBe('the disk is full');
  });

  it('stops when the session is closed, and lets go of the target', async () => {
    let closed = 0;
    const { store, saved, state } = open({
      collectors: [collectorOf('slow', () => new Promise<never>(() => {}))],
      openSource: async () =>
        fakeSource(fakeTree({}), () => {
          closed += 1;
        }),
    });
    const collecting = store.collect(['slow']);
    await tick();
    await store.close(null);
    await collecting;
    expect([closed, state.closed]).toEqual([1, 1]);
    expect(saved().events.map((e) => e.type)).toEqual(['session.started', 'session.closed']);
  });
});

describe('listeners', () => {
  it('see the same snapshot until something changes', () => {
    const { store } = open();
    const before = store.snapshot();
    expect(store.snapshot()).toBe(before);
    store.dispatch(pass);
    expect(store.snapshot()).not.toBe(before);
    expect(store.snapshot().evidence).toBe(before.evidence);
  });

  it('are told of progress once in a while, and of decisions at once', async () => {
    const gate = deferred();
    let progress = (_: string) => {};
    const collector = collectorOf('inputs', async (context) => {
      progress = context.progress;
      await gate.promise;
      return found();
    });
    const { store, timers, told } = open({ collectors: [collector] });
    const collecting = store.collect(['inputs']);
    await tick();
    const before = told();
    for (let i = 0; i < 1000; i += 1) progress(`${i} of 1000`);
    expect(told()).toBe(before);
    expect(timers.length).toBe(1);
    timers.shift()?.();
    expect(told()).toBe(before + 1);
    expect(store.snapshot().running.get('inputs')?.message).toBe('999 of 1000');
    progress('almost');
    store.dispatch(pass);
    expect(told()).toBe(before + 2);
    expect(store.snapshot().running.get('inputs')?.message).toBe('almost');
    expect(timers.length).toBe(0);
    gate.resolve();
    await collecting;
    expect(store.snapshot().running.size).toBe(0);
  });

  it('can leave', () => {
    const { store } = open();
    let told = 0;
    const leave = store.subscribe(() => {
      told += 1;
    });
    store.dispatch(pass);
    leave();
    store.dispatch({ ...pass, verdict: 'fail' });
    expect(told).toBe(1);
  });
});
