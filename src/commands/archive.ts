import { resolve } from 'node:path';
import { type Addition, additionsOf } from '../domain/additions.ts';
import { UserError } from '../domain/errors.ts';
import { replay } from '../domain/session.ts';
import { readInputFile } from '../io/input-file.ts';
import { entriesIn, namedFile } from '../io/open-folder.ts';
import { exportSession } from '../io/session/export-session.ts';
import { type Imported, importSession } from '../io/session/import-session.ts';
import { ARCHIVE_LIMITS } from '../io/session/read-archive.ts';
import { changeFiles } from '../io/write-files.ts';
import { plural } from '../text/plural.ts';
import { wholeWords } from '../text/sentences.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { typedYes } from './typed-yes.ts';
import { bringTarget } from './workspace.ts';

/**
 * Writes a session as one portable file, whole or not at all; gives its path, and what it lacks. Refuses to write over a file
 * that is there.
 */
export const exportTo = async (
  sessionFolder: string,
  to: string,
): Promise<{ file: string; notices: readonly string[] }> => {
  const path = resolve(to);
  const { folder, name } = namedFile(path);
  const { bytes, notices } = await exportSession(sessionFolder);
  if (entriesIn(folder, '')?.some((e) => e.name === name))
    throw new UserError(`${path} is there already, and an export is never written over`, 'name another file');
  changeFiles(folder, [{ path: name, text: bytes, was: null }], { mode: 0o600 });
  return { file: path, notices };
};

export const readExported = (file: string): Buffer => {
  try {
    return readInputFile(file, ARCHIVE_LIMITS.archiveBytes);
  } catch (error) {
    throw new UserError(
      `${file} could not be read: ${error instanceof Error ? error.message : error}`,
      'name a file that "mcp-audit export" wrote',
    );
  }
};

/** Takes in a session that somebody exported, for a screen that cannot show all that one which is here would be given. */
export const importFile = (host: Host, file: string): Imported => {
  const done = importSession(readExported(file), host.dataDir, host.clock());
  if (done.outcome === 'waits')
    throw new UserError(
      `session ${done.id} is here, and the file would add ${plural(done.events.length - done.known, 'event')} to it, which anybody may have written; nothing was imported`,
      `see what they are, and agree to them or not: ${host.again(['import', file])}`,
    );
  return done;
};

/** What a session that is here was given, or would be; nothing for one that was not here. */
const addedBy = ({ outcome, events, known }: Imported, now: Date): Addition[] =>
  outcome === 'waits' || outcome === 'continued'
    ? additionsOf(replay(events.slice(0, known)), events.slice(known), now)
    : [];

const MOST = 50;

/** What a file would add to a session that is here: who, what, how many. What weighs is never left out. */
const additionLines = ({ id, events, known }: Imported, added: readonly Addition[]): string[] => {
  const named = (by: string) => wholeWords(by || 'nobody', 60);
  const who = [...Map.groupBy(events.slice(known), ({ by }) => named(by))].map(
    ([by, all]) => `${by} (${all.length})`,
  );
  const whoElse = who.length > 5 ? ` and ${who.length - 5} more` : '';
  const grave = added.filter((a) => a.weighs !== null);
  const others = added.slice(grave.length);
  const line = (a: Addition) => `  ${a.seq} ${a.at.slice(0, 16)} ${named(a.by)}: ${wholeWords(a.said, 300)}`;
  return [
    `session ${id} is here, and the file goes on with ${plural(events.length - known, 'event')} that this machine does not know, by ${who.slice(0, 5).join(', ')}${whoElse}, as the file says`,
    ...(grave.length > 0 ? ['What they take back, turn over or lift:'] : []),
    ...grave.map(line),
    ...(others.length > 0 ? [grave.length > 0 ? 'Besides:' : 'They are:'] : []),
    ...others.slice(0, MOST).map(line),
    ...(others.length > MOST ? [`  and ${others.length - MOST} more (--json lists all)`] : []),
  ];
};

/** Continues a session that is here once somebody agreed to what is new: told beforehand, or asked at a terminal. */
const importAgreed = async (
  host: Host,
  file: string,
  options: { continue?: boolean | undefined; json?: boolean | undefined },
): Promise<Imported & { added: Addition[] }> => {
  const bytes = readExported(file);
  const take = (agreed: boolean) => importSession(bytes, host.dataDir, host.clock(), { agreed });
  const first = take(options.continue ?? false);
  const done = { ...first, added: addedBy(first, host.clock()) };
  if (options.json || done.added.length === 0) return done;
  for (const l of additionLines(done, done.added)) host.stdout(`${visible(l)}\n`);
  if (done.outcome !== 'waits') return done;
  return (await typedYes(host, '', 'Are these yours, or do you know whose? Type yes to add them: '))
    ? { ...done, ...take(true) }
    : done;
};

export const exportCommand = async (
  host: Host,
  folder: string,
  id: string,
  options: { to?: string | undefined; json?: boolean | undefined },
): Promise<number> => {
  const { file, notices } = await exportTo(folder, options.to ?? `${id}.mcp-audit.zip`);
  if (options.json) json(host, { session: id, file, notices });
  else {
    for (const n of notices) host.stderr(`${visible(n)}\n`);
    host.stdout(`${file}\n`);
  }
  return 0;
};

/** `source`: where the audited commit is on this machine, or a git URL to fetch it from. */
export const importCommand = async (
  host: Host,
  file: string,
  options: {
    source?: string | undefined;
    asPart?: boolean | undefined;
    continue?: boolean | undefined;
    json?: boolean | undefined;
  },
): Promise<number> => {
  const { reviewIn, takeReview } = await import('./take-review.ts');
  const review = reviewIn(host, file);
  if (review) return takeReview(host, review, options.json ?? false);
  const done = await importAgreed(host, file, options);
  const { id: session, dir: folder, outcome, added, notices } = done;
  if (outcome === 'waits') {
    if (options.json) json(host, { session, folder, outcome, notices, added });
    else {
      for (const n of notices) host.stderr(`${visible(n)}\n`);
      host.stderr(
        `mcp-audit: nothing was recorded: whoever had the file may have written these, in anybody's name\nyours, taken elsewhere or from a copy: ${host.again(['import', file, '--continue'])}\nanother auditor's: ${host.again(['join', file])} takes what they decided, in their name\n`,
      );
    }
    return 1;
  }
  if (options.source)
    try {
      done.notices.push(...(await bringTarget(host, done.dir, done.commit, options.source)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(
        `session ${done.id} is here, but not the commit it audits: ${error.message}`,
        error.hint,
        error.exitCode,
      );
    }
  if (options.asPart) {
    const { nameYourself } = await import('./take-part.ts');
    await nameYourself(host, done.id);
  }
  const words = {
    new: 'imported',
    same: 'was here already, the same',
    continued: 'continued with what is new',
  } as Record<string, string>;
  if (options.json) json(host, { session, folder, outcome, notices, added });
  else {
    for (const n of done.notices) host.stderr(`${visible(n)}\n`);
    host.stdout(
      `${done.id} ${words[done.outcome] ?? done.outcome}\nopen it with: ${host.again([done.id])}\n`,
    );
  }
  return 0;
};
