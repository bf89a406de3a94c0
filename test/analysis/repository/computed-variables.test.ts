import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computedReads, resolvedReads } from '../../../src/analysis/repository/computed-variables.ts';

const reads = (files: Record<string, string>) => {
  const { known, unknown } = resolvedReads(
    new Map(Object.entries(files).map(([path, text]) => [path, computedReads(text)])),
  );
  return {
    known: known.map((k) => `${k.name} ${k.path}:${k.line}`),
    unknown: unknown.map((u) => `${u.words} ${u.path}:${u.line}`),
  };
};

describe('variables read by a computed name', () => {
  it.each([
    [
      'a.py',
      'P = "ACME"\ndef env(name, default=None):\n    return os.environ.get(f"{P}_{name}", default)\nx = env("TOKEN")\n',
      'ACME_TOKEN a.py:4',
    ],
    [
      'a.py',
      'def env(self, name):\n    return os.getenv("ACME_" + name.upper())\nx = s.env("TOKEN")\n',
      'ACME_TOKEN a.py:3',
    ],
    [
      'a.ts',
      "const env = (name: string): string => process.env[`ACME_${name}`] ?? '';\nenv('TOKEN');\n",
      'ACME_TOKEN a.ts:2',
    ],
    [
      'a.ts',
      "export function need(key: string) {\n  const v = process.env[key];\n  return v;\n}\nneed('ACME_TOKEN');\n",
      'ACME_TOKEN a.ts:5',
    ],
    ['a.ts', "const VAR = 'ACME_TOKEN';\nuse(process.env[VAR]);\n", 'ACME_TOKEN a.ts:2'],
    ['a.go', 'const prefix = "ACME_"\nvar t = os.Getenv(prefix + "TOKEN")\n', 'ACME_TOKEN a.go:2'],
    [
      'a.go',
      'func env(name string) string { return os.Getenv("ACME_" + name) }\nvar t = env("TOKEN")\n',
      'ACME_TOKEN a.go:2',
    ],
    [
      'a.go',
      'func env(n string) string { return os.Getenv(fmt.Sprintf("ACME_%s", n)) }\nvar t = env("TOKEN")\n',
      'ACME_TOKEN a.go:2',
    ],
    [
      'a.rs',
      'fn env(name: &str) -> String { std::env::var(format!("ACME_{}", name)).unwrap() }\nlet t = env("TOKEN");\n',
      'ACME_TOKEN a.rs:2',
    ],
  ])('follows constants and helpers (%s)', (path, text, name) => {
    expect(reads({ [path]: text })).toEqual({ known: [name], unknown: [] });
  });

  it('follows a helper into other files, and says what stays unknown', () => {
    expect(
      reads({
        'env.py': 'def env(name):\n    return os.environ[name]\n',
        'use.py': 'TOKEN = env("ACME_TOKEN")\n',
        'loop.py':
          'for key in keys:\n    os.environ.get(key)\nos.environ[key] = "set"\nd = os.environ.copy()\n',
      }),
    ).toEqual({ known: ['ACME_TOKEN use.py:1'], unknown: ['key loop.py:2'] });
  });

  it('takes two files that give one name two values for no answer', () => {
    expect(
      reads({
        'a.ts': "const V = 'A_ONE';\n",
        'b.ts': "const V = 'B_TWO';\n",
        'c.ts': 'use(process.env[V]);\n',
      }).unknown,
    ).toEqual(['V c.ts:1']);
  });

  it('never throws and never names what is no name', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'process.env[',
            'os.environ[',
            'os.getenv(',
            'f"{x}_',
            '`${',
            '}`',
            ']',
            ')',
            '"',
            '+',
            'def f(x',
            'A="B_C"',
            '\n',
            ',',
          ),
          { maxLength: 40 },
        ),
        (parts) => {
          const { known } = resolvedReads(new Map([['a', computedReads(parts.join(''))]]));
          for (const k of known) expect(k.name).toMatch(/^[A-Za-z_]\w*$/);
        },
      ),
    );
  });
});
