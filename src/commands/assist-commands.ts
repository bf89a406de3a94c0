import type { CommandGroup } from './command-group.ts';

const ASSIST = `
An assistant that speaks MCP reads the audit and the target at its pinned commit, and proposes: verdicts, findings, dismissals,
answers, places, severities. Each proposal cites lines, which are read again at the commit; a wrong citation is refused. Nothing
is decided, written or published by a proposal: you accept, change or reject each (9 in the workbench; mcp-audit proposals). It works beside the
open workbench. This program sends nothing anywhere; what you let your assistant read goes where your assistant sends it.
--role refuter is for a second assistant, which is told only claims and places. docs/assist.md tells more.`;

/** The commands of working with an assistant. */
export const assistCommands: CommandGroup = (cli, host, done, options) => {
  cli
    .command('assist')
    .description('let an assistant of yours read this audit over MCP and propose; you decide')
    .argument('[session]', 'id or its beginning; the newest when left out')
    .option('--print-config', 'print what to add to the common clients, and start nothing')
    .option('--role <role>', 'auditor, or refuter: told only claims and places, to break them', 'auditor')
    .option(
      '--http [port]',
      'Streamable HTTP on this machine alone, with a token, instead of standard streams',
    )
    .addOption(options.json())
    .addHelpText('after', ASSIST)
    .action(async (id: string | undefined, o) =>
      done(await (await import('./assist.ts')).assist(host, id, o)),
    );

  const proposals = cli
    .command('proposals')
    .description('what assistants proposed: list, accept, reject, ask back');
  proposals
    .command('list', { isDefault: true })
    .description('list them; works beside an open workbench')
    .option('--state <state>', 'only open, accepted, rejected or asked')
    .addOption(options.session())
    .addOption(options.json())
    .action(async (o) => done(await (await import('./proposals.ts')).listProposals(host, o)));
  proposals
    .command('accept')
    .description('record them as your own decisions, with where they came from; undo takes one back')
    .argument('<proposal...>', 'such as P-1a2b3c4d')
    .option('--reason <words>', "your words in place of the assistant's reason")
    .addOption(options.session())
    .addOption(options.json())
    .action(async (ids: string[], o) =>
      done(await (await import('./proposals.ts')).acceptProposals(host, ids, o)),
    );
  proposals
    .command('reject')
    .description('reject them with a reason, which the assistant can read')
    .argument('<proposal...>')
    .requiredOption('--reason <words>', 'why it does not hold')
    .option('--ask', 'send it back with a question instead')
    .addOption(options.session())
    .addOption(options.json())
    .action(async (ids: string[], o) =>
      done(await (await import('./proposals.ts')).rejectProposals(host, ids, o)),
    );
};
