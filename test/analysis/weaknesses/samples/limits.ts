import type { Samples } from './samples.ts';

export const limits: Samples = {
  'request-without-timeout': {
    found: [
      ['a.ts', 'const r = await fetch(url, { headers });\n'],
      ['a.py', 'r = requests.get(url, headers=h)\n'],
      ['a.go', 'package a\nvar c = &http.Client{}\n'],
    ],
    clean: [
      ['a.ts', 'const r = await fetch(url, { signal: AbortSignal.timeout(5000) });\n'],
      ['a.py', 'r = requests.get(url, timeout=5)\n'],
      ['a.go', 'package a\nvar c = &http.Client{Timeout: 5}\n'],
    ],
  },
  'process-without-timeout': {
    found: [
      ['a.ts', "execFileSync('git', ['status']);\n"],
      ['a.py', "subprocess.run(['git', 'status'])\n"],
    ],
    clean: [
      ['a.ts', "execFileSync('git', ['status'], { timeout: 1000 });\n"],
      ['a.py', "subprocess.run(['git'], timeout=10)\n"],
    ],
  },
  'unbounded-read': {
    found: [
      ['a.ts', "req.on('data', (c) => { body += c; });\n"],
      ['a.go', 'package a\nfunc f() { b, _ := io.ReadAll(r.Body) }\n'],
    ],
    clean: [
      ['a.ts', "req.on('data', (c) => { body += c; if (body.length > LIMIT) req.destroy(); });\n"],
      ['a.go', 'package a\nfunc f() { b, _ := io.ReadAll(io.LimitReader(r.Body, n)) }\n'],
    ],
  },
  'large-body-limit': {
    found: [['a.ts', "app.use(express.json({ limit: '100mb' }));\n"]],
    clean: [['a.ts', "app.use(express.json({ limit: '1mb' }));\n"]],
  },
  'backtracking-pattern': {
    found: [
      ['a.ts', 'const ok = /^(\\w+\\s?)*$/.test(input);\n'],
      ['a.py', 'P = re.compile(r"^(a+)+$")\n'],
    ],
    clean: [
      ['a.ts', 'const ok = /^(?:\\w+,)*\\w+$/.test(input);\n'],
      ['a.py', 'P = re.compile(r"^[a-z]+$")\n'],
    ],
  },
  'pattern-from-input': {
    found: [['a.ts', 'const r = new RegExp(args.pattern, "i");\n']],
    clean: [['a.ts', 'const r = new RegExp(escapeRegExp(query));\nconst s = new RegExp(WORDS);\n']],
  },
};
