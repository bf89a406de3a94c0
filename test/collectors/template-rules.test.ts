import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { parseRules } from '../../src/analysis/flow/knowledge.ts';
import { POSITIONS_OF } from '../../src/analysis/flow/positions.ts';
import { rules as weaknesses } from '../../src/analysis/weaknesses/rules/index.ts';
import { parseTemplates } from '../../src/domain/finding-template.ts';
import { ruleFiles } from '../analysis/flow/follow.ts';
import { expectGolden } from '../support/golden.ts';

const filesBelow = (folder: string, ending: string): [string, string][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith(ending))
    .sort()
    .map((f) => [relative('.', join(folder, f)), readFileSync(join(folder, f), 'utf8')]);

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]!);

/** Files in whose tables the ids of rules stand from which a lead is made elsewhere. */
const TABLES = [
  'src/analysis/deployment/compose.ts',
  'src/analysis/deployment/dockerfile.ts',
  'src/analysis/deployment/kubernetes.ts',
  'src/analysis/deployment/systemd.ts',
  'src/analysis/tool-text/annotation-claims.ts',
  'src/analysis/tool-text/carriers.ts',
  'src/collectors/deployment/hosts.ts',
  'src/collectors/deployment/manifests.ts',
];

const sources = [...filesBelow('src/collectors', '.ts'), ...filesBelow('src/analysis', '.ts')];
const flows = parseRules(ruleFiles()).rules.map((r) => r.id);

/** Everything that may be the id of a rule: a template that names anything else names nothing. */
const known = new Set([
  ...sources.flatMap(([, text]) => found(text, /'([a-z0-9]+(?:-[a-z0-9]+)*)'/g)),
  ...weaknesses.map((r) => r.id),
  ...flows,
]);

/** They stand in a table of leads, and are told as facts. */
const FACTS = ['lockfile-not-held', 'unpinned-packages'];

/** Rules that give leads: `lead('…'`, a choice between it and another kind, and tables of ids. */
const leadRules = new Set([
  ...sources.flatMap(([path, text]) => [
    ...found(text, /\blead\)?(?: : \w+\))?\(\s*'([a-z0-9-]+)'/g),
    ...found(text, /\blead\(\s*[^'(),]{1,80}\? '([a-z0-9-]+)'/g),
    ...found(text, /\bmake === lead \? '([a-z0-9-]+)'/g),
    ...(TABLES.includes(path) ? found(text, /(?:\brule:|^\s*\||\bgrants\()\s*'([a-z0-9-]+)'/gm) : []),
  ]),
  ...weaknesses.filter((r) => r.kind === 'lead').map((r) => r.id),
  ...flows,
]);

const { templates } = parseTemplates(new Map(filesBelow('checklists/findings', '.yml')));

test('every rule that a template names exists', () => {
  const named = templates.flatMap((t) => (t.rules ?? []).map((rule) => `${t.id}: ${rule}`));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((n) => !known.has(n.split(': ')[1]!))).toEqual([]);
});

test('leads whose rule no template speaks of begin an empty finding: these', () => {
  const told = new Set(templates.flatMap((t) => t.rules ?? []));
  const without = [...leadRules].filter((rule) => !told.has(rule) && !FACTS.includes(rule)).sort();
  expectGolden(
    'rules-without-template.txt',
    `${without.length} rules of leads without a finding template\n${without.map((r) => `${r}\n`).join('')}`,
    'npx vitest run --project unit test/collectors/template-rules.test.ts',
  );
});

const grammars = new Map(parseRules(ruleFiles()).rules.map((r) => [r.id, r.grammar]));

test('a template is worded only for positions that its rules can say', () => {
  const dead = templates.flatMap((t) => {
    const said = (t.rules ?? []).flatMap((id) => POSITIONS_OF[grammars.get(id) ?? 'program']);
    return (t.fitting ?? []).flatMap((v) =>
      v.positions.filter((p) => !said.includes(p)).map((p) => `${t.id}: ${p}`),
    );
  });
  expect(dead).toEqual([]);
});

test('what is tried in one position is said for that position alone', () => {
  // Text in code marks is what the auditor is to send: what holds in any position has none but the way out of a folder.
  const stated = templates
    .filter((t) => t.fitting)
    .flatMap((t) => t.advice.reproduction.flatMap((step) => found(step, /(`[^`{]+`)/g)))
    .filter((code) => code !== '`../`');
  expect(stated).toEqual([]);
});

test('the positions of the shipped models are ones their grammar can say', () => {
  const wrong = parseRules(ruleFiles()).rules.flatMap((r) =>
    r.sinks
      .filter((s) => s.position && !(r.grammar && POSITIONS_OF[r.grammar].includes(s.position)))
      .map((s) => `${r.id}: ${s.position}`),
  );
  expect(wrong).toEqual([]);
});
