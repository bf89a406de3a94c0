import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { CLIENTS } from '../../src/discovery/clients.ts';
import { policy as policySchema } from '../../src/policy/policy.ts';
import { type PolicyReport, policyReport } from '../../src/policy/report.ts';
import { START_RULES } from '../../src/policy/subject.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const root = mkdtempSync(join(tmpdir(), 'policy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { host, said } = testHost(join(root, 'data'), new Date('2026-12-01T12:00:00Z'));

const run = async (...args: string[]): Promise<{ code: number; out: string }> => {
  said();
  const code = await main(args, host);
  return { code, out: said() };
};
const put = (path: string, text: string): string => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
};
const check = async (policy: string, ...args: string[]): Promise<{ code: number; report: PolicyReport }> => {
  const { code, out } = await run('policy', 'check', ...args, '--policy', policy, '--json');
  return { code, report: policyReport.parse(JSON.parse(out)) };
};
const rulesOf = (r: PolicyReport, i = 0): string[] =>
  r.subjects[i]!.because.map((b) => `${b.rule} ${b.decision}`);

const GOLDEN = join(import.meta.dirname, '../golden/report');
const EXAMPLE = join(import.meta.dirname, '../../docs/policy.example.yml');

let session: string;
beforeAll(async () => {
  const { path } = makeRepository(join(root, 'notes'), [
    {
      files: { 'package.json': '{"name": "@acme/notes", "license": "MIT"}', 'index.js': '' },
      tags: ['v1.2.3'],
    },
  ]);
  const { out } = await run(
    'start',
    path,
    '--url',
    'https://github.com/acme/notes',
    '--no-collect',
    '--json',
  );
  session = JSON.parse(out).session ?? JSON.parse(out).id;
  const answers = put(
    'answers.yml',
    'checks: {"2.1.2": {verdict: pass, note: read}, "2.2.1": {verdict: fail, note: read}}',
  );
  await run('answer', '--from', answers, '--session', session);
}, 120_000);

describe('policy lint', () => {
  it('finds the example of the documentation in order', async () => {
    expect(await run('policy', 'lint', EXAMPLE)).toEqual({
      code: 0,
      out: `${EXAMPLE}: no problems, 1 waiver\n`,
    });
  });

  it('names the line of each thing wrong', async () => {
    const path = put(
      'wrong.yml',
      `name: a
checks: [{check: "9.9.9"}, {check: "2.1.2"}, {check: "2.1.2"}]
licences: {allow: [MIT, Freeware]}
grades: {low: 3, high: 2}
waivers:
  - {server: "npm:@acme/*", rule: ban/ssrf, reason: because it is so, owner: me@x, expires: 2026-11-30}
`,
    );
    const { code, out } = await run('policy', 'lint', path);
    expect(code).toBe(1);
    expect(out.split('\n').slice(0, -1)).toEqual([
      'wrong.yml:2  checks[0].check  expected a check of a methodology in the box, found 9.9.9',
      'wrong.yml:2  checks[2].check  expected each once, found 2.1.2 again',
      'wrong.yml:3  licences.allow[1]  expected an SPDX identifier, found Freeware',
      expect.stringMatching(/^wrong\.yml:4 {2}grades {2}expected no less for data that is more sensitive/),
      'wrong.yml:6  waivers[0].rule  expected a rule of this policy, found ban/ssrf',
      'wrong.yml:6  waivers[0].expires  expected 2026-12-01 or later, found 2026-11-30',
      `${path}: 6 problems, 1 waiver`,
    ]);
    expect((await run('policy', 'lint', put('shape.yml', 'name: a\nbann: []\n'))).out).toContain(
      'shape.yml:2  bann',
    );
  });
});

describe('policy check', () => {
  it('of sessions says what their verdicts say, and which rule decides', async () => {
    const policy = put(
      'verdicts.yml',
      'name: Acme\naudit: {maxAgeDays: 30}\nchecks: [{check: "2.1.2"}, {check: "2.2.1"}, {check: "1.1.1"}]\nban: [{class: ssrf}]\n',
    );
    const { code, report } = await check(policy);
    expect(code).toBe(1);
    expect(report.counts).toEqual({ allowed: 0, needsAPerson: 0, denied: 1 });
    expect(rulesOf(report)).toEqual([
      'audit allowed',
      'audit/age allowed',
      'check/2.1.2 allowed',
      'check/2.2.1 denied',
      'check/1.1.1 needs-a-person',
      'ban/ssrf needs-a-person',
    ]);
    const { out } = await run('policy', 'check', session, '--policy', policy);
    expect(out).toContain('DENIED          check/2.2.1: 2.2.1 fails');
    expect(out).toContain('Acme, 2026-12-01: 0 allowed, 0 need a person, 1 denied');
  });

  it('passes what is allowed, or what only a denial is to fail', async () => {
    const one = put('one.yml', 'name: Acme\nchecks: [{check: "2.1.2"}]\n');
    expect((await check(one, session)).code).toBe(0);
    const asks = put('asks.yml', 'name: Acme\nchecks: [{check: "1.1.1"}]\n');
    expect((await check(asks, session)).code).toBe(1);
    expect((await check(asks, session, '--fail-on', 'denied')).code).toBe(0);
  });

  it('fails by a waiver that has expired, and names those that nothing needs', async () => {
    const waiver = (rule: string, expires: string) =>
      `  - {server: github.com/acme/notes, rule: ${rule}, reason: nobody uses it yet, owner: jane@acme.example, expires: ${expires}}\n`;
    const policy = (lines: string) =>
      put('waived.yml', `name: Acme\nchecks: [{check: "2.2.1"}, {check: "2.1.2"}]\nwaivers:\n${lines}`);
    const held = await check(
      policy(waiver('check/2.2.1', '2026-12-01') + waiver('check/2.1.2', '2026-12-31')),
      session,
    );
    expect(held.code).toBe(0);
    expect(held.report.subjects[0]!.because[0]).toMatchObject({
      decision: 'allowed',
      waiver: { owner: 'jane@acme.example' },
    });
    expect(held.report.waivers.unused.map((w) => w.rule)).toEqual(['check/2.1.2']);
    const ended = await check(policy(waiver('check/2.2.1', '2026-11-30')), session);
    expect(ended.code).toBe(1);
    expect(ended.report.subjects[0]!.because[0]!.reason).toContain('ended on 2026-11-30');
    const idle = await check(
      policy(waiver('check/2.2.1', '2026-12-31') + waiver('check/2.1.2', '2026-11-30')),
      session,
    );
    expect(idle.report.subjects[0]!.decision).toBe('allowed');
    expect([idle.code, idle.report.waivers.expired.length]).toEqual([1, 1]);
  });

  it('of submissions reads verdicts, findings and evidence from their own files', async () => {
    const policy = put(
      'sub.yml',
      'name: Acme\nchecks: [{check: "2.1.2"}, {check: "2.1.4", atLeast: pass}, {check: "1.3.1"}, {check: "1.3.2"}]\nban: [{class: command-injection}]\nfindings: {medium: needs-a-person, high: denied}\n',
    );
    const { code, report } = await check(policy, GOLDEN);
    expect(code).toBe(1);
    expect(rulesOf(report)).toEqual([
      'check/2.1.2 denied',
      'check/2.1.4 allowed',
      'check/1.3.1 allowed',
      'check/1.3.2 needs-a-person',
      'ban/command-injection denied',
      'finding/high denied',
    ]);
    const alone = join(GOLDEN, report.subjects[0]!.at);
    expect(rulesOf((await check(policy, alone)).report)).toEqual(rulesOf(report));
  });

  it('of a discovery holds how servers are started, and the audits of them that are here', async () => {
    put(
      'copies/.cursor/mcp.json',
      JSON.stringify({
        mcpServers: {
          notes: { command: 'npx', args: ['-y', '@acme/notes'] },
          git: {
            command: 'uvx',
            args: ['--from', `git+https://github.com/acme/notes@${'a'.repeat(40)}`, 'notes'],
          },
          other: { command: 'npx', args: ['-y', 'other-mcp@1.0.0'] },
        },
      }),
    );
    put('copies/.codex/config.toml', 'broken = [');
    const discovered = put('d.json', (await run('discover', join(root, 'copies'), '--json')).out);
    const policy = put(
      'starts.yml',
      'name: Acme\naudit: {sameVersion: denied}\nchecks: [{check: "2.1.2"}]\nstarts: {unpinned: denied}\n',
    );
    const { code, report } = await check(policy, discovered);
    expect(code).toBe(1);
    expect(report.subjects.map((s) => [s.name, ...s.because.map((b) => `${b.rule} ${b.decision}`)])).toEqual([
      // No collector ran in the session, so that its repository publishes as this package is not known.
      ['notes', 'audit needs-a-person', 'check/2.1.2 needs-a-person', 'start/unpinned denied'],
      ['git', 'audit allowed', 'audit/version denied', 'check/2.1.2 allowed', 'start/unpinned allowed'],
      ['other', 'audit needs-a-person', 'check/2.1.2 needs-a-person', 'start/unpinned allowed'],
    ]);
    expect(report.notLooked).toEqual(['.codex/config.toml: it is no TOML that can be read']);
  });

  it.each([
    [['policy', 'check', '--policy', 'nowhere.yml'], /nowhere\.yml cannot be read, so nothing was checked/],
    [['policy', 'check', EXAMPLE, '--policy', EXAMPLE], /is not what mcp-audit discover --json writes/],
    [['policy', 'check', import.meta.dirname, '--policy', EXAMPLE], /holds no submission/],
    [['policy', 'check', '--policy', EXAMPLE, '--fail-on', 'x'], /--fail-on does not know "x"/],
    [['policy', 'check', 'no-such-session', '--policy', EXAMPLE], /there is no session "no-such-session"/],
  ])('refuses with words: %j', async (args, words) => {
    const { code, out } = await run(...args);
    expect(code).toBe(2);
    expect(out).toMatch(words);
  });

  it('is documented part by part, and answer by answer', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');
    const named = [...Object.keys(policySchema.shape), ...START_RULES].filter((part) => part !== 'name');
    expect(named.filter((part) => !text.includes(`\`${part}\``))).toEqual([]);
    expect(text).toContain(`of ${CLIENTS.length} clients`);
  });
});
