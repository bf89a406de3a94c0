import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySurface } from '../../src/domain/evidence.ts';
import { parsePackage } from '../../src/domain/package-name.ts';
import { argumentsFor } from '../../src/live/client/arguments.ts';
import { differences } from '../../src/live/client/differences.ts';
import { eventsIn, replyIn } from '../../src/live/client/http.ts';
import { hashOf } from '../../src/live/client/lists.ts';
import { readMessage } from '../../src/live/client/protocol.ts';
import { createTranscript } from '../../src/live/client/transcript.ts';
import { ownArguments, saidIn } from '../../src/live/prepare/client-config.ts';
import { throwAwayFolder } from '../../src/live/prepare/folder.ts';
import { makePlan, splitWords } from '../../src/live/prepare/make-plan.ts';
import { isPlan, shownStep } from '../../src/live/prepare/plan.ts';
import { bestMain } from '../../src/live/prepare/plan-go.ts';
import { lockHosts } from '../../src/live/prepare/plan-node.ts';
import { constraintsOf, requirementsOf, scriptsOf } from '../../src/live/prepare/plan-python.ts';
import { againstSource } from '../../src/live/probe/compare.ts';
import { lockOf, readLock } from '../../src/live/probe/lock.ts';
import { REQUIREMENTS } from '../../src/live/probe/requirements.ts';
import { bubblewrapArgs } from '../../src/live/sandbox/bubblewrap.ts';
import { SERVER_LIMITS } from '../../src/live/sandbox/limits.ts';
import { canonical } from '../../src/text/canonical-json.ts';

const tool = (name: string, definition: Record<string, unknown> = {}) => {
  const whole = { name, ...definition };
  return { kind: 'tool' as const, name, definition: whole, sha256: hashOf(whole) };
};

describe('messages', () => {
  it('are told apart, with what is wrong with them', () => {
    const read = (text: string) => readMessage(Buffer.from(text));
    expect(read('{"jsonrpc":"2.0","id":1,"result":{}}')).toMatchObject({ kind: 'response', faults: [] });
    expect(read('{"id":1,"result":{}}')).toMatchObject({ faults: ['it does not say jsonrpc 2.0'] });
    expect(read('{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}')).toMatchObject({
      faults: [expect.stringMatching(/no integer/), expect.stringMatching(/no message/)],
    });
    expect(read('{"jsonrpc":"2.0","id":1,"method":"roots/list"}')).toMatchObject({ kind: 'request' });
    expect(read('{"jsonrpc":"2.0","method":"x"}')).toMatchObject({ kind: 'notification' });
    expect([read('ready'), read('[]'), readMessage(Buffer.from([0xff]))]).toMatchObject([
      { why: 'not-json' },
      { why: 'not-rpc' },
      { why: 'not-utf8' },
    ]);
  });
  it('of any bytes are read without a failure', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readMessage(bytes)));
    fc.assert(fc.property(fc.json(), (text) => void readMessage(Buffer.from(text))));
  });
  it('come out of a stream of events', () => {
    const body =
      'event: message\r\ndata: {"jsonrpc":"2.0",\r\ndata: "id":"a","result":{"x":1}}\r\n\r\n: ping\n\n';
    expect(eventsIn(body)).toHaveLength(1);
    const answer = {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body,
      ended: true,
      error: '',
      ms: 1,
    };
    expect(replyIn(answer, 'a').result).toEqual({ x: 1 });
    expect(replyIn(answer, 'b').problem).toMatch(/without a JSON-RPC answer/);
  });
});

describe('definitions', () => {
  it('have one text whatever the order of their keys', () => {
    expect(canonical({ b: [1, { d: 1, c: 2 }], a: 'é' })).toBe('{"a":"é","b":[1,{"c":2,"d":1}]}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (o) => {
        expect(canonical(Object.fromEntries(Object.entries(o).reverse()))).toBe(canonical(o));
      }),
    );
  });
  it('differ by field', () => {
    const before = [
      tool('a', { description: 'x', inputSchema: { properties: { p: { type: 'string' } } } }),
      tool('b'),
    ];
    const after = [
      tool('a', { description: 'y', inputSchema: { properties: { p: { type: 'string', default: 1 } } } }),
      tool('c'),
    ];
    expect(differences(before, after).map((d) => [d.change, d.name, d.field])).toEqual([
      ['changed', 'a', 'description'],
      ['added', 'a', 'inputSchema.properties.p.default'],
      ['removed', 'b', ''],
      ['added', 'c', ''],
    ]);
    expect(differences(before, [...before].reverse())).toMatchObject([{ change: 'order' }]);
    expect(differences(before, before)).toEqual([]);
  });
  it('are locked, and a lock that was changed by hand is no lock', () => {
    const server = { name: 's', version: '1', protocolVersion: '', capabilities: {}, instructions: '' };
    const lock = lockOf({ server, tools: [tool('b'), tool('a')] });
    expect(lock.items.map((i) => i.name)).toEqual(['a', 'b']);
    expect(readLock(JSON.stringify(lock))).toEqual(lock);
    expect(readLock(JSON.stringify(lock).replace('"name":"b"}', '"name":"b","description":"x"}'))).toMatch(
      /changed by hand/,
    );
    expect(readLock('{}')).toMatch(/schema/);
  });
  it('are compared with the source without judging what cannot be known', () => {
    const source = (name: string, more: object = {}) => ({
      name,
      path: 'a.ts',
      line: 1,
      description: 'd',
      certainty: 'literal' as const,
      params: [],
      annotations: {},
      handler: null,
      sinks: [],
      ...more,
    });
    const surface = {
      ...emptySurface(),
      tools: [
        source('a', {
          annotations: { readOnlyHint: true },
          params: [{ name: 'p', type: 'string', constraints: [] }],
        }),
        source('gone'),
        source('made', { certainty: 'dynamic' }),
      ],
    };
    const live = [tool('a', { description: 'other', inputSchema: { properties: { q: {} } } }), tool('new')];
    expect(againstSource(surface, live).map((d) => [d.name, d.field, d.change])).toEqual([
      ['gone', '', 'removed'],
      ['new', '', 'added'],
      ['a', 'description', 'changed'],
      ['a', 'inputSchema.properties.q', 'added'],
      ['a', 'inputSchema.properties.p', 'removed'],
      ['a', 'annotations.readOnlyHint', 'changed'],
    ]);
  });
});

describe('arguments', () => {
  it('are the least a schema accepts', () => {
    const schema = {
      type: 'object',
      required: ['s', 'n', 'e', 'l', 'w', 'o', 'u'],
      properties: {
        s: { type: 'string', minLength: 9 },
        n: { type: 'integer', minimum: 5 },
        e: { enum: ['x', 'y'] },
        l: { type: 'array', minItems: 2, items: { type: 'boolean' } },
        w: { type: 'string', pattern: '^\\d{4}-W\\d{2}$' },
        o: {
          type: 'object',
          required: ['z'],
          properties: { z: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
        },
        u: { type: 'string', format: 'uri' },
        left: { type: 'string' },
      },
    };
    expect(argumentsFor(schema)).toEqual({
      s: 'exampleaa',
      n: 5,
      e: 'x',
      l: [false, false],
      w: '2026-W01',
      o: { z: 1 },
      u: 'http://127.0.0.1:9/',
    });
  });
  it('are made of any schema, also one that would make a pattern run for ever', () => {
    expect(
      argumentsFor({ required: ['p'], properties: { p: { type: 'string', pattern: '(a+)+$(?!x)[b' } } }),
    ).toEqual({ p: 'a' });
    fc.assert(fc.property(fc.jsonValue(), (schema) => void argumentsFor(schema)));
  });
});

describe('a transcript', () => {
  it('masks credentials also where a line is cut', () => {
    const t = createTranscript(() => 0);
    t.add('!', `${'x'.repeat(64 * 1024 - 10)}ghp_0123456789abcdefghijABCDEFGHIJ012345`);
    expect(t.lines()[0]?.text).not.toMatch(/ghp_0/);
  });
});

const treeOf = (files: Record<string, string>) => ({
  paths: new Set(Object.keys(files)),
  text: (path: string) => Promise.resolve(files[path] ?? null),
});

describe('a plan', () => {
  const env = { PATH: process.env.PATH };
  it('follows the lockfile without scripts, then builds without network', async () => {
    const plan = await makePlan(
      treeOf({
        'package.json': JSON.stringify({
          name: '@x/notes',
          bin: { notes: 'dist/i.js' },
          scripts: { build: 'tsc' },
          dependencies: { a: '1' },
        }),
        'package-lock.json': '{"packages":{"node_modules/a":{"resolved": "https://evil.example/a.tgz"}}}',
        'README.md':
          'Use\n```json\n{"mcpServers":{"notes":{"command":"npx","args":["-y","@x/notes","/Users/me/notes"],"env":{"NOTES_DIR":"/x","API_KEY":"secretword","LOG_LEVEL":"info","MODE":"two words"}}}}\n```\n',
      }),
      '',
      { env },
    );
    if (!isPlan(plan)) throw new Error(plan.problem);
    expect(plan.steps.map((s) => [shownStep(s).slice(0, 3).join(' '), s.network])).toEqual([
      ['npm ci --ignore-scripts', 'registry.npmjs.org, evil.example'],
      ['npm run build', ''],
    ]);
    expect(plan.argv).toEqual(['node', '/pkg/dist/i.js', '/data/root']);
    expect(plan.env).toEqual({ NOTES_DIR: '/data/root', API_KEY: 'x', LOG_LEVEL: 'info', MODE: 'x' });
  });
  it('takes names of packages only, in the versions of the lock', () => {
    const facts = {
      folder: '',
      pyproject: '',
      lock: '',
      lockName: '',
      runnable: [],
      requirements:
        'mcp>=1\n-e .\n--index-url http://evil\ngit+https://x/y\nrequests==2.0 # why\nfoo @ http://evil/x.whl\n',
    };
    expect(requirementsOf(facts)).toEqual({
      take: ['mcp>=1', 'requests==2.0'],
      left: ['-e .', '--index-url http://evil', 'git+https://x/y', 'foo @ http://evil/x.whl'],
    });
    expect(
      constraintsOf(
        '[[package]]\nname="a"\nversion="1"\n[[package]]\nname="own"\nversion="0"\nsource={editable="."}\n[[package]]\nname="forked"\nversion="1"\n[[package]]\nname="forked"\nversion="2"\n',
      ),
    ).toEqual(['a==1']);
    expect(scriptsOf('[project.scripts]\nx = "pkg.mod:main"\nbad = "os; x"\n')).toEqual([
      { name: 'x', module: 'pkg.mod', call: 'main' },
    ]);
  });
  it('says what can be done where none can be made', async () => {
    const plan = await makePlan(treeOf({ 'a.txt': '' }), '', { env });
    expect(plan).toMatchObject({
      problem: expect.stringMatching(/no package.json/),
      hint: expect.stringMatching(/--cmd/),
    });
  });
  it('reads what authors write', () => {
    expect(parsePackage('npm:@a/b@1.2.3')).toEqual({ registry: 'npm', name: '@a/b', version: '1.2.3' });
    expect(parsePackage('pypi:a-b==1.0')).toEqual({ registry: 'pypi', name: 'a-b', version: '1.0' });
    expect([parsePackage('./folder'), parsePackage('https://x/y'), parsePackage('npm:a b')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(splitWords(`node "a b.js" --x='y z' $HOME`)).toEqual(['node', 'a b.js', '--x=', 'y z', '$HOME']);
    expect(saidIn('{ // c\n "servers": {"x": {"command": "uvx", "args": ["y", "--flag"]}} }', false)).toEqual(
      [{ command: 'uvx', args: ['y', '--flag'], env: {} }],
    );
    expect(
      ownArguments({ command: 'node', args: ['/path/to/dist/i.js', '--stdio'], env: {} }, ['n']),
    ).toEqual(['--stdio']);
    expect(bestMain({ mains: ['cmd/gen', 'cmd/thing'], name: 'thing' })).toBe('cmd/thing');
    expect(
      lockHosts('"resolved": "https://registry.npmjs.org/a.tgz","resolved": "git+ssh://git@h.example/x"'),
    ).toEqual(['h.example', 'registry.npmjs.org']);
  });
});

describe('the sandbox', () => {
  const shape = {
    mounts: [
      { from: '/a', at: '/pkg' },
      { from: '/b', at: '/deps', write: true },
    ],
    network: false,
    limits: SERVER_LIMITS,
  };
  it('has no network unless asked for, and shows read-only what is not said to be written', () => {
    const args = bubblewrapArgs(shape, [], '/acc').join(' ');
    expect(args).toMatch(/--unshare-net/);
    expect(args).toContain('--ro-bind /a /pkg --bind /b /deps');
    expect(args).toMatch(/--remount-ro \/ /);
    expect(bubblewrapArgs({ ...shape, network: true }, [], '/acc')).not.toContain('--unshare-net');
  });
});

describe('a throw-away folder', () => {
  it('is removed by the next one when its process is gone, and no other is', () => {
    const parent = mkdtempSync(join(tmpdir(), 'mcp-audit-folders-'));
    const gone = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], {
      encoding: 'utf8',
    }).stdout.trim();
    for (const name of [
      `mcp-audit-live-${gone}-abcdef`,
      'mcp-audit-live-notes',
      `mcp-audit-live-${process.pid}-abcdef`,
    ])
      mkdirSync(join(parent, name));
    const made = throwAwayFolder(parent);
    expect(readdirSync(parent).sort()).toEqual(
      [basename(made), 'mcp-audit-live-notes', `mcp-audit-live-${process.pid}-abcdef`].sort(),
    );
    rmSync(parent, { recursive: true });
  });
});

describe('requirements', () => {
  it('are each there once, with words', () => {
    expect(new Set(REQUIREMENTS.map((r) => r.id)).size).toBe(REQUIREMENTS.length);
    expect(REQUIREMENTS.length).toBeGreaterThan(80);
  });
});
