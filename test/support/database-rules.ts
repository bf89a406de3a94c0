/**
 * The audit database's rules a second time: written from its documents alone (README, CLAUDE.md and the validation prompt of
 * ModelContextProtocol-Security/audit-db), sharing nothing with src/report, so that both would have to be wrong about the
 * same rule to miss it. Small and strict on purpose. For any folder: `node test/support/database-rules.ts FOLDER`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export type Breach = { level: 'BLOCKING' | 'WARNING'; path: string; text: string };

type Json = Record<string, unknown>;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
const AUDIT_ID = /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}-(\d{4}-\d{2}-\d{2})-\d{3}$/;
const FINDING_ID = /^(critical|high|medium|low|info)-\d{3}-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;
const BRANCH = /^(?:main|master|develop|dev|trunk|head|latest|stable|nightly|next)$/i;

const INJECTIONS = [
  /\b(?:ignore|disregard) (?:all )?(?:the )?(?:previous|prior|above)\b/i,
  /\byou are now\b/i,
  /\bnew (?:system )?(?:prompt|instructions):/i,
  /^\s*SYSTEM:/m,
  /\bAssistant: I will now\b/,
  /\bHuman: Actually, ignore that\b/,
  /\[END OF DOCUMENT\]/i,
  /<!-- hidden instructions/i,
];

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((v, key) => (v as Json | null | undefined)?.[key], value);

const isDay = (day: string): boolean =>
  !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);

/** What stands between the database's labels is an example, and no text. */
const withoutExamples = (text: string): string =>
  text
    .replace(/<!-- BEGIN_PROMPT_INJECTION_EXAMPLE -->[\s\S]*?<!-- END_PROMPT_INJECTION_EXAMPLE -->/g, '')
    .replace(/# === PROMPT_INJECTION_EXAMPLE_START ===[\s\S]*?# === PROMPT_INJECTION_EXAMPLE_END ===/g, '')
    .replace(/^> \[!CAUTION\] PROMPT_INJECTION_EXAMPLE\n(?:>.*(?:\n|$))*/gm, '');

const wordsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(wordsIn)
      : [];

const headings = (markdown: string): string[] => {
  let fence = '';
  return markdown.split('\n').flatMap((line) => {
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark) fence = fence === '' ? mark : line.startsWith(fence) ? '' : fence;
    return fence === '' && line.startsWith('## ') ? [line.slice(3).trim()] : [];
  });
};

const sectionOf = (markdown: string, name: string): string =>
  markdown.split(/^## /m).find((part) => part.startsWith(name)) ?? '';

const MANIFEST: readonly [path: string, is: (v: unknown) => boolean, what: string][] = [
  ...[
    'auditor.name',
    'auditor.github',
    'auditor.organization',
    'auditor.contact',
    'target.version',
    'target.audit_depth',
    'audit_metadata.status',
    'audit_metadata.audit_type',
    'audit_metadata.methodology',
    'compliance_checks.mcp_security_baseline',
    'compliance_checks.owasp_top_10',
    'compliance_checks.supply_chain_security',
  ].map((p): [string, (v: unknown) => boolean, string] => [
    p,
    (v) => typeof v === 'string' && v.trim() !== '',
    'a text',
  ]),
  ['target.repo_url', (v) => /^https:\/\/[^/]+\/[^/]+\/[^/]+$/.test(String(v)), 'https://host/org/repo'],
  ['target.commit_hash', (v) => /^[0-9a-f]{40}$/.test(String(v)), '40 hexadecimal digits'],
  [
    'target.audit_scope',
    (v) => Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === 'string'),
    'texts',
  ],
  ['tools_used', (v) => Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === 'string'), 'texts'],
  ['audit_metadata.start_date', (v) => TIME.test(String(v)), 'a time in UTC'],
  ['audit_metadata.completion_date', (v) => TIME.test(String(v)), 'a time in UTC'],
  ['audit_metadata.time_spent_hours', (v) => typeof v === 'number' && v >= 0, 'a number'],
  ...['related_audits', 'external_reports', 'vulnerability_references'].map(
    (k): [string, (v: unknown) => boolean, string] => [`references.${k}`, Array.isArray, 'a list'],
  ),
  ...[...SEVERITIES, 'total_issues'].map((k): [string, (v: unknown) => boolean, string] => [
    `findings_summary.${k}`,
    (v) => Number.isInteger(v) && Number(v) >= 0,
    'a number',
  ]),
];

const text = (v: unknown): boolean => typeof v === 'string' && v.trim() !== '';
const METADATA: readonly [path: string, is: (v: unknown) => boolean][] = [
  ...[
    'repository.url',
    'repository.name',
    'repository.owner',
    'repository.license',
    'mcp_classification.server_type',
    'mcp_classification.data_sensitivity',
    'mcp_classification.network_requirements',
    'security_summary.current_status',
    'security_summary.overall_risk',
    'deployment_recommendations.development',
    'deployment_recommendations.staging',
    'deployment_recommendations.production',
    'deployment_recommendations.enterprise',
  ].map((p): [string, (v: unknown) => boolean] => [p, text]),
  ['audit_history.total_audits', Number.isInteger],
  ['audit_history.auditors', Array.isArray],
  ['last_updated', (v) => TIME.test(String(v))],
];

/** Checks one folder of the database's shape, by path and text. */
export const databaseBreaches = (files: ReadonlyMap<string, string>): Breach[] => {
  const breaches: Breach[] = [];
  const block = (path: string, what: string): number =>
    breaches.push({ level: 'BLOCKING', path, text: what });
  const warn = (path: string, what: string): number => breaches.push({ level: 'WARNING', path, text: what });
  const json = (path: string, level: typeof block): Json | null => {
    const source = files.get(path);
    if (source === undefined) return null;
    try {
      const value: unknown = JSON.parse(source);
      const indents = source.split('\n').map((l) => /^[ \t]*/.exec(l)![0]);
      if (
        indents.some((x) => x.includes('\t') || x.length % 2 === 1) ||
        (indents.length > 1 && !indents.includes('  '))
      )
        warn(path, 'is not indented by two spaces');
      return value as Json;
    } catch {
      level(path, 'is not JSON');
      return null;
    }
  };
  const repositories = new Map<string, Set<string>>();
  for (const path of files.keys()) {
    const [top, domain, org, repo, kind, audit, ...rest] = path.split('/');
    if (top !== 'audits' || !/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(domain ?? '') || !org || !repo || !kind) {
      warn(path, 'lies outside of audits/<domain>/<org>/<repo>');
      continue;
    }
    const root = [top, domain, org, repo].join('/');
    const audits = repositories.get(root) ?? new Set();
    if (kind === 'audits' && audit && rest.length > 0) audits.add(audit);
    else if (kind !== 'metadata.json') warn(path, 'is no file the database knows');
    repositories.set(root, audits);
  }
  for (const [root, audits] of repositories) {
    for (const id of audits) auditBreaches(root, id, files, json, block, warn);
    metadataBreaches(root, [...audits].sort(), json, block, warn);
  }
  for (const [path, source] of files) {
    const parsed = /\.json$/.test(path) ? json(path, warn) : null;
    const labelled = (parsed?._meta as Json | undefined)?.contains_prompt_injection_examples === true;
    const said = parsed ? (labelled ? '' : wordsIn(parsed).join('\n')) : withoutExamples(source);
    const found = INJECTIONS.map((r) => r.exec(said)?.[0]).find((m) => m !== undefined);
    if (found) block(path, `reads like an injection outside of a label: ${found}`);
    const marks = (r: RegExp): number => source.match(r)?.length ?? 0;
    if (
      marks(/^<!-- BEGIN_PROMPT_INJECTION_EXAMPLE -->$/gm) !==
      marks(/^<!-- END_PROMPT_INJECTION_EXAMPLE -->$/gm)
    )
      block(path, 'has a label that is not closed');
  }
  return breaches;
};

type Say = (path: string, what: string) => unknown;
type Read = (path: string, level: (path: string, what: string) => number) => Json | null;

const auditBreaches = (
  root: string,
  id: string,
  files: ReadonlyMap<string, string>,
  json: Read,
  block: (p: string, w: string) => number,
  warn: (p: string, w: string) => number,
): void => {
  const folder = `${root}/audits/${id}`;
  const day = AUDIT_ID.exec(id)?.[1];
  if (!day || !isDay(day)) block(folder, 'is no <user>-<date>-<number>');
  const manifestPath = `${folder}/audit-manifest.json`;
  const manifest = json(manifestPath, block);
  if (!files.has(manifestPath)) block(manifestPath, 'is missing');
  const assessment = files.get(`${folder}/security-assessment.md`);
  if (assessment === undefined) block(`${folder}/security-assessment.md`, 'is missing');
  const findings = new Map<string, string>();
  for (const [path, source] of files)
    if (path.startsWith(`${folder}/findings/`))
      findings.set(path.slice(folder.length + '/findings/'.length).replace(/\.md$/, ''), source);
  for (const [name, source] of findings) {
    const path = `${folder}/findings/${name}.md`;
    if (!FINDING_ID.test(name)) warn(path, 'is no <severity>-<number>-<words>.md');
    else findingBreaches(path, name, source, warn);
  }
  const numbers = [...findings.keys()].map((n) => /^[a-z]+-\d{3}/.exec(n)?.[0]);
  if (new Set(numbers).size !== numbers.length) warn(`${folder}/findings`, 'uses a number twice');
  if (manifest) {
    for (const [key, is, what] of MANIFEST)
      if (!is(at(manifest, key))) warn(manifestPath, `${key} is not ${what}`);
    if (manifest.audit_id !== id) warn(manifestPath, 'audit_id is not the folder');
    if (!id.toLowerCase().startsWith(`${String(at(manifest, 'auditor.github')).toLowerCase()}-`))
      warn(manifestPath, 'auditor.github does not begin the folder');
    const url = String(at(manifest, 'target.repo_url')).replace(/^https:\/\//, '');
    if (`audits/${url}` !== root) warn(manifestPath, 'target.repo_url is not the path');
    const version = String(at(manifest, 'target.version'));
    if (BRANCH.test(version) || version.includes('/'))
      block(manifestPath, `target.version moves: ${version}`);
    if (
      String(at(manifest, 'audit_metadata.start_date')) >
      String(at(manifest, 'audit_metadata.completion_date'))
    )
      warn(manifestPath, 'ends before it begins');
    let sum = 0;
    for (const s of SEVERITIES) {
      const told = Number(at(manifest, `findings_summary.${s}`));
      const there = [...findings.keys()].filter((n) => n.startsWith(`${s}-`)).length;
      sum += told;
      if (told !== there) warn(manifestPath, `findings_summary.${s} is ${told}, files are ${there}`);
    }
    if (at(manifest, 'findings_summary.total_issues') !== sum)
      warn(manifestPath, 'total_issues is not the sum');
    const details = manifest.findings_details as Record<string, string[]> | undefined;
    const listed = Object.values(details ?? {}).flat();
    for (const name of listed)
      if (!findings.has(name)) warn(manifestPath, `names a finding without a file: ${name}`);
    if (details)
      for (const name of findings.keys())
        if (!listed.includes(name)) warn(manifestPath, `does not name ${name}`);
    for (const [key, value] of Object.entries((manifest.artifacts as Json | undefined) ?? {}))
      if (
        key !== 'description' &&
        typeof value === 'string' &&
        ![...files.keys()].some((p) => p.startsWith(`${folder}/${value.replace(/\/$/, '')}`))
      )
        warn(manifestPath, `artifacts.${key} is not there: ${value}`);
  }
  if (assessment !== undefined)
    assessmentBreaches(`${folder}/security-assessment.md`, id, assessment, [...findings.keys()], warn);
  for (const [path, source] of files)
    if (
      path.startsWith(`${folder}/artifacts/code-samples/`) &&
      !/^\W{0,6}File: \S.* \(lines? \d+(?:-\d+)?\)/.test(source)
    )
      warn(path, 'does not begin with a comment that names file and lines');
};

const SECTIONS = [
  'Executive Summary',
  'Technical Description',
  'Evidence',
  'Impact Assessment',
  'Affected Components',
  'Reproduction Steps',
  'Risk Scenarios',
  'Recommendations',
  'Remediation Validation',
  'References',
  'Status Tracking',
  'Auditor Notes',
];
const POSITIVE = [
  'Executive Summary',
  'Technical Description',
  'Evidence',
  'Security Strengths',
  'Best Practices Demonstrated',
  'References',
  'Status Tracking',
];

const findingBreaches = (path: string, name: string, source: string, warn: Say): void => {
  const severity = name.split('-')[0]!;
  const positive = /^\*\*Severity\*\*: Info \(Positive\)\s*$/m.test(source);
  const field = (label: string): string =>
    new RegExp(`^\\*\\*${label}\\*\\*: *(.*?) *$`, 'm').exec(source)?.[1] ?? '';
  if (!/^# Finding: \S/.test(source)) warn(path, 'does not begin with "# Finding: "');
  if (field('Finding ID') !== name) warn(path, 'Finding ID is not the file name');
  if (field('Severity').toLowerCase().split(' ')[0] !== severity)
    warn(path, 'Severity is not that of the name');
  if (field('Category') === '') warn(path, 'has no Category');
  if (positive && field('CWE') !== '') warn(path, 'is positive and has a CWE');
  if (field('CWE') !== '' && !/^CWE-\d+ \(.+\)$/.test(field('CWE')))
    warn(path, 'CWE is not "CWE-<n> (<name>)"');
  const score = field('CVSS Score');
  if (score !== '' && !(Number.parseFloat(score) >= 0 && Number.parseFloat(score) <= 10))
    warn(path, 'CVSS Score is no score');
  const found = headings(source);
  const wanted = positive ? POSITIVE : SECTIONS;
  const places = wanted.map((s) => found.findIndex((h) => h.startsWith(s)));
  for (const [i, place] of places.entries()) if (place < 0) warn(path, `lacks the section ${wanted[i]}`);
  const there = places.filter((p) => p >= 0);
  if (there.some((p, i) => i > 0 && p < there[i - 1]!)) warn(path, 'has its sections in another order');
  const status = sectionOf(source, 'Status Tracking');
  for (const step of ['Identified', 'Documented'])
    if (!new RegExp(`^- \\[x\\] ${step}: \\d{4}-\\d{2}-\\d{2}`, 'm').test(status))
      warn(path, `does not say when it was ${step}`);
  if (positive) {
    if (!/- \[x\] Positive finding - no remediation required/.test(status))
      warn(path, 'does not close as positive');
    return;
  }
  const impact = sectionOf(source, 'Impact Assessment');
  for (const part of ['Confidentiality', 'Integrity', 'Availability', 'Exploitability'])
    if (!new RegExp(`${part}\\*{0,2}:?\\*{0,2}:? *(?:High|Medium|Low|None)`).test(impact))
      warn(path, `does not rate ${part}`);
  if (!/^1\. /m.test(sectionOf(source, 'Reproduction Steps'))) warn(path, 'has no numbered reproduction');
  const advice = sectionOf(source, 'Recommendations');
  for (const h of ['Immediate Actions', 'Short-term Improvements', 'Long-term Strategic Changes'])
    if (!advice.includes(`### ${h}`)) warn(path, `lacks ${h}`);
  for (const m of source.matchAll(/^\*\*Code Location\*\*:.*\n+(.*)/gm))
    if (!/^\s*(`{3,}|~{3,}|<!--|>)/.test(m[1]!)) warn(path, 'has a Code Location without code');
};

const MUST_SAY: readonly [what: string, pattern: RegExp][] = [
  ['an executive summary', /^## Executive Summary/m],
  ['methodology', /^##.*Methodology/m],
  ['prompts and tool use', /prompt/i],
  ['the environment', /environment/i],
  ['findings', /^##.*Findings/m],
  ['false positives', /false.positive|dismissed/i],
  ['limitations', /limitation/i],
  ['confidence', /confidence/i],
  ['recommendations', /^##.*Recommendations/m],
  ...['Development', 'Staging', 'Production', 'Enterprise'].map((e): [string, RegExp] => [
    e,
    new RegExp(`\\b${e}\\b`, 'i'),
  ]),
];

const assessmentBreaches = (
  path: string,
  id: string,
  source: string,
  findings: readonly string[],
  warn: Say,
): void => {
  if (!/^# .+ - Security Assessment$/m.test(source))
    warn(path, 'has no title "<Server> - Security Assessment"');
  for (const label of ['Audit ID', 'Target', 'Auditor', 'Date', 'Status'])
    if (!new RegExp(`^\\*\\*${label}\\*\\*: *\\S`, 'm').test(source)) warn(path, `does not say ${label}`);
  if (!source.includes(id)) warn(path, 'does not name the audit');
  for (const [what, pattern] of MUST_SAY) if (!pattern.test(source)) warn(path, `does not speak of ${what}`);
  const tags = new Set(
    [...source.matchAll(/\b(CRITICAL|HIGH|MEDIUM|LOW|INFO)-(\d{3})\b/g)].map((m) => m[0].toLowerCase()),
  );
  for (const tag of tags)
    if (!findings.some((f) => f.startsWith(`${tag}-`))) warn(path, `names ${tag}, which has no file`);
};

const metadataBreaches = (
  root: string,
  audits: readonly string[],
  json: Read,
  block: (p: string, w: string) => number,
  warn: Say,
): void => {
  const path = `${root}/metadata.json`;
  const metadata = json(path, block);
  if (!metadata) {
    block(path, 'is missing or unreadable');
    return;
  }
  for (const [key, is] of METADATA)
    if (!is(at(metadata, key))) warn(path, `${key} is missing or of another kind`);
  for (const key of ['production_ready', 'hardening_required']) {
    const value = at(metadata, `security_summary.${key}`);
    if (value !== undefined && typeof value !== 'boolean')
      warn(path, `security_summary.${key} is no boolean`);
  }
  // Whoever deploys it asks this first: it has to be said.
  if (typeof at(metadata, 'mcp_classification.authentication_required') !== 'boolean')
    warn(path, 'mcp_classification.authentication_required is no boolean');
  if (
    !/^[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*$/.test(String(at(metadata, 'repository.license')))
  )
    warn(path, 'repository.license is no SPDX expression');
  if (at(metadata, 'audit_history.total_audits') !== audits.length)
    warn(path, 'total_audits is not the number of folders');
  const dayOf = (id: string): string => AUDIT_ID.exec(id)?.[1] ?? '';
  const newest = [...audits]
    .sort((a, b) => (dayOf(a) < dayOf(b) ? -1 : dayOf(a) > dayOf(b) ? 1 : a < b ? -1 : 1))
    .at(-1);
  if (!newest) return;
  for (const key of ['audit_history.last_audit_date', 'security_summary.last_assessment'])
    if (at(metadata, key) !== dayOf(newest)) warn(path, `${key} is not the day of the newest audit`);
  const manifest = json(`${root}/audits/${newest}/audit-manifest.json`, () => 0);
  if (!manifest) return;
  const auditors = (at(metadata, 'audit_history.auditors') as { github?: string }[] | undefined) ?? [];
  if (!auditors.some((a) => a.github === at(manifest, 'auditor.github')))
    warn(path, 'does not list the auditor');
  for (const s of SEVERITIES) {
    const key = s === 'info' ? 'positive_findings' : `${s}_issues`;
    if (at(metadata, `security_summary.${key}`) !== at(manifest, `findings_summary.${s}`))
      warn(path, `security_summary.${key} is not findings_summary.${s}`);
  }
  for (const [ours, theirs] of [
    ['mcp_classification.server_type', 'server_classification.primary_type'],
    ['mcp_classification.data_sensitivity', 'server_classification.data_sensitivity'],
    ['mcp_classification.network_requirements', 'server_classification.network_exposure'],
    ['last_updated', 'audit_metadata.completion_date'],
  ] as const) {
    const other = at(manifest, theirs);
    if (other !== undefined && at(metadata, ours) !== other)
      warn(path, `${ours} is not the manifest's ${theirs}`);
  }
};

/** The files of a folder on the disk, by path below the folder that holds `audits`. */
export const filesIn = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && !e.parentPath.split(sep).includes('.git'))
      .map((e) => join(e.parentPath, e.name))
      .map((p): [string, string] => [relative(folder, p).split(sep).join('/'), readFileSync(p, 'utf8')])
      .filter(([path]) => path.startsWith('audits/')),
  );

if (import.meta.main) {
  const breaches = process.argv.slice(2).flatMap((folder) => databaseBreaches(filesIn(folder)));
  for (const b of breaches) process.stdout.write(`${b.level} ${b.path}: ${b.text}\n`);
  const blocking = breaches.filter((b) => b.level === 'BLOCKING').length;
  process.stdout.write(`${blocking} blocking, ${breaches.length - blocking} warnings\n`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
