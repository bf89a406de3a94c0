import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastImportStream } from '../../src/io/git/fast-import.ts';
import { git } from './git-fixtures.ts';

/** One check of one collector that needs no thread: what is tried is who does what how often, and not what is found. */
export const oneCheck = (dir: string): string => {
  mkdirSync(dir, { recursive: true });
  const files = {
    'methodology.yml': `id: one
title: One
version: '1.0'
phases: [{ id: '1', title: One, sections: ['1.1'] }]
`,
    '1.1.yml': `id: '1.1'
title: Packages
origin: custom
checks:
  - id: '1.1.1'
    name: Packages
    origin: custom
    title: Which packages does it bring?
    why: They run with it.
    look: [The lockfile.]
    passesWhen: They are known.
    failsWhen: One is weak.
    collectors: [dependencies]
    manual: []
    references: { cwe: [], ttps: [], top10: [] }
    scorecard: [known]
    finding: { title: A weak package, severity: low, category: Dependencies, cwe: CWE-1104, remediation: [Update it.] }
`,
    'scorecard.yml': `levels: [${['Critical', 'Poor', 'Fair', 'Good', 'Excellent'].map((l, value) => `{ value: ${value}, label: ${l} }`).join(', ')}]
dimensions:
  - { id: packages, title: Packages, weight: 100, criteria: [{ id: known, title: Packages, question: Are they known? }] }
`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
};

const nameOf = (i: number): string => `server-${String(i + 1).padStart(2, '0')}`;

/** Small bare repositories, each with a commit of its own, and the file that names them. */
export const makeFleet = (dir: string, count: number): { file: string; names: string[] } => {
  const empty = join(dir, 'empty');
  mkdirSync(empty, { recursive: true });
  git(empty, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']);
  const names = Array.from({ length: count }, (_, i) => nameOf(i));
  for (const name of names) {
    cpSync(empty, join(dir, name), { recursive: true });
    const manifest = JSON.stringify({ name, version: '1.0.0', dependencies: { zod: '4.0.0' } });
    const stream = fastImportStream('main', [
      {
        message: name,
        author: 'Fixture <fixture@example.org>',
        date: '2024-01-01T12:00:00Z',
        files: [['package.json', { mode: '100644', content: manifest }]],
      },
    ]);
    git(join(dir, name), ['fast-import', '--quiet', '--date-format=raw'], stream);
  }
  const file = join(dir, 'mcp-audit-fleet.yml');
  const targets = names.map((name) => `  - { name: ${name}, target: ./${name} }`);
  writeFileSync(file, `name: Sixty\ntargets:\n${targets.join('\n')}\n`);
  return { file, names };
};

/** Sessions that stand in a folder of results, by server: whole ones alone are there. */
export const sessionsIn = (results: string): Map<string, string[]> =>
  new Map(
    readdirSync(join(results, 'servers')).map((server) => [
      server,
      readdirSync(join(results, 'servers', server, 'sessions')).filter(
        (id) => readFileSync(join(results, 'servers', server, 'sessions', id, 'receipt.json')).length > 0,
      ),
    ]),
  );
