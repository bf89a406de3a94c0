import { describe, expect, it } from 'vitest';
import { joinedFlows } from '../../src/collectors/code-flow/item.ts';
import { codeFlow } from '../../src/collectors/code-flow.ts';
import { ruleFiles } from '../analysis/flow/follow.ts';
import { fakeContext, run } from './fake-context.ts';

const collector = codeFlow(async () => ruleFiles());

const SERVER = [
  "import { execSync } from 'node:child_process';",
  "import { z } from 'zod'; // shapes of an MCP server",
  "server.tool('ping', { host: z.string() }, async ({ host }) => {",
  '  const line = `ping -c 1 ${host}`;',
  '  return execSync(line);',
  '});',
].join('\n');

describe('code-flow', () => {
  it('lists what a script beside the server does with its own arguments as a fact', async () => {
    const text =
      "import { execSync } from 'node:child_process';\nexport const go = () => execSync(`tar ${process.env.WHAT}`);\n";
    const kindOf = async (path: string) =>
      (await run(collector, { files: { [path]: text } })).item('shell-command').kind;
    expect(await kindOf('scripts/pack.ts')).toBe('fact');
    expect(await kindOf('src/pack.ts')).toBe('lead');
  });

  it('tells what a tool input reaches, with the way and its lines', async () => {
    const { items, gathered } = await run(collector, { files: { 'src/index.ts': SERVER } });
    expect(gathered.outcome).toBe('collected');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      kind: 'lead',
      strength: 'strong',
      rule: 'shell-command',
      class: 'command-injection',
      cwe: ['CWE-78'],
      checks: ['2.1.2'],
      title: '`host` of tool ping reaches a shell command (child_process.execSync)',
      at: { path: 'src/index.ts', startLine: 5 },
    });
    expect(items[0]?.flow).toEqual([
      { path: 'src/index.ts', line: 3, role: 'source', text: '`host` of tool ping' },
      { path: 'src/index.ts', line: 4, role: 'step', text: 'const line = `ping -c 1 ${host}`;' },
      { path: 'src/index.ts', line: 5, role: 'sink', text: 'child_process.execSync' },
    ]);
  });

  it('cuts a long title between words, the call first', async () => {
    const long = 'a_rather_long_name_of_a_tool_that_fills_the_line_of_its_title_by_itself';
    const { items } = await run(collector, { files: { 'src/index.ts': SERVER.replaceAll('ping', long) } });
    expect(items.map((i) => i.title)).toEqual([
      expect.stringMatching(/^`host` of tool \S+ reaches a( shell)?( command)?( …)?$/),
    ]);
  });

  it('tells tools with the same mistake in one item, each with its source, its sink and its place', async () => {
    const { items } = await run(collector, {
      files: {
        'src/index.ts': `${SERVER}\n${SERVER.split('\n').slice(2).join('\n').replaceAll('ping', 'pong')}`,
      },
    });
    expect(items.map((i) => i.title)).toEqual([
      '`host` of tool ping reaches a shell command (child_process.execSync), and 1 more way',
    ]);
    expect(items[0]?.flow?.map((s) => `${s.role} ${s.line} ${s.text}`)).toEqual([
      'source 3 `host` of tool ping',
      'step 4 const line = `ping -c 1 ${host}`;',
      'sink 5 child_process.execSync',
      'source 7 `host` of tool pong',
      'step 8 const line = `pong -c 1 ${host}`;',
      'sink 9 child_process.execSync',
    ]);
    expect(items[0]?.detail).toContain(
      '- `host` of tool pong reaches child_process.execSync at src/index.ts:9',
    );
    expect(items[0]?.places?.map((p) => p.startLine)).toContain(9);
  });

  it('keeps a flow within what is kept of it, and no sink without its source', () => {
    const way = (n: number) =>
      (['source', 'step', 'step', 'guard', 'sink'] as const).map((role, i) => ({
        path: 'a.ts',
        line: n * 10 + i,
        role,
        text: '',
      }));
    const steps = joinedFlows(Array.from({ length: 40 }, (_, n) => way(n)));
    expect(steps.length).toBe(60);
    expect(steps.slice(0, 5)).toEqual(way(0));
    expect(steps.filter((s) => s.role === 'source').length).toBeGreaterThanOrEqual(
      steps.filter((s) => s.role === 'sink').length,
    );
    expect(joinedFlows([way(1), way(1)])).toEqual(way(1));
  });

  it('names every handler whose input gets to a sink, and whether it is guarded', async () => {
    const { items } = await run(collector, { files: { 'src/index.ts': SERVER } });
    expect(items[0]?.doors).toEqual([{ name: 'ping', path: 'src/index.ts', line: 3, guarded: false }]);
  });

  it('holds the hints of a tool against what its input reaches', async () => {
    const source = (hints: string, name: string, act: string) =>
      `server.registerTool('${name}', { description: 'd', inputSchema: { path: z.string() }, annotations: { ${hints} } }, async ({ path }) => {\n  ${act}\n});\n`;
    const { items } = await run(collector, {
      files: {
        'src/index.ts': `import fs from 'node:fs';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n${source('readOnlyHint: true', 'view', 'fs.unlinkSync(path);')}${source('destructiveHint: false', 'drop', 'fs.rmSync(path);')}${source('readOnlyHint: true', 'show', 'return fs.readFileSync(path);')}`,
      },
    });
    const hints = items.filter((i) => i.rule === 'hint-against-sink');
    expect(hints.map((i) => i.title)).toEqual([
      'view says that it only reads; its input reaches a call that changes files',
      'drop says that it destroys nothing; its input reaches a call that deletes',
    ]);
    expect(hints[0]).toMatchObject({ class: 'annotation-mismatch', checks: ['2.4.2'], at: { startLine: 3 } });
  });

  it('says once what several tools say of themselves wrongly', async () => {
    const source = (name: string): string =>
      `server.registerTool('${name}', { inputSchema: { path: z.string() }, annotations: { readOnlyHint: true } }, async ({ path }) => { fs.unlinkSync(path); });\n`;
    const { items } = await run(collector, {
      files: {
        'src/index.ts': `import fs from 'node:fs';\nimport { z } from 'zod';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 's', version: '1' });\n${source('one')}${source('two')}`,
      },
    });
    const hints = items.filter((i) => i.rule === 'hint-against-sink');
    expect(hints).toMatchObject([
      {
        title: '2 tools say that each only reads; their input reaches a call that changes files, first one',
        at: { startLine: 5 },
        places: [{ path: 'src/index.ts', startLine: 6 }],
      },
    ]);
    expect(hints[0]?.doors?.map((d) => d.name)).toEqual(['one', 'two']);
  });

  it('says the same on every run', async () => {
    const files = { 'a.ts': SERVER, 'b/c.js': SERVER.replace('ping', 'pong') };
    expect((await run(collector, { files })).items).toEqual((await run(collector, { files })).items);
  });

  it('does not look into tests, vendored and declared code', async () => {
    const { gathered } = await run(collector, {
      files: {
        'test/a.test.ts': SERVER,
        'node_modules/x/a.js': SERVER,
        'a.d.ts': 'declare const a: string;',
      },
    });
    expect(gathered.outcome).toBe('not-applicable');
  });

  it('names what it could not read', async () => {
    const { items, item } = await run(collector, {
      files: {
        'src/index.ts': SERVER,
        'src/broken.ts': 'const a = ;;;(\n}}}',
        'src/long.js': `x(${'1,'.repeat(400_000)}1)`,
        'src/deep.ts': '['.repeat(50_000),
        'src/binary.ts': Buffer.from([0, 1, 2]),
        'src/huge.ts': { size: 10_000_000 },
        'src/main.kt': 'fun main() {}',
      },
    });
    expect(items.filter((i) => i.kind === 'lead')).toHaveLength(1);
    const { title, detail } = item('unread-sources');
    expect(title).toBe('5 source files not read, or not completely');
    for (const name of ['broken', 'long', 'deep', 'binary', 'huge']) expect(detail).toContain(`src/${name}.`);
    expect(item('unread-language').detail).toContain('src/main.kt');
  });

  it('says so when it recognised no handler', async () => {
    const { item } = await run(collector, { files: { 'a.ts': 'export const a = 1;' } });
    expect(item('no-handlers').kind).toBe('gap');
  });

  it('works with the rules that are whole, and names those that are not', async () => {
    const mixed = codeFlow(async () => new Map([...ruleFiles(), ['own.yml', 'rules: 3']]));
    const { items, item } = await run(mixed, { files: { 'a.ts': SERVER } });
    expect(items.some((i) => i.rule === 'shell-command')).toBe(true);
    expect(item('unusable-rules').title).toContain('own.yml');
  });

  it('says which handlers it followed that no definition was read for', async () => {
    const said = async (files: Record<string, string>) =>
      (await run(collector, { files })).items.filter((i) => i.rule === 'handlers-without-tool');
    const [gap, more] = await said({ 'src/index.ts': SERVER.replace(' // shapes of an MCP server', '') });
    expect([gap?.kind, gap?.detail, more]).toEqual([
      'gap',
      expect.stringContaining('ping (src/index.ts:3)'),
      undefined,
    ]);
    expect(await said({ 'src/index.ts': SERVER })).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const context = fakeContext({ files: { 'a.ts': SERVER } });
    await expect(collector.collect({ ...context, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe('sources that are there and cannot be followed', () => {
  it('are named: a pointer of Git LFS, and a notebook', async () => {
    const { items } = await run(collector, {
      files: {
        'a.py': 'x = 1\n',
        'src/index.ts': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 3000\n`,
        'server.ipynb': '{"cells": []}',
      },
    });
    const said = items.filter((i) => i.kind === 'gap').map((i) => `${i.title}: ${i.detail}`);
    expect(said).toContainEqual(expect.stringContaining('src/index.ts: a Git LFS pointer'));
    expect(said).toContainEqual(expect.stringMatching(/Jupyter notebook.*server\.ipynb/s));
  });
});
