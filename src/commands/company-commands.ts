import { type CommandGroup, list } from './command-group.ts';

const DISCOVER = `
Looked at are the configurations of the well-known clients: of the user, of the projects that clients keep a record of (and of the one
you are in), of extensions, and of the whole machine. With --home only that folder; with a folder of copies, anywhere in it. Files are
read, no link is followed, and nothing they name is started or asked. Of variables and headers the names are shown, never the
values; credentials in commands and addresses are masked. Exit code 1 when a configuration could not be read.`;

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
};
