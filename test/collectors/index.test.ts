import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReading } from '../../src/analysis/sources/reading.ts';
import type { CollectContext, Gathered } from '../../src/collectors/collector.ts';
import { collectors } from '../../src/collectors/index.ts';
import { surface } from '../../src/domain/evidence.ts';
import { openRepository } from '../../src/io/git/open-repository.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { itemsOf } from './fake-context.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const stripe = ['sk', 'live', 'Q9aZ3kT7xB1mW5pL8vR2tY4n'].join('_');

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
const token = process.env.ACME_TOKEN;
server.registerTool('delete_page', { description: 'Deletes\\u200b a page', inputSchema: { path: z.string() }, annotations: { readOnlyHint: true } }, async ({ path }) => path);
await server.connect(new StdioServerTransport());
`;

let dir: string;
let close: () => Promise<void>;
let context: CollectContext;
const results = new Map<string, Gathered>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'collectors-'));
  const made = makeRepository(join(dir, 'repo'), [
    {
      files: { 'src/config.ts': `export const key = '${stripe}';\n`, LICENSE: 'x' },
      author: 'Ada Writer <ada@example.org>',
    },
    {
      files: { 'src/config.ts': 'export const key = process.env.STRIPE_KEY;\n', 'src/index.ts': server },
      author: 'Ada Writer <ada@example.org>',
      tags: ['v1.0.0'],
    },
    {
      files: {
        'package.json': '{\n  "name": "acme",\n  "dependencies": { "zod": "^4" }\n}\n',
        'README.md': '# Acme\n\n```\nnpx -y acme\n```\n',
        Dockerfile: 'FROM node\n',
        link: { symlink: '../outside' },
      },
      author: 'Bob Helper <bob@example.net>',
      message: 'Package it (#1)',
    },
  ]);
  const repository = await openRepository(join(made.path, '.git'), made.commit, '');
  close = repository.close;
  context = {
    target: {
      url: 'https://github.com/acme/acme',
      commit: made.commit,
      ref: '',
      subdir: '',
      name: 'acme/acme',
      committedAt: '2024-01-03T12:00:00Z',
      tags: [],
    },
    tree: repository.tree,
    reading: createReading(repository.tree),
    history: repository.history,
    signal: new AbortController().signal,
    progress: () => {},
  };
  for (const collector of collectors) results.set(collector.id, await collector.collect(context));
});

afterAll(async () => {
  await close();
  rmSync(dir, { recursive: true });
});

const items = (id: string) => itemsOf(results.get(id)!);
const all = () => [...results.values()].flatMap(itemsOf);

describe('all collectors over a real repository', () => {
  it('have the ids the checklists name', () => {
    expect(collectors.map((c) => c.id).sort()).toEqual(
      [
        'authorization',
        'capabilities',
        'dependencies',
        'dockerfile',
        'git-history',
        'governance',
        'identity',
        'readme',
        'secrets',
        'security-files',
        'signatures',
        'source-tree',
        'tests-ci',
        'tool-surface',
        'tool-text',
        'code-flow',
        'code-weaknesses',
        'look-alikes',
        'deployment',
        'network',
        'operations',
        'hidden-behaviour',
      ].sort(),
    );
    for (const c of collectors) expect(`${c.title} ${c.about}`).toMatch(/\w+ .*\.$/);
  });

  it('find what was planted', () => {
    expect(items('secrets').map((i) => i.rule)).toContain('history-stripe-key');
    expect(items('secrets').find((i) => i.rule === 'history-stripe-key')?.detail).toContain(
      `Brought in by commit `,
    );
    expect(items('tool-surface').map((i) => i.rule)).toEqual(
      expect.arrayContaining(['read-only-on-writer', 'free-text-parameter', 'transport-stdio']),
    );
    expect(items('tool-text').map((i) => i.rule)).toContain('hidden-characters');
    expect(items('git-history').find((i) => i.rule === 'one-commit-authors')?.detail).toContain(
      'Bob Helper: Dockerfile, package.json',
    );
    expect(items('source-tree').map((i) => i.rule)).toContain('symlink-out');
    expect(items('signatures').map((i) => i.rule)).toContain('unsigned-commits');
    expect(items('dockerfile').map((i) => i.rule)).toEqual(
      expect.arrayContaining(['base-image-latest', 'root-user']),
    );
  });

  it('emit a surface that meets the public format', () => {
    const gathered = results.get('tool-surface');
    const found = gathered && 'surface' in gathered ? gathered.surface : undefined;
    expect(surface.parse(found)).toEqual(found);
    expect(found?.tools).toMatchObject([
      {
        name: 'delete_page',
        certainty: 'literal',
        params: [{ name: 'path', type: 'string' }],
        annotations: { readOnlyHint: true },
        handler: { startLine: 4 },
      },
    ]);
  });

  it('say for every item which question it speaks to, where it is, and never a verdict', () => {
    for (const item of all()) {
      expect(item.checks, item.title).not.toEqual([]);
      for (const check of item.checks ?? []) expect(check).toMatch(/^[1-4]\.\d\.\d$/);
      expect(item.title.length).toBeLessThanOrEqual(100);
      expect(`${item.title} ${item.detail ?? ''}`).not.toMatch(
        /\b(?:pass(?:ed|es)?|fail(?:ed|s)?|secure|insecure|vulnerable|dangerous|non-?compliant|compliant)\b/i,
      );
      expect(item.title).not.toMatch(/[\n\r]/);
      // Facts and leads can be shown again; a gap may have nothing to show.
      if (item.kind !== 'gap' && !item.at) expect(item.reproduce, item.rule).toMatch(/^git /);
      if (item.at) expect(item.at.startLine).toBeGreaterThan(0);
    }
  });

  it('show no secret', () => {
    expect(JSON.stringify([...results.values()])).not.toContain(stripe.slice(5));
  });

  it('say the same twice', async () => {
    for (const collector of collectors)
      expect(await collector.collect(context), collector.id).toEqual(results.get(collector.id));
  });

  it('stop when told to', async () => {
    const stopped = { ...context, signal: AbortSignal.abort(new Error('stop')) };
    for (const id of ['source-tree', 'secrets', 'readme', 'tool-surface'])
      await expect(collectors.find((c) => c.id === id)!.collect(stopped)).rejects.toThrow('stop');
  });
});
