import type { LiveDifference, ProbeReport } from '../../domain/observation.ts';
import { differenceCount, requirementCounts, triedCounts } from '../../domain/observations.ts';
import { plural } from '../../text/plural.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { confirmationOf, type LiveRow, lastObservation, lastProbe } from '../live-model.ts';
import { selectedLive, type View } from '../model.ts';
import type { Theme, Tone } from '../theme.ts';
import { blank, type Line, muted, plain, span } from '../view/line.ts';
import { dayAndTime } from './bars.ts';
import { answerGlyph, triedLines } from './observed.ts';

/** The text beside the list of what was seen of the running server. */

const NOT_YET =
  'The server has not been asked yet. r starts it in a sandbox and asks it; e says how it is started, where that is not found. Nothing runs before you have seen every command and agreed.';

const LABEL = 11;
const labelled = (label: string, text: string, columns: number, tone?: Tone): Line[] =>
  wrapHanging(' '.repeat(LABEL), text || '–', columns).map((l, i) =>
    i === 0 ? [span(label.padEnd(LABEL), 'accent'), span(l.slice(LABEL), tone)] : [span(l, tone)],
  );

const startLines = (v: View, theme: Theme, columns: number): Line[] => {
  const probe = lastProbe(v);
  const { start, live } = v.ui;
  const said = [start.cmd, start.cwd && `in ${start.cwd}`, start.env && `with ${start.env}`].filter(Boolean);
  const head: Line[] = [
    ...(live ? [...wrap(live.words, columns).map(plain), blank] : []),
    ...(said.length > 0 ? [...labelled('you say', said.join(' '), columns), blank] : []),
  ];
  if (!probe) return [...head, ...wrap(NOT_YET, columns).map(muted)];
  const { record, report } = probe;
  const seen = labelled('seen', `${dayAndTime(record.at, v.now)}, by ${record.by}`, columns);
  if (!report)
    return [
      ...head,
      ...seen,
      ...wrap('What was reported then cannot be read: r looks again.', columns).map(muted),
    ];
  const era = { legacy: 'with a handshake', modern: 'every request by itself', none: '' }[report.era];
  return [
    ...head,
    ...seen,
    ...(report.problem ? labelled('problem', report.problem, columns, 'warn') : []),
    ...(report.era === 'none'
      ? []
      : [
          ...labelled('server', `${report.server.name} ${report.server.version}`, columns),
          ...labelled(
            'protocol',
            `${report.server.protocolVersion}, ${era}, over ${report.transport}`,
            columns,
          ),
          ...labelled(
            'took',
            `first answer after ${report.startMs} ms, all of it ${report.probeMs} ms`,
            columns,
          ),
        ]),
    blank,
    ...labelled('command', report.command.join(' '), columns),
    ...labelled('from', report.from, columns),
    ...labelled('folder', report.cwd, columns),
    ...labelled('set', report.env.join(', ') || 'no variable', columns),
    ...labelled('sandbox', record.sandbox, columns),
    ...(report.prepared.length > 0 ? [blank] : []),
    ...report.prepared.flatMap((s): Line[] => [
      [
        s.ok ? span(theme.glyphs.pass, 'ok') : span(theme.glyphs.fail, 'bad'),
        span(` ${s.what}`),
        span(`  ${s.seconds} s, ${s.network || 'no network'}`, 'muted'),
      ],
      ...wrapHanging('    ', s.command.join(' '), columns).map(muted),
      ...(s.ok ? [] : wrap(s.words, columns).map((l): Line => [span(l, 'warn')])),
    ]),
    ...report.notes.flatMap((n) => wrap(`Note: ${n}.`, columns).map(muted)),
    ...(report.server.instructions ? [blank, ...labelled('says', report.server.instructions, columns)] : []),
  ];
};

/** It was started, so that it was not asked yet would not be true. */
const notAsked = (report: ProbeReport, so: string, columns: number): Line[] =>
  wrap(`The server was started and could not be asked: ${report.problem}. ${so}`, columns).map(muted);

const toolsLines = (v: View, columns: number): Line[] => {
  const report = lastProbe(v)?.report;
  if (!report) return wrap(NOT_YET, columns).map(muted);
  if (report.era === 'none') return notAsked(report, 'Nothing is compared.', columns);
  const live = report.tools.filter((t) => t.kind === 'tool');
  const source = new Set(v.surface().tools.map((t) => t.name));
  const names = new Set(live.map((t) => t.name));
  const missing = [...source].filter((n) => !names.has(n));
  return [
    plain(
      `${plural(live.length, 'tool')} live, ${report.staticTools === null ? 'not compared with the source' : `${report.staticTools} in the source`}; ${differenceCount(report)}`,
    ),
    blank,
    ...live.map(
      (t): Line => [
        span(`  ${t.name}`),
        span(source.has(t.name) ? '' : '  not seen in the source', 'warn'),
        span(`  ${t.sha256.slice(0, 12)}`, 'muted'),
      ],
    ),
    ...(missing.length > 0
      ? [
          blank,
          ...wrap(`In the source, and not listed by the running server: ${missing.join(', ')}`, columns).map(
            plain,
          ),
        ]
      : []),
    ...(report.tools.length > live.length
      ? [
          blank,
          muted(
            `and ${plural(report.tools.length - live.length, 'prompt or resource', 'prompts and resources')}`,
          ),
        ]
      : []),
  ];
};

const AGAINST: Record<LiveDifference['against'], string> = {
  source: 'The source says something else than the running server lists.',
  lock: 'The tools.lock.json says something else than the running server lists.',
  repeat: 'Asked again at once, it listed something else.',
  'after-calls': 'After some calls it listed something else.',
  'second-start': 'Started again, it listed something else.',
  capabilities: 'To a client with every capability it lists something else.',
  'client-name': 'To a client of another name it lists something else.',
};

const differenceLines = (d: LiveDifference, columns: number): Line[] => [
  [span(`${d.kind} ${d.name}`, undefined, true), span(`  ${d.field}`, 'muted')],
  ...wrap(AGAINST[d.against], columns).map(plain),
  ...wrap(d.means, columns).map(plain),
  blank,
  muted('before'),
  ...wrap(d.before || 'nothing', columns).map(plain),
  blank,
  muted('after'),
  ...wrap(d.after || 'nothing', columns).map(plain),
];

const requirementsLines = (v: View, columns: number): Line[] => {
  const report = lastProbe(v)?.report;
  if (!report) return wrap(NOT_YET, columns).map(muted);
  if (report.era === 'none') return notAsked(report, 'No requirement was tried.', columns);
  return [
    ...wrap(requirementCounts(report), columns).map(plain),
    ...wrap('What was not tried says why; it is neither held nor violated.', columns).map(muted),
  ];
};

/** Of each tool that was called: what it touched, and what of that nothing let expect. */
const behaviourLines = (v: View, columns: number): Line[] => {
  const report = lastProbe(v)?.report;
  if (!report) return wrap(NOT_YET, columns).map(muted);
  if (report.era === 'none') return notAsked(report, 'Nothing was called.', columns);
  if (!report.traced)
    return wrap(
      'What calls touch was not looked at: strace is not here, or does not work in the sandbox.',
      columns,
    ).map(muted);
  return report.behaviour.flatMap((b, n): Line[] => [
    ...(n > 0 ? [blank] : []),
    [span(b.tool, undefined, true)],
    ...b.against.flatMap((a) => wrap(a, columns).map((l): Line => [span(l, 'bad')])),
    ...(['ran', 'read', 'changed', 'asked'] as const).flatMap((kind) =>
      b[kind].length > 0 ? labelled(kind, b[kind].join(', '), columns) : [],
    ),
    ...(b.ran.length + b.read.length + b.changed.length + b.asked.length === 0
      ? [muted('touched nothing')]
      : []),
  ]);
};

const leadsLines = (v: View, columns: number): Line[] => [
  ...wrap(v.tried.size === 0 ? 'No lead was tried yet.' : triedCounts([...v.tried.values()]), columns).map(
    plain,
  ),
  ...wrap(
    'c on a lead, here, under its check or in the reader, tries it: its tools are called with harmless canaries in a sandbox of its own, and what they did is looked at. C tries all that can be. What was not reached may still be wrong.',
    columns,
  ).map(muted),
];

const leadLines = (v: View, r: LiveRow & { kind: 'lead' }, theme: Theme, columns: number): Line[] => [
  ...wrap(r.title, columns).map((l): Line => [span(l, undefined, true)]),
  blank,
  ...triedLines(v, r.tried, theme, columns),
  ...(confirmationOf(v, r.tried)?.calls ?? []).flatMap((c, i): Line[] => [
    ...(i === 0 ? [blank, muted('called, in this order')] : []),
    ...wrapHanging('    ', `${c.tool} ${JSON.stringify(c.arguments)}: ${c.outcome}`, columns).map(plain),
  ]),
  ...(confirmationOf(v, r.tried)?.touched ?? []).flatMap((t, i): Line[] => [
    ...(i === 0 ? [blank, muted('what the server did meanwhile, by its system calls')] : []),
    ...wrapHanging('    ', t, columns).map(plain),
  ]),
];

const MOST_TRAFFIC = 2000;
const WAYS: Record<string, Tone | undefined> = { '>': 'accent', '!': 'warn', '#': 'muted' };

const trafficLines = (v: View, columns: number): Line[] => {
  const last = lastObservation(v);
  if (!last) return wrap(NOT_YET, columns).map(muted);
  const text = v.observed(last.transcript);
  if (text === null) return [muted('reading the transcript')];
  const lines = v.kept(`traffic:${last.transcript}`, [text], () =>
    text.split('\n').flatMap((l): { ms: number; way: string; text: string }[] => {
      try {
        return l === '' ? [] : [JSON.parse(l)];
      } catch {
        return [];
      }
    }),
  );
  if (lines.length === 0) return wrap('The transcript cannot be read: r looks again.', columns).map(muted);
  return [
    muted(`of ${last.id}, ${plural(lines.length, 'line')}: > sent, < received, ! standard error`),
    ...lines
      .slice(0, MOST_TRAFFIC)
      .map(
        (l): Line => [
          span(`${String(l.ms).padStart(6)} `, 'muted'),
          span(`${l.way} `, WAYS[l.way]),
          span(l.text.slice(0, columns), WAYS[l.way] === 'muted' ? 'muted' : undefined),
        ],
      ),
    ...(lines.length > MOST_TRAFFIC ? [muted(`and ${lines.length - MOST_TRAFFIC} more`)] : []),
  ];
};

export const liveLines = (v: View, theme: Theme, columns: number): Line[] => {
  const row = selectedLive(v);
  if (!row) return [];
  if (row.kind === 'difference') return differenceLines(row.difference, columns);
  if (row.kind === 'lead') return leadLines(v, row, theme, columns);
  if (row.kind === 'requirement') {
    const { answer } = row;
    return [
      [
        answerGlyph(answer.result, theme),
        span(` ${answer.id} ${answer.result.replace('-', ' ')}`, undefined, true),
      ],
      ...wrap(answer.requirement, columns).map(plain),
      blank,
      ...wrap(answer.why, columns).map(plain),
    ];
  }
  switch (row.part) {
    case 'start':
      return startLines(v, theme, columns);
    case 'tools':
      return toolsLines(v, columns);
    case 'behaviour':
      return behaviourLines(v, columns);
    case 'requirements':
      return requirementsLines(v, columns);
    case 'leads':
      return leadsLines(v, columns);
    case 'traffic':
      return trafficLines(v, columns);
  }
};
