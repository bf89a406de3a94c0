import type { Command } from 'commander';
import { type CommandGroup, list } from './command-group.ts';

const PROBE = `
A target is a folder or git URL, npm:name@version, pypi:name==version; without one, a session (the newest, or -s). Without
--yes nothing is started: every command is shown, and who would be asked over the network for dependencies. The server runs
in a sandbox without network; a running one (--url alone) is asked only what is safe. --lock writes the definitions of now
(docs/tools-lock.md); --against exits 1 and names the fields that are others. Nothing here is a verdict.`;

const CONFIRM = `
Each lead gets a fresh sandbox without network. Its tools are called with canaries: data by weakness that write a number to a
throw-away folder, read a file laid there for it, or ask a listener inside. "confirmed" says what showed it, and which ways in
a guard lets through and which it refuses; "not reached"
how many calls did not; "not tried" what is missing. Recorded in the session as an observation, apart from evidence.`;

/** The commands that start a server, each time in a sandbox and after consent. */
export const liveCommands: CommandGroup = (cli, host, done, options) => {
  const start = (c: Command) =>
    c
      .option('--ref <ref>', 'commit, tag or branch; also as #ref behind the path or URL')
      .option('--subdir <dir>', 'folder of the server in a monorepo')
      .option(
        '--package <package>',
        'start this published package instead of the commit: npm:name@1.2.3, pypi:name==1.2.3',
      )
      .option(
        '--cmd <command>',
        'how it is started, where that is not found or is another; of a package, its arguments',
      )
      .option('--cwd <dir>', 'folder it is started in, below the target; an empty one when left out')
      .option(
        '--env <NAME=value>',
        'set a variable; may be given again. No credential: the server has no network',
        list,
        [],
      )
      .option('--yes', 'start it; without this everything is only shown')
      .addOption(options.session())
      .addOption(options.json());

  start(cli.command('probe'))
    .description('start the server in a sandbox and ask it: protocol, lists, and how it says no')
    .argument('[target]', 'folder with a git repository, git URL, or a package')
    .option('--url <url>', 'where it listens inside the sandbox; alone: a server that runs already')
    .option('--allow-host <host>', 'with --url: a host that is not this machine, in full')
    .option('--lock <file>', 'write what it offers as tools.lock.json')
    .option('--against <file>', 'compare with a tools.lock.json; exit 1 when something differs')
    .option(
      '--fuzz [calls]',
      'call each tool at random as well, from its schema; 25 calls each when left out',
    )
    .option('--seed <n>', 'with --fuzz: the same seed makes the same calls; 1 when left out')
    .option('--transcript <file>', 'write every line both ways, credentials masked')
    .addHelpText('after', PROBE)
    .action(async (target: string | undefined, o) =>
      done(await (await import('./probe.ts')).probe(host, target, o)),
    );

  start(cli.command('confirm'))
    .description('try leads on the running server in a sandbox: confirmed, not reached, or not tried and why')
    .argument('[evidence...]', 'item id, collector/rule, or collector/rule@path')
    .option('--url <url>', 'where it listens inside the sandbox, where that is not found')
    .option('--all', 'every lead of the session that was not dismissed')
    .option('--budget <seconds>', 'for all leads, once it is prepared; 600 when left out')
    .option('--transcript <file>', 'write every line both ways, credentials masked')
    .addHelpText('after', CONFIRM)
    .action(async (evidence: string[], o) =>
      done(await (await import('./confirm.ts')).confirm(host, evidence, o)),
    );

  start(cli.command('replay'))
    .description('make the calls of an observation again, and name what is otherwise')
    .argument('<observation>', 'its id or the beginning of it, as mcp-audit probe and confirm print it')
    .option('--url <url>', 'where it listens inside the sandbox, where that is not found')
    .action(async (observation: string, o) =>
      done(await (await import('./replay.ts')).replay(host, observation, o)),
    );
};
