import { SEVERITIES } from '../ids.ts';
import { fencedLines } from '../labels.ts';
import {
  type AuditFolder,
  at,
  boldField,
  findingFiles,
  type JsonFile,
  objectOf,
  type Report,
  type TextFile,
} from './folder.ts';
import { headingsOf } from './markdown-read.ts';

/** The report itself: mandatory parts, its own identity, and what it says about the findings. */
const PARTS: readonly { name: string; says: RegExp }[] = [
  {
    name: 'overview (target, commit, purpose, date, auditor)',
    says: /overview|executive summary|introduction/i,
  },
  { name: 'methodology', says: /methodolog|approach/i },
  {
    name: 'initial prompts and tool use',
    says: /prompt[s]? (?:and|&|used)|initial prompt|tool use|tools? used|process documentation/i,
  },
  { name: 'environment', says: /environment(?:al)? ?(?:setup)?$|test(?:ing)? environment|^environment/i },
  { name: 'findings', says: /finding/i },
  { name: 'evidence and reproduction', says: /evidence|reproduc/i },
  { name: 'false-positive discussion', says: /false[- ]positive/i },
  { name: 'limitations', says: /limitation|not covered|out of scope/i },
  { name: 'confidence', says: /confidence/i },
  { name: 'recommendations', says: /recommendation/i },
];

/** A part counts when a heading names it, or a bold word that begins a line. */
const checkParts = (file: TextFile, report: Report): void => {
  const fenced = fencedLines(file.lines);
  const names = [
    ...headingsOf(file).map((h) =>
      h.title.replace(/^(?:development|staging|production|enterprise) environment$/i, ''),
    ),
    ...file.lines.flatMap((l, i) =>
      fenced[i] ? [] : (/^\s{0,3}(?:[-*+] )?\*\*([^*]{1,80})\*\*/.exec(l)?.[1] ?? []),
    ),
  ];
  const missing = PARTS.filter((p) => !names.some((n) => p.says.test(n))).map((p) => p.name);
  if (missing.length > 0)
    report({
      rule: 'ASSESSMENT-SECTIONS',
      level: 'warning',
      file: file.path,
      message: `parts missing: ${missing.join('; ')}`,
      fix: 'add a heading for each: the database makes them mandatory',
    });
};

const checkHeader = (audit: AuditFolder, file: TextFile, manifest: JsonFile | null, report: Report): void => {
  const warn = (line: number | null, message: string, fix: string) =>
    report({ rule: 'ASSESSMENT-HEADER', level: 'warning', file: file.path, line, message, fix });
  const id = boldField(file, 'Audit ID');
  if (!id) warn(null, '**Audit ID** is missing', `write **Audit ID**: ${audit.id}`);
  else if (audit.id !== '' && id.value !== audit.id)
    warn(id.line, `**Audit ID** says "${id.value.slice(0, 80)}"`, `write ${audit.id}`);
  for (const name of ['Target', 'Auditor', 'Date'])
    if (!boldField(file, name)) warn(null, `**${name}** is missing`, `add **${name}**: below the title`);
  const commit = manifest && at(manifest.value, 'target.commit_hash');
  if (
    typeof commit === 'string' &&
    commit.length >= 7 &&
    file.text !== null &&
    !file.text.includes(commit.slice(0, 7))
  )
    warn(
      null,
      'does not name the commit of the manifest',
      `name ${commit.slice(0, 40)}: the findings hold for that code only`,
    );
};

const TAG = /\b(CRITICAL|HIGH|MEDIUM|LOW|INFO)-(\d{3})\b/g;

const checkTags = (audit: AuditFolder, file: TextFile, report: Report): void => {
  const there = new Set(
    [...findingFiles(audit).keys()].map((id) => id.split('-').slice(0, 2).join('-').toUpperCase()),
  );
  const fenced = fencedLines(file.lines);
  const told = new Set<string>();
  file.lines.forEach((l, i) => {
    for (const [tag] of fenced[i] ? [] : l.matchAll(TAG)) {
      if (there.has(tag) || told.has(tag)) continue;
      told.add(tag);
      report({
        rule: 'ASSESSMENT-TAG',
        level: 'warning',
        file: file.path,
        line: i + 1,
        message: `${tag} has no file in findings/`,
        fix: `add findings/${tag.toLowerCase()}-….md, or remove the mention`,
      });
    }
  });
};

const ROW =
  /^\|\s{0,9}\**(critical|high|medium|low|info\+?|informational|total)\**\s{0,9}\|\s{0,9}\**(\d{1,5})\**\s{0,9}\|/i;
const LINE =
  /^\W{0,9}(critical|high|medium|low|info(?:rmational)?|total)(?: severity)? (?:issues|findings)\W{1,9}(\d{1,5})\s*$/i;

const checkCounts = (file: TextFile, manifest: JsonFile, report: Report): void => {
  const fenced = fencedLines(file.lines);
  file.lines.forEach((l, i) => {
    const [, word = '', number = ''] = fenced[i] ? [] : (ROW.exec(l) ?? LINE.exec(l) ?? []);
    if (word === '') return;
    const severity = SEVERITIES.find((s) => word.toLowerCase().startsWith(s)) ?? null;
    const expected = at(
      manifest.value,
      severity ? `findings_summary.${severity}` : 'findings_summary.total_issues',
    );
    if (typeof expected === 'number' && Number(number) !== expected)
      report({
        rule: 'ASSESSMENT-COUNT',
        level: 'warning',
        file: file.path,
        line: i + 1,
        message: `says ${number} of ${severity ?? 'all'}, the manifest says ${expected}`,
        fix: `write ${expected}, or correct the manifest`,
      });
  });
};

export const checkAssessment = (audit: AuditFolder, report: Report): void => {
  const manifest = objectOf(audit.own.get('audit-manifest.json'));
  for (const [own, file] of audit.own)
    if (/^[^/]+\.md$/.test(own) && file.text !== null) checkTags(audit, file, report);
  const file = audit.own.get('security-assessment.md');
  if (!file || file.text === null) return;
  checkParts(file, report);
  checkHeader(audit, file, manifest, report);
  if (manifest) checkCounts(file, manifest, report);
};
