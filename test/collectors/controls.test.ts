import { describe, expect, it } from 'vitest';
import { createReading } from '../../src/analysis/sources/reading.ts';
import { presenceSwitches } from '../../src/analysis/weaknesses/code/presence-switches.ts';
import { gatesOf, passing } from '../../src/analysis/weaknesses/code/query-gates.ts';
import { codeWeaknesses } from '../../src/collectors/code-weaknesses.ts';
import { readme } from '../../src/collectors/readme.ts';
import { run } from './fake-context.ts';

const moduleOf = async (path: string, text: string) =>
  (await createReading({ text: async () => null } as never).module(path, text))!;

describe('statements tried on a list of words', () => {
  const past = async (path: string, text: string, about = 'postgres') => {
    const gates = gatesOf(await moduleOf(path, text));
    return passing(gates, 1, 1000, about);
  };

  it('get past a beginning that code asks for', async () => {
    const python = 'def ok(sql):\n    return sql.lower().startswith(("select", "with", "explain"))\n';
    expect(await past('a.py', python)).toEqual(
      expect.arrayContaining(['a second statement', 'WITH … DELETE', 'EXPLAIN ANALYZE DELETE']),
    );
    expect(await past('a.py', python)).not.toContain('DELETE');
    expect(await past('a.ts', "const ok = (q) => q.startsWith('select');\n")).not.toContain('WITH … DELETE');
  });

  it('get past words that are refused, in each dialect its own', async () => {
    const words =
      "const BAD = ['insert', 'update', 'delete', 'drop', 'alter', 'truncate', 'create'];\n" +
      'const refuse = (sql) => { if (BAD.some((w) => sql.toLowerCase().includes(w))) throw new Error(); };\n';
    expect(await past('a.ts', words)).toEqual(expect.arrayContaining(['GRANT', 'COPY … TO PROGRAM', 'DO']));
    expect(await past('a.ts', words, 'snowflake')).toEqual(expect.arrayContaining(['PUT', 'CALL']));
    expect(await past('a.ts', words, 'snowflake')).not.toContain('COPY … TO PROGRAM');
    // A list that looks at the beginning lets what stands behind it through.
    expect(await past('a.ts', words.replace('includes', 'startsWith'))).toContain('a second statement');
  });

  it('have to pass all lists of one function, and no list of another', async () => {
    const one =
      'def check(q):\n    if not q.startswith("select"):\n        raise E\n' +
      '    if re.search(r"\\b(insert|update|delete|drop|into|call)\\b", q):\n        raise E\n';
    const names = await past('a.py', one);
    expect(names).not.toContain('a second statement');
    expect(names).toContain('SELECT pg_read_file()');
    const two = 'def a(q):\n    return q.startswith("select")\ndef b(q):\n    return q.startswith("show")\n';
    const gates = gatesOf(await moduleOf('b.py', two));
    expect(passing(gates, 2, 2, 'sqlite')).toContain('a second statement');
  });

  it('are named with the lead', async () => {
    const { item } = await run(codeWeaknesses, {
      files: {
        'package.json': '{"dependencies":{"pg":"8"}}',
        'src/a.ts':
          "const FORBIDDEN_KEYWORDS = ['INSERT', 'UPDATE', 'DELETE', 'DROP'];\n" +
          'export const check = (sql: string) => {\n' +
          "  if (FORBIDDEN_KEYWORDS.some((k) => sql.toUpperCase().includes(k))) throw new Error('read-only');\n};\n",
      },
    });
    expect(item('write-keywords-refused').detail).toContain('tried on line 1, these pass: TRUNCATE, ALTER');
  });

  it('are not held up by many lists', async () => {
    const text = Array.from(
      { length: 400 },
      (_, i) => `const w${i} = ["INSERT","UPDATE","DELETE"]; const f${i} = (s) => w${i}.includes(s);`,
    ).join('\n');
    const module = await moduleOf('many.ts', text);
    const start = performance.now();
    expect(gatesOf(module)).toHaveLength(400);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a setting that switches by being there', () => {
  const names = async (path: string, text: string) =>
    presenceSwitches(await moduleOf(path, text)).map((s) => s.name);

  it('is told where it takes a protection away', async () => {
    expect(
      await names('a.ts', 'if (process.env.SKIP_AUTH) go();\nconst x = !!process.env.DISABLE_TLS;\n'),
    ).toEqual(['SKIP_AUTH', 'DISABLE_TLS']);
    expect(await names('b.ts', 'const env = z.object({ ALLOW_WRITES: z.coerce.boolean() });\n')).toEqual([
      'ALLOW_WRITES',
    ]);
    expect(await names('a.py', 'import os\nX = bool(os.getenv("INSECURE_MODE"))\n')).toEqual([
      'INSECURE_MODE',
    ]);
    expect(
      await names('a.go', 'package a\nfunc f() { if os.Getenv("SKIP_AUTH") != "" { return } }\n'),
    ).toEqual(['SKIP_AUTH']);
    expect(
      await names('A.java', 'class A { void f() { if (System.getenv("SKIP_AUTH") != null) return; } }\n'),
    ).toEqual(['SKIP_AUTH']);
  });

  it('is not told where its text is looked at, or is what it is for', async () => {
    expect(
      await names(
        'a.ts',
        "const x = process.env.SKIP_AUTH === 'true';\nif (process.env.ALLOWED_HOSTS) go();\n",
      ),
    ).toEqual([]);
    expect(
      await names('a.py', 'import os\nif os.getenv("SKIP_AUTH", "false") == "true":\n    go()\n'),
    ).toEqual([]);
    expect(await names('b.ts', 'if (process.env.REQUIRE_AUTH) check();\n')).toEqual([]);
  });
});

describe('a protection the documents claim', () => {
  const code = { 'src/a.ts': 'export const run = (q) => db.query(q);\n', 'package.json': '{"name":"x"}' };
  const rules = async (text: string, more: Record<string, string> = {}) =>
    run(readme, { files: { ...code, 'README.md': text, ...more } });

  it('is told when no word of it stands in the code', async () => {
    const { item } = await rules(
      '# X\n\n- **Rate limiting** for every client\n- Audit logging of all calls\n',
    );
    expect(item('claimed-not-found')).toMatchObject({
      kind: 'lead',
      title: 'The documents claim rate limiting, an audit log: no word of it in the code',
      at: { path: 'README.md', startLine: 3 },
    });
  });

  it('is not told when the code, a library or another program has it, or it is planned', async () => {
    const claim = '# X\n\n- **Rate limiting** for every client\n';
    expect((await rules(claim, { 'src/b.ts': 'import { RateLimiter } from "./x";\n' })).rules).not.toContain(
      'claimed-not-found',
    );
    expect(
      (await rules(claim, { 'package.json': '{"dependencies":{"express-rate-limit":"7"}}' })).rules,
    ).not.toContain('claimed-not-found');
    expect(
      (await rules('# X\n\nThere is no rate limiting.\n## Roadmap\n- Audit logging\n')).rules,
    ).not.toContain('claimed-not-found');
  });
});
