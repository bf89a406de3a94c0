import { type CommandGroup, list } from './command-group.ts';
import { TARGET_WORDS } from './target-words.ts';

const COLLECT = `
A lead is a place somebody has to judge, no finding; its severity is a guess by kind and certainty. --fail-on takes
  lead                        any lead
  new                         what the baseline or base commit does not have, wherever code merely moved to
  critical high medium low    so grave, or graver
  strong moderate weak        so certain, or more
  command-injection …         leads of a class
  new+high                    all of them at once
Every format also tells what could not be looked at, and what is suppressed and why. Without --own nothing the target says of
its own leads counts: a hostile server has no say in what you see of it.`;

const CONFIG = `
Checked are its shape, the rules and checks it names, the files it refers to, and the days its suppressions end; with exit code 1
when something is wrong. It counts in your own runs alone (collect --own; docs/pipeline.md).`;

/** The commands about one's own server, on every commit. */
export const pipelineCommands: CommandGroup = (cli, host, done, options) => {
  const outputs: { format: string; to: string }[] = [];
  options
    .targets(cli.command('collect'))
    .description('gather evidence without a session; its leads for pipelines (SARIF, JUnit …)')
    .argument('<target>', TARGET_WORDS)
    .option('--check <id...>', 'only the evidence of these checks')
    .option('--json [file]', 'write all evidence as JSON to a file, or to standard output')
    .option(
      '--format <format>',
      'leads as sarif, json, markdown, codequality (GitLab) or junit; may be given again',
      (format) => void outputs.push({ format, to: '' }),
    )
    .option('--out <file>', 'where the --format before it goes; standard output when left out', (to) => {
      const last = outputs.at(-1);
      if (last && last.to === '') last.to = to;
      else outputs.push({ format: '', to });
    })
    .option(
      '--fail-on <what>',
      'exit 1 when there are such leads: lead, new, a severity, a certainty, a class; joined by + all must hold; may be given again',
      list,
    )
    .option('--baseline <file>', 'leads that are known, for new')
    .option('--base <ref>', 'compare with the leads of the commit where this one and <ref> part, for new')
    .option('--changed-since <ref>', 'the same, and tell only of leads that a change since then touches')
    .option(
      '--cache <dir>',
      'keep here what each collector read and said, and take it from here where nothing it read has changed',
    )
    .option('--write-baseline <file>', 'write the leads of now as known; nothing fails')
    .option(
      '--tools-lock <file>',
      'fail where the source says another thing of a tool than this tools.lock.json',
    )
    .option(
      '--own',
      'this is my own server: let its mcp-audit.yml and its suppressions count (docs/pipeline.md)',
    )
    .option('--staged', 'with --own: look at what is staged, before it is committed')
    .option(
      '--policy-from <ref>',
      'with --own: let configuration, baseline and suppressions count as they are there, not as a change has them',
    )
    .addHelpText('after', COLLECT)
    .option('--jobs <n>', 'collectors to run at a time; as many as there are cores, at most 4, when left out')
    .action(async (source: string, o) =>
      done(await (await import('./collect.ts')).collect(host, { source, ...o, outputs })),
    );

  cli
    .command('config')
    .description('work on mcp-audit.yml, what a server says of its own leads')
    .command('lint')
    .description('check it, by line: what was expected, what was found')
    .argument('[folder]', 'where it lies; the one you are in when left out')
    .addOption(options.json())
    .addHelpText('after', CONFIG)
    .action(async (folder: string | undefined, o) =>
      done(
        await (await import('./config-lint.ts')).configLint(host, folder ?? '.', { json: o.json ?? false }),
      ),
    );

  const crosswalk = cli
    .command('crosswalk')
    .description(
      'what checks have to do with the OWASP lists and SAFE-MCP, and how far an audit speaks to them',
    );
  crosswalk
    .command('show')
    .description('the standards there are, or the mapping of one and what it rests on')
    .argument('[standard]', 'owasp-mcp-top10, owasp-agentic-top10, owasp-llm-top10 or safe-mcp')
    .addOption(options.json())
    .action(async (id: string | undefined, o) =>
      done((await import('./crosswalk.ts')).showCrosswalk(host, id, o)),
    );
  crosswalk
    .command('coverage')
    .description('a table to file: entry by entry, verdicts and findings of a session')
    .argument('<standard>')
    .option('--to <file>', 'where to write it; standard output when left out')
    .addOption(options.session())
    .addOption(options.json())
    .action(async (id: string, o) =>
      done(await (await import('./crosswalk.ts')).coverageCommand(host, id, o)),
    );
  crosswalk
    .command('lint')
    .description('check crosswalk files: shape, checks that exist, each entry once')
    .argument('[folder]', 'the bundled ones when left out')
    .addOption(options.json())
    .action(async (folder: string | undefined, o) =>
      done(await (await import('./crosswalk.ts')).crosswalkLint(host, folder, o)),
    );
};
