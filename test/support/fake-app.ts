import { hash } from 'node:crypto';
import {
  EVENT_VERSION,
  type EventBody,
  type SessionEvent,
  type SessionTarget,
} from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem } from '../../src/domain/evidence.ts';
import type { FindingTemplate } from '../../src/domain/finding-template.ts';
import type { Methodology } from '../../src/domain/methodology.ts';
import { defaultSettings, type InterfaceSettings } from '../../src/domain/settings.ts';
import { encode, FIRST_HASH, hashLine } from '../../src/engine/journal.ts';
import { locate } from '../../src/engine/locate.ts';
import { type BlobPort, type JournalPort, SaveError } from '../../src/engine/ports.ts';
import { createStore } from '../../src/engine/store.ts';
import { type App, createApp } from '../../src/ui/app-state.ts';
import { paste, press } from '../../src/ui/controller.ts';
import { frame, readingExtent } from '../../src/ui/frame.ts';
import type { Key } from '../../src/ui/keys.ts';
import type { Edited, Opened, Ports, ReadinessItem, SessionSummary, Tried } from '../../src/ui/ports.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { lineText } from '../../src/ui/view/line.ts';
import { collectorOf, fakeSource, fakeTree, found } from '../engine/fake-source.ts';
import { madeMethodology } from './checklists.ts';

export const NOW = new Date('2026-11-23T12:30:00.000Z');

export const TARGET: SessionTarget = {
  url: 'https://github.com/acme/notes-server',
  commit: '3f2a91c0'.repeat(5),
  ref: 'main',
  subdir: '',
  source: '/home/jane/notes-server',
  name: 'acme/notes-server',
  committedAt: '2026-11-01T12:00:00+01:00',
  tags: ['v1.0.0'],
};

export type FakeParts = {
  methodology?: Methodology;
  target?: Partial<SessionTarget>;
  /** Events after the first. */
  events?: readonly EventBody[];
  evidence?: readonly CollectorResult[];
  files?: Record<string, string>;
  sessions?: readonly SessionSummary[];
  database?: string;
  earlier?: Awaited<ReturnType<Ports['lookUp']>>;
  readiness?: readonly ReadinessItem[];
  preview?: string;
  templates?: readonly FindingTemplate[];
  edited?: Edited;
  /** What would be run, as it is shown. */
  plan?: string;
  /** What becomes of a lead that is tried; not reached where it says nothing. */
  became?: (item: EvidenceItem) => Tried | null;
  /** Holds what is done with the running server until it settles. */
  live?: (signal: AbortSignal) => Promise<void>;
  readOnly?: string;
  settings?: Partial<InterfaceSettings>;
  /** Why what is named cannot be opened. */
  refuses?: Error;
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
};

const notReached = (item: string): Tried => ({
  item,
  result: 'not-reached',
  shown: '',
  why: '9 calls of read_note, 9 of them refused: none did what the canary would do',
});

/** A whole interface over a session in memory: its real store, a disk that can be full, ports that remember. */
export const fakeApp = (parts: FakeParts = {}) => {
  const methodology = parts.methodology ?? madeMethodology(2, 3);
  const contents = new Map<string, Buffer>();
  const put = (bytes: Uint8Array): string => {
    const sha256 = hash('sha256', bytes, 'hex');
    contents.set(sha256, Buffer.from(bytes));
    return sha256;
  };
  const bodies: EventBody[] = [
    {
      type: 'session.started',
      id: '2026-11-23-notes-server-4f2a',
      target: { ...TARGET, ...parts.target },
      methodology: { id: methodology.id, version: methodology.version, sha256: 'a'.repeat(64) },
      tool: { name: 'mcp-audit-workbench', version: '0.1.0' },
      auditor: { name: 'Jane Doe', github: 'jane', organization: 'Independent', contact: 'jane@example.org' },
    },
    ...(parts.evidence ?? []).map((result): EventBody => {
      const counts = { lead: 0, question: 0, fact: 0, strength: 0, gap: 0 };
      for (const item of result.items) counts[item.kind] += 1;
      const blob = put(Buffer.from(JSON.stringify(result)));
      return {
        type: 'evidence.collected',
        collector: result.run.id,
        outcome: result.run.outcome,
        counts,
        blob,
      };
    }),
    ...(parts.events ?? []),
  ];
  const start = NOW.getTime() - 30 * 60_000;
  const events = bodies.map(
    (body, i): SessionEvent => ({
      v: EVENT_VERSION,
      seq: i + 1,
      at: new Date(start + i * 1000).toISOString(),
      by: 'jane',
      ...body,
    }),
  );
  const lines: string[] = [];
  for (const event of events)
    lines.push(encode(event, lines.length > 0 ? hashLine(lines.at(-1) ?? '') : FIRST_HASH));
  const disk = { full: false };
  const refuse = () => {
    // As long as the real one, which names the file.
    throw new SaveError(
      'ENOSPC',
      'the disk is full (ENOSPC, /home/jane/.local/share/mcp-audit/sessions/2026-11-23-notes-server-4f2a/journal.jsonl)',
      'free some space, then decide again',
    );
  };
  const journal: JournalPort = {
    get lastHash() {
      return hashLine(lines.at(-1) ?? '');
    },
    append: (more) => {
      if (disk.full) refuse();
      lines.push(...more);
    },
    close: () => {},
  };
  const blobs: BlobPort = {
    put: (bytes) => (disk.full ? refuse() : put(bytes)) as string,
    read: async (sha256) => {
      const bytes = contents.get(sha256);
      return bytes ? { bytes } : { problem: 'missing' };
    },
  };
  const wanted = [
    ...new Set(
      methodology.phases.flatMap((p) => p.sections.flatMap((s) => s.checks.flatMap((c) => c.collectors))),
    ),
  ];
  const store = createStore({
    journal,
    blobs,
    methodology,
    events,
    clock: () => NOW,
    by: 'jane',
    collectors: wanted.map((id) => collectorOf(id, async () => found())),
    openSource: async () => fakeSource(fakeTree(parts.files ?? {})),
    readOnly: parts.readOnly ?? null,
    now: () => 0,
    setTimer: () => () => {},
  });
  const opened: Opened = {
    id: '2026-11-23-notes-server-4f2a',
    folder: '/home/jane/.local/share/mcp-audit/sessions/2026-11-23-notes-server-4f2a',
    store,
    collectors: wanted.map((id) => ({
      id,
      title: `What ${id} tells`,
      about: `Reads what ${id} is about, and nothing else.`,
    })),
    resumeCommand: 'mcp-audit 2026-11-23-notes-server-4f2a',
  };
  const calls: { name: string; args: unknown[] }[] = [];
  const called = (name: string, ...args: unknown[]): void => void calls.push({ name, args });
  const timers: (() => void)[] = [];
  let edited: Edited = parts.edited ?? { kind: 'unchanged' };
  let kept: InterfaceSettings = { ...defaultSettings(), ...parts.settings };
  const ports: Ports = {
    live: {
      untriable: (item) => (item.class === 'hygiene' ? 'no call shows it' : ''),
      plan: async (_store, start, does) => {
        called('live-plan', start, does);
        const words = parts.plan ?? '  node /pkg/dist/index.js\n\nIn bubblewrap: no network.';
        const agreed = calls.some((c) => c.name === 'live-probe' || c.name === 'live-confirm');
        return { words, agreed };
      },
      probe: async (_store, _start, run) => {
        called('live-probe');
        run.progress('asking the server');
        if (parts.live) await parts.live(run.signal);
        return 'the server was asked (stdio, 2025-11-25): 3 tools';
      },
      confirm: async (_store, _start, leads, run) => {
        called(
          'live-confirm',
          leads.map((l) => l.id),
        );
        if (parts.live) await parts.live(run.signal);
        const results = leads.map((l) => parts.became?.(l) ?? notReached(l.id));
        for (const [n, r] of results.entries()) run.told(n + 1, r.result);
        if (!run.signal.aborted)
          store.observe(
            `confirm@${calls.length.toString(16).padStart(12, '0')}`,
            {
              kind: 'confirm',
              summary: `${results.length} tried`,
              command: ['node', '/pkg/dist/index.js'],
              sandbox: 'bubblewrap 0.8.0, network: none',
              checks: [],
              results,
            },
            { report: Buffer.from('{}'), transcript: Buffer.from('') },
          );
        return { summary: `${results.length} tried`, results };
      },
    },
    watchAssistants: () => () => {},
    sendings: ({ session }) => [
      "dependencies to api.osv.dev: names and versions of the target's packages",
      `git to ${session.target?.url}: a fetch of the target, while its clone is not here`,
      'scanners you run: semgrep, osv-scanner, trivy; each says what, and asks again',
    ],
    listSessions: async () => [...(parts.sessions ?? [])],
    start: async (request) => {
      called('start', request);
      if (parts.refuses) throw parts.refuses;
      return opened;
    },
    resume: async (id) => {
      called('resume', id);
      return opened;
    },
    importFile: async (path) => {
      called('import', path);
      return 'imported';
    },
    methodChange: async () => ({ words: 'the checks are those of this session, word for word', same: true }),
    moveMethod: async () => {
      called('move-method');
      return opened;
    },
    importResults: async (_store, path) => {
      called('import-results', path);
      return `${path} imported`;
    },
    scanners: async () => [
      { id: 'bandit', version: '1.9.4', adds: 'weak calls in Python code', takes: null },
      { id: 'semgrep', version: '', adds: 'patterns', takes: { what: 'a folder of rules', required: true } },
    ],
    planScan: async (id, given) => {
      called('plan-scan', id, given);
      return `  ${id} ${given}\n\nNothing leaves this machine.`;
    },
    runScan: async (_store, id, given) => {
      called('run-scan', id, given);
      return `${id} imported`;
    },
    planByHand: async (_store, check, n) => {
      called('plan-by-hand', check, n);
      return { command: `git show ${check} ${n}`, where: 'in a sandbox without network' };
    },
    runByHand: async (_store, check, n) => {
      called('run-by-hand', check, n);
      return { name: `by-hand-${check}-${n}.txt`, sha256: 'c'.repeat(64), code: 0, text: 'three lines' };
    },
    exportFile: async () => '/tmp/session.mcp-audit.zip',
    readiness: () => parts.readiness ?? [],
    serverProposals: () => ({
      purpose: {
        value: '',
        reason: 'neither a manifest nor the README was seen to say it',
        evidence: [],
        more: 0,
      },
      type: { value: '', reason: 'no flow from a tool was seen that tells', evidence: [], more: 0 },
      dataSensitivity: {
        value: 'high',
        reason: 'it sends a credential to another service',
        evidence: ['src/api.ts:12 A credential goes along with requests to another service'],
        more: 2,
      },
      authentication: {
        value: '',
        reason: 'nothing collected tells what is asked of a caller',
        evidence: [],
        more: 0,
      },
      network: {
        value: 'local_only',
        reason: 'transports seen: stdio',
        evidence: ['src/index.ts:3 stdio'],
        more: 0,
      },
    }),
    preview: () => parts.preview ?? '# Security assessment\n\nNothing yet.',
    fullPath: (path) => path,
    reportFolder: () => 'audit-submission',
    write: async (_snapshot, _events, folder) => {
      called('write', folder);
      return { folder, audit: 'audits/x', sha256: 'b'.repeat(64), summary: '0 blocking', clean: true };
    },
    locate: async (references) => {
      called('locate', references);
      return locate(references, (path) => store.readText(path));
    },
    findingText: () => 'title: text\n',
    parseFinding: async (_text, base) => ({ ...base, title: 'from the editor' }),
    templates: async () => parts.templates ?? [],
    edit: async (text, name) => {
      called('edit', text, name);
      return edited;
    },
    view: async (path, text, line) => {
      called('view', path, text, line);
      return { kind: 'unchanged' };
    },
    copy: (text) => called('copy', text),
    notify: (text) => called('notify', text),
    settings: {
      read: () => ({ file: '/home/jane/settings.json', settings: kept, problem: '' }),
      write: (name, value) => {
        kept = { ...kept, [name]: value };
        return null;
      },
    },
    editSettings: async () => ({ kind: 'unchanged' }),
    runOwn: async (command, variables) => {
      called('run-own', command, variables);
      return `${command.name} ran`;
    },
    database: () => parts.database ?? '',
    laterAudit: {
      begin: async (earlier, ref) => {
        called('reaudit', earlier, ref);
        return opened;
      },
      summary: async () => ({ text: 'all that changed', fates: [], checks: [] }),
      giveFate: async (store, finding, verdict, note) => {
        called('giveFate', finding, verdict, note);
        const done = store.dispatch({ type: 'judge-fate', finding, verdict, note, on: '2026-11-23' });
        return 'refused' in done ? done : null;
      },
    },
    lookUp: async (server, database) => {
      called('lookUp', server, database);
      return parts.earlier ?? { title: `The database holds no audit of ${server}.`, rows: [] };
    },
    auditor: {
      get: () => ({ name: '', github: '', organization: '', contact: '' }),
      set: (auditor) => called('auditor', auditor),
    },
    now: () => NOW,
    after: (_ms, run) => {
      timers.push(run);
      return () => void timers.splice(timers.indexOf(run), 1);
    },
  };
  const theme = createTheme(parts.env ?? {});
  const app: App = createApp(ports, theme, parts.columns ?? 100, parts.rows ?? 30, (view) =>
    readingExtent(view, app.theme),
  );
  app.headerText = () => lineText(frame(app.view(), app.theme, { showIdle: false }).lines[0] ?? []);
  app.themeOf = (settings) => createTheme(parts.env ?? {}, settings);
  app.applySettings(ports.settings.read());
  const exits = { count: 0 };
  app.exit = () => {
    exits.count += 1;
  };

  const self = {
    app,
    store,
    opened,
    calls,
    timers,
    disk,
    exits,
    lines: () => lines,
    setEdited: (next: Edited) => {
      edited = next;
    },
    /** Opens the session as Home would, evidence and all. */
    enter: async () => {
      await store.load();
      app.setOpened(opened);
      const first = methodology.phases[0]?.sections[0]?.checks[0]?.id ?? null;
      app.update({ place: 'audit', lists: { ...app.ui.get().lists, checks: { selected: first, top: 0 } } });
      return self;
    },
    press: (...keys: Key[]) => {
      for (const key of keys) press(app, key);
      return self;
    },
    type: (text: string) => {
      for (const char of text) press(app, char === ' ' ? 'space' : char);
      return self;
    },
    paste: (text: string) => {
      paste(app, text);
      return self;
    },
    /** Until no work of the interface is under way. */
    idle: () =>
      new Promise<typeof self>((done) => {
        const look = () => {
          if (app.ui.get().busy > 0) return false;
          done(self);
          return true;
        };
        if (look()) return;
        const stop = app.subscribe(() => {
          if (look()) stop();
        });
      }),
    resize: (columns: number, rows: number) => {
      app.update({ columns, rows });
      return self;
    },
    draw: () => frame(app.view(), app.theme, { showIdle: false }),
    text: () =>
      frame(app.view(), app.theme, { showIdle: false })
        .lines.map((l) => lineText(l).trimEnd())
        .join('\n'),
  };
  return self;
};
export type FakeApp = ReturnType<typeof fakeApp>;
