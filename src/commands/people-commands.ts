import type { Command, Option } from 'commander';
import type { Host } from './host.ts';

const REVIEWS = `
A review is a session of its own, bound to the point of the author's history that was exported. Evidence is gathered again
here, and compared with the author's by hash. Say of each verdict and finding whether you agree, object or ask, with a reason:
R on a check in the workbench, or in a file for --from or "mcp-audit answer":
  remarks: {"2.1.2": {stance: objects, reason: the handler of delete_note takes any path}, F-01: {stance: agrees, reason: read}}
           stance: agrees, objects, asks; null takes it back
Your own verdicts (checks:) stay yours. With --blind the author's word on a check shows once you gave yours.
Export the review and send the file: the author takes it in with "mcp-audit import". Exit code 1: evidence differs or was not
gathered, or something was refused.`;

const JOINS = `
Two auditors split one audit: one exports the session, the other imports it, says who they are (--as-part records it) and judges
other sections; both export as they like. Joining compares the two histories from where they part: what only one of them
decided is taken, with its author; what both decided in different ways is shown, and nothing at all is recorded before
somebody has said of each conflict which holds. The other history is kept with the session as it came.`;

/** The commands about what several people do with one audit. */
export const peopleCommands = (
  cli: Command,
  host: Host,
  done: (code: number) => void,
  { json }: { json: () => Option; session: () => Option },
): void => {
  cli
    .command('review')
    .description(
      "review another auditor's exported session: gather its evidence again, and say what you think of each verdict",
    )
    .argument('<file>', 'a .mcp-audit.zip; or the id of a review that is under way, to see it')
    .option('--blind', "show the author's verdicts only after yours")
    .option(
      '--source <target>',
      'where the audited commit is: a folder with a git repository, or a git URL (uses the network)',
    )
    .option('--from <file>', 'a file of answers with remarks, or - for standard input')
    .addOption(json())
    .addHelpText('after', REVIEWS)
    .action(async (file: string, o) => done(await (await import('./review.ts')).review(host, file, o)));

  cli
    .command('join')
    .description(
      "join another auditor's part of a session that is here: what they decided since it was exported",
    )
    .argument('<file>', 'the .mcp-audit.zip of their part')
    .option(
      '--ours <key...>',
      'of these conflicts (ids of checks, findings …, or all) what stands here holds',
    )
    .option('--theirs <key...>', 'of these, what the other part says holds')
    .addOption(json())
    .addHelpText('after', JOINS)
    .action(async (file: string, o) => done(await (await import('./join.ts')).join(host, file, o)));
};
