import type { Head } from '../domain/auditor.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * What is signed of a submission: a list of the sha256 of each of its files, in the form `sha256sum --check` reads, so that it
 * can be verified without this program. What was written about the session stands in lines that begin with #.
 */
export const SIGNATURES = 'artifacts/signatures';

/** A list of files or a signature of one: the folder of its audit, whose it is, and of a signature its ending. */
const SIGNATURE_FILE = /^(|.*\/)artifacts\/signatures\/([A-Za-z0-9-]{1,60})\.SHA256SUMS(\.sig|\.asc)?$/;

export type SignatureFile = { folder: string; who: string; list: string; isList: boolean };

/** What a path says when it is one of a signature's: `folder` ends with `/`, or is '' where the audit itself was given. */
export const signatureFile = (path: string): SignatureFile | null => {
  const [, folder, who, ending = ''] = SIGNATURE_FILE.exec(path) ?? [];
  return folder === undefined || who === undefined
    ? null
    : { folder, who, list: path.slice(0, path.length - ending.length), isList: ending === '' };
};

/** Of the files of one audit, those no list can hold: lists, and signatures of a list that is there. Each is looked at by itself. */
const isUnlisted = (path: string, files: ReadonlyMap<string, unknown>): boolean => {
  const of = signatureFile(path);
  return of !== null && of.folder === '' && files.has(of.list);
};

export const sumsText = (
  audit: string,
  session: { id: string; head: Head } | null,
  hashes: ReadonlyMap<string, string>,
): string =>
  [
    '# mcp-audit/submission@1',
    `# audit ${audit}`,
    ...(session ? [`# session ${session.id} events ${session.head.events} hash ${session.head.hash}`] : []),
    ...[...hashes]
      .filter(([path]) => !isUnlisted(path, hashes))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, hash]) => `${hash}  ${path}`),
    '',
  ].join('\n');

/** The hashes of a file of sums by path; null when it is none. */
export const readSums = (text: string): { audit: string; hashes: Map<string, string> } | null => {
  const hashes = new Map<string, string>();
  const [first, second, ...rest] = text.split('\n');
  const audit = second?.startsWith('# audit ') ? second.slice('# audit '.length) : null;
  if (first !== '# mcp-audit/submission@1' || audit === null) return null;
  for (const line of rest) {
    if (line === '' || line.startsWith('# ')) continue;
    const hash = line.slice(0, 64);
    if (!/^[0-9a-f]{64}$/.test(hash) || line.slice(64, 66) !== '  ') return null;
    const path = line.slice(66);
    // Said twice it says nothing: a reader may take the one or the other.
    if (hashes.has(path)) return null;
    hashes.set(path, hash);
  }
  return { audit, hashes };
};

/** What of an audit's folder is not as it was signed, or not covered, in words; empty when all is. */
export const changedSince = (
  signed: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  unread: readonly { path: string; what: string }[] = [],
): string[] => [
  ...[...signed].flatMap(([path, hash]) => {
    const there = now.get(path);
    return there === hash ? [] : [there === undefined ? `${path} is gone` : `${path} was changed`];
  }),
  ...[...now.keys()]
    .filter((path) => !signed.has(path) && !isUnlisted(path, now))
    .map((path) => `${path} was added`),
  ...unread.map(({ path, what }) => `${path} was added and is not covered: it is ${what}`),
];

/** A file of sums that no longer fits, as the validator says it. */
export const staleSignature = (file: string, by: string, changed: readonly string[]): Diagnostic => ({
  rule: 'SIGNATURE',
  level: 'blocking',
  file,
  line: null,
  message: `the signature by ${by} is not of what is here: ${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}`,
  fix: 'sign it again (mcp-audit sign), or find out who changed it; a signature of something else must not stay',
});
