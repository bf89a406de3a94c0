import type { SourceTree } from '../collectors/collector.ts';
import { toolSurface } from '../collectors/tool-surface.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceItem, Surface } from '../domain/evidence.ts';
import { type Package, parsePackage } from '../domain/package-name.ts';
import { surfaceOf } from '../domain/surface.ts';
import { runCollectors } from '../engine/run-collectors.ts';
import type { Store } from '../engine/store.ts';
import { openTarget } from '../io/git/open-target.ts';
import { makePlan, planPackage, splitWords } from '../live/prepare/make-plan.ts';
import { isPlan, type Plan } from '../live/prepare/plan.ts';
import { findSandbox, type Means } from '../live/sandbox/detect.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { openSource } from './open-source.ts';
import { openedSession } from './with-session.ts';
import { loadMethodology, type Workspace } from './workspace.ts';

/** What `probe` and `confirm` share: the target, what its source shows, the plan, and the auditor's consent. */

export type LiveOptions = {
  session?: string | undefined;
  ref?: string | undefined;
  subdir?: string | undefined;
  package?: string | undefined;
  cmd?: string | undefined;
  cwd?: string | undefined;
  env?: string[] | undefined;
  url?: string | undefined;
  yes?: boolean | undefined;
  json?: boolean | undefined;
};

/** The commit that is looked at, with what its source shows. */
export type LiveTarget = {
  name: string;
  url: string;
  commit: string;
  committedAt: string;
  subdir: string;
  tree: SourceTree;
  surface: Surface;
  items: readonly EvidenceItem[];
  workspace: Workspace | null;
};

/** Gathers what is compared with a running server: the surface, and for leads whatever collectors find. */
const fromSource = async <T>(
  host: Host,
  source: string,
  o: LiveOptions,
  collectors: Parameters<typeof runCollectors>[0],
  use: (t: LiveTarget) => Promise<T>,
): Promise<T> => {
  const methodology = await loadMethodology();
  const { target, repository, notices } = await openTarget({
    source,
    ref: o.ref,
    subdir: o.subdir,
    reposDir: host.reposDir,
    progress: host.progress,
  });
  for (const n of notices) host.stderr(`${visible(n)}\n`);
  const opened = await openSource({
    repository,
    commit: target.commit,
    subdir: target.subdir,
    ownRules: new Map(),
  });
  try {
    const { source: _typed, ...shown } = target;
    const results = await runCollectors(collectors, {
      target: shown,
      source: opened,
      methodology,
      signal: new AbortController().signal,
      concurrency: 1,
      advisories: [],
      now: () => performance.now(),
      onResult: () => {},
    });
    return await use({
      ...shown,
      tree: opened.tree,
      surface: surfaceOf(results),
      items: results.flatMap((r) => r.items),
      workspace: null,
    });
  } finally {
    await opened.close();
  }
};

/** With the session that was named, the target that was, or none at all. */
export const withLiveTarget = <T>(
  host: Host,
  source: string | undefined,
  o: LiveOptions,
  use: (t: LiveTarget | null) => Promise<T>,
  collectors: Parameters<typeof runCollectors>[0] = [toolSurface],
): Promise<T> => {
  if (source !== undefined && parsePackage(source) === null)
    return fromSource(host, source, o, collectors, use);
  if (source !== undefined || (o.session === undefined && (o.package !== undefined || o.url !== undefined)))
    return use(null);
  return openedSession(host, o.session, async (w) =>
    use({ ...(await targetOfSession(w.store)), workspace: w }),
  );
};

/** The target of an open session, with what was gathered of it. */
export const targetOfSession = async (store: Store): Promise<LiveTarget> => {
  const { session, evidence } = store.snapshot();
  const { target } = session;
  if (!target) throw new UserError('the session has no target', 'begin one with mcp-audit start');
  return {
    name: target.name,
    url: target.url,
    commit: target.commit,
    committedAt: target.committedAt,
    subdir: target.subdir,
    tree: await store.sourceTree(),
    surface: surfaceOf(evidence.values()),
    items: [...evidence.values()].flatMap((r) => r.items),
    workspace: null,
  };
};

/** `NAME=value` words. */
export const readEnv = (words: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    words.map((w) => {
      const at = w.indexOf('=');
      if (at < 1 || !/^[A-Za-z_]\w*$/.test(w.slice(0, at)))
        throw new UserError(
          `--env "${visible(w.slice(0, Math.max(0, at)))}" names no variable`,
          'write it as NAME=value',
        );
      return [w.slice(0, at), w.slice(at + 1)];
    }),
  );

/** As tools take it: in UTC. '' for what is no date. */
const instantOf = (date: string): string => {
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? '' : `${at.toISOString().slice(0, 19)}Z`;
};

export type Planned = { plan: Plan; package: Package | null };

/** @throws UserError when no start can be worked out, with what the auditor can do */
export const planFor = async (
  host: Pick<Host, 'env'>,
  source: string | undefined,
  o: LiveOptions,
  target: LiveTarget | null,
): Promise<Planned> => {
  const named = o.package ?? (source !== undefined && parsePackage(source) ? source : undefined);
  const found = named === undefined ? null : parsePackage(named);
  if (named !== undefined && found === null)
    throw new UserError(
      `"${visible(named)}" names no package`,
      'write it as npm:name@1.2.3 or pypi:name==1.2.3',
    );
  const plan = found
    ? planPackage(found, { args: o.cmd ? splitWords(o.cmd) : [], env: host.env })
    : target
      ? await makePlan(
          {
            text: (path) => target.tree.text(path),
            paths: new Set(target.tree.allEntries.map((e) => e.path)),
          },
          target.subdir,
          { cmd: o.cmd, env: host.env, day: instantOf(target.committedAt) },
        )
      : {
          problem: 'nothing was named that could be started',
          hint: 'name a target, a session, or npm:name@version',
        };
  if (!isPlan(plan)) throw new UserError(`${plan.problem}; nothing was started`, plan.hint);
  return { plan, package: found };
};

/** @throws UserError in words when nothing here keeps a server apart */
export const requireSandbox = async (host: Pick<Host, 'env'>): Promise<Means> => {
  const means = await findSandbox(host.env);
  if (means.works) return means;
  throw new UserError(
    `there is no sandbox on this machine, so nothing was started: bubblewrap: ${means.problem}`,
    'mcp-audit doctor says what is there; on Linux install the package "bubblewrap"',
  );
};
