import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/domain/decide.ts';
import { UserError } from '../../src/domain/errors.ts';
import { replay, toJson } from '../../src/domain/session.ts';
import { fillRecorded, leaked, randomly } from '../support/secrets.ts';
import { collectorOf, draft, fakeSource, fakeTree, found } from './fake-source.ts';
import { disk, openStore } from './store-fixture.ts';

const server = Array.from({ length: 60 }, (_, i) =>
  i === 30 ? 'result = subprocess.check_output(command, shell=True, text=True)' : `line_${i + 1} = 1`,
).join('\n');
const tree = fakeTree({ 'challenges/easy/challenge2/server_sse.py': server });
const inputs = collectorOf('inputs', async () =>
  found(
    draft({
      rule: 'shell',
      class: 'command-injection',
      at: { path: 'challenges/easy/challenge2/server_sse.py', startLine: 31 },
    }),
  ),
);
const recorded = (name: string) => ({
  name,
  bytes: readFileSync(new URL(`../fixtures/tool-results/${name}`, import.meta.url)),
  mediaType: 'application/json',
});

describe('importing', () => {
  it('keeps the file by its hash, and makes one event of it', async () => {
    const d = disk();
    const store = openStore(d, { collectors: [inputs], openSource: async () => fakeSource(tree) });
    const file = recorded('bandit.json');
    const { made, recorded: event } = await store.importResults(file);
    expect(isRefusal(event)).toBe(false);
    expect(event).toMatchObject({ type: 'results.imported', import: made.id });
    const { sha256, blob } = store.snapshot().session.imports.get(made.id)!;
    expect(d.contents.get(sha256)?.equals(file.bytes)).toBe(true);
    expect(JSON.parse(d.contents.get(blob)!.toString())).toEqual(made.result);
    expect(store.snapshot().evidence.get(made.id)?.items.length).toBe(3);
  });

  it('records no credential of a name that a tool has', async () => {
    const d = disk();
    const store = openStore(d, { openSource: async () => fakeSource(tree) });
    const token = fillRecorded('ghp_{w36}', randomly(9)).text;
    const run = {
      tool: { driver: { name: `lint ${token}`, version: token, rules: [{ id: token }] } },
      results: [],
    };
    const bytes = Buffer.from(JSON.stringify({ version: '2.1.0', runs: [run] }));
    const { made } = await store.importResults({
      name: `${token}.sarif`,
      bytes,
      mediaType: 'application/json',
    });
    const { sha256, ...kept } = store.snapshot().session.imports.get(made.id)!;
    expect(kept.tools).toEqual([expect.objectContaining({ name: 'lint ghp_…[40 characters]' })]);
    // The file itself is kept as it was given.
    d.contents.delete(sha256);
    const all = [
      made.id,
      JSON.stringify(made),
      JSON.stringify(d.saved().events),
      ...[...d.contents.values()].map(String),
    ].join();
    expect(leaked(all.toLowerCase(), [token.slice(4).toLowerCase()], 12)).toEqual([]);
  });

  it('the same file again changes nothing', async () => {
    const d = disk();
    const store = openStore(d, { openSource: async () => fakeSource(tree) });
    await store.importResults(recorded('bandit.json'));
    const seq = store.snapshot().session.seq;
    const again = await store.importResults({ ...recorded('bandit.json'), name: 'renamed.json' });
    expect(again.recorded).toMatchObject({ refused: 'nothing changed' });
    expect(store.snapshot().session.seq).toBe(seq);
  });

  it('lays results over our own leads, whichever came first, and undo takes them off again', async () => {
    const d = disk();
    const store = openStore(d, { collectors: [inputs], openSource: async () => fakeSource(tree) });
    await store.importResults(recorded('semgrep.json'));
    await store.collect(['inputs']);
    const own = () => store.snapshot().evidence.get('inputs')?.items[0]?.reports;
    expect(own()).toEqual([
      { tool: 'semgrep', version: '1.185.0', rule: 'rules.subprocess-shell', level: 'ERROR' },
    ]);
    store.dispatch({ type: 'undo' });
    expect(own()).toBeUndefined();
    expect([...store.snapshot().evidence.keys()]).toEqual(['inputs']);
    store.dispatch({ type: 'redo' });
    expect(own()?.length).toBe(1);
  });

  it('survives closing and opening; an undone import comes back from the disk', async () => {
    const d = disk();
    const first = openStore(d, { openSource: async () => fakeSource(tree) });
    const { made } = await first.importResults(recorded('bandit.json'));
    first.dispatch({ type: 'undo' });
    await first.close(null);
    const second = openStore(d, {});
    await second.load();
    expect(second.snapshot().evidence.size).toBe(0);
    second.dispatch({ type: 'redo' });
    expect(second.snapshot().loading.has(made.id)).toBe(true);
    await second.load();
    expect(second.snapshot().evidence.get(made.id)).toEqual(made.result);
    await second.close(null);
    const third = openStore(d, {});
    await third.load();
    expect(third.snapshot().evidence.get(made.id)).toEqual(made.result);
    expect(JSON.stringify(toJson(replay(third.events())))).toBe(
      JSON.stringify(toJson(third.snapshot().session)),
    );
  });

  it('whose evidence is lost says so, and importing again mends it', async () => {
    const d = disk();
    const first = openStore(d, { openSource: async () => fakeSource(tree) });
    const { made } = await first.importResults(recorded('bandit.json'));
    d.contents.clear();
    const second = openStore(d, { openSource: async () => fakeSource(tree) });
    await second.load();
    expect(second.snapshot().missing.get(made.id)).toContain('missing: import bandit.json again');
    await second.importResults(recorded('bandit.json'));
    expect(second.snapshot().missing.size).toBe(0);
    expect(second.snapshot().evidence.get(made.id)?.items.length).toBe(3);
  });

  it('refuses what cannot be read, and a full disk records nothing', async () => {
    const d = disk();
    const store = openStore(d, { openSource: async () => fakeSource(tree) });
    await expect(
      store.importResults({ name: 'x.json', bytes: Buffer.from('no'), mediaType: '' }),
    ).rejects.toThrow(UserError);
    d.state.full = true;
    const { recorded: refused } = await store.importResults(recorded('bandit.json'));
    expect(refused).toMatchObject({ refused: 'not saved: the disk is full' });
    expect(store.snapshot().evidence.size).toBe(0);
  });
});
