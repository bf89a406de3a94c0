import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/commands/main.ts';
import type { Methodology } from '../../src/domain/methodology.ts';
import { temporaryDir } from '../io/session/fixtures.ts';
import { madeCheck, madeMethodology, writeChecklists } from '../support/checklists.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

/** A machine of somebody's own: `run` gives the exit code and what was printed. */
export const machine = (github: string) => {
  const dir = temporaryDir();
  const data = join(dir, 'home');
  const made = testHost(data);
  made.host
    .settings()
    .auditor.set({ name: github.toUpperCase(), github, organization: 'I', contact: `${github}@example.org` });
  const run = async (...args: string[]): Promise<{ code: number; text: string }> => {
    made.said();
    const code = await main(args, made.host);
    return { code, text: made.said() };
  };
  const file = (name: string, text = ''): string => {
    const path = join(dir, name);
    if (text !== '') writeFileSync(path, text);
    return path;
  };
  const answer = (text: string, ...args: string[]) =>
    run('answer', '--from', file('answers.yml', text), ...args);
  return { ...made, dir, data, run, file, answer };
};
export type Machine = ReturnType<typeof machine>;

/** Three questions, and what is gathered quickly for them. */
export const QUESTIONS: Methodology = {
  ...madeMethodology(2, 2),
  phases: [
    {
      id: '1',
      title: 'Only phase',
      sections: [
        {
          id: 'A',
          title: 'First',
          origin: 'custom',
          checks: [madeCheck('A-1', ['git-history']), madeCheck('A-2', ['code-weaknesses'])],
        },
        {
          id: 'B',
          title: 'Second',
          origin: 'custom',
          checks: [madeCheck('B-1', ['code-flow']), madeCheck('B-2')],
        },
      ],
    },
  ],
};

/** A server with something to find, and an audit of it by jane, exported. */
export const audited = async () => {
  const { path: server, commits } = makeRepository(join(temporaryDir(), 'server'), [
    {
      files: {
        'package.json': '{"name":"server","version":"1.0.0"}',
        'src/index.ts':
          "import { exec } from 'node:child_process';\nexport const run = (c: string) => exec(c);\n",
      },
    },
  ]);
  const jane = machine('jane');
  const { text } = await jane.run(
    'start',
    server,
    '--url',
    'https://github.com/acme/server',
    '--methodology',
    writeChecklists(join(jane.dir, 'questions'), QUESTIONS),
    '--json',
  );
  const { session } = JSON.parse(text) as { session: string };
  await jane.answer(`
checks:
  A-1: {verdict: pass, note: two people sign what is merged}
  B-1: {verdict: fail, note: the command is the caller's}
  A-2: {verdict: pass, note: nothing is kept}
disclosure: {told: 2026-06-01, channel: security@example.org}
findings:
  - check: B-1
    title: Commands of the caller run
    severity: high
    category: Command Injection
    cwe: CWE-78
    where: ["src/index.ts:2"]
    summary: Whoever calls run has a shell.
    description: The text of the caller is handed to a shell as it is.
    impact: {confidentiality: High, integrity: High, availability: High, exploitability: High, scope: the machine}
    components: [src/index.ts]
    reproduction: [Call run with a command of your own.]
    risks: [A model that was misled runs what it was told to.]
    validation: [Call it again and see it refused.]
    recommendations: {immediate: [Use execFile.], shortTerm: [Name the commands.], longTerm: [Test it.]}
    business: {development: high, staging: high, production: high, enterprise: high}
    cvss31: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
    severityReason: only who may start the server reaches it
    reviewed: true
`);
  const exported = jane.file('audit.zip');
  await jane.run('export', '--to', exported);
  return { jane, server, commit: commits[0] ?? '', session, exported };
};
