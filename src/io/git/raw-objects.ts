import type { Commit, Person, Tag } from '../../collectors/collector.ts';

/** Parsers of git's raw commit and tag objects. Total: any bytes give a value, whatever a hostile author wrote. */

type Header = { name: string; value: string };
type RawObject = { headers: Header[]; body: Buffer };

/** Continuation lines begin with a space and belong to the header above. */
const splitObject = (bytes: Buffer): RawObject => {
  const end = bytes.indexOf('\n\n');
  const head = bytes.subarray(0, end === -1 ? bytes.length : end).toString('latin1');
  const headers: Header[] = [];
  for (const line of head.split('\n')) {
    const last = headers.at(-1);
    if (line.startsWith(' ') && last) last.value += `\n${line.slice(1)}`;
    else {
      const space = line.indexOf(' ');
      headers.push(
        space === -1
          ? { name: line, value: '' }
          : { name: line.slice(0, space), value: line.slice(space + 1) },
      );
    }
  }
  return { headers, body: end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 2) };
};

const first = (object: RawObject, name: string): string =>
  object.headers.find((h) => h.name === name)?.value ?? '';

/** What a commit may keep of this program's memory: its author decides how long these are. */
const MAX_MESSAGE_BYTES = 100_000;
const MAX_NAME_LENGTH = 500;
const MAX_PARENTS = 1000;

/** A string of its own: a slice would keep the whole object it was cut from in memory. */
const ownCopy = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('latin1');

type Decode = (bytes: Buffer) => string;

/** By the commit's own `encoding` header; an unknown one is read as UTF-8. */
const decoder = (encoding: string): Decode => {
  const utf8 = (bytes: Buffer): string => bytes.toString('utf8');
  if (encoding === '') return utf8;
  try {
    const decoding = new TextDecoder(encoding, { ignoreBOM: true });
    return (bytes) => decoding.decode(bytes);
  } catch {
    return utf8;
  }
};

const LAST_SECOND = 253_402_300_799; // 9999-12-31T23:59:59Z

/**
 * ISO 8601 with offset, from git's seconds and `+hhmm`. Dates no calendar of four digits holds become its nearest day, and an
 * impossible offset becomes UTC.
 */
export const isoDate = (seconds: number, zone: string): string => {
  const match = /^([+-])(\d\d)([0-5]\d)$/.exec(zone);
  const minutes = match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  const offset = Math.abs(minutes) <= 14 * 60 ? minutes : 0;
  const clamped = Math.min(Math.max(Number.isFinite(seconds) ? seconds : 0, 0), LAST_SECOND);
  const local = Math.min(Math.max(clamped + offset * 60, 0), LAST_SECOND);
  const two = (n: number): string => String(n).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  const [h, m] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${new Date(local * 1000).toISOString().slice(0, 19)}${sign}${two(h)}:${two(m)}`;
};

/** `Name <address> seconds zone`, as far as it holds that. */
const parseIdent = (latin1: string, text: Decode): { person: Person; at: string } => {
  const line = text(Buffer.from(latin1, 'latin1'));
  const short = (part: string): string => part.trim().slice(0, MAX_NAME_LENGTH);
  const open = line.indexOf('<');
  const close = line.lastIndexOf('>');
  const date = /^ (-?\d{1,15}) ([+-]\d{4})$/.exec(close === -1 ? '' : line.slice(close + 1));
  return {
    person:
      open === -1 || close < open
        ? { name: short(line), email: '' }
        : { name: short(line.slice(0, open)), email: short(line.slice(open + 1, close)) },
    at: isoDate(Number(date?.[1] ?? 0), date?.[2] ?? '+0000'),
  };
};

const signatureKind = (text: string): Commit['signature'] => {
  if (/^-----BEGIN PGP /m.test(text)) return 'gpg';
  if (/^-----BEGIN SSH SIGNATURE/m.test(text)) return 'ssh';
  return /^-----BEGIN (SIGNED MESSAGE|CMS|PKCS7)/m.test(text) ? 'x509' : 'none';
};

/** Which signature an object carries by its header; whether it is good is not asked, for gpg is never run. */
const headerSignature = (object: RawObject): Commit['signature'] =>
  signatureKind(first(object, 'gpgsig') || first(object, 'gpgsig-sha256'));

/** A message is complete up to 100,000 bytes, a name up to 500 characters. */
export const parseCommit = (hash: string, bytes: Buffer): Commit => {
  const object = splitObject(bytes);
  const text = decoder(first(object, 'encoding'));
  const author = parseIdent(first(object, 'author'), text);
  const committer = parseIdent(first(object, 'committer'), text);
  return {
    hash,
    parents: object.headers
      .filter((h) => h.name === 'parent')
      .slice(0, MAX_PARENTS)
      .map((h) => ownCopy(h.value)),
    author: author.person,
    committer: committer.person,
    authoredAt: author.at,
    committedAt: committer.at,
    signature: headerSignature(object),
    message: text(object.body.subarray(0, MAX_MESSAGE_BYTES)),
  };
};

/** An annotated tag's own facts. `object` may be a tag again. `taggedAt` is '' when the tag has no date. */
export const parseTag = (
  bytes: Buffer,
): { object: string; type: string } & Pick<Tag, 'signature' | 'taggedAt'> => {
  const object = splitObject(bytes);
  const tagger = first(object, 'tagger');
  const kind = headerSignature(object);
  return {
    object: first(object, 'object'),
    type: first(object, 'type'),
    signature: kind === 'none' ? signatureKind(object.body.toString('latin1')) : kind,
    taggedAt: tagger === '' ? '' : parseIdent(tagger, decoder('')).at,
  };
};
