import { describe, expect, it } from 'vitest';
import { readResults } from '../../src/results/read-results.ts';

/** Written after the standard (SARIF 2.1.0, 3.19 toolComponent, 3.27 result, 3.11 message, 3.52 reportingDescriptorReference). */
const read = (...runs: object[]) =>
  readResults(Buffer.from(JSON.stringify({ version: '2.1.0', runs })), 'a.sarif');

const rule = (id: string, cwe: string, messageStrings = {}) => ({
  id,
  shortDescription: { text: `About ${id}` },
  properties: { tags: [`external/cwe/cwe-${cwe}`] },
  messageStrings,
});
const tool = {
  driver: { name: 'host', rules: [rule('d0', '020'), rule('shared', '079')] },
  extensions: [
    { name: 'first', rules: [rule('a0', '022')] },
    { name: 'second', rules: [rule('b0', '078', { m: { text: 'Runs {0} by {1}' } }), rule('shared', '918')] },
  ],
};
const result = (rest: object) => ({ message: { text: 'says' }, ...rest });
const ruled = (reference: object) => {
  const [one] = read({ tool, results: [result(reference)] }).results;
  return [one?.rule, one?.cwe];
};

describe('the rule of a SARIF result', () => {
  it.each<[string, object, string, string]>([
    ['a number of the driver', { ruleIndex: 0 }, 'd0', 'CWE-20'],
    ['the same, within a reference', { rule: { index: 0 } }, 'd0', 'CWE-20'],
    ['a number of an extension', { rule: { index: 0, toolComponent: { index: 1 } } }, 'b0', 'CWE-78'],
    [
      'a number of an extension by its name',
      { rule: { index: 0, toolComponent: { name: 'first' } } },
      'a0',
      'CWE-22',
    ],
    [
      'an id two components share',
      { ruleId: 'shared', rule: { index: 1, toolComponent: { index: 1 } } },
      'shared',
      'CWE-918',
    ],
    ['an id alone', { ruleId: 'b0' }, 'b0', 'CWE-78'],
    ['a part of a rule', { ruleId: 'b0/deep' }, 'b0/deep', 'CWE-78'],
  ])('is found by %s', (_, reference, id, cwe) => {
    expect(ruled(reference)).toEqual([id, [cwe]]);
  });

  it.each<[string, object]>([
    ['no such number', { rule: { index: 9, toolComponent: { index: 1 } } }],
    ['no such extension', { rule: { index: 0, toolComponent: { index: 7 } } }],
    ['a number below nought', { rule: { index: -1, toolComponent: { index: 0 } } }],
  ])('is nobody’s with %s', (_, reference) => {
    expect(ruled(reference)).toEqual(['', []]);
  });
});

describe('what a SARIF result says', () => {
  const said = (message: object) =>
    read({ tool, results: [{ rule: { index: 0, toolComponent: { index: 1 } }, message }] }).results[0]?.title;

  it('is the rule’s text by its id, with the arguments put in', () => {
    expect(said({ id: 'm', arguments: ['sh', 'name'] })).toBe('Runs sh by name');
    expect(said({ id: 'm' })).toBe('Runs {0} by {1}');
  });

  it('is the rule’s title where the id names no text, never the id', () => {
    expect(said({ id: 'unknown' })).toBe('About b0');
  });

  it('has no links into its own places', () => {
    expect(said({ text: 'depends on a [tool argument](1).' })).toBe('depends on a tool argument.');
    expect(said({ text: 'see [the page](https://example.org)' })).toBe('see [the page](https://example.org)');
  });

  it('says where no line was named that the beginning is shown', () => {
    const place = { physicalLocation: { artifactLocation: { uri: 'src/a.ts' } } };
    const [one] = read({ tool, results: [result({ ruleIndex: 0, locations: [place] })] }).results;
    expect(one?.detail).toContain('names no line');
  });
});

it('says of each run that reports nothing, beside one that does, that it is not known what it looked at', () => {
  const quiet = (name: string, rest: object) => ({ tool: { driver: { name } }, ...rest });
  const gaps = read(
    { tool, results: [result({ ruleIndex: 0 })] },
    quiet('q1', { results: [] }),
    quiet('q2', {}),
  ).gaps;
  expect(gaps.map((g) => g.title)).toEqual([
    expect.stringMatching(/^q1 reports nothing/),
    expect.stringMatching(/^q2 reports nothing/),
  ]);
});
