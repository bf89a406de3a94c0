// Long, because it is one list: every command of plain mode, and what it does.
import { byHand } from '../../domain/by-hand.ts';
import { isRefusal } from '../../domain/decide.ts';
import { UserError } from '../../domain/errors.ts';
import type { Verdict } from '../../domain/events.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { type Finding, stageOf } from '../../domain/finding.ts';
import { type Check, checksOf, findCheck } from '../../domain/methodology.ts';
import { dismissalReasons, lastAnswered } from '../../domain/reasons.ts';
import { scorecardOf } from '../../domain/scorecard.ts';
import { atVerdict, nextUnread as nextOf } from '../../domain/scrutiny.ts';
import {
  describeEvent,
  findingsOf,
  findingsOfCheck,
  indexEvidence,
  judgedItems,
  nextOpen,
  progress,
  raisedAs,
  sectionsOf,
  verdictWord,
  whatNow,
} from '../../domain/selectors.ts';
import type { Store } from '../../engine/store.ts';
import { plural } from '../../text/plural.ts';
import { redactSecrets } from '../../text/redact.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import type { Ports } from '../ports.ts';
import { shownPlace } from '../view/item-places.ts';
import { choose, InputEnded, line } from './ask.ts';
import {
  editFinding,
  type FindingPorts,
  fillFinding,
  newFinding,
  raiseFinding,
  scoreFinding,
} from './findings.ts';
import {
  describeServer,
  type ReportPorts,
  signAudit,
  tellMaintainers,
  tellReadiness,
  writeReport,
} from './report.ts';

/** Lines of code shown before and after what an item points at. */
const AROUND = 12;

/**
 * The workbench as linear text: one question at a time, no panes, no redrawing. For screen readers, and for terminals that
 * can do no more. Decisions go the same way as in the full interface, and all of them can be taken here.
 */
export type PlainPorts = FindingPorts & ReportPorts & Pick<Ports, 'planByHand' | 'runByHand'>;

const HELP = `Commands, each followed by Enter; 3 stands for the number of an item, F-01 for a finding, 2.1.2 for a check:
pass, fail, na, unsure (or p, f, x, u): the verdict; then a note is asked for. na 2.1: for all that is open in a section.
same: the verdict and note given last. note (or m): write the note of this check.
e: list the evidence; e 3 reads item 3; code 3 shows its file around it; code src/a.ts 10 40 shows lines of any file.
accept 3 (or a 3), or answer it where it is a question; dismiss 3 (or d 3), with a reason; alike 3: dismiss all unjudged of the same rule, with one reason.
run 2: run command 2 of this check, once you agreed; what it says is kept with the check.
lead (or l): the next lead nobody judged, of any check.
raise 3: a finding from item 3; finding: a new one for this check; findings: list them.
edit F-01, fill F-01, score F-01, review F-01, delete F-01.
n next check without a verdict; j next check; k previous check; 2.1.2 goes to that check.
rate: the scorecard; ready: what the report lacks; sign, server, told: what it needs; write (or w): write it.
now: what to do next; s status; z undo; Z redo; ? help; q quit.`;

const VERDICTS: Record<string, Verdict> = {
  p: 'pass',
  pass: 'pass',
  f: 'fail',
  fail: 'fail',
  x: 'not-applicable',
  na: 'not-applicable',
  'n/a': 'not-applicable',
  'not-applicable': 'not-applicable',
  u: 'unsure',
  unsure: 'unsure',
};

/** Other words for the same command. */
const SAME: Record<string, string> = {
  m: 'note',
  evidence: 'e',
  a: 'accept',
  d: 'dismiss',
  l: 'lead',
  h: '?',
  help: '?',
  next: 'n',
  previous: 'k',
  g: 'go',
  go: 'go',
  status: 's',
  undo: 'z',
  redo: 'Z',
  w: 'write',
  quit: 'q',
  exit: 'q',
};

const OUTCOME_WORDS: Record<string, string> = {
  'nothing-found': 'looked and found nothing',
  'not-applicable': 'does not apply',
  unavailable: 'could not look',
  failed: 'failed and did not look',
  'not-run': 'has not looked yet',
};

export const runPlain = async (p: PlainPorts): Promise<string | null> => {
  const { store, print } = p;
  const state = () => store.snapshot();
  const checks = (): readonly Check[] => checksOf(state().methodology);
  // Without them every command of a check is told, whatever the target is made of.
  const paths = await store.paths().catch((): string[] => []);
  let at: string = state().session.lastCheck ?? checks()[0]?.id ?? '';

  const items = (): readonly EvidenceItem[] => indexEvidence(state().evidence).get(at) ?? [];
  const here = (): Check | undefined => findCheck(state().methodology, at);

  const tellCheck = (): void => {
    const check = findCheck(state().methodology, at);
    if (!check) return;
    const { session } = state();
    const answer = session.answers.get(at);
    print(`\nCheck ${check.id}, ${check.origin}. ${check.title}`);
    print(
      `Verdict: ${verdictWord(answer?.verdict ?? null)}.${answer?.note ? ` Note: ${visibleLines(answer.note)}` : ''}`,
    );
    print(`Why: ${visibleLines(check.why)}`);
    check.look.forEach((l, i) => {
      print(`Look ${i + 1}: ${l}`);
    });
    print(`Passes when: ${check.passesWhen}`);
    print(`Fails when: ${check.failsWhen}`);
    const of = (kind: EvidenceItem['kind']): number => items().filter((i) => i.kind === kind).length;
    print(
      `Evidence: ${plural(items().length, 'item')}, ${plural(of('lead'), 'lead')}${of('question') > 0 ? `, ${plural(of('question'), 'question')}` : ''}.`,
    );
    for (const id of check.collectors) {
      const outcome = state().missing.has(id) ? 'failed' : (session.runs.get(id)?.outcome ?? 'not-run');
      if (outcome === 'collected') continue;
      const why = state().missing.get(id) ?? state().evidence.get(id)?.run.message ?? '';
      print(`Collector ${id} ${OUTCOME_WORDS[outcome] ?? outcome}${why ? `: ${visible(why)}` : ''}.`);
    }
    for (const c of byHand(check, session.target, paths))
      print(
        `By hand ${c.n}: ${c.purpose}. Command: ${c.command}${c.elsewhere ? `, not from here: ${c.elsewhere}` : ''}`,
      );
    for (const f of findingsOfCheck(session, at))
      print(`Finding ${f.id}, ${f.severity}: ${visible(f.title)}`);
  };

  const tellItem = (item: EvidenceItem, n: number): void => {
    print(
      `Item ${n}: ${item.kind}${item.kind === 'lead' ? `, ${item.strength}` : ''}. ${visible(item.title)}`,
    );
    if (item.detail) print(visibleLines(item.detail));
    if (item.advice) print(`To find out: ${visibleLines(item.advice)}`);
    if (item.location)
      print(
        `${visible(shownPath(item.location.path))} lines ${item.location.startLine} to ${item.location.endLine}:\n${visibleLines(item.location.snippet)}`,
      );
    for (const s of item.flow)
      print(`${s.role}: ${visible(shownPath(s.path))} line ${s.line}: ${visible(s.text)}`);
    if (item.places.length > 0)
      print(
        `Grouped with it, each to be looked at: ${item.places.map((p) => visible(shownPlace(p))).join(', ')}`,
      );
    print(`Shown again by: ${visible(shownPath(item.reproduce))}`);
  };

  const tellItems = (): void => {
    if (items().length === 0) print('No items for this check. What its collectors did is said above.');
    items().forEach((i, n) => {
      const triage = state().session.triage.get(i.id);
      const raised = raisedAs(state().session, i.id);
      print(
        `${n + 1}. ${i.kind}${raised.length > 0 ? `, raised as ${raised.join(', ')}` : triage ? `, ${triage.decision}` : ''}: ${visible(i.title)}${i.location ? `, ${visible(shownPath(i.location.path))} line ${i.location.startLine}` : ''}`,
      );
    });
  };

  const tell = (command: Parameters<Store['dispatch']>[0]): boolean => {
    const result = store.dispatch(command);
    if (isRefusal(result)) {
      print(`Not recorded: ${result.refused}. ${result.hint}`);
      return false;
    }
    print(`Recorded: ${describeEvent(result)}`);
    return true;
  };

  const numbered = (word: string | undefined): EvidenceItem | null => {
    const item = items()[Number(word) - 1];
    if (!item) print(`There is no item ${word ?? ''}: e lists them.`);
    return item ?? null;
  };

  const step = (by: number): void => {
    const all = checks();
    const next = all[Math.max(0, Math.min(all.length - 1, all.findIndex((c) => c.id === at) + by))];
    if (next) at = next.id;
    tellCheck();
  };

  const tellNext = (): void => {
    const unread = atVerdict(state().session, indexEvidence(state().evidence), at);
    if (unread) print(`${at}: ${unread}.`);
    const next = nextOpen(state().methodology, state().session, at);
    if (next) print(`Next without a verdict: ${next}. n goes there.`);
  };

  const give = async (verdict: Verdict, where: string | undefined): Promise<void> => {
    const section = sectionsOf(state().methodology).find((x) => x.id === where);
    if (where !== undefined && !section) return print(`There is no section ${where}.`);
    if (section && verdict !== 'not-applicable')
      return print('A whole section can only be not applicable: na 2.1.');
    if (section) {
      const reason = await line(p, `Why does ${section.id} ${section.title} not apply? `);
      const open = section.checks.map((c) => c.id);
      tell({ type: 'answer-open', checks: open, verdict, note: reason });
      return;
    }
    const note = await line(
      p,
      verdict === 'not-applicable' ? 'Why does it not apply? ' : 'Note (empty for none): ',
    );
    if (tell({ type: 'answer', check: at, verdict, ...(note.trim() ? { note } : {}) })) tellNext();
  };

  const dismiss = async (ids: readonly string[]): Promise<void> => {
    const offers = dismissalReasons(state().session).slice(0, 6);
    offers.forEach((o, i) => {
      print(`${i + 1}. ${o}`);
    });
    const said = (await line(p, 'Why is this not a problem here? A sentence, or a number of these: ')).trim();
    tell({
      type: 'triage',
      items: [...ids],
      triage: { decision: 'dismissed', reason: offers[Number(said) - 1] ?? said },
    });
  };

  const alike = (item: EvidenceItem): string[] => {
    const judged = judgedItems(state().session);
    return [...state().evidence.values()]
      .flatMap((r) => r.items)
      .filter((i) => i.collector === item.collector && i.rule === item.rule && i.kind === item.kind)
      .filter((i) => !judged.has(i.id))
      .map((i) => i.id);
  };

  const showLines = async (path: string, first: number, last: number): Promise<void> => {
    const text = await store.readText(path);
    if (text === null) return print(`${visible(shownPath(path))} cannot be shown as text.`);
    // The whole text is masked, not its lines: those of a private key say nothing by themselves.
    const all = redactSecrets(text).split('\n');
    for (let n = Math.max(1, first); n <= Math.min(all.length, last); n++)
      print(`${n}: ${visibleLines(all[n - 1] ?? '')}`);
  };

  const showCode = async (args: readonly string[]): Promise<void> => {
    const [what = '', from = '1', to] = args;
    const item = /^\d+$/.test(what) ? numbered(what) : null;
    if (item?.location) {
      const { path, startLine, endLine } = item.location;
      print(`${visible(shownPath(path))}, lines around ${startLine} to ${endLine}.`);
      return showLines(path, startLine - AROUND, endLine + AROUND);
    }
    if (!/^\d+$/.test(what)) return showLines(what, Number(from), Number(to ?? Number(from) + 2 * AROUND));
    if (item) print('That item has no place in a file.');
  };

  const nextUnread = (): void => {
    const index = indexEvidence(state().evidence);
    const next = nextOf(state().methodology, state().session, index, { check: at, item: lastLead }, 1);
    if (!next) return print('Every lead has been judged, every question answered.');
    at = next.check;
    lastLead = next.item;
    const n = items().findIndex((i) => i.id === next.item);
    print(`Check ${at}.`);
    const item = items()[n];
    if (item) tellItem(item, n + 1);
  };

  const findingNamed = (id: string | undefined): Finding | null => {
    const found = state().session.findings.get((id ?? '').toUpperCase());
    if (!found) print(`There is no finding ${id ?? ''}: findings lists them.`);
    return found ?? null;
  };

  const runCommand = async (n: number): Promise<void> => {
    try {
      const plan = await p.planByHand(store, at, n);
      print(`Command: ${visibleLines(plan.command)}\nIt runs ${plan.where}.`);
      if (!/^y(es)?$/i.test((await line(p, 'Run it? y or n: ')).trim())) return print('Nothing was run.');
      const done = await p.runByHand(store, at, n);
      print(`${visibleLines(done.text)}\nKept with ${at} as ${done.name}, sha256 ${done.sha256}.`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      print(`Not run: ${error.message}. ${error.hint}`);
    }
  };

  const rate = async (): Promise<void> => {
    const criteria = scorecardOf(state()).dimensions.flatMap((d) => d.criteria);
    const chosen = await choose(
      p,
      'Which criterion?',
      criteria.map(
        (c) =>
          `${c.title}: ${c.value ?? 'not rated'}, ${c.by === 'auditor' ? 'yours' : 'proposed'}. ${c.reason}`,
      ),
    );
    const criterion = criteria[chosen ?? -1];
    if (!criterion) return;
    print(criterion.question);
    const value = (await line(p, '0 to 4, x for not to be rated, empty gives it up: ')).trim();
    if (value === '') return;
    const reason = await line(p, 'Why? ');
    tell({
      type: 'rate',
      criterion: criterion.id,
      rating: { value: value === 'x' ? null : Number(value), reason },
    });
  };

  let lastLead: string | null = null;

  /** Does one command; false ends. */
  const run = async (typed: string): Promise<boolean> => {
    const [first = '', ...args] = typed.trim().split(/\s+/);
    const [argument] = args;
    const verdict = VERDICTS[first.toLowerCase()];
    if (verdict) {
      await give(verdict, argument);
      return true;
    }
    const word = SAME[first] ?? SAME[first.toLowerCase()] ?? first;
    const check = findCheck(state().methodology, word === 'go' ? (argument ?? '') : first);
    if (check) {
      at = check.id;
      tellCheck();
      return true;
    }
    switch (word) {
      case '':
        tellCheck();
        break;
      case '?':
        print(HELP);
        break;
      case 'note':
        tell({ type: 'answer', check: at, note: await line(p, 'Note: ') });
        break;
      case 'same': {
        const last = lastAnswered(state().session, at);
        if (!last) print('No verdict was given yet that could be given again.');
        else if (tell({ type: 'answer', check: at, verdict: last.verdict, note: last.note })) tellNext();
        break;
      }
      case 'e':
        if (argument) {
          const item = numbered(argument);
          if (item) tellItem(item, Number(argument));
        } else tellItems();
        break;
      case 'code':
        await showCode(args);
        break;
      case 'accept': {
        const item = numbered(argument);
        if (item?.kind === 'question') {
          const reason = await line(p, 'What did you find out there? ');
          tell({ type: 'triage', items: [item.id], triage: { decision: 'answered', reason: reason.trim() } });
        } else if (item)
          tell({ type: 'triage', items: [item.id], triage: { decision: 'accepted', reason: '' } });
        break;
      }
      case 'dismiss': {
        const item = numbered(argument);
        if (item) await dismiss([item.id]);
        break;
      }
      case 'alike': {
        const item = numbered(argument);
        const ids = item ? alike(item) : [];
        if (item && ids.length === 0) print('Nobody has to judge any of that rule: all are judged.');
        else if (item) {
          print(`${plural(ids.length, 'item')} of ${item.collector}/${item.rule}.`);
          await dismiss(ids);
        }
        break;
      }
      case 'lead':
        nextUnread();
        break;
      case 'raise': {
        const item = numbered(argument);
        const of = here();
        if (item && of) await raiseFinding(p, of, item);
        break;
      }
      case 'finding': {
        const of = here();
        if (of) await newFinding(p, of);
        break;
      }
      case 'findings':
        if (state().session.findings.size === 0) print('No findings yet: finding begins one.');
        for (const f of findingsOf(state().session))
          print(`${f.id}, ${f.severity}, ${stageOf(f)}, check ${f.checks.join(', ')}: ${visible(f.title)}`);
        break;
      case 'edit':
      case 'fill':
      case 'score': {
        const f = findingNamed(argument);
        const ask = { edit: editFinding, fill: fillFinding, score: scoreFinding }[word];
        if (f) await ask(p, f);
        break;
      }
      case 'review': {
        const f = findingNamed(argument);
        if (f) tell({ type: 'review-finding', finding: f.id, reviewed: true });
        break;
      }
      case 'delete': {
        const f = findingNamed(argument);
        if (f) tell({ type: 'delete-finding', finding: f.id });
        break;
      }
      case 'n':
        at = nextOpen(state().methodology, state().session, at) ?? at;
        tellCheck();
        break;
      case 'j':
        step(1);
        break;
      case 'k':
        step(-1);
        break;
      case 'go':
        print(`There is no check ${argument ?? ''}.`);
        break;
      case 'run':
        await runCommand(Number(argument));
        break;
      case 'rate':
        await rate();
        break;
      case 'ready':
        await tellReadiness(p);
        break;
      case 'sign':
        await signAudit(p);
        break;
      case 'server':
        await describeServer(p);
        break;
      case 'told':
        await tellMaintainers(p);
        break;
      case 'now':
        print(whatNow(state().methodology, state().session, indexEvidence(state().evidence)).text);
        break;
      case 's': {
        const done = progress(state().session, checks());
        print(
          `${done.answered} of ${done.total} checks answered, ${plural(state().session.findings.size, 'finding')}.`,
        );
        break;
      }
      case 'z':
        tell({ type: 'undo' });
        break;
      case 'Z':
        tell({ type: 'redo' });
        break;
      case 'write':
        await writeReport(p);
        break;
      case 'q':
        return false;
      default:
        print(`"${visible(first)}" is no command here. ? lists them.`);
    }
    return true;
  };

  print(
    `Audit of ${visible(state().session.target?.name ?? '')} at ${state().session.target?.commit ?? ''}. ? lists the commands.`,
  );
  tellCheck();
  try {
    while (await run(await line(p, `${at} > `)));
  } catch (error) {
    if (!(error instanceof InputEnded)) throw error;
  }
  return at;
};
