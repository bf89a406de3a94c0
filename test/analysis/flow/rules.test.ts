import { describe, expect, it } from 'vitest';
import { parseRules, sinksOf } from '../../../src/analysis/flow/knowledge.ts';
import { languages } from '../../../src/analysis/sources/readers.ts';
import { follow, knowledge, ruleFiles, shipped } from './follow.ts';

const FILE = {
  javascript: 'sample.ts',
  python: 'sample.py',
  go: 'sample.go',
  java: 'Sample.java',
  rust: 'sample.rs',
  csharp: 'Sample.cs',
  php: 'sample.php',
  ruby: 'sample.rb',
  kotlin: 'Sample.kt',
};

describe('the rules that are shipped', () => {
  it('have the shape of the schema', () => {
    expect(parseRules(ruleFiles()).problems).toEqual([]);
  });

  const samples = shipped().flatMap((rule) =>
    rule.samples.map((sample, i) => ({ rule, sample, name: `${rule.id}, sample ${i + 1}: ${sample.finds}` })),
  );

  it.for(samples)('$name', async ({ rule, sample }) => {
    const path = FILE[sample.language];
    if (!languages.some((l) => l.extensions.includes(path.split('.')[1]!))) return;
    const leads = await follow({ [path]: sample.code });
    const own = leads.filter((l) => l.rule.id === rule.id);
    expect(own.map((l) => l.strength)).toEqual(sample.finds === 'nothing' ? [] : [sample.finds]);
  });

  it('each show what they find and what they leave alone', () => {
    for (const rule of shipped()) {
      expect(
        rule.samples.some((s) => s.finds !== 'nothing'),
        `${rule.id} finds`,
      ).toBe(true);
      expect(
        rule.samples.some((s) => s.finds === 'nothing' || s.finds === 'weak'),
        `${rule.id} leaves alone`,
      ).toBe(true);
    }
  });

  it('name no project, only libraries', () => {
    const rules = [...ruleFiles()].filter(([name]) => name.startsWith('rules/'));
    for (const [, text] of rules) expect(text).not.toMatch(/github\.com\/(?!mark3labs)/);
  });
});

describe('parseRules', () => {
  it('leaves out a broken rule and keeps the others of its file', () => {
    const first = shipped()[0]!;
    const file = JSON.stringify({
      rules: [{ ...first, id: 'mine' }, { id: 'X' }, { ...first, id: 'yours' }],
    });
    const { rules, problems } = parseRules(new Map([['a.yml', file]]));
    expect(rules.map((r) => r.id)).toEqual(['mine', 'yours']);
    expect(problems.map((p) => p.path.split('.')[0])).toContain('rules[1]');
    expect(problems.every((p) => p.path.startsWith('rules[1]'))).toBe(true);
  });

  it('says which part of a file is wrong, and keeps the others', () => {
    const [name, text] = [...ruleFiles()][0]!;
    const { rules, problems } = parseRules(
      new Map([
        [name, text],
        ['mine.yml', 'rules:\n  - id: X\n'],
      ]),
    );
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every((p) => p.file === 'mine.yml')).toBe(true);
    expect(rules.length).toBeGreaterThan(0);
  });

  it('lets a later file take the place of a rule', () => {
    const files = ruleFiles();
    const first = shipped()[0]!;
    const mine = JSON.stringify({ rules: [{ ...first, title: 'mine' }] });
    const { rules, problems } = parseRules(new Map([...files, ['zz.yml', mine]]));
    expect(problems).toEqual([]);
    expect(rules.filter((r) => r.id === first.id).map((r) => r.title)).toEqual(['mine']);
  });

  it('refuses an expression that is none', () => {
    const first = shipped()[0]!;
    const broken = { ...first, guards: [{ kind: 'check', matches: '(((' }] };
    expect(parseRules(new Map([['a.yml', JSON.stringify({ rules: [broken] })]])).problems).not.toEqual([]);
  });
});

describe('sinksOf', () => {
  it('knows a callee by its whole path, or by its end for any object', () => {
    const index = knowledge();
    expect(sinksOf(index, 'child_process.exec', 'javascript')).not.toEqual([]);
    expect(sinksOf(index, 'other.exec_', 'javascript')).toEqual([]);
    expect(sinksOf(index, '?.query', 'javascript')).not.toEqual([]);
    expect(sinksOf(index, 'os.system', 'javascript')).toEqual([]);
    expect(sinksOf(index, 'os.system', 'python')).not.toEqual([]);
  });
});
