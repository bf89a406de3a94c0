import { basename, join, resolve } from 'node:path';
import { trackedUnread } from '../io/git/tracked.ts';
import { interruptedAbove } from '../io/interrupted.ts';
import { ours, readTextIn } from '../io/open-folder.ts';
import { type FolderRead, readFolder } from '../io/read-folder.ts';
import { allowedSigners } from '../io/signing/verify.ts';
import { writeFile } from '../io/write-files.ts';
import { compareDiagnostics, type Diagnostic } from '../report/diagnostic.ts';
import { diagnosticsSarif } from '../report/formats/diagnostics-sarif.ts';
import { reviewMarkdown } from '../report/formats/review.ts';
import { signatureFile, staleSignature } from '../report/signed-sums.ts';
import { anchorsOf, auditsOf, renderDiagnostics, validateSubmission } from '../report/validate.ts';
import { jsonText } from '../text/json-text.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, TOOL_NAME } from './host.ts';
import { lookAtTargets } from './look-at-targets.ts';
import { submissionSignatures } from './submission-signatures.ts';
import { signatureWords } from './verify-signature.ts';
import { VERSION } from './version.ts';

export type ValidateOptions = {
  strict?: boolean | undefined;
  /** Clones of audited servers: folders or git URLs. */
  target?: readonly string[] | undefined;
  /** Fetch the targets the manifests name. */
  fetch?: boolean | undefined;
  /** `true` prints it, a name writes a file beside the words on the screen. */
  json?: boolean | undefined;
  sarif?: string | boolean | undefined;
  review?: string | boolean | undefined;
  /** Which SSH key is whose. */
  allowedSigners?: string | undefined;
  /** Folder of the submission in its repository, for the places a SARIF log names. */
  base?: string | undefined;
  failOn?: 'blocking' | 'warning' | undefined;
};

/** Whether the signatures of a submission hold: one that does not blocks, since it says that something is as it was. */
const signatureDiagnostics = async (
  host: Host,
  read: FolderRead,
  folderName: string,
  named: string | undefined,
): Promise<Diagnostic[]> => {
  if (![...read.files.keys()].some(signatureFile)) return [];
  const allowed = await allowedSigners(host.env, named);
  const told = await submissionSignatures(host, read, auditsOf(read.files, folderName), allowed);
  return told.flatMap((s) => {
    const stale = s.changed.length > 0 ? [staleSignature(s.file, s.by || s.claimed, s.changed)] : [];
    if (stale.length > 0 && s.holds !== false) return stale;
    return [
      ...stale,
      {
        rule: 'SIGNATURE',
        level: s.holds === false ? ('blocking' as const) : ('info' as const),
        file: s.file,
        line: null,
        message: signatureWords(s),
        fix:
          s.holds === false
            ? 'ask who signed it; sign it again (mcp-audit sign), or remove the signature with its list'
            : s.by === ''
              ? 'name a file that says whose key it is: --allowed-signers'
              : '',
      },
    ];
  });
};

/**
 * Checks a submission folder, or a whole clone of the audit database. 0: nothing of the asked-for level was found; 1:
 * something was.
 */
export const validate = async (host: Host, folder: string, options: ValidateOptions): Promise<number> => {
  const read = readFolder(folder);
  const { files } = read;
  const unread = [...read.unread, ...(await trackedUnread(folder, read))];
  // One audit's folder: what the database says of the repository lies two levels up.
  const metadata = files.has('audit-manifest.json')
    ? readTextIn(ours(join(resolve(folder), '../..')), 'metadata.json')
    : undefined;
  if (metadata !== undefined) files.set('../../metadata.json', Buffer.from(metadata));
  const folderName = basename(resolve(folder));
  const sources = options.target ?? [];
  const looked =
    sources.length > 0 || options.fetch
      ? await lookAtTargets(host, anchorsOf(files, folderName), sources, options.fetch ?? false)
      : null;
  for (const notice of looked?.notices ?? []) host.stderr(`${visible(notice)}\n`);
  const diagnostics = validateSubmission(files, {
    strict: options.strict ?? false,
    unread,
    interrupted: interruptedAbove(folder),
    folderName,
    ...(looked ? { target: looked.target, repository: looked.repository } : {}),
  });
  diagnostics.push(...(await signatureDiagnostics(host, read, folderName, options.allowedSigners)));
  diagnostics.sort(compareDiagnostics);
  const count = (level: string) => diagnostics.filter((d) => d.level === level).length;
  const counts = { blocking: count('blocking'), warnings: count('warning'), info: count('info') };
  const tool = { name: TOOL_NAME, version: VERSION };
  const wanted = [
    [options.sarif, () => jsonText(diagnosticsSarif(diagnostics, tool, options.base))],
    [
      options.review,
      () =>
        reviewMarkdown(
          diagnostics,
          auditsOf(files, folderName).map((a) => a.id),
          tool,
        ),
    ],
  ] as const;
  for (const [where, text] of wanted)
    if (typeof where === 'string') writeFile(where, text(), { replaces: () => true });
  const printed = wanted.find(([where]) => where === true);
  if (printed) host.stdout(printed[1]());
  else if (options.json) json(host, { ...counts, diagnostics });
  else host.stdout(`${renderDiagnostics(diagnostics)}\n`);
  return counts.blocking + (options.failOn === 'blocking' ? 0 : counts.warnings) === 0 ? 0 : 1;
};
