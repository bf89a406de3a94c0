import { UserError } from '../domain/errors.ts';
import { packageWords } from '../domain/package-name.ts';
import { shellQuote } from '../engine/reproduce.ts';
import { type Step, shownStep } from '../live/prepare/plan.ts';
import { type Prepared, PrepareError, prepare } from '../live/prepare/prepare.ts';
import type { Context } from '../live/probe/report.ts';
import type { Means } from '../live/sandbox/detect.ts';
import { limitsInWords, SERVER_LIMITS } from '../live/sandbox/limits.ts';
import { redactSecrets } from '../text/redact.ts';
import { visibleLines } from '../text/visible.ts';
import { type Host, TOOL_NAME } from './host.ts';
import {
  type LiveOptions,
  type LiveTarget,
  type Planned,
  planFor,
  readEnv,
  requireSandbox,
} from './live-target.ts';
import { typedYes } from './typed-yes.ts';
import { VERSION } from './version.ts';

/** From a plan to a server that can be started: shown, agreed to, carried out. */

export const sandboxWords = (m: Means): string => `bubblewrap ${m.version}`.trim();

const insteadOf = (s: Step): Step[] => (s.otherwise ? [s.otherwise, ...insteadOf(s.otherwise)] : []);

/** What will happen, exactly: every command, where it may ask, and what keeps it apart. */
export const describePlanned = (planned: Planned, o: LiveOptions, means: Means, does: string): string => {
  const { plan } = planned;
  const steps = plan.steps.flatMap((s) => [
    `  ${shownStep(s).map(shellQuote).join(' ')}`,
    `      ${s.what}; ${s.network ? `network: ${s.network}` : 'no network'}`,
    ...insteadOf(s).map(
      (other) =>
        `      if that, or what follows, fails: ${shownStep(other).map(shellQuote).join(' ')} (network: ${other.network})`,
    ),
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
  if (!o.json && (await typedYes(host, '', 'Type yes to start it: '))) return true;
  host.stderr('Nothing was started: add --yes to start it.\n');
  return false;
};

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
