import type { CommandGroup } from './command-group.ts';

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
somebody has said of each conflict which holds. Taken unasked is only what the part says of its own auditor: what it says of you, of
somebody else or of nobody is a conflict. The other history is kept with the session as it came.`;

const SIGNS = `
Signed is the session as it stands (number and hash of its last event, which says all before it) and, where a folder is named,
the name of that folder and the list of the sha256 of each file in it: artifacts/signatures/<github>.SHA256SUMS, which sha256sum
--check reads.
The key is your own: --key names the file of an SSH key (a .pub, where an agent holds it) or the id of a GPG key; without it the
one that signs your commits, else your usual SSH key. ssh-keygen or gpg does it, and asks for the passphrase itself.
A reviewer signs the review: that counter-signs the point of the author's history it is of.`;

const METHODS = `
A session keeps the methodology it was begun with, whatever this program brings later, until you move it. Exit code 0: the
same, or moved; 1: they differ.`;

const VERIFIES = `
Whose key it is says an allowed-signers file (man ssh-keygen; the one git uses, or --allowed-signers) or your GPG keyring. With
--allowed-signers only who is named there will do. A submission's signature is of that folder under its name, and of each file in
it: links, .git, node_modules and whatever else lies there and is not in the signed list are named. A signature that lies in
another folder, as of an earlier submission, counts for nothing here. Exit code 0: it is signed and every signature holds; 1: one
does not, files changed since or are not covered, nobody signed it, or nobody could tell whose it is. A counter-signature of a
review that is kept on this machine is looked at too: a journal that was written anew since does not pass.`;

/** The commands about what several people do with one audit. */
export const peopleCommands: CommandGroup = (cli, host, done, { json, session }) => {
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

  cli
    .command('method')
    .description(
      "what each check of today's methodology changed against the session's; --move goes on with it, else the session stays",
    )
    .option('--move', 'go on with it: verdicts on checks that ask for something else are to be given again')
    .option('--methodology <dir>', 'against this folder of checklists instead of the bundled one')
    .addOption(session())
    .addOption(json())
    .addHelpText('after', METHODS)
    .action(async (o) => done(await (await import('./method.ts')).method(host, o)));

  cli
    .command('sign')
    .description(
      'sign a session as it stands, and a submission written from it, with your own SSH or GPG key',
    )
    .argument('[submission]', 'folder of the audit, as mcp-audit report prints it')
    .option('--key <key>', 'file of an SSH key, or id of a GPG key')
    .addOption(session())
    .addOption(json())
    .addHelpText('after', SIGNS)
    .action(async (folder: string | undefined, o) =>
      done(await (await import('./sign.ts')).sign(host, folder, o)),
    );

  cli
    .command('verify-signature')
    .description('who signed a submission or a session, over which hash, and what changed since')
    .argument('<what>', 'folder of a submission, id of a session, or an exported session')
    .option('--allowed-signers <file>', 'which SSH key is whose')
    .addOption(json())
    .addHelpText('after', VERIFIES)
    .action(async (what: string, o) =>
      done(await (await import('./verify-signature.ts')).verifySignature(host, what, o)),
    );
};
