import { nameOf } from '../domain/auditor.ts';
import { byAssistant, type SessionEvent, type Verdict } from '../domain/events.ts';
import { same } from '../domain/same.ts';
import { verdictWord } from '../domain/selectors.ts';
import { PAUSE_MS, type Session } from '../domain/session.ts';
import { plural as counted } from '../text/plural.ts';
import { type AuthorOf, shownName } from './authors.ts';

/**
 * The journal as a reader of the audit may see it: what was decided, in order. What was withdrawn is told as that and no more:
 * no draft, no earlier wording, no word of a finding, a reason or a file that no longer stands, since nobody vouches for it.
 */
export type LogEntry = { seq: number; at: string; check: string | null; by: string; text: string };

/** Events that say something about the audit; opening, closing and writing the report do not change what it found. */
export const isWork = (e: SessionEvent): boolean =>
  e.type !== 'session.opened' &&
  e.type !== 'session.closed' &&
  e.type !== 'report.written' &&
  e.type !== 'head.signed' &&
  e.type !== 'bookmark.kept' &&
  !byAssistant(e);

const checkOf = (e: SessionEvent): string | null => {
  if (e.type === 'check.answered' || e.type === 'carried.confirmed' || e.type === 'draft.kept')
    return e.check;
  if (e.type === 'finding.recorded') return e.value?.checks[0] ?? null;
  return e.type === 'attachment.added' ? (e.value?.check ?? null) : null;
};

/** Milliseconds of work that led to each check's events; a gap over the pause limit is a break. */
export const timeByCheck = (events: readonly SessionEvent[]): Map<string, number> => {
  const spent = new Map<string, number>();
  let before: SessionEvent | undefined;
  for (const e of events) {
    if (byAssistant(e)) continue;
    const check = checkOf(e);
    const gap = before && e.type !== 'session.opened' ? Date.parse(e.at) - Date.parse(before.at) : 0;
    if (check !== null && gap > 0 && gap <= PAUSE_MS) spent.set(check, (spent.get(check) ?? 0) + gap);
    before = e;
  }
  return spent;
};

type Known = {
  /** As it stands at the end: what an event says beside that was withdrawn. */
  session: Session;
  /** Titles of evidence items by id, as far as they are known. */
  titles: ReadonlyMap<string, string>;
  /** How the report names a finding that stands, by its id in the session. */
  tags: ReadonlyMap<string, string>;
  authorOf: AuthorOf;
};

type Triaged = Extract<SessionEvent, { type: 'evidence.triaged' }>;

/** Items of one decision in one sentence. Why something was dismissed stands with the dismissals. */
const triageWords = ({ changes }: Triaged, { session, titles }: Known): string => {
  const [first] = changes;
  const triage = first?.triage ?? null;
  const name = titles.get(first?.item ?? '');
  const what =
    changes.length === 1
      ? `evidence ${first!.item}${name ? ` "${name}"` : ''}`
      : `${counted(changes.length, 'evidence item')} (${changes.map((c) => c.item).join(', ')})`;
  if (triage === null) return `${what}: back to undecided`;
  const stands = changes.every((c) => same(session.triage.get(c.item) ?? null, c.triage));
  const because = triage.decision === 'accepted' && triage.reason !== '' ? `, because ${triage.reason}` : '';
  return `${what}: ${triage.decision}${stands ? because : ', decided anew later'}`;
};

export const workLog = (events: readonly SessionEvent[], known: Known): LogEntry[] => {
  const { session, tags, authorOf } = known;
  const verdicts = new Map<string, Verdict | null>();
  const recorded = new Set<string>();
  const log: LogEntry[] = [];
  // A session is opened before it is known by whom: whoever does what it was opened for.
  const byOf = (e: SessionEvent, next: SessionEvent | undefined): string => {
    if (e.type !== 'session.opened' || !next) return authorOf(e.by, e.at);
    return next.type === 'auditor.named'
      ? shownName(next.auditor) || authorOf(next.by, next.at)
      : authorOf(next.by, next.at);
  };
  /** What is said again by the same person is said once: an editor saves every field. */
  const repeats = new Map<LogEntry, { text: string; times: number }>();
  for (const [n, e] of events.entries()) {
    const again = e.undoes !== undefined ? ' (taken back)' : e.redoes !== undefined ? ' (done again)' : '';
    const from = e.origin
      ? `, as an assistant proposed (${e.origin.id}${e.origin.edited ? ', in other words' : ''})`
      : '';
    const say = (said: string, check = checkOf(e)) => {
      const text = `${said}${from}${again}`;
      const by = byOf(e, events[n + 1]);
      const last = log.at(-1);
      const repeat = last && repeats.get(last);
      if (last && repeat && repeat.text === text && last.by === by) {
        repeat.times += 1;
        last.text = `${text} (${repeat.times} times)`;
        return;
      }
      const entry = { seq: e.seq, at: e.at, check, by, text };
      repeats.set(entry, { text, times: 1 });
      log.push(entry);
    };
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
      case 'audit.carried':
        say(
          `what the audit of commit ${e.value.from.commit} said laid beside this one: nothing of it counts until it was looked at again`,
        );
        break;
      case 'carried.confirmed':
        sayAnswer(e.check, e.answer?.verdict ?? null);
        break;
      case 'evidence.collected':
        say(
          `collector ${e.collector}: ${e.outcome} (${counted(e.counts.lead, 'lead')}, ${e.counts.question ? `${counted(e.counts.question, 'question')}, ` : ''}${counted(e.counts.fact, 'fact')}, ${counted(e.counts.strength, 'strength')}, ${counted(e.counts.gap, 'gap')})`,
        );
        break;
      case 'evidence.triaged':
        say(triageWords(e, known));
        break;
      case 'finding.recorded': {
        const stands = session.findings.has(e.finding);
        const name = `finding ${tags.get(e.finding) ?? e.finding}`;
        say(
          e.value === null
            ? `${name} withdrawn`
            : `${name} ${recorded.has(e.finding) ? 'revised' : `recorded for ${e.value.checks.join(', ')}`}${stands ? '' : ', withdrawn later'}`,
        );
        if (e.value) recorded.add(e.finding);
        break;
      }
      case 'criterion.rated':
        say(
          e.value ? `criterion ${e.criterion} rated` : `criterion ${e.criterion}: back to what is proposed`,
        );
        break;
      case 'results.imported':
        say(
          e.value === null || !session.imports.has(e.import)
            ? `results of another tool ${e.value === null ? 'removed' : 'imported, removed later'}`
            : `results imported: ${e.value.name} (sha256 ${e.value.sha256})`,
        );
        break;
      case 'attachment.added':
        say(
          e.value === null
            ? 'an attachment removed'
            : session.attachments.get(e.name)?.sha256 === e.value.sha256
              ? `attachment ${e.name} added (${e.value.bytes} bytes, sha256 ${e.value.sha256})`
              : 'an attachment added, removed or replaced later',
        );
        break;
      case 'proposal.made':
        say(`an assistant proposed a ${e.voice.claim.kind}`);
        break;
      case 'proposal.decided':
        say(
          `proposal ${e.proposal} of an assistant: ${e.value === null ? 'open again' : e.value.decision === 'asked' ? 'asked back' : e.value.decision}`,
        );
        break;
      case 'methodology.moved':
        say(
          `moved to ${e.methodology.id} ${e.methodology.version}, with ${e.tool.name} ${e.tool.version}${e.changed.length > 0 ? `; asked anew: ${e.changed.join(', ')}` : ''}`,
        );
        break;
      case 'part.joined':
        say(
          `part of ${nameOf(e.auditor)} joined: what follows by ${nameOf(e.auditor)} was decided there, from event ${e.fork.events} of this history on`,
        );
        break;
      case 'review.received':
        say(
          `review by ${nameOf(e.value.reviewer)} received, of the first ${counted(e.value.of.events, 'event')}`,
        );
        break;
      case 'remark.answered':
        say(`answer to a review on ${tags.get(e.about) ?? e.about} ${e.value ? 'given' : 'withdrawn'}`);
        break;
      case 'remark.recorded':
        say(`remark on ${tags.get(e.about) ?? e.about} ${e.value ? 'made' : 'withdrawn'}`);
        break;
      case 'observation.recorded':
        say(
          e.value === null
            ? 'an observation of the running server removed'
            : session.observations.has(e.observation)
              ? `server observed: ${e.value.summary}`
              : 'server observed, removed later',
        );
        break;
    }
  }
  return log;
};
