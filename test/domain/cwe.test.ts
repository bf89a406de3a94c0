import { expect, test } from 'vitest';
import { allCwes, CWE_CATALOGUE, cweLabel, findCwe, searchCwes } from '../../src/domain/cwe.ts';

test('the catalogue is whole, dated, and names its version', () => {
  expect(CWE_CATALOGUE).toMatchObject({ version: '4.17', date: '2025-04-03' });
  expect(allCwes().length).toBe(943);
  for (const { id, name } of allCwes()) {
    expect(id).toMatch(/^CWE-[1-9]\d{0,4}$/);
    expect(name.trim()).not.toBe('');
  }
});

test.each([
  ['CWE-78', 'CWE-78 (OS Command Injection)'],
  ['CWE-22', 'CWE-22 (Path Traversal)'],
  ['CWE-1427', 'CWE-1427 (Improper Neutralization of Input Used for LLM Prompting)'],
  ['CWE-99999', 'CWE-99999'],
])('%s reads %s', (id, label) => {
  expect(cweLabel(id)).toBe(label);
});

test('is searched by number and by words', () => {
  expect(searchCwes('78')[0]?.id).toBe('CWE-78');
  expect(searchCwes('cwe-918')[0]?.id).toBe('CWE-918');
  expect(searchCwes('path travers')[0]?.id).toBe('CWE-22');
  expect(searchCwes('COMMAND injection').map((c) => c.id)).toContain('CWE-77');
  expect(searchCwes('no such weakness')).toEqual([]);
  expect(searchCwes('')).toHaveLength(943);
});

test('says what MITRE does not want findings mapped to, and lists it last', () => {
  expect(findCwe('CWE-20')?.usage).toBe('discouraged');
  expect(findCwe('CWE-89')?.usage).toBe('allowed');
  const usages = searchCwes('access control').map((c) => c.usage);
  expect(usages.lastIndexOf('allowed')).toBeLessThan(usages.indexOf('discouraged'));
});
