import type { Head } from '../domain/auditor.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * What is signed of a submission: a list of the sha256 of each of its files, in the form `sha256sum --check` reads, so that it
 * can be verified without this program. What was written about the session stands in lines that begin with #.
 */
export const SIGNATURES = 'artifacts/signatures';

/** Of a file of sums within the files of a submission: the audit's folder, and whose they are. */
export const SUMS = /^(|.*\/)artifacts\/signatures\/([A-Za-z0-9-]{1,60})\.SHA256SUMS$/;

export const isSignature = (path: string): boolean => path.startsWith(`${SIGNATURES}/`);

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
      .filter(([path]) => !isSignature(path))
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
    hashes.set(line.slice(66), hash);
  }
  return { audit, hashes };
};

/** What of the files is not as it was signed, in words; empty when all is. */
export const changedSince = (
  signed: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] => [
  ...[...signed].flatMap(([path, hash]) => {
    const there = now.get(path);
    return there === hash ? [] : [there === undefined ? `${path} is gone` : `${path} was changed`];
  }),
  ...[...now.keys()]
    .filter((path) => !signed.has(path) && !isSignature(path))
    .map((path) => `${path} was added`),
];

/** A file of sums that no longer fits, as the validator says it. */
export const staleSignature = (file: string, by: string, changed: readonly string[]): Diagnostic => ({
  rule: 'SIGNATURE',
  level: 'blocking',
  file,
  line: null,
  message: `the signature by ${by} does not hold any more: ${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}`,
  fix: 'sign it again (mcp-audit sign), or find out who changed it; a signature of something else must not stay',
});
