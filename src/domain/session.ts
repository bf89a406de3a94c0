// Long, because every event is folded into the session here and nowhere else.

import type { AssistanceRecord } from './assistance.ts';
import type { Head } from './auditor.ts';
import { type AnsweredCheck, type Author, type Authors, authorIn, authorsOfAnswer } from './authors.ts';
import type { Carried } from './carried.ts';
import { type Disclosure, noDisclosure } from './disclosure.ts';
import type {
  Answer,
  Attachment,
  Auditor,
  Bookmark,
  EventBody,
  ImportRecord,
  Rating,
  SessionEvent,
  SessionTarget,
  Triage,
} from './events.ts';
import { byAssistant } from './events.ts';
import type { Outcome } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { ObservationRecord } from './observation.ts';
import { type Decided, type Proposal, withVoice } from './proposal.ts';
import type { Remark, Reply, ReviewOf, ReviewRecord } from './review-record.ts';
import { emptyProfile, type ServerProfile } from './server-profile.ts';

/** A stretch without events longer than this is a break, not work. */
export const PAUSE_MS = 10 * 60 * 1000;

export type { AnsweredCheck, Author };

export type RunRecord = {
  outcome: Outcome;
  counts: { lead: number; question?: number | undefined; fact: number; strength: number; gap: number };
  blob: string;
  at: string;
};

/** An event that can be taken back, and the event that restores what was there before; `was` is who had said that, and when. */
export type Undoable = {
  seq: number;
  inverse: EventBody;
  was?: Authors;
  /** The same where several checks were answered at once. */
  wasOf?: ReadonlyMap<string, Authors>;
  /** What was said to a proposal before, where this is the answer to one. */
  proposal?: { id: string; was: Decided | null; heard: number };
};

export type Session = {
  /** Number of the last event; 0 before `session.started`. */
  seq: number;
  id: string;
  startedAt: string;
  lastAt: string;
  target: SessionTarget | null;
  methodology: { id: string; version: string; sha256: string } | null;
  tool: { name: string; version: string } | null;
  auditor: Auditor;
  /** As the record says; where a session is opened, what was allowed on that machine counts instead (see Local). */
  /** What the auditor says the server is, and who said it last. */
  server: ServerProfile;
  describedBy: Author | null;
  networkAllowed: boolean;
  /** The offline copy of OSV, likewise; null when none was named. */
  osvCopy: string | null;
  answers: Map<string, AnsweredCheck>;
  drafts: Map<string, string>;
  runs: Map<string, RunRecord>;
  triage: Map<string, Triage>;
  /** Who judged an item last, and when. */
  triagedBy: Map<string, Author>;
  findings: Map<string, Finding>;
  attachments: Map<string, Attachment>;
  disclosure: Disclosure;
  /** The auditor's own ratings, by scorecard criterion. */
  ratings: Map<string, Rating>;
  /** Who rated a criterion last, and when. */
  ratedBy: Map<string, Author>;
  /** Results of other tools, by import id, in the order they were taken in. */
  imports: Map<string, ImportRecord & { at: string }>;
  bookmarks: Map<string, Bookmark>;
  /** What was seen of the running server, by observation id, in the order it was seen. */
  observations: Map<string, ObservationRecord & Author>;
  /** What assistants propose, by proposal id, in the order it was taken in. */
  proposals: Map<string, Proposal>;
  /** What was said with assistants, by connection. */
  assistance: Map<string, AssistanceRecord>;
  /** Checks whose verdict was given before they asked for something else: until it is given again. */
  outdated: Set<string>;
  /** Parts of other auditors that were joined, each up to a point of their history. */
  parts: { auditor: Auditor; head: Head; at: string }[];
  /** What it is a review of; null for an audit. */
  review: ReviewOf | null;
  /** In a review, by check or finding: what is said of the author's. */
  remarks: Map<string, Remark & Author>;
  /** Reviews that came back, by the reviewer's session. */
  reviews: Map<string, ReviewRecord>;
  /** The author's answers to them; see {@link replyKey}. */
  replies: Map<string, Reply & Author>;
  /** What an audit of an earlier commit said, and waits to be looked at again; null where this one began afresh. */
  carried: Carried | null;
  reports: { audit: string; sha256: string; at: string }[];
  /** The check last worked on: where the auditor comes back to. */
  lastCheck: string | null;
  workedMs: number;
  /** Every number ever used, so that a deleted finding's id is not given to another. */
  highestFinding: number;
  undo: Undoable[];
  redo: Undoable[];
};

export const emptySession = (): Session => ({
  seq: 0,
  id: '',
  startedAt: '',
  lastAt: '',
  target: null,
  methodology: null,
  tool: null,
  auditor: { name: '', github: '', organization: '', contact: '' },
  server: emptyProfile(),
  describedBy: null,
  networkAllowed: false,
  osvCopy: null,
  answers: new Map(),
  drafts: new Map(),
  runs: new Map(),
  triage: new Map(),
  triagedBy: new Map(),
  findings: new Map(),
  attachments: new Map(),
  disclosure: noDisclosure(),
  ratings: new Map(),
  ratedBy: new Map(),
  imports: new Map(),
  bookmarks: new Map(),
  observations: new Map(),
  proposals: new Map(),
  assistance: new Map(),
  outdated: new Set(),
  parts: [],
  review: null,
  remarks: new Map(),
  reviews: new Map(),
  replies: new Map(),
  carried: null,
  reports: [],
  lastCheck: null,
  workedMs: 0,
  highestFinding: 0,
  undo: [],
  redo: [],
});

const put = <V>(map: Map<string, V>, key: string, value: V | null): void => {
  if (value === null) map.delete(key);
  else map.set(key, value);
};

export const replyKey = (review: string, about: string): string => `${review} ${about}`;

const withoutAuthor = <T extends Author>(value: T | undefined): Omit<T, keyof Author> | null => {
  if (!value) return null;
  const { at: _at, by: _by, ...rest } = value;
  return rest;
};

/** The event that restores what `e` is about to replace; null for events that cannot be taken back. */
const inverseOf = (s: Session, e: SessionEvent): EventBody | null => {
  switch (e.type) {
    case 'check.answered': {
      const was = s.answers.get(e.check);
      return { type: e.type, check: e.check, answer: was ? { verdict: was.verdict, note: was.note } : null };
    }
    case 'checks.answered':
      return {
        type: e.type,
        changes: e.changes.map(({ check }) => {
          const was = s.answers.get(check);
          return { check, answer: was ? { verdict: was.verdict, note: was.note } : null };
        }),
      };
    case 'bookmark.kept':
      return { type: e.type, bookmark: e.bookmark, value: s.bookmarks.get(e.bookmark) ?? null };
    case 'evidence.triaged':
      return {
        type: e.type,
        changes: e.changes.map((c) => ({ item: c.item, triage: s.triage.get(c.item) ?? null })),
      };
    case 'finding.recorded':
      return { type: e.type, finding: e.finding, value: s.findings.get(e.finding) ?? null };
    case 'carried.confirmed': {
      const was = s.answers.get(e.check);
      return {
        type: e.type,
        check: e.check,
        answer: was ? { verdict: was.verdict, note: was.note } : null,
        triage: e.triage.map((c) => ({ item: c.item, triage: s.triage.get(c.item) ?? null })),
      };
    }
    case 'server.described':
      return { type: e.type, value: s.server };
    case 'disclosure.recorded':
      return { type: e.type, value: s.disclosure };
    case 'attachment.added':
      return { type: e.type, name: e.name, value: s.attachments.get(e.name) ?? null };
    case 'criterion.rated':
      return { type: e.type, criterion: e.criterion, value: s.ratings.get(e.criterion) ?? null };
    case 'results.imported': {
      const was = s.imports.get(e.import);
      if (!was) return { type: e.type, import: e.import, value: null };
      const { at: _at, ...value } = was;
      return { type: e.type, import: e.import, value };
    }
    case 'proposal.decided': {
      const was = s.proposals.get(e.proposal)?.decided ?? null;
      return {
        type: e.type,
        proposal: e.proposal,
        value: was && { decision: was.decision, words: was.words },
      };
    }
    case 'observation.recorded': {
      const { type, observation } = e;
      return { type, observation, value: withoutAuthor(s.observations.get(observation)) };
    }
    case 'remark.recorded':
      return { type: e.type, about: e.about, value: withoutAuthor(s.remarks.get(e.about)) };
    case 'remark.answered': {
      const { type, review, about } = e;
      return { type, review, about, value: withoutAuthor(s.replies.get(replyKey(review, about))) };
    }
    default:
      return null;
  }
};

/** The entry is the last one unless the journal was written by hand: keep the common case from being quadratic. */
const without = (stack: Undoable[], seq: number): Undoable[] => {
  if (stack.at(-1)?.seq !== seq) return stack.filter((u) => u.seq !== seq);
  stack.pop();
  return stack;
};

/** The proposal an event answers, takes back the answer to, or answers again, and what was said to it before. */
const answeredProposal = (s: Session, e: SessionEvent): NonNullable<Undoable['proposal']> | null => {
  const id =
    e.origin?.id ?? (e.type === 'proposal.decided' ? e.proposal : restoredBy(s, e)?.proposal?.id) ?? null;
  const known = id === null ? undefined : s.proposals.get(id);
  return known ? { id: known.id, was: known.decided, heard: known.heard } : null;
};

/** Keeps the undo stacks: a decision clears redo; taking back and doing again move an entry across. */
const trackUndo = (s: Session, e: SessionEvent): void => {
  const inverse = inverseOf(s, e);
  if (!inverse) return;
  const was =
    e.type === 'check.answered' || e.type === 'carried.confirmed'
      ? s.answers.get(e.check)
      : e.type === 'criterion.rated'
        ? s.ratedBy.get(e.criterion)
        : undefined;
  const wasOf =
    e.type === 'checks.answered'
      ? new Map(
          e.changes.flatMap(({ check }) => {
            const known = s.answers.get(check);
            return known ? [[check, authorIn(known)] as const] : [];
          }),
        )
      : undefined;
  const answered = answeredProposal(s, e);
  const entry = {
    seq: e.seq,
    inverse,
    ...(was ? { was: authorIn(was) } : {}),
    ...(wasOf ? { wasOf } : {}),
    ...(answered ? { proposal: answered } : {}),
  };
  if (e.undoes !== undefined) {
    s.undo = without(s.undo, e.undoes);
    // What was taken back is done again by the event that this one's inverse describes.
    s.redo.push(entry);
  } else if (e.redoes !== undefined) {
    s.redo = without(s.redo, e.redoes);
    s.undo.push(entry);
  } else {
    s.undo.push(entry);
    s.redo = [];
  }
};

/** What an event takes back or does again, if it does. */
const restoredBy = (s: Session, e: SessionEvent): Undoable | undefined =>
  e.undoes !== undefined
    ? s.undo.findLast((u) => u.seq === e.undoes)
    : e.redoes !== undefined
      ? s.redo.findLast((u) => u.seq === e.redoes)
      : undefined;

/** An answer becomes the one of its check. */
const giveAnswer = (
  s: Session,
  e: SessionEvent,
  { check, answer }: { check: string; answer: Answer | null },
  author: Authors,
): void => {
  // A draft has served when its words became the note. A bare verdict, or undo, must not throw words away.
  if (e.undoes === undefined && e.redoes === undefined)
    if ((answer?.note ?? '') !== (s.answers.get(check)?.note ?? '')) s.drafts.delete(check);
  s.outdated.delete(check);
  const given = { answer, undoes: e.undoes, redoes: e.redoes };
  put(s.answers, check, answer && { ...answer, ...authorsOfAnswer(s.answers.get(check), given, author) });
};

/** A proposal gets its answer with the decision it became; taking that back takes the answer back. */
const answerProposal = (
  s: Session,
  e: SessionEvent,
  restored: Undoable | undefined,
  { at, by }: Authors,
): void => {
  const answer = (id: string, decided: Decided | null, heard?: number): void => {
    const known = s.proposals.get(id);
    if (known) s.proposals.set(id, { ...known, decided, heard: heard ?? known.voices.length });
  };
  if (restored?.proposal) answer(restored.proposal.id, restored.proposal.was, restored.proposal.heard);
  else if (e.origin)
    answer(e.origin.id, {
      decision: 'accepted',
      words: '',
      at,
      by,
      edited: e.origin.edited,
      finding: e.type === 'finding.recorded' ? e.finding : '',
    });
  else if (e.type === 'proposal.decided')
    answer(e.proposal, e.value && { ...e.value, at, by, edited: false, finding: '' });
};

const giveTriage = (
  s: Session,
  changes: readonly { item: string; triage: Triage | null }[],
  { at, by }: Author,
): void => {
  for (const { item, triage } of changes) {
    put(s.triage, item, triage);
    put(s.triagedBy, item, triage && { at, by });
  }
};

/** Changes `s` in place. Only for a session nobody else holds: replay, or the copy made by {@link apply}. */
const mutate = (s: Session, e: SessionEvent): Session => {
  // For what is taken back, whoever had said it before.
  const restored = restoredBy(s, e);
  const now: Authors = { at: e.at, by: e.by };
  const author = restored?.was ?? now;
  trackUndo(s, e);
  s.seq = e.seq;
  // What an assistant does is no work of the person's.
  if (!byAssistant(e)) {
    const gap = s.lastAt === '' || e.type === 'session.opened' ? 0 : Date.parse(e.at) - Date.parse(s.lastAt);
    if (gap > 0 && gap <= PAUSE_MS) s.workedMs += gap;
    s.lastAt = e.at;
  }
  answerProposal(s, e, restored, now);
  switch (e.type) {
    case 'session.started':
      s.id = e.id;
      s.startedAt = e.at;
      s.target = e.target;
      s.methodology = e.methodology;
      s.tool = e.tool;
      s.auditor = e.auditor;
      s.review = e.review ?? null;
      break;
    case 'session.opened':
      break;
    case 'session.closed':
      if (e.check) s.lastCheck = e.check;
      break;
    case 'auditor.named':
      s.auditor = e.auditor;
      break;
    case 'target.addressed':
      if (s.target) s.target = { ...s.target, url: e.url };
      break;
    case 'server.described':
      s.server = e.value;
      s.describedBy = author;
      break;
    case 'network.allowed':
      s.networkAllowed = e.allowed;
      break;
    case 'advisories.chosen':
      s.osvCopy = e.osv;
      break;
    case 'check.answered':
      giveAnswer(s, e, e, author);
      s.lastCheck = e.check;
      break;
    case 'checks.answered':
      for (const change of e.changes) giveAnswer(s, e, change, restored?.wasOf?.get(change.check) ?? now);
      s.lastCheck = e.changes[0]?.check ?? s.lastCheck;
      break;
    case 'bookmark.kept':
      put(s.bookmarks, e.bookmark, e.value);
      break;
    case 'draft.kept':
      put(s.drafts, e.check, e.text);
      s.lastCheck = e.check;
      break;
    case 'evidence.collected':
      s.runs.set(e.collector, { outcome: e.outcome, counts: e.counts, blob: e.blob, at: e.at });
      break;
    case 'evidence.triaged':
      giveTriage(s, e.changes, author);
      break;
    case 'audit.carried':
      s.carried = e.value;
      break;
    case 'carried.confirmed':
      giveAnswer(s, e, e, author);
      giveTriage(s, e.triage, author);
      s.lastCheck = e.check;
      break;
    case 'finding.recorded':
      put(s.findings, e.finding, e.value);
      if (e.value?.checks[0]) s.lastCheck = e.value.checks[0];
      s.highestFinding = Math.max(s.highestFinding, Number(e.finding.slice(2)));
      break;
    case 'disclosure.recorded':
      s.disclosure = e.value;
      break;
    case 'attachment.added':
      put(s.attachments, e.name, e.value);
      break;
    case 'criterion.rated':
      put(s.ratings, e.criterion, e.value);
      put(s.ratedBy, e.criterion, e.value && author);
      break;
    case 'results.imported':
      put(s.imports, e.import, e.value && { ...e.value, at: e.at });
      break;
    case 'observation.recorded':
      put(s.observations, e.observation, e.value && { ...e.value, at: author.at, by: author.by });
      break;
    case 'proposal.made':
      s.proposals.set(e.proposal, withVoice(s.proposals.get(e.proposal), e.proposal, e.voice));
      break;
    case 'proposal.decided':
      break;
    case 'assistance.recorded':
      s.assistance.set(e.connection, e.value);
      break;
    case 'methodology.moved':
      s.methodology = e.methodology;
      s.tool = e.tool;
      for (const check of e.changed) if (s.answers.get(check)?.verdict) s.outdated.add(check);
      break;
    case 'head.signed':
      break;
    case 'part.joined':
      s.parts.push({ auditor: e.auditor, head: e.head, at: e.at });
      break;
    case 'remark.recorded':
      put(s.remarks, e.about, e.value && { ...e.value, at: author.at, by: author.by });
      break;
    case 'review.received':
      s.reviews.set(e.review, e.value);
      break;
    case 'remark.answered':
      put(s.replies, replyKey(e.review, e.about), e.value && { ...e.value, at: author.at, by: author.by });
      break;
    case 'report.written':
      s.reports.push({ audit: e.audit, sha256: e.sha256, at: e.at });
      break;
  }
  return s;
};

const copy = (s: Session): Session => ({
  ...s,
  answers: new Map(s.answers),
  drafts: new Map(s.drafts),
  runs: new Map(s.runs),
  triage: new Map(s.triage),
  triagedBy: new Map(s.triagedBy),
  findings: new Map(s.findings),
  attachments: new Map(s.attachments),
  ratings: new Map(s.ratings),
  ratedBy: new Map(s.ratedBy),
  imports: new Map(s.imports),
  bookmarks: new Map(s.bookmarks),
  observations: new Map(s.observations),
  proposals: new Map(s.proposals),
  assistance: new Map(s.assistance),
  outdated: new Set(s.outdated),
  parts: [...s.parts],
  remarks: new Map(s.remarks),
  reviews: new Map(s.reviews),
  replies: new Map(s.replies),
  reports: [...s.reports],
  undo: [...s.undo],
  redo: [...s.redo],
});

/** Total and pure: any event folds into any session. */
export const apply = (session: Session, event: SessionEvent): Session => mutate(copy(session), event);

/** The same as folding {@link apply}, without a copy per event: 20,000 events resume in tens of milliseconds. */
export const replay = (events: Iterable<SessionEvent>): Session => {
  const session = emptySession();
  for (const event of events) mutate(session, event);
  return session;
};

/** The session as plain JSON, keys sorted: for comparing states and for `status --json`. */
export const toJson = (s: Session): Record<string, unknown> => {
  const sorted = <V>(m: Map<string, V>) =>
    Object.fromEntries([...m].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  return {
    ...s,
    answers: sorted(s.answers),
    drafts: sorted(s.drafts),
    runs: sorted(s.runs),
    triage: sorted(s.triage),
    triagedBy: sorted(s.triagedBy),
    findings: sorted(s.findings),
    attachments: sorted(s.attachments),
    ratings: sorted(s.ratings),
    ratedBy: sorted(s.ratedBy),
    imports: sorted(s.imports),
    bookmarks: sorted(s.bookmarks),
    observations: sorted(s.observations),
    proposals: sorted(s.proposals),
    assistance: sorted(s.assistance),
    outdated: [...s.outdated],
    remarks: sorted(s.remarks),
    reviews: sorted(s.reviews),
    replies: sorted(s.replies),
    undo: s.undo.map((u) => u.seq),
    redo: s.redo.map((u) => u.seq),
  };
};
