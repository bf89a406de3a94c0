import { once } from 'node:events';
import { collectorsWith } from '../collectors/index.ts';
import { UserError } from '../domain/errors.ts';
import type { CollectorRun } from '../domain/evidence.ts';
import {
  CHECK_SCHEMA,
  type CheckReport,
  checkReport,
  QUESTIONS,
  type QuickAnswer,
  quickLook,
} from '../domain/quick-look.ts';
import { surfaceOf } from '../domain/surface.ts';
import { runCollectors } from '../engine/run-collectors.ts';
import { quickLookText } from '../report/formats/quick-look.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { advisorySources, chosenCopy } from './advisories.ts';
import { earlierAudits } from './earlier-audits.ts';
import { withSource } from './gather-target.ts';
import { atTerminal, type Host, json, TOOL_NAME } from './host.ts';
import { databaseFolder } from './lookup.ts';
import { openNamed } from './open-named.ts';
import { defaultJobs } from './open-source.ts';
import { VERSION } from './version.ts';
import { loadMethodology } from './workspace.ts';

export type CheckOptions = {
  ref?: string | undefined;
  subdir?: string | undefined;
  osv?: string | undefined;
  db?: string | undefined;
  allowNetwork?: boolean | undefined;
  seconds?: string | undefined;
  /** A clone of the repository that a package claims. */
  repository?: string | undefined;
  json?: boolean | undefined;
};

const secondsOf = (word: string | undefined): number => {
  const seconds = Number(word ?? 60);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds;
  throw new UserError(
    `--seconds does not know "${visible(word ?? '')}", so nothing was looked at`,
    'a number from 1 to 3600, or 0 for as long as it takes',
  );
};

/** What is quick and decides most comes first: what is not done in time says so. */
const FIRST = [
  'identity',
  'git-history',
  'look-alikes',
  'dependencies',
  'tool-surface',
  'capabilities',
  'tool-text',
  'hidden-behaviour',
  'network',
  'code-weaknesses',
  'secrets',
  'authorization',
  'code-flow',
];

const auditsAnswer = (host: Host, db: string | undefined, url: string): QuickAnswer => {
  const base = {
    id: 'audits',
    question: 'Has somebody audited it before?',
    places: [],
    placeCount: 0,
    leads: 0,
    inPart: false,
    collectors: [],
  };
  const blind = (why: string): QuickAnswer => ({ ...base, state: 'could-not-look', says: [], gaps: [why] });
  if (!db && host.settings().database.get() === '')
    return blind('no clone of the audit database is known here: --db names one');
  const folder = databaseFolder(host, db);
  if (url === '') return blind('the target does not say which public repository it is');
  const ids = earlierAudits(folder, url);
  return ids.length > 0
    ? {
        ...base,
        state: 'seen',
        says: [
          `${plural(ids.length, 'earlier audit')}, the newest ${ids.at(-1)}: mcp-audit lookup shows them`,
        ],
        gaps: [],
      }
    : { ...base, state: 'not-seen', says: ['by the names of the folders in the database'], gaps: [] };
};

/** One key at a terminal; anything else leaves. */
const pressedEnter = async (host: Host): Promise<boolean> => {
  host.stdout('Enter opens the audit, any other key leaves. ');
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  try {
    const [key] = (await once(stdin, 'data')) as [Buffer];
    return key.toString() === '\r' || key.toString() === '\n';
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    host.stdout('\n');
  }
};

/** A look before installing: no session, and no network unless it is allowed. */
export const check = async (host: Host, words: string, o: CheckOptions): Promise<number> => {
  const seconds = secondsOf(o.seconds);
  const began = performance.now();
  const osv = o.osv ? chosenCopy(o.osv) : null;
  const { target, repository, notices, fetch } = await openNamed(host, words, {
    ...o,
    ask: !o.json,
    progress: o.json ? undefined : host.progress,
  });
  const methodology = await loadMethodology();
  const wanted = new Set(QUESTIONS.flatMap((q) => q.collectors));
  const collectors = [...collectorsWith(new Map())]
    .filter((c) => wanted.has(c.id))
    .sort((a, b) => FIRST.indexOf(a.id) - FIRST.indexOf(b.id));
  const ending = new AbortController();
  // Bringing the target here is not looking at it.
  const timer = seconds === 0 ? null : setTimeout(() => ending.abort(), seconds * 1000);
  const { source: _typed, ...shown } = target;
  const results = await withSource(
    { repository, commit: target.commit, subdir: target.subdir, ownRules: new Map() },
    (source) =>
      runCollectors(collectors, {
        target: shown,
        source,
        methodology,
        signal: ending.signal,
        concurrency: defaultJobs(),
        advisories: advisorySources(host, { osvCopy: osv, networkAllowed: o.allowNetwork ?? false }),
        now: () => performance.now(),
      }),
  ).finally(() => timer && clearTimeout(timer));
  const runs = new Map(results.map((r): [string, CollectorRun] => [r.run.id, r.run]));
  const answers = quickLook({
    runs,
    items: results.flatMap((r) => r.items),
    surface: surfaceOf(results),
    missing: `not done in ${seconds} s; --seconds gives it more`,
  });
  const { name, url, commit, ref, subdir } = target;
  const report: CheckReport = checkReport.parse({
    schema: CHECK_SCHEMA,
    tool: { name: TOOL_NAME, version: VERSION },
    target: {
      name,
      url,
      commit,
      ref,
      subdir,
      source: target.source,
      notices,
    },
    answers: [...answers, auditsAnswer(host, o.db, url)],
  });
  if (o.json) {
    json(host, report);
    return 0;
  }
  const again = [target.source, ...(subdir === '' ? [] : ['--subdir', subdir])];
  host.stdout(
    quickLookText(report, {
      open: host.again(['open', ...again]),
      seconds: Math.round((performance.now() - began) / 100) / 10,
    }),
  );
  if (atTerminal() && (await pressedEnter(host)))
    return (await import('./open.ts')).open(host, target.source, {
      subdir,
      ...(o.ref && { ref: o.ref }),
      fetch,
    });
  return 0;
};
