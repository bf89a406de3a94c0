import { visible } from '../../text/visible.ts';
import type { Report, RepositoryFolder } from './folder.ts';
import { METADATA_ABOVE } from './layout.ts';

/** Something in the folder that could not be given as a file, and why, as words that follow "it is". */
export type Unread = { path: string; what: string; leadsAway?: true };

const EACH = 50;
const INTERRUPTED = /^((?:[^/]+\/)*?\.mcp-audit-[0-9a-f]{24})\//;
const EMPTY_PLACEHOLDER = /(?:^|\/)\.git(?:keep|ignore)$/;

/** Names that listings leave out, or that do not look like what they are. */
const hardToSee = (part: string): boolean =>
  part.startsWith('.') || /^\s|\s$/u.test(part) || /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\ufffd]/u.test(part);

/**
 * What is judged: all that was given, or in a whole database its folders `audits/`. What lies beside those belongs to the
 * database itself.
 */
const scopeOf = (repositories: readonly RepositoryFolder[]): ((path: string) => boolean) => {
  if (repositories.some((r) => r.host === null)) return () => true;
  const roots = repositories.map((r) => {
    const above = r.path.split('/');
    const depth = [r.host, r.owner, ...(r.name?.split('/') ?? [])].filter((p) => p !== null).length;
    return above.slice(0, Math.max(1, above.length - depth)).join('/');
  });
  const all = new Set(roots.length > 0 ? roots : ['audits']);
  return (path) => path === '.' || [...all].some((root) => path === root || path.startsWith(`${root}/`));
};

/** A submission in which something was not looked at cannot be called sound. */
export const checkLookedAt = (
  files: ReadonlyMap<string, Uint8Array>,
  { unread = [], interrupted: above = [] }: { unread?: readonly Unread[]; interrupted?: readonly string[] },
  repositories: readonly RepositoryFolder[],
  report: Report,
): void => {
  const inScope = scopeOf(repositories);
  const judged = new Set(
    repositories.flatMap((r) => [
      r.metadata?.path ?? '',
      ...r.audits.flatMap((a) => [...a.own.values()].map((f) => f.path)),
    ]),
  );
  const placeholder = (path: string) => EMPTY_PLACEHOLDER.test(path) && files.get(path)?.length === 0;
  const paths = [...files.keys()].filter((p) => p !== METADATA_ABOVE && inScope(p) && !placeholder(p));
  const below = [...files.keys()].flatMap((p) => INTERRUPTED.exec(p)?.[1] ?? []);
  const interrupted = [...new Set([...above, ...below])];
  const found = [
    ...interrupted.map((file) => ({
      rule: 'LAYOUT-INTERRUPTED',
      file,
      message:
        'these are drafts of a writing that was interrupted: what lies beside them may be half old, half new',
      fix: 'write the report or the indexes again from where they were written: that finishes it; drafts that somebody else left are for them to finish, or to be removed',
    })),
    ...unread
      .filter((u) => inScope(u.path))
      .map((u) => ({
        rule: 'LAYOUT-UNREAD',
        file: u.path,
        message: `nobody looked at it: it is ${visible(u.what)}`,
        fix: 'a submission is made of plain files; remove it, or put in its place what is meant to be read',
      })),
    ...paths
      .filter((p) => !judged.has(p))
      .map((file) => ({
        rule: 'LAYOUT-UNREAD',
        file,
        message: 'nobody looked at it: it lies outside of every audit, where no rule says what it is',
        fix: 'move it into the audit it belongs to, or remove it',
      })),
    ...paths
      .filter((p) => p.split('/').some(hardToSee))
      .map((file) => ({
        rule: 'LAYOUT-HIDDEN',
        file,
        message: 'its name is hard to see: it begins with a dot, or holds characters that do not show',
        fix: 'rename it: letters, digits, dot, hyphen and underscore are safe; or remove it',
      })),
  ];
  for (const f of found.slice(0, EACH)) report({ ...f, level: 'blocking' });
  // What the database itself keeps is nobody's submission, but what leads out of it is not passed over in silence.
  for (const u of unread.filter((u) => u.leadsAway && !inScope(u.path)).slice(0, EACH))
    report({
      rule: 'LAYOUT-UNREAD',
      level: 'warning',
      file: u.path,
      message: `nobody looked at it, beside the audits: it is ${visible(u.what)}`,
      fix: 'see whether the database means to have it; if not, remove it',
    });
  if (found.length > EACH)
    report({
      rule: 'LAYOUT-UNREAD',
      level: 'blocking',
      file: '.',
      message: `${found.length - EACH} more entries were not looked at or are hard to see`,
      fix: 'remove what does not belong to a submission, and validate again',
    });
};
