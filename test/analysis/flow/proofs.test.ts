import { describe, expect, it } from 'vitest';
import { alphabetLeft, isHarmlessThere } from '../../../src/analysis/flow/alphabets.ts';
import { type Guard, type Taint, taintOf } from '../../../src/analysis/flow/value.ts';
import { follow } from './follow.ts';

/** What leaves nothing to prove, and what is no way at all: each with its neighbour that is one. */

const taint = (path: readonly string[] = []): Taint =>
  taintOf({ kind: 'origin', origin: { id: 1, kind: 'tool', name: 't', at: { path: 'a', line: 1 } }, path });
const pattern = (detail: string, denies: boolean): Guard => ({
  kind: 'pattern',
  detail,
  at: { path: 'a', line: 1 },
  denies,
});
const closes = (rule: string, detail: string, denies = false, path: readonly string[] = []): boolean => {
  const left = alphabetLeft(pattern(detail, denies), taint(path));
  return left !== null && isHarmlessThere({ id: rule, class: rule }, left);
};

describe('the alphabet a pattern leaves', () => {
  it.each([
    ['shell-command', '/^[a-z0-9_-]+$/i'],
    ['shell-command', '^(?:main|dev)$'],
    ['sql-injection', '/^\\w{1,20}$/'],
    ['program-option', '/^[a-z][a-z-]*$/'],
    ['file-path', '/^[a-zA-Z0-9_-]+$/'],
    ['request-path', '/^[a-z][a-z0-9-]*$/'],
    ['evaluated-code', '/^\\d+$/'],
  ])('closes %s by %s', (rule, detail) => {
    expect(closes(rule, detail)).toBe(true);
  });

  it.each([
    ['shell-command', '/[a-z0-9_-]+/', 'found anywhere'],
    ['shell-command', '/^[a-z]+/', 'open at its end'],
    ['shell-command', '/^[a-z]+$|;/', 'one of two'],
    ['shell-command', '/^[a-z]+$/m', 'of one line'],
    ['shell-command', '/^[^;]+$/', 'all but one'],
    ['shell-command', '/^.+\\.txt$/', 'anything in front'],
    ['shell-command', '/^[a-z)+$/', 'not understood'],
    ['program-option', '/^[a-z-]+$/', 'may begin with a dash'],
    ['file-path', '/^[a-z0-9._-]+$/', 'two dots'],
    ['file-path', '/^[a-z0-9_/]+$/', 'a separator'],
    ['evaluated-code', '/^\\w+$/', 'a name'],
    ['request-address', '/^[a-z]+$/', 'a host'],
  ])('leaves %s open by %s: %s', (rule, detail) => {
    expect(closes(rule, detail)).toBe(false);
  });

  it('takes what is forbidden for what is left: all but one set closes, a list of dangers does not', () => {
    expect(closes('shell-command', '/[^a-z0-9_-]/', true)).toBe(true);
    expect(closes('shell-command', '/[;&|`$]/', true)).toBe(false);
    expect(closes('shell-command', '/[^a-z]/', false)).toBe(false);
  });

  it('takes a part of a match for what its group matched', () => {
    expect(closes('sql-injection', '/\\/p(\\d+)$/', false, ['id', '1'])).toBe(true);
    expect(closes('sql-injection', '/\\/p(.+)$/', false, ['id', '1'])).toBe(false);
    expect(closes('sql-injection', '/^x (\\d+)(.*)$/', false, ['id', '2'])).toBe(false);
  });
});

const told = async (files: Record<string, string>): Promise<string[]> =>
  (await follow(files)).map((l) => `${l.strength}${l.closed ? ' closed' : ''} ${l.rule.id}`);

const TS =
  "import { exec } from 'node:child_process';\nimport fs from 'node:fs';\nimport { z } from 'zod';\n";
const tool = (body: string): string =>
  `${TS}server.tool('t', { name: z.string() }, async ({ name }) => {\n${body}\n});\n`;

describe('what is proved', () => {
  it('is a name of a list of its own, not one that a list of dangers lacks', async () => {
    const known = "  if (!['a', 'b'].includes(name)) throw new Error('no');\n  exec(`run ${name}`);";
    const denied = "  if (['rm', 'dd'].includes(name)) throw new Error('no');\n  exec(`run ${name}`);";
    expect(await told({ 'a.ts': tool(known) })).toEqual(['weak closed shell-command']);
    expect(await told({ 'a.ts': tool(denied) })).toEqual(['moderate shell-command']);
  });

  it('is a test that stands on the way, not one in another branch or after', async () => {
    const after = "  exec(`run ${name}`);\n  if (!/^[a-z]+$/.test(name)) throw new Error('no');";
    const beside = "  if (!/^[a-z]+$/.test(name)) console.log('odd');\n  exec(`run ${name}`);";
    expect(await told({ 'a.ts': tool(after) })).toEqual(['strong shell-command']);
    expect(await told({ 'a.ts': tool(beside) })).toEqual(['strong shell-command']);
  });

  it('is no function that is only called so', async () => {
    const claimed = "  if (!isSafe(name)) throw new Error('no');\n  exec(`run ${name}`);";
    expect(await told({ 'a.ts': tool(claimed) })).toEqual(['weak shell-command']);
  });
});

describe('what is no way', () => {
  it('to the host of an address is what stands behind it, put there part by part', async () => {
    const go = (set: string): string =>
      `package main
import (
	"context"
	"net/http"
	"net/url"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)
func main() {
	s := server.NewMCPServer("x", "1")
	s.AddTool(mcp.NewTool("t"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p := request.GetString("p", "")
		u, _ := url.Parse("https://api.example.com/x")
		${set}
		http.Get(u.String())
		return nil, nil
	})
}
`;
    const byQuery = go('q := u.Query()\n\t\tq.Set("limit", p)\n\t\tu.RawQuery = q.Encode()');
    expect(await told({ 'a.go': byQuery })).toEqual([]);
    expect(await told({ 'a.go': go('u.Host = p') })).toEqual(['strong request-address']);
  });

  it('a text is that only looks like a command, in a log or an error', async () => {
    const text = '`cd ${name} && npm test`';
    expect(await told({ 'a.ts': tool(`  console.error(${text});`) })).toEqual([]);
    expect(await told({ 'a.ts': tool(`  throw new Error(${text});`) })).toEqual([]);
    expect(await told({ 'a.ts': tool(`  return later(${text});`) })).toEqual(['moderate shell-text']);
  });

  it('an argument of a function is that another of the same name would take', async () => {
    const go = (to: string): string =>
      `package main\nimport "net/http"\nfunc main() {\n\thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {\n\t\thttp.Redirect(w, r, ${to}, 302)\n\t})\n}\n`;
    expect(await told({ 'a.go': go('"/ui/"') })).toEqual([]);
    expect(await told({ 'a.go': go('r.URL.Query().Get("to")') })).toEqual(['moderate redirect-target']);
  });

  it('a table holds under a key: not the key, but what was put there', async () => {
    const look = '  const entry = registry.get(name);\n  exec(entry.line);';
    const kept = "  const m = new Map();\n  m.set('x', name);\n  exec(m.get('x'));";
    expect(await told({ 'a.ts': tool(look) })).toEqual([]);
    expect(await told({ 'a.ts': tool(kept) })).toEqual(['strong shell-command']);
  });

  it('a text has no members, what is read out of one has', async () => {
    const py = (body: string): string =>
      `import json, os\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.tool()\ndef t(name: str) -> str:\n    return work(name)\n\ndef work(entry):\n${body}\n`;
    expect(await told({ 'a.py': py('    os.system(entry.command)') })).toEqual([]);
    expect(await told({ 'a.py': py("    os.system(json.loads(entry)['command'])") })).toEqual([
      'strong shell-command',
    ]);
  });

  it('an object is not what one of its fields holds', async () => {
    const code = `import os
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("x")
class History:
    def __init__(self):
        self.last = 'ls'
class Client:
    def __init__(self, password):
        self.password = password
        self.history = History()
        self.ops = Ops(self)
    def detect(self):
        self.ops.run()
class Ops:
    def __init__(self, client):
        self.client = client
    def run(self):
        os.system(self.client.history.last)
@mcp.tool()
def connect(password: str) -> str:
    Client(password).detect()
    return 'ok'
`;
    expect((await follow({ 'a.py': code })).filter((l) => l.origin === 'tool')).toEqual([]);
  });
});
