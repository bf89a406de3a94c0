import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/flow/analyse.ts';
import { leadsOf } from '../../../src/analysis/flow/leads.ts';
import type { Expr, Module, Stmt } from '../../../src/analysis/sources/ir.ts';
import { flowsOf, follow, knowledge, told } from './follow.ts';

const SERVER = "import { exec } from 'node:child_process';\nimport { z } from 'zod';\n";

describe('doors', () => {
  const doors: [string, string, string][] = [
    ['server.tool', "server.tool('t', { a: z.string() }, async ({ a }) => exec(a));", 'a of t'],
    [
      'registerTool',
      "server.registerTool('t', { inputSchema: { a: z.string() } }, async (args) => exec(args.a));",
      'a of t',
    ],
    [
      'addTool',
      "server.addTool({ name: 't', parameters: z.object({ a: z.string() }), execute: async (args) => exec(args.a) });",
      'a of t',
    ],
    [
      'setRequestHandler with a switch',
      "server.setRequestHandler(CallToolRequestSchema, async (request) => {\n  const { name, arguments: args } = request.params;\n  switch (name) { case 't': return exec((args as { a: string }).a); }\n});",
      'a of t',
    ],
    [
      'setRequestHandler with comparisons',
      "server.setRequestHandler(CallToolRequestSchema, async (request) => {\n  if (request.params.name === 't') return exec(request.params.arguments.a);\n});",
      'a of t',
    ],
    [
      'a table',
      "export const tools = [{ name: 't', description: 'd', handler: async (args) => exec(args.a) }];",
      'a of t',
    ],
    [
      'a class',
      "class RunTool { name = 't'; description = 'd'; async execute(args) { exec(args.a); } }",
      'a of t',
    ],
    [
      'its own wrapper',
      "const tool = (name, description, schema, cb) => { server.registerTool(name, { description, inputSchema: schema }, async (args) => cb(args)); };\ntool('t', 'd', {}, async ({ a }) => exec(a));",
      'a of t',
    ],
    [
      'a wrapped handler',
      "const safe = (fn) => async (args) => { try { return await fn(args); } catch (e) { return e; } };\nserver.tool('t', {}, safe(async ({ a }) => exec(a)));",
      'a of t',
    ],
    ['a prompt', "server.prompt('t', { a: z.string() }, ({ a }) => exec(a));", 'a of t'],
    ['a route', "app.post('/run', (req, res) => { exec(req.body.a); });", 'a of POST /run'],
  ];
  it.for(doors)('%s', async ([, code, input]) => {
    const leads = await follow({ 'a.ts': SERVER + code });
    expect(told(leads).map((l) => l.replace(/ at .*/, ''))).toEqual([`strong shell-command ${input}`]);
  });

  it('takes a function nobody calls for a weak one', async () => {
    expect(
      told(await follow({ 'a.ts': `${SERVER}export function run(command) { exec(command); }` })),
    ).toEqual(['weak shell-command command of run at a.ts:3']);
  });
});

describe('ways', () => {
  const ways: [string, Record<string, string>][] = [
    ['text', { 'a.ts': "server.tool('t', {}, async ({ a }) => { let c = 'ls '; c += a; exec(c); });" }],
    [
      'lists',
      {
        'a.ts': "server.tool('t', {}, async ({ a }) => { const c = ['ls']; c.push(a); exec(c.join(' ')); });",
      },
    ],
    [
      'objects',
      { 'a.ts': "server.tool('t', {}, async (args) => { const o = { x: { y: args.a } }; exec(o.x.y); });" },
    ],
    ['callbacks', { 'a.ts': "server.tool('t', {}, async ({ a }) => { a.map((x) => exec(x)); });" }],
    ['promises', { 'a.ts': "server.tool('t', {}, async ({ a }) => new Promise((ok) => { exec(a); }));" }],
    [
      'promisify',
      {
        'a.ts':
          "import { promisify } from 'util';\nconst run = promisify(exec);\nserver.tool('t', {}, async ({ a }) => run(a));",
      },
    ],
    ['loops', { 'a.ts': "server.tool('t', {}, async ({ a }) => { for (const x of a) exec(x); });" }],
    [
      'returns',
      { 'a.ts': "const line = (x) => `ls ${x}`;\nserver.tool('t', {}, async ({ a }) => exec(line(a)));" },
    ],
    [
      'fields',
      {
        'a.ts':
          "class S { run = exec; go(x) { this.run(x); } }\nconst s = new S();\nserver.tool('t', {}, async ({ a }) => s.go(a));",
      },
    ],
    [
      'constructors',
      {
        'a.ts':
          "class S { constructor(private dir) {} go() { exec('ls ' + this.dir); } }\nserver.tool('t', {}, async ({ a }) => new S(a).go());",
      },
    ],
    [
      'inheritance',
      {
        'a.ts':
          "class B { go(x) { exec(x); } }\nclass S extends B {}\nserver.tool('t', {}, async ({ a }) => new S().go(a));",
      },
    ],
    [
      'interfaces',
      {
        'a.ts':
          "export class Pg { runStatement(x) { exec(x); } }\nserver.tool('t', {}, async ({ a }, extra) => extra.db.runStatement(a));",
      },
    ],
  ];
  it.for(ways)('%s', async ([, files]) => {
    const leads = await follow(Object.fromEntries(Object.entries(files).map(([p, t]) => [p, SERVER + t])));
    expect(leads.map((l) => `${l.strength} ${l.rule.id} ${l.tool}`)).toContain('strong shell-command t');
  });

  it('crosses files by imports, re-exports, index files and package.exports', async () => {
    const leads = await follow({
      'src/server.ts':
        "import { go } from './lib/index.js';\nimport old from './old.cjs';\nserver.tool('t', {}, async ({ a }) => { go(a); old.run(a); });",
      'src/lib/index.ts': "export * from './run.js';",
      'src/lib/run.ts': `${SERVER}export const go = (x) => exec(x);`,
      'src/old.cjs': "const cp = require('child_process');\nmodule.exports = { run(x) { cp.execSync(x); } };",
    });
    expect(told(leads)).toEqual([
      'strong shell-command a of t at src/lib/run.ts:3',
      'strong shell-command a of t at src/old.cjs:2',
    ]);
  });

  it('tells source, steps and sink with their lines', async () => {
    const [lead] = await follow({
      'a.ts': `${SERVER}const run = (line) => {\n  exec(line);\n};\nserver.tool('t', {}, async ({ a }) => {\n  const line = 'ls ' + a;\n  run(line);\n});`,
    });
    expect(lead?.flow.map((s) => `${s.role} ${s.line}`)).toEqual(['source 6', 'step 7', 'step 8', 'sink 4']);
  });
});

describe('numbers', () => {
  it('carry no text: what they reach is told, as guarded by their schema', async () => {
    const [lead] = await follow({
      'a.ts': `${SERVER}server.tool('t', { n: z.number() }, async ({ n }) => exec('sleep ' + n));`,
    });
    expect(lead).toMatchObject({ strength: 'weak' });
    expect(lead?.guards.map((g) => g.guard.detail)).toEqual(['number .number()']);
  });
});

describe('what is left alone', () => {
  const harmless: [string, string][] = [
    ['constants', "server.tool('t', {}, async () => exec('ls'));"],
    [
      'enumerations of a schema',
      "server.tool('t', { n: z.enum(['a', 'b']) }, async ({ n }) => exec('ls ' + n));",
    ],
    ['numbers made of it', "server.tool('t', {}, async ({ n }) => exec('sleep ' + Number(n)));"],
    ['counts', "server.tool('t', {}, async ({ n }) => exec('sleep ' + n.length));"],
    ['other fields', "server.tool('t', {}, async ({ a }) => { const o = { a, b: 'ls' }; exec(o.b); });"],
    ['functions of that name', "const exec2 = (x) => x;\nserver.tool('t', {}, async ({ a }) => exec2(a));"],
    ['regular expressions', "server.tool('t', {}, async ({ a }) => /x/.exec(a));"],
    ['comparisons', "server.tool('t', {}, async ({ a }) => exec(a === 'x' ? 'ls' : 'pwd'));"],
  ];
  it.for(harmless)('%s', async ([, code]) => {
    expect(told(await follow({ 'a.ts': SERVER + code }))).toEqual([]);
  });
});

describe('guards', () => {
  const guarded: [string, string][] = [
    ['an allow-list', "if (!OK.includes(a)) throw new Error('no');"],
    ['a set', "if (!OK.has(a)) { return 'no'; }"],
    ['a pattern', "if (!/^[a-z]+$/.test(a)) throw new Error('no');"],
    ['a test by a function', 'if (!isAllowed(a)) return;'],
    ['a helper that throws', 'check(a);'],
    ['a value of its own', 'const ok = OK.includes(a);\nif (!ok) return;'],
  ];
  const helpers =
    "const OK = ['x'];\nconst isAllowed = (x) => OK.includes(x);\nfunction check(x) { if (!OK.includes(x)) throw new Error('no'); }\n";
  it.for(guarded)('%s weakens', async ([, guard]) => {
    const leads = await follow({
      'a.ts': `${SERVER}${helpers}server.tool('t', {}, async ({ a }) => {\n${guard}\nexec(a);\n});`,
    });
    expect(leads.map((l) => l.strength)).toEqual(['weak']);
    expect(leads[0]?.flow.some((s) => s.role === 'guard')).toBe(true);
  });

  it('does not weaken when it does not decide', async () => {
    const leads = await follow({
      'a.ts': `${SERVER}${helpers}server.tool('t', {}, async ({ a }) => {\nif (!OK.includes(a)) console.log('hm');\nexec(a);\n});`,
    });
    expect(leads.map((l) => l.strength)).toEqual(['strong']);
  });

  it('does not weaken on the other branch', async () => {
    const leads = await follow({
      'a.ts': `${SERVER}${helpers}server.tool('t', {}, async ({ a }) => {\nif (OK.includes(a)) { return 'fine'; }\nexec(a);\n});`,
    });
    // Which of the two outcomes lets a value pass is for the auditor to read; that it was tested is shown.
    expect(leads[0]?.flow.some((s) => s.role === 'guard')).toBe(true);
  });

  const python = (check: string): Record<string, string> => ({
    'a.py': `from pathlib import Path\nfrom fastmcp import FastMCP\nmcp = FastMCP('x')\n${check}\n@mcp.tool()\ndef read(path: str) -> str:\n    validate_path(Path(path), ROOT)\n    return open(path).read()\n`,
  });

  it('takes the word of a function that can only refuse, where what it does is not followed to its end', async () => {
    const check = [
      'def validate_path(path, allowed):',
      '    if allowed is None:',
      '        return',
      '    try:',
      '        path.resolve().relative_to(allowed)',
      '    except ValueError:',
      "        raise ValueError('outside')",
    ].join('\n');
    const [lead] = await follow(python(check));
    expect(lead).toMatchObject({ strength: 'weak' });
    expect(lead?.guards.map((g) => g.guard.kind)).toContain('relative');
    // One that cannot refuse guards nothing, whatever it is called.
    expect((await follow(python('def validate_path(path, allowed):\n    log(path)')))[0]?.strength).toBe(
      'strong',
    );
  });

  it('keeps a guard that a setting turns on, with its hole', async () => {
    const code = (condition: string): Record<string, string> => ({
      'a.ts': `${SERVER}server.tool('t', {}, async ({ a }) => {\nif (${condition}) {\nif (!/^[a-z]+$/.test(a)) throw new Error('no');\n}\nexec(a);\n});`,
    });
    const [lead] = await follow(code('config.strict'));
    expect(lead).toMatchObject({ strength: 'moderate' });
    expect(lead?.guards[0]?.hole).toContain('setting');
    expect((await follow(code('true')))[0]?.guards).toHaveLength(1);
  });

  it('makes one lead of all doors behind one faulty guard', async () => {
    const leads = await follow({
      'a.ts': [
        "import fs from 'node:fs/promises';",
        "const inside = (p) => { if (!p.startsWith('/data')) throw new Error('no'); return p; };",
        "server.tool('r', {}, async ({ path }) => fs.readFile(inside(path)));",
        "server.tool('w', {}, async ({ path }) => fs.writeFile(inside(path), ''));",
      ].join('\n'),
    });
    expect(leads).toHaveLength(1);
    expect(leads[0]).toMatchObject({ strength: 'moderate', alsoFrom: ['`path` of w'.replaceAll('`', '')] });
  });
});

describe('shared causes', () => {
  const doors = (n: number): string =>
    [
      "import fs from 'node:fs';\nimport path from 'node:path';",
      'const full = (p) => {\n  return path.join(ROOT, p);\n};',
      ...Array.from(
        { length: n },
        (_, i) =>
          `function use${i}(f) { return fs.readFileSync(f); }\nserver.tool('t${i}', {}, async ({ file }) => use${i}(full(file)));`,
      ),
    ].join('\n');

  it('are one lead at the helper that many doors go through', async () => {
    const leads = await follow({ 'a.ts': doors(5) });
    expect(leads).toHaveLength(1);
    expect(leads[0]).toMatchObject({ at: { path: 'a.ts', line: 4 } });
    expect(leads[0]?.alsoFrom).toHaveLength(4);
    expect(leads[0]?.alsoAt).toHaveLength(4);
  });

  it('are leads of their own while they are few', async () => {
    expect(await follow({ 'a.ts': doors(3) })).toHaveLength(3);
  });
});

describe('other languages', () => {
  const at = { line: 1, endLine: 1 };
  const name = (n: string): Expr => ({ at, kind: 'name', name: n });
  const dot = (object: Expr, property: string): Expr => ({ at, kind: 'member', object, property });
  const call = (callee: Expr, ...args: Expr[]): Expr => ({
    at,
    kind: 'call',
    callee,
    args: args.map((value) => ({ value })),
    isNew: false,
  });
  const text = (value: string): Expr => ({ at, kind: 'literal', value, isString: true });
  const fn = (n: string, params: [string, string][], body: Stmt[], decorators: Expr[] = []) => ({
    name: n,
    params: params.map(([p, type]) => ({ name: p, type, defaultValue: null, rest: false, parts: [] })),
    body,
    at: { line: 2, endLine: 3 },
    decorators,
    doc: '',
    isAsync: false,
  });
  const run = async (module: Module) => told(leadsOf((await analyse([module], knowledge())).hits));

  it('follows a handler of Go', async () => {
    const handler = fn(
      'handle',
      [
        ['ctx', 'context.Context'],
        ['request', 'mcp.CallToolRequest'],
      ],
      [
        {
          at,
          kind: 'expr',
          value: call(
            dot(name('exec'), 'Command'),
            text('sh'),
            text('-c'),
            call(dot(name('request'), 'GetString'), text('command'), text('')),
          ),
        },
      ],
    );
    const module: Module = {
      path: 'main.go',
      language: 'go',
      imports: [{ local: 'exec', module: 'os/exec', name: '*', at }],
      exports: [],
      errors: [],
      marks: null,
      body: [
        { at, kind: 'function', fn: handler },
        {
          at,
          kind: 'function',
          fn: fn(
            'main',
            [],
            [
              {
                at,
                kind: 'expr',
                value: call(
                  dot(name('s'), 'AddTool'),
                  call(dot(name('mcp'), 'NewTool'), text('run')),
                  name('handle'),
                ),
              },
            ],
          ),
        },
      ],
    };
    expect(await run(module)).toContain('strong shell-command command of - at main.go:1');
  });

  it('follows a decorated function of Python, and believes its types', async () => {
    const body: Stmt[] = [{ at, kind: 'expr', value: call(dot(name('os'), 'system'), name('a')) }];
    const module = (type: string): Module => ({
      path: 'a.py',
      language: 'python',
      imports: [{ local: 'os', module: 'os', name: '*', at }],
      exports: [],
      errors: [],
      marks: null,
      body: [{ at, kind: 'function', fn: fn('run', [['a', type]], body, [call(dot(name('mcp'), 'tool'))]) }],
    });
    expect(await run(module('str'))).toEqual(['strong shell-command a of run at a.py:1']);
    // A number carries no command, and the lead says that it is one.
    expect(await run(module('int'))).toEqual(['weak shell-command a of run at a.py:1']);
  });
});

describe('the engine', () => {
  const files = {
    'a.ts': `${SERVER}import { b } from './b.js';\nserver.tool('t', {}, async ({ a }) => b(a));\nexport const back = (x) => b(x);`,
    'b.ts': `${SERVER}import { back } from './a.js';\nexport const b = (x) => { exec(x); back(x); return b(x + 1); };`,
  };
  it('comes to an end where functions call each other, and says the same each time', async () => {
    const once = await follow(files);
    expect(told(once)).toEqual(['strong shell-command a of t at b.ts:4']);
    expect(await follow(files)).toEqual(once);
  });

  it('does not mind names that objects have anyway', async () => {
    const code =
      'const o = { constructor: 1, __proto__: 2, toString: 3 };\no.constructor(o.__proto__);\nconst { hasOwnProperty } = o;\nhasOwnProperty.call(o);\nvalueOf();\nserver.constructor();';
    expect((await flowsOf({ 'a.ts': code })).limits.size).toBe(0);
  });

  it('takes no more work for exceptions that call the constructor of a class from outside', async () => {
    const code = Array.from(
      { length: 150 },
      (_, n) =>
        `class E${n}(${n === 0 ? 'Exception' : `E${Math.floor((n - 1) / 2)}`}):\n    def __init__(self, message, detail=None):\n        super().__init__(message)\n        self.detail = detail\n\ndef f${n}(x):\n    raise E${n}(x)\n`,
    ).join('\n');
    expect((await flowsOf({ 'errors.py': code })).limits.size).toBe(0);
  });

  it('bounds calls in calls, and values in values', async () => {
    const chain = Array.from({ length: 300 }, (_, i) => `const f${i} = (x) => f${i + 1}([x, { x }]);`).join(
      '\n',
    );
    const flows = await flowsOf({
      'a.ts': `${SERVER}${chain}\nconst f300 = (x) => exec(x);\nserver.tool('t', {}, async ({ a }) => f0(a));`,
    });
    expect(flows.handlers).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    const stop = new Error('stop');
    await expect(analyse([], knowledge())).resolves.toMatchObject({ hits: [] });
    await expect(
      flowsOf(files).then(() =>
        analyse(
          [
            {
              path: 'a.ts',
              language: 'javascript',
              imports: [],
              exports: [],
              body: [],
              errors: [],
              marks: null,
            },
          ],
          knowledge([]),
          async () => {
            throw stop;
          },
        ),
      ),
    ).rejects.toBe(stop);
  });
});
