import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { askedTarget } from '../analysis/repository/asked-target.ts';
import { UserError } from '../domain/errors.ts';
import { parsePackage } from '../domain/package-name.ts';
import type { OpenTargetOptions } from '../io/git/open-target.ts';
import { canonicalSource } from '../io/git/source.ts';
import { sessionDir } from '../io/paths.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { isSessionFolder, isSessionId } from '../io/session/session-id.ts';
import { readTarget } from './asked-target.ts';
import { type Host, requireTerminal } from './host.ts';

export type OpenOptions = {
  ref?: string;
  subdir?: string;
  methodology?: string;
  rules?: string;
  url?: string;
  new?: boolean;
  readOnly?: boolean;
  plain?: boolean;
  /** What was agreed to before this command, for this target. */
  fetch?: OpenTargetOptions['fetch'];
};

/** Asked for, for a screen reader, or for a terminal that cannot move its cursor. */
const wantsPlain = (host: Host, o: { plain?: boolean }): boolean =>
  o.plain === true || host.env.INK_SCREEN_READER === 'true' || host.env.TERM === 'dumb';

export const resumeCommand = async (
  asked: Host,
  named: string | undefined,
  o: OpenOptions,
): Promise<number> => {
  requireTerminal();
  const { sessionNamed } = await import('./session-named.ts');
  const { host, id: session } = sessionNamed(asked, named);
  if (wantsPlain(host, o))
    return (await import('./plain.ts')).openPlain(host, {
      kind: 'resume',
      id: session,
      readOnly: o.readOnly ?? false,
    });
  return (await import('./workbench.ts')).openWorkbench(host, {
    kind: 'resume',
    id: session,
    readOnly: o.readOnly ?? false,
  });
};

/** The source as sessions keep it; a folder that is gone may still have one. */
const knownAs = (source: string): string => {
  try {
    return canonicalSource(source);
  } catch {
    return resolve(source);
  }
};

/**
 * A session id opens that session. A path or URL opens the unfinished session on it, if there is one: the same command
 * tomorrow leads back to the same place. Otherwise it begins one.
 */
export const open = async (host: Host, to: string | undefined, o: OpenOptions): Promise<number> => {
  requireTerminal();
  if (to === undefined && !wantsPlain(host, o))
    return (await import('./workbench.ts')).openWorkbench(host, { kind: 'home' });
  if (to === undefined) return resumeCommand(host, undefined, o);
  if (isSessionFolder(to) || (isSessionId(to) && existsSync(sessionDir(host.dataDir, to)) && !existsSync(to)))
    return resumeCommand(host, to, o);
  const words = o.ref ? `${to}#${o.ref}` : to;
  const named = askedTarget(words);
  const source = existsSync(to) || !named ? words : named.source;
  const known = knownAs(source);
  // A name without a version means the session on whichever version it was then.
  const floating =
    parsePackage(known)?.version === '' ? `${known}${known.startsWith('npm:') ? '@' : '=='}` : known;
  if (!o.new) {
    const same = listSessions(host.dataDir).find(
      (s) =>
        (s.target?.source === known || (floating !== known && s.target?.source.startsWith(floating))) &&
        s.target.subdir === (o.subdir ?? s.target.subdir),
    );
    if (same?.problem)
      throw new UserError(
        `the session on ${source}, ${same.id}, cannot be opened, so nothing was begun: ${same.problem}`,
        `--new begins another; mcp-audit status --session ${same.id} shows what can be read of this one`,
      );
    if (same) return resumeCommand(host, same.id, o);
  }
  const asked = o.fetch
    ? { source, fetch: o.fetch, subdir: '', told: '' }
    : await readTarget(host, words, { ask: true });
  if (asked.told) host.stderr(`${asked.told}\n`);
  const request = {
    kind: 'start' as const,
    source: asked.source,
    fetch: asked.fetch,
    subdir: o.subdir || asked.subdir,
    methodology: o.methodology ?? '',
    rules: o.rules ?? '',
    url: o.url ?? '',
  };
  if (wantsPlain(host, o)) return (await import('./plain.ts')).openPlain(host, request);
  return (await import('./workbench.ts')).openWorkbench(host, request);
};
