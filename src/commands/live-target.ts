import { createInterface } from 'node:readline/promises';
import type { SourceTree } from '../collectors/collector.ts';
import { toolSurface } from '../collectors/tool-surface.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceItem, Surface } from '../domain/evidence.ts';
import type { ProbeReport } from '../domain/observation.ts';
import { surfaceOf } from '../domain/surface.ts';
import { shellQuote } from '../engine/reproduce.ts';
import { runCollectors } from '../engine/run-collectors.ts';
import type { Store } from '../engine/store.ts';
import { openTarget } from '../io/git/open-target.ts';
import {
  makePlan,
  type Package,
  packageWords,
  parsePackage,
  planPackage,
  splitWords,
} from '../live/prepare/make-plan.ts';
import { isPlan, type Plan, shownStep } from '../live/prepare/plan.ts';
import { type Prepared, PrepareError, prepare } from '../live/prepare/prepare.ts';
import type { Context } from '../live/probe/report.ts';
import { findSandbox, type Means } from '../live/sandbox/detect.ts';
import { limitsInWords, SERVER_LIMITS } from '../live/sandbox/limits.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { openSource } from './open-source.ts';
import { VERSION } from './version.ts';
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
          { cmd: o.cmd, env: host.env },
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

export const sandboxWords = (m: Means): string => `bubblewrap ${m.version}`.trim();

/** What will happen, exactly: every command, where it may ask, and what keeps it apart. */
export const describePlanned = (planned: Planned, o: LiveOptions, means: Means, does: string): string => {
  const { plan } = planned;
  const steps = plan.steps.flatMap((s) => [
    `  ${shownStep(s).map(shellQuote).join(' ')}`,
    `      ${s.what}; ${s.network ? `network: ${s.network}` : 'no network'}`,
    ...(s.otherwise
      ? [
          `      if that, or what follows, fails: ${shownStep(s.otherwise).map(shellQuote).join(' ')} (network: ${s.otherwise.network})`,
        ]
      : []),
  ]);
  const env = [...new Set([...Object.keys(plan.env), ...Object.keys(readEnv(o.env))])];
  return [
    ...(steps.length > 0 ? ['To prepare it, in a throw-away copy:', ...steps, ''] : []),
    `To start it (from ${plan.from}):`,
    `  ${plan.argv.map(shellQuote).join(' ')}`,
    ...(env.length > 0 ? [`  with ${env.join(', ')} set to stand-ins or what you gave`] : []),
    ...(o.url ? [`  and asked at ${o.url} inside the sandbox`] : []),
    '',
    `In ${sandboxWords(means)}: no network, no file of yours, home, /tmp and what it serves are throw-away; ${limitsInWords(SERVER_LIMITS)}.`,
    ...plan.notes.map((n) => `Note: ${n}.`),
    does,
  ].join('\n');
};

/** Asked of a person at a terminal; without one, `--yes` is the only consent there is. */
export const consent = async (host: Host, o: LiveOptions, words: string): Promise<boolean> => {
  if (o.yes) {
    if (!o.json) host.stdout(`${visibleLines(words)}\n\n`);
    return true;
  }
  // Where only JSON may be printed, the plan is for people.
  (o.json ? host.stderr : host.stdout)(`${visibleLines(words)}\n\n`);
  if (!o.json && process.stdin.isTTY && process.stdout.isTTY) {
    const line = createInterface({ input: process.stdin, output: process.stdout });
    const typed = await line.question('Type yes to start it: ');
    line.close();
    if (typed.trim().toLowerCase() === 'yes') return true;
  }
  host.stderr('Nothing was started: add --yes to start it.\n');
  return false;
};

export const sandboxText = (s: ProbeReport['sandbox']): string =>
  s.means === 'none' ? 'no sandbox of ours' : `${s.means} ${s.version}, network: ${s.network}; ${s.limits}`;

/** What a report says of everything that was started. */
export type StartedContext = Omit<Context, 'url'>;

/** A server that was prepared, and what is said of it. Whoever has it removes it. */
export type Ready = { prepared: Prepared; context: StartedContext };

/**
 * Carries out what was planned and agreed to.
 *
 * @throws UserError when a step failed
 */
export const prepareReady = async (
  host: Pick<Host, 'env' | 'progress'>,
  o: LiveOptions,
  target: LiveTarget | null,
  planned: Planned,
  means: Means,
  signal?: AbortSignal,
): Promise<Ready> => {
  let prepared: Prepared;
  try {
    prepared = await prepare({
      plan: planned.plan,
      tree: target?.tree ?? null,
      package: planned.package,
      bwrap: means.path,
      env: host.env,
      cwd: o.cwd || undefined,
      set: readEnv(o.env),
      url: o.url ?? '',
      progress: host.progress,
      signal,
    });
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    throw new UserError(
      `it could not be prepared: ${redactSecrets(error.message)}`,
      'prepare it by hand and name what starts it: --cmd, --cwd, --env; or ask a running one: --url',
    );
  }
  const { launch } = prepared;
  return {
    prepared,
    context: {
      tool: { name: TOOL_NAME, version: VERSION },
      target: target && { name: target.name, url: target.url, commit: target.commit },
      package: planned.package ? packageWords(planned.package) : '',
      command: launch.argv.map(redactSecrets),
      cwd: launch.cwd,
      env: Object.keys(launch.env).sort(),
      from: planned.plan.from,
      notes: prepared.notes,
      sandbox: {
        means: 'bubblewrap',
        version: means.version,
        network: 'none',
        limits: limitsInWords(SERVER_LIMITS),
      },
      prepared: prepared.steps,
    },
  };
};

/**
 * Shows the plan, asks, prepares, and hands on what starts the server; removes everything afterwards.
 *
 * @returns null when the auditor did not agree: nothing was started
 * @throws UserError when there is no sandbox, no plan, or a step failed
 */
export const withPrepared = async <T>(
  host: Host,
  source: string | undefined,
  o: LiveOptions,
  target: LiveTarget | null,
  does: string,
  use: (prepared: Prepared, context: StartedContext) => Promise<T>,
): Promise<T | null> => {
  const planned = await planFor(host, source, o, target);
  readEnv(o.env);
  const means = await requireSandbox(host);
  if (!(await consent(host, o, describePlanned(planned, o, means, does)))) return null;
  const { prepared, context } = await prepareReady(host, o, target, planned, means);
  try {
    return await use(prepared, context);
  } finally {
    prepared.remove();
  }
};
