import { describe, expect, it } from 'vitest';
import { follow } from './follow.ts';

/** What a program looks up under a name that was sent is its own: what it put there, not the name. */

const ts = (top: string, b: string) => ({
  'a.ts': `import { exec } from 'node:child_process';\n${top}\nserver.tool('t', { p: z.string() }, async ({ p }) => {\n${b}\n});\n`,
});
const py = (top: string, b: string) => ({
  'a.py': `import os\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n${top}\n@mcp.tool()\ndef t(p: str) -> str:\n${b
    .split('\n')
    .map((l) => `    ${l}`)
    .join('\n')}\n`,
});
const go = (top: string, b: string) => ({
  'a.go': `package main\nimport (\n"context"\n"os/exec"\n"github.com/mark3labs/mcp-go/mcp"\n"github.com/mark3labs/mcp-go/server"\n)\n${top}\nfunc main() {\n s := server.NewMCPServer("x", "1")\n s.AddTool(mcp.NewTool("t"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n  p := request.GetString("p", "")\n${b}\n  return nil, nil\n })\n}\n`,
});
const java = (top: string, b: string) => ({
  'A.java': `import java.util.*;\nimport org.springframework.ai.tool.annotation.Tool;\npublic class A {\n ${top}\n @Tool(description = "x")\n public String run(String p) throws Exception {\n${b}\n  return "";\n }\n}\n`,
});
const rs = (top: string, b: string) => ({
  'a.rs': `use std::collections::HashMap;\n${top}\n#[tool(description = "x")]\nasync fn run(&self, p: String) -> String {\n${b}\n String::new()\n}\n`,
});
const cs = (top: string, b: string) => ({
  'A.cs': `using System.Linq;\nusing System.Diagnostics;\nusing System.Collections.Generic;\nusing ModelContextProtocol.Server;\n[McpServerToolType]\npublic static class T {\n ${top}\n [McpServerTool]\n public static string Run(string p) {\n${b}\n  return "";\n }\n}\n`,
});
const OBJ = "const TABLE = { a: 'ls', b: 'pwd' };",
  ARR = "const TABLE = [{ name: 'a', cmd: 'ls' }, { name: 'b', cmd: 'pwd' }];",
  MAP = "const TABLE = new Map([['a','ls'],['b','pwd']]);",
  EXT = "import { TABLE, find } from '@acme/table';";
const WAYS: Record<string, Record<string, string>> = {
  'ts index': ts(OBJ, 'exec(TABLE[p]);'),
  'ts index nested': ts("const TABLE = { a: { cmd: 'ls' } };", 'exec(TABLE[p].cmd);'),
  'ts map get': ts(MAP, 'exec(TABLE.get(p));'),
  'ts find': ts(ARR, 'const x = TABLE.find((t) => t.name === p);\nexec(x.cmd);'),
  'ts filter': ts(ARR, 'const [x] = TABLE.filter((t) => t.name === p);\nexec(x.cmd);'),
  'ts find loop': ts(ARR, 'for (const t of TABLE) if (t.name === p) exec(t.cmd);'),
  'ts find fn': ts(
    `${ARR}\nfunction look(n) { return TABLE.find((t) => t.name === n); }`,
    'exec(look(p).cmd);',
  ),
  'ts find fn loop': ts(
    `${ARR}\nfunction look(n) { for (const t of TABLE) { if (t.name === n) return t; } return null; }`,
    'exec(look(p).cmd);',
  ),
  'ts external index': ts(EXT, 'exec(TABLE[p].cmd);'),
  'ts external find': ts(EXT, 'exec(TABLE.find((t) => t.name === p).cmd);'),
  'ts instance map': ts(
    "class R { constructor() { this.m = new Map(); } add(n, c) { this.m.set(n, c); } get(n) { return this.m.get(n); } }\nconst r = new R(); r.add('a', 'ls');",
    'exec(r.get(p));',
  ),
  'ts unknown registry': ts('', 'const d = this.registry.get(p);\nexec(d.cmd);'),
  'ts unknown lookup': ts('', 'const d = registry.lookup(p);\nexec(d.cmd);'),
  'ts unknown getTool': ts('', 'const d = await this.store.getConnection(p);\nexec(d.cmd);'),
  'ts settings for': ts("const cfg = JSON.parse(fs.readFileSync('x'));", 'exec(cfg.commands[p]);'),
  'ts switch': ts('', "let c;\nswitch (p) { case 'a': c = 'ls'; break; default: c = 'pwd'; }\nexec(c);"),
  'ts ternary': ts('', "const c = p === 'a' ? 'ls' : 'pwd';\nexec(c);"),
  'py index': py('TABLE = {"a": "ls"}', 'os.system(TABLE[p])'),
  'py get': py('TABLE = {"a": "ls"}', 'os.system(TABLE.get(p, "pwd"))'),
  'py get nested': py('TABLE = {"a": {"cmd": "ls"}}', 'os.system(TABLE.get(p)["cmd"])'),
  'py comp': py(
    'TABLE = [{"name": "a", "cmd": "ls"}]',
    'x = [t for t in TABLE if t["name"] == p][0]\nos.system(x["cmd"])',
  ),
  'py next': py(
    'TABLE = [{"name": "a", "cmd": "ls"}]',
    'x = next((t for t in TABLE if t["name"] == p), None)\nos.system(x["cmd"])',
  ),
  'py loop': py(
    'TABLE = [{"name": "a", "cmd": "ls"}]',
    'for t in TABLE:\n    if t["name"] == p:\n        os.system(t["cmd"])',
  ),
  'py fn': py('TABLE = {"a": "ls"}\ndef look(n):\n    return TABLE[n]', 'os.system(look(p))'),
  'py filter': py(
    'TABLE = [{"name": "a", "cmd": "ls"}]',
    'x = list(filter(lambda t: t["name"] == p, TABLE))[0]\nos.system(x["cmd"])',
  ),
  'py unknown': py('', 'd = registry.get_server(p)\nos.system(d.cmd)'),
  'py enum': py('from enum import Enum\nclass C(Enum):\n    A = "ls"', 'os.system(C[p].value)'),
  'go index': go('var table = map[string]string{"a": "ls"}', '  exec.Command("sh", "-c", table[p]).Run()'),
  'go index ok': go(
    'var table = map[string]string{"a": "ls"}',
    '  c, ok := table[p]\n  if !ok {\n   return nil, nil\n  }\n  exec.Command("sh", "-c", c).Run()',
  ),
  'go loop': go(
    'type T struct { Name, Cmd string }\nvar table = []T{{"a", "ls"}}',
    '  for _, t := range table {\n   if t.Name == p {\n    exec.Command("sh", "-c", t.Cmd).Run()\n   }\n  }',
  ),
  'go fn loop': go(
    'type T struct { Name, Cmd string }\nvar table = []T{{"a", "ls"}}\nfunc look(n string) *T {\n for i := range table {\n  if table[i].Name == n {\n   return &table[i]\n  }\n }\n return nil\n}',
    '  t := look(p)\n  exec.Command("sh", "-c", t.Cmd).Run()',
  ),
  'go method map': go(
    'type R struct { m map[string]string }\nfunc (r *R) Get(n string) string { return r.m[n] }\nvar reg = &R{}',
    '  exec.Command("sh", "-c", reg.Get(p)).Run()',
  ),
  'go sync map': go(
    'import "sync"\nvar m sync.Map',
    '  v, _ := m.Load(p)\n  exec.Command("sh", "-c", v.(string)).Run()',
  ),
  'java get': java(
    'static Map<String,String> TABLE = Map.of("a", "ls");',
    '  new ProcessBuilder("sh", "-c", TABLE.get(p)).start();',
  ),
  'java stream': java(
    'record T(String name, String cmd) {}\n static List<T> TABLE = List.of(new T("a", "ls"));',
    '  T t = TABLE.stream().filter(x -> x.name().equals(p)).findFirst().orElseThrow();\n  new ProcessBuilder("sh", "-c", t.cmd()).start();',
  ),
  'java valueOf': java(
    'enum C { A("ls"); final String cmd; C(String c) { cmd = c; } }',
    '  new ProcessBuilder("sh", "-c", C.valueOf(p).cmd).start();',
  ),
  'rs get': rs(
    '',
    ' let table: HashMap<String, String> = load();\n if let Some(c) = table.get(&p) { std::process::Command::new("sh").arg("-c").arg(c).output(); }',
  ),
  'rs find': rs(
    '',
    ' let x = self.items.iter().find(|t| t.name == p).unwrap();\n std::process::Command::new("sh").arg("-c").arg(&x.cmd).output();',
  ),
  'rs match': rs(
    '',
    ' let c = match p.as_str() { "a" => "ls", _ => "pwd" };\n std::process::Command::new("sh").arg("-c").arg(c).output();',
  ),
  'cs index': cs(
    'static Dictionary<string,string> Table = new() { ["a"] = "ls" };',
    '  Process.Start("sh", "-c " + Table[p]);',
  ),
  'cs first': cs(
    'record X(string Name, string Cmd);\n static List<X> Table = new();',
    '  var x = Table.First(t => t.Name == p);\n  Process.Start("sh", "-c " + x.Cmd);',
  ),
  'cs try': cs(
    'static Dictionary<string,string> Table = new();',
    '  if (Table.TryGetValue(p, out var c)) Process.Start("sh", "-c " + c);',
  ),
};

const commandsOf = async (files: Record<string, string>): Promise<string[]> =>
  (await follow(files)).filter((l) => l.origin === 'tool').map((l) => l.rule.id);

describe('what is looked up under a name', () => {
  it.each(Object.entries(WAYS))('is not the name: %s', async (_name, files) => {
    expect(await commandsOf(files)).toEqual([]);
  });

  it.each([
    ['what was put there came in', ts('', "const m = new Map();\nm.set('x', p);\nexec(m.get('x'));")],
    ['the whole answer is used', ts('', 'exec(registry.getPath(p));')],
    ['a text is made of it', ts('', 'exec(p.trim().toLowerCase());')],
    ['it is read out of what was sent', ts('', 'exec(JSON.parse(p).cmd);')],
    ['the items themselves were sent', ts('', "exec(p.split(' ').find((x) => x.startsWith('a')));")],
    [
      'a function of its own answers with it',
      ts('const getLine = (n) => ({ cmd: n });', 'exec(getLine(p).cmd);'),
    ],
  ])('is followed where %s', async (_name, files) => {
    expect(await commandsOf(files)).not.toEqual([]);
  });
});
