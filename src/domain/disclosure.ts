import { z } from 'zod';
import { numbered } from '../text/plural.ts';
import type { Refusal } from './decide.ts';
import type { Finding } from './finding.ts';
import type { Session } from './session.ts';

/**
 * Coordinated disclosure: who maintains a server hears of its critical and high weaknesses first, and has time to mend
 * them before anybody else reads of them.
 */
export const DISCLOSURE_DAYS = 90;

/** A calendar day, YYYY-MM-DD. */
export const day = z.iso.date();

export const disclosure = z.strictObject({
  /** Day the maintainers were told in private. */
  toldOn: day.nullable(),
  /** How they were told: the address of the advisory, "e-mail to security@…". */
  channel: z.string(),
  /** Why the report may become public before the days are over, and which findings the auditor had in view when saying so. */
  early: z.strictObject({ reason: z.string(), findings: z.array(z.string()) }).nullable(),
});
export type Disclosure = z.infer<typeof disclosure>;

export const noDisclosure = (): Disclosure => ({ toldOn: null, channel: '', early: null });

/** Weaknesses a maintainer is told of in private first. */
export const isGrave = (f: Finding): boolean =>
  !f.positive && (f.severity === 'critical' || f.severity === 'high');

export const graveFindings = (s: Session): Finding[] => [...s.findings.values()].filter(isGrave);

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The newest day a session knows of: opening one for writing records the day, so this is today where it matters. */
export const sessionDay = (s: Session): string => (s.lastAt || s.startedAt).slice(0, 10);

export type DisclosureState = {
  /** `mended`: the fix of every grave finding is verified. `over`: the days have passed. */
  state: 'not-needed' | 'untold' | 'waiting' | 'mended' | 'over';
  findings: Finding[];
  toldOn: string | null;
  channel: string;
  /** First day on which the report may become public without a reason. */
  publicFrom: string | null;
  daysLeft: number;
  /** The auditor said why it may be public now, with all of these findings in view. */
  acknowledged: boolean;
  reason: string;
};

/** How disclosure stands on a day (`YYYY-MM-DD`). Pure: the same session and day give the same answer. */
export const disclosureOf = (s: Session, today: string = sessionDay(s)): DisclosureState => {
  const findings = graveFindings(s);
  const { toldOn, channel, early } = s.disclosure;
  const publicFrom = toldOn === null ? null : addDays(toldOn, DISCLOSURE_DAYS);
  const daysLeft =
    publicFrom === null
      ? DISCLOSURE_DAYS
      : Math.max(0, Math.round((Date.parse(publicFrom) - Date.parse(today)) / 86_400_000));
  const state =
    findings.length === 0
      ? 'not-needed'
      : findings.every((f) => f.tracking.fixVerified !== null)
        ? 'mended'
        : publicFrom === null
          ? 'untold'
          : today >= publicFrom
            ? 'over'
            : 'waiting';
  return {
    state,
    findings,
    toldOn,
    channel,
    publicFrom,
    daysLeft,
    acknowledged: early !== null && findings.every((f) => early.findings.includes(f.id)),
    reason: early?.reason ?? '',
  };
};

const named = (findings: readonly Finding[]): string =>
  `${findings
    .slice(0, 4)
    .map((f) => f.id)
    .join(
      ', ',
    )}${findings.length > 4 ? ` and ${findings.length - 4} more` : ''} (${findings.length === 1 ? findings[0]?.severity : 'critical or high'})`;

/** What to say before anything public is written; null when nothing stands against it. */
export const publicationWarning = (s: Session, today?: string): string | null => {
  const d = disclosureOf(s, today);
  if (d.state === 'untold')
    return `${named(d.findings)}: the maintainers have not been told. They are told in private first, and have ${DISCLOSURE_DAYS} days.`;
  if (d.state === 'waiting')
    return `${named(d.findings)}: the maintainers were told on ${d.toldOn}; ${d.daysLeft} of ${DISCLOSURE_DAYS} days ${numbered(d.daysLeft, 'is', 'are')} left, until ${d.publicFrom}.`;
  return null;
};

/**
 * Whether something public may be written, for all that writes such things. The way out is the auditor's own word, kept in
 * the session: `acknowledge-publication`, or `mcp-audit disclose --acknowledge REASON`.
 */
export const publicationRefusal = (s: Session, today?: string): Refusal | null => {
  const warning = publicationWarning(s, today);
  if (warning === null || disclosureOf(s, today).acknowledged) return null;
  return {
    refused: warning,
    hint: 'tell them first (mcp-audit disclose --told DATE), or say why it may be public now (mcp-audit disclose --acknowledge REASON)',
  };
};
