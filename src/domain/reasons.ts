import type { Verdict } from './events.ts';
import type { Session } from './session.ts';

/**
 * What is offered where a reason is asked for: the auditor's own of this audit, the latest first, then sentences that audits
 * often need. Offered is not given: each is read, chosen and may be changed, and stands in the report as the auditor's word.
 */

const DISMISSALS: readonly string[] = [
  'The value is fixed in the code: no caller of the server chooses it.',
  'The value is checked before it gets here, and the check holds.',
  'Test, example or build code: it is not part of the server that runs.',
  'Meant to be so and documented: whoever runs the server decides it.',
  'The same cause as another lead, which is kept.',
  'Only whoever starts the server can set it, and they could do it anyway.',
];

const NOT_APPLICABLE: readonly string[] = [
  'The server has no network transport: it speaks on standard streams only.',
  'The repository builds no container image and names none.',
  'The server keeps no data of its own.',
  'The server asks for no credentials and hands none on.',
  'The server has nothing this could be about.',
];

const NOTES: readonly string[] = [
  'Read the code the evidence points at; nothing in it speaks against this.',
  'The evidence alone was read; the code was not.',
];

const MOST = 12;

const latest = (said: readonly { at: string; text: string }[], canned: readonly string[]): string[] =>
  [
    ...new Set([
      ...said
        .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
        .map((s) => s.text.trim())
        .filter((text) => text !== '' && !text.includes('\n')),
      ...canned,
    ]),
  ].slice(0, MOST);

export const dismissalReasons = (s: Session): string[] =>
  latest(
    [...s.triage]
      .filter(([, t]) => t.decision === 'dismissed')
      .map(([item, t]) => ({ at: s.triagedBy.get(item)?.at ?? '', text: t.reason })),
    DISMISSALS,
  );

const notesOf = (s: Session, applicable: boolean): { at: string; text: string }[] =>
  [...s.answers.values()]
    .filter((a) => (a.verdict !== 'not-applicable') === applicable)
    .map((a) => ({ at: (a.noteBy ?? a).at, text: a.note }));

export const notApplicableReasons = (s: Session): string[] => latest(notesOf(s, false), NOT_APPLICABLE);

export const noteOffers = (s: Session): string[] => latest(notesOf(s, true), NOTES);

/** The check whose verdict was given last: what "the same as before" means. Null where none was given. */
export const lastAnswered = (
  s: Session,
  but: string,
): { check: string; verdict: Verdict; note: string } | null => {
  let last: { at: string; check: string; verdict: Verdict; note: string } | null = null;
  for (const [check, { verdict, note, at }] of s.answers)
    if (verdict !== null && check !== but && (last === null || at >= last.at))
      last = { at, check, verdict, note };
  return last;
};
