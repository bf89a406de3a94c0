import { nameOf } from '../../domain/auditor.ts';
import { DISCLOSURE_DAYS, disclosureOf } from '../../domain/disclosure.ts';
import { countStances, openRemarks, reviewedSubjects, stanceWords } from '../../domain/review.ts';
import { workedHours } from '../../domain/selectors.ts';
import type { Session } from '../../domain/session.ts';
import { plural } from '../../text/plural.ts';
import { visible } from '../../text/visible.ts';
import { wrapHanging } from '../../text/width.ts';
import { historyRows, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { dayAndTime } from './bars.ts';

type Size = { width: number; height: number };

export const historyList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = historyRows(v);
  const query = v.ui.filters.history ?? '';
  if (rows.length === 0)
    return {
      title: 'History',
      right: query ? `/${query}` : '',
      lines: [muted(query ? `Nothing matches '${query}'. Esc clears the filter.` : 'Nothing yet.')],
    };
  const at = indexOf(
    v.ui.lists.history,
    rows.map((r) => r.id),
  );
  const top = scrollTo(v.ui.lists.history.top, at, size.height, rows.length);
  const lines = rows.slice(top, top + size.height).map((r, i): Line => {
    const selected = top + i === at;
    return [
      span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
      span(`${dayAndTime(r.at, v.now)}  `, 'muted'),
      span(visible(r.text), undefined, selected),
    ];
  });
  return {
    title: 'History',
    right: query ? `/${query}` : 'newest first',
    bottom: `${at + 1} of ${rows.length}`,
    lines,
  };
};

/** The newest events, for the strip under the detail where the window is tall. */
export const historyStrip = (v: View, rows: number): Line[] =>
  v
    .history()
    .slice(0, rows)
    .map((r): Line => [span(`${dayAndTime(r.at, v.now)}  `, 'muted'), span(visible(r.text))]);

/** How coordinated disclosure stands, in a sentence. */
export const disclosureWords = (session: Session): string => {
  const d = disclosureOf(session);
  const count = plural(d.findings.length, 'critical or high finding');
  switch (d.state) {
    case 'not-needed':
      return d.toldOn ? `maintainers told on ${d.toldOn}` : 'nothing critical or high so far';
    case 'untold':
      return `${count}: the maintainers are not told yet (T)`;
    case 'waiting':
      return `told on ${d.toldOn}: public from ${d.publicFrom}, ${plural(d.daysLeft, 'day')} left`;
    case 'mended':
      return `${count}, all verified as fixed: may be public`;
    case 'over':
      return `told on ${d.toldOn}, ${DISCLOSURE_DAYS} days over since ${d.publicFrom}: may be public`;
  }
};

/** What it is a review of, or which reviews came back. */
const reviewRow = ({ snap }: View): string[] => {
  if (!snap) return [];
  const { session, reviewed, methodology } = snap;
  if (session.review && reviewed)
    return [
      `of ${session.review.session} by ${nameOf(reviewed.session.auditor)}, as of event ${session.review.head.events}${session.review.blind ? ', blind' : ''}: ${stanceWords(countStances(reviewedSubjects(session, reviewed.session, methodology)))}. E exports it for the author`,
    ];
  const open = openRemarks(session);
  return [...session.reviews].map(
    ([id, r]) =>
      `by ${nameOf(r.reviewer)}, as of event ${r.of.events}: ${stanceWords(countStances(r.subjects))}, ${open.filter((o) => o.review === id).length} not answered`,
  );
};

export const sessionLines = (v: View, _theme: Theme, columns: number): Line[] => {
  const { snap, opened } = v;
  const t = snap?.session.target;
  if (!snap || !opened || !t) return [];
  const { session, methodology } = snap;
  const row = (label: string, value: string): Line[] =>
    wrapHanging(' '.repeat(13), visible(value) || '–', columns).map((l, i) =>
      i === 0 ? [span(label.padEnd(13), 'accent'), span(l.slice(13))] : plain(l),
    );
  const a = session.auditor;
  return [
    ...row('server', t.name),
    ...row('repository', t.url || 'no remote: the report will need one'),
    ...row('commit', `${t.commit}${t.ref ? ` (${t.ref})` : ''}`),
    ...row('tags', t.tags.join(', ') || 'none at this commit'),
    ...row('committed', t.committedAt),
    ...row('subfolder', t.subdir || 'the whole repository'),
    ...row('opened from', t.source || 'elsewhere: the session was imported'),
    blank,
    ...row('methodology', `${methodology.title} ${methodology.version} (${methodology.id})`),
    ...row('worked', `${workedHours(session)} h, pauses over 10 minutes left out`),
    ...row(
      'advisories',
      [
        session.osvCopy ?? 'no offline copy of OSV (V names one)',
        ...(session.networkAllowed ? ['the OSV service'] : []),
        'the bundled list of MCP packages',
      ].join(', '),
    ),
    ...row('network', session.networkAllowed ? 'allowed for this session' : 'nothing leaves this machine'),
    ...row(
      'signs',
      a.name || a.github
        ? `${a.name} (${a.github}), ${a.organization}, ${a.contact}`
        : 'nobody yet: A says who',
    ),
    ...row('disclosure', disclosureWords(session)),
    ...reviewRow(v).flatMap((words) => row('review', words)),
    blank,
    ...row('session', opened.id),
    ...row('journal', `${opened.folder}/journal.jsonl, ${plural(session.seq, 'event')}`),
    ...row('attachments', [...session.attachments.keys()].join(', ') || 'none'),
    ...row('reports', session.reports.map((r) => r.audit).join(', ') || 'none written'),
    blank,
    ...row('come back', opened.resumeCommand),
    ...snap.notices.flatMap((n, i) => [...(i === 0 ? [blank] : []), ...row(i === 0 ? 'notices' : '', n)]),
  ];
};
