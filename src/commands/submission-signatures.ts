import { sha256 } from '../io/put-in-place.ts';
import type { FolderRead } from '../io/read-folder.ts';
import { type Allowed, type Verified, verifyText } from '../io/signing/verify.ts';
import type { SignatureTold } from '../report/formats/signatures-json.ts';
import { changedSince, readSums, signatureFile } from '../report/signed-sums.ts';
import type { Host } from './host.ts';

/** The folder of one audit within what was read: `path` is '' where it is all of it. */
type Audit = { id: string; path: string };

const broken = (said: string): Verified => ({ holds: false, by: '', key: '', said });

/** What lies below a folder, by its path there; what lies above one audit's folder is not its own. */
const below = (path: string, folder: string): string | null =>
  path.startsWith(folder) && !path.startsWith('../') ? path.slice(folder.length) : null;

/**
 * The signatures among the files of a submission, or of a whole database, each against the folder of its audit. One that lies in
 * no audit's own artifacts/signatures, or is of an audit of another name, is told and does not hold: it says nothing of this one.
 */
export const submissionSignatures = async (
  host: Host,
  { files, unread }: FolderRead,
  audits: readonly Audit[],
  allowed: Allowed,
): Promise<(SignatureTold & { file: string })[]> => {
  const byFolder = new Map(audits.map((a) => [a.path === '' ? '' : `${a.path}/`, a]));
  const told: (SignatureTold & { file: string })[] = [];
  for (const [file, bytes] of files) {
    const of = signatureFile(file);
    // A signature is told with its list.
    if (!of || (!of.isList && files.has(of.list))) continue;
    const audit = byFolder.get(of.folder);
    const text = Buffer.from(bytes).toString('utf8');
    const sums = of.isList ? readSums(text) : null;
    const verify = async (): Promise<Verified> => {
      if (!audit)
        return broken(
          `it lies in ${of.folder.slice(0, -1) || 'a folder that is no audit'}: it is of another submission, and says nothing of this one`,
        );
      if (!of.isList) return broken('the list of files it is of is gone');
      if (!sums) return broken('it is no list of files');
      const found = ['sig', 'asc'].flatMap((ending) => files.get(`${file}.${ending}`) ?? []);
      const [signature] = found;
      if (!signature) return broken('its signature is gone');
      if (found.length > 1) return broken('two signatures are beside it');
      const verified = await verifyText(host.env, {
        signature: Buffer.from(signature).toString('utf8'),
        text,
        allowed,
      });
      if (verified.holds === false) return verified;
      if (sums.audit !== audit.id)
        return {
          ...verified,
          holds: false,
          said: `${verified.said}; it is of ${sums.audit}, and this folder is ${audit.id}: another submission`,
        };
      return sums.hashes.has('audit-manifest.json')
        ? verified
        : {
            ...verified,
            holds: false,
            said: `${verified.said}; it does not list audit-manifest.json, so it does not say of which server and commit it is`,
          };
    };
    const hashes = () =>
      new Map(
        [...files].flatMap(([path, b]) => {
          const own = below(path, of.folder);
          return own === null ? [] : [[own, sha256(b)] as const];
        }),
      );
    const passed = unread.flatMap(({ path, what }) => {
      const own = below(path, of.folder);
      return own === null ? [] : [{ path: own, what }];
    });
    told.push({
      role: 'signature',
      claimed: of.who,
      over: sums ? `the files of ${sums.audit}` : file,
      hash: sha256(bytes),
      file,
      ...(await verify()),
      changed: audit && sums ? changedSince(sums.hashes, hashes(), passed) : [],
    });
  }
  return told;
};
