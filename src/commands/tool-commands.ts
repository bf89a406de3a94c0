import type { CommandGroup } from './command-group.ts';

const IMPORTS = `
Formats: sarif, semgrep, bandit, gitleaks, osv-scanner, trivy, npm-audit, pip-audit. Each result becomes a lead of the check
its weakness belongs to, or says why it has no place at the pinned commit. What our own evidence says already is not said
twice: that lead then names who else reports it. Importing a file again changes nothing; undo takes it back.

A session that is here already is continued by a file only once you agree: whoever had the file can have written more events
into it, in your name. They are listed, first what lifts an embargo, deletes a finding, turns a verdict over or changes who audits;
nothing is recorded before you type yes, or say --continue (exit code 1).`;

/** The commands about what other tools say. */
export const toolCommands: CommandGroup = (cli, host, done, options) => {
  cli
    .command('import')
    .description(
      "take in other tools' results as evidence, or a session somebody exported: the file says which",
    )
    .argument('<file...>', 'SARIF 2.1.0, JSON of the tools below, or a .mcp-audit.zip')
    .addOption(options.session())
    .option(
      '--source <target>',
      'of a session: where the commit it audits is, a folder with a git repository or a git URL (uses the network)',
    )
    .option(
      '--as-part',
      'of a session: what you decide in it is yours, to be joined with what others decide (mcp-audit join)',
    )
    .option(
      '--continue',
      'of a session that is here: add what the file has more of it, after you saw what that is',
    )
    .option('--format <id>', 'of a file from which it cannot be told, such as an empty list')
    .addOption(options.json())
    .addHelpText('after', IMPORTS)
    .action(async (files: string[], o) =>
      done(await (await import('./import.ts')).importFiles(host, files, o)),
    );

  cli
    .command('scorecard')
    .description('the selection scorecard: what is proposed and why, what you rated, and how much is rated')
    .argument('[criterion]', 'rate this one, with --rate and --because')
    .option(
      '--rate <value>',
      '0 (critical) to 4 (excellent), none (it cannot be told), or proposal (as proposed)',
    )
    .option('--because <words>', 'a word of why: it stands in the report')
    .addOption(options.session())
    .addOption(options.json())
    .action(async (criterion: string | undefined, o) =>
      done(await (await import('./scorecard.ts')).scorecard(host, { criterion, ...o })),
    );

  cli
    .command('keys')
    .description(
      'every command of the interface with its keys, and what of settings.json cannot be (docs/settings.md)',
    )
    .addOption(options.json())
    .action(async (o) => done((await import('./keys.ts')).keys(host, o)));

  cli
    .command('doctor')
    .description('which scanners and which sandbox are on this machine, and what each adds to an audit')
    .addOption(options.json())
    .action(async (o) => done(await (await import('./doctor.ts')).doctor(host, o)));

  cli
    .command('by-hand')
    .description(
      'the commands of a check that a person runs: list them, or run one in a sandbox and keep what it says',
    )
    .argument('<check>', 'id of the check, such as 2.1.2')
    .argument('[command]', 'its number in the list')
    .addOption(options.session())
    .option('--yes', 'run it; without this its exact text and where it would run are shown')
    .addOption(options.json())
    .action(async (check: string, which: string | undefined, o) =>
      done(await (await import('./by-hand.ts')).byHandCommand(host, check, which, o)),
    );

  cli
    .command('scan')
    .description('run a scanner you have on a checkout of the audited commit, and take in what it finds')
    .argument('<tool>', 'semgrep, gitleaks, osv-scanner, trivy, bandit or hadolint')
    .addOption(options.session())
    .option('--with <path>', 'what it needs: rules for semgrep, an offline database for osv-scanner or trivy')
    .option('--yes', 'run it; without this the command is only shown')
    .option('--allow-network', 'allow the network for this session, where the scanner needs it')
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Without --yes nothing is run: the exact command is shown, and what would leave this machine. The checkout holds no links,
hooks, submodules, or settings of scanners, and is deleted afterwards. The output is kept by its hash. A run that fails is
recorded as one that could not look.`,
    )
    .action(async (tool: string, o) => done(await (await import('./scan.ts')).scan(host, tool, o)));
};
