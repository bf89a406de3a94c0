import type { CommandGroup } from './command-group.ts';

const REAUDIT = `
The new session carries verdicts, notes, decisions on evidence, ratings and what the server is, each as carried: nothing of it
counts here until it was looked at again. Checks whose evidence is new or changed come first; one whose evidence is the same is
confirmed with K in the workbench, or by a file for "mcp-audit answer":
  confirm: ["2.1.2", access-control, server]      a check, a criterion of the scorecard, or what the server is
Findings come along as drafts; "mcp-audit fate" shows what became of each, and takes your verdict.
--fail-on takes new, new-high (new strong leads), regressed, still-there, changed; several joined by commas.`;

/** The commands about the second audit of a server. */
export const laterCommands: CommandGroup = (cli, host, done, { json, session }) => {
  cli
    .command('reaudit')
    .description(
      'begin an audit of a later commit that carries what an earlier one said, and tell what changed',
    )
    .argument('[session]', 'the earlier session, by id or its beginning; the newest when left out')
    .option('--ref <ref>', 'commit, tag or branch; the newest commit of its branch when left out')
    .option('--source <target>', 'where the server is now, if not where it was: a folder, or a git URL')
    .option('--methodology <dir>', 'your own checklists instead of the bundled ones')
    .option('--rules <dir>', 'your own rules beside the bundled ones')
    .option('--models <dir>', 'your own models of libraries likewise')
    .option('--summary', 'begin nothing: tell again what changed, of a session that is a re-audit')
    .option('--md', 'the summary as Markdown')
    .option('--to <file>', 'write the summary there, as JSON or with --md as Markdown')
    .option('--fail-on <what>', 'exit 1 when there is such a thing, for instance new-high,regressed')
    .addOption(json())
    .addHelpText('after', REAUDIT)
    .action(async (id: string | undefined, o) =>
      done(await (await import('./reaudit.ts')).reaudit(host, id, o)),
    );

  cli
    .command('fate')
    .description(
      'what became of the findings of the earlier audit, before and now; with a verdict, record it',
    )
    .argument('[finding]', 'only this one, with both excerpts')
    .argument('[verdict]', 'still-there, fixed or regressed; none takes it back')
    .option('--note <text>', 'what shows it, in your words: needed for fixed and regressed')
    .option(
      '--where <place...>',
      'path:first-last that show it now; what took the place of the old lines when left out',
    )
    .addOption(session())
    .addOption(json())
    .action(async (finding: string | undefined, verdict: string | undefined, o) =>
      done(await (await import('./fate.ts')).fate(host, finding, verdict, o)),
    );

  cli
    .command('disclosures')
    .description(
      'what is due with the maintainers of all audited servers: who was not told, whose 90 days end when',
    )
    .addOption(json())
    .action(async (o) => done((await import('./disclosures.ts')).disclosures(host, o)));

  cli
    .command('verify-fixes')
    .description('what became of the code that published audits cite, and which audits are out of date')
    .argument('[repository]', 'owner/name or an address; all of the database when left out')
    .option('--db <dir>', 'your clone of the audit database; remembered')
    .option(
      '--target <repo>',
      'a clone of the server, or its git URL (uses the network); our own clones when left out',
    )
    .option('--ref <ref>', 'with --target: compare with that commit, tag or branch')
    .addOption(json())
    .action(async (what: string | undefined, o) =>
      done(await (await import('./verify-fixes.ts')).verifyFixes(host, what, o)),
    );
};
