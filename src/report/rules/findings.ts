import { FINDING_ID } from '../ids.ts';
import { type AuditFolder, boldField, findingFiles, type Report, type TextFile } from './folder.ts';
import { type Heading, headingsOf } from './markdown-read.ts';

/** AVP 1.4, and the layout of a finding's file, for which the procedure has no numbers. */
const WEAKNESS = [
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
const STRENGTH = [
  'Executive Summary',
  'Technical Description',
  'Evidence',
  'Security Strengths',
  'Best Practices Demonstrated',
  'References',
  'Status Tracking',
  'Auditor Notes',
];
const ACTIONS = ['Immediate Actions', 'Short-term Improvements', 'Long-term Strategic Changes'];
const IMPACTS = ['Confidentiality', 'Integrity', 'Availability', 'Exploitability', 'Scope'];

const isPositive = (id: string, file: TextFile): boolean =>
  id.startsWith('info-') &&
  (/positive/i.test(boldField(file, 'Severity')?.value ?? '') ||
    /positive/i.test(boldField(file, 'Type')?.value ?? '') ||
    boldField(file, 'Assessment') !== null ||
    boldField(file, 'Security Strength') !== null);

const starts = (heading: Heading, name: string): boolean =>
  heading.title.toLowerCase().startsWith(name.toLowerCase());

const checkSections = (
  file: TextFile,
  wanted: readonly string[],
  positive: boolean,
  report: Report,
): void => {
  const headings = headingsOf(file);
  const second = headings.filter((h) => h.level === 2);
  const places = wanted.map((name) => ({ name, heading: second.find((h) => starts(h, name)) }));
  const missing = places.filter((p) => !p.heading).map((p) => p.name);
  if (!positive && !missing.includes('Recommendations'))
    missing.push(...ACTIONS.filter((a) => !headings.some((h) => h.level === 3 && starts(h, a))));
  if (missing.length > 0)
    report({
      rule: 'FINDING-SECTIONS',
      level: 'warning',
      file: file.path,
      message: `sections missing: ${missing.join(', ')}`,
      fix: 'add them, also when there is little to say',
    });
  const there = places.filter((p) => p.heading);
  const late = there.find((p, i) => i > 0 && p.heading!.line < there[i - 1]!.heading!.line);
  if (late)
    report({
      rule: 'FINDING-ORDER',
      level: 'warning',
      file: file.path,
      line: late.heading!.line,
      message: `"${late.name}" comes too early`,
      fix: `keep this order: ${wanted.join(', ')}`,
    });
};

const checkHeader = (id: string, file: TextFile, positive: boolean, report: Report): void => {
  const warn = (rule: string, line: number | null, message: string, fix: string) =>
    report({ rule, level: 'warning', file: file.path, line, message, fix });
  const [title] = headingsOf(file);
  if (title?.level !== 1 || !/^Finding:\s*\S/.test(title.title))
    warn(
      'FINDING-FIELD',
      title?.line ?? 1,
      'the first heading is not "# Finding: <title>"',
      'begin the file with that heading',
    );
  const own = boldField(file, 'Finding ID');
  if (!own) warn('FINDING-ID', null, '**Finding ID** is missing', `write **Finding ID**: ${id}`);
  else if (own.value !== id)
    warn(
      'FINDING-ID',
      own.line,
      `**Finding ID** says "${own.value.slice(0, 100)}"`,
      `write ${id}, the name of the file`,
    );
  const severity = boldField(file, 'Severity');
  const named = FINDING_ID.exec(id)?.[1];
  if (!severity)
    warn('FINDING-FIELD', null, '**Severity** is missing', 'write one of Critical, High, Medium, Low, Info');
  else if (named && (/^[a-z]+/i.exec(severity.value)?.[0] ?? '').toLowerCase() !== named)
    warn(
      'FINDING-FIELD',
      severity.line,
      `**Severity** says "${severity.value.slice(0, 60)}", the file's name says ${named}`,
      'make them agree, and the manifest too',
    );
  if (!boldField(file, 'Category'))
    warn('FINDING-FIELD', null, '**Category** is missing', 'name the kind of weakness');
  if (positive) return;
  const cwe = boldField(file, 'CWE');
  if (!cwe) warn('FINDING-FIELD', null, '**CWE** is missing', 'write CWE-<number> (<name>)');
  else if (!/^CWE-[1-9]\d{0,4}\b/.test(cwe.value))
    report({
      rule: 'AVP-5.2',
      level: 'info',
      file: file.path,
      line: cwe.line,
      message: `**CWE** says "${cwe.value.slice(0, 60)}"`,
      fix: 'write CWE-<number> (<name>)',
    });
  const cvss = boldField(file, 'CVSS Score');
  const score = cvss && /^\d{1,2}(?:\.\d)?/.exec(cvss.value)?.[0];
  if (cvss && (!score || Number(score) > 10))
    report({
      rule: 'AVP-5.2',
      level: 'info',
      file: file.path,
      line: cvss.line,
      message: '**CVSS Score** is not a number from 0 to 10',
      fix: 'write the score of the vector',
    });
};

const checkImpact = (file: TextFile, report: Report): void => {
  const missing = IMPACTS.filter(
    (name) => !file.lines.some((l) => new RegExp(`^\\s{0,3}[-*+] \\*\\*${name}\\*\\*:\\s*\\S`).test(l)),
  );
  if (missing.length > 0)
    report({
      rule: 'FINDING-IMPACT',
      level: 'warning',
      file: file.path,
      message: `the impact does not say: ${missing.join(', ')}`,
      fix: 'write High, Medium, Low or None for each, and the scope in words',
    });
};

const checkEvidence = (file: TextFile, report: Report): void => {
  if (!file.lines.some((l) => /^\s{0,12}(?:`{3}|~{3})/.test(l)))
    report({
      rule: 'AVP-5.4',
      level: 'info',
      file: file.path,
      message: 'quotes no code, log or command',
      fix: 'quote what shows the weakness, with file and lines',
    });
};

export const checkFindings = (audit: AuditFolder, report: Report): void => {
  for (const [own, file] of audit.own)
    if (
      own.startsWith('findings/') &&
      !(own.endsWith('.md') && FINDING_ID.test(own.slice('findings/'.length, -'.md'.length)))
    )
      report({
        rule: 'AVP-1.4',
        level: 'warning',
        file: file.path,
        message: 'the name is not <severity>-<three digits>-<words>.md',
        fix: 'rename it, for example high-001-shell-command.md',
      });
  const numbers = new Map<string, string>();
  for (const [id, file] of findingFiles(audit)) {
    const number = id.split('-').slice(0, 2).join('-');
    const same = numbers.get(number);
    if (same !== undefined)
      report({
        rule: 'FINDING-NUMBER',
        level: 'warning',
        file: file.path,
        message: `${number} is also the number of ${same}`,
        fix: 'give each finding of a severity its own number',
      });
    numbers.set(number, id);
    if (file.text === null) continue;
    const positive = isPositive(id, file);
    checkHeader(id, file, positive, report);
    checkSections(file, positive ? STRENGTH : WEAKNESS, positive, report);
    if (positive) continue;
    checkImpact(file, report);
    checkEvidence(file, report);
  }
};
