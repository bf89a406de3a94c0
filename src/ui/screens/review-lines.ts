import { nameOf } from '../../domain/auditor.ts';
import { isHidden, reviewedSubjectOf, saidOf, shownFindings } from '../../domain/review.ts';
import { findingsOfCheck, verdictWord } from '../../domain/selectors.ts';
import { visibleLines } from '../../text/visible.ts';
import { wrapHanging } from '../../text/width.ts';
import type { View } from '../model.ts';
import { blank, type Line, plain, span } from '../view/line.ts';

const LABEL = 9;

const row = (label: string, text: string, columns: number): Line[] =>
  wrapHanging(' '.repeat(LABEL), visibleLines(text), columns).map((l, i) =>
    i === 0 ? [span(label.padEnd(LABEL), 'accent'), span(l.slice(LABEL))] : plain(l),
  );

/** In a review: what the author says of a check, as far as it may be seen, and what the reviewer says of that. */
const reviewing = (v: View, check: string, columns: number): Line[] => {
  const { snap } = v;
  if (!snap?.reviewed) return [];
  const author = snap.reviewed.session;
  const answer = author.answers.get(check);
  const name = nameOf(author.auditor);
  const spoken = (about: string): Line[] => {
    const said = reviewedSubjectOf(snap.session, author, about);
    return said ? row('', `you: ${said.stance} — ${said.reason}`, columns) : [];
  };
  if (!answer?.verdict) return row('Author', `${name} gave no verdict`, columns);
  if (isHidden(snap.session, author, check))
    return row('Author', `${name}'s verdict shows once you gave yours`, columns);
  return [
    ...row(
      'Author',
      `${verdictWord(answer.verdict).toUpperCase()} by ${name}${answer.note ? `: ${answer.note}` : ''}`,
      columns,
    ),
    ...spoken(check),
    ...shownFindings(snap.session, author, check).flatMap((f) => [
      ...row(f.id, `${f.title} (${f.severity})\n${f.summary}`, columns),
      ...row('', f.locations.map((l) => `${l.path}:${l.startLine}-${l.endLine}`).join(', '), columns),
      ...spoken(f.id),
    ]),
  ];
};

/** In the author's session: what reviewers said of a check or finding, and the answers to that. */
export const reviewedLines = (v: View, about: string, columns: number): Line[] => {
  const { snap } = v;
  if (!snap) return [];
  return saidOf(snap.session, about).flatMap(({ record, subject, reply }) => [
    ...row(
      'Review',
      `${nameOf(record.reviewer)} ${subject.stance}${about.startsWith('F-') ? ` (${about})` : ''} — ${subject.reason}`,
      columns,
    ),
    ...(reply
      ? row('', `answered, ${reply.decision} — ${reply.reason}`, columns)
      : subject.stance === 'agrees'
        ? []
        : row('', 'not answered yet: R answers', columns)),
  ]);
};

export const peopleLines = (v: View, check: string, columns: number): Line[] => {
  const { snap } = v;
  if (!snap) return [];
  const lines = [
    ...reviewing(v, check, columns),
    ...reviewedLines(v, check, columns),
    ...findingsOfCheck(snap.session, check).flatMap((f) => reviewedLines(v, f.id, columns)),
  ];
  return lines.length > 0 ? [...lines, blank] : [];
};
