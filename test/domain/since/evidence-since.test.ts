import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvidenceItem } from '../../../src/domain/evidence.ts';
import { matchEvidence } from '../../../src/domain/since/evidence-since.ts';

const item = (over: Partial<EvidenceItem> & { n: number; line?: number; code?: string }): EvidenceItem => {
  const { n, line = n, code = `exec(value${n})`, ...rest } = over;
  return {
    id: n.toString(16).padStart(16, '0'),
    kind: 'lead',
    strength: 'strong',
    collector: 'code-flow',
    rule: `rule-${n % 3}`,
    checks: ['2.1.2'],
    cwe: [],
    class: 'command-injection',
    title: `Value ${n} reaches a shell`,
    detail: `src/a.ts:${line}`,
    location: {
      path: 'src/a.ts',
      startLine: line,
      endLine: line,
      snippet: code,
      sha256: 'a'.repeat(64),
    },
    flow: [],
    places: [],
    reproduce: '',
    ...rest,
  };
};

const items = fc
  .uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 25 })
  .map((ns) => ns.map((n) => item({ n })));

describe('evidence of two commits', () => {
  it('is all the same for the same commit, and each item in one pair', () => {
    fc.assert(
      fc.property(items, fc.array(fc.nat(400)), (was, others) => {
        expect(matchEvidence(was, was).map((p) => p.state)).toEqual(was.map(() => 'same'));
        const now = others.map((n, i) => item({ n: n + 1, id: `${i}`.padStart(16, 'f') }));
        const pairs = matchEvidence(was, now);
        expect(new Set(pairs.flatMap((p) => p.was ?? []))).toEqual(new Set(was));
        expect(pairs.filter((p) => p.was)).toHaveLength(was.length);
        expect(pairs.flatMap((p) => p.now ?? [])).toEqual(now);
      }),
    );
  });

  it('has moved with its file or its lines, formatted anew or not: none is new or gone', () => {
    fc.assert(
      fc.property(items, fc.nat(50), fc.boolean(), (was, shift, renamed) => {
        const path = renamed ? 'lib/b.ts' : 'src/a.ts';
        const now = was.map((i, n) => ({
          ...i,
          id: `${n}`.padStart(16, 'e'),
          location: {
            ...i.location!,
            path,
            startLine: i.location!.startLine + shift + 1,
            endLine: i.location!.endLine + shift + 1,
            snippet: `  ${i.location!.snippet.replace('(', '( ')}`,
          },
        }));
        const states = matchEvidence(was, now, renamed ? [{ was: 'src/a.ts', now: 'lib/b.ts' }] : []);
        expect(states.map((p) => p.state)).toEqual(was.map(() => 'moved'));
      }),
    );
  });

  it('has changed where it says otherwise of the same place, and is new or gone where nothing fits', () => {
    const was = [item({ n: 1 }), item({ n: 2 }), item({ n: 3, rule: 'other' })];
    const guarded = item({ n: 1, strength: 'weak' });
    const now = [
      guarded,
      item({ n: 2, id: 'b'.repeat(16), code: 'execFile(value2)' }),
      item({ n: 4, rule: 'x' }),
    ];
    expect(matchEvidence(was, now).map((p) => [p.state, p.differs])).toEqual([
      ['changed', ['it is weak now, and was strong']],
      ['changed', ['the code it stands at']],
      ['new', []],
      ['gone', []],
    ]);
  });
});
