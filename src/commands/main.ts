// Long, because it is one list: every command of the program with its options.
import { Command, CommanderError, Option } from 'commander';
import { UserError } from '../domain/errors.ts';
import { AUTHENTICATIONS, NETWORKS, SENSITIVITIES, SERVER_TYPES } from '../domain/server-profile.ts';
import { diskError } from '../io/session/save-error.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { assistCommands } from './assist-commands.ts';
import { list, type SharedOptions } from './command-group.ts';
import { companyCommands } from './company-commands.ts';
import { fleetCommands } from './fleet-commands.ts';
import { groupCommands } from './groups.ts';
import { createHost, type Host } from './host.ts';
import { laterCommands } from './later-commands.ts';
import { liveCommands } from './live-commands.ts';
import { peopleCommands } from './people-commands.ts';
import { pipelineCommands } from './pipeline-commands.ts';
import { TARGET_WORDS } from './target-words.ts';
import { toolCommands } from './tool-commands.ts';
import { VERSION } from './version.ts';

const EXIT = `
Exit codes: 0 done; 1 the asked-for check failed (something refused, blocking, or matched) or
something could not look; 2 error.
The chain of hashes in a session's journal shows accidents (damage, a cut end), not malice: it is no proof against forgery.
Data lies in $MCP_AUDIT_HOME, else in the system's data folder. Nothing leaves this machine unless you give a git URL
to fetch, or allow the network for a session.`;

const ANSWERS = `
The file is YAML; every key is optional:
  server:   {purpose: what it is for, type: ${SERVER_TYPES[0]}, data_sensitivity: ${SENSITIVITIES.join(' | ')},
             authentication: ${AUTHENTICATIONS.join(' | ')}, network: ${NETWORKS[0]},
             judgement: what you tell a person who has to decide; it closes the summary}   '' takes a part back
             type: one of ${SERVER_TYPES.slice(0, 4).join(', ')},
                   ${SERVER_TYPES.slice(4, 7).join(', ')},
                   ${SERVER_TYPES.slice(7).join(', ')}
             network: one of ${NETWORKS.join(', ')}
  auditor:  {name: Jane Doe, github: jane, organization: Independent, contact: jane@example.org}
  address:  https://github.com/owner/name   where everybody can have the audited commit
  checks:   {"1.1.1": {verdict: pass, note: why}}      verdict: pass, fail, not-applicable, unsure, null
  findings: [{template: shell-command, checks: [2.1.2, 2.2.4], title: …, severity: high, category: …,
              cwe: CWE-78, where: ["src/a.ts:10-20"],
              evidence: [id, collector/rule, collector/rule@path], summary: …, description: …,
              impact: {confidentiality: High, integrity: Low, availability: None, exploitability: High, scope: …},
              components: […], reproduction: […], risks: […], validation: […], references: […], notes: …,
              recommendations: {immediate: […], shortTerm: […], longTerm: […]},
              cvss40: CVSS:4.0/…, cvss31: CVSS:3.1/…, severityReason: why not what the score says,
              aivss: {threat: poc, mitigation: none, factors: {tools: 1, language: 0.5}}, examples: …,
              business: {development: …, staging: …, production: …, enterprise: …},
              tracking: {reported: 2026-11-01, acknowledged: null, fixAvailable: null, fixVerified: null, closed: null},
              positive: true for a good practice, reviewed: true}]
             checks: all it speaks to, the one it was raised from first; check: 2.1.2 for one alone
             id: F-02 names one that is there; its checks may then be left out, as with a title that only one has.
             Without one, check and title say which; else it is new
             impact: what is left out or '' is published as not said
  disclosure: {told: 2026-11-01, channel: advisory or address, acknowledge: why it may be public before 90 days}
  confirm:  ["1.1.1", access-control, server]  in a re-audit: carried verdicts, ratings, description that hold here too
  scorecard: {access-control: {value: 2, reason: why}}  value: 0 to 4, or null for not rated; null alone: the proposal
  triage:   [{items: id or collector/rule, decision: dismissed, reason: why}]
            decision: accepted, dismissed; of a question: answered, and the reason is the answer
  remarks:  {"2.1.2": {stance: objects, reason: why}}   in a review; mcp-audit review --help says more
  replies:  [{to: 2.1.2, decision: stands, reason: why}]  to what a review objects to or asks; decision: changed, stands
Evidence is named by its id, or the beginning of it where that is plain. Given again, a file records nothing that is so
already. A finding that says reviewed and lacks parts is recorded all the same, and told as not reviewed (exit 1).`;

/** The command line. `run` gets the exit code of whatever was asked. */
export const program = (host: Host, done: (code: number) => void): Command => {
  const cli = new Command('mcp-audit')
    .description(
      'Audit a Model Context Protocol server: check by check, with evidence, to a submission the audit database accepts.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: host.stdout, writeErr: host.stderr })
    .showHelpAfterError('(mcp-audit --help shows how)')
    .addHelpText('after', EXIT);
  const json = () => new Option('--json', 'machine-readable output');
  const session = () =>
    new Option(
      '-s, --session <id>',
      'which session (id or its beginning, or the path of its folder); the newest when left out',
    );
  const target = (c: Command) =>
    c
      .option('--ref <ref>', 'commit, tag or branch; also as #ref behind the path or URL')
      .option('--subdir <dir>', 'folder of the server in a monorepo')
      .option(
        '--methodology <dir>',
        'your own checklists instead of the bundled ones; minimum-bar: the short ones in the box',
      )
      .option('--rules <dir>', 'your own rules beside the bundled ones (docs/adding-a-rule.md)')
      .option('--models <dir>', 'your own models of libraries likewise (docs/adding-a-model.md)');

  target(cli.command('open', { isDefault: true }))
    .description('open the workbench: on a path or git URL, on a saved session, or at Home')
    .argument('[target]', `${TARGET_WORDS}, or a session id or the path of its folder`)
    .option('--url <url>', 'address the report names when the repository has no remote')
    .option('--new', 'begin another session even if one on this target is unfinished')
    .option('--read-only', 'look at a session without changing it')
    .option('--plain', 'linear text instead of panes, for screen readers and simple terminals')
    .action(async (to: string | undefined, o) => done(await (await import('./open.ts')).open(host, to, o)));

  cli
    .command('sessions')
    .description('list the sessions on this machine')
    .addOption(json())
    .action(async (o) => done((await import('./sessions.ts')).sessions(host, o)));

  cli
    .command('resume')
    .description('open a saved session in the workbench')
    .argument('[session]', 'id or its beginning, or the path of its folder; the newest when left out')
    .option('--read-only', 'look without changing')
    .option('--plain', 'linear text instead of panes')
    .action(async (id: string | undefined, o) =>
      done(await (await import('./open.ts')).resumeCommand(host, id, o)),
    );

  const lookups = (c: Command) =>
    c
      .option(
        '--osv <path>',
        'look dependencies up in an offline copy of OSV: a folder or zip of its records',
      )
      .option(
        '--allow-network',
        "let collectors use the network in this session, on this machine: dependencies sends names and versions of the target's packages to api.osv.dev, and git fetches the target again where its clone is gone, and a target that lies in a registry is asked for there",
      );

  lookups(target(cli.command('start')))
    .description('begin a session without a terminal: pin the target and gather its evidence')
    .argument('<target>', TARGET_WORDS)
    .option(
      '--repository <repo>',
      'of a package or archive: a clone of the repository it claims, to compare it with',
    )
    .option('--url <url>', 'address the report names when the repository has no remote')
    .option('--no-collect', 'only pin the target')
    .addOption(json())
    .action(async (source: string, o) =>
      done(await (await import('./headless.ts')).start(host, { source, ...o })),
    );

  const shared: SharedOptions = { json, session, targets: (c) => lookups(target(c)) };
  pipelineCommands(cli, host, done, shared);

  lookups(cli.command('gather'))
    .description('run the collectors of a session again')
    .addOption(session())
    .option('--check <id...>', 'only the collectors of these checks')
    .option(
      '--source <target>',
      'where the audited commit is now: a folder with a git repository, or a git URL (uses the network)',
    )
    .action(async (o) =>
      done(await (await import('./headless.ts')).collectAgain(host, { ...o, checks: o.check })),
    );

  cli
    .command('answer')
    .description('record verdicts, notes, findings and triage from a file')
    .requiredOption('--from <file>', 'YAML file, or - for standard input')
    .addOption(session())
    .addOption(json())
    .addHelpText('after', ANSWERS)
    .action(async (o) => done(await (await import('./headless.ts')).answer(host, o)));

  for (const type of ['undo', 'redo'] as const)
    cli
      .command(type)
      .description(type === 'undo' ? 'take back the last decision' : 'do again what was taken back')
      .addOption(session())
      .action(async (o) => done(await (await import('./headless.ts')).single(host, o.session, { type })));

  cli
    .command('delete-finding')
    .description('delete a finding; undo brings it back')
    .argument('<finding>', 'for instance F-03')
    .addOption(session())
    .action(async (finding: string, o) =>
      done(
        await (await import('./headless.ts')).single(host, o.session, { type: 'delete-finding', finding }),
      ),
    );

  cli
    .command('review-finding')
    .description('say that a finding was read again as a whole; a change of its text ends that')
    .argument('<finding>', 'for instance F-03')
    .option('--not', 'take it back')
    .addOption(session())
    .action(async (finding: string, o) =>
      done(
        await (await import('./headless.ts')).single(host, o.session, {
          type: 'review-finding',
          finding,
          reviewed: !o.not,
        }),
      ),
    );

  cli
    .command('raise')
    .description('begin a finding from evidence, in the words of the template that fits it')
    .argument('<evidence>', 'item id, collector/rule, or collector/rule@path')
    .option('--check <id>', 'the one check it belongs to; all that the evidence speaks to when left out')
    .option('--template <id>', 'another template; mcp-audit checklist templates lists them')
    .addOption(session())
    .addOption(json())
    .action(async (evidence: string, o) =>
      done(await (await import('./templates.ts')).raise(host, evidence, o)),
    );

  cli
    .command('prove')
    .description('read every cited range again at the pinned commit: exact, moved, changed or gone')
    .argument('[finding]', 'only this one, for instance F-03')
    .option('--take-moves', 'cite the lines where code that merely moved stands now')
    .addOption(session())
    .addOption(json())
    .action(async (finding: string | undefined, o) =>
      done(await (await import('./prove.ts')).prove(host, finding, o)),
    );

  cli
    .command('carry')
    .description('take the findings of an earlier session into this one, and prove them at this commit')
    .argument('<from>', 'the earlier session, by id or its beginning')
    .addOption(session())
    .action(async (from: string, o) => done(await (await import('./carry.ts')).carry(host, from, o)));

  cli
    .command('disclose')
    .description('when the maintainers were told of critical and high findings, and how long they still have')
    .option('--told <date>', 'day they were told in private, YYYY-MM-DD')
    .option('--channel <text>', 'how: the address of an advisory, an e-mail address')
    .option('--acknowledge <reason>', 'why the report may be public before the 90 days are over')
    .option('--clear', 'nobody was told, and nothing acknowledged')
    .addOption(session())
    .addOption(json())
    .action(async (o) => done(await (await import('./disclose.ts')).disclose(host, o)));

  cli
    .command('attach')
    .description(
      'keep a file with the session: a screenshot, the output of another tool; texts go into the report',
    )
    .argument('<file>')
    .option('--check <id>', 'the check it belongs to')
    .addOption(session())
    .action(async (file: string, o) => done(await (await import('./attach.ts')).attach(host, file, o)));

  cli
    .command('status')
    .description('progress, verdicts, findings, collectors, and what is in the way of the report')
    .addOption(session())
    .addOption(json())
    .action(async (o) => done(await (await import('./headless.ts')).status(host, o)));

  cli
    .command('report')
    .description('compile the submission folder and validate it; or write the report in another format')
    .requiredOption(
      '--to <path>',
      'folder, or a clone of the audit database; a file for other formats, - prints it. What you added or edited is never replaced',
    )
    .option(
      '--format <format>',
      'submission (default), json, sarif, markdown, html, osv, private: what the maintainers read first, or sources: where each sentence comes from',
      'submission',
    )
    .addOption(session())
    .addOption(json())
    .action(async (o) => done(await (await import('./headless.ts')).report(host, o)));

  cli
    .command('submit')
    .description(
      'commit the submission to a branch of your clone of the audit database, and open a pull request',
    )
    .option('--db <dir>', 'your clone of the audit database; remembered')
    .option('--branch <name>', 'name of the branch; made of the server and commit when left out')
    .option('--remote <name>', 'remote to push to', 'origin')
    .option(
      '--open',
      'push and open the pull request with gh, after asking; without it the commands are printed',
    )
    .option('--yes', 'with --open: do not ask again')
    .addOption(session())
    .addOption(json())
    .action(async (o) => done(await (await import('./submit.ts')).submit(host, o)));

  cli
    .command('validate')
    .description('check a submission folder, or a whole clone of the audit database, against its rules')
    .argument('<folder>')
    .option(
      '--target <repo>',
      'clone of an audited server, to verify quotations; may be given again',
      list,
      [],
    )
    .option('--fetch', 'fetch the servers that the manifests name, for the same (uses the network)')
    .option('--strict', 'treat what the rules leave open as blocking')
    .option('--fail-on <level>', 'exit 1 on: warning (default), or blocking only')
    .option('--sarif [file]', 'SARIF 2.1.0 to a file, or instead of the words')
    .option('--review [file]', 'a Markdown review comment to a file, or instead of the words')
    .option('--allowed-signers <file>', 'which SSH key is whose, for signed submissions')
    .option('--base <dir>', 'where the folder lies in its repository, for the places in the SARIF log')
    .addOption(json())
    .action(async (folder: string, o) =>
      done(await (await import('./validate.ts')).validate(host, folder, o)),
    );

  cli
    .command('check')
    .description(
      'a quick look before installing: the questions that decide, each seen, not seen or could not look',
    )
    .argument('<target>', TARGET_WORDS)
    .option('--ref <ref>', 'commit, tag or branch; also as #ref behind the path or URL')
    .option('--subdir <dir>', 'folder of the server in a monorepo')
    .option(
      '--repository <repo>',
      'of a package or archive: a clone of the repository it claims, to compare it with',
    )
    .option('--osv <path>', 'look dependencies up in an offline copy of OSV')
    .option('--db <dir>', 'a clone of the audit database, for earlier audits; remembered')
    .option(
      '--allow-network',
      "let collectors use the network, this once: dependencies sends names and versions of the target's packages to api.osv.dev, and a target that lies in a registry is asked for there",
    )
    .option('--seconds <n>', 'how long it may take; 0 for as long as it does', '60')
    .addOption(json())
    .action(async (words: string, o) => done(await (await import('./check.ts')).check(host, words, o)));

  cli
    .command('lookup')
    .description('earlier audits of a server, their findings, and what became of the code they quote')
    .argument('<repository>', 'owner/name on GitHub, an https address, or a folder with a clone of it')
    .option('--db <dir>', 'a clone of the audit database; remembered')
    .option('--target <repo>', 'a clone of the server, to compare the quoted code with')
    .option('--ref <ref>', 'the commit to compare with; the newest when left out')
    .addOption(json())
    .action(async (what: string, o) => done(await (await import('./lookup.ts')).lookup(host, what, o)));

  cli
    .command('index')
    .description(
      "write the audit database's indexes anew: by auditor, date, severity and repository; other files stay",
    )
    .argument('<folder>', 'a clone of the audit database')
    .option('--check', 'write nothing; exit 1 when they are out of date')
    .action(async (folder: string, o) =>
      done((await import('./index-database.ts')).indexDatabase(host, folder, o)),
    );

  cli
    .command('export')
    .description('write a session as one portable file (without the clone of the target)')
    .addOption(session())
    .option('--to <file>', 'default: <session>.mcp-audit.zip')
    .addOption(json())
    .action(async (o) => {
      const { sessionNamed } = await import('./session-named.ts');
      const { sessionDir } = await import('../io/paths.ts');
      const at = sessionNamed(host, o.session);
      const dir = sessionDir(at.host.dataDir, at.id);
      done(await (await import('./archive.ts')).exportCommand(host, dir, at.id, o));
    });

  toolCommands(cli, host, done, shared);
  peopleCommands(cli, host, done, shared);
  laterCommands(cli, host, done, shared);
  liveCommands(cli, host, done, shared);
  assistCommands(cli, host, done, shared);
  companyCommands(cli, host, done, shared);
  fleetCommands(cli, host, done, shared);

  const checklist = cli.command('checklist').description('work on methodologies');
  checklist
    .command('lint')
    .description('check a methodology: file, path, what was expected, what was found')
    .argument('[dir]', 'the bundled one when left out')
    .addOption(json())
    .action(async (dir: string | undefined, o) => {
      const [{ checklistLint }, { collectors }, { bundledChecklists }] = await Promise.all([
        import('./checklist.ts'),
        import('../collectors/index.ts'),
        import('../io/methodology-files.ts'),
      ]);
      done(
        await checklistLint(dir ?? bundledChecklists(), host, {
          collectors: collectors.map((c) => c.id),
          json: o.json ?? false,
        }),
      );
    });
  cli
    .command('rules')
    .description('work on rules for what the code does')
    .command('lint')
    .description('check a folder of rules and run their samples')
    .argument('[dir]', 'the bundled ones when left out')
    .addOption(json())
    .action(async (dir: string | undefined, o) =>
      done(await (await import('./rules-lint.ts')).rulesLint(dir, host, { json: o.json ?? false })),
    );
  cli
    .command('models')
    .description('work on models of what libraries do with values')
    .command('lint')
    .description('check a folder of models and run their samples')
    .argument('[dir]', 'the bundled ones when left out')
    .addOption(json())
    .action(async (dir: string | undefined, o) =>
      done(await (await import('./models-lint.ts')).modelsLint(dir, host, { json: o.json ?? false })),
    );
  checklist
    .command('templates')
    .description('list the finding templates, or print one')
    .argument('[template]', 'id of a template')
    .addOption(json())
    .action(async (id: string | undefined, o) =>
      done(await (await import('./templates.ts')).showTemplates(host, id, o)),
    );
  checklist
    .command('show')
    .description('print a methodology, or one check of it, as a person reads it')
    .argument('[check]', 'id of a check')
    .option(
      '--methodology <dir>',
      'your own checklists instead of the bundled ones; minimum-bar: the short ones in the box',
    )
    .action(async (check: string | undefined, o) =>
      done(await (await import('./show-checklist.ts')).showChecklist(host, check, o.methodology)),
    );

  cli
    .command('demo')
    .description('audit the bundled sample server without a terminal, from start to validated submission')
    .option('--to <dir>', 'where to put it; a new temporary folder when left out')
    .action(async (o) => done(await (await import('./demo.ts')).demo(host, o.to)));

  cli
    .command('completion')
    .description('print what completes commands and options in a shell: bash, zsh or fish')
    .argument('<shell>')
    .action(async (shell: string) => {
      host.stdout((await import('./completion.ts')).completion(cli, shell));
      done(0);
    });
  cli
    .command('man')
    .description('print the manual page; mcp-audit man | man -l - shows it')
    .action(async () => {
      host.stdout((await import('./completion.ts')).manualPage(cli, VERSION, EXIT));
      done(0);
    });
  groupCommands(cli);
  return cli;
};

/** Runs a command line and returns its exit code. Expected errors are two lines; a bug shows where it happened. */
export const main = async (argv: readonly string[], host: Host = createHost()): Promise<number> => {
  let code = 0;
  try {
    await program(host, (c) => {
      code = c;
    }).parseAsync(argv as string[], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const told = error instanceof UserError ? error : diskError(error);
    if (told) {
      host.stderr(`mcp-audit: ${visibleLines(told.message)}\n${visibleLines(told.hint)}\n`);
      return told.exitCode;
    }
    const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.stderr(
      `mcp-audit failed, and this is a defect of it. What was decided before is saved.\n${visible(shown).replaceAll('‹U+000A›', '\n')}\n`,
    );
    return 2;
  }
};
