import type { SessionEvent, Verdict } from '../domain/events.ts';
import { verdictWord } from '../domain/selectors.ts';
import { PAUSE_MS } from '../domain/session.ts';
import { plural as counted } from '../text/plural.ts';

/** The journal as a reader of the audit may see it: plain text, drafts and superseded notes left out. */
export type LogEntry = { seq: number; at: string; check: string | null; text: string };

/** Events that say something about the audit; opening, closing and writing the report do not change what it found. */
export const isWork = (e: SessionEvent): boolean =>
  e.type !== 'session.opened' &&
  e.type !== 'session.closed' &&
  e.type !== 'report.written' &&
  e.type !== 'bookmark.kept';

const checkOf = (e: SessionEvent): string | null => {
  if (e.type === 'check.answered' || e.type === 'draft.kept') return e.check;
  if (e.type === 'finding.recorded') return e.value?.checks[0] ?? null;
  return e.type === 'attachment.added' ? (e.value?.check ?? null) : null;
};

/** Milliseconds of work that led to each check's events; a gap over the pause limit is a break. */
export const timeByCheck = (events: readonly SessionEvent[]): Map<string, number> => {
  const spent = new Map<string, number>();
  let before: SessionEvent | undefined;
  for (const e of events) {
    const check = checkOf(e);
    const gap = before && e.type !== 'session.opened' ? Date.parse(e.at) - Date.parse(before.at) : 0;
    if (check !== null && gap > 0 && gap <= PAUSE_MS) spent.set(check, (spent.get(check) ?? 0) + gap);
    before = e;
  }
  return spent;
};

/** `titles` name evidence items by id, as far as they are known. */
export const workLog = (events: readonly SessionEvent[], titles: ReadonlyMap<string, string>): LogEntry[] => {
  const verdicts = new Map<string, Verdict | null>();
  const recorded = new Set<string>();
  const log: LogEntry[] = [];
  for (const e of events) {
    const again = e.undoes !== undefined ? ' (taken back)' : e.redoes !== undefined ? ' (done again)' : '';
    const say = (text: string, check = checkOf(e)) =>
      log.push({ seq: e.seq, at: e.at, check, text: `${text}${again}` });
    const sayAnswer = (check: string, now: Verdict | null) => {
      const was = verdicts.get(check) ?? null;
      verdicts.set(check, now);
      say(
        was === now
          ? `${check}: note revised, verdict stays ${verdictWord(now)}`
          : was === null
            ? `${check}: ${verdictWord(now)}`
            : `${check}: verdict changed from ${verdictWord(was)} to ${verdictWord(now)}`,
        check,
      );
    };
    switch (e.type) {
      case 'session.started':
        say(
          `audit started at commit ${e.target.commit}, with ${e.methodology.id} ${e.methodology.version} and ${e.tool.name} ${e.tool.version}`,
        );
        break;
      case 'session.opened':
        say('work resumed');
        break;
      case 'session.closed':
        say('work paused');
        break;
      case 'server.described':
        say('what the server is recorded');
        break;
      case 'network.allowed':
        say(e.allowed ? 'network access allowed for the tools' : 'network access withdrawn');
        break;
      case 'advisories.chosen':
        say(
          e.osv
            ? 'an offline copy of OSV named for looking dependencies up'
            : 'no offline copy of OSV any more',
        );
        break;
      case 'check.answered':
        sayAnswer(e.check, e.answer?.verdict ?? null);
        break;
      case 'checks.answered':
        for (const { check, answer } of e.changes) sayAnswer(check, answer?.verdict ?? null);
        break;
      case 'evidence.collected':
        say(
          `collector ${e.collector}: ${e.outcome} (${counted(e.counts.lead, 'lead')}, ${counted(e.counts.fact, 'fact')}, ${counted(e.counts.strength, 'strength')}, ${counted(e.counts.gap, 'gap')})`,
        );
        break;
      case 'evidence.triaged':
        for (const { item, triage } of e.changes) {
          const name = titles.get(item) ? `${item} "${titles.get(item)}"` : item;
          say(
            triage === null
              ? `evidence ${name}: back to undecided`
              : `evidence ${name}: ${triage.decision}${triage.reason ? `, because ${triage.reason}` : ''}`,
          );
        }
        break;
      case 'finding.recorded':
        say(
          e.value === null
            ? `finding ${e.finding} deleted`
            : `finding ${e.finding} ${recorded.has(e.finding) ? 'revised' : 'recorded'} for ${e.value.checks.join(', ')}, ${e.value.severity}: ${e.value.title}`,
        );
        if (e.value) recorded.add(e.finding);
        break;
      case 'attachment.added':
        say(
          e.value === null
            ? `attachment ${e.name} removed`
            : `attachment ${e.name} added (${e.value.bytes} bytes, sha256 ${e.value.sha256})`,
        );
        break;
      case 'observation.recorded':
        say(
          e.value === null ? `observation ${e.observation} removed` : `server observed: ${e.value.summary}`,
        );
        break;
    }
  }
  return log;
};
