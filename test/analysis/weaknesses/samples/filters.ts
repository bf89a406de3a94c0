import type { Samples } from './samples.ts';

export const filters: Samples = {
  'first-word-forbidden': {
    found: [
      [
        'a.py',
        'parts = command.strip().split()\nif len(parts) > 0:\n    subcommand = parts[0]\n    if subcommand in write_operations:\n        return "no"\n',
      ],
      [
        'a.ts',
        "const parts = args.command.split(' ');\nif (BLOCKED_COMMANDS.has(parts[0])) throw new Error('no');\n",
      ],
    ],
    clean: [
      ['a.py', 'parts = command.split()\nprogram = parts[0]\nif program in ALLOWED:\n    run(parts)\n'],
      ['a.ts', "const parts = line.split(' ');\nif (writes.has(parts[0])) count();\n"],
    ],
  },
  'unresolved-path-checked': {
    found: [
      [
        'a.ts',
        'let real = null;\ntry {\n  real = await fs.realpath(wanted);\n} catch (e) {\n  if (e.code !== "ENOENT") throw e;\n}\nconst checked = real ?? wanted;\n',
      ],
      ['a.rs', 'fn normal(p: &Path) -> PathBuf { p.canonicalize().unwrap_or_else(|_| p.to_path_buf()) }\n'],
      [
        'a.go',
        'package a\nfunc f(p string) string {\n\treal, err := filepath.EvalSymlinks(p)\n\tif err != nil {\n\t\treal = p\n\t}\n\treturn real\n}\n',
      ],
    ],
    clean: [
      [
        'a.ts',
        'try {\n  real = await fs.realpath(wanted);\n} catch {\n  real = path.join(await fs.realpath(path.dirname(wanted)), path.basename(wanted));\n}\n',
      ],
      [
        'a.ts',
        'try {\n  real = await fs.realpath(wanted);\n} catch (e) {\n  throw new Error(e);\n}\nuse(real);\n',
      ],
      [
        'a.go',
        'package a\nfunc f(p string) (string, error) {\n\treal, err := filepath.EvalSymlinks(p)\n\tif err != nil {\n\t\treturn "", err\n\t}\n\treturn real, nil\n}\n',
      ],
    ],
  },
  'read-only-transaction-left': {
    found: [
      ['a.ts', "await client.query('BEGIN TRANSACTION READ ONLY');\nconst r = await client.query(sql);\n"],
    ],
    clean: [
      [
        'a.ts',
        "await client.query('BEGIN TRANSACTION READ ONLY');\nconst r = await client.query({ name: 'q', text: sql });\n",
      ],
    ],
  },
  'aggregation-can-write': {
    found: [['a.py', 'def run(coll, pipeline):\n    return list(coll.aggregate(pipeline))\n']],
    clean: [
      [
        'a.py',
        "def run(coll, pipeline):\n    if any('$out' in s for s in pipeline):\n        raise ValueError\n    return list(coll.aggregate(pipeline))\n",
      ],
    ],
  },
  'query-kind-by-prefix': {
    found: [
      ['a.ts', "if (!query.trim().toLowerCase().startsWith('select')) throw new Error('Only SELECT');\n"],
      ['a.py', 'if not sql.strip().upper().startswith(("SELECT", "WITH")):\n    raise ValueError\n'],
      [
        'a.go',
        'package a\nfunc f(query string) bool { return strings.HasPrefix(strings.ToUpper(query), "SELECT") }\n',
      ],
    ],
    clean: [
      [
        'l.ts',
        "const limited = (sql) => {\n  if (sql.trim().toLowerCase().startsWith('select')) return sql + ' limit 10';\n  return sql;\n};\n",
      ],
      [
        'r.py',
        'cursor.execute(query)\nif query.strip().upper().startswith("SELECT"):\n    rows = cursor.fetchall()\n',
      ],
      [
        'W.java',
        'class W {\n  String write(String query) {\n    if (query.strip().toUpperCase().startsWith("SELECT")) {\n      throw new ToolCallException("no SELECT here");\n    }\n    return run(query);\n  }\n}\n',
      ],
      ['a.ts', "if (name.startsWith('select-')) pick(name);\n"],
      ['a.py', 'if line.startswith("#"):\n    pass\n'],
    ],
  },
  'write-keywords-refused': {
    found: [
      [
        'a.py',
        'def _is_write(query):\n    return re.search(r"\\b(MERGE|CREATE|SET|DELETE|REMOVE)\\b", query) is not None\n',
      ],
      [
        'a.ts',
        "const FORBIDDEN = ['INSERT', 'UPDATE', 'DELETE', 'DROP'];\nif (FORBIDDEN.some((k) => sql.includes(k))) throw x;\n",
      ],
    ],
    clean: [
      ['a.ts', "const METHODS = ['GET', 'POST', 'PUT'];\nconst op = z.enum(['create', 'read', 'list']);\n"],
      ['a.py', 'SQL = "INSERT INTO t SELECT * FROM u"\n'],
    ],
  },
  'comments-stripped-before-check': {
    found: [['a.py', 'KEYWORDS = x\ndef clean(sql):\n    return re.sub(r"--.*?$", "", sql)\n']],
    clean: [['a.py', 'def clean(html):\n    return re.sub(r"<[^>]+>", "", html)\n']],
  },
  'shell-denylist': {
    found: [
      [
        'a.py',
        'BLOCKED = ["rm -rf", "sudo", "mkfs", "shutdown"]\nif any(b in command for b in BLOCKED):\n    raise ValueError\n',
      ],
      ['a.ts', "const dangerous = ['rm', 'sudo', 'dd'];\nif (dangerous.includes(cmd)) throw new Error();\n"],
    ],
    clean: [
      ['a.ts', "const units = ['rm', 'mm', 'km'];\n"],
      [
        'd.go',
        'package a\nconst doc = `a ` + "`" + `x` + "`" + ` dangerous ` + "`" + `y` + "`" + ` contains in`\n',
      ],
    ],
  },
  'code-denylist': {
    found: [
      [
        'a.py',
        "def check(code):\n    dangerous = [\n        'exec(',\n        'eval(',\n        'os.system',\n    ]\n    return any(p in code for p in dangerous)\n",
      ],
    ],
    clean: [['a.py', "NAMES = ['open', 'closed', 'merged']\n"]],
  },
  'first-word-allowed': {
    found: [
      ['a.py', 'name = command.split()[0]\nif name not in ALLOWED:\n    raise ValueError\n'],
      [
        'a.go',
        'package a\nfunc f() { parts := strings.Fields(command)\n if !allowed[parts[0]] { return } }\n',
      ],
    ],
    clean: [['a.ts', "const [scheme] = header.split(' ');\n"]],
  },
  'prefix-allow-list': {
    found: [
      [
        'a.ts',
        "const ok = allowed.some((dir) => resolved.startsWith(dir));\nif (!ok) throw new Error('Access denied');\n",
      ],
      [
        'a.py',
        'for allowed_prefix in self.allowed:\n    if url.startswith(allowed_prefix):\n        return True\n',
      ],
    ],
    clean: [
      [
        'p.go',
        'package a\nfunc isSystem(path string) bool {\n\tprefixes := []string{"/etc/", "/var/"}\n\tfor _, prefix := range prefixes {\n\t\tif strings.HasPrefix(path, prefix) {\n\t\t\treturn true\n\t\t}\n\t}\n\treturn false\n}\n',
      ],
      [
        'x.ts',
        'function shouldExcludeFile(filePath) {\n  if (EXCLUDED.some((prefix) => filePath.startsWith(prefix))) {\n    return true;\n  }\n}\n',
      ],
      ['a.ts', 'if (resolved.startsWith(root + path.sep)) return true;\n'],
      ['b.ts', 'if (file.startsWith(prefix)) name = file.slice(prefix.length);\n'],
    ],
  },
  'checked-but-not-stopped': {
    found: [
      [
        'a.py',
        "async def run(sql, ctx):\n    if readonly_query:\n        if found:\n            logger.info('query is rejected')\n            await ctx.error('write prohibited')\n\n    result = execute(sql)\n    return result\n",
      ],
    ],
    clean: [
      [
        'a.py',
        "async def run(sql, ctx):\n    if readonly_query:\n        if found:\n            await ctx.error('write prohibited')\n            return []\n\n    return execute(sql)\n",
      ],
    ],
  },
};
