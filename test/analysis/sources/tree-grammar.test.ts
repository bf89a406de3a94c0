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

  it('does not take a long program for one', async () => {
    const text =
      'def read_configuration(path: str, fallback: dict | None = None) -> dict:\n    """Reads the configuration of the server from its file."""\n    return json.loads(Path(path).read_text(encoding="utf-8")) or fallback\n\n'.repeat(
        2000,
      );
    expect((await read('a.py', text)).errors).toEqual([]);
  });
});
