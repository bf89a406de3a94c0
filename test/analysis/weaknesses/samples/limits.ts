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
  'program-outlives-its-time': {
    found: [
      [
        'a.py',
        'async def run(cmd):\n    proc = await asyncio.create_subprocess_exec(*cmd)\n    try:\n        return await asyncio.wait_for(proc.communicate(), timeout=30)\n    except asyncio.TimeoutError:\n        return "timed out"\n',
      ],
      [
        'a.ts',
        "import { spawn } from 'node:child_process';\nexport const run = (cmd: string) =>\n  new Promise((resolve, reject) => {\n    const child = spawn(cmd);\n    setTimeout(() => reject(new Error('timed out')), 5000);\n    child.on('close', resolve);\n  });\n",
      ],
    ],
    clean: [
      [
        'a.py',
        'async def run(cmd):\n    proc = await asyncio.create_subprocess_exec(*cmd)\n    try:\n        return await asyncio.wait_for(proc.communicate(), timeout=30)\n    except asyncio.TimeoutError:\n        proc.kill()\n        raise\n',
      ],
      [
        'a.ts',
        "import { spawn } from 'node:child_process';\nexport const run = (cmd: string) =>\n  new Promise((resolve, reject) => {\n    const child = spawn(cmd);\n    setTimeout(() => { child.kill(); reject(new Error('timed out')); }, 5000);\n    child.on('close', resolve);\n  });\n",
      ],
      [
        'a.ts',
        'export const find = (text: string) =>\n  new Promise((resolve, reject) => {\n    const m = pattern.exec(text);\n    setTimeout(() => reject(m), 5);\n  });\n',
      ],
    ],
  },
  'unbounded-read': {
    found: [
      ['a.ts', "req.on('data', (c) => { body += c; });\n"],
      [
        'a.go',
        'package a\nfunc f(w http.ResponseWriter, r *http.Request) { b, _ := io.ReadAll(r.Body); use(b) }\n',
      ],
      [
        'a.go',
        'package a\nfunc f(w http.ResponseWriter, r *http.Request) { json.NewDecoder(r.Body).Decode(&v) }\n',
      ],
      [
        'a.py',
        'class H(BaseHTTPRequestHandler):\n    def do_POST(self):\n        data = self.rfile.read(int(self.headers["Content-Length"]))\n',
      ],
      ['a.py', 'async def messages(request: Request):\n    data = await request.body()\n'],
      [
        'A.java',
        'class A { void handle(HttpExchange exchange) throws IOException { byte[] b = exchange.getRequestBody().readAllBytes(); use(b); } }\n',
      ],
      [
        'A.java',
        'class A { void doPost(HttpServletRequest request) throws IOException { BufferedReader reader = request.getReader(); String line; while ((line = reader.readLine()) != null) { body.append(line); } } }\n',
      ],
      [
        'a.rs',
        'async fn f(req: Request) -> Response { let b = to_bytes(req.into_body(), usize::MAX).await.unwrap(); done(b) }\n',
      ],
    ],
    clean: [
      [
        'c.go',
        'package a\nfunc f(c *http.Client) { resp, _ := c.Get(base); b, _ := io.ReadAll(resp.Body); use(b) }\n',
      ],
      ['a.ts', "req.on('data', (c) => { body += c; if (body.length > LIMIT) req.destroy(); });\n"],
      ['a.go', 'package a\nfunc f() { b, _ := io.ReadAll(io.LimitReader(r.Body, n)) }\n'],
      [
        'a.go',
        'package a\nfunc f(w http.ResponseWriter, r *http.Request) { r.Body = http.MaxBytesReader(w, r.Body, 1024); json.NewDecoder(r.Body).Decode(&v) }\n',
      ],
      [
        'a.py',
        'class H(BaseHTTPRequestHandler):\n    def do_POST(self):\n        n = int(self.headers["Content-Length"])\n        if n > MAX_BODY:\n            return self.send_error(413)\n        data = self.rfile.read(n)\n',
      ],
      [
        'A.java',
        'class A { void handle(HttpExchange exchange) throws IOException { byte[] b = exchange.getRequestBody().readNBytes(CAP + 1); if (b.length > CAP) { return; } use(b); } }\n',
      ],
      [
        'a.rs',
        'async fn f(req: Request) -> Response { let b = to_bytes(req.into_body(), 65536).await.unwrap(); done(b) }\n',
      ],
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
      ['r.py', 'P = re.compile(r"^([-*_])\\s*\\1\\s*\\1(\\s*\\1)*\\s*$")\n'],
      ['a.ts', 'const ok = /^(?:\\w+,)*\\w+$/.test(input);\n'],
      ['a.py', 'P = re.compile(r"^[a-z]+$")\n'],
    ],
  },
  'pattern-from-input': {
    found: [['a.ts', 'const r = new RegExp(args.pattern, "i");\n']],
    clean: [['a.ts', 'const r = new RegExp(escapeRegExp(query));\nconst s = new RegExp(WORDS);\n']],
  },
};
