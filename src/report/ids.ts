import { UserError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Severity } from '../domain/methodology.ts';

/** Names the audit database gives to folders and files. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

export const AUDIT_ID = /^([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})-(\d{4}-\d{2}-\d{2})-(\d{3})$/;
export const FINDING_ID = /^(critical|high|medium|low|info)-(\d{3})-[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whether `YYYY-MM-DD` names a day the calendar has. */
export const isCalendarDate = (date: string): boolean => {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
};

export type AuditId = { github: string; date: string; sequence: number };

/** The parts of an audit id, or null when it is none: wrong shape, or a day the calendar does not have. */
export const parseAuditId = (id: string): AuditId | null => {
  const [, github, date, sequence] = AUDIT_ID.exec(id) ?? [];
  return github && date && sequence && isCalendarDate(date)
    ? { github, date, sequence: Number(sequence) }
    : null;
};

/**
 * `<github>-<YYYY-MM-DD>-<seq>` with the next number free for that user and day. User names differ by more than case.
 * @throws UserError when the name or date is none, or all 999 numbers of the day are taken.
 */
export const nextAuditId = (github: string, date: string, existing: Iterable<string>): string => {
  let highest = 0;
  for (const id of existing) {
    const known = parseAuditId(id);
    if (known?.date === date && known.github.toLowerCase() === github.toLowerCase())
      highest = Math.max(highest, known.sequence);
  }
  const id = `${github}-${date}-${String(highest + 1).padStart(3, '0')}`;
  if (!parseAuditId(id))
    throw new UserError(
      `"${id}" cannot name an audit folder, so the submission has no place in the database`,
      'check the GitHub user name of the auditor; one user has 999 numbers a day',
    );
  return id;
};

const WORD_BUDGET = 60;

/** Lower-case words joined by hyphens, at most 60 characters, cut between words where there is one; never empty. */
export const slug = (text: string): string => {
  const words = text
    .slice(0, 1_000)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  let result = '';
  for (const word of words) {
    const next = result === '' ? word : `${result}-${word}`;
    if (next.length > WORD_BUDGET) break;
    result = next;
  }
  return result || words[0]?.slice(0, WORD_BUDGET) || 'untitled';
};

/** Windows opens a device under these names, whatever the extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** A file name safe on every system, keeping its extensions: no folder, no leading dot, at most 80 characters. */
export const safeFileName = (name: string): string => {
  const base = name.slice(-1_000).split(/[/\\]/).at(-1) ?? '';
  const parts = base.split('.').map((part) => part.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-|-$/g, ''));
  const [stem = '', ...extensions] = parts.filter(Boolean);
  const tail = extensions
    .map((e) => `.${e.slice(0, 12)}`)
    .slice(-2)
    .join('');
  const safe = DEVICE.test(stem) ? `file-${stem}` : stem.slice(0, 50) || 'artifact';
  return `${safe}${tail}`;
};

/** Numbers of `F-02`-like ids, so that `F-100` comes after `F-99`. */
const byNumber = (a: Finding, b: Finding): number => Number(a.id.slice(2)) - Number(b.id.slice(2));

export const gravestFirst = (a: Finding, b: Finding): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || byNumber(a, b);

/** Session id → file id (`high-001-shell-command`), numbered for each severity in the order of recording. */
export const findingFileIds = (findings: Iterable<Finding>): Map<string, string> => {
  const ids = new Map<string, string>();
  const used = new Map<Severity, number>();
  for (const f of [...findings].sort(gravestFirst)) {
    const number = (used.get(f.severity) ?? 0) + 1;
    used.set(f.severity, number);
    ids.set(f.id, `${f.severity}-${String(number).padStart(3, '0')}-${slug(f.title)}`);
  }
  return ids;
};
