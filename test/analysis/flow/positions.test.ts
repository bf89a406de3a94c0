import { describe, expect, it } from 'vitest';
import { follow } from './follow.ts';

/** Where values land, read by the whole engine from servers as they are written. */

const JS = `
import { exec, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import net from 'node:net';
import https from 'node:https';
import pg from 'pg';
const db = new pg.Client();
`;
const js = async (rule: string, body: string): Promise<unknown> => {
  const leads = await follow({
    'a.ts': `${JS}server.tool('t', { x: z.string(), y: z.string() }, async ({ x, y }) => {\n${body}\n});\n`,
  });
  return leads.filter((l) => l.rule.id === rule).map((l) => l.positions);
};
const python = async (rule: string, body: string): Promise<unknown> => {
  const lines = body.split('\n').map((l) => `    ${l}`);
  const leads = await follow({
    'a.py': `import os\nimport sqlite3\nimport subprocess\nfrom pathlib import Path\nconn = sqlite3.connect("a")\n@mcp.tool()\ndef t(x: str, y: str) -> str:\n${lines.join('\n')}\n`,
  });
  return leads.filter((l) => l.rule.id === rule).map((l) => l.positions);
};

describe('where a value lands', () => {
  it.each([
    ['the whole', 'db.query(x)', 'statement'],
    ['the beginning', 'db.query(`${x} LIMIT 10`)', 'statement'],
    ['what is explained', 'db.query(`EXPLAIN ANALYZE ${x}`)', 'statement'],
    ['a subquery', 'db.query(`SELECT count(*) FROM (${x}) t`)', 'statement'],
    ['between quotes', "db.query(`SELECT * FROM t WHERE a = '${x}'`)", 'quoted-value'],
    ['a part between quotes', "db.query(`SELECT * FROM t WHERE a LIKE '%${x}%'`)", 'quoted-value'],
    ['behind quotes that are closed', "db.query(`SELECT * FROM t WHERE a = 'b' AND c = ${x}`)", 'value'],
    ['behind an escaped quote', "db.query(`SELECT * FROM t WHERE a = 'it''s ${x}'`)", 'quoted-value'],
    ['an operand', 'db.query(`SELECT * FROM t WHERE a > ${x}`)', 'value'],
    ['a limit', 'db.query(`SELECT * FROM t LIMIT ${x}`)', 'value'],
    ['a list of values', 'db.query(`INSERT INTO t (a) VALUES (1, ${x})`)', 'value'],
    ['a table', 'db.query(`SELECT * FROM ${x} WHERE a = 1`)', 'name'],
    ['a table of a schema', 'db.query(`SELECT * FROM public.${x}`)', 'name'],
    ['a column to order by', 'db.query(`SELECT * FROM t ORDER BY ${x}`)', 'name'],
    ['a column of a list', 'db.query(`INSERT INTO t (a, ${x}) VALUES (1, 2)`)', 'name'],
    ['a quoted name', 'db.query(`SELECT * FROM "${x}"`)', 'quoted-name'],
    ['a condition', 'db.query(`SELECT * FROM t WHERE ${x}`)', 'clause'],
    ['what follows a table', 'db.query(`SELECT * FROM t ${x}`)', 'clause'],
  ])('in SQL: %s', async (_, code, position) => {
    expect(await js('sql-text', code)).toEqual([[position]]);
  });

  it('says nothing where the text before does not tell', async () => {
    expect(await js('sql-text', 'db.query(`SELECT * FROM t WHERE f(a, ${x})`)')).toEqual([null]);
    expect(await js('sql-text', 'db.query(`SELECT ${"c, ".repeat(3)} GRANT ${x} TO y`)')).not.toContainEqual([
      'value',
    ]);
  });

  it('says nothing of what a call puts together, and a path that is joined is a part', async () => {
    expect(await js('sql-text', "db.query(['SELECT * FROM', x].join(' '))")).toEqual([null]);
    expect(await js('sql-text', "db.query('SELECT * FROM '.concat(x))")).toEqual([null]);
    expect(await js('shell-command', "exec(['ls', x].join(' '))")).toEqual([null]);
    expect(await js('sql-text', 'db.query(x.trim())')).toEqual([['statement']]);
  });

  it('says all where one cause has several, and nothing where one of them is not known', async () => {
    const two = "db.query(`SELECT * FROM ${x} WHERE a = '${y}'`)";
    expect(await js('sql-text', two)).toEqual([['name', 'quoted-value']]);
    expect(await js('sql-text', 'db.query(`SELECT * FROM ${x} WHERE f(a, ${y})`)')).toEqual([null]);
  });

  it.each([
    ['shell-command', 'exec(x)', 'command-line'],
    ['shell-command', 'exec(`ls ${x}`)', 'command-text'],
    ['shell-command', 'exec(`ls "${x}"`)', 'quoted-command-text'],
    ['shell-command', "spawn('ls', [x], { shell: true })", 'command-text'],
    ['chosen-program', 'spawn(x, [])', 'program'],
    ['program-option', "execFile('git', ['log', x])", 'operand'],
    ['program-option', "execFile('git', ['log', '--format', x])", 'option-value'],
    ['program-option', "execFile('git', x)", 'argument-list'],
    ['program-option', 'execFile(process.env.PROGRAM, [x])', 'argument'],
    ['program-option', "execFile('sudo', ['-n', 'ls', x])", 'argument'],
    ['file-path', 'fs.readFileSync(x)', 'whole-path'],
    ['file-path', "fs.readFileSync(path.join('/srv', x))", 'path-part'],
    ['file-path', 'fs.readFileSync(`/srv/${x}.json`)', 'path-part'],
    ['request-address', 'await fetch(x)', 'whole-address'],
    ['request-address', 'await fetch(`https://${x}/status`)', 'host'],
    ['request-address', 'https.request({ hostname: x })', 'host'],
    ['request-address', 'net.connect(443, x)', 'host'],
    ['request-path', 'await fetch(`https://api.example.org/items/${x}`)', 'address-path'],
    ['evaluated-code', 'eval(x)', 'code'],
    ['evaluated-code', 'eval(`1 + ${x}`)', 'code-part'],
  ])('%s: %s', async (rule, code, position) => {
    expect(await js(rule, code)).toEqual([[position]]);
  });

  it('reads Python the same way, also through helpers that callers hand lists to', async () => {
    expect(await python('sql-text', 'return conn.execute(f"SELECT * FROM {x}").fetchall()')).toEqual([
      ['name'],
    ]);
    expect(
      await python('sql-text', 'return conn.execute("SELECT * FROM t WHERE a = \'%s\'" % x).fetchall()'),
    ).toEqual([['quoted-value']]);
    expect(await python('program-option', 'return subprocess.run(["git", "log", x]).stdout')).toEqual([
      ['operand'],
    ]);
    expect(await python('file-path', 'return (Path("/srv") / x).read_text()')).toEqual([['path-part']]);
    const helper = await follow({
      'a.py':
        'import subprocess\ndef git(args):\n    return subprocess.run(["git", *args]).stdout\n@mcp.tool()\ndef log(ref: str) -> str:\n    return git(["log", ref])\n@mcp.tool()\ndef show(ref: str) -> str:\n    return git(["show", "--format", ref])\n',
    });
    expect(helper.map((l) => l.positions)).toEqual([['operand', 'option-value']]);
  });
});
