import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { exitOf, firstWords, spawnGit } from './stream.ts';

export type GitObject = { oid: string; type: string; bytes: Buffer };

export type ObjectReader = {
  /** One object of the database. Throws {@link UserError} when it is missing or larger than the bound. */
  read(oid: string): Promise<GitObject>;
  /** Objects in the order asked for, read ahead by a bounded number, so that a slow reader holds git back. */
  readAll(oids: Iterable<string> | AsyncIterable<string>): AsyncGenerator<GitObject>;
  /** As `readAll`; null for one that is missing, damaged or too large. */
  tryAll(oids: Iterable<string>): AsyncGenerator<{ oid: string; object: GitObject | null }>;
  close(): Promise<void>;
};

/** What one object may take of this program's memory. Larger ones are passed over without being kept. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** Requests git has before it answers: enough to keep it busy, few enough to bound what waits in memory. */
const IN_FLIGHT = 32;

type Request = { oid: string; resolve(object: GitObject): void; reject(error: Error): void };

/** The object now arriving: `left` counts its bytes and the newline after them. */
type Arriving = { type: string; size: number; left: number; kept: Buffer[] | null };

const OBJECT_ID = /^[0-9a-f]{40}$/;

/** Asks ahead by a bounded number, so that a slow reader holds git back. */
async function* inOrder<T>(
  oids: Iterable<string> | AsyncIterable<string>,
  ask: (oid: string) => Promise<T>,
): AsyncGenerator<T> {
  const ahead: Promise<T>[] = [];
  for await (const oid of oids) {
    const answer = ask(oid);
    // Awaited below, in order; until then a failure must not count as unhandled.
    answer.catch(() => {});
    ahead.push(answer);
    const next = ahead.length >= IN_FLIGHT ? ahead.shift() : undefined;
    if (next) yield await next;
  }
  for (const answer of ahead) yield await answer;
}

/** Git ends at an object that is damaged. After so many of them the rest is not asked for. */
const MOST_DAMAGED = 500;

const damaged = (oid: string, words: string): UserError =>
  new UserError(
    `object ${oid} of the target is damaged and could not be read: ${words}`,
    'git fsck in the clone names what is damaged; audit a complete clone',
  );

/**
 * One long-lived `git cat-file --batch`: requests queue, answers come in the order of the requests. Git ends at a damaged
 * object: it is started again for those that come after.
 */
export const openObjects = (repository: string, maxBytes = MAX_OBJECT_BYTES): ObjectReader => {
  let child: ReturnType<typeof spawnGit>;
  let ended = 0;
  const waiting: Request[] = [];
  let sent: Request[] = [];
  let dead: Error | null = null;

  const fail = (error: Error): void => {
    dead ??= error;
    for (const request of [...sent.splice(0), ...waiting.splice(0)]) request.reject(dead);
  };
  const died = (detail: string): UserError =>
    new UserError(
      `git stopped while the target was read: ${detail}`,
      `run it again; if it stays, delete ${visible(repository)} and open the target again`,
    );

  const pump = (): void => {
    if (sent.length >= IN_FLIGHT) return;
    const batch = waiting.splice(0, IN_FLIGHT - sent.length);
    if (batch.length === 0) return;
    sent = [...sent, ...batch];
    child.stdin.write(batch.map((r) => `${r.oid}\n`).join(''));
  };

  let head: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let arriving: Arriving | null = null;

  const finish = (settle: (request: Request) => void): void => {
    const request = sent.shift();
    if (request) settle(request);
  };

  const startObject = (line: string): void => {
    const match = /^[0-9a-f]+ (\w+) (\d+)$/.exec(line);
    if (!match?.[1]) {
      finish((r) =>
        r.reject(
          new UserError(
            `object ${r.oid} is missing from the target (${line.slice(0, 100)})`,
            'the clone leaves objects out: audit a complete clone',
          ),
        ),
      );
      return;
    }
    const size = Number(match[2]);
    arriving = { type: match[1], size, left: size + 1, kept: size > maxBytes ? null : [] };
  };

  const finishObject = ({ type, size, kept }: Arriving): void => {
    arriving = null;
    finish((r) =>
      kept
        ? r.resolve({ oid: r.oid, type, bytes: Buffer.concat(kept).subarray(0, size) })
        : r.reject(
            new UserError(
              `object ${r.oid} has ${size} bytes, more than the ${maxBytes} that are read; it was not looked at`,
              'look at it by hand with git cat-file',
            ),
          ),
    );
  };

  const take = (chunk: Buffer): void => {
    let data = chunk;
    while (data.length > 0) {
      if (arriving) {
        const part = data.subarray(0, arriving.left);
        arriving.kept?.push(part);
        arriving.left -= part.length;
        data = data.subarray(part.length);
        if (arriving.left === 0) finishObject(arriving);
      } else {
        const end = data.indexOf(10);
        if (end === -1) {
          head = Buffer.concat([head, data]);
          break;
        }
        const line = Buffer.concat([head, data.subarray(0, end)]).toString('latin1');
        head = Buffer.alloc(0);
        data = data.subarray(end + 1);
        startObject(line);
      }
    }
    pump();
  };

  const start = (): void => {
    child = spawnGit(repository, ['cat-file', '--batch']);
    const words = firstWords(child);
    child.on('error', (error) => fail(died(error.message)));
    child.on('close', (code) => {
      const why = words() || `exit code ${code}`;
      const [culprit, ...rest] = sent;
      if (dead || !culprit || ++ended > MOST_DAMAGED) {
        fail(died(why));
        return;
      }
      culprit.reject(damaged(culprit.oid, why));
      waiting.unshift(...rest);
      sent = [];
      head = Buffer.alloc(0);
      arriving = null;
      start();
      pump();
    });
    child.stdin.on('error', () => {});
    child.stdout.on('data', take);
  };
  start();

  const read = (oid: string): Promise<GitObject> => {
    if (dead) return Promise.reject(dead);
    // An id goes to git as a line of its own: anything else could name another object or be two requests.
    if (!OBJECT_ID.test(oid)) return Promise.reject(new RangeError(`not an object id: ${oid.slice(0, 60)}`));
    const answer = new Promise<GitObject>((resolve, reject) => waiting.push({ oid, resolve, reject }));
    pump();
    return answer;
  };

  return {
    read,
    readAll: (oids) => inOrder(oids, read),
    tryAll: (oids) =>
      inOrder(oids, async (oid) => ({
        oid,
        object: await read(oid).catch((error: unknown) => {
          if (dead || !(error instanceof UserError)) throw error;
          return null;
        }),
      })),
    async close() {
      const running = child.exitCode === null && child.signalCode === null && child.pid !== undefined;
      const exit = running ? exitOf(child) : Promise.resolve(0);
      fail(new Error('the repository was closed'));
      child.stdin.end();
      child.kill();
      await exit;
    },
  };
};
