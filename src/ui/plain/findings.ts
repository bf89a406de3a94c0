import { searchCwes } from '../../domain/cwe.ts';
import { isRefusal, nextFindingId } from '../../domain/decide.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { draftFinding, type Finding, missingParts, stageOf, withoutLeftovers } from '../../domain/finding.ts';
import {
  type FindingTemplate,
  findingFromEvidence,
  suggestionFor,
  wordsOf,
} from '../../domain/finding-template.ts';
import type { Check } from '../../domain/methodology.ts';
import { triedLeads } from '../../domain/observations.ts';
import { SHEETS, type Sheet } from '../../domain/scoring/sheet.ts';
import { surfaceOf } from '../../domain/surface.ts';
import type { Store } from '../../engine/store.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { FINDING_PARTS, lines, type Part, partLabel, wordsAreOf } from '../actions/finding-parts.ts';
import type { Ports } from '../ports.ts';
import { askText, choose, line, type Talk } from './ask.ts';

/** Findings by question and answer: the parts of the finding editor, asked one after the other. */

export type FindingPorts = Talk & { store: Store } & Pick<Ports, 'templates' | 'locate'>;

const MOST_CWES = 12;

/** Records what changed; says so, or why not. A draft that nobody touched is not recorded. */
const record = (p: FindingPorts, before: Finding, next: Finding): Finding => {
  const result = p.store.dispatch({ type: 'record-finding', finding: withoutLeftovers(before, next) });
  if (isRefusal(result)) {
    if (result.refused === 'nothing changed') return next;
    p.print(`Not recorded: ${result.refused}. ${result.hint}`);
    return before;
  }
  p.print(`${next.id} recorded.`);
  return p.store.snapshot().session.findings.get(next.id) ?? next;
};

const pickCwe = async (p: FindingPorts, f: Finding): Promise<Finding> => {
  const words = (await line(p, 'CWE by number or words, empty keeps it: ')).trim();
  if (words === '') return f;
  const found = searchCwes(words).slice(0, MOST_CWES);
  if (found.length === 0) {
    p.print('No weakness of the catalogue matches.');
    return f;
  }
  const at = await choose(
    p,
    'Which weakness?',
    found.map((c) => `${c.id} ${c.name}${c.usage === 'allowed' ? '' : `, mapping ${c.usage}`}`),
  );
  return at === null ? f : { ...f, cwe: found[at]?.id ?? f.cwe };
};

/** A score metric by metric; the letter of a value chooses it. */
const askScore = async (p: FindingPorts, f: Finding, sheet: Sheet): Promise<Finding> => {
  const choice = { ...sheet.choice(f.scores) };
  for (const m of sheet.metrics.filter((metric) => metric.group === 'base')) {
    p.print(`${m.name}. ${m.ask}`);
    for (const v of m.values) p.print(`${v.key} ${v.name}: ${v.about}`);
    for (;;) {
      const now = choice[m.key];
      const said = (await line(p, now ? `Now ${now}; empty keeps it: ` : 'Letter: ')).trim();
      const value = m.values.find((v) => v.key.toLowerCase() === said.toLowerCase());
      if (value) choice[m.key] = value.key;
      if (value || (said === '' && now)) break;
      p.print(`"${said}" is none of ${m.values.map((v) => v.key).join(', ')}.`);
    }
  }
  const { text, band, vector, missing } = sheet.result(choice, f.scores);
  if (missing.length > 0) {
    p.print(`No score yet: it needs ${missing.join(', ')} first.`);
    return f;
  }
  p.print(`${sheet.title}: ${text} ${band ?? ''}. ${vector}`);
  return { ...f, scores: sheet.keep(choice, f.scores) };
};

export const scoreFinding = async (p: FindingPorts, f: Finding): Promise<void> => {
  const at = await choose(
    p,
    `Score ${f.id} by`,
    SHEETS.map((s) => s.title),
  );
  const sheet = SHEETS[at ?? -1];
  if (sheet) record(p, f, await askScore(p, f, sheet));
};

const today = (p: FindingPorts): string => p.store.snapshot().session.lastAt.slice(0, 10);

const askPart = async (
  p: FindingPorts,
  f: Finding,
  part: Part,
  template: FindingTemplate | null,
  item: EvidenceItem | null,
): Promise<Finding> => {
  if (part.open === 'cwe') return pickCwe(p, f);
  if (part.open === 'score') {
    const sheet = SHEETS.find((s) => s.id === part.id);
    return sheet ? askScore(p, f, sheet) : f;
  }
  const { session, evidence } = p.store.snapshot();
  const server = session.target?.name ?? '';
  const words = item ? wordsOf(item, surfaceOf(evidence.values()), server) : { server };
  const suggestion = template ? suggestionFor(template, part.id, words) : '';
  if (suggestion !== '') p.print(`The template suggests: ${visibleLines(suggestion)}`);
  const help = `${wordsAreOf(f, part.id)}${part.help}`
    .replace(/←\/→ change[:,]? ?/, '')
    .replace(/; a adds from what is known/, '');
  const said = await askText(p, {
    label: part.label,
    help: suggestion === '' ? help : `${help} A single + takes the suggestion.`,
    now: part.get(f),
    multiline: part.multiline ?? false,
    options: part.options,
  });
  if (said === null) return f;
  const text = said.trim() === '+' && suggestion !== '' ? suggestion : said;
  if (part.id !== 'where') return part.set(f, text, today(p));
  const found = await p.locate(lines(text), p.store);
  if (!isRefusal(found)) return { ...f, locations: found };
  p.print(`Not taken: ${found.refused}. ${found.hint}`);
  return f;
};

const partOf = (missing: string): Part | undefined =>
  FINDING_PARTS.find((x) => x.id === (missing === 'locations or evidence' ? 'where' : missing));

const templateOf = async (p: FindingPorts, f: Finding): Promise<FindingTemplate | null> =>
  f.template.id === '' ? null : ((await p.templates()).find((t) => t.id === f.template.id) ?? null);

const itemOf = (p: FindingPorts, f: Finding): EvidenceItem | null =>
  [...p.store.snapshot().evidence.values()].flatMap((r) => r.items).find((i) => f.evidence.includes(i.id)) ??
  null;

/** Every part that is still to be filled, one after the other; Enter leaves a part for later. */
export const fillFinding = async (p: FindingPorts, begun: Finding): Promise<void> => {
  const template = await templateOf(p, begun);
  const item = itemOf(p, begun);
  let f = begun;
  for (const missing of missingParts(begun)) {
    const part = partOf(missing);
    if (part) f = record(p, f, await askPart(p, f, part, template, item));
  }
  tellStage(p, f);
};

const tellStage = (p: FindingPorts, f: Finding): void => {
  const missing = missingParts(f).map(partLabel);
  p.print(
    missing.length === 0
      ? `${f.id} is ${stageOf(f)}. "review ${f.id}" says that you read it again as a whole.`
      : `${f.id}, draft. Still to fill: ${missing.join(', ')}. "edit ${f.id}" goes on.`,
  );
};

/** A finding of a check: what is wrong in one line, then its parts. Without a title nothing is recorded. */
export const newFinding = async (p: FindingPorts, check: Check): Promise<void> => {
  const title = (await line(p, 'What is wrong, in one line (empty gives it up): ')).trim();
  if (title === '') return;
  const begun = draftFinding(nextFindingId(p.store.snapshot().session), check);
  await fillFinding(p, record(p, begun, { ...begun, title }));
};

/** A finding in the words of a piece of evidence. */
export const raiseFinding = async (p: FindingPorts, check: Check, item: EvidenceItem): Promise<void> => {
  const { session, evidence } = p.store.snapshot();
  const draft = draftFinding(nextFindingId(session), check);
  const about = {
    templates: await p.templates(),
    surface: surfaceOf(evidence.values()),
    server: session.target?.name ?? '',
    tried: triedLeads(session).get(item.id),
  };
  const begun = findingFromEvidence(draft, item, about);
  p.print(`${begun.id}: ${visible(begun.title)}. It cites ${begun.locations.length} places.`);
  if (!/^y/i.test(await line(p, 'Record it and go through what is still to fill? y or n: '))) return;
  await fillFinding(p, record(p, draft, begun));
};

/** Any part by its number, until an empty line. */
export const editFinding = async (p: FindingPorts, begun: Finding): Promise<void> => {
  const template = await templateOf(p, begun);
  const item = itemOf(p, begun);
  let f = begun;
  for (;;) {
    const missing = new Set(missingParts(f).map((m) => partOf(m)?.id));
    const at = await choose(
      p,
      `Parts of ${f.id} ${visible(f.title)}`,
      FINDING_PARTS.map((part) => {
        const [first = '', ...more] = visibleLines(part.get(f)).split('\n');
        const value = first === '' ? (missing.has(part.id) ? 'TO FILL' : 'empty') : first;
        return `${part.label}: ${value}${more.length > 0 ? ` and ${more.length} more lines` : ''}`;
      }),
    );
    const part = FINDING_PARTS[at ?? -1];
    if (!part) break;
    f = record(p, f, await askPart(p, f, part, template, item));
  }
  tellStage(p, f);
};
