import { describe, expect, it } from 'vitest';
import { follow } from './follow.ts';

/** One guard, put wherever programs put guards: it counts wherever it stands on the way, and nowhere else. */

type Sample = { file: string; code: string };

const script = (top: string, body: string): Sample => ({
  file: 'a.ts',
  code: `import fs from 'node:fs';
import path from 'node:path';
const ROOT = '/data';
function assertInside(q) { const r = fs.realpathSync(path.resolve(ROOT, q)); if (!r.startsWith(ROOT + path.sep)) throw new Error('no'); }
const isInside = (q) => fs.realpathSync(q).startsWith('/data/');
${top}
server.tool('t', { p: z.string() }, async ({ p }) => {
${body}
});
`,
});

const python = (top: string, body: string): Sample => ({
  file: 'a.py',
  code: `import os
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("x")
ROOT = "/data/"
def is_inside(q):
    return os.path.realpath(q).startswith("/data/")
def assert_inside(q):
    if not os.path.realpath(q).startswith("/data/"):
        raise ValueError("no")
${top}
@mcp.tool()
def t(p: str) -> str:
${body
  .split('\n')
  .map((l) => `    ${l}`)
  .join('\n')}
`,
});

const go = (top: string, body: string): Sample => ({
  file: 'a.go',
  code: `package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func isInside(q string) bool {
	r, _ := filepath.EvalSymlinks(q)
	return strings.HasPrefix(r, "/data/")
}
func checkInside(q string) error {
	r, _ := filepath.EvalSymlinks(q)
	if !strings.HasPrefix(r, "/data/") {
		return errors.New("no")
	}
	return nil
}
${top}
func main() {
	s := server.NewMCPServer("x", "1")
	s.AddTool(mcp.NewTool("t"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p := request.GetString("p", "")
${body}
		return nil, nil
	})
}
`,
});

const GUARDED: Record<string, Sample> = {
  'in a helper that is called before': script('', 'assertInside(p);\nreturn fs.readFileSync(p);'),
  'in a helper of a helper': script(
    'const check = (q) => { assertInside(q); };',
    'check(p);\nreturn fs.readFileSync(p);',
  ),
  'in the function between': script(
    'const read = (q) => { assertInside(q); return fs.readFileSync(q); };',
    'return read(p);',
  ),
  awaited: script(
    'const check = async (q) => { assertInside(q); };',
    'await check(p);\nreturn fs.readFileSync(p);',
  ),
  'in a method of an object': script(
    'const guards = { path: assertInside };',
    'guards.path(p);\nreturn fs.readFileSync(p);',
  ),
  'in a verdict’s field': script(
    "const judge = (q) => { if (!isInside(q)) return { ok: false, error: 'no' }; return { ok: true }; };",
    'const verdict = judge(p);\nif (!verdict.ok) return verdict.error;\nreturn fs.readFileSync(p);',
  ),
  'in a verdict taken apart': script(
    "const judge = (q) => { if (!isInside(q)) return { ok: false, error: 'no' }; return { ok: true }; };",
    'const { ok, error } = judge(p);\nif (!ok) return error;\nreturn fs.readFileSync(p);',
  ),
  'before a function that is handed on': script(
    'const withInside = (q, act) => { assertInside(q); return act(); };',
    'return withInside(p, () => fs.readFileSync(p));',
  ),
  'before a function that gets the value': script(
    'const withInside = (q, act) => { assertInside(q); return act(q); };',
    'return withInside(p, (x) => fs.readFileSync(x));',
  ),
  'in front of a question mark': script('', 'return isInside(p) ? fs.readFileSync(p) : null;'),
  'in front of two ands': script('', 'return isInside(p) && fs.readFileSync(p);'),
  'in the branch that hands it on': script(
    '',
    "let names;\nif (p !== undefined) {\n  if (!isInside(p)) throw new Error('no');\n  names = [p];\n} else {\n  names = all();\n}\nfor (const n of names) fs.readFileSync(n);",
  ),
  'as what an assertion demands': script('', "invariant(isInside(p), 'no');\nreturn fs.readFileSync(p);"),
  'in a try that leaves': script(
    '',
    "try { assertInside(p); } catch { return 'no'; }\nreturn fs.readFileSync(p);",
  ),
  'Python: in a helper that raises': python('', 'assert_inside(p)\nreturn open(p).read()'),
  'Python: in the function between': python(
    'def read(q):\n    assert_inside(q)\n    return open(q).read()',
    'return read(p)',
  ),
  'Python: in a pair': python(
    'def judge(q):\n    if not is_inside(q):\n        return False, "no"\n    return True, None',
    'ok, why = judge(p)\nif not ok:\n    return why\nreturn open(p).read()',
  ),
  'Python: in a dictionary': python(
    'def judge(q):\n    if not is_inside(q):\n        return {"ok": False, "error": "no"}\n    return {"ok": True}',
    'verdict = judge(p)\nif not verdict["ok"]:\n    return verdict["error"]\nreturn open(p).read()',
  ),
  'Python: in a conditional': python('', 'return open(p).read() if is_inside(p) else "no"'),
  'Python: in front of an and': python('', 'return is_inside(p) and open(p).read()'),
  'Python: in an assertion': python('', 'assert is_inside(p)\nreturn open(p).read()'),
  'Python: in a context': python('', 'with guard(p):\n    assert_inside(p)\n    return open(p).read()'),
  'Go: in an error': go(
    '',
    '\t\tif err := checkInside(p); err != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\tos.ReadFile(p)',
  ),
  'Go: in an error that waits': go(
    '',
    '\t\terr := checkInside(p)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\tos.ReadFile(p)',
  ),
  'Go: in one of two results': go(
    'func judge(q string) (int, error) {\n\tif !isInside(q) {\n\t\treturn 0, errors.New("no")\n\t}\n\treturn len(q), nil\n}',
    '\t\tn, err := judge(p)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\t_ = n\n\t\tos.ReadFile(p)',
  ),
  'Go: in the function between': go(
    'func read(q string) ([]byte, error) {\n\tif err := checkInside(q); err != nil {\n\t\treturn nil, err\n\t}\n\treturn os.ReadFile(q)\n}',
    '\t\tread(p)',
  ),
  'Go: in front of two ands': go('', '\t\tif isInside(p) && p != "" {\n\t\t\tos.ReadFile(p)\n\t\t}'),
};

const OPEN: Record<string, Sample> = {
  'behind the sink': script('', 'const x = fs.readFileSync(p);\nassertInside(p);\nreturn x;'),
  'of another value': script('', "assertInside('notes');\nreturn fs.readFileSync(p);"),
  'in the other branch': script('', "return isInside(p) ? 'yes' : fs.readFileSync(p);"),
  'in the other branch of an or': script('', 'return isInside(p) || fs.readFileSync(p);'),
  'whose refusal is only told': script(
    '',
    "if (!isInside(p)) console.log('no');\nreturn fs.readFileSync(p);",
  ),
  'that the function between does not run': script(
    'const withInside = (q, act) => { const x = act(q); assertInside(q); return x; };',
    'return withInside(p, (x) => fs.readFileSync(x));',
  ),
  'that refuses something else in the same helper': script(
    "const look = (q) => { const u = { name: q }; if (u.name === 'admin') u.rank = 1; return { user: u, error: null }; };",
    'const { error } = look(p);\nif (error) return error;\nreturn fs.readFileSync(p);',
  ),
  'Go: a test in a look-up that fails for other reasons': go(
    'func find(q string) (int, error) {\n\tn := 0\n\tif q == "admin" {\n\t\tn = 1\n\t}\n\tif n > 5 {\n\t\treturn 0, errors.New("no")\n\t}\n\treturn n, nil\n}',
    '\t\t_, err := find(p)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\tos.ReadFile(p)',
  ),
};

const strengthOf = async ({ file, code }: Sample): Promise<string[]> =>
  (await follow({ [file]: code })).filter((l) => l.rule.id === 'file-path').map((l) => l.strength);

describe('a guard', () => {
  it.each(Object.entries(GUARDED))('counts %s', async (_name, sample) => {
    expect(await strengthOf(sample)).toEqual(['weak']);
  });

  it.each(Object.entries(OPEN))('does not count %s', async (_name, sample) => {
    expect(await strengthOf(sample)).toEqual(['strong']);
  });
});
