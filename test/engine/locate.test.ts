import { describe, expect, it } from 'vitest';
import type { CollectorResult, EvidenceItem } from '../../src/domain/evidence.ts';
import { itemsNamed } from '../../src/engine/locate.ts';

const item = (id: string, rule: string, path: string): EvidenceItem =>
  ({ id, rule, collector: 'inputs', title: `about ${rule}`, location: { path } }) as EvidenceItem;
const evidence = new Map([
  [
    'inputs',
    {
      items: [
        item('abcd0000aaaa0001', 'shell', 'a.ts'),
        item('abcd0000aaaa0002', 'shell', 'b.ts'),
        item('ef01000000000000', 'sql', 'b.ts'),
      ],
    } as CollectorResult,
  ],
]);
const ids = (name: string) => {
  const found = itemsNamed(evidence, name);
  return 'refused' in found ? found.refused : found.map((i) => i.id);
};

describe('evidence by name', () => {
  it.each([
    ['abcd0000aaaa0001', ['abcd0000aaaa0001']],
    ['ef01', ['ef01000000000000']],
    ['inputs/shell', ['abcd0000aaaa0001', 'abcd0000aaaa0002']],
    ['inputs/shell@b.ts', ['abcd0000aaaa0002']],
    ['abcd0000aaaa000', '"abcd0000aaaa000" is the beginning of 2 evidence items'],
    ['abcd', '"abcd" is the beginning of 2 evidence items'],
    ['ef0', 'there is no evidence "ef0"'],
    ['', 'there is no evidence ""'],
    ['inputs/none', 'there is no evidence "inputs/none"'],
    ['0000', 'there is no evidence "0000"'],
  ])('%j', (name, expected) => {
    expect(ids(name)).toEqual(expected);
  });

  it('names those it may be', () => {
    expect(itemsNamed(evidence, 'abcd')).toHaveProperty(
      'hint',
      'Say which: abcd0000aaaa0001 (about shell), abcd0000aaaa0002 (about shell).',
    );
  });
});
