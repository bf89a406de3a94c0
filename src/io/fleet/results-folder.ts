import { hash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { UserError } from '../../domain/errors.ts';
import { serverName } from '../../domain/fleet/fleet-file.ts';
import {
  type FleetEntry,
  type FleetRun,
  fleetEntry,
  fleetRun,
  type Receipt,
  receipt,
  runId,
} from '../../domain/fleet/records.ts';
import { visible } from '../../text/visible.ts';
import { readInputFile } from '../input-file.ts';
import { FILE_MODE, makeDir, placeWhole, syncDir } from '../session/durable.ts';
import { errorCode, saveError } from '../session/save-error.ts';
import { isSessionId } from '../session/session-id.ts';

/**
 * Where a fleet's results lie, maybe shared by several machines:
 *
 *     id                                       names its queue
 *     runs/<run>/run.json                      what is to be looked at
 *     runs/<run>/servers/<server>.json         what came of it: an entry, written once, by whoever was first
 *     servers/<server>/sessions/<session>/     a session as anywhere, with its receipt in receipt.json
 *     work/                                    drafts of sessions; nothing there counts
 *
 * A session appears with its receipt by one rename, and counts once an entry names the receipt by the hash of its bytes. Nothing is
 * read or written through a link below the folder.
 */
export type Results = { folder: string };

const MAX_BYTES = 16 * 1024 * 1024;
const RECEIPT = 'receipt.json';

export type Known = { receipt: Receipt; sha256: string; dir: string };

export type Standing =
  | { state: 'waiting' }
  /** Somebody removed or changed what an entry names. */
  | { state: 'lost'; why: string }
  | { state: 'set-aside'; entry: Extract<FleetEntry, { outcome: 'set-aside' }> }
  | { state: 'done'; entry: Extract<FleetEntry, { outcome: 'done' }>; known: Known };

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** A path below the folder in which no part is a link. @throws UserError when one is */
const inside = ({ folder }: Results, ...parts: string[]): string => {
  let here = folder;
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part))
      throw new Error(`${JSON.stringify(part)} is no name in a folder of results`);
    here = path.join(here, part);
    if (fs.lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new UserError(
        `${visible(here)} is a symbolic link, and nothing of a fleet is read or written through one`,
        'look at who put it there, and remove it',
      );
  }
  return here;
};

const namesIn = (r: Results, fits: (name: string) => boolean, ...parts: string[]): string[] => {
  try {
    return fs
      .readdirSync(inside(r, ...parts))
      .filter(fits)
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
};

const readJson = <T>(file: string, schema: z.ZodType<T>): { value: T; sha256: string } | string | null => {
  let bytes: Buffer;
  try {
    bytes = readInputFile(file, MAX_BYTES);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? null : (error as Error).message;
  }
  try {
    const parsed = schema.safeParse(JSON.parse(bytes.toString('utf8')));
    if (parsed.success) return { value: parsed.data, sha256: sha256(bytes) };
    const [issue] = parsed.error.issues;
    return `it is not as this program writes it: ${issue?.path.join('.')}: ${issue?.message}`;
  } catch {
    return 'it is no JSON';
  }
};

const jsonBytes = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);

const written = <T>(file: string, write: () => T): T => {
  try {
    return write();
  } catch (error) {
    throw error instanceof UserError ? error : saveError(error, file);
  }
};

/** Opens a folder of results, made when it is not there yet. */
export const makeResults = (folder: string): Results => {
  const results = { folder: path.resolve(folder) };
  written(results.folder, () => {
    makeDir(results.folder);
    // Sessions hold what is not published yet: nobody commits them by mistake.
    placeWhole(inside(results, '.gitignore'), Buffer.from('*\n'));
    placeWhole(inside(results, 'id'), Buffer.from(`${randomUUID()}\n`));
  });
  return results;
};

/** @throws UserError when it is none */
export const openResults = (folder: string): Results => {
  const results = { folder: path.resolve(folder) };
  if (!fs.existsSync(path.join(results.folder, 'id')))
    throw new UserError(
      `${visible(results.folder)} holds no results of a fleet`,
      'mcp-audit fleet run makes them; --results names where they are',
    );
  return results;
};

/** What tells this folder from others on the same queue. */
export const resultsId = (r: Results): string => {
  const id = fs.readFileSync(inside(r, 'id'), 'utf8').trim();
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw new UserError(
    `${visible(path.join(r.folder, 'id'))} is not as this program writes it, so its queue is not known`,
    'bring it back from another copy of the folder',
  );
};

export const newRunId = (now: Date): string =>
  `${now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')}-${randomBytes(2).toString('hex')}`;

const isRun = (name: string): boolean => runId.safeParse(name).success;
const isServer = (name: string): boolean => serverName.safeParse(name).success;

export const keepRun = (r: Results, run: FleetRun): void => {
  const file = inside(r, 'runs', run.id, 'run.json');
  written(file, () => {
    makeDir(inside(r, 'runs', run.id, 'servers'));
    placeWhole(file, jsonBytes(run));
  });
};

/** @throws UserError when it is not there, or not as it was written */
export const readRun = (r: Results, id: string): FleetRun => {
  const file = inside(r, 'runs', id, 'run.json');
  const read = readJson(file, fleetRun);
  if (read === null || typeof read === 'string' || read.value.id !== id)
    throw new UserError(
      `run ${visible(id)} cannot be read from ${visible(r.folder)}: ${read === null ? 'it is not there' : typeof read === 'string' ? visible(read) : 'it says it is another'}`,
      'bring it back from another copy of the folder, or begin another run',
    );
  return read.value;
};

/** Ids of all runs, the oldest first. A folder whose run was never written whole is none. */
export const runIds = (r: Results): string[] =>
  namesIn(r, isRun, 'runs').filter((id) => fs.existsSync(inside(r, 'runs', id, 'run.json')));

const receiptIn = (dir: string, server: string, session: string): Known | string | null => {
  const read = readJson(path.join(dir, RECEIPT), receipt);
  if (read === null || typeof read === 'string') return read;
  if (read.value.server !== server || read.value.session !== session) return 'it is of another session';
  return { receipt: read.value, sha256: read.sha256, dir };
};

export const sessionAt = (r: Results, server: string, session: string): string =>
  inside(r, 'servers', server, 'sessions', session);

/** The data folder of one server: its sessions are opened there as any. */
export const serverHome = (r: Results, server: string): string => inside(r, 'servers', server);

/** What was gathered of a server before, in whichever run. */
export const receiptsOf = (r: Results, server: string): Known[] =>
  namesIn(r, isSessionId, 'servers', server, 'sessions').flatMap((session) => {
    const read = receiptIn(sessionAt(r, server, session), server, session);
    return read === null || typeof read === 'string' ? [] : [read];
  });

const entryFile = (r: Results, run: string, server: string): string =>
  inside(r, 'runs', run, 'servers', `${server}.json`);

/** What is known of a server in a run. What an entry names and cannot be shown is *lost*, and counts as nothing. */
export const standingOf = (r: Results, run: string, server: string): Standing => {
  const read = readJson(entryFile(r, run, server), fleetEntry);
  if (read === null) return { state: 'waiting' };
  if (typeof read === 'string') return { state: 'lost', why: `its entry cannot be read: ${read}` };
  const entry = read.value;
  if (entry.run !== run || entry.server !== server) return { state: 'lost', why: 'its entry is of another' };
  if (entry.outcome === 'set-aside') return { state: 'set-aside', entry };
  const known = receiptIn(sessionAt(r, server, entry.session), server, entry.session);
  if (known === null) return { state: 'lost', why: `its session ${entry.session} is gone` };
  if (typeof known === 'string') return { state: 'lost', why: `its receipt cannot be read: ${known}` };
  if (known.sha256 !== entry.receipt)
    return { state: 'lost', why: 'its receipt is not the one that was written down' };
  return { state: 'done', entry, known };
};

/** The first to say what came of it is heard. */
export const keepEntry = (r: Results, entry: FleetEntry): boolean => {
  const file = entryFile(r, entry.run, entry.server);
  return written(file, () => placeWhole(file, jsonBytes(entry)));
};

/** So that it is looked at again: what was set aside, or lost. */
export const forgetEntry = (r: Results, run: string, server: string): void =>
  fs.rmSync(entryFile(r, run, server), { force: true });

/**
 * Puts a drafted session in its place, with its receipt: all of it or nothing, whenever this is killed. False when there is one
 * of that name already.
 */
export const publish = (r: Results, draft: string, value: Receipt): boolean => {
  const goal = sessionAt(r, value.server, value.session);
  return written(goal, () => {
    makeDir(path.dirname(goal));
    const fd = fs.openSync(path.join(draft, RECEIPT), 'wx', FILE_MODE);
    try {
      fs.writeFileSync(fd, jsonBytes(value));
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    syncDir(draft);
    try {
      fs.renameSync(draft, goal);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error)) && fs.existsSync(goal)) return false;
      throw error;
    }
    syncDir(path.dirname(goal));
    return true;
  });
};

/** Where sessions are drafted: on the same disk, so that one rename puts them in place. */
export const workFolder = (r: Results): string => inside(r, 'work');

/** Servers there are results of, in whichever run. */
export const serversIn = (r: Results): string[] => namesIn(r, isServer, 'servers');

/** The newest run; null where there is none. */
export const newestRun = (r: Results): FleetRun | null => {
  const id = runIds(r).at(-1);
  return id === undefined ? null : readRun(r, id);
};
