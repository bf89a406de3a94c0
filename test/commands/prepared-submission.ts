import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { answer, start } from '../../src/commands/headless.ts';
import { git, makeRepository } from '../support/git-fixtures.ts';
import { databaseFixture, type Fixture } from './database-fixture.ts';

const answers = (severity: string): string => `
auditor: {name: Jane Doe, github: jane-doe, organization: Example Labs, contact: jane@example.org}
checks: {"2.1.2": {verdict: fail, note: seen}}
server: {authentication: none}
findings:
  - check: 2.1.2
    title: Shell command built from a tool parameter
    severity: ${severity}
    cwe: CWE-78
    category: Input Validation
    where: ["src/export.ts:5-6"]
    summary: A caller runs commands.
    description: The name becomes a part of a command.
    impact: {confidentiality: High, integrity: High, availability: High, exploitability: Medium, scope: the host}
    reproduction: ["Call it. Expected: an error. Actual: a command runs."]
    risks: ["A document makes the agent call it."]
    recommendations: {immediate: ["Use execFile."]}
    validation: ["Call it again."]
    notes: Seen in the code.
    business: {development: none, staging: low, production: high, enterprise: high}
    severityReason: judged by hand
`;

/** A session on the server, and a clone of a database that has an audit of it already. */
export const prepared = async (severity = 'medium'): Promise<Fixture & { clone: string; remote: string }> => {
  const f = databaseFixture();
  await start(f.host, { source: f.server, collect: false });
  const file = join(f.folder, 'answers.yml');
  writeFileSync(file, answers(severity));
  f.printed();
  expect(await answer(f.host, { from: file }), f.printed()).toBe(0);
  const remote = join(f.folder, 'remote.git');
  makeRepository(remote, [{ files: { 'README.md': 'db' } }], { bare: true });
  const clone = join(f.folder, 'clone');
  git(f.folder, ['clone', '--quiet', remote, clone]);
  git(f.folder, ['-C', clone, 'config', 'user.name', 'Jane']);
  git(f.folder, ['-C', clone, 'config', 'user.email', 'jane@example.org']);
  return { ...f, clone, remote };
};
