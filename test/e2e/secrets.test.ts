import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEY_LINES, KINDS, secretFiles } from '../support/secret-target.ts';
import { distinctLines, leaked } from '../support/secrets.ts';
import { makeDesk } from './desk.ts';

/**
 * Credentials of every kind in every place of a repository that we read, through the built program: nothing that it keeps,
 * prints or reports has one.
 */
const ANSWERS = `
auditor: {name: Jane Doe, github: jane-doe, organization: Independent, contact: jane@example.org}
disclosure: {acknowledge: the key is revoked}
checks: {"2.2.2": {verdict: fail, note: seen}}
findings:
  - check: 2.2.2
    title: A key is in the source
    severity: high
    cwe: CWE-798
    category: Credentials
    where: ["key.js:6-9", "key.js:14-16", "src/tool0.js:5-7", "README.md:1-60", "Dockerfile:1-40"]
    summary: A key lies open.
    description: Anybody can read it.
    impact: {confidentiality: High, integrity: High, availability: Low, exploitability: High, scope: the host}
    reproduction: ["Read it."]
    risks: ["It is used."]
    recommendations: {immediate: ["Revoke it."]}
    validation: ["It is gone."]
    notes: Seen in the code.
    business: {development: none, staging: low, production: high, enterprise: high}
    severityReason: judged by hand
`;

/** What git takes for the name of a tag. */
const isRefName = (text: string): boolean =>
  text.length < 200 && !/[\s~^:?*[\\]|\.\.|\/\/|@\{|^[-/.]|[/.]$|\.lock/.test(text);
const allTexts = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((f) => join(folder, f))
    .filter((f) => !/\/repos\//.test(f) && statSync(f).isFile())
    .map((f) => `${f}\n${readFileSync(f, 'utf8')}`);

test('no credential of the target is kept, printed or reported, of any kind, from any place', () => {
  const names = KINDS.map((k) => k.text).filter(isRefName);
  const desk = makeDesk({
    commits: [
      {
        files: secretFiles(),
        author: `Jane ${KINDS[0]!.text} <jane@example.org>`,
        message: `security fix\n\n${KINDS.map((k) => `vuln: ${k.text}`).join('\n')}`,
        tags: names.map((n) => `v-${n}`),
      },
      ...KINDS.map((k, i) => ({ files: { 'x.txt': `${i}` }, message: `fix injection ${k.text}` })),
    ],
  });
  const print = (args: string[]) => {
    const r = desk.cli(args);
    return r.stdout + r.stderr;
  };
  const answers = join(desk.root, 'answers.yml');
  writeFileSync(answers, ANSWERS);
  const said: Record<string, string> = {
    start: print(['start', desk.repository.path]),
    status: print(['status', '--json']),
    'status in words': print(['status']),
    'collected evidence': print(['collect', desk.repository.path, '--json', '-']),
    'evidence in words': print(['collect', desk.repository.path]),
    // Lines from the middle of the key: nothing in them says what they are.
    'a citation': print(['answer', '--from', answers]),
    'what was cited': print(['status', '--json']),
    'the words of an error': KINDS.filter((k, i) => i % 12 === 0 && !/\s/.test(k.text))
      .map((k) => print(['start', `https://x:${encodeURIComponent(k.text)}@[::1`]) + print(['start', k.text]))
      .join(''),
  };
  for (const format of ['json', 'sarif', 'markdown', 'html', 'osv', 'private'])
    said[`the report as ${format}`] = print(['report', '--format', format, '--to', '-']);
  said['the writing of the submission'] = print(['report', '--to', join(desk.root, 'submission')]);
  said['the submission'] = allTexts(desk.root)
    .filter((t) => t.includes('/submission/'))
    .join('\n');
  said['what is kept'] = allTexts(desk.data).join('\n');
  expect(said['a citation'], said['a citation']).toContain('4 recorded, 0 already so, 0 refused');
  expect(said['what is kept']!.length).toBeGreaterThan(100_000);
  expect(said['the report as json'], said['the report as json']).toContain('key.js');

  expect(said['what is kept']).toContain('characters]');
  expect(said['the submission'], said['the writing of the submission']).toContain('key.js');
  const all = [...KINDS, { name: 'lines of a private key', random: KEY_LINES }];
  const lines = Object.entries(said).map(([where, text]) => [where, distinctLines(text)] as const);
  const seen = all.flatMap(({ name, random }) =>
    lines.flatMap(([where, text]) => {
      const piece = leaked(text, random, 12)[0];
      if (piece === undefined) return [];
      const at = text.indexOf(piece);
      return [`${name}, ${where}: ${text.slice(Math.max(0, at - 100), at + 20)}`];
    }),
  );
  expect(seen).toEqual([]);
});
