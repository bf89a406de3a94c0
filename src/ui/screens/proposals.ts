import type { AssistantNow } from '../../domain/assistance.ts';
import { clientWords } from '../../domain/assistance.ts';
import { placeWords } from '../../domain/evidence.ts';
import {
  type Claim,
  claimOf,
  claimWords,
  type Proposal,
  type ProposalState,
  reasonOf,
  stateOf,
} from '../../domain/proposal.ts';
import { proposalCounts, refutationsOf } from '../../domain/proposals.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { itemById, type View } from '../model.ts';
import { proposalRows } from '../proposals-model.ts';
import type { Theme, Tone } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { nothingMatches, type PaneText } from '../view/pane.ts';
import { dayAndTime } from './bars.ts';

/** What assistants propose. Their words and names are theirs: nobody has verified either. */

type Size = { width: number; height: number };

const STATE: Record<ProposalState, { words: string; tone: Tone | undefined }> = {
  open: { words: 'waits', tone: 'warn' },
  asked: { words: 'asked back', tone: 'accent' },
  rejected: { words: 'rejected', tone: 'muted' },
  accepted: { words: 'accepted', tone: 'ok' },
};

const glyph = (state: ProposalState, theme: Theme): string =>
  state === 'accepted'
    ? theme.glyphs.pass
    : state === 'rejected'
      ? theme.glyphs.fail
      : state === 'asked'
        ? theme.glyphs.question
        : theme.glyphs.open;

const rowLine = (v: View, p: Proposal, selected: boolean, theme: Theme, columns: number): Line => {
  const state = stateOf(p);
  const claim = claimOf(p);
  const held = v.snap ? refutationsOf(v.snap.session, p.id) : [];
  const refuted = held.some((r) => {
    const c = claimOf(r);
    return c.kind === 'refutation' && c.result === 'refuted';
  });
  return spread(
    [
      span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
      span(glyph(state, theme), STATE[state].tone),
      span(` ${visible(claimWords(claim))}`, state === 'rejected' ? 'muted' : undefined, selected),
    ],
    [
      span(refuted ? ' refuted' : held.length > 0 ? ' second reader' : '', refuted ? 'bad' : 'accent'),
      span(p.voices.some((one) => one.tries !== null) && state === 'open' ? ' try?' : '', 'warn'),
      span(state === 'open' ? ` ${p.id}` : ` ${STATE[state].words}`, STATE[state].tone ?? 'muted'),
    ],
    columns,
  );
};

export const proposalList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = proposalRows(v);
  const query = v.ui.filters.proposals ?? '';
  const listening = v.assistants.filter((a) => a.listening).length;
  const right = query ? `/${query}` : listening > 0 ? `${plural(listening, 'assistant')} connected` : '';
  if (rows.length === 0)
    return {
      title: 'Proposals',
      right,
      lines:
        query !== ''
          ? [muted(nothingMatches(query))]
          : wrap(
              'Nothing was proposed. An assistant of yours that speaks MCP can read this audit and propose; you decide. mcp-audit assist --print-config prints what to add to it.',
              size.width,
            ).map(muted),
    };
  const at = indexOf(
    v.ui.lists.proposals,
    rows.map((p) => p.id),
  );
  const top = scrollTo(v.ui.lists.proposals.top, at, size.height, rows.length);
  return {
    title: 'Proposals',
    right,
    bottom: `${at + 1} of ${rows.length}`,
    lines: rows.slice(top, top + size.height).map((p, i) => rowLine(v, p, top + i === at, theme, size.width)),
  };
};

const text = (words: string, columns: number): Line[] =>
  visibleLines(words)
    .split('\n')
    .flatMap((l) => wrap(l, columns).map(plain));

const labelled = (label: string, words: string, columns: number): Line[] =>
  words === ''
    ? []
    : wrapHanging(`${label.padEnd(11)} `, visible(words), columns).map(
        (l, i): Line => (i === 0 ? [span(l.slice(0, 12), 'accent'), span(l.slice(12))] : plain(l)),
      );

const claimLines = (v: View, c: Claim, columns: number): Line[] => {
  switch (c.kind) {
    case 'finding': {
      const f = c.finding;
      return [
        ...labelled('checks', f.checks.join(', '), columns),
        ...labelled(
          'severity',
          `${f.severity}${f.cvss40 || f.cvss31 ? `, ${f.cvss40 || f.cvss31}` : ''}`,
          columns,
        ),
        ...labelled('weakness', f.cwe ?? '', columns),
        blank,
        ...text(f.summary, columns),
        blank,
        ...text(f.description, columns),
        ...(f.reproduction.length > 0 ? [blank, muted('Steps')] : []),
        ...f.reproduction.flatMap((s, i) => wrapHanging(`${i + 1} `, visible(s), columns).map(plain)),
        ...(f.risks.length > 0 ? [blank, muted('Risks')] : []),
        ...f.risks.flatMap((s) => wrapHanging('- ', visible(s), columns).map(plain)),
      ];
    }
    case 'triage':
      return [
        ...c.items.slice(0, 12).flatMap((id) => {
          const item = itemById(v, id);
          return labelled(
            c.decision,
            item ? item.title : `${id}, which later evidence no longer holds`,
            columns,
          );
        }),
        ...(c.items.length > 12 ? [muted(`${c.items.length - 12} more`)] : []),
        blank,
        ...text(c.reason, columns),
      ];
    case 'severity':
      return [
        ...labelled('now', v.snap?.session.findings.get(c.finding)?.severity ?? 'gone', columns),
        ...labelled('vector', c.cvss40 || c.cvss31, columns),
        blank,
        ...text(c.reason, columns),
      ];
    default:
      return text(reasonOf(c), columns);
  }
};

const MOST_QUOTED = 14;

/** The lines as they stood at the pinned commit when it was proposed: read by the program, not taken from the assistant. */
const citationLines = (p: Proposal, theme: Theme, columns: number): Line[] =>
  p.voices[0]!.citations.flatMap((c): Line[] => {
    const lines = visibleLines(c.snippet).split('\n');
    return [
      blank,
      [span(visible(shownPath(placeWords(c))), 'accent'), span('  exact at the commit', 'muted')],
      ...lines
        .slice(0, MOST_QUOTED)
        .map(
          (l, i): Line => [
            span(`${String(c.startLine + i).padStart(6)} ${theme.glyphs.box[5]} `, 'muted'),
            span(l.slice(0, columns)),
          ],
        ),
      ...(lines.length > MOST_QUOTED
        ? [muted(`       ${lines.length - MOST_QUOTED} more lines: o reads them`)]
        : []),
    ];
  });

const assistantLines = (a: AssistantNow, now: Date, theme: Theme, columns: number): Line[] => [
  [
    span(a.listening ? `${theme.glyphs.source} ` : `${theme.glyphs.gap} `, a.listening ? 'ok' : 'muted'),
    span(visible(a.clients.join(', ') || 'a client that has said nothing yet'), undefined, true),
    span(a.role === 'refuter' ? '  second reader' : '', 'accent'),
    span(a.listening ? '  connected' : '  gone', 'muted'),
  ],
  ...wrapHanging(
    '  ',
    visible(
      `${plural(a.calls, 'call')}, ${plural(a.files.length, 'file')} read, ${a.proposed} proposed, ${a.refused} refused${a.flagged > 0 ? `, ${plural(a.flagged, 'text')} flagged as written to steer it` : ''}; ${dayAndTime(a.at, now)}: ${shownPath(a.last)}`,
    ),
    columns,
  ).map((l): Line => [span(l, 'muted')]),
];

const MOST_ASSISTANTS = 6;

export const proposalLines = (v: View, theme: Theme, columns: number): Line[] => {
  const rows = proposalRows(v);
  const p =
    rows[
      indexOf(
        v.ui.lists.proposals,
        rows.map((r) => r.id),
      )
    ];
  const assistants = v.assistants.toReversed().slice(0, MOST_ASSISTANTS);
  const who =
    assistants.length === 0
      ? []
      : [
          blank,
          muted('Assistants, by the names they give themselves'),
          ...assistants.flatMap((a) => assistantLines(a, v.now, theme, columns)),
        ];
  if (!p || !v.snap) return who.slice(1);
  const [first] = p.voices as [Proposal['voices'][number]];
  const { session } = v.snap;
  const counts = proposalCounts(session);
  const read = v.assistants.find((a) => a.connection === first.connection)?.files ?? [];
  const refutations = refutationsOf(session, p.id);
  const tries = p.voices.find((one) => one.tries !== null)?.tries ?? null;
  const lead = tries === null ? null : itemById(v, tries);
  const seen = tries === null ? undefined : v.tried.get(tries);
  return [
    ...wrap(visible(claimWords(first.claim)), columns).map((l): Line => [span(l, undefined, true)]),
    ...labelled(
      'proposed',
      `${p.id} by ${[...new Set(p.voices.map((one) => clientWords(one.client)))].join(', ')} (as it calls itself, unverified), ${dayAndTime(first.at, v.now)}`,
      columns,
    ),
    ...labelled(
      'had read',
      read.length === 0
        ? ''
        : `${read
            .slice(0, 5)
            .map((f) => shownPath(f.path))
            .join(', ')}${read.length > 5 ? ` and ${read.length - 5} more` : ''}`,
      columns,
    ),
    ...(p.decided
      ? labelled(
          STATE[stateOf(p) === 'open' ? 'asked' : stateOf(p)].words,
          `${p.decided.finding ? `as ${p.decided.finding} ` : ''}${p.decided.edited ? 'in your words ' : ''}${p.decided.words} (${p.decided.by}, ${dayAndTime(p.decided.at, v.now)})`,
          columns,
        )
      : []),
    blank,
    ...claimLines(v, first.claim, columns),
    ...p.voices
      .slice(1)
      .flatMap((one) => [
        blank,
        ...labelled('also', `${clientWords(one.client)}: ${reasonOf(one.claim)}`, columns),
      ]),
    ...refutations.flatMap((r) => {
      const c = claimOf(r);
      return c.kind === 'refutation'
        ? [
            blank,
            ...labelled(
              c.result === 'refuted' ? 'refuted' : c.result === 'holds' ? 'held' : 'undecided',
              `by a second reader, ${clientWords(r.voices[0]!.client)}: ${c.reason}`,
              columns,
            ),
          ]
        : [];
    }),
    ...(tries === null
      ? []
      : [
          blank,
          ...labelled(
            'try?',
            seen
              ? `tried: ${seen.result}`
              : `It asks that "${lead?.title ?? tries}" be tried on the running server: c shows what would be started.`,
            columns,
          ),
        ]),
    ...citationLines(p, theme, columns),
    blank,
    muted(
      `${counts.proposed} proposed, ${counts.accepted} accepted, ${counts.rejected} rejected, ${counts.open} open`,
    ),
    ...who,
  ];
};
