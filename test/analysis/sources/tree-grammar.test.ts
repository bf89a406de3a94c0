import { describe, expect, it } from 'vitest';
import { languages } from '../../../src/analysis/sources/readers.ts';

const read = async (path: string, text: string) => {
  const language = languages.find((l) => l.extensions.includes(path.split('.').at(-1) ?? ''));
  return (await language!.load()).read(path, text);
};

describe('a text made to hold the parser up', () => {
  // Each of these took from half a minute to hours, since recovering from an error costs as much as what stands before it.
  it.each([
    ['a.py', 'a?b:'],
    ['a.go', 'a?b:'],
    ['a.rs', "'a"],
    ['A.java', 'a?b:'],
    ['A.cs', 'a?b:'],
  ])('is given up and told: %s %s', async (path, unit) => {
    const module = await read(path, unit.repeat(10_000));
    expect(module.errors).toHaveLength(1);
  });

  it('of half a megabyte is given up as well, where the parser gets on but takes the square of its length', async () => {
    expect((await read('a.go', 'if a:\n '.repeat(70_000))).errors).toHaveLength(1);
  });

  it('after a long program is given up, however much there is before it', async () => {
    const program = 'func f(a int) int {\n\tif a > 1 { return g(a, "x") }\n\treturn 0\n}\n'.repeat(6000);
    expect((await read('a.go', program + 'a?b:'.repeat(15_000))).errors).toHaveLength(1);
  });

  // The library's own stack ends above its data: this changed the tables of all parsers.
  it('that nests deep leaves the parser as it was', async () => {
    const reader = await languages.find((l) => l.name === 'Go')!.load();
    const program = 'package a\n\nfunc F(a int) int { return g(a) }\n';
    const before = reader.read('b.go', program);
    expect(reader.read('a.go', '{['.repeat(3000)).errors).toHaveLength(1);
    expect(reader.read('b.go', program)).toEqual(before);
    expect(before.errors).toEqual([]);
  });

  it('does not take a long program for one', async () => {
    const text =
      'def read_configuration(path: str, fallback: dict | None = None) -> dict:\n    """Reads the configuration of the server from its file."""\n    return json.loads(Path(path).read_text(encoding="utf-8")) or fallback\n\n'.repeat(
        2000,
      );
    expect((await read('a.py', text)).errors).toEqual([]);
  });
});
