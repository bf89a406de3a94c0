import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Head } from '../domain/auditor.ts';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { headStatement } from '../domain/signature.ts';
import { named } from '../io/open-folder.ts';
import { hashIn, sha256 } from '../io/put-in-place.ts';
import { readFolder } from '../io/read-folder.ts';
import { readJournalFile } from '../io/session/journal-file.ts';
import { findMeans, signText } from '../io/signing/sign.ts';
import { changeFiles } from '../io/write-files.ts';
import { SIGNATURES, signatureFile, sumsText } from '../report/signed-sums.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { withSession } from './with-session.ts';

export type SignOptions = {
  session?: string | undefined;
  key?: string | undefined;
  json?: boolean | undefined;
};

const headOf = (dir: string): Head => {
  const { events, lastHash } = readJournalFile(dir);
  return { events: events.length, hash: lastHash };
};

/** Signs the session as it stands, and a submission of it where one is named: its list of files, and the session's point with it. */
export const sign = (host: Host, folder: string | undefined, options: SignOptions): Promise<number> =>
  withSession(host, options.session, async (w) => {
    const audit = folder === undefined ? null : auditFolder(folder);
    const means = await findMeans(host.env, options.key);
    const { session } = w.store.snapshot();
    if (audit && session.target?.commit !== audit.commit)
      throw new UserError(
        `${audit.path} is of commit ${audit.commit || 'unknown'}, and session ${w.id} of ${session.target?.commit}; nothing was signed`,
        'name the session it was written from with --session',
      );
    const head = headOf(w.dir);
    const signed = await signText(host.env, means, headStatement(w.id, session.target?.commit ?? '', head));
    const { kind, signature } = signed;
    const files: string[] = [];
    if (audit) {
      const who = session.auditor.github || 'auditor';
      const name = `${SIGNATURES}/${who}.SHA256SUMS`;
      // With the list that is about to be there, so that a signature left over from an earlier one is not listed, and replaced.
      const text = sumsText(audit.id, { id: w.id, head }, new Map([...audit.hashes, [name, '']]));
      const sums = await signText(host.env, means, text);
      const place = named(audit.path);
      const written = new Map([
        [name, text],
        [`${name}.${kind === 'ssh' ? 'sig' : 'asc'}`, sums.signature],
      ]);
      // A signature is renewed: the old one is of what was there before.
      changeFiles(
        place,
        [...written].map(([path, content]) => ({ path, text: content, was: hashIn(place, path) })),
      );
      files.push(...[...written.keys()].map((path) => join(audit.path, path)));
    }
    const recorded = w.store.dispatch({ type: 'sign-head', head, kind, signature });
    if (isRefusal(recorded)) throw new UserError(recorded.refused, recorded.hint);
    if (options.json) json(host, { session: w.id, head, kind, key: means.key, files });
    else {
      host.stdout(
        `${visible(`${w.id}: signed up to event ${head.events} (${head.hash.slice(0, 16)}…) with ${kind === 'ssh' ? 'SSH' : 'GPG'} key ${means.key}`)}\n`,
      );
      for (const file of files) host.stdout(`${visible(file)}\n`);
    }
    return 0;
  });

/** The folder of one audit, with the hash of each of its files. Throws {@link UserError} when it is none, or not all of it can be read. */
export const auditFolder = (folder: string) => {
  const path = resolve(folder);
  if (!existsSync(join(path, 'audit-manifest.json')))
    throw new UserError(
      `${folder} holds no audit-manifest.json, so it is not the folder of an audit; nothing was signed`,
      'name the folder that mcp-audit report prints: …/audits/<audit id>',
    );
  const { files, unread } = readFolder(path);
  const [strange] = unread;
  if (strange)
    throw new UserError(
      `${strange.path} in ${folder} is ${strange.what}; nothing was signed`,
      'a submission is made of plain files: remove it, and sign then',
    );
  const foreign = [...files.keys()].find((p) => (signatureFile(p)?.folder ?? '') !== '');
  if (foreign !== undefined)
    throw new UserError(
      `${visible(foreign)} in ${folder} is a signature of another submission, which could pass for one of this; nothing was signed`,
      'keep that submission elsewhere, or in an archive: remove it here, and sign then',
    );
  const odd = [...files.keys()].find((p) => /[\p{Cc}\\]/u.test(p));
  if (odd !== undefined)
    throw new UserError(
      `${visible(odd)} has a name that a list of files cannot hold; nothing was signed`,
      'rename it',
    );
  return {
    path,
    id: basename(path),
    commit: commitOf(files.get('audit-manifest.json')),
    hashes: new Map([...files].map(([p, bytes]) => [p, sha256(bytes)])),
  };
};

const commitOf = (manifest: Uint8Array | undefined): string => {
  try {
    const value = JSON.parse(Buffer.from(manifest ?? []).toString('utf8')) as {
      target?: { commit_hash?: unknown };
    } | null;
    return String(value?.target?.commit_hash ?? '');
  } catch {
    return '';
  }
};
