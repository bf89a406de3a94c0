import { describe, expect, it } from 'vitest';
import { codeWeaknesses } from '../../src/collectors/code-weaknesses.ts';
import { run } from './fake-context.ts';

describe('weaknesses in code', () => {
  it('names the places of one cause in one item of a file', async () => {
    const { items, item } = await run(codeWeaknesses, {
      files: { 'src/a.ts': 'console.log(authToken);\n\nconsole.log(apiKey);\nconst x = 1;\n' },
    });
    expect(items).toHaveLength(1);
    expect(item('secret-logged')).toMatchObject({
      class: 'secret-exposure',
      cwe: ['CWE-532'],
      at: { path: 'src/a.ts', startLine: 1, endLine: 1 },
      title: 'A value named like a secret is written to a log (2 places)',
    });
    expect(item('secret-logged').places).toMatchObject([{ path: 'src/a.ts', startLine: 3 }]);
  });

  it('lists as a fact what is common and weak, and puts it before the auditor where it is more', async () => {
    const server = (text: string) =>
      `server.tool('t', {}, async () => {\n  try { await go(); } catch (error) {\n    return { content: [{ type: 'text', text: ${text} }] };\n  }\n});\n`;
    const kindOf = async (text: string) =>
      (await run(codeWeaknesses, { files: { 'src/a.ts': server(text) } })).item('error-text-to-client').kind;
    expect(await kindOf('error.message')).toBe('fact');
    expect(await kindOf('JSON.stringify(error.response.data)')).toBe('lead');
  });

  it('judges each package of a repository for itself', async () => {
    const server = "import express from 'express';\nconst t = new StreamableHTTPServerTransport({});\n";
    const { items } = await run(codeWeaknesses, {
      files: {
        'a/package.json': '{}',
        'a/src/http.ts': server,
        'b/package.json': '{}',
        'b/src/http.ts': server,
        'b/src/guard.ts': 'export const ok = allowedHosts.includes(req.headers.host);\n',
      },
    });
    expect(items.filter((i) => i.rule === 'no-host-check').map((i) => i.at?.path)).toEqual(['a/src/http.ts']);
  });

  it('holds a server without authentication on this machine alone for less than one on the network', async () => {
    const strengthOf = async (host: string) =>
      (
        await run(codeWeaknesses, {
          files: { 'src/a.py': `HOST = "${host}"\nmcp.run(transport="sse", host=HOST)\n` },
        })
      ).item('open-route').strength;
    expect(await strengthOf('127.0.0.1')).toBe('moderate');
    expect(await strengthOf('0.0.0.0')).toBe('strong');
  });

  it('leaves tests, examples, vendored and generated files out', async () => {
    const bad = 'requests.get(url, verify=False)\n';
    const { gathered } = await run(codeWeaknesses, {
      files: {
        'tests/a.py': bad,
        'examples/a.py': bad,
        'vendor/a.py': bad,
        'dist/a.py': bad,
        'src/ok.py': 'x = 1\n',
      },
    });
    expect(gathered.outcome).toBe('nothing-found');
  });

  it('says what it did not read, and when there is nothing to read', async () => {
    expect(
      (await run(codeWeaknesses, { files: { 'a.ts': 'x'.repeat(5000) } })).item('unread-sources'),
    ).toMatchObject({
      kind: 'gap',
    });
    expect((await run(codeWeaknesses, { files: { 'a.swift': 'x' } })).item('unread-language')).toMatchObject({
      kind: 'gap',
    });
    expect((await run(codeWeaknesses, { files: { 'a.md': 'x' } })).gathered.outcome).toBe('not-applicable');
  });

  it('says the same twice', async () => {
    const files = {
      'b.ts': "app.listen(3000, '0.0.0.0');\napp.use(cors());\n",
      'a.py': 'requests.get(url, verify=False)\nprint(api_key)\n',
      'c.go': 'package c\nvar t = &tls.Config{InsecureSkipVerify: true}\n',
    };
    const first = await run(codeWeaknesses, { files });
    expect(first.items.length).toBeGreaterThan(3);
    expect((await run(codeWeaknesses, { files })).gathered).toEqual(first.gathered);
  });

  it('is not held up by text made to hold it up', async () => {
    const units = [
      'a',
      ' ',
      '(',
      '{',
      '"',
      "'",
      '`',
      '${',
      '/*',
      'if (',
      '=== ',
      'fetch(',
      'sessionId = ',
      '\n\n',
      'console.log(',
      '\\',
      'f"{',
      "r'''",
      'select ',
      '.startsWith(',
      'def f(ctx):\n',
      'iv = ',
      '[',
      '/(a+)+',
      '<',
      'x.y.',
    ];
    const files: Record<string, string> = {};
    for (const [i, unit] of units.entries())
      for (const ext of ['ts', 'py', 'go', 'rs'])
        files[`u${i}.${ext}`] = `${unit.repeat(Math.ceil(10_000 / unit.length))}\n`.replace(
          /(.{900})/g,
          '$1\n',
        );
    const { gathered } = await run(codeWeaknesses, { files });
    expect(gathered.outcome).toMatch(/collected|nothing-found/);
  }, 120_000);
});
