import { numbered, plural } from '../text/plural.ts';
import { clientWords } from './assistance.ts';
import { nameOf } from './auditor.ts';
import { carriedOpen } from './carried.ts';
import type { SessionEvent, Verdict } from './events.ts';
import type { CollectorResult, EvidenceItem } from './evidence.ts';
import { type Finding, missingParts, speaksTo } from './finding.ts';
import { type Check, checksOf, type Methodology, type Section } from './methodology.ts';
import { NOTHING_TRIED, rankedByTrying, type TriedLeads } from './observations.ts';
import { claimWords } from './proposal.ts';
import type { Session } from './session.ts';
import { compareItems } from './standing.ts';
import { verdictWord } from './verdict.ts';

export { verdictWord } from './verdict.ts';

/** Questions screens and reports ask of a session. Pure; nothing here is stored. */

export type Evidence = ReadonlyMap<string, CollectorResult>;
export type EvidenceIndex = ReadonlyMap<string, readonly EvidenceItem[]>;

/** Items by check, most worth reading first. Costs a pass over everything: keep the result while `evidence` is the same. */
export const indexEvidence = (evidence: Evidence, tried: TriedLeads = NOTHING_TRIED): EvidenceIndex => {
  const index = new Map<string, EvidenceItem[]>();
  for (const result of evidence.values())
    for (const item of result.items)
      for (const check of item.checks) {
        const items = index.get(check);
        if (items) items.push(item);
        else index.set(check, [item]);
      }
  for (const [check, items] of index) index.set(check, rankedByTrying(items.sort(compareItems), tried));
  return index;
};

export const verdictOf = (s: Session, check: string): Verdict | null => s.answers.get(check)?.verdict ?? null;

export type Progress = { answered: number; total: number };

/** How many of these checks have a verdict. */
export const progress = (s: Session, checks: readonly Check[]): Progress => ({
  answered: checks.filter((c) => verdictOf(s, c.id) !== null).length,
  total: checks.length,
});

/** Findings, gravest first, then by id. */
export const findingsOf = (s: Session): Finding[] => {
  const order = ['critical', 'high', 'medium', 'low', 'info'];
  return [...s.findings.values()].sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || (a.id < b.id ? -1 : 1),
  );
};

export const findingsOfCheck = (s: Session, check: string): Finding[] =>
  findingsOf(s).filter((f) => speaksTo(f, check));

/** Items of evidence somebody said the worth of: accepted, dismissed, or cited by a finding. */
export const judgedItems = (s: Session): ReadonlySet<string> =>
  new Set([...s.triage.keys(), ...[...s.findings.values()].flatMap((f) => f.evidence)]);

/** The findings that cite an item: it is judged by them, whether or not it was triaged. */
export const raisedAs = (s: Session, item: string): string[] =>
  [...s.findings.values()].filter((f) => f.evidence.includes(item)).map((f) => f.id);

/** How one collector stands in this session, in words that never read as clean when nothing was looked at. */
export const runState = (
  s: Session,
  collector: string,
  busy?: { running: boolean; queued: boolean; loading: boolean; missing: string | undefined },
):
  | 'running'
  | 'queued'
  | 'loading'
  | 'missing'
  | 'not-run'
  | 'collected'
  | 'nothing-found'
  | 'not-applicable'
  | 'unavailable'
  | 'failed' => {
  if (busy?.running) return 'running';
  if (busy?.queued) return 'queued';
  if (busy?.loading) return 'loading';
  if (busy?.missing) return 'missing';
  return (s.runs.get(collector) ?? s.imports.get(collector))?.outcome ?? 'not-run';
};

/** Whether text contains the words; case counts only when a capital is typed. */
export const matchesWords = (words: string, ...texts: readonly string[]): boolean => {
  const exact = /\p{Lu}/u.test(words);
  const haystack = exact ? texts.join('\n') : texts.join('\n').toLowerCase();
  return words.split(/\s+/).every((w) => haystack.includes(exact ? w : w.toLowerCase()));
};

export const sectionsOf = (m: Methodology): Section[] => m.phases.flatMap((p) => p.sections);

/** The next wanted check after `from` (or before it), going round once. Null when none is. */
export const nextCheck = (
  m: Methodology,
  from: string | null,
  step: 1 | -1,
  wanted: (check: string) => boolean,
): string | null => {
  const checks = checksOf(m);
  const start = checks.findIndex((c) => c.id === from);
  for (let n = 1; n <= checks.length; n++) {
    const base = start < 0 ? (step > 0 ? -1 : 0) : start;
    const check = checks[(((base + n * step) % checks.length) + checks.length) % checks.length];
    if (check && wanted(check.id)) return check.id;
  }
  return null;
};

/** The next check without a verdict. */
export const nextOpen = (m: Methodology, s: Session, from: string | null, step: 1 | -1 = 1): string | null =>
  nextCheck(m, from, step, (check) => verdictOf(s, check) === null);

/**
 * Checks in the one order in which their leads are gone through, by whichever key: what was seen for certain first, then
 * what is most worth reading; checks without leads last, as the methodology has them. What was judged does not change it.
 */
export const checksByLeads = (m: Methodology, index: EvidenceIndex): readonly Check[] => {
  const asks = (i: EvidenceItem): boolean => i.kind === 'lead' || i.kind === 'question';
  const certain = (i: EvidenceItem): number => (i.kind === 'lead' && i.strength === 'strong' ? 0 : 1);
  const worth = (a: EvidenceItem, b: EvidenceItem): number => certain(a) - certain(b) || compareItems(a, b);
  const best = new Map(
    checksOf(m).map((c) => [c.id, (index.get(c.id) ?? []).filter(asks).toSorted(worth)[0]]),
  );
  return checksOf(m).toSorted((a, b) => {
    const [x, y] = [best.get(a.id), best.get(b.id)];
    return x && y ? worth(x, y) : Number(!x) - Number(!y);
  });
};

export type Step = { text: string; check?: string; finding?: string; screen?: 'report' | 'evidence' };

/** One sentence that says what to do now, and why. */
export const whatNow = (m: Methodology, s: Session, index: EvidenceIndex): Step => {
  const draft = [...s.drafts.keys()][0];
  if (draft)
    return { text: `Finish the note you began on ${draft}: it is kept, but not recorded.`, check: draft };
  const again = carriedOpen(s).changed[0];
  if (again)
    return {
      text: `Look at ${again.check} again: the earlier audit said ${verdictWord(again.verdict)}, and its evidence is not the same.`,
      check: again.check,
    };
  const failing = checksOf(m).find(
    (c) => verdictOf(s, c.id) === 'fail' && findingsOfCheck(s, c.id).length === 0,
  );
  if (failing)
    return {
      text: `Record a finding for ${failing.id}: it failed, and nothing says how.`,
      check: failing.id,
    };
  const notRun = [...new Set(checksOf(m).flatMap((c) => c.collectors))].filter((c) => !s.runs.has(c));
  if (notRun.length > 0)
    return {
      text: `Gather the evidence: ${plural(notRun.length, 'collector has', 'collectors have')} not run.`,
      screen: 'evidence',
    };
  for (const { id } of checksByLeads(m, index)) {
    if (verdictOf(s, id) !== null) continue;
    const leads = (index.get(id) ?? []).filter(
      (i) =>
        i.kind === 'lead' && i.strength === 'strong' && !s.triage.has(i.id) && raisedAs(s, i.id).length === 0,
    ).length;
    if (leads > 0)
      return {
        text: `Read the ${plural(leads, 'strong lead')} of ${id}: nobody has judged ${numbered(leads, 'it', 'them')} yet.`,
        check: id,
      };
  }
  if (s.review && !s.review.blind)
    return { text: "Say what you think of the author's verdicts: ] goes to the next, R says it." };
  const open = nextOpen(m, s, s.lastCheck);
  if (open) return { text: `Answer ${open}: it is the next check without a verdict.`, check: open };
  const unfinished = findingsOf(s).find((f) => missingParts(f).length > 0);
  if (unfinished)
    return {
      text: `Finish ${unfinished.id}: ${missingParts(unfinished).join(', ')} still to write.`,
      finding: unfinished.id,
    };
  return { text: 'Every check has a verdict: look at the report and write it.', screen: 'report' };
};

/** One line of history for people. */
export const describeEvent = (
  e: SessionEvent,
  titleOf: (item: string) => string | undefined = () => undefined,
): string => {
  const from = e.origin ? ` (proposed as ${e.origin.id}${e.origin.edited ? ', changed' : ''})` : '';
  return `${describeChange(e, titleOf)}${from}`;
};

const describeChange = (e: SessionEvent, titleOf: (item: string) => string | undefined): string => {
  const mark = e.undoes !== undefined ? 'took back: ' : e.redoes !== undefined ? 'did again: ' : '';
  switch (e.type) {
    case 'session.started':
      return `session started on ${e.target.name} at ${e.target.commit.slice(0, 12)}`;
    case 'session.opened':
      return 'session opened again';
    case 'session.closed':
      return 'session closed';
    case 'auditor.named':
      return `auditor is ${e.auditor.name || e.auditor.github || 'unnamed'}`;
    case 'target.addressed':
      return `the repository's address is ${e.url}`;
    case 'server.described':
      return `${mark}server described`;
    case 'network.allowed':
      return e.allowed ? 'network allowed for this session' : 'network no longer allowed';
    case 'advisories.chosen':
      return e.osv ? `advisories are looked up in ${e.osv}` : 'no offline copy of OSV any more';
    case 'check.answered':
      return `${mark}${e.check} ${e.answer ? `${verdictWord(e.answer.verdict)}${e.answer.note ? ` — ${e.answer.note}` : ''}` : 'answer cleared'}`;
    case 'checks.answered': {
      const [first] = e.changes;
      const ids = e.changes.map((c) => c.check).join(', ');
      return `${mark}${ids} ${first?.answer ? `${verdictWord(first.answer.verdict)}${first.answer.note ? ` — ${first.answer.note}` : ''}` : 'answer cleared'}`;
    }
    case 'bookmark.kept':
      return `${mark}bookmark ${e.value ? `kept: ${e.value.words}` : 'removed'}`;
    case 'draft.kept':
      return `${e.check} ${e.text === null ? 'draft dropped' : 'draft kept'}`;
    case 'evidence.collected':
      return `${e.collector}: ${e.outcome}, ${plural(e.counts.lead, 'lead')}, ${e.counts.question ? `${plural(e.counts.question, 'question')}, ` : ''}${plural(e.counts.fact, 'fact')}, ${plural(e.counts.strength, 'strength')}, ${plural(e.counts.gap, 'gap')}`;
    case 'audit.carried':
      return `carried over from ${e.value.from.session}: ${plural(e.value.checks.length, 'check')}, not yet looked at again`;
    case 'carried.confirmed':
      return `${mark}${e.check} ${e.answer ? `carried verdict confirmed: ${verdictWord(e.answer.verdict)}` : 'answer cleared'}`;
    case 'evidence.triaged': {
      const [first] = e.changes;
      const what = first?.triage
        ? `${first.triage.decision}${first.triage.reason ? ` — ${first.triage.reason}` : ''}`
        : 'triage cleared';
      return `${mark}${e.changes.length === 1 ? `"${titleOf(first?.item ?? '') ?? first?.item}"` : plural(e.changes.length, 'item')} ${what}`;
    }
    case 'finding.recorded':
      return `${mark}${e.finding} ${e.value ? `recorded: ${e.value.title}` : 'deleted'}`;
    case 'disclosure.recorded': {
      const { toldOn, channel, early } = e.value;
      const told = toldOn
        ? `maintainers told on ${toldOn}${channel ? ` (${channel})` : ''}`
        : 'maintainers not told';
      return `${mark}${told}${early ? `, public before time: ${early.reason}` : ''}`;
    }
    case 'attachment.added':
      return `${mark}attachment ${e.name} ${e.value ? 'added' : 'removed'}`;
    case 'criterion.rated':
      return e.value
        ? `${mark}${e.criterion} rated ${e.value.value ?? 'as not to be rated'} — ${e.value.reason}`
        : `${mark}${e.criterion}: the proposal stands`;
    case 'results.imported':
      return e.value
        ? `${mark}imported ${e.value.name} of ${e.value.tools.map((t) => t.name).join(', ') || e.value.format}: ${plural(e.value.counts.lead, 'lead')}, ${plural(e.value.counts.gap, 'gap')}`
        : `${mark}import ${e.import} removed`;
    case 'observation.recorded':
      return e.value ? `${mark}${e.value.summary}` : `${mark}observation ${e.observation} removed`;
    case 'proposal.made':
      return `${e.proposal} proposed by ${clientWords(e.voice.client)} (as it calls itself): ${claimWords(e.voice.claim)}`;
    case 'proposal.decided':
      return `${mark}${e.proposal} ${e.value ? `${e.value.decision === 'asked' ? 'asked back' : e.value.decision}${e.value.words ? ` — ${e.value.words}` : ''}` : 'open again'}`;
    case 'assistance.recorded':
      return `with ${e.value.clients.map(clientWords).join(', ') || 'an assistant'}: ${plural(e.value.calls, 'call')}, ${plural(e.value.proposed, 'proposal')}`;
    case 'remark.recorded':
      return `${mark}${e.about}: ${e.value ? `the reviewer ${e.value.stance} — ${e.value.reason}` : 'nothing said any more'}`;
    case 'methodology.moved':
      return `moved to ${e.methodology.id} ${e.methodology.version}${e.changed.length > 0 ? `: ${e.changed.join(', ')} ask anew` : ''}`;
    case 'head.signed':
      return `signed up to event ${e.head.events} (${e.kind.toUpperCase()})`;
    case 'part.joined':
      return `part of ${nameOf(e.auditor)} joined, from event ${e.fork.events} on`;
    case 'review.received':
      return `review by ${nameOf(e.value.reviewer)} received, of event ${e.value.of.events}`;
    case 'remark.answered':
      return `${mark}${e.about}: ${e.value ? `review answered, ${e.value.decision} — ${e.value.reason}` : 'answer to the review taken back'}`;
    case 'report.written':
      return `report ${e.audit} written`;
  }
};

/** Hours with one decimal for people and manifests; at least 0.1 when anything was done. */
export const workedHours = (s: Session): number =>
  s.workedMs === 0 ? 0 : Math.max(0.1, Math.round(s.workedMs / 360_000) / 10);
