import { type AnswersFile, answersFile } from '../domain/answers-file.ts';
import { type Command, decide, isRefusal, type Refusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { firstProblem } from '../domain/finding-input.ts';
import { noReview, reviewMeant } from '../domain/review.ts';
import { atVerdict } from '../domain/scrutiny.ts';
import { indexEvidence } from '../domain/selectors.ts';
import type { ServerProfile } from '../domain/server-profile.ts';
import { yamlValue } from '../domain/yaml-value.ts';
import { itemsNamed } from '../engine/locate.ts';
import type { Store } from '../engine/store.ts';
import { readInputFile, readStandardInput } from '../io/input-file.ts';
import { type AnsweredFinding, recordFindings } from './answer-findings.ts';

const MAX_BYTES = 8 * 1024 * 1024;

export type Answered = {
  recorded: number;
  unchanged: number;
  refused: { what: string; why: string; hint: string }[];
  /** Checks the file settles although leads of theirs were judged by nobody, and how many. */
  unread: { check: string; said: string }[];
  /** The findings of the file, those that name a check first, without those refused. */
  findings: AnsweredFinding[];
};

/** Reads a file of answers; `-` is standard input. Throws {@link UserError} with the first thing not understood. */
export const readAnswers = (file: string): ReturnType<typeof answersFile.parse> => {
  let text: string;
  try {
    text = (file === '-' ? readStandardInput(MAX_BYTES) : readInputFile(file, MAX_BYTES)).toString('utf8');
  } catch (error) {
    throw new UserError(
      `the answers in ${file} could not be read: ${error instanceof Error ? error.message : error}`,
      'nothing was recorded; name a file of answers, or - for standard input',
    );
  }
  const read = yamlValue(text, 50);
  if ('problem' in read)
    throw new UserError(`${file} is not YAML, so nothing was recorded: ${read.problem}`, 'correct that line');
  const parsed = answersFile.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const problem = firstProblem(parsed.error, file);
  throw new UserError(`${problem.refused}; nothing was recorded`, 'mcp-audit answer --help shows the form');
};

type Triage = NonNullable<AnswersFile['triage']>[number];

/**
 * Where entries overlap ("all of this rule, but not this one") the later one holds, and the earlier says nothing of its items:
 * else each would be recorded anew whenever the file is given.
 */
const triageCommands = (
  store: Store,
  entries: readonly Triage[],
): { what: string; command: Command | Refusal }[] => {
  const { evidence, session, methodology } = store.snapshot();
  const asked = entries.map(({ items: name, decision, reason }) => {
    const items = itemsNamed(evidence, name);
    if (isRefusal(items)) return { what: `triage ${name}`, command: items };
    // Each kind in its own words: accepting a question would say nothing, and a lead has no answer.
    const wrong = items.find((i) =>
      decision === 'dismissed' ? false : (i.kind === 'question') !== (decision === 'answered'),
    );
    if (wrong)
      return {
        what: `triage ${name}`,
        command: {
          refused: `"${wrong.title}" is a ${wrong.kind}, so it cannot be ${decision}`,
          hint:
            wrong.kind === 'question'
              ? 'decision: answered, with the answer as reason'
              : 'decision: accepted or dismissed',
        },
      };
    const command: Command = {
      type: 'triage',
      items: items.map((i) => i.id),
      triage: { decision, reason },
    };
    const decided = decide(session, methodology, command);
    const invalid = isRefusal(decided) && decided.refused !== 'nothing changed';
    return { what: `triage ${name}`, command: invalid ? decided : command };
  });
  const last = new Map<string, number>();
  asked.forEach(({ command }, n) => {
    if (!isRefusal(command)) for (const item of command.items) last.set(item, n);
  });
  return asked.map(({ what, command }, n) => ({
    what,
    command: isRefusal(command)
      ? command
      : { ...command, items: command.items.filter((item) => last.get(item) === n) },
  }));
};

/**
 * Records what the file says, one decision after the other, exactly as the keys of the interface would. What is
 * refused is reported and does not stop the rest; what is already so is left alone, so the same file can be given twice.
 */
export const applyAnswers = async (
  store: Store,
  answers: ReturnType<typeof readAnswers>,
): Promise<Answered> => {
  const done: Answered = { recorded: 0, unchanged: 0, refused: [], findings: [], unread: [] };
  const note = (what: string, r: Refusal): void => {
    if (r.refused === 'nothing changed') done.unchanged += 1;
    else done.refused.push({ what, why: r.refused, hint: r.hint });
  };
  const send = (what: string, command: Command): void => {
    const result = store.dispatch(command);
    if (isRefusal(result)) note(what, result);
    else done.recorded += 1;
  };

  if (answers.auditor) {
    const known = store.snapshot().session.auditor;
    const given = Object.fromEntries(Object.entries(answers.auditor).filter(([, v]) => v !== undefined));
    send('auditor', { type: 'name-auditor', auditor: { ...known, ...given } });
  }
  if (answers.address !== undefined) send('address', { type: 'address-target', url: answers.address });
  if (answers.server) {
    const { data_sensitivity: dataSensitivity, ...rest } = answers.server;
    const server = { ...rest, ...(dataSensitivity === undefined ? {} : { dataSensitivity }) };
    send('server', { type: 'describe-server', server: server as Partial<ServerProfile> });
  }
  // Before the verdicts of the same file: in a blind review nobody can have seen what they speak of.
  const { reviewed } = store.snapshot();
  for (const [about, remark] of Object.entries(answers.remarks ?? {}))
    if (reviewed) send(`remark on ${about}`, { type: 'remark', about, remark, of: reviewed.session });
    else note(`remark on ${about}`, noReview);
  for (const r of answers.replies ?? []) {
    const review = reviewMeant(store.snapshot().session, r.to, r.review);
    if (isRefusal(review)) note(`reply to ${r.to}`, review);
    else {
      const reply = { decision: r.decision, reason: r.reason };
      send(`reply to ${r.to}`, { type: 'reply', review: review.id, about: r.to, reply });
    }
  }
  for (const t of triageCommands(store, answers.triage ?? []))
    if (isRefusal(t.command)) note(t.what, t.command);
    else if (t.command.type === 'triage' && t.command.items.length === 0) done.unchanged += 1;
    else send(t.what, t.command);
  for (const [check, a] of Object.entries(answers.checks ?? {}))
    send(`check ${check}`, {
      type: 'answer',
      check,
      ...(a.verdict !== undefined ? { verdict: a.verdict } : {}),
      ...(a.note !== undefined ? { note: a.note } : {}),
    });
  for (const [criterion, rating] of Object.entries(answers.scorecard ?? {}))
    send(`criterion ${criterion}`, { type: 'rate', criterion, rating });
  for (const { input, entry } of await recordFindings(store, answers.findings ?? [])) {
    if (isRefusal(entry)) {
      note(`finding ${input.id ?? input.title ?? input.template ?? ''}`, entry);
      continue;
    }
    const { id, notReviewed } = entry.done;
    if (entry.recorded) done.recorded += 1;
    else done.unchanged += 1;
    done.findings.push(entry.done);
    if (notReviewed)
      done.refused.push({
        what: `reviewed of ${id}`,
        why: `it cannot be reviewed yet: ${notReviewed}`,
        hint: 'the finding itself is recorded; a review is of the whole text',
      });
  }
  for (const what of answers.confirm ?? []) send(`confirm ${what}`, { type: 'confirm-carried', what });
  if (answers.disclosure) {
    const { told, channel, acknowledge } = answers.disclosure;
    const known = store.snapshot().session.disclosure;
    if (told !== undefined || channel !== undefined)
      send('disclosure', {
        type: 'tell-maintainers',
        toldOn: told === undefined ? known.toldOn : told,
        channel: channel ?? known.channel,
      });
    if (acknowledge !== undefined)
      send('disclosure', { type: 'acknowledge-publication', reason: acknowledge });
  }
  const { session, evidence } = store.snapshot();
  const index = indexEvidence(evidence);
  for (const check of Object.keys(answers.checks ?? {})) {
    const said = atVerdict(session, index, check);
    if (said) done.unread.push({ check, said });
  }
  return done;
};
