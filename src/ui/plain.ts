import { isRefusal } from '../domain/decide.ts';
import type { Verdict } from '../domain/events.ts';
import type { EvidenceItem } from '../domain/evidence.ts';
import { type Check, checksOf, findCheck } from '../domain/methodology.ts';
import { atVerdict } from '../domain/scrutiny.ts';
import {
  describeEvent,
  findingsOf,
  findingsOfCheck,
  indexEvidence,
  manualCommand,
  nextOpen,
  progress,
  raisedAs,
  verdictWord,
  whatNow,
} from '../domain/selectors.ts';
import type { Store } from '../engine/store.ts';
import { plural } from '../text/plural.ts';
import { shownPath } from '../text/shown-path.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { shownPlace } from './view/item-places.ts';

/**
 * The workbench as linear text: one question at a time, no panes, no redrawing. For screen readers, and for terminals that
 * can do no more. Decisions go the same way as in the full interface.
 */
export type PlainPorts = {
  store: Store;
  print(text: string): void;
  /** The next line typed; null at the end of input. */
  ask(prompt: string): Promise<string | null>;
  /** The words for a collector that did not simply collect. */
  write(folder: string): Promise<string>;
};

const HELP = `Commands, each followed by Enter:
p pass, f fail, x not applicable, u unsure: the verdict; then a note is asked for.
m note: write the note of this check.
e evidence: list it; e 3 reads item 3 of the list.
a 3 accept item 3; d 3 dismiss item 3, with a reason.
finding: record a finding for this check; findings: list them.
n next check without a verdict; j next check; k previous check; g 2.1.2 go to a check.
now: what to do next; s status; z undo; Z redo; w write the report; ? help; q quit.`;

const VERDICTS: Record<string, Verdict> = { p: 'pass', f: 'fail', x: 'not-applicable', u: 'unsure' };

const OUTCOME_WORDS: Record<string, string> = {
  'nothing-found': 'looked and found nothing',
  'not-applicable': 'does not apply',
  unavailable: 'could not look',
  failed: 'failed and did not look',
  'not-run': 'has not looked yet',
};

export const runPlain = async ({ store, print, ask, write }: PlainPorts): Promise<string | null> => {
  const state = () => store.snapshot();
  const checks = (): readonly Check[] => checksOf(state().methodology);
  let at: string = state().session.lastCheck ?? checks()[0]?.id ?? '';

  const items = (): readonly EvidenceItem[] => indexEvidence(state().evidence).get(at) ?? [];

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
    const leads = items().filter((i) => i.kind === 'lead').length;
    print(`Evidence: ${plural(items().length, 'item')}, ${plural(leads, 'lead')}.`);
    for (const id of check.collectors) {
      const outcome = state().missing.has(id) ? 'failed' : (session.runs.get(id)?.outcome ?? 'not-run');
      if (outcome === 'collected') continue;
      const why = state().missing.get(id) ?? state().evidence.get(id)?.run.message ?? '';
      print(`Collector ${id} ${OUTCOME_WORDS[outcome] ?? outcome}${why ? `: ${visible(why)}` : ''}.`);
    }
    for (const m of check.manual)
      print(`By hand: ${m.purpose}. Command: ${manualCommand(m.run, session.target)}`);
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

  print(
    `Audit of ${visible(state().session.target?.name ?? '')} at ${state().session.target?.commit ?? ''}. ? lists the commands.`,
  );
  tellCheck();
  for (;;) {
    const line = await ask(`${at} > `);
    if (line === null) return at;
    const [word = '', argument] = line.trim().split(/\s+/, 2);
    const verdict = VERDICTS[word];
    if (verdict) {
      const note = await ask(
        verdict === 'not-applicable' ? 'Why does it not apply? ' : 'Note (empty for none): ',
      );
      if (note === null) return at;
      if (tell({ type: 'answer', check: at, verdict, ...(note.trim() ? { note } : {}) })) {
        const unread = atVerdict(state().session, indexEvidence(state().evidence), at);
        if (unread) print(`${at}: ${unread}.`);
        const next = nextOpen(state().methodology, state().session, at);
        if (next) print(`Next without a verdict: ${next}. n goes there.`);
      }
      continue;
    }
    switch (word) {
      case '':
        tellCheck();
        break;
      case '?':
        print(HELP);
        break;
      case 'm': {
        const note = await ask('Note: ');
        if (note !== null) tell({ type: 'answer', check: at, note });
        break;
      }
      case 'e':
        if (argument) {
          const item = numbered(argument);
          if (item) tellItem(item, Number(argument));
        } else if (items().length === 0)
          print('No items for this check. What its collectors did is said above.');
        else
          items().forEach((i, n) => {
            const triage = state().session.triage.get(i.id);
            const raised = raisedAs(state().session, i.id);
            print(
              `${n + 1}. ${i.kind}${raised.length > 0 ? `, raised as ${raised.join(', ')}` : triage ? `, ${triage.decision}` : ''}: ${visible(i.title)}${i.location ? `, ${visible(shownPath(i.location.path))} line ${i.location.startLine}` : ''}`,
            );
          });
        break;
      case 'a': {
        const item = numbered(argument);
        if (item) tell({ type: 'triage', items: [item.id], triage: { decision: 'accepted', reason: '' } });
        break;
      }
      case 'd': {
        const item = numbered(argument);
        const reason = item ? await ask('Why is this not a problem here? ') : null;
        if (item && reason !== null)
          tell({ type: 'triage', items: [item.id], triage: { decision: 'dismissed', reason } });
        break;
      }
      case 'finding':
        print(
          'Findings have many parts: write them to a file and record it with "mcp-audit answer --from FILE"; its --help shows the form.',
        );
        break;
      case 'findings':
        for (const f of findingsOf(state().session))
          print(`${f.id}, ${f.severity}, check ${f.checks.join(', ')}: ${visible(f.title)}`);
        break;
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
      case 'g':
        if (argument && findCheck(state().methodology, argument)) {
          at = argument;
          tellCheck();
        } else print(`There is no check ${argument ?? ''}.`);
        break;
      case 'now':
        print(whatNow(state().methodology, state().session, indexEvidence(state().evidence)).text);
        break;
      case 's': {
        const p = progress(state().session, checks());
        print(
          `${p.answered} of ${p.total} checks answered, ${plural(state().session.findings.size, 'finding')}.`,
        );
        break;
      }
      case 'z':
        tell({ type: 'undo' });
        break;
      case 'Z':
        tell({ type: 'redo' });
        break;
      case 'w': {
        const folder = await ask('Write the submission to which folder? ');
        if (folder) print(await write(folder.trim()));
        break;
      }
      case 'q':
        return at;
      default:
        print(`"${visible(word)}" is no command here. ? lists them.`);
    }
  }
};
