import type { Cited } from '../domain/citations.ts';
import { type EvidenceItem, placeWords } from '../domain/evidence.ts';
import {
  emptyParts,
  type Finding,
  impactContradiction,
  onlyGuidance,
  openParts,
  RATED,
  stageOf,
} from '../domain/finding.ts';
import { disagreement, scoresText } from '../domain/scoring/severity.ts';
import { numbered, plural } from '../text/plural.ts';
import { hasPlaceholder, placeholderIn } from './placeholder.ts';
import { type ProvenCitation, proveEarlier, proveFinding } from './proof.ts';
import type { Readiness } from './readiness.ts';

const textsOf = (f: Finding): string[] => [
  f.title,
  f.category,
  f.summary,
  f.description,
  f.impact.scope,
  f.notes,
  f.severityReason,
  f.examples,
  ...Object.values(f.business),
  ...f.components,
  ...f.reproduction,
  ...f.risks,
  ...f.validation,
  ...f.references,
  ...Object.values(f.recommendations).flat(),
];

/** Why a word on the severity is asked for. */
const contradictionOf = (f: Finding): string => {
  const scored = disagreement(f.severity, f.scores);
  return scored === null
    ? `${f.id}: ${impactContradiction(f)}, and nothing says why`
    : `${f.id} is ${f.severity}, its score says ${scored}, and nothing says why`;
};

/** What one finding lacks before it can be published. `known` are the ids of the evidence at hand. */
export const aboutFinding = (f: Finding, known: ReadonlySet<string>): Readiness[] => {
  const at = { finding: f.id, check: f.checks[0]! };
  const rows: Readiness[] = [
    ...emptyParts(f).map(
      (part): Readiness => ({
        ...at,
        level: 'blocks',
        part,
        ...(part === 'severityReason'
          ? {
              text: contradictionOf(f),
              fix: 'say why, or change what contradicts it',
            }
          : part === 'severity'
            ? {
                text: `${f.id}: severity ${f.severity} is only proposed, nobody gave it`,
                fix: 'give it that severity or another one, or score it',
              }
            : { text: `${f.id} has no ${part}`, fix: `write ${part} of ${f.id}` }),
      }),
    ),
    ...openParts(f).map(
      ({ part, word }): Readiness => ({
        ...at,
        level: 'blocks',
        part,
        text: `${f.id} still holds {{${word}}} of its template in ${part}`,
        fix: `write what it stands for in ${part}, or reword it`,
      }),
    ),
  ];
  if (f.positive && f.severity !== 'info')
    rows.push({
      level: 'blocks',
      text: `${f.id} is positive but of severity ${f.severity}`,
      finding: f.id,
      check: f.checks[0]!,
      fix: 'set severity info, or make it a weakness',
    });
  if (openParts(f).length === 0 && textsOf(f).some(hasPlaceholder))
    rows.push({
      level: 'blocks',
      text: `${f.id} still holds placeholder text: ${textsOf(f).map(placeholderIn).find(Boolean)?.slice(0, 60)}`,
      finding: f.id,
      check: f.checks[0]!,
      fix: 'write what it stands for, or remove it',
    });
  if (!f.positive && f.severity !== 'info' && scoresText(f.scores) === '')
    rows.push({
      level: 'warns',
      text: `${f.id} has no score`,
      finding: f.id,
      check: f.checks[0]!,
      part: 'cvss40',
      fix: 'score it with CVSS (s), so that others can weigh it',
    });
  const unrated = f.positive || f.severity === 'info' ? [] : RATED.filter((part) => f.impact[part] === '');
  if (unrated.length > 0)
    rows.push({
      level: 'warns',
      text: `the impact of ${f.id} is not said: ${unrated.join(', ')}`,
      finding: f.id,
      check: f.checks[0]!,
      part: `impact.${unrated[0]}`,
      fix: 'rate each, None included: what is left out is published as not said',
    });
  if (onlyGuidance(f))
    rows.push({
      level: 'warns',
      text: `how to mend ${f.id} is only the general guidance of ${f.checks[0]}: nobody wrote it of this finding`,
      finding: f.id,
      check: f.checks[0]!,
      part: 'recommendations.immediate',
      fix: 'write what to change in this code; until then it is published as guidance of the methodology',
    });
  if (/ of a tool\b/.test(f.title))
    rows.push({
      level: 'warns',
      text: `the title of ${f.id} names no tool`,
      finding: f.id,
      check: f.checks[0]!,
      part: 'title',
      fix: 'name the tool, or say how many it is true of: a reader looks for it by that name',
    });
  if (f.followUp && f.followUp.verdict === null)
    rows.push({
      ...at,
      level: 'blocks',
      text: `${f.id} is carried from an earlier audit, and nobody said what became of it`,
      fix: `look at the code, and say it: mcp-audit fate ${f.id}`,
    });
  if (stageOf(f) === 'ready')
    rows.push({
      level: 'warns',
      text: `${f.id} was not read again as a whole`,
      finding: f.id,
      check: f.checks[0]!,
      fix: 'read it as a stranger would, then mark it reviewed (v)',
    });
  const lost = f.evidence.filter((id) => !known.has(id));
  if (lost.length > 0)
    rows.push({
      level: 'warns',
      text: `${f.id} rests on ${plural(lost.length, 'evidence item')} that ${numbered(lost.length, 'is', 'are')} not at hand`,
      finding: f.id,
      check: f.checks[0]!,
      fix: 'gather the evidence again, or attach items that exist',
    });
  if (!f.positive && f.severity !== 'info' && f.locations.length === 0)
    rows.push({
      level: 'warns',
      text: `${f.id} cites no lines of the target`,
      finding: f.id,
      check: f.checks[0]!,
      part: 'where',
      fix: 'add a location, so that a reviewer can see the code',
    });
  return rows;
};

/** Citations that do not stand where the finding says. */
export const aboutCitations = (
  f: Finding,
  items: ReadonlyMap<string, EvidenceItem>,
  cited: Cited,
): Readiness[] => {
  const proofs = proveFinding(f, items, cited);
  const at = { finding: f.id, check: f.checks[0]! };
  const unread = proofs.filter((p) => p.proof.state === 'unread');
  const rowsOf = ({ location, index, proof }: ProvenCitation): Readiness[] => {
    const place = `${f.id} cites ${placeWords(location)}`;
    switch (proof.state) {
      case 'exact':
      case 'unread':
        return [];
      case 'moved': {
        const to = { startLine: proof.startLine, endLine: proof.endLine };
        const path = proof.path ?? location.path;
        const lines = proof.path ? placeWords({ path, ...to }) : placeWords({ path: '', ...to }).slice(1);
        return [
          {
            ...at,
            level: 'blocks',
            text: `${place}: the code stands at ${lines}`,
            ...(index === null ? {} : { move: { location: index, path, ...to } }),
            fix:
              index === null
                ? 'gather the evidence again: it cites lines that moved'
                : `take over ${proof.path ? '' : 'lines '}${lines}, quoted anew`,
          },
        ];
      }
      case 'changed':
        return [
          {
            ...at,
            level: 'blocks',
            text: `${place}: only a part of that code is in the file`,
            fix: 'cite the lines as they stand at the commit, or quote what proves it now',
          },
        ];
      case 'gone':
        return [
          {
            ...at,
            level: 'blocks',
            text: `${place}: that code is not there`,
            fix: 'cite where the code is at the commit, or remove the place',
          },
        ];
    }
  };
  const rows = proofs.flatMap(rowsOf);
  for (const { location, proof } of proveEarlier(f, cited)) {
    if (proof.state === 'exact') continue;
    const commit = f.followUp!.commit.slice(0, 12);
    rows.push({
      ...at,
      level: 'blocks',
      text:
        proof.state === 'unread'
          ? `${f.id}: what it cited at ${commit} (${placeWords(location)}) was not read again: that commit is not at hand`
          : `${f.id}: what it cited at ${commit} does not stand there: ${placeWords(location)}`,
      fix: 'open the session where the earlier commit can be read: nobody signs what was not proven',
    });
  }
  if (unread.length > 0)
    rows.push(
      cited.problem === null
        ? {
            ...at,
            level: 'warns',
            text: `${f.id}: ${plural(unread.length, 'citation is', 'citations are')} being read again`,
            fix: 'wait a moment',
          }
        : {
            ...at,
            level: 'blocks',
            text: `${f.id}: ${plural(unread.length, 'citation')} could not be read again: ${cited.problem}`,
            fix: 'open the session where the target can be read: nobody signs what was not proven',
          },
    );
  return rows;
};
