import { nameOf } from '../../domain/auditor.ts';
import { isFindingId, isHidden, reviewedSubjectOf, saidOf, shownFindings } from '../../domain/review.ts';
import { findingsOfCheck, verdictWord } from '../../domain/selectors.ts';
import type { View } from '../model.ts';
import { blank, type Line } from '../view/line.ts';
import { labelled } from './labelled.ts';

/** In a review: what the author says of a check, as far as it may be seen, and what the reviewer says of that. */
const reviewing = (v: View, check: string, columns: number): Line[] => {
  const { snap } = v;
  if (!snap?.reviewed) return [];
  const author = snap.reviewed.session;
  const answer = author.answers.get(check);
  const name = nameOf(author.auditor);
  const spoken = (about: string): Line[] => {
    const said = reviewedSubjectOf(snap.session, author, about);
    return said ? labelled('', `you: ${said.stance} — ${said.reason}`, columns) : [];
  };
  if (!answer?.verdict) return labelled('Author', `${name} gave no verdict`, columns);
  if (isHidden(snap.session, author, check))
    return labelled('Author', `${name}'s verdict shows once you gave yours`, columns);
  return [
    ...labelled(
      'Author',
      `${verdictWord(answer.verdict).toUpperCase()} by ${name}${answer.note ? `: ${answer.note}` : ''}`,
      columns,
    ),
    ...spoken(check),
    ...shownFindings(snap.session, author, check).flatMap((f) => [
      ...labelled(f.id, `${f.title} (${f.severity})\n${f.summary}`, columns),
      ...labelled('', f.locations.map((l) => `${l.path}:${l.startLine}-${l.endLine}`).join(', '), columns),
      ...spoken(f.id),
    ]),
  ];
};

/** In the author's session: what reviewers said of a check or finding, and the answers to that. */
export const reviewedLines = (v: View, about: string, columns: number): Line[] => {
  const { snap } = v;
  if (!snap) return [];
  return saidOf(snap.session, about).flatMap(({ record, subject, reply }) => [
    ...labelled(
      'Review',
      `${nameOf(record.reviewer)} ${subject.stance}${isFindingId(about) ? ` (${about})` : ''} — ${subject.reason}`,
      columns,
    ),
    ...(reply
      ? labelled('', `answered, ${reply.decision} — ${reply.reason}`, columns)
      : subject.stance === 'agrees'
        ? []
        : labelled('', 'not answered yet: R answers', columns)),
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
