import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EvidenceItem,
  itemKind,
  itemStrength,
  standing,
  weaknessClass,
} from '../../src/domain/evidence.ts';
import { compareItems, isSecondary, standingOf, standingWords } from '../../src/domain/standing.ts';

const item = (over: Partial<EvidenceItem> = {}): EvidenceItem => ({
  id: '0'.repeat(16),
  kind: 'lead',
  strength: 'moderate',
  collector: 'code-flow',
  rule: 'r',
  checks: [],
  cwe: [],
  class: 'ssrf',
  title: '',
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
  ...over,
});

const at = (path: string): EvidenceItem['location'] => ({
  path,
  startLine: 1,
  endLine: 1,
  snippet: '',
  sha256: '0'.repeat(64),
});
const flow = (...roles: EvidenceItem['flow'][number]['role'][]): EvidenceItem['flow'] =>
  roles.map((role) => ({ path: 'src/a.ts', line: 1, role, text: '' }));

const anyItem: fc.Arbitrary<EvidenceItem> = fc
  .record({
    id: fc.stringMatching(/^[0-9a-f]{16}$/),
    kind: fc.constantFrom(...itemKind.options),
    strength: fc.constantFrom(...itemStrength.options),
    class: fc.constantFrom(...weaknessClass.options),
    collector: fc.constantFrom('code-flow', 'secrets'),
    location: fc.constantFrom(null, at('src/a.ts'), at('src/b.ts'), at('test/a.ts')),
    flow: fc.constantFrom([], flow('source', 'sink'), flow('source', 'guard', 'sink'), flow('sink')),
  })
  .map(item);

describe('the order of evidence', () => {
  it.each([
    ['what may be wrong before what is so', { kind: 'fact', strength: 'strong' }, {}],
    ['what may be wrong before what is asked', { kind: 'question' }, { strength: 'weak' }],
    ['what is asked before what is so', { kind: 'fact' }, { kind: 'question' }],
    ['what the rest is read by before everything', { strength: 'strong' }, { kind: 'fact', first: true }],
    ['the strong before the weak', { strength: 'weak' }, { strength: 'moderate' }],
    [
      'the unguarded before the guarded',
      { flow: flow('source', 'guard', 'sink') },
      { flow: flow('source', 'sink') },
    ],
    ['the grave before the tiresome', { class: 'hygiene' }, { class: 'command-injection' }],
    ['what an input reaches before what only stands there', {}, { flow: flow('source', 'sink') }],
    ['the server before its tests', { location: at('test/a.ts'), strength: 'strong' }, { strength: 'weak' }],
    [
      'the server before generated code',
      { location: at('src/generated/a.ts') },
      { location: at('src/z.ts') },
    ],
    ['the server before its examples', { location: at('examples/a.py') }, { kind: 'fact' }],
  ] as const)('puts %s', (_, later, sooner) => {
    expect(
      compareItems(item(sooner as Partial<EvidenceItem>), item(later as Partial<EvidenceItem>)),
    ).toBeLessThan(0);
  });

  it('weighs what is gained against how much was seen', () => {
    const order = [
      item({ class: 'command-injection', strength: 'strong' }),
      item({ class: 'ssrf', strength: 'strong' }),
      item({ class: 'command-injection', strength: 'moderate' }),
      item({ class: 'ssrf', strength: 'moderate' }),
      item({ class: 'hygiene', strength: 'strong' }),
      item({ class: 'ssrf', strength: 'weak' }),
    ];
    expect([...order].reverse().sort(compareItems)).toEqual(order);
  });

  it('says of each why it stands there', () => {
    expect(
      standingWords(item({ class: 'code-execution', strength: 'strong', location: at('test/a.ts') })),
    ).toBe('would let others run code · seen as it is · beside the server');
    const guarded = item({ flow: flow('source', 'guard', 'sink') });
    expect(standingWords({ ...guarded, standing: standingOf(guarded, 'tool') })).toBe(
      'would let others reach what is not theirs · if its guard does not hold · from tool input',
    );
    fc.assert(
      fc.property(anyItem, (i) => {
        expect(standing.parse(standingOf(i))).toEqual(standingOf(i));
        expect(standingWords(i)).not.toBe('');
      }),
    );
  });

  it('is total: whatever order items come in, they end up in the same', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyItem, { selector: (i) => i.id, maxLength: 30 }),
        fc.nat(),
        (items, seed) => {
          const shuffled = items.toSorted(
            (a, b) => ((a.id.charCodeAt(3) * seed) % 97) - ((b.id.charCodeAt(3) * seed) % 97),
          );
          expect(shuffled.sort(compareItems)).toEqual(items.toSorted(compareItems));
        },
      ),
    );
  });

  it('agrees with itself: no circle, and one way round only', () => {
    fc.assert(
      fc.property(anyItem, anyItem, anyItem, (a, b, c) => {
        expect(Math.sign(compareItems(a, b)) + Math.sign(compareItems(b, a))).toBe(0);
        if (compareItems(a, b) <= 0 && compareItems(b, c) <= 0)
          expect(compareItems(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('never puts tests, examples, generated or vendored code before the server itself', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
        const secondary = items.sort(compareItems).map((i) => isSecondary(i.location?.path ?? ''));
        expect(secondary).toEqual(secondary.toSorted((a, b) => Number(a) - Number(b)));
      }),
    );
  });
});
