import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Baseline, baselineOf, compare, type Marked } from '../../../src/domain/pipeline/baseline.ts';
import { conditionsOf } from '../../../src/domain/pipeline/fail-on.ts';
import { pathFits } from '../../../src/domain/pipeline/path-pattern.ts';
import { asSaidBefore, fromComments, suppress } from '../../../src/domain/pipeline/suppressions.ts';

describe('a path pattern', () => {
  it.for([
    ['src/a.ts', 'src/a.ts', true],
    ['src', 'src/a/b.ts', true],
    ['src', 'srcs/a.ts', false],
    ['src/*', 'src/a.ts', true],
    ['src/*', 'src/a/b.ts', false],
    ['src/**', 'src/a/b.ts', true],
    ['**/*.test.ts', 'a.test.ts', true],
    ['**/*.test.ts', 'a/b/c.test.ts', true],
    ['**/*.test.ts', 'a/b/c.ts', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
  ] as const)('%s and %s: %s', ([pattern, path, fits]) => expect(pathFits(pattern, path)).toBe(fits));

  it('takes what it is made of, and is never slow', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(
          name.filter((n) => n !== '.'),
          { minLength: 1, maxLength: 4 },
        ),
        fc.nat(3),
        (parts, at) => {
          const path = parts.join('/');
          expect(pathFits(path, path)).toBe(true);
          expect(pathFits(parts.map((p, i) => (i === at ? '*' : p)).join('/'), path)).toBe(true);
          expect(pathFits([...parts.slice(0, at), '**'].join('/'), path)).toBe(true);
        },
      ),
    );
    const started = performance.now();
    expect(pathFits(`${'**/*a'.repeat(50)}b`, `${'a/'.repeat(400)}a`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

const lead = (over: Partial<Marked> = {}): Marked => ({
  id: '0'.repeat(16),
  collector: 'code-flow',
  rule: 'shell-command',
  title: 'A shell',
  strength: 'moderate',
  location: { path: 'a.ts', startLine: 1, endLine: 1, snippet: 'x', sha256: '0'.repeat(64) },
  places: [],
  marks: ['a'.repeat(16)],
  ...over,
});
const at = (n: number): string => n.toString(16).padStart(16, '0');

describe('a baseline', () => {
  const of = (...leads: Marked[]): Baseline => baselineOf(leads, { version: '1', rules: 'r' });
  const states = (now: Marked[], base: Baseline) => now.map((l) => compare(now, base).get(l)!);

  it('knows everything it was made of, in any order', () => {
    const leads = fc.array(
      fc.record({
        id: fc.nat(50).map(at),
        marks: fc.array(fc.nat(6).map(at), { minLength: 1, maxLength: 4 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(leads, fc.integer(), (some, seed) => {
        const all = some.map((s) =>
          lead({
            ...s,
            places: s.marks.slice(1).map((_, i) => ({ path: 'a.ts', startLine: i + 2, endLine: i + 2 })),
          }),
        );
        const mixed = [...all].sort((a, b) => (a.id + seed < b.id + seed ? 1 : -1));
        expect(states(mixed, of(...all)).every((s) => s.state === 'known')).toBe(true);
      }),
    );
  });

  it('counts: one more of the same code is new, one that moved is not', () => {
    const base = of(lead({ id: at(1) }));
    expect(states([lead({ id: at(2) })], base)[0]!.state).toBe('known');
    expect(states([lead({ id: at(2) }), lead({ id: at(1) })], base).map((s) => s.state)).toEqual([
      'new',
      'known',
    ]);
  });

  it('says what there is more of', () => {
    const base = of(lead({ doors: [{ name: 'ping', path: 'a.ts', line: 1, guarded: false }] }));
    const more = lead({
      strength: 'strong',
      marks: ['a'.repeat(16), 'b'.repeat(16)],
      places: [{ path: 'b.ts', startLine: 7, endLine: 7 }],
      doors: [
        { name: 'ping', path: 'a.ts', line: 1, guarded: false },
        { name: 'trace', path: 'b.ts', line: 5, guarded: false },
      ],
    });
    expect(states([more], base)[0]).toEqual({
      state: 'more',
      news: [
        '1 of its 2 places is new: b.ts:7',
        'it is strong now, and was moderate',
        'it is reached from trace now',
      ],
    });
    expect(states([lead({ strength: 'weak' })], base)[0]!.state).toBe('known');
  });
});

describe('--fail-on', () => {
  const judged = {
    kind: 'lead',
    strength: 'moderate',
    class: 'ssrf',
    severity: 'medium',
    state: 'known',
  } as const;
  it.for([
    ['lead', true],
    ['new', false],
    ['weak', true],
    ['strong', false],
    ['medium', true],
    ['high', false],
    ['ssrf', true],
    ['ssrf+medium', true],
    ['ssrf+high', false],
    ['ssrf+new', false],
    ['xss,ssrf', true],
  ] as const)('%s: %s', ([words, fails]) =>
    expect(conditionsOf([words]).some((c) => c.holds(judged))).toBe(fails),
  );
});

const ALLOW = 'mcp-audit: allow code-flow/shell-command until 2027-01-31: looked at with care';

describe('a comment', () => {
  const covered = (path: string, text: string, line: number, end = line): boolean => {
    const { standing } = fromComments(path, text);
    const where = { path, startLine: line, endLine: end };
    return standing.some((s) =>
      s.covers({ ...lead(), location: { ...where, snippet: '', sha256: '' } }, where),
    );
  };

  it('covers its line, the next, and the next behind others of its kind; no other', () => {
    const text = `a\n// ${ALLOW}\nb\nc\n`;
    expect([1, 2, 3, 4].map((l) => covered('a.ts', text, l))).toEqual([false, true, true, false]);
    const two = `// ${ALLOW}\n// ${ALLOW.replace('shell-command', 'file-path')}\nb\nc\n`;
    expect([3, 4].map((l) => covered('a.ts', two, l))).toEqual([true, false]);
    expect(covered('a.py', `x\ny # ${ALLOW}\n`, 2)).toBe(true);
    expect(covered('a.ts', `a\nf(\n  // ${ALLOW}\n  b);\n`, 2, 4)).toBe(true);
  });

  it('is none in a text, nor in a document that shows one', () => {
    expect(fromComments('a.ts', `const a = '${ALLOW}';\n`).standing).toEqual([]);
    expect(fromComments('README.md', `    // ${ALLOW}\n`).standing).toEqual([]);
    expect(fromComments('README.md', `<!-- ${ALLOW} -->\n`).standing).toMatchObject([
      { reason: 'looked at with care' },
    ]);
  });

  it('that nobody can read covers nothing, and is told', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (rest) => {
        const { standing, refused } = fromComments(
          'a.ts',
          `// mcp-audit: allow ${rest.replaceAll('\n', ' ')}`,
        );
        expect(standing.length + refused.length).toBe(1);
      }),
    );
  });

  it('covers a lead only with all of its places', () => {
    const { standing } = fromComments('a.ts', `// ${ALLOW}\na\n\nb\n`);
    const two = lead({
      location: { path: 'a.ts', startLine: 2, endLine: 2, snippet: '', sha256: '' },
      places: [{ path: 'a.ts', startLine: 4, endLine: 4 }],
    });
    expect(suppress([two], standing, '2026-01-01').of(two)).toMatchObject({
      suppressed: false,
      suppressions: [{ at: 'a.ts:1' }],
    });
  });
});

describe('the comments of another commit', () => {
  const covered = (before: string, now: string, startLine: number, endLine = startLine): boolean => {
    const all = (text: string) => fromComments('a.ts', text).standing;
    const { counted } = asSaidBefore(all(now), all(before), 'main');
    const there = lead({
      location: { path: 'a.ts', startLine, endLine, snippet: '', sha256: '' },
      places: [],
    });
    return suppress([there], counted, '2026-01-01').of(there).suppressed;
  };

  it('count for the lines they were written for, to the end of what they cover', () => {
    const before = `x\n// ${ALLOW}\nrun(\n  a);\n`;
    expect(covered(before, before, 3, 4)).toBe(true);
    expect(covered(before, `new\n\n${before}more\n`, 5, 6)).toBe(true);
    expect(covered(before, before.replace('run(', 'run(p +'), 3, 4)).toBe(false);
    expect(covered(before, before.replace('  a', '  b'), 3, 4)).toBe(false);
    expect(covered(`run(a); // ${ALLOW}\n\n`, `run(b); // ${ALLOW}\n\n`, 1)).toBe(false);
  });

  it('count as often as they stand there', () => {
    const one = `// ${ALLOW}\nrun(a);\n`;
    expect(covered(one, `${one}${one}`, 2)).toBe(true);
    expect(covered(one, `${one}${one}`, 4)).toBe(false);
    expect(covered(`${one}${one}`, `${one}${one}`, 4)).toBe(true);
  });
});
