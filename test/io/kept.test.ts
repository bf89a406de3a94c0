import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReading } from '../../src/analysis/sources/reading.ts';
import type { CollectContext } from '../../src/collectors/collector.ts';
import { collect } from '../../src/commands/collect.ts';
import type { Host } from '../../src/commands/host.ts';
import type { EvidenceFile } from '../../src/domain/evidence.ts';
import type { LeadsReport } from '../../src/domain/pipeline/leads-report.ts';
import { openMemory } from '../../src/io/kept/memory.ts';
import { areSame, tracing } from '../../src/io/kept/trace.ts';
import { testHost } from '../commands/test-host.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { FILES, PING, source, tool } from '../support/weak-server.ts';

/** A tree in memory, each file's object its text. */
const contextOf = (files: Record<string, string>): CollectContext => {
  const entries = Object.keys(files)
    .sort()
    .map((path) => ({ path, kind: 'file' as const, size: files[path]!.length, oid: files[path]! }));
  const tree = {
    entries,
    allEntries: entries,
    maxTextBytes: 1_000,
    text: async (path: string) => files[path] ?? null,
    bytes: async (path: string) => Buffer.from(files[path]!),
  };
  return {
    tree,
    reading: createReading(tree),
    target: { url: 'u', commit: 'c', ref: '', subdir: '', name: 'n', committedAt: 'd', tags: [] },
    history: { commits: async () => ({ commits: [], complete: true, shallow: false }) },
    signal: new AbortController().signal,
    progress: () => {},
  } as unknown as CollectContext;
};

type Look = ['text' | 'size' | 'oid', string] | ['names' | 'history' | 'once' | 'target', ''];
/** What a collector sees that looks as it is told. */
const looking =
  (looks: readonly Look[]) =>
  async ({ tree, history, reading, target }: CollectContext): Promise<unknown> => {
    const seen: unknown[] = [];
    for (const [what, path] of looks) {
      const entry = () => tree.allEntries.find((e) => e.path === path);
      if (what === 'text') seen.push(await tree.text(path));
      if (what === 'size') seen.push(entry()?.size);
      if (what === 'oid') seen.push(entry()?.oid);
      if (what === 'names') seen.push(tree.entries.map((e) => e.path));
      if (what === 'history') seen.push(await history.commits());
      if (what === 'once') seen.push(await reading.once('a', () => tree.text('a')));
      if (what === 'target') seen.push(target.name);
    }
    return seen;
  };

describe('what a collector looked at', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const files = fc.dictionary(name, fc.constantFrom('1', '2', '22'));
  const look: fc.Arbitrary<Look> = fc.oneof(
    fc.tuple(fc.constantFrom('text' as const, 'size' as const, 'oid' as const), name),
    fc.constantFrom<Look>(['names', ''], ['history', ''], ['once', ''], ['target', '']),
  );

  it('is all that decides what it says: where that is the same, it says the same', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, fc.array(look, { maxLength: 5 }), async (one, two, looks) => {
        const [before, after] = [contextOf(one), contextOf(two)];
        const { value, inputs } = await tracing(before, looking(looks));
        expect(areSame(inputs, before, true)).toBe(true);
        if (areSame(inputs, after, false)) expect(await looking(looks)(after)).toEqual(value);
      }),
    );
  });

  it('is no more than that: another file may be another', async () => {
    const { inputs } = await tracing(contextOf({ a: '1', b: '1' }), looking([['text', 'a']]));
    expect(areSame(inputs, contextOf({ a: '1', b: '2', c: '3' }), false)).toBe(true);
    expect(areSame(inputs, contextOf({ a: '2', b: '1' }), false)).toBe(false);
  });

  it('holds what was worked out for somebody else', async () => {
    const context = contextOf({ a: '1' });
    await tracing(context, looking([['once', '']]));
    const { inputs } = await tracing(context, looking([['once', '']]));
    expect(areSame(inputs, contextOf({ a: '2' }), false)).toBe(false);
  });

  it('is told apart while several look at the same time', async () => {
    const context = contextOf({ a: '1', b: '1' });
    const [a, b] = await Promise.all([
      tracing(context, looking([['text', 'a']])),
      tracing(context, looking([['text', 'b']])),
    ]);
    expect([a.inputs.files, b.inputs.files]).toEqual([[['a', '1']], [['b', '1']]]);
  });
});

let dir: string;
let host: Host;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'kept-'));
  ({ host } = testHost(join(dir, 'home')));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what is kept between runs', () => {
  it('is taken where nothing it came from has changed, and nowhere else', async () => {
    const other = {
      'src/index.ts': source(tool('ping', PING), tool('trace', 'exec(`traceroute ${host}`);')),
    };
    const { path, commits } = makeRepository(join(dir, 'server'), [
      { files: FILES },
      { files: { 'README.md': '# Weak\n\nAnother word.\n' } },
      { files: other },
      { files: { 'docs/more.md': 'more\n' } },
    ]);
    const cache = join(dir, 'cache');
    const evidence = async (commit: string, ...more: ['cache'?]): Promise<EvidenceFile> => {
      const json = join(dir, 'evidence.json');
      await collect(host, { source: path, ref: commit, json, jobs: '1', ...(more.length > 0 && { cache }) });
      const read = JSON.parse(readFileSync(json, 'utf8')) as EvidenceFile;
      return { ...read, collectors: read.collectors.map((c) => ({ ...c, durationMs: 0 })) };
    };
    for (const commit of commits) expect(await evidence(commit, 'cache')).toEqual(await evidence(commit));

    // That it was taken shows when what is kept says something else.
    const [build] = readdirSync(cache);
    const folder = join(cache, build!, readdirSync(join(cache, build!))[0]!);
    for (const name of readdirSync(folder).filter((n) => n.startsWith('code-flow.'))) {
      const text = readFileSync(join(folder, name), 'utf8');
      writeFileSync(join(folder, name), text.replaceAll('shell-command', 'kept-command'));
    }
    const rules = async (commit: string) => (await evidence(commit, 'cache')).items.map((i) => i.rule);
    expect(await rules(commits[1]!)).toContain('kept-command');
  }, 60_000);

  it('holds no text and no credential', async () => {
    const memory = openMemory(join(dir, 'memory'));
    memory.learn(['a.ts', 'a text of its own']);
    memory.save();
    const again = openMemory(join(dir, 'memory'));
    expect(again.knows(['a.ts', 'a text of its own'])).toBe(true);
    expect(again.knows(['a.t', 'sa text of its own'])).toBe(false);
    expect(readFileSync(join(dir, 'memory', 'clean-texts'), 'latin1')).toMatch(/^[0-9a-f]{24}\n$/);
  });
});

describe('--changed-since', () => {
  it('tells what a change touches, what it makes new, and how many others there are', async () => {
    const { path, commits } = makeRepository(join(dir, 'changed'), [
      {
        files: {
          ...FILES,
          'src/other.ts': source(tool('up', 'exec(`uptime ${host}`);')).replace('weak', 'other'),
        },
      },
      { files: { 'src/index.ts': source(tool('ping', PING), tool('trace', 'exec(`traceroute ${host}`);')) } },
      { files: { 'README.md': '# Weak\n\nAnother word.\n' } },
    ]);
    const told = async (ref: string, since: string): Promise<LeadsReport> => {
      const to = join(dir, 'report.json');
      await collect(host, {
        source: path,
        ref,
        check: ['2.1.2'],
        changedSince: since,
        failOn: ['new'],
        outputs: [{ format: 'json', to }],
      });
      return JSON.parse(readFileSync(to, 'utf8')) as LeadsReport;
    };
    const added = await told(commits[1]!, 'HEAD~1');
    // Two of a kind in one file are one lead, of which one place is new.
    expect(added.leads).toMatchObject([
      {
        location: { path: 'src/index.ts' },
        state: 'more',
        news: [expect.stringMatching(/^1 of its 2 places is new/), 'it is reached from trace now'],
      },
    ]);
    expect(added.changedSince).toMatchObject({ commit: commits[0], left: 1 });
    expect(added.failed).toHaveLength(1);
    expect((await told(commits[2]!, commits[1]!)).leads).toEqual([]);
    await expect(told(commits[2]!, 'nowhere')).rejects.toThrow(/no commit of this repository/);
  }, 60_000);
});
