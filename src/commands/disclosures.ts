import { type DisclosureState, disclosureOf } from '../domain/disclosure.ts';
import { TRACKING } from '../domain/finding.ts';
import { findingsOf } from '../domain/selectors.ts';
import { replay } from '../domain/session.ts';
import { readJournalFile } from '../io/session/journal-file.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, todayOf } from './host.ts';

/** What is due with the maintainers of one server. */
type Due = {
  session: string;
  server: string;
  state: DisclosureState['state'];
  toldOn: string | null;
  publicFrom: string | null;
  daysLeft: number;
  findings: { id: string; title: string; severity: string; days: Record<string, string> }[];
};

/** What asks for something now comes first; of what waits, what ends first. */
const ORDER: readonly DisclosureState['state'][] = ['untold', 'over', 'waiting', 'mended', 'not-needed'];

/** Of a session that is followed up by a later one the later one speaks. */
const dueIn = (dir: string, today: string): { due: Due; follows: string } | null => {
  const session = replay(readJournalFile(dir).events);
  const state = disclosureOf(session, today);
  if (state.state === 'not-needed') return null;
  return {
    follows: session.carried?.from.session ?? '',
    due: {
      session: session.id,
      server: session.target?.name ?? '',
      state: state.state,
      toldOn: state.toldOn,
      publicFrom: state.publicFrom,
      daysLeft: state.daysLeft,
      findings: findingsOf(session)
        .filter((f) => state.findings.some((g) => g.id === f.id))
        .map((f) => ({
          id: f.id,
          title: f.title,
          severity: f.severity,
          days: Object.fromEntries(
            TRACKING.flatMap((key) => (f.tracking[key] === null ? [] : [[key, f.tracking[key]!]])),
          ),
        })),
    },
  };
};

const words = (d: Due): string => {
  switch (d.state) {
    case 'untold':
      return 'the maintainers have not been told: tell them, and keep the day (mcp-audit disclose --told DATE)';
    case 'waiting':
      return `told on ${d.toldOn}; public from ${d.publicFrom}, in ${plural(d.daysLeft, 'day')}`;
    case 'over':
      return `told on ${d.toldOn}; the days ended on ${d.publicFrom}: publish, or say why not yet`;
    default:
      return 'every fix is verified: nothing is held back';
  }
};

/** What is due with maintainers, over all sessions. Exit 1: something is due now, or a session could not be read. */
export const disclosures = (host: Host, o: { json?: boolean | undefined }): number => {
  const today = todayOf(host);
  const unread: { session: string; problem: string }[] = [];
  const found = listSessions(host.dataDir).flatMap((s) => {
    try {
      return dueIn(s.dir, today) ?? [];
    } catch (error) {
      unread.push({ session: s.id, problem: error instanceof Error ? error.message : String(error) });
      return [];
    }
  });
  const followed = new Set(found.map((f) => f.follows));
  const due = found
    .map((f) => f.due)
    .filter((d) => !followed.has(d.session))
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.daysLeft - b.daysLeft);
  if (o.json) json(host, { today, due, unread });
  else {
    if (due.length === 0) host.stdout('No session has a critical or high finding: nothing is due.\n');
    for (const d of due) {
      host.stdout(`${visible(`${d.server}  ${d.session}`)}\n  ${visible(words(d))}\n`);
      for (const f of d.findings) {
        const days = Object.entries(f.days).map(([key, on]) => `${key} ${on}`);
        host.stdout(
          `  ${visible(`${f.id} ${f.severity} ${f.title}${days.length > 0 ? `: ${days.join(', ')}` : ''}`)}\n`,
        );
      }
    }
    for (const u of unread) host.stderr(`${visible(`${u.session} could not be read: ${u.problem}`)}\n`);
  }
  return unread.length > 0 || due.some((d) => d.state === 'untold' || d.state === 'over') ? 1 : 0;
};
