import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { nameOf } from '../domain/auditor.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import { describeEvent } from '../domain/selectors.ts';
import { replay, type Session } from '../domain/session.ts';
import { headStatement } from '../domain/signature.ts';
import { readJournal } from '../engine/journal.ts';
import { readInputFile } from '../io/input-file.ts';
import { sessionDir } from '../io/paths.ts';
import { readFolder } from '../io/read-folder.ts';
import { readBlobSync } from '../io/session/blob-store.ts';
import { hashAt } from '../io/session/head-file.ts';
import { readSessionFile } from '../io/session/import-session.ts';
import { journalPath, MAX_JOURNAL } from '../io/session/journal-file.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { type Allowed, allowedSigners, verifyText } from '../io/signing/verify.ts';
import {
  SIGNATURES_SCHEMA,
  type SignaturesJson,
  type SignatureTold,
} from '../report/formats/signatures-json.ts';
import { signatureFile } from '../report/signed-sums.ts';
import { visible } from '../text/visible.ts';
import { readExported } from './archive.ts';
import { type Host, json } from './host.ts';
import { submissionSignatures } from './submission-signatures.ts';
import { chooseSession } from './workspace.ts';

type History = {
  id: string;
  journal: Buffer;
  events: readonly SessionEvent[];
  blob(sha256: string): Buffer | null;
};

/** Events that decide nothing: signing, opening and closing do not change what was signed. */
const NO_CHANGE: ReadonlySet<SessionEvent['type']> = new Set([
  'head.signed',
  'session.opened',
  'session.closed',
  'report.written',
]);

type Point = Pick<SignatureTold, 'role' | 'claimed' | 'over' | 'hash'>;

/** Of a point that nobody's signature was verified for. */
const unverified = (point: Point, holds: boolean | null, said: string): SignatureTold => ({
  ...point,
  by: '',
  key: '',
  holds,
  said,
  changed: [],
});

/** Signatures over points of a history: whether that history is still the one, whose they are, and what came since. */
export const headSignatures = async (
  host: Host,
  { id, journal, events }: Pick<History, 'id' | 'journal' | 'events'>,
  session: Session,
  allowed: Allowed,
): Promise<SignatureTold[]> => {
  const told: SignatureTold[] = [];
  for (const e of events) {
    if (e.type !== 'head.signed') continue;
    const { head, signature } = e;
    const one = {
      role: 'signature' as const,
      claimed: e.by,
      over: `event ${head.events} of ${id}`,
      hash: head.hash,
    };
    const there = head.events > events.length ? null : hashAt(journal, head.events);
    if (there !== head.hash) {
      const said = `the journal was written anew: its event ${head.events} is ${there?.slice(0, 16) ?? 'not there'}…, signed was ${head.hash.slice(0, 16)}…`;
      told.push(unverified(one, false, said));
      continue;
    }
    const text = headStatement(id, session.target?.commit ?? '', head);
    const verified = await verifyText(host.env, { signature, text, allowed });
    const since = events.slice(head.events).filter((x) => !NO_CHANGE.has(x.type));
    told.push({
      ...one,
      ...verified,
      changed: since.map((x) => `${x.seq} ${describeEvent(x, () => undefined)} (${x.by})`),
    });
  }
  return told;
};

/** One history of which the shorter is the beginning. */
const sameHistory = (a: Uint8Array, b: Uint8Array): boolean => {
  const shared = Math.min(a.length, b.length);
  return Buffer.from(a.subarray(0, shared)).equals(b.subarray(0, shared));
};

/**
 * Where a reviewer pinned this history: by a review that is kept on this machine, or one that came back. What came back under
 * the name of a kept one stands in the author's file, who may have written it: only the kept one counts.
 */
const counterSignatures = async (
  host: Host,
  history: History,
  session: Session,
  allowed: Allowed,
): Promise<SignatureTold[]> => {
  const here = listSessions(host.dataDir)
    .filter((s) => s.review?.session === history.id || session.reviews.has(s.id))
    .map(({ id, review, dir }) => ({
      id,
      of: review?.session,
      journal: readInputFile(journalPath(dir), MAX_JOURNAL),
      lost: '',
      another: '',
    }));
  const kept = here.filter(({ of }) => of === history.id);
  const received = [...session.reviews].flatMap(([id, r]) => {
    const journal = history.blob(r.journal);
    const own = here.find((k) => k.id === id);
    if (!own) return [{ id, journal, lost: 'its journal is lost', another: '' }];
    if (!journal || sameHistory(journal, own.journal)) return [];
    const another =
      'the review of this name that is kept on this machine tells another history, so this one does not count';
    return [{ id, journal, lost: '', another }];
  });
  const reviews = [...received, ...kept];
  const told: SignatureTold[] = [];
  for (const { id, journal, lost, another } of reviews) {
    const { events } = readJournal(journal ?? '');
    const review = replay(events);
    const one = {
      role: 'counter-signature' as const,
      claimed: nameOf(review.auditor),
      over: `review ${id} of event ${review.review?.head.events ?? '?'} of ${history.id}`,
      hash: review.review?.head.hash ?? '',
    };
    if (another) {
      told.push(unverified(one, false, another));
      continue;
    }
    if (!journal || !review.review) {
      told.push(unverified(one, null, lost || 'it does not say what it is of'));
      continue;
    }
    const { head } = review.review;
    const there = head.events > history.events.length ? null : hashAt(history.journal, head.events);
    if (there !== head.hash) {
      const said = `this journal was written anew since that review: its event ${head.events} is ${there?.slice(0, 16) ?? 'not there'}…, reviewed was ${head.hash.slice(0, 16)}…`;
      told.push(unverified(one, false, said));
      continue;
    }
    const signed = await headSignatures(host, { id, journal, events }, review, allowed);
    const last = signed.at(-1);
    told.push(
      last
        ? { ...one, by: last.by, key: last.key, holds: last.holds, said: last.said, changed: last.changed }
        : unverified(one, null, 'this history is the one that was reviewed; the review itself is not signed'),
    );
  }
  return told;
};

const historyOf = (host: Host, what: string): History => {
  if (existsSync(what)) {
    const { id, journal, events, blobs } = readSessionFile(readExported(what));
    return { id, journal, events, blob: (hash) => blobs.get(hash) ?? null };
  }
  const id = chooseSession(host, what);
  const dir = sessionDir(host.dataDir, id);
  const journal = readInputFile(journalPath(dir), MAX_JOURNAL);
  const { events, fault, goodBytes } = readJournal(journal);
  if (fault)
    throw new UserError(
      `line ${fault.line} of the journal of ${id} cannot be trusted: ${fault.message}; what is signed in it was not looked at`,
      'an earlier export of it can be verified: name the file',
    );
  const blob = (hash: string) => {
    const read = readBlobSync(dir, hash);
    return 'bytes' in read ? read.bytes : null;
  };
  return { id, journal: journal.subarray(0, goodBytes), events, blob };
};

/** What is signed, and whether anything of it is a signature of `what` itself. */
const look = async (
  host: Host,
  what: string,
  allowed: Allowed,
): Promise<{ told: SignaturesJson; signed: boolean }> => {
  if (statSync(what, { throwIfNoEntry: false })?.isDirectory()) {
    const id = basename(resolve(what));
    const signatures = await submissionSignatures(host, readFolder(what), [{ id, path: '' }], allowed);
    return {
      told: {
        schema: SIGNATURES_SCHEMA,
        kind: 'submission',
        id,
        signatures: signatures.map(({ file: _file, ...s }) => s),
      },
      signed: signatures.some((s) => signatureFile(s.file)?.folder === ''),
    };
  }
  const history = historyOf(host, what);
  const session = replay(history.events);
  const signatures = [
    ...(await headSignatures(host, history, session, allowed)),
    ...(await counterSignatures(host, history, session, allowed)),
  ];
  return {
    told: { schema: SIGNATURES_SCHEMA, kind: 'session', id: history.id, signatures },
    signed: signatures.length > 0,
  };
};

export const signatureWords = (s: SignatureTold): string => {
  const word =
    s.holds === null
      ? 'not verified'
      : s.holds
        ? s.changed.length > 0
          ? 'HOLDS, and what it is of changed'
          : 'holds'
        : 'DOES NOT HOLD';
  return `${s.role} ${s.by || `by ${s.claimed} (as it says)`} over ${s.over} (${s.hash.slice(0, 16)}…): ${word}; ${s.said}${s.key ? ` [${s.key}]` : ''}`;
};

const MOST = 20;

/** Says who signed what, and what changed since. 0: all signatures hold, and there is one; 1: not so, or nobody could tell. */
export const verifySignature = async (
  host: Host,
  what: string,
  options: { allowedSigners?: string | undefined; json?: boolean | undefined },
): Promise<number> => {
  const { told, signed } = await look(host, what, await allowedSigners(host.env, options.allowedSigners));
  // A submission is signed as a whole; a session goes on after it was signed.
  const broken = (s: SignatureTold) =>
    s.holds !== true || (told.kind === 'submission' && s.changed.length > 0);
  if (options.json) json(host, told);
  else {
    if (!signed) host.stdout(`${visible(told.id)}: nobody signed it\n`);
    for (const s of told.signatures) {
      host.stdout(`${visible(signatureWords(s))}\n`);
      for (const c of s.changed.slice(0, MOST)) host.stdout(`  since: ${visible(c)}\n`);
      if (s.changed.length > MOST) host.stdout(`  since: ${s.changed.length - MOST} more\n`);
    }
  }
  return signed && !told.signatures.some(broken) ? 0 : 1;
};
