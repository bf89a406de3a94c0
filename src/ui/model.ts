// Long, because it is one list: what each screen lists, and what is chosen in it.
import type { AssistantNow } from '../domain/assistance.ts';
import { filterTools, sortTools, type ToolView } from '../domain/attack-surface.ts';
import type { EvidenceItem, Surface } from '../domain/evidence.ts';
import { filterChecks } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import { type Check, findCheck, type Section } from '../domain/methodology.ts';
import type { TriedLeads } from '../domain/observations.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { CriterionRating, DimensionRating, ScorecardRating } from '../domain/scorecard.ts';
import { type EvidenceIndex, findingsOf, matchesWords, runState, sectionsOf } from '../domain/selectors.ts';
import type { Snapshot } from '../engine/store.ts';
import type { Binding } from './bindings.ts';
import type { PaneName } from './layout.ts';
import { type LiveRow, liveRows } from './live-model.ts';
import type { CollectorCard, Opened, ReadinessItem, SessionSummary } from './ports.ts';
import { proposalRows } from './proposals-model.ts';
import type { ListName, Place, Ui } from './state.ts';
import { indexOf } from './view/list.ts';

/** Everything a frame is drawn from. */
export type View = {
  ui: Ui;
  /** The table of keys, with the auditor's own in it. */
  bindings: readonly Binding[];
  opened: Opened | null;
  snap: Snapshot | null;
  index: EvidenceIndex;
  sessions: readonly SessionSummary[] | null;
  sessionsError: string | null;
  readiness: () => readonly ReadinessItem[];
  preview: () => string;
  /** The next thing worth doing, in one sentence. */
  whatNow: () => string;
  history: () => readonly { id: string; at: string; text: string }[];
  /** A file of the target at the pinned commit; null while it is being read. */
  source: (path: string) => string | null;
  /** The text of a report or transcript that an observation keeps; null while it is being read, '' where it cannot be. */
  observed: (sha256: string) => string | null;
  /** Why a lead cannot be tried by calls; '' where it can be. */
  untriable: (item: EvidenceItem) => string;
  /** Who is connected, or was, and what they read. */
  assistants: readonly AssistantNow[];
  /** By lead, what became of it on the running server. */
  tried: TriedLeads;
  /** Every file of the target at the pinned commit; none while they are being read. */
  files: () => readonly string[];
  /** The tools of the server with the leads that begin in them, and the whole surface. */
  tools: () => readonly ToolView[];
  surface: () => Surface;
  /** null where no session is open. */
  scorecard: () => ScorecardRating | null;
  now: Date;
  /** Keeps what `make` gave until one of `from` changes: wrapping a long text for every key is what frames would wait for. */
  kept: <T>(name: string, from: readonly unknown[], make: () => T) => T;
};

export type CheckRow =
  | { id: string; kind: 'section'; section: Section; open: boolean }
  | { id: string; kind: 'check'; check: Check };

/** Asked for by every binding of a frame: made again only when what they are made of changed. */
export const checkRows = (v: View): readonly CheckRow[] => {
  const { snap, ui } = v;
  if (!snap) return [];
  const query = ui.filters.checks ?? '';
  const found = query === '' ? [] : [snap.session, v.index];
  return v.kept('check-rows', [snap.methodology, query, ui.collapsed, ...found], () =>
    makeCheckRows(v, snap),
  );
};

const makeCheckRows = (v: View, snap: Snapshot): CheckRow[] => {
  const { ui } = v;
  const query = ui.filters.checks ?? '';
  const rows: CheckRow[] = [];
  for (const section of sectionsOf(snap.methodology)) {
    const checks = query ? filterChecks(section.checks, snap.session, v.index, query) : section.checks;
    if (checks.length === 0) continue;
    const open = query !== '' || !ui.collapsed.has(section.id);
    rows.push({ id: `section:${section.id}`, kind: 'section', section, open });
    if (open) for (const check of checks) rows.push({ id: check.id, kind: 'check', check });
  }
  return rows;
};

/** Collectors, then the imported results of other tools, as the list of runs shows them. */
export const runCards = (v: View): readonly CollectorCard[] => {
  const query = v.ui.filters.runs ?? '';
  const all = allCards(v);
  return query ? all.filter((c) => matchesWords(query, c.id, c.title, c.about)) : all;
};

const allCards = (v: View): readonly CollectorCard[] => [
  ...(v.opened?.collectors ?? []),
  ...[...(v.snap?.session.imports ?? [])].map(
    ([id, i]): CollectorCard => ({
      id,
      title: `Results of ${i.tools.map((t) => `${t.name} ${t.version}`.trim()).join(', ') || i.format}`,
      about: i.command
        ? `Run here: ${i.command.join(' ')}`
        : `Imported from ${i.name}, ${i.bytes.toLocaleString('en')} bytes`,
    }),
  ),
];

export type RunState = ReturnType<typeof runState>;
export const stateOfRun = (snap: Snapshot, id: string): RunState =>
  runState(snap.session, id, {
    running: snap.running.has(id),
    queued: snap.queued.includes(id),
    loading: snap.loading.has(id),
    missing: snap.missing.get(id),
  });

export type ItemRow =
  | { id: string; kind: 'item'; item: EvidenceItem }
  | { id: string; kind: 'run'; collector: string; state: RunState; message: string };

/** The evidence of a check: its items, dismissed ones last, then what could not be looked at or held nothing. */
export const itemRows = (v: View, check: Check): readonly ItemRow[] => {
  const query = v.ui.filters.items ?? '';
  // Asked for several times a key, and ten thousand items are looked through for it.
  return v.kept(`items of ${query}`, [v.snap, v.index, check], () => madeItemRows(v, check, query));
};

const madeItemRows = (v: View, check: Check, query: string): ItemRow[] => {
  const { snap } = v;
  if (!snap) return [];
  const items = v.index.get(check.id) ?? [];
  const dismissed = (i: EvidenceItem) => snap.session.triage.get(i.id)?.decision === 'dismissed';
  const kept = items.filter((i) => !dismissed(i));
  const rows: ItemRow[] = [...kept, ...items.filter(dismissed)].map((item) => ({
    id: item.id,
    kind: 'item',
    item,
  }));
  const spoke = new Set(items.map((i) => i.collector));
  for (const collector of check.collectors) {
    const state = stateOfRun(snap, collector);
    if (state === 'collected' && spoke.has(collector)) continue;
    const run = snap.evidence.get(collector)?.run;
    const message =
      snap.running.get(collector)?.message ||
      snap.missing.get(collector) ||
      run?.message ||
      run?.searched ||
      '';
    rows.push({ id: `run:${collector}`, kind: 'run', collector, state, message });
  }
  return query === ''
    ? rows
    : rows.filter((r) =>
        r.kind === 'item'
          ? matchesWords(query, r.item.title, r.item.collector, r.item.location?.path ?? '', r.item.kind)
          : matchesWords(query, r.collector, r.message),
      );
};

/** Sessions as Home lists them. */
export const sessionRows = (v: View): readonly SessionSummary[] => {
  const query = v.ui.filters.home ?? '';
  const all = v.sessions ?? [];
  return query ? all.filter((s) => matchesWords(query, s.name, s.id, s.commit)) : all;
};

/** What the report lacks, each under the number it has in the whole list. */
export const readinessRows = (v: View): readonly { id: string; item: ReadinessItem }[] => {
  const query = v.ui.filters.report ?? '';
  const rows = v.readiness().map((item, i) => ({ id: String(i), item }));
  return query ? rows.filter(({ item }) => matchesWords(query, item.level, item.text, item.fix)) : rows;
};

export const findingRows = (v: View): readonly Finding[] => {
  const query = v.ui.filters.findings ?? '';
  const { snap } = v;
  if (!snap) return [];
  const all = v.kept('findings', [snap.session.findings], () => findingsOf(snap.session));
  return query
    ? all.filter((f) => matchesWords(query, f.id, f.title, f.severity, f.checks.join(' '), f.cwe ?? ''))
    : all;
};

export const historyRows = (v: View): readonly { id: string; at: string; text: string }[] => {
  const query = v.ui.filters.history ?? '';
  return query ? v.history().filter((h) => matchesWords(query, h.text)) : v.history();
};

export const surfaceRows = (v: View): readonly ToolView[] => {
  const query = v.ui.filters.surface ?? '';
  const tools = v.tools();
  return v.kept('tool-rows', [tools, query, v.ui.toolOrder], () =>
    sortTools(filterTools(tools, query), v.ui.toolOrder),
  );
};

export type ScorecardRow =
  | { id: string; kind: 'dimension'; dimension: DimensionRating }
  | { id: string; kind: 'criterion'; criterion: CriterionRating };

export const scorecardRows = (v: View): readonly ScorecardRow[] => {
  const query = v.ui.filters.scorecard ?? '';
  return (v.scorecard()?.dimensions ?? []).flatMap((dimension): ScorecardRow[] => {
    const criteria = dimension.criteria.filter((c) => query === '' || matchesWords(query, c.id, c.title));
    return criteria.length === 0
      ? []
      : [
          { id: `dimension:${dimension.id}`, kind: 'dimension', dimension },
          ...criteria.map((criterion): ScorecardRow => ({ id: criterion.id, kind: 'criterion', criterion })),
        ];
  });
};

export const selectedCriterion = (v: View): CriterionRating | null => {
  const row = selectedOf(v, 'scorecard', scorecardRows(v));
  return row?.kind === 'criterion' ? row.criterion : null;
};

/** The row of the live screen under the cursor. */
export const selectedLive = (v: View): LiveRow | null => selectedOf(v, 'live', liveRows(v)) ?? null;

export const selectedProposal = (v: View): Proposal | null =>
  selectedOf(v, 'proposals', proposalRows(v)) ?? null;

/** Kept for as long as the rows are the same: of rows made anew for each question nothing is saved, and nothing wrong. */
const idsOf = (v: View, list: ListName, rows: readonly { id: string }[]): readonly string[] =>
  v.kept(`ids of ${list}`, [rows], () => rows.map((r) => r.id));

/** The row under the cursor. */
const selectedOf = <R extends { id: string }>(v: View, list: ListName, rows: readonly R[]): R | undefined =>
  rows[indexOf(v.ui.lists[list], idsOf(v, list, rows))];

/** Ids of a list's rows, for moving the selection. */
export const rowIds = (v: View, list: ListName): readonly string[] => {
  switch (list) {
    case 'home':
      return sessionRows(v).map((s) => s.id);
    case 'checks':
      return idsOf(v, list, checkRows(v));
    case 'items': {
      const check = selectedCheck(v);
      return check ? idsOf(v, 'items', itemRows(v, check)) : [];
    }
    case 'findings':
      return idsOf(v, list, findingRows(v));
    case 'runs':
      return runCards(v).map((c) => c.id);
    case 'report':
      return readinessRows(v).map((r) => r.id);
    case 'surface':
      return idsOf(v, list, surfaceRows(v));
    case 'scorecard':
      return scorecardRows(v).map((r) => r.id);
    case 'live':
      return liveRows(v).map((r) => r.id);
    case 'proposals':
      return proposalRows(v).map((p) => p.id);
    case 'history':
      return historyRows(v).map((h) => h.id);
  }
};

export const selectedId = (v: View, list: ListName): string | null => {
  const ids = rowIds(v, list);
  return ids[indexOf(v.ui.lists[list], ids)] ?? null;
};

export const selectedTool = (v: View): ToolView | null => selectedOf(v, 'surface', surfaceRows(v)) ?? null;

/** The session under the cursor of Home. */
export const selectedSession = (v: View): SessionSummary | null =>
  selectedOf(v, 'home', sessionRows(v)) ?? null;

export const selectedCheck = (v: View): Check | null => {
  const id = selectedId(v, 'checks');
  return id && v.snap ? (findCheck(v.snap.methodology, id) ?? null) : null;
};

/** The section or check under the cursor. */
export const selectedRow = (v: View): CheckRow | null => selectedOf(v, 'checks', checkRows(v)) ?? null;

export const selectedSection = (v: View): Section | null => {
  const row = selectedRow(v);
  return row?.kind === 'section' ? row.section : null;
};

export const selectedItem = (v: View): EvidenceItem | null => {
  const check = selectedCheck(v);
  if (!check) return null;
  const row = selectedOf(v, 'items', itemRows(v, check));
  return row?.kind === 'item' ? row.item : null;
};

/** Every item from the marked row to the chosen one; the chosen one alone where no row is marked. */
export const selectedItems = (v: View): readonly EvidenceItem[] => {
  const check = selectedCheck(v);
  if (!check) return [];
  const rows = itemRows(v, check);
  const ids = rows.map((r) => r.id);
  const at = indexOf(v.ui.lists.items, ids);
  const mark = v.ui.itemMark === null ? -1 : ids.indexOf(v.ui.itemMark);
  const [first, last] = mark === -1 ? [at, at] : [Math.min(at, mark), Math.max(at, mark)];
  return rows.slice(Math.max(0, first), last + 1).flatMap((r) => (r.kind === 'item' ? [r.item] : []));
};

/** An evidence item of any check; null when the collector was run again and says it no longer. */
export const itemById = (v: View, id: string): EvidenceItem | null => {
  for (const { items } of v.snap?.evidence.values() ?? []) {
    const item = items.find((i) => i.id === id);
    if (item) return item;
  }
  return null;
};

export const selectedFinding = (v: View): Finding | null =>
  findingRows(v).find((f) => f.id === selectedId(v, 'findings')) ?? null;

/** The list of each screen, beside its text where it has any. */
export const LIST_OF: Partial<Record<Place, ListName>> = {
  home: 'home',
  audit: 'checks',
  findings: 'findings',
  evidence: 'runs',
  report: 'report',
  session: 'history',
  surface: 'surface',
  scorecard: 'scorecard',
  live: 'live',
  proposals: 'proposals',
};

/** The list the arrow keys move in, or null where they scroll text. */
export const activeList = (ui: Ui): ListName | null => {
  if (ui.place === 'home') return 'home';
  if (ui.place === 'audit') return ui.focus === 'list' ? 'checks' : ui.focus === 'evidence' ? 'items' : null;
  return ui.focus === 'list' ? (LIST_OF[ui.place] ?? null) : null;
};

/** Names the text a reading pane shows, so that each keeps its own scroll position. */
export const readingKey = (v: View): string => {
  switch (v.ui.place) {
    case 'audit':
      return `check:${selectedId(v, 'checks')}`;
    case 'findings':
      return `finding:${selectedId(v, 'findings')}`;
    case 'evidence':
      return `run:${selectedId(v, 'runs')}`;
    case 'surface':
      return `tool:${selectedId(v, 'surface')}`;
    case 'live':
      return `live:${selectedId(v, 'live')}`;
    case 'proposals':
      return `proposal:${selectedId(v, 'proposals')}`;
    case 'scorecard':
      return `criterion:${selectedId(v, 'scorecard')}`;
    default:
      return v.ui.place;
  }
};

/** Panes of what is shown, from left to right. */
export const panesOf = ({ place, reader }: Pick<Ui, 'place' | 'reader'>): readonly PaneName[] =>
  place === 'audit'
    ? ['list', 'detail', 'evidence']
    : place === 'reader'
      ? [reader?.beside ? 'beside' : 'list', 'code']
      : place === 'home' || place === 'opening'
        ? ['list']
        : ['list', 'detail'];
