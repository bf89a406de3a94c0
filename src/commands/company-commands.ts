import { type CommandGroup, list } from './command-group.ts';

const DISCOVER = `
Looked at are the configurations of the well-known clients: of the user, of the projects that clients keep a record of (and of the one
you are in), of extensions, and of the whole machine. With --home only that folder; with a folder of copies, anywhere in it. Files are
read, no link is followed, and nothing they name is started or asked. Of variables and headers the names are shown, never the
values; credentials in commands and addresses are masked. Exit code 1 when a configuration could not be read.`;

const CHECK = `
Every server is allowed, denied, or needs a person, each with the rules that say so and why; what could not be looked at needs a person.
Exit code 1 when one is denied or (unless --fail-on denied) needs a person, when something named could not be looked at, and when
a waiver of the policy has expired. docs/policy.md tells what a policy can ask, with an example.`;

/** The commands for who answers for many servers. */
export const companyCommands: CommandGroup = (cli, host, done, options) => {
  cli
    .command('discover')
    .description('what clients here are configured to start: each server, how, and what of it is risky')
    .argument('[folder]', 'a folder with copies of configurations, instead of the home you are in')
    .option('--home <dir>', 'another home, or a copy of one')
    .option('--project <dir>', 'a project to look at as well; may be given again', list)
    .option('--db <dir>', 'a clone of the audit database, for earlier audits; remembered')
    .addOption(options.json())
    .addHelpText('after', DISCOVER)
    .action(async (folder: string | undefined, o) =>
      done(await (await import('./discover.ts')).discover(host, folder, o)),
    );

  const policy = cli.command('policy').description('what your organisation asks of a server, as a file');
  policy
    .command('lint')
    .description('check a policy, by line: what was expected, what was found; waivers that have expired')
    .argument('[file]', 'policy.yml here when left out')
    .addOption(options.json())
    .action(async (file: string | undefined, o) =>
      done(await (await import('./policy.ts')).policyLint(host, file ?? 'policy.yml', o)),
    );
  policy
    .command('check')
    .description(
      'hold sessions, submissions or discovered servers against a policy: allowed, denied, or for a person',
    )
    .argument(
      '[what...]',
      'sessions by id, folders of submissions, files that discover --json wrote; all sessions here when left out',
    )
    .option('--policy <file>', 'policy.yml here when left out')
    .option('--db <dir>', 'the clone of the audit database that a discovery named')
    .option('--fail-on <what>', 'exit 1 on: needs-a-person (default) or denied', 'needs-a-person')
    .addOption(options.json())
    .addHelpText('after', CHECK)
    .action(async (what: string[], o) =>
      done(await (await import('./policy.ts')).policyCheck(host, what, o)),
    );
};
