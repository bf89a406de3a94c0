// Long, because every command is decided here and nowhere else.
import { withoutEnd } from '../text/ends.ts';
import type { AssistanceRecord } from './assistance.ts';
import type { Carried } from './carried.ts';
import { carryOver, confirmCarried, judgeFate } from './decide-carried.ts';
import { acceptProposal, decideProposal, keepAssistance, takeInProposal } from './decide-proposal.ts';
import { graveFindings } from './disclosure.ts';
import type {
  Answer,
  Attachment,
  Auditor,
  Bookmark,
  EventBody,
  FromProposal,
  ImportRecord,
  Rating,
  Triage,
  Verdict,
} from './events.ts';
import { eventBody } from './events.ts';
import type { Location } from './evidence.ts';
import { afterChange, type FateVerdict, type Finding, missingParts } from './finding.ts';
import { findCheck, type Methodology } from './methodology.ts';
import type { ObservationRecord } from './observation.ts';
import type { Voice } from './proposal.ts';
import { remarkRefusal } from './review.ts';
import type { Remark, Reply, ReviewRecord } from './review-record.ts';
import { same } from './same.ts';
import { vectorProblem } from './scoring/cvss.ts';
import { type ServerProfile, serverProfile, wrongWord } from './server-profile.ts';
import { replyKey, type Session } from './session.ts';
import type { HeadSignature } from './signature.ts';

/** What an auditor can ask of a session. Each command becomes at most one event, or a refusal with a reason. */
export type Command =
  | { type: 'answer'; check: string; verdict?: Verdict | null; note?: string }
  /** Every one of these checks that has no verdict yet; a note that is there stays, with the reason behind it. */
  | { type: 'answer-open'; checks: readonly string[]; verdict: Verdict; note: string }
  | { type: 'keep-bookmark'; bookmark: string; value: Bookmark | null }
  | { type: 'keep-draft'; check: string; text: string | null }
  | { type: 'triage'; items: string[]; triage: Triage | null }
  | { type: 'record-finding'; finding: Finding }
  /** What the auditor says became of a finding of an earlier audit, and where that is seen; `on` is the day. */
  | {
      type: 'judge-fate';
      finding: string;
      verdict: FateVerdict | null;
      note: string;
      on: string;
      locations?: Location[];
      fixedBy?: string | null;
    }
  | { type: 'delete-finding'; finding: string }
  | { type: 'review-finding'; finding: string; reviewed: boolean }
  | { type: 'tell-maintainers'; toldOn: string | null; channel: string }
  /** The auditor's word that the report may be public now, for all grave findings there are; '' takes it back. */
  | { type: 'acknowledge-publication'; reason: string }
  | { type: 'attach'; name: string; attachment: Attachment | null }
  | { type: 'rate'; criterion: string; rating: Rating | null }
  | { type: 'import-results'; import: string; value: ImportRecord | null }
  | { type: 'record-observation'; observation: string; value: ObservationRecord | null }
  | { type: 'name-auditor'; auditor: Auditor }
  | { type: 'address-target'; url: string }
  /** Parts that are left out stay as they are. */
  | { type: 'describe-server'; server: Partial<ServerProfile> }
  | { type: 'allow-network'; allowed: boolean }
  | { type: 'choose-advisories'; osv: string | null }
  /** A proposal, or one more voice for it, from where an assistant left it. */
  | { type: 'take-in-proposal'; proposal: string; voice: Voice }
  | { type: 'keep-assistance'; connection: string; value: AssistanceRecord }
  /** The command a proposal comes to, as the person gives it: theirs, with its origin. Null where it changes nothing of the audit. */
  | { type: 'accept-proposal'; proposal: string; command: Command | null; edited: boolean }
  /** null: it is open again. */
  | { type: 'decide-proposal'; proposal: string; decision: 'rejected' | 'asked' | null; words: string }
  | { type: 'carry'; value: Carried }
  /** A carried verdict (by its check), rating (by its criterion), or `server`: as this audit's own. */
  | { type: 'confirm-carried'; what: string }
  | { type: 'report-written'; audit: string; sha256: string }
  /** In a review of `of`: what is said of the author's verdict or finding; null takes it back. */
  | { type: 'remark'; about: string; remark: Remark | null; of: Session }
  | ({ type: 'move-methodology' } & Omit<Extract<EventBody, { type: 'methodology.moved' }>, 'type'>)
  | ({ type: 'sign-head' } & HeadSignature)
  | ({ type: 'join-part' } & Omit<Extract<EventBody, { type: 'part.joined' }>, 'type'>)
  | { type: 'receive-review'; review: string; value: ReviewRecord }
  | { type: 'reply'; review: string; about: string; reply: Reply | null }
  | { type: 'close'; check: string | null }
  | { type: 'undo' }
  | { type: 'redo' };

/** An expected "no", shown in place. `hint` says what to do instead. */
export type Refusal = { refused: string; hint: string };
export type Decision =
  | { event: EventBody; undoes?: number; redoes?: number; origin?: FromProposal }
  | Refusal;

export const isRefusal = <T extends object>(d: T | Refusal): d is Refusal => 'refused' in d;

const refuse = (refused: string, hint: string): Refusal => ({ refused, hint });

/** The event, or what is wrong with it. */
const checked = (event: EventBody): Decision => {
  const parsed = eventBody.safeParse(event);
  if (parsed.success) return { event };
  const issue = parsed.error.issues[0];
  return refuse(`it cannot be recorded: ${issue?.path.join('.')}: ${issue?.message}`, 'correct that part');
};

const unchanged = refuse('nothing changed', 'the record already says so');

const isFileName = (name: string): boolean =>
  name.length <= 120 &&
  /^[^/\\\p{Cc}\p{Cf}]+$/u.test(name) &&
  !/^\.{1,2}$/.test(name) &&
  name.trim() === name;

/** The next free finding id; a deleted finding's id is not used again. */
export const nextFindingId = (s: Pick<Session, 'highestFinding'>): string =>
  `F-${String(s.highestFinding + 1).padStart(2, '0')}`;

/**
 * Whether a command is allowed in this session, and the event that records it. Pure and total: bad input is a
 * {@link Refusal}, never an exception.
 */
export const decide = (session: Session, methodology: Methodology, command: Command): Decision => {
  const unknownCheck = (id: string): Refusal | null =>
    findCheck(methodology, id)
      ? null
      : refuse(
          `there is no check ${id} in ${methodology.id} ${methodology.version}`,
          'mcp-audit status lists them',
        );

  switch (command.type) {
    case 'answer': {
      const unknown = unknownCheck(command.check);
      if (unknown) return unknown;
      const was = session.answers.get(command.check);
      const verdict = command.verdict === undefined ? (was?.verdict ?? null) : command.verdict;
      const note = (command.note === undefined ? (was?.note ?? '') : command.note).trim();
      if (verdict === 'not-applicable' && note === '')
        return refuse(
          `not applicable needs a reason for ${command.check}`,
          'say why this check does not apply to this server',
        );
      const answer = verdict === null && note === '' ? null : { verdict, note };
      // A verdict that was given before its check asked for something else is confirmed by giving it again.
      const confirms =
        answer !== null && command.verdict !== undefined && session.outdated.has(command.check);
      if (same(answer, was ? { verdict: was.verdict, note: was.note } : null) && !confirms) {
        // Saving the note as it was ends the draft all the same.
        const ends = command.note !== undefined && session.drafts.has(command.check);
        return ends ? { event: { type: 'draft.kept', check: command.check, text: null } } : unchanged;
      }
      return { event: { type: 'check.answered', check: command.check, answer } };
    }
    case 'answer-open': {
      const unknown = command.checks.map(unknownCheck).find((r) => r !== null);
      if (unknown) return unknown;
      const note = command.note.trim();
      if (command.verdict === 'not-applicable' && note === '')
        return refuse('not applicable needs a reason', 'say why these checks do not apply to this server');
      const changes = command.checks
        .filter((check) => (session.answers.get(check)?.verdict ?? null) === null)
        .map((check): { check: string; answer: Answer } => {
          const was = session.answers.get(check)?.note ?? '';
          return { check, answer: { verdict: command.verdict, note: was === '' ? note : `${was}\n${note}` } };
        });
      if (changes.length === 0)
        return refuse(
          'every check of these has a verdict',
          'a verdict that is there is changed check by check',
        );
      return { event: { type: 'checks.answered', changes } };
    }
    case 'keep-bookmark': {
      if (same(session.bookmarks.get(command.bookmark) ?? null, command.value)) return unchanged;
      const event = { type: 'bookmark.kept', bookmark: command.bookmark, value: command.value } as const;
      if (!eventBody.safeParse(event).success)
        return refuse('that place cannot be kept', 'choose a check, a line of evidence or lines of a file');
      return { event };
    }
    case 'keep-draft': {
      const unknown = unknownCheck(command.check);
      if (unknown) return unknown;
      if ((session.drafts.get(command.check) ?? null) === command.text) return unchanged;
      return { event: { type: 'draft.kept', check: command.check, text: command.text } };
    }
    case 'triage': {
      if (command.items.length === 0) return refuse('no evidence item was named', 'choose an item first');
      if (command.triage?.decision === 'dismissed' && command.triage.reason.trim() === '')
        return refuse('dismissing needs a reason', 'say why this is not a problem here');
      if (command.triage?.decision === 'answered' && command.triage.reason.trim() === '')
        return refuse('a question is answered in words', 'say what you found out there');
      const changes = command.items
        .filter((item) => !same(session.triage.get(item) ?? null, command.triage))
        .map((item) => ({ item, triage: command.triage }));
      if (changes.length === 0) return unchanged;
      return { event: { type: 'evidence.triaged', changes } };
    }
    case 'record-finding': {
      const unknown = command.finding.checks.map(unknownCheck).find((r) => r !== null);
      if (unknown) return unknown;
      const finding = afterChange(session.findings.get(command.finding.id), command.finding);
      if (finding.title.trim() === '')
        return refuse('a finding needs a title', 'name the weakness in one line');
      for (const version of ['4.0', '3.1'] as const) {
        const vector = version === '4.0' ? finding.scores.cvss40 : finding.scores.cvss31;
        const problem = vector === '' ? null : vectorProblem(vector, version);
        // An incomplete vector must never become a score: it would read as harmless.
        if (problem)
          return refuse(
            `the CVSS ${version} vector is not complete: ${problem}`,
            'choose every base metric, or clear the vector',
          );
      }
      const unfinished = finding.reviewed ? missingParts(finding) : [];
      if (unfinished.length > 0)
        return refuse(
          `${finding.id} cannot be reviewed yet: ${unfinished.join(', ')} still to fill`,
          'fill them first: a review is of the whole text',
        );
      if (finding.positive && finding.severity !== 'info')
        return refuse('a positive finding has severity info', 'set severity: info, or positive: false');
      const event = { type: 'finding.recorded', finding: finding.id, value: finding } as const;
      const parsed = eventBody.safeParse(event);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return refuse(
          `the finding is not complete: ${issue?.path.slice(1).join('.')}: ${issue?.message}`,
          'correct that field',
        );
      }
      if (same(session.findings.get(finding.id) ?? null, finding)) return unchanged;
      return { event };
    }
    case 'judge-fate':
      return judgeFate(session, command, (finding) =>
        decide(session, methodology, { type: 'record-finding', finding }),
      );
    case 'delete-finding':
      if (!session.findings.has(command.finding))
        return refuse(`there is no finding ${command.finding}`, 'the Findings screen lists them');
      return { event: { type: 'finding.recorded', finding: command.finding, value: null } };
    case 'review-finding': {
      const finding = session.findings.get(command.finding);
      if (!finding) return refuse(`there is no finding ${command.finding}`, 'the Findings screen lists them');
      return decide(session, methodology, {
        type: 'record-finding',
        finding: { ...finding, reviewed: command.reviewed },
      });
    }
    case 'tell-maintainers': {
      const value = { ...session.disclosure, toldOn: command.toldOn, channel: command.channel.trim() };
      const event = { type: 'disclosure.recorded', value } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(`"${command.toldOn}" is no day of the calendar`, 'write it as YYYY-MM-DD');
      return same(session.disclosure, value) ? unchanged : { event };
    }
    case 'acknowledge-publication': {
      const reason = command.reason.trim();
      const findings = graveFindings(session).map((f) => f.id);
      if (reason !== '' && findings.length === 0)
        return refuse('no finding is critical or high: nothing holds the report back', 'write the report');
      const early = reason === '' ? null : { reason, findings };
      const value = { ...session.disclosure, early };
      return same(session.disclosure, value) ? unchanged : { event: { type: 'disclosure.recorded', value } };
    }
    case 'attach': {
      if (!isFileName(command.name))
        return refuse(
          `${JSON.stringify(command.name)} cannot name an attachment`,
          'a plain file name without folders, 120 characters at most: it goes into artifacts/',
        );
      if (same(session.attachments.get(command.name) ?? null, command.attachment)) return unchanged;
      const event = { type: 'attachment.added', name: command.name, value: command.attachment } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(`the attachment ${command.name} is not complete`, 'attach the file again');
      return { event };
    }
    case 'rate': {
      const criteria = methodology.scorecard.dimensions.flatMap((d) => d.criteria.map((c) => c.id));
      if (!criteria.includes(command.criterion))
        return refuse(
          `there is no criterion ${command.criterion} in ${methodology.id} ${methodology.version}`,
          `one of: ${criteria.join(', ')}`,
        );
      const reason = command.rating?.reason.trim() ?? '';
      if (command.rating && reason === '')
        return refuse(`a rating of ${command.criterion} needs a reason`, 'say in a few words why');
      const value = command.rating && { value: command.rating.value, reason };
      if (same(session.ratings.get(command.criterion) ?? null, value)) return unchanged;
      const event = { type: 'criterion.rated', criterion: command.criterion, value } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(
          `${command.rating?.value} is no rating`,
          '0 (critical) to 4 (excellent), or null: not rated',
        );
      return { event };
    }
    case 'import-results': {
      const was = session.imports.get(command.import);
      // The same file read in the same way is the same import, whatever it is called and however often it is given.
      const known = was && command.value && was.sha256 === command.value.sha256;
      if ((!was && !command.value) || (known && was.blob === command.value?.blob)) return unchanged;
      const event = { type: 'results.imported', import: command.import, value: command.value } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(`the import ${command.import} is not complete`, 'import the file again');
      return { event };
    }
    case 'record-observation': {
      const was = session.observations.get(command.observation);
      if (!was && !command.value) return unchanged;
      const event = {
        type: 'observation.recorded',
        observation: command.observation,
        value: command.value,
      } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(`the observation ${command.observation} is not complete`, 'look at the server again');
      return { event };
    }
    case 'name-auditor': {
      if (same(session.auditor, command.auditor)) return unchanged;
      const event = { type: 'auditor.named', auditor: command.auditor } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(
          `"${command.auditor.github}" is not a GitHub user name`,
          'letters, digits and single hyphens, 39 at most: it names the submission folder',
        );
      return { event };
    }
    case 'address-target': {
      const url = withoutEnd(command.url.trim().replace(/\.git$/, ''), '/');
      if (session.target?.url === url) return unchanged;
      const event = { type: 'target.addressed', url } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(
          `"${command.url}" is no public address of a repository`,
          'write it as https://host/owner/name',
        );
      return { event };
    }
    case 'describe-server': {
      const given = Object.fromEntries(
        Object.entries(command.server).filter(
          ([part, v]) => v !== undefined && v !== session.server[part as keyof ServerProfile],
        ),
      );
      const wrong = wrongWord(given);
      if (wrong)
        return refuse(
          `"${wrong.said.slice(0, 60)}" is no ${wrong.part === 'dataSensitivity' ? 'data sensitivity' : wrong.part} that the database knows`,
          `one of ${wrong.words.join(', ')}; or leave it empty, and it is proposed from the evidence`,
        );
      const parsed = serverProfile.safeParse({ ...session.server, ...given });
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return refuse(
          `what the server is cannot be recorded: ${issue?.path.join('.')}: ${issue?.message}`,
          'correct that part',
        );
      }
      if (same(session.server, parsed.data)) return unchanged;
      return { event: { type: 'server.described', value: parsed.data } };
    }
    case 'allow-network':
      if (session.networkAllowed === command.allowed) return unchanged;
      return { event: { type: 'network.allowed', allowed: command.allowed } };
    case 'choose-advisories': {
      const osv = command.osv?.trim() || null;
      if (session.osvCopy === osv) return unchanged;
      if (osv !== null && osv.length > 4096)
        return refuse('that is too long to be a path', 'name a folder or zip file with OSV records');
      // Where it lies is this machine's affair: the record travels.
      return {
        event: { type: 'advisories.chosen', osv: osv && (osv.split(/[/\\]+/).findLast(Boolean) ?? osv) },
      };
    }
    case 'take-in-proposal':
      return takeInProposal(session, command.proposal, command.voice);
    case 'keep-assistance':
      return keepAssistance(session, command.connection, command.value);
    case 'accept-proposal':
      return acceptProposal(session, command, (inner) => decide(session, methodology, inner));
    case 'decide-proposal':
      return decideProposal(session, command);
    case 'carry':
      return carryOver(session, command.value);
    case 'confirm-carried':
      return confirmCarried(session, methodology, command.what);
    case 'report-written': {
      const event = { type: 'report.written', audit: command.audit, sha256: command.sha256 } as const;
      if (!eventBody.safeParse(event).success)
        return refuse(`"${command.sha256}" is not a sha256`, 'write the report again');
      return { event };
    }
    case 'remark': {
      const { about, remark } = command;
      const refused = remarkRefusal(session, command.of, methodology, about);
      if (refused) return refused;
      if (remark && remark.reason.trim() === '')
        return refuse(`a word of why is missing for ${about}`, 'say in a sentence what it rests on');
      const value = remark && { stance: remark.stance, reason: remark.reason.trim() };
      const was = session.remarks.get(about);
      if (same(was ? { stance: was.stance, reason: was.reason } : null, value)) return unchanged;
      return checked({ type: 'remark.recorded', about, value });
    }
    case 'move-methodology': {
      const { type: _type, ...moved } = command;
      return checked({ type: 'methodology.moved', ...moved });
    }
    case 'sign-head': {
      const { type: _type, ...signed } = command;
      return checked({ type: 'head.signed', ...signed });
    }
    case 'join-part': {
      const { type: _type, ...part } = command;
      return checked({ type: 'part.joined', ...part });
    }
    case 'receive-review': {
      const { review, value } = command;
      if (same(session.reviews.get(review) ?? null, value)) return unchanged;
      return checked({ type: 'review.received', review, value });
    }
    case 'reply': {
      const { review, about, reply } = command;
      const said = session.reviews.get(review)?.subjects.find((r) => r.about === about);
      if (!said)
        return refuse(`review ${review} says nothing of ${about}`, 'mcp-audit status lists what it says');
      if (said.stance === 'agrees')
        return refuse(
          `review ${review} agrees on ${about}: there is nothing to answer`,
          'answer what it objects to or asks',
        );
      if (reply && reply.reason.trim() === '')
        return refuse(`an answer on ${about} needs words`, 'say what was changed, or why it stands');
      const value = reply && { decision: reply.decision, reason: reply.reason.trim() };
      const was = session.replies.get(replyKey(review, about));
      if (same(was ? { decision: was.decision, reason: was.reason } : null, value)) return unchanged;
      return checked({ type: 'remark.answered', review, about, value });
    }
    case 'close': {
      // Leaving is never refused: a place that no longer exists is only not remembered.
      const check = command.check !== null && findCheck(methodology, command.check) ? command.check : null;
      return { event: { type: 'session.closed', check } };
    }
    case 'undo': {
      const last = session.undo.at(-1);
      return last
        ? { event: last.inverse, undoes: last.seq }
        : refuse('nothing to undo', 'verdicts, notes, findings and triage can be taken back');
    }
    case 'redo': {
      const last = session.redo.at(-1);
      return last
        ? { event: last.inverse, redoes: last.seq }
        : refuse('nothing to redo', 'undo something first');
    }
  }
};
