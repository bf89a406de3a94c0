import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotJson, PART_LIMITS, readParts } from '../../src/results/json-parts.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, ...ats: string[][]) => {
  const taken: [string, unknown][] = [];
  const result = readParts(
    bytes(text),
    ats.map((at) => ({ at, take: (value, path) => void taken.push([path.join('.'), value]) })),
  );
  return { taken, ...result };
};

describe('parts of a JSON document', () => {
  it('come in the order of the document, each with its path', () => {
    expect(
      read('{"a":[{"b":1,"c":[1,{"d":null}]},{"b":"2"}],"z":{"q":[[]]},"a2":3}', ['a', '*'], ['z', 'q'])
        .taken,
    ).toEqual([
      ['a.0', { b: 1, c: [1, { d: null }] }],
      ['a.1', { b: '2' }],
      ['z.q', [[]]],
    ]);
    expect(read('[1,{"x":2}]', ['*']).taken).toEqual([
      ['0', 1],
      ['1', { x: 2 }],
    ]);
  });

  it('are what JSON.parse gives, for any document and however it is spelled', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        // A key that would change what an object is cannot be taken.
        fc.pre(!text.includes('__proto__'));
        expect(read(text, []).taken).toEqual([['', JSON.parse(text)]]);
      }),
    );
  });

  it('of what is no JSON are refused wherever JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{}",:1 atrue\\') }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (valid) expect(() => read(text, [])).not.toThrow();
        else expect(() => read(text, [])).toThrow(NotJson);
      }),
      { numRuns: 3000 },
    );
  });

  it('cut anywhere, are refused', () => {
    const whole = '{"runs":[{"results":[{"a":"b"},{"c":[1,2]}]}]}';
    for (let cut = 0; cut < whole.length; cut += 1)
      expect(() => read(whole.slice(0, cut), ['runs', '*', 'results', '*'])).toThrow(NotJson);
  });

  it('are counted when too deep or too large, and the next one is read', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const wide = JSON.stringify(Array.from({ length: PART_LIMITS.nodes + 1 }, () => 0));
    const { taken, passedOver } = read(`{"a":[${deep},{"x":${deep}},${wide},7],"b":${deep}}`, ['a', '*']);
    expect(taken).toEqual([['a.3', 7]]);
    expect(passedOver).toBe(3);
  });
});
