import { isRefusal, nextFindingId } from '../../domain/decide.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { draftFinding, type Finding, missingParts } from '../../domain/finding.ts';
import { type Check, findCheck } from '../../domain/methodology.ts';
import type { App } from '../app-state.ts';
import { selectedFinding } from '../model.ts';
import type { FormField } from '../overlays/overlay.ts';
import { emptyList } from '../view/list.ts';

export const newFindingFor = (app: App, check: Check): Finding =>
  draftFinding(nextFindingId(app.opened().store.snapshot().session), check);

/** Begins a finding where the evidence already says what and where; the judgement is still to write. */
export const findingFromItem = (app: App, check: Check, item: EvidenceItem): Finding => {
  const draft = newFindingFor(app, check);
  const at = item.location;
  return {
    ...draft,
    title: item.title,
    positive: item.kind === 'strength',
    severity: item.kind === 'strength' ? 'info' : draft.severity,
    cwe: item.cwe[0] ?? draft.cwe,
    locations: at ? [at] : [],
    components: at ? [`File: \`${at.path}\` (lines ${at.startLine}-${at.endLine})`] : [],
    evidence: [item.id],
    description: item.detail,
    reproduction: [`Show the code at the audited commit: \`${item.reproduce}\``],
  };
};

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((l) => l.replace(/^\s*[-*]\s+/, '').trim())
    .filter(Boolean);

const RATINGS = ['None', 'Low', 'Medium', 'High'] as const;

/** One row of the form: how a part of a finding is shown, and how the text goes back into it. */
type Part = Omit<FormField, 'value'> & {
  get: (f: Finding) => string;
  set: (f: Finding, text: string) => Finding;
};

const text = (
  id: keyof Finding & ('title' | 'category' | 'summary' | 'description' | 'notes'),
  label: string,
  help: string,
  multiline = true,
): Part => ({
  id,
  label,
  help,
  multiline,
  get: (f) => f[id],
  set: (f, value) => ({ ...f, [id]: value.trim() }),
});

const list = (
  id: 'components' | 'reproduction' | 'risks' | 'validation' | 'references',
  label: string,
  help: string,
): Part => ({
  id,
  label,
  help: `${help} One a line.`,
  multiline: true,
  get: (f) => f[id].join('\n'),
  set: (f, value) => ({ ...f, [id]: lines(value) }),
});

const impact = (id: 'confidentiality' | 'integrity' | 'availability' | 'exploitability'): Part => ({
  id: `impact.${id}`,
  label: id,
  help: '←/→ change',
  options: RATINGS,
  get: (f) => f.impact[id],
  set: (f, value) => ({ ...f, impact: { ...f.impact, [id]: value as (typeof RATINGS)[number] } }),
});

const advice = (id: 'immediate' | 'shortTerm' | 'longTerm', label: string): Part => ({
  id: `recommendations.${id}`,
  label,
  help: 'One action a line.',
  multiline: true,
  get: (f) => f.recommendations[id].join('\n'),
  set: (f, value) => ({ ...f, recommendations: { ...f.recommendations, [id]: lines(value) } }),
});

export const FINDING_PARTS: readonly Part[] = [
  text('title', 'title', 'The weakness in one line.', false),
  {
    id: 'severity',
    label: 'severity',
    help: '←/→ change',
    options: ['critical', 'high', 'medium', 'low', 'info'],
    get: (f) => f.severity,
    set: (f, value) => ({
      ...f,
      severity: value as Finding['severity'],
      positive: f.positive && value === 'info',
    }),
  },
  {
    id: 'positive',
    label: 'kind',
    help: '←/→ change: a weakness, or a good practice worth telling (always info)',
    options: ['weakness', 'good practice'],
    get: (f) => (f.positive ? 'good practice' : 'weakness'),
    set: (f, value) => ({
      ...f,
      positive: value === 'good practice',
      severity: value === 'good practice' ? 'info' : f.severity,
      cwe: value === 'good practice' ? null : f.cwe,
    }),
  },
  text('category', 'category', 'For instance: Input Validation, Access Control, Supply Chain.', false),
  {
    id: 'cwe',
    label: 'CWE',
    help: 'CWE- and a number, for instance CWE-78; empty for none.',
    get: (f) => f.cwe ?? '',
    set: (f, value) => {
      const number = /^(?:cwe-?)?(\d{1,5})$/i.exec(value.trim())?.[1];
      return { ...f, cwe: value.trim() === '' ? null : number ? `CWE-${Number(number)}` : value.trim() };
    },
  },
  {
    id: 'where',
    label: 'where',
    help: 'path:first-last at the audited commit, one a line; the code there is read again and kept.',
    multiline: true,
    get: (f) => f.locations.map((l) => `${l.path}:${l.startLine}-${l.endLine}`).join('\n'),
    // Needs the target: see saveWhere.
    set: (f) => f,
  },
  text('summary', 'summary', 'Two sentences for somebody who decides: what is wrong, and what it allows.'),
  text('description', 'description', 'How it comes about, in the code.'),
  impact('confidentiality'),
  impact('integrity'),
  impact('availability'),
  impact('exploitability'),
  {
    id: 'impact.scope',
    label: 'scope',
    help: 'What an attacker reaches: this tool, the host, the accounts behind it.',
    multiline: true,
    get: (f) => f.impact.scope,
    set: (f, value) => ({ ...f, impact: { ...f.impact, scope: value.trim() } }),
  },
  list('components', 'components', 'What is affected, as `- File:`, `- Function:`, `- Dependency:`.'),
  list(
    'reproduction',
    'reproduction',
    'Steps somebody else can follow, with what is expected and what happens.',
  ),
  list('risks', 'risks', 'Who does what with it.'),
  advice('immediate', 'fix now'),
  advice('shortTerm', 'fix soon'),
  advice('longTerm', 'fix for good'),
  list('validation', 'validation', 'How to see that it is fixed.'),
  list('references', 'references', 'Links and documents.'),
  text('notes', 'auditor notes', 'Anything a reader of the report should know.'),
];

const fieldsOf = (f: Finding): FormField[] => {
  const missing = new Set(missingParts(f));
  return FINDING_PARTS.map(({ get, set: _set, ...part }) => ({
    ...part,
    value: get(f),
    required: missing.has(part.id) || (part.id === 'where' && missing.has('locations or evidence')),
  }));
};

/**
 * The finding editor. Every field left is recorded at once, as one undoable decision; a draft nobody touched leaves no
 * trace.
 */
export const openFindingForm = (app: App, begun: Finding, note = ''): void => {
  const latest = (): Finding => app.opened().store.snapshot().session.findings.get(begun.id) ?? begun;
  const record = (finding: Finding): string | null => {
    const result = app.opened().store.dispatch({ type: 'record-finding', finding });
    if (isRefusal(result))
      return result.refused === 'nothing changed' ? null : `${result.refused}: ${result.hint}`;
    refresh();
    return null;
  };
  const refresh = () => {
    const top = app.ui.get().overlays.at(-1);
    if (top?.kind === 'form') app.swap({ ...top, title: title(), fields: fieldsOf(latest()) });
  };
  const title = (): string => {
    const f = latest();
    const open = missingParts(f).length;
    const saved = app.opened().store.snapshot().session.findings.has(f.id) ? '' : ' · not recorded yet';
    return `${f.id} ${f.title} · ${open === 0 ? 'ready' : `draft, ${open} to fill`}${saved}`;
  };
  const saveWhere = (value: string): void =>
    app.work(async () => {
      const found = await app.ports.locate(lines(value), app.opened().store);
      const problem = isRefusal(found)
        ? `${found.refused}: ${found.hint}`
        : record({ ...latest(), locations: found });
      const top = app.ui.get().overlays.at(-1);
      if (problem && top?.kind === 'form') app.swap({ ...top, problem });
    });
  app.push({
    kind: 'form',
    title: title(),
    fields: fieldsOf(begun),
    list: emptyList(),
    editing: null,
    problem: note,
    enter: 'keeps',
    change: (id, value) => {
      if (id === 'where') {
        saveWhere(value);
        return null;
      }
      const part = FINDING_PARTS.find((p) => p.id === id);
      return part ? record(part.set(latest(), value)) : null;
    },
    submit: () => editFinding(app, latest()),
  });
};

/** The whole finding as text in the auditor's editor; a mistake goes back to the editor with the reason on top. */
export const editFinding = (app: App, finding: Finding): void =>
  app.work(async () => {
    let draft = app.ports.findingText(finding);
    for (;;) {
      const edited = await app.ports.edit(draft, `${finding.id}.yml`);
      if (edited.kind === 'failed') return app.toast(edited.message, 'bad');
      if (edited.kind === 'unchanged')
        return app.toast(`${finding.id} is unchanged: nothing recorded.`, 'warn');
      const parsed = await app.ports.parseFinding(edited.text, finding, app.opened().store);
      if (!isRefusal(parsed)) {
        app.dispatch({ type: 'record-finding', finding: parsed }, `${finding.id} recorded · z takes it back`);
        const top = app.ui.get().overlays.at(-1);
        if (top?.kind === 'form') app.swap({ ...top, fields: fieldsOf(parsed), problem: '' });
        return;
      }
      const reason = `# NOT RECORDED: ${parsed.refused}. ${parsed.hint}\n# Correct it and save, or close without a change to give up.\n`;
      draft = reason + edited.text.replace(/^(# (NOT RECORDED|Correct it).*\n)+/m, '');
    }
  });

export const editSelected = (app: App): void => {
  const f = selectedFinding(app.view());
  if (f) openFindingForm(app, f);
};

export const editSelectedWhole = (app: App): void => {
  const f = selectedFinding(app.view());
  if (f) editFinding(app, f);
};

export const newFinding = (app: App): void => {
  const { snap } = app.view();
  if (!snap) return;
  const check =
    findCheck(snap.methodology, snap.session.lastCheck ?? '') ??
    snap.methodology.phases[0]?.sections[0]?.checks[0];
  if (check)
    openFindingForm(app, newFindingFor(app, check), `It belongs to ${check.id}, the check last worked on.`);
};

export const deleteSelected = (app: App): void => {
  const f = selectedFinding(app.view());
  if (!f) return;
  app.push({
    kind: 'confirm',
    question: `Delete ${f.id} "${f.title}"?`,
    detail: 'z brings it back as long as this session is open or resumed.',
    yes: () => {
      app.dispatch({ type: 'delete-finding', finding: f.id }, `${f.id} deleted · z brings it back`);
    },
  });
};
