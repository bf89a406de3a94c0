import { type CommandGroup, list } from './command-group.ts';
import { TARGET_WORDS } from './target-words.ts';

const FLEET = `
  mcp-audit fleet add owner/repo npm:some-server ./ours     into mcp-audit-fleet.yml, which can be committed
  mcp-audit fleet run --network                             looks at each; killed at any moment, the same command goes on
  mcp-audit fleet report --format html --to fleet.html      what changed, and how it went over the runs
  mcp-audit fleet open some-server                          one of them in the workbench
What is looked at lies in fleet-results beside the file (--results): a session a server, as anywhere. docs/fleet.md says more.`;

const RUN = `
A target whose commit was looked at before is not looked at again, unless something is looked up (--osv, --lookups). What cannot be
looked at is tried --attempts times and set aside, with its error. Exit 1: something was set aside or could not look, a policy
denies a server, or --fail-on:
  new           new leads
  new-strong    new strong leads
  tools         a tool is new, gone or another
  look-again    the evidence of a verdict is another one now
  person        the policy asks for a person
With --queue, targets are handed out to workers ("mcp-audit fleet work", on any machine that shares the folder of results) over Redis
or Valkey, and this waits for them. A password in the address is shown by lists of processes: MCP_AUDIT_QUEUE holds it instead.`;

const WORK = `
Takes servers of any run of that folder of results, and may be killed at any moment: what it held is another's after some seconds.
It fetches nothing unless it is told --network as well as the run. The folder is one all of them see (NFS, a mounted disk); whoever
can write to it or to the queue can say what is looked at: give neither to anybody you would not let do so.`;

/** The commands about many servers. */
export const fleetCommands: CommandGroup = (cli, host, done, { json }) => {
  const fleet = cli
    .command('fleet')
    .description(
      'many servers: look at each, tell what changed since the last time, hold them against a policy',
    )
    .addHelpText('after', FLEET);
  const place = <C extends ReturnType<typeof fleet.command>>(c: C): C =>
    c
      .option('--file <file>', 'the file of the fleet', 'mcp-audit-fleet.yml')
      .option('--results <dir>', 'where results are; fleet-results beside the file when left out') as C;
  const fails = (c: ReturnType<typeof fleet.command>) =>
    c
      .option('--policy <file>', "hold the servers against this policy; the file's own when left out")
      .option(
        '--fail-on <what>',
        'exit 1 on new, new-strong, tools, look-again or person as well; may be given again',
        list,
      );

  fleet
    .command('add')
    .description('add servers to the file of the fleet; nothing is fetched')
    .argument('[target...]', TARGET_WORDS)
    .option('--file <file>', 'the file of the fleet', 'mcp-audit-fleet.yml')
    .option(
      '--from <file>',
      'a file with one target a line, or what discover --json wrote; - for standard input',
    )
    .option('--name <name>', 'what it is called here; made of the target when left out')
    .option('--ref <ref>', 'commit, tag or branch; the newest commit when left out')
    .option('--subdir <dir>', 'folder of the server in a monorepo')
    .option('--owner <who>', 'who answers for it')
    .action(async (targets: string[], o) =>
      done((await import('./fleet-add.ts')).fleetAdd(host, targets, o)),
    );

  fails(place(fleet.command('run')))
    .description(
      'look at every server, and tell what changed since the run before; goes on where one was killed',
    )
    .option('--network', 'let targets be fetched from where they lie, and registries be asked for them')
    .option(
      '--lookups',
      "let dependencies be looked up: names and versions of the targets' packages go to api.osv.dev",
    )
    .option('--osv <path>', 'look dependencies up in an offline copy of OSV')
    .option('--check <id...>', 'only the evidence of these checks')
    .option('--methodology <dir>', 'your own checklists; minimum-bar: the short ones in the box')
    .option('--jobs <n>', 'servers at a time on this machine; half as many as there are cores when left out')
    .option('--attempts <n>', 'how often a server is tried before it is set aside; 3 when left out')
    .option('--minutes <n>', 'how long one attempt may take; 20 when left out')
    .option('--retry', 'look again at what the newest run set aside')
    .option('--new', 'begin another run though the newest is not ended')
    .option(
      '--queue <url>',
      'hand the servers out over Redis or Valkey: redis://host:6379; also MCP_AUDIT_QUEUE',
    )
    .addOption(json())
    .addHelpText('after', RUN)
    .action(async (o) => done(await (await import('./fleet-run.ts')).fleetRunCommand(host, o)));

  fleet
    .command('work')
    .description(
      'take servers of a run from a queue, on this or any machine that shares the folder of results',
    )
    .option('--queue <url>', 'Redis or Valkey: redis://host:6379; also MCP_AUDIT_QUEUE')
    .option('--results <dir>', 'the folder of results that all workers share')
    .option('--jobs <n>', 'servers at a time; half as many as there are cores when left out')
    .option('--network', 'let targets be fetched, where the run asks for it too')
    .option('--lookups', 'let dependencies be looked up at api.osv.dev, where the run asks for it too')
    .option('--drain', 'end when nothing is left to take')
    .addHelpText('after', WORK)
    .action(async (o) => done(await (await import('./fleet-work.ts')).fleetWork(host, o)));

  fails(place(fleet.command('status')))
    .description('where every server stands in the newest run, also while it goes on')
    .addOption(json())
    .action(async (o) => done(await (await import('./fleet-report.ts')).fleetStatus(host, o)));

  fails(place(fleet.command('report')))
    .description('the fleet on one page, as a table over all runs, or as JSON')
    .option('--format <format>', 'html, csv or json (mcp-audit/fleet@1)', 'html')
    .requiredOption('--to <file>', 'where to write it; - prints it')
    .action(async (o) => done(await (await import('./fleet-report.ts')).fleetReportCommand(host, o)));

  place(fleet.command('open'))
    .description('open what was gathered of a server in the workbench')
    .argument('<server>', 'its name in the fleet')
    .option('--read-only', 'look without changing')
    .option('--plain', 'linear text instead of panes')
    .action(async (server: string, o) =>
      done(await (await import('./fleet-open.ts')).fleetOpen(host, server, o)),
    );
};
