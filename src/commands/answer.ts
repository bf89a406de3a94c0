import { parseDocument } from 'yaml';
import { answersFile } from '../domain/answers-file.ts';
import { type Command, isRefusal, nextFindingId, type Refusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { draftFinding, type Finding } from '../domain/finding.ts';
import { type FindingInput, firstProblem } from '../domain/finding-input.ts';
import { applyTemplate, findingFromEvidence } from '../domain/finding-template.ts';
import { findCheck } from '../domain/methodology.ts';
import { atVerdict } from '../domain/scrutiny.ts';
import { indexEvidence } from '../domain/selectors.ts';
import { surfaceOf } from '../domain/surface.ts';
import { itemsNamed } from '../engine/locate.ts';
import type { Store } from '../engine/store.ts';
import { readInputFile, readStandardInput } from '../io/input-file.ts';
import { resolveFinding } from './findings.ts';
import { loadTemplates } from './templates.ts';

const MAX_BYTES = 8 * 1024 * 1024;

export type Answered = {
  recorded: number;
  unchanged: number;
  refused: { what: string; why: string; hint: string }[];
  /** Checks the file settles although leads of theirs were judged by nobody, and how many. */
  unread: { check: string; said: string }[];
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
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error)
    throw new UserError(
      `${file} is not YAML, so nothing was recorded: ${error.message.split('\n')[0]}`,
      'correct that line',
    );
  const parsed = answersFile.safeParse(document.toJS({ maxAliasCount: 50 }) ?? {});
  if (parsed.success) return parsed.data;
  const problem = firstProblem(parsed.error, file);
  throw new UserError(`${problem.refused}; nothing was recorded`, 'mcp-audit answer --help shows the form');
};

/** A new finding in the words of a template, filled from the first piece of evidence it names. */
const fromTemplate = async (
  store: Store,
  draft: Finding,
  input: FindingInput,
): Promise<Finding | Refusal> => {
  const template = (await loadTemplates()).find((t) => t.id === input.template);
  if (!template)
    return {
      refused: `there is no template "${input.template}"`,
      hint: 'mcp-audit checklist templates lists them',
    };
  const { evidence, session } = store.snapshot();
  const [item] = (input.evidence ?? []).flatMap((name) => itemsNamed(evidence, name));
  if (!item) return applyTemplate(draft, template, { server: session.target?.name ?? '' }, true);
  return findingFromEvidence(draft, item, {
    templates: [template],
    surface: surfaceOf(evidence.values()),
    server: session.target?.name ?? '',
    template: template.id,
  });
};

/**
 * Records what the file says, one decision after the other, exactly as the keys of the interface would. What is
 * refused is reported and does not stop the rest; what is already so is left alone, so the same file can be given twice.
 */
export const applyAnswers = async (
  store: Store,
  answers: ReturnType<typeof readAnswers>,
): Promise<Answered> => {
  const done: Answered = { recorded: 0, unchanged: 0, refused: [], unread: [] };
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
  for (const t of answers.triage ?? []) {
    const items = itemsNamed(store.snapshot().evidence, t.items).map((i) => i.id);
    if (items.length === 0)
      note(`triage ${t.items}`, {
        refused: 'no such evidence',
        hint: 'name an item id, collector/rule, or collector/rule@path',
      });
    else
      send(`triage ${t.items}`, {
        type: 'triage',
        items,
        triage: { decision: t.decision, reason: t.reason },
      });
  }
  for (const [check, a] of Object.entries(answers.checks ?? {}))
    send(`check ${check}`, {
      type: 'answer',
      check,
      ...(a.verdict !== undefined ? { verdict: a.verdict } : {}),
      ...(a.note !== undefined ? { note: a.note } : {}),
    });
  for (const [criterion, rating] of Object.entries(answers.scorecard ?? {}))
    send(`criterion ${criterion}`, { type: 'rate', criterion, rating });
  for (const input of answers.findings ?? []) {
    const { session, methodology } = store.snapshot();
    const what = `finding ${input.id ?? input.title ?? ''}`;
    const known = [...session.findings.values()].find((f) =>
      input.id
        ? f.id === input.id
        : f.checks[0] === (input.checks?.[0] ?? input.check) && f.title === input.title,
    );
    const check = findCheck(methodology, input.checks?.[0] ?? input.check ?? known?.checks[0] ?? '');
    if (!check) {
      note(what, {
        refused: `it names no check of ${methodology.id}`,
        hint: 'checks: the ids of the checks it speaks to',
      });
      continue;
    }
    const draft = known ?? draftFinding(input.id ?? nextFindingId(session), check);
    const begun = input.template && !known ? await fromTemplate(store, draft, input) : draft;
    if (isRefusal(begun)) {
      note(what, begun);
      continue;
    }
    const base = begun;
    const finding = await resolveFinding(input, base, store);
    if (isRefusal(finding)) note(what, finding);
    else send(what, { type: 'record-finding', finding });
  }
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
