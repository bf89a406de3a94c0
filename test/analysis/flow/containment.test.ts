import { describe, expect, it } from 'vitest';
import { follow } from './follow.ts';

/** The ways in which programs hold a path inside of a folder: each that does is one, and each that only seems to is told apart. */

const ts = (b: string) => ({
  'a.ts': `import fs from 'node:fs';\nimport path from 'node:path';\nconst root = process.env.ROOT ?? '/data';\nserver.tool('t', { p: z.string() }, async ({ p }) => {\nconst full = path.resolve(root, p);\n${b}\nreturn fs.readFileSync(full);\n});\n`,
});
const py = (b: string) => ({
  'a.py': `import os\nfrom pathlib import Path\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\nroot = os.path.realpath(os.environ.get("ROOT", "/data"))\n@mcp.tool()\ndef t(p: str) -> str:\n    full = os.path.realpath(os.path.join(root, p))\n${b
    .split('\n')
    .map((l) => `    ${l}`)
    .join('\n')}\n    return open(full).read()\n`,
});
const go = (b: string) => ({
  'a.go': `package main\nimport (\n"context"\n"errors"\n"os"\n"path/filepath"\n"strings"\n"github.com/mark3labs/mcp-go/mcp"\n"github.com/mark3labs/mcp-go/server"\n)\nvar root = os.Getenv("ROOT")\nfunc main() {\n s := server.NewMCPServer("x", "1")\n s.AddTool(mcp.NewTool("t"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n  p := request.GetString("p", "")\n  full := filepath.Join(root, p)\n${b}\n  os.ReadFile(full)\n  return nil, nil\n })\n}\n`,
});
const cs = (b: string) => ({
  'A.cs': `using System.IO;\nusing ModelContextProtocol.Server;\n[McpServerToolType]\npublic static class T {\n static string root = "/data";\n [McpServerTool]\n public static string Read(string p) {\n  var full = Path.GetFullPath(Path.Combine(root, p));\n${b}\n  return File.ReadAllText(full);\n }\n}\n`,
});
const java = (b: string) => ({
  'A.java': `import java.nio.file.*;\nimport org.springframework.ai.tool.annotation.Tool;\npublic class A {\n Path root = Path.of("/data").toRealPath();\n @Tool(description = "x")\n public String read(String p) throws Exception {\n  Path full = root.resolve(p).normalize();\n${b}\n  return Files.readString(full);\n }\n}\n`,
});
const rs = (b: string) => ({
  'a.rs': `use std::fs;\nuse std::path::PathBuf;\n#[tool(description = "x")]\nasync fn read(&self, p: String) -> Result<String, E> {\n let root = PathBuf::from("/data");\n let full = root.join(&p).canonicalize()?;\n${b}\n Ok(fs::read_to_string(full)?)\n}\n`,
});
const WAYS: Record<string, Record<string, string>> = {
  'ts base endsWith': ts(
    "const base = root.endsWith(path.sep) ? root : root + path.sep;\nif (!full.startsWith(base)) throw new Error('x');",
  ),
  'ts eq or sep': ts("if (full !== root && !full.startsWith(root + path.sep)) throw new Error('x');"),
  'ts eq or tmpl': ts("if (!(full === root || full.startsWith(`${root}/`))) throw new Error('x');"),
  'ts inline endsWith': ts(
    "if (!full.startsWith(root.endsWith('/') ? root : root + '/')) throw new Error('x');",
  ),
  'ts some': ts(
    "const ok = [root].some((r) => full === r || full.startsWith(r + path.sep));\nif (!ok) throw new Error('x');",
  ),
  'ts relative': ts(
    "const rel = path.relative(root, full);\nif (rel.startsWith('..') || path.isAbsolute(rel)) throw new Error('x');",
  ),
  'ts relative split': ts(
    "const rel = path.relative(root, full);\nif (rel.split(path.sep)[0] === '..') throw new Error('x');",
  ),
  'ts normalized sep fn': ts(
    "const withSep = (s) => (s.endsWith(path.sep) ? s : s + path.sep);\nif (!withSep(full).startsWith(withSep(root))) throw new Error('x');",
  ),
  'ts BARE': ts("if (!full.startsWith(root)) throw new Error('x');"),
  'py commonpath': py('if os.path.commonpath([root, full]) != root:\n    raise ValueError("x")'),
  'py commonpath tuple': py('if os.path.commonpath((full, root)) != root:\n    return "no"'),
  'py join empty': py('if not full.startswith(os.path.join(root, "")):\n    raise ValueError("x")'),
  'py sep': py('if not (full == root or full.startswith(root + os.sep)):\n    raise ValueError("x")'),
  'py fstring sep': py('if not full.startswith(f"{root}{os.sep}"):\n    raise ValueError("x")'),
  'py rstrip sep': py('if not full.startswith(root.rstrip("/") + "/"):\n    raise ValueError("x")'),
  'py relative_to': py('try:\n    Path(full).relative_to(root)\nexcept ValueError:\n    return "no"'),
  'py is_relative_to': py('if not Path(full).is_relative_to(root):\n    return "no"'),
  'py parents': py('if Path(root) not in Path(full).parents:\n    return "no"'),
  'py relpath': py('if os.path.relpath(full, root).startswith(".."):\n    return "no"'),
  'py BARE': py('if not full.startswith(root):\n    return "no"'),
  'go clean+sep': go(
    '  if !strings.HasPrefix(filepath.Clean(full), filepath.Clean(root)+string(os.PathSeparator)) {\n   return nil, errors.New("x")\n  }',
  ),
  'go root+"/"': go('  if !strings.HasPrefix(full, root+"/") {\n   return nil, errors.New("x")\n  }'),
  'go sep': go(
    '  if full != root && !strings.HasPrefix(full, root+string(filepath.Separator)) {\n   return nil, errors.New("x")\n  }',
  ),
  'go rel': go(
    '  rel, err := filepath.Rel(root, full)\n  if err != nil || strings.HasPrefix(rel, "..") {\n   return nil, errors.New("x")\n  }',
  ),
  'go IsLocal': go('  if !filepath.IsLocal(p) {\n   return nil, errors.New("x")\n  }'),
  'go BARE': go('  if !strings.HasPrefix(full, root) {\n   return nil, errors.New("x")\n  }'),
  'cs sep': cs('  if (!full.StartsWith(root + Path.DirectorySeparatorChar)) throw new Exception();'),
  'cs sep cmp': cs(
    '  if (!full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new Exception();',
  ),
  'cs interp': cs('  if (!full.StartsWith($"{root}{Path.DirectorySeparatorChar}")) throw new Exception();'),
  'cs relative': cs('  if (Path.GetRelativePath(root, full).StartsWith("..")) throw new Exception();'),
  'cs BARE': cs('  if (!full.StartsWith(root)) throw new Exception();'),
  'java whole package': {
    'A.java': java('  if (!full.startsWith(root)) throw new SecurityException();')['A.java'].replace(
      'import java.nio.file.*;',
      'import java.nio.file.Files;\nimport java.nio.file.Path;',
    ),
  },
  'rs fs canonicalize': rs(
    ' let full = fs::canonicalize(&p)?;\n if !full.starts_with("/data") { return Err(E::No); }',
  ),
  'java startsWith': java('  if (!full.startsWith(root)) throw new SecurityException();'),
  'java text sep': java(
    '  if (!full.toString().startsWith(root.toString() + java.io.File.separator)) throw new SecurityException();',
  ),
  'rs starts_with': rs(' if !full.starts_with(&root) { return Err(E::No); }'),
  'rs strip_prefix': rs(' full.strip_prefix(&root).map_err(|_| E::No)?;'),
  'rs strip_prefix is_err': rs(' if full.strip_prefix(&root).is_err() { return Err(E::No); }'),
};

const isBare = (name: string): boolean => name.endsWith('BARE');
const leadsOf = async (files: Record<string, string>) =>
  (await follow(files)).filter((l) => l.rule.id === 'file-path');

describe('a path that is held inside of a folder', () => {
  it.each(Object.entries(WAYS).filter(([name]) => !isBare(name)))('by %s', async (_name, files) => {
    expect((await leadsOf(files)).map((l) => l.strength)).toEqual(['weak']);
  });

  it.each(Object.entries(WAYS).filter(([name]) => isBare(name)))(
    'is not held by a beginning without a separator: %s',
    async (_name, files) => {
      const [lead, ...others] = await leadsOf(files);
      expect(others).toEqual([]);
      expect(lead!.strength).toBe('moderate');
      expect(lead!.guards.map((g) => g.hole)).toEqual([expect.stringContaining('no separator')]);
    },
  );
});
