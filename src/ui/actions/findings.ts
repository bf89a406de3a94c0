import { isRefusal, nextFindingId } from '../../domain/decide.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { draftFinding, type Finding, missingParts, stageOf, withoutLeftovers } from '../../domain/finding.ts';
import {
  applyTemplate,
  checksFor,
  type FindingTemplate,
  findingFromEvidence,
  fittedTo,
  wordsOf,
} from '../../domain/finding-template.ts';
import { type Check, findCheck } from '../../domain/methodology.ts';
import type { App } from '../app-state.ts';
import { selectedFinding } from '../model.ts';
import { FINDING_PARTS, fieldsOf, lines } from './finding-parts.ts';
import { type Editing, hooksOf, pickCwe, pickScore, pickTemplate } from './finding-pickers.ts';

export const newFindingFor = (app: App, check: Check): Finding =>
  draftFinding(nextFindingId(app.opened().store.snapshot().session), check);

/** Begins a finding where the evidence already says what and where; the judgement is still to write. */
export const raiseFrom = (app: App, check: Check, item: EvidenceItem): void =>
  app.work(async () => {
    const { methodology, session } = app.opened().store.snapshot();
    const checks = checksFor(item, check.id, methodology, session);
    const about = {
      templates: await app.ports.templates(),
      surface: app.view().surface(),
      server: app.opened().store.snapshot().session.target?.name ?? '',
      tried: app.view().tried.get(item.id),
    };
    openFindingForm(
      app,
      findingFromEvidence({ ...newFindingFor(app, check), checks }, item, about),
      'Begun from this evidence. Every word is yours to change; Esc leaves no trace.',
    );
  });

/** Fills what is empty in the selected finding from a template the auditor chooses. */
export const fillSelected = (app: App): void => {
  const f = selectedFinding(app.view());
  const editing = editingSelected(app);
  if (!f || !editing) return;
  app.work(async () => {
    const templates = await app.ports.templates();
    const { session, evidence } = app.opened().store.snapshot();
    const item = [...evidence.values()].flatMap((r) => r.items).find((i) => f.evidence.includes(i.id));
    const server = session.target?.name ?? '';
    const words = item ? wordsOf(item, app.view().surface(), server) : { server };
    pickTemplate(app, templates, item ?? null, (t) => {
      const problem = editing.record(applyTemplate(editing.latest(), fittedTo(t, item), words, false));
      if (problem) app.toast(problem, 'warn');
    });
  });
};

/**
 * The finding editor. Every field left is recorded at once, as one undoable decision; a draft nobody touched leaves no
 * trace.
 */
export const openFindingForm = (app: App, begun: Finding, note = '', at?: string): void => {
  const editing = editingOf(app, begun, () => refresh());
  const { latest, record } = editing;
  let templates: readonly FindingTemplate[] = [];
  const fields = () => fieldsOf(latest(), hooksOf(app, editing, templates));
  /** What was said stays until something is changed. */
  const refresh = (problem = '') => {
    const top = app.ui.get().overlays.at(-1);
    if (top?.kind === 'form') app.swap({ ...top, title: title(), fields: fields(), problem });
  };
  const title = (): string => {
    const f = latest();
    const open = missingParts(f).length;
    const saved = app.opened().store.snapshot().session.findings.has(f.id) ? '' : ' · not recorded yet';
    return `${f.id} · ${open === 0 ? stageOf(f) : `draft, ${open} to fill`}${saved} · ${f.title}`;
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
    fields: fields(),
    list: { selected: at === 'locations or evidence' ? 'where' : (at ?? null), top: 0 },
    editing: null,
    problem: note,
    enter: 'keeps',
    change: (id, value) => {
      if (id === 'where') {
        saveWhere(value);
        return null;
      }
      const part = FINDING_PARTS.find((p) => p.id === id);
      return part ? record(part.set(latest(), value, app.ports.now().toISOString().slice(0, 10))) : null;
    },
    submit: () => editFinding(app, latest()),
  });
  if (begun.template.id !== '')
    app.work(async () => {
      templates = await app.ports.templates();
      refresh(note);
    });
};

/** The finding that is being edited: one that nobody touched is not recorded. */
const editingOf = (app: App, begun: Finding, changed: () => void): Editing => ({
  latest: () => app.opened().store.snapshot().session.findings.get(begun.id) ?? begun,
  record: (next) => {
    const before = app.opened().store.snapshot().session.findings.get(begun.id) ?? begun;
    const finding = withoutLeftovers(before, next);
    const result = app.opened().store.dispatch({ type: 'record-finding', finding });
    if (isRefusal(result))
      return result.refused === 'nothing changed' ? null : `${result.refused}: ${result.hint}`;
    changed();
    return null;
  },
});

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
        if (top?.kind === 'form') {
          const editing = editingOf(app, parsed, () => {});
          app.swap({ ...top, fields: fieldsOf(parsed, hooksOf(app, editing)), problem: '' });
        }
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

const editingSelected = (app: App): Editing | null => {
  const f = selectedFinding(app.view());
  return f && editingOf(app, f, () => app.toast(`${f.id} recorded · z takes it back`));
};

export const scoreSelected = (app: App): void => {
  const editing = editingSelected(app);
  if (editing) pickScore(app, editing);
};

export const cweOfSelected = (app: App): void => {
  const editing = editingSelected(app);
  if (editing) pickCwe(app, editing);
};

/** Says that the auditor read the finding again as a whole; again takes it back. */
export const reviewSelected = (app: App): void => {
  const f = selectedFinding(app.view());
  if (!f) return;
  app.dispatch(
    { type: 'review-finding', finding: f.id, reviewed: !f.reviewed },
    f.reviewed ? `${f.id} is to be read again` : `${f.id} is reviewed · v or z takes it back`,
  );
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
