import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Launch } from '../probe/launch.ts';
import { SERVED } from './plan.ts';

/**
 * What a server is given to serve: a folder with a few files that is a git repository as well, and a small database. Beside
 * it lies another one that it must not touch. Made from nothing but these lines, so that it is the same on every machine.
 */

/** Beside what is served, and a folder whose name only begins the same way. */
export const BESIDE = '/data/beside';
export const ALIKE = '/data/root-private';
export const DATABASE = `${SERVED}/example.db`;

type File = Launch['files'][number];

const WHO = 'Example <example@example.org> 1767225600 +0000';

/** A repository of one commit, as git keeps it. */
export const repositoryIn = (folder: string, files: readonly { name: string; text: string }[]): File[] => {
  const objects: File[] = [];
  const put = (kind: string, body: Buffer): Buffer => {
    const whole = Buffer.concat([Buffer.from(`${kind} ${body.length}\0`), body]);
    const id = createHash('sha1').update(whole).digest();
    const hex = id.toString('hex');
    objects.push({
      path: `${folder}/.git/objects/${hex.slice(0, 2)}/${hex.slice(2)}`,
      base64: deflateSync(whole).toString('base64'),
    });
    return id;
  };
  const entries = [...files]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((f) => Buffer.concat([Buffer.from(`100644 ${f.name}\0`), put('blob', Buffer.from(f.text))]));
  const tree = put('tree', Buffer.concat(entries));
  const commit = put(
    'commit',
    Buffer.from(`tree ${tree.toString('hex')}\nauthor ${WHO}\ncommitter ${WHO}\n\nAn example\n`),
  );
  return [
    ...objects,
    { path: `${folder}/.git/HEAD`, text: 'ref: refs/heads/main\n' },
    { path: `${folder}/.git/config`, text: '[core]\n\trepositoryformatversion = 0\n\tbare = false\n' },
    { path: `${folder}/.git/refs/heads/main`, text: `${commit.toString('hex')}\n` },
    { path: `${folder}/.git/refs/tags`, folder: true },
    ...files.map((f) => ({ path: `${folder}/${f.name}`, text: f.text })),
  ];
};

const PAGE = 4096;

/**
 * A SQLite database of one table, `notes(id, name, tag, body)`, with one row: two pages, written as the file format says
 * (https://www.sqlite.org/fileformat2.html).
 */
export const database = (): Buffer => {
  const file = Buffer.alloc(2 * PAGE);
  const row = (values: readonly (string | number | null)[]): Buffer => {
    const types = values.map((v) =>
      v === null ? 0 : typeof v === 'number' ? 1 : 13 + 2 * Buffer.byteLength(v),
    );
    const varint = (n: number): number[] => (n < 128 ? [n] : [0x80 | (n >> 7), n & 0x7f]);
    const header = types.flatMap(varint);
    const bodies = values.map((v) =>
      v === null ? Buffer.alloc(0) : typeof v === 'number' ? Buffer.from([v]) : Buffer.from(v),
    );
    const record = Buffer.concat([Buffer.from([header.length + 1, ...header]), ...bodies]);
    return Buffer.concat([Buffer.from([...varint(record.length), 1]), record]);
  };
  /** A leaf page with one cell at its end. */
  const page = (n: number, cell: Buffer): void => {
    const start = n * PAGE + (n === 0 ? 100 : 0);
    const at = PAGE - cell.length;
    cell.copy(file, n * PAGE + at);
    file.set([13, 0, 0, 0, 1, at >> 8, at & 0xff, 0, at >> 8, at & 0xff], start);
  };
  file.write('SQLite format 3\0', 0, 'latin1');
  file.writeUInt16BE(PAGE, 16);
  file.set([1, 1, 0, 64, 32, 32], 18);
  for (const [at, value] of [
    [24, 1],
    [28, 2],
    [40, 1],
    [44, 4],
    [56, 1],
    [92, 1],
    [96, 3045000],
  ] as const)
    file.writeUInt32BE(value, at);
  page(
    0,
    row(['table', 'notes', 'notes', 2, 'CREATE TABLE notes (id INTEGER, name TEXT, tag TEXT, body TEXT)']),
  );
  page(1, row([1, 'example', 'example', 'An example.']));
  return file;
};

const EXAMPLE = { name: 'example.md', text: '# Example\n\nAn example of one line.\n' };

export const served = (): File[] => [
  ...repositoryIn(SERVED, [EXAMPLE, { name: 'example.json', text: '{"example": 1}\n' }]),
  { path: DATABASE, base64: database().toString('base64') },
  ...repositoryIn(BESIDE, [{ name: 'canary.txt', text: 'this lies outside of what is served\n' }]),
];
