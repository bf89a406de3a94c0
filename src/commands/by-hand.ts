import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByHand, byHand, outputName } from '../domain/by-hand.ts';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { findCheck } from '../domain/methodology.ts';
import type { Store } from '../engine/store.ts';
import { readingEnvironment } from '../io/git/environment.ts';
import { findClone } from '../io/git/find-clone.ts';
import { checkOut } from '../io/scan/checkout.ts';
import { scrubbedEnvironment } from '../io/scan/find-executable.ts';
import { COMMAND_LIMITS, runInBox, type Said } from '../live/run-command.ts';
import { findSandbox } from '../live/sandbox/detect.ts';
import { handOver } from '../live/sandbox/reach.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { withSession } from './with-session.ts';

/** What would be done, in the words consent is given to. */
export type ByHandPlan = { command: string; where: string };

export type ByHandDone = { name: string; sha256: string; code: number | null; text: string };

const NO_SETTINGS = /^$/;

/** The commands of a check that fit the target. @throws UserError for a check there is none of */
export const commandsOf = async (store: Store, check: string): Promise<ByHand[]> => {
  const { session, methodology } = store.snapshot();
  const found = findCheck(methodology, check);
  if (!found) throw new UserError(`there is no check ${check}`, 'mcp-audit status lists them');
  return byHand(found, session.target, await store.paths());
};

const chosen = async (store: Store, check: string, n: number): Promise<ByHand> => {
  const found = (await commandsOf(store, check)).find((c) => c.n === n);
  if (!found)
    throw new UserError(
      `${check} has no command ${n} that fits this target, so nothing was run`,
      `mcp-audit by-hand ${check} lists those it has`,
    );
  if (found.elsewhere !== '')
    throw new UserError(
      `command ${n} of ${check} is not run from here: ${found.elsewhere}`,
      `it reads: ${found.command}`,
    );
  return found;
};

/** Where a command would run. @throws UserError where there is nowhere for it */
export const planByHand = async (host: Host, store: Store, check: string, n: number): Promise<ByHandPlan> => {
  const found = await chosen(store, check, n);
  const sandbox = await findSandbox(host.env);
  if (!sandbox.works && found.boxed)
    throw new UserError(
      `command ${n} of ${check} starts more than git and programs that read text, and no sandbox works here: ${sandbox.problem}; nothing was run`,
      `install bubblewrap (mcp-audit doctor tries it), or run it yourself and keep what it says with mcp-audit attach: ${found.command}`,
    );
  return {
    command: found.command,
    where: sandbox.works
      ? `in a sandbox (bubblewrap ${sandbox.version}) without network, in a checkout of the pinned commit that cannot be written`
      : `on this machine, since no sandbox works here (${sandbox.problem}): it starts git and programs that read text, and nothing of the target`,
  };
};

/**
 * Git as it reads clones everywhere here, but for one thing: these commands are written for people, whose path patterns are
 * patterns.
 */
const gitVariables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(readingEnvironment()).filter(
      ([name]) => /^(GIT_|LC_ALL$)/.test(name) && name !== 'GIT_LITERAL_PATHSPECS',
    ),
  );

/** Git and text tools alone, where there is no sandbox. Git hears no configuration of the target's. */
const runBeside = (
  o: { tree: string; clone: string; subdir: string; commit: string; command: string; home: string },
  host: Host,
) =>
  new Promise<Said>((resolve, reject) => {
    const child = spawn(
      '/bin/sh',
      ['-c', 'git read-tree "$0" && cd "$1" && eval "$2"', o.commit, join(o.tree, o.subdir), o.command],
      {
        cwd: o.tree,
        env: {
          ...scrubbedEnvironment(host.env, o.home),
          ...gitVariables(),
          GIT_DIR: o.clone,
          GIT_WORK_TREE: o.tree,
          GIT_INDEX_FILE: join(o.home, 'index'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: COMMAND_LIMITS.seconds * 1000,
        killSignal: 'SIGKILL',
      },
    );
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stopped = '';
    const hear = (c: Buffer): void => {
      bytes += c.length;
      if (bytes <= COMMAND_LIMITS.outputBytes) chunks.push(c);
      else if (stopped === '') {
        stopped = 'it put out too much';
        child.kill('SIGKILL');
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('close', (code) => resolve({ output: Buffer.concat(chunks).toString('utf8'), code, stopped }));
  });

/**
 * Runs a command of a check and keeps what it says with that check, under its hash. Nothing is asked here: whoever calls has
 * the auditor's consent to {@link planByHand}'s words.
 */
export const runByHand = async (
  host: Host,
  store: Store,
  check: string,
  n: number,
  signal?: AbortSignal,
): Promise<ByHandDone> => {
  const { command } = await chosen(store, check, n);
  const plan = await planByHand(host, store, check, n);
  const { target } = store.snapshot().session;
  const clone = target && (await findClone(host.reposDir, target.commit, target.source));
  if (!target || !clone)
    throw new UserError(
      'the clone of the target is not on this machine, so nothing was run',
      'say where it is: mcp-audit gather --source <folder or git URL>',
    );
  const sandbox = await findSandbox(host.env);
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-by-hand-'));
  try {
    const [tree, home] = ['tree', 'home'].map((name) => join(folder, name)) as [string, string];
    for (const made of [tree, home]) mkdirSync(made, { mode: 0o755 });
    const { leftOut } = await checkOut(await store.sourceTree(), tree, NO_SETTINGS, signal);
    const at = { tree, clone, subdir: target.subdir, commit: target.commit, command };
    if (sandbox.works) handOver(tree);
    const said = sandbox.works
      ? await runInBox({
          ...at,
          bwrap: sandbox.path,
          env: host.env,
          folder,
          git: gitVariables(),
          signal,
        })
      : await runBeside({ ...at, home }, host);
    const ended = said.stopped !== '' ? `stopped: ${said.stopped}` : `exit code ${said.code ?? 'none'}`;
    const text = [
      `Run for check ${check} at commit ${target.commit}, ${plan.where}:`,
      `$ ${command}`,
      ended,
      ...(leftOut.length > 0
        ? [
            `not in the checkout, ${plural(leftOut.length, 'entry', 'entries')}: ${leftOut
              .slice(0, 20)
              .map((l) => `${visible(l.path)} (${l.why})`)
              .join(', ')}${leftOut.length > 20 ? ' and more' : ''}`,
          ]
        : []),
      '',
      said.output === '' ? '(it put out nothing)' : redactSecrets(said.output),
    ].join('\n');
    const name = outputName(check, n);
    const kept = store.attach(name, Buffer.from(text), 'text/plain', check);
    if (isRefusal(kept) && kept.refused !== 'nothing changed') throw new UserError(kept.refused, kept.hint);
    const sha256 = store.snapshot().session.attachments.get(name)?.sha256 ?? '';
    return { name, sha256, code: said.stopped === '' ? said.code : null, text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Without a terminal: lists a check's commands, shows one, or runs it with --yes. */
export const byHandCommand = (
  host: Host,
  check: string,
  which: string | undefined,
  o: { session?: string | undefined; yes?: boolean | undefined; json?: boolean | undefined },
): Promise<number> =>
  withSession(host, o.session, async (w) => {
    if (which === undefined) {
      const commands = await commandsOf(w.store, check);
      if (o.json) json(host, commands);
      else
        for (const c of commands)
          host.stdout(
            `${c.n}  ${c.purpose}\n   $ ${c.command}\n${c.elsewhere ? `   not from here: ${c.elsewhere}\n` : ''}`,
          );
      return 0;
    }
    const plan = await planByHand(host, w.store, check, Number(which));
    if (!o.yes) {
      host.stdout(`$ ${plan.command}\n${plan.where}\n\nNothing was run: add --yes to run it.\n`);
      return 1;
    }
    const done = await runByHand(host, w.store, check, Number(which));
    if (o.json) json(host, done);
    else
      host.stdout(`${visibleLines(done.text)}\nkept with ${check} as ${done.name}, sha256 ${done.sha256}\n`);
    return done.code === null ? 1 : 0;
  });
