import { CWE_CATALOGUE, searchCwes, shortCweName } from '../../domain/cwe.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { type Finding, giveSeverity, severityProposed } from '../../domain/finding.ts';
import { type FindingTemplate, fittedTo, suggestionFor, wordsOf } from '../../domain/finding-template.ts';
import { checksOf } from '../../domain/methodology.ts';
import { SHEETS } from '../../domain/scoring/sheet.ts';
import { matchesWords } from '../../domain/selectors.ts';
import { shownPath } from '../../text/shown-path.ts';
import type { App } from '../app-state.ts';
import type { PickRow } from '../overlays/overlay.ts';
import { shownPlace } from '../view/item-places.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import type { Part } from './finding-parts.ts';

/** What the finding editor offers instead of typing: calculators, the CWE catalogue, the surface, the tree, the evidence. */

/** The finding as it is now, and how to record another version of it. Returns what is wrong, or null. */
export type Editing = { latest: () => Finding; record: (f: Finding) => string | null };

const pick = (
  app: App,
  title: string,
  rows: (query: string) => readonly PickRow[],
  choose: (ids: readonly string[]) => void,
  several = false,
  empty = 'Nothing matches.',
): void =>
  app.push({
    kind: 'pick',
    title,
    query: textField(''),
    list: emptyList(),
    rows,
    empty,
    several,
    chosen: [],
    choose,
  });

const filtered =
  (all: readonly PickRow[]) =>
  (query: string): readonly PickRow[] =>
    query === '' ? all : all.filter((r) => matchesWords(query, r.label, r.note ?? ''));

const saying = (app: App, problem: string | null): void => {
  if (problem) app.toast(problem, 'warn');
};

/** The name people know first, then the whole one. */
const spoken = (name: string): string => {
  const short = shortCweName(name);
  return short === name ? name : `${short} · ${name.replace(` ('${short}')`, '')}`;
};

export const pickCwe = (app: App, { latest, record }: Editing): void => {
  const { methodology } = app.opened().store.snapshot();
  const now = latest().cwe;
  // What checks of MCP servers are about comes before the rest of the catalogue, the finding's own first of all.
  const relevant = new Set([
    ...(now ? [now] : []),
    ...checksOf(methodology).flatMap((c) => c.references.cwe),
  ]);
  const near = <T extends { id: string }>(found: readonly T[]): T[] => [
    ...found.filter((c) => c.id === now),
    ...found.filter((c) => c.id !== now && relevant.has(c.id)),
    ...found.filter((c) => !relevant.has(c.id)),
  ];
  const rows = (query: string): PickRow[] => {
    const found = near(searchCwes(query)).map((c) => ({
      id: c.id,
      label: `${c.id.padEnd(9)}${spoken(c.name)}`,
      ...(c.usage === 'allowed' ? {} : { note: `mapping ${c.usage}` }),
    }));
    const number = /^(?:cwe-?)?([1-9]\d{0,4})$/i.exec(query)?.[1];
    const typed = number ? `CWE-${number}` : '';
    const unknown = typed !== '' && !found.some((r) => r.id === typed);
    return [
      ...(unknown
        ? [{ id: typed, label: `${typed} as typed`, note: `not in ${CWE_CATALOGUE.version}` }]
        : []),
      ...found,
      ...(query === '' ? [{ id: 'none', label: 'no CWE' }] : []),
    ];
  };
  pick(
    app,
    `CWE ${CWE_CATALOGUE.version} of ${CWE_CATALOGUE.date}`,
    rows,
    ([id]) => id && saying(app, record({ ...latest(), cwe: id === 'none' ? null : id })),
  );
};

export const openScore = (app: App, id: string, { latest, record }: Editing): void => {
  const sheet = SHEETS.find((s) => s.id === id);
  if (!sheet) return;
  const { scores, title, id: finding } = latest();
  app.push({
    kind: 'score',
    title: `${finding} ${title}`,
    sheet,
    scores,
    choice: sheet.choice(scores),
    list: emptyList(),
    all: false,
    problem: '',
    save: (next) => {
      // The form below shows the new score, so it must be on top when that is recorded.
      const overlay = app.ui.get().overlays.at(-1);
      app.pop();
      const problem = record({ ...latest(), scores: next });
      if (problem && overlay) app.push(overlay);
      return problem;
    },
  });
};

/** Which calculator: the finding's scores in a list. */
export const pickScore = (app: App, editing: Editing): void => {
  const { scores } = editing.latest();
  pick(
    app,
    'Score',
    filtered(
      SHEETS.map((s) => {
        const unscored = s.id === 'aivss' ? scores.aivss === null : scores[s.id] === '';
        return {
          id: s.id,
          label: s.title,
          note: unscored ? 'not scored' : s.result(s.choice(scores), scores).text || 'incomplete',
        };
      }),
    ),
    ([id]) => id && openScore(app, id, editing),
  );
};

const appended = (known: readonly string[], more: readonly string[]): string[] => [
  ...new Set([...known, ...more]),
];

/** What a server consists of, as the surface and the tree say, in the words a finding uses. */
export const addComponents = (app: App, { latest, record }: Editing): void =>
  app.work(async () => {
    const { store } = app.opened();
    const surface = app.view().surface();
    const named = (kind: string, all: readonly { name: string; path: string; line: number }[]) =>
      all.map((e) => ({
        id: `${kind}: \`${e.name}\``,
        label: `${kind}: ${e.name}`,
        note: `${shownPath(e.path)}:${e.line}`,
      }));
    const files = (await store.paths()).map((path) => ({
      id: `File: \`${path}\``,
      label: `File: ${shownPath(path)}`,
    }));
    const rows = [
      ...named('Tool', surface.tools),
      ...named('Resource', surface.resources),
      ...named('Prompt', surface.prompts),
      ...surface.transports.map((t) => ({
        id: `Transport: ${t.kind}`,
        label: `Transport: ${t.kind}`,
        note: `${shownPath(t.path)}:${t.line}`,
      })),
      ...files,
    ];
    pick(
      app,
      'Affected components',
      filtered(rows),
      (ids) => saying(app, record({ ...latest(), components: appended(latest().components, ids) })),
      true,
      'Neither the surface nor the tree has such a name.',
    );
  });

const attached = (app: App, f: Finding): EvidenceItem[] => {
  const { evidence } = app.opened().store.snapshot();
  const wanted = new Set(f.evidence);
  return [...evidence.values()].flatMap((r) => r.items.filter((i) => wanted.has(i.id)));
};

export const addReproduction = (app: App, { latest, record }: Editing): void => {
  const rows = attached(app, latest())
    .filter((i) => i.reproduce !== '')
    .map((i) => ({
      id: `Show it at the audited commit: \`${i.reproduce}\``,
      label: shownPath(i.reproduce),
      note: i.title,
    }));
  pick(
    app,
    'Reproduction, from the commands of the evidence',
    filtered(rows),
    (ids) => saying(app, record({ ...latest(), reproduction: appended(latest().reproduction, ids) })),
    true,
    'The evidence of this finding has no command. Attach some in the row "evidence".',
  );
};

export const addEvidence = (app: App, { latest, record }: Editing): void => {
  const f = latest();
  const here = (i: EvidenceItem) => i.checks.some((c) => f.checks.includes(c));
  const all = [...app.opened().store.snapshot().evidence.values()].flatMap((r) => r.items);
  const rows = [...all.filter(here), ...all.filter((i) => !here(i))]
    .filter((i) => !f.evidence.includes(i.id))
    .map((i) => ({
      id: i.id,
      label: i.title,
      note: `${i.kind} ${i.location ? shownPlace(i.location) : i.collector}`,
    }));
  pick(
    app,
    `Evidence for ${f.id}, that of ${f.checks.join(', ')} first`,
    filtered(rows),
    (ids) => saying(app, record({ ...latest(), evidence: appended(latest().evidence, ids) })),
    true,
    'No evidence matches.',
  );
};

/** A template, those for the class of the evidence first. */
export const pickTemplate = (
  app: App,
  templates: readonly FindingTemplate[],
  item: EvidenceItem | null,
  choose: (t: FindingTemplate) => void,
): void => {
  const fits = (t: FindingTemplate) => item !== null && t.classes.includes(item.class);
  const rows = [...templates.filter(fits), ...templates.filter((t) => !fits(t))].map((t) => ({
    id: t.id,
    label: t.name,
    note: `${t.cwe} ${t.classes.join(', ')}`,
  }));
  pick(app, 'Fill what is empty from a template', filtered(rows), ([id]) => {
    const chosen = templates.find((t) => t.id === id);
    if (chosen) choose(chosen);
  });
};

/** What the finding's template suggests for a part, with the words of the evidence put in; '' where it suggests nothing. */
const suggested = (
  app: App,
  { latest }: Editing,
  templates: readonly FindingTemplate[],
  part: Part,
): string => {
  const f = latest();
  const template = templates.find((t) => t.id === f.template.id);
  if (!template) return '';
  const [item] = attached(app, f);
  const server = app.opened().store.snapshot().session.target?.name ?? '';
  const words = item ? wordsOf(item, app.view().surface(), server) : { server };
  const text = suggestionFor(fittedTo(template, item), part.id, words);
  return part.get(f).includes(text) ? '' : text;
};

/** Takes a suggestion over, as if typed: in place of what a choice or an empty line says, below what is written. */
const takeOver = ({ latest, record }: Editing, part: Part, text: string): string | null => {
  const f = latest();
  const now = part.get(f);
  const joined = part.multiline && now !== '' ? `${now}\n${text}` : text;
  return record(part.set(f, joined, ''));
};

/** The picker behind a row of the editor, and what a template suggests for it. */
export const hooksOf =
  (app: App, editing: Editing, templates: readonly FindingTemplate[] = []) =>
  (part: Part) => {
    const text = suggested(app, editing, templates, part);
    return {
      ...pickersOf(app, editing, part),
      ...(text === ''
        ? {}
        : {
            suggested: text,
            add: () => saying(app, takeOver(editing, part, text)),
          }),
    };
  };

const pickersOf = (app: App, editing: Editing, part: Part) => ({
  ...(part.id === 'severity' && severityProposed(editing.latest())
    ? { open: () => saying(app, editing.record(giveSeverity(editing.latest(), editing.latest().severity))) }
    : {}),
  ...(part.open === 'cwe' ? { open: () => pickCwe(app, editing) } : {}),
  ...(part.open === 'score' ? { open: () => openScore(app, part.id, editing) } : {}),
  ...(part.add === 'components' ? { add: () => addComponents(app, editing) } : {}),
  ...(part.add === 'reproduction' ? { add: () => addReproduction(app, editing) } : {}),
  ...(part.add === 'evidence' ? { add: () => addEvidence(app, editing) } : {}),
});
