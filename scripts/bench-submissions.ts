// Audits real servers by script, from start to a submission in a clone of the audit database, and tells whether what came
// out validates, cites exactly, and comes out again byte for byte. The answers are made of the evidence: this tries the
// program, it judges no server.
//
//   npm run bench:submissions -- --clones DIR --db CLONE [--to DIR] [<owner>+<name>…]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { clones: { type: 'string' }, db: { type: 'string' }, to: { type: 'string' } },
});
if (!values.clones || !values.db) {
  process.stderr.write('usage: --clones DIR --db CLONE [--to DIR] [<owner>+<name>…]\n');
  process.exit(2);
}
/** Five languages, and one server that the database knows already. */
const servers =
  positionals.length > 0
    ? positionals
    : [
        'makenotion+notion-mcp-server',
        'haris-musa+excel-mcp-server',
        'sonirico+mcp-shell',
        'apache+solr-mcp',
        'zcaceres+markdownify-mcp',
      ];
const work = values.to ? resolve(values.to) : mkdtempSync(join(tmpdir(), 'mcp-audit-submissions-'));
const database = join(work, 'db');
const env = { ...process.env, MCP_AUDIT_HOME: join(work, 'home') };
const cli = (args: readonly string[]): { code: number; out: string } => {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, '../dist/cli.js'), ...args], {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (run.status === 2) throw new Error(`mcp-audit ${args.join(' ')}\n${run.stderr}`);
  return { code: run.status ?? 2, out: run.stdout };
};
const parsed = (args: readonly string[]) => JSON.parse(cli(args).out);

type Item = {
  id: string;
  kind: string;
  strength: 'strong' | 'moderate' | 'weak';
  checks: string[];
  cwe: string[];
  class: string;
  title: string;
  detail: string;
  reproduce: string;
  location: { path: string; startLine: number; endLine: number } | null;
};

/** Verdicts for all checks but one, a finding of each kind of lead, two good practices and one dismissal. */
const answersOf = (status: { checks: { id: string; items: number; leads: number }[] }, items: Item[]) => {
  const fits = (i: Item) =>
    i.location && i.location.endLine - i.location.startLine < 150 && i.checks.length > 0;
  const leads = items.filter((i) => i.kind === 'lead' && i.cwe.length > 0 && fits(i));
  const kinds = new Map(leads.map((i) => [`${i.class} ${i.location?.path}`, i]));
  const where = ({ location }: Item) => [`${location?.path}:${location?.startLine}-${location?.endLine}`];
  const chosen = [...kinds.values()].slice(0, 8);
  // Who dismisses that callers are not asked who they are has to say what they are asked: a script cannot.
  const dismissed = items.find((i) => i.kind === 'lead' && !chosen.includes(i) && i.class !== 'missing-auth');
  return {
    auditor: {
      name: 'Jane Doe',
      github: 'jane-doe',
      organization: 'Independent',
      contact: 'jane@example.org',
    },
    checks: Object.fromEntries(
      status.checks
        .filter((c) => c.id !== '3.1.4')
        .map((c) => [
          c.id,
          {
            verdict: leads.some((i) => i.checks.includes(c.id)) ? 'fail' : c.items > 0 ? 'pass' : 'unsure',
            note: `${c.items} items of evidence were read, ${c.leads} of them leads.`,
          },
        ]),
    ),
    findings: [
      ...chosen.map((i, n) => ({
        check: i.checks[0],
        title: i.title.slice(0, 100),
        severity: n % 2 === 0 ? 'medium' : 'low',
        severityReason: 'made by script',
        cwe: i.cwe[0],
        category: i.class,
        where: where(i),
        evidence: [i.id],
        summary: `The evidence shows: ${i.title}`,
        description: i.detail || i.title,
        impact: {
          confidentiality: 'Medium',
          integrity: 'Low',
          availability: 'Low',
          exploitability: 'Medium',
          scope: 'the account the server runs as',
        },
        components: ['The server'],
        reproduction: [`Run: ${i.reproduce.slice(0, 500)}`, 'Expected: a guard. Actual: none is there.'],
        risks: ['A caller who can reach the tool makes use of it.'],
        recommendations: {
          immediate: ['Add the guard.'],
          shortTerm: ['Test it.'],
          longTerm: ['Look for more.'],
        },
        validation: ['Repeat the steps.'],
        business: { development: 'low', staging: 'low', production: 'medium', enterprise: 'medium' },
        reviewed: true,
      })),
      ...items
        .filter((i) => i.kind === 'strength' && fits(i))
        .slice(0, 2)
        .map((i) => ({
          check: i.checks[0],
          title: `Good practice: ${i.title.slice(0, 80)}`,
          positive: true,
          category: i.class,
          where: where(i),
          evidence: [i.id],
          summary: i.title,
          description: i.detail || i.title,
          impact: { scope: 'the server' },
          risks: ['It holds against the usual mistake.'],
          validation: ['Seen in one place.'],
        })),
    ],
    triage: dismissed
      ? [{ items: dismissed.id, decision: 'dismissed', reason: 'read, no problem here' }]
      : [],
  };
};

const bytesOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
    .sort()
    .map((file) => `${file.slice(folder.length)}\0${readFileSync(file, 'utf8')}\0`)
    .join('');

mkdirSync(work, { recursive: true });
rmSync(database, { recursive: true, force: true });
execFileSync('git', ['clone', '--quiet', resolve(values.db), database]);
process.stdout.write('server                        commit   findings quoted exact blocking warning again\n');
let good = true;
for (const server of servers) {
  // A clone that knows where it is published, as an auditor's does: what is held against the address is evidence too.
  const source = join(work, `${server}.git`);
  execFileSync('git', [
    'clone',
    '--quiet',
    '--bare',
    '--shared',
    join(resolve(values.clones), server),
    source,
  ]);
  execFileSync('git', [
    '-C',
    source,
    'remote',
    'set-url',
    'origin',
    `https://github.com/${server.replace('+', '/')}`,
  ]);
  const { session, target } = parsed(['start', source, '--json']);
  const evidence = join(work, `${server}.json`);
  cli(['collect', source, '--json', evidence]);
  const items = JSON.parse(readFileSync(evidence, 'utf8')).items as Item[];
  const file = join(work, `${server}.yml`);
  writeFileSync(file, stringify(answersOf(parsed(['status', '-s', session, '--json']), items)));
  const { refused } = parsed(['answer', '-s', session, '--from', file, '--json']);
  for (const r of refused) process.stderr.write(`${server}: ${r.what}: ${r.why}\n`);
  const { folder } = parsed(['report', '-s', session, '--to', database, '--json']);
  const first = bytesOf(folder);
  parsed(['report', '-s', session, '--to', database, '--json']);
  const same = bytesOf(folder) === first;
  const all = parsed(['validate', folder, '--target', source, '--json']);
  const quoted = (first.match(/\*\*Code Location\*\*: /g) ?? []).length;
  const inexact = all.diagnostics.filter((d: { rule: string }) => d.rule === 'AVP-3.3').length;
  const findings = JSON.parse(readFileSync(join(folder, 'audit-manifest.json'), 'utf8')).findings_summary;
  const ok = same && all.blocking === 0 && all.warnings === 0 && refused.length === 0;
  good &&= ok;
  process.stdout.write(
    `${server.padEnd(29)} ${target.commit.slice(0, 8)} ${String(findings.total_issues).padStart(8)} ${String(quoted).padStart(6)} ${String(quoted - inexact).padStart(5)} ${String(all.blocking).padStart(8)} ${String(all.warnings).padStart(7)} ${same ? 'same bytes' : 'DIFFERENT'}\n`,
  );
}
process.stdout.write(`database with the submissions: ${database}\n`);
process.exit(good ? 0 : 1);
