import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { disclosureOf, publicationRefusal, publicationWarning } from '../domain/disclosure.ts';
import { UserError } from '../domain/errors.ts';
import { shellQuote } from '../engine/reproduce.ts';
import { type DatabaseClone, isInstalled, openDatabaseClone, runAgreed } from '../io/git/database-clone.ts';
import { commitOnBranch } from '../io/git/submission-branch.ts';
import { entriesIn, ours } from '../io/open-folder.ts';
import { openWritten } from '../io/session/written.ts';
import { putFile } from '../io/write-files.ts';
import { type PullRequest, pullRequest } from '../report/pull-request.ts';
import { repositoryOf } from '../report/repository.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, todayOf } from './host.ts';
import { databaseFolder } from './lookup.ts';
import {
  describeWritten,
  loadTop10,
  noteWritten,
  reportModelOf,
  stateOf,
  type WrittenReport,
  writeReport,
} from './report.ts';
import { createTakeIn } from './take-in.ts';
import { withSession } from './with-session.ts';

export type SubmitOptions = {
  session?: string | undefined;
  /** A clone of the audit database; the one remembered when left out. */
  db?: string | undefined;
  branch?: string | undefined;
  /** Remote the branch is pushed to. */
  remote: string;
  /** Push and open the pull request: the only use of the network. */
  open?: boolean | undefined;
  /** Do not ask again. */
  yes?: boolean | undefined;
  json?: boolean | undefined;
};

/** Whom a remote belongs to on its host, and where a pull request goes: to `upstream`, where there is one. */
const parties = (clone: DatabaseClone, remote: string): { head: string; upstream: string } => {
  const own = repositoryOf(clone.remotes.get(remote) ?? '');
  const base = repositoryOf(clone.remotes.get('upstream') ?? clone.remotes.get('origin') ?? '') ?? own;
  return {
    head: own && base && own.owner !== base.owner ? `${own.owner}:` : '',
    upstream: base ? `${base.owner}/${base.name}` : 'ModelContextProtocol-Security/audit-db',
  };
};

const shell = (command: readonly string[]): string => command.map(shellQuote).join(' ');

const agreed = async (host: Host, commands: readonly string[][], yes: boolean): Promise<boolean> => {
  if (yes) return true;
  if (!process.stdin.isTTY) return false;
  host.stderr(
    `These will run, and what they send becomes public:\n${commands.map((c) => `  ${shell(c)}\n`).join('')}`,
  );
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Send it? Type yes: ');
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
};

type Prepared = {
  written: WrittenReport;
  request: PullRequest;
  branch: string;
  commit: string;
  changed: boolean;
};

/**
 * Makes a branch and a commit with the submission in the auditor's clone of the audit database, without touching what is
 * checked out there. With `open` and the auditor's consent pushes it and opens the pull request through `gh`; else prints
 * the commands that do.
 */
export const submit = (host: Host, options: SubmitOptions): Promise<number> =>
  withSession(host, options.session, async (w) => {
    const { session } = w.store.snapshot();
    const today = todayOf(host);
    const warning = publicationWarning(session, today);
    if (warning) host.stderr(`${visible(warning)}\n`);
    const early = publicationRefusal(session, today);
    if (early) throw new UserError(`nothing was submitted: ${early.refused}`, early.hint, 1);

    const clone = await openDatabaseClone(databaseFolder(host, options.db));
    createTakeIn(w.store, w.dir).all();
    const state = await stateOf(w.store, await loadTop10());
    const read = w.store.readQuoted;
    const { repository } = (await reportModelOf(state, read)).target;
    const branch =
      options.branch ?? `audit/${repository.owner}-${repository.name}-${session.target?.commit.slice(0, 10)}`;
    let prepared: Pick<Prepared, 'written' | 'request'> | null = null;
    const author = { name: session.auditor.name, email: session.auditor.contact };
    const home = `audits/${repository.host}/${repository.owner}/${repository.name}`;
    const made = await commitOnBranch(clone, branch, author, home, async (folder, there) => {
      const written = await writeReport(state, folder, read, openWritten(w.dir));
      if (written.diagnostics.some((d) => d.level === 'blocking'))
        throw new UserError(
          `nothing was submitted: the submission breaks rules of the database\n${describeWritten(written)}`,
          'put that right in the session, and submit again',
          1,
        );
      const earlier = entriesIn(ours(folder), `${there}/audits`) ?? [];
      const request = pullRequest({
        model: await reportModelOf(state, read, written.audit),
        earlier: earlier.map((e) => e.name).filter((id) => id !== written.audit),
        diagnostics: written.diagnostics,
        disclosure: disclosureOf(session, today),
      });
      prepared = { written, request };
      return { message: request.commit };
    });
    if (!prepared) throw new Error('the branch was made without a submission');
    const { written, request }: Pick<Prepared, 'written' | 'request'> = prepared;
    const unnoted = noteWritten(w.store, written);
    if (unnoted) host.stderr(`${visible(unnoted)}\n`);
    return finish(host, options, clone, w, { written, request, ...made });
  });

const finish = async (
  host: Host,
  options: SubmitOptions,
  clone: DatabaseClone,
  w: { id: string; dir: string },
  { written, request, branch, commit, changed }: Prepared,
): Promise<number> => {
  const bodyFile = join(w.dir, 'pull-request.md');
  putFile(ours(w.dir), 'pull-request.md', request.body, { mode: 0o600, replaces: () => true });
  const { head, upstream } = parties(clone, options.remote);
  const push = ['git', '-C', clone.folder, 'push', '--set-upstream', options.remote, branch];
  const create = (body: string) => [
    'gh',
    'pr',
    'create',
    '--repo',
    upstream,
    '--head',
    `${head}${branch}`,
    '--title',
    request.title,
    '--body-file',
    body,
  ];
  const commands = [push, create(bodyFile)];
  const ready = options.open
    ? (await isInstalled('gh')) && (await agreed(host, commands, options.yes ?? false))
    : false;
  let address = '';
  if (ready) {
    await runAgreed(clone.folder, push);
    address = await runAgreed(clone.folder, create(bodyFile));
  }
  if (options.json) {
    json(host, {
      session: w.id,
      audit: written.audit,
      branch,
      commit,
      changed,
      opened: ready,
      address,
      commands: commands.map(shell),
      diagnostics: written.diagnostics,
    });
    return 0;
  }
  const say = (text: string) => host.stdout(`${visible(text)}\n`);
  say(
    `${written.audit}: ${changed ? 'committed' : 'already there'} as ${commit.slice(0, 12)} on branch ${branch}`,
  );
  host.stdout(`${describeWritten(written)}\n`);
  if (ready) say(address || 'the pull request is open');
  else {
    if (options.open)
      say(
        (await isInstalled('gh'))
          ? 'Nothing was sent: without a yes, nothing leaves this machine.'
          : 'Nothing was sent: gh (the GitHub command line) is not installed.',
      );
    say('Nothing has left this machine. To send it:');
    for (const c of commands) host.stdout(`  ${visible(shell(c))}\n`);
  }
  return 0;
};
