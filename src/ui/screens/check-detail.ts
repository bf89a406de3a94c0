import { clientWords } from '../../domain/assistance.ts';
import { byHand, outputName } from '../../domain/by-hand.ts';
import { carriedCheckOf, whyLook } from '../../domain/carried.ts';
import { MAPPED_METHODOLOGY, standardsOfCheck } from '../../domain/crosswalk.ts';
import { missingParts } from '../../domain/finding.ts';
import type { Check, Section } from '../../domain/methodology.ts';
import { observationsOf } from '../../domain/observations.ts';
import { claimWords } from '../../domain/proposal.ts';
import { findingsOfCheck, progress, verdictOf, verdictWord } from '../../domain/selectors.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { itemRows, type RunState, type View } from '../model.ts';
import { waitingByCheck } from '../proposals-model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { dayAndTime } from './bars.ts';
import { LABEL, labelled } from './labelled.ts';
import { peopleLines } from './review-lines.ts';
import { kindGlyph, runGlyph, runWords, severityTone, verdictGlyph } from './verdicts.ts';

const steps = (label: string, items: readonly string[], columns: number): Line[] =>
  items.flatMap((item, n) => {
    const rows = wrapHanging(`${' '.repeat(LABEL)}${n + 1} `, item, columns);
    return rows.map(
      (r, i): Line =>
        n === 0 && i === 0 ? [span(label.padEnd(LABEL), 'accent'), span(r.slice(LABEL))] : plain(r),
    );
  });

const TOP_ITEMS = 6;
const MOST_PROPOSED = 4;

/** States in which a collector has said nothing: no items then does not mean clean. */
const COULD_NOT_LOOK: ReadonlySet<RunState> = new Set([
  'failed',
  'unavailable',
  'missing',
  'not-run',
  'running',
  'queued',
  'loading',
]);

const evidenceSummary = (v: View, check: Check, theme: Theme, columns: number): Line[] => {
  const rows = itemRows({ ...v, ui: { ...v.ui, filters: { ...v.ui.filters, items: '' } } }, check);
  if (rows.length === 0)
    return labelled(
      'Evidence',
      check.collectors.length === 0 ? 'none is gathered: this check is done by hand' : 'nothing yet',
      columns,
    );
  const kinds = { lead: 0, question: 0, gap: 0, strength: 0, fact: 0 };
  for (const r of rows)
    if (r.kind === 'item' && v.snap?.session.triage.get(r.item.id)?.decision !== 'dismissed')
      kinds[r.item.kind] += 1;
  const blind = rows.some((r) => r.kind === 'run' && COULD_NOT_LOOK.has(r.state));
  const words: Record<keyof typeof kinds, [string, string]> = {
    lead: ['lead', 'leads'],
    question: ['question', 'questions'],
    gap: ['gap', 'gaps'],
    strength: ['strength', 'strengths'],
    fact: ['fact', 'facts'],
  };
  const counted = (Object.keys(kinds) as (keyof typeof kinds)[])
    .filter((k) => kinds[k] > 0)
    .map((k) => `${kinds[k]} ${words[k][kinds[k] === 1 ? 0 : 1]}`)
    .join(' · ');
  const shown = rows.filter((r) => r.kind === 'run').slice(0, 4);
  const items = rows.filter((r) => r.kind === 'item').slice(0, TOP_ITEMS);
  const more = rows.length - shown.length - items.length;
  return [
    spread(
      [
        span('Evidence'.padEnd(LABEL), 'accent'),
        span(counted || (blind ? 'not everything could be looked at' : 'no items')),
      ],
      [span('o goes there', 'muted')],
      columns,
    ),
    ...items.map((r): Line => {
      const at = r.item.location ? `${shownPath(r.item.location.path)}:${r.item.location.startLine}` : '';
      const dismissed = v.snap?.session.triage.get(r.item.id)?.decision === 'dismissed';
      return [
        span('  '),
        kindGlyph(r.item.kind, theme),
        span(` ${visible(r.item.title)}  `, dismissed ? 'muted' : undefined),
        span(visible(at), 'muted'),
      ];
    }),
    ...shown.map(
      (r): Line => [
        span('  '),
        runGlyph(r.state, theme),
        span(` ${r.collector} ${runWords(r.state)}`),
        span(r.message ? `: ${visible(r.message)}` : '', 'muted'),
      ],
    ),
    ...(more > 0 ? [muted(`  ${more} more`)] : []),
  ];
};

/** What an earlier audit said of a check, and that nobody looked at it again. */
const carriedLines = (v: View, id: string, columns: number): Line[] => {
  const carried = v.snap && carriedCheckOf(v.snap.session, id);
  if (!v.snap || !carried?.verdict) return [];
  const why = whyLook(v.snap.session, carried);
  const said = `${verdictWord(carried.verdict).toUpperCase()} by ${carried.by}, ${carried.at.slice(0, 10)}, of ${v.snap.session.carried!.from.commit.slice(0, 12)}${carried.note ? `: ${carried.note}` : ''}`;
  return [
    ...labelled('Carried', said, columns),
    ...labelled(
      '',
      why === null
        ? 'not yet looked at again; its evidence is the same: K confirms it'
        : `not yet looked at again, and not the same: ${why}`,
      columns,
    ),
  ];
};

/** Everything an auditor needs to judge one check, in reading order; the answer first once there is one. */
export const checkDetail = (v: View, check: Check, theme: Theme, columns: number): Line[] => {
  const { snap } = v;
  if (!snap) return [];
  const answer = snap.session.answers.get(check.id);
  const draft = snap.session.drafts.get(check.id);
  const findings = findingsOfCheck(snap.session, check.id);
  const out: Line[] = [];
  out.push(...wrap(check.title, columns).map((l): Line => [span(l, undefined, true)]), blank);
  if (answer) {
    const verdict = verdictOf(snap.session, check.id);
    out.push(
      spread(
        [
          span('Verdict'.padEnd(LABEL), 'accent'),
          verdictGlyph(verdict, theme),
          span(` ${verdictWord(verdict).toUpperCase()}`, undefined, true),
        ],
        [span(`${visible(answer.by)}, ${dayAndTime(answer.at, v.now)}`, 'muted')],
        columns,
      ),
    );
    if (answer.note)
      out.push(
        ...labelled(
          'Note',
          answer.noteBy ? `${answer.note} (${visible(answer.noteBy.by)})` : answer.note,
          columns,
        ),
      );
  }
  out.push(...carriedLines(v, check.id, columns));
  if (snap.session.outdated.has(check.id))
    out.push(
      ...labelled(
        'Changed',
        'this check asks for something else than when the verdict was given: give it again',
        columns,
      ),
    );
  out.push(...peopleLines(v, check.id, columns));
  if (draft !== undefined)
    out.push(...labelled('Draft', `${draft}\n(not recorded: m goes on with it)`, columns));
  for (const f of findings) {
    const missing = missingParts(f);
    out.push([
      span('Finding'.padEnd(LABEL), 'accent'),
      span(`${f.id} ${visible(f.title)}  `),
      span(f.severity, severityTone(f.severity)),
      span(missing.length > 0 ? `  to fill: ${missing.join(', ')}` : '  ready', 'muted'),
    ]);
  }
  const waiting = waitingByCheck(v).get(check.id) ?? [];
  for (const p of waiting.slice(0, MOST_PROPOSED)) {
    const [first] = p.voices;
    out.push(
      ...labelled(
        'Proposed',
        `${p.id} ${claimWords(first!.claim)} (${clientWords(first!.client)}, unverified; 9 decides)`,
        columns,
      ),
    );
  }
  if (waiting.length > MOST_PROPOSED)
    out.push(muted(`${' '.repeat(LABEL)}${waiting.length - MOST_PROPOSED} more proposals`));
  const evidence = [
    ...evidenceSummary(v, check, theme, columns),
    // No evidence: what was seen of the running server, told apart.
    ...observationsOf(snap.session, check.id).flatMap((o) => labelled('Observed', o.said, columns)),
  ];
  if (evidence[0]) out.push(evidence[0], blank);
  out.push(
    ...labelled('Why', check.why, columns),
    blank,
    ...steps('Look', check.look, columns),
    blank,
    ...labelled('Passes', check.passesWhen, columns),
    ...labelled('Fails', check.failsWhen, columns),
    blank,
    ...evidence,
  );
  const commands = byHand(check, snap.session.target, v.files());
  if (commands.length > 0) out.push(blank);
  for (const [i, c] of commands.entries()) {
    const kept = snap.session.attachments.get(outputName(check.id, c.n));
    out.push(
      ...labelled(
        i === 0 ? 'By hand' : '',
        i === 0 ? `${c.purpose} (! runs them here, Y copies them)` : c.purpose,
        columns,
      ),
      ...wrapHanging(`${' '.repeat(LABEL)}$ `, c.command, columns).map((l): Line => [span(l, 'muted')]),
      ...(kept
        ? wrapHanging(
            ' '.repeat(LABEL),
            `ran: kept as ${outputName(check.id, c.n)}, sha256 ${kept.sha256.slice(0, 12)}…`,
            columns,
          ).map((l): Line => [span(l, 'ok')])
        : []),
    );
  }
  const refs = [...check.references.cwe, ...check.references.top10, ...check.references.ttps];
  if (refs.length > 0) out.push(blank, ...labelled('See', refs.join(' · '), columns));
  if (snap.methodology.id === MAPPED_METHODOLOGY)
    for (const [i, said] of standardsOfCheck(check.id).entries())
      out.push(...(i === 0 ? [blank] : []), ...labelled(i === 0 ? 'Asked by' : '', said, columns));
  return out;
};

/** A section: what it holds and how far it is. */
export const sectionDetail = (v: View, section: Section, theme: Theme, columns: number): Line[] => {
  const { snap } = v;
  if (!snap) return [];
  const p = progress(snap.session, section.checks);
  return [
    [span(`${section.id} ${section.title}`, undefined, true)],
    muted(
      section.origin === 'extension'
        ? 'An extension: the guide has no checks for this.'
        : section.origin === 'custom'
          ? 'From your own methodology.'
          : 'From the community audit guide.',
    ),
    blank,
    plain(`${p.answered} of ${p.total} checks have a verdict.`),
    blank,
    ...section.checks.flatMap((c) =>
      wrapHanging(`  ${c.id} `, c.title, columns - 2).map(
        (l, i): Line =>
          i === 0 ? [verdictGlyph(verdictOf(snap.session, c.id), theme), span(l.slice(1))] : plain(l),
      ),
    ),
  ];
};
