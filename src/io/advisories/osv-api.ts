import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import {
  type AdvisoryAnswer,
  type AdvisorySource,
  type OsvRecord,
  osvRecord,
  type PackageVersion,
} from '../../domain/advisory.ts';

/**
 * The OSV service (https://google.github.io/osv.dev/api/): package versions are asked for in batches, whose answers are
 * positional and hold ids only; each advisory is then fetched once, and kept by its id and the day it was last changed.
 * Names and versions of the target's packages leave the machine, and nothing else.
 */
export const OSV_API = 'https://api.osv.dev';

const BATCH = 1000;
const MOST_PAGES = 50;
const TRIES = 4;
const AT_ONCE = 6;
const ANSWER_BYTES = 32_000_000;
const REQUEST_MS = 30_000;

const batchAnswer = z.object({
  results: z.array(
    z
      .object({
        vulns: z.array(z.object({ id: z.string(), modified: z.string().optional() })).nullish(),
        next_page_token: z.string().nullish(),
      })
      .nullish(),
  ),
});

export type OsvApiParts = {
  cacheDir: string;
  baseUrl?: string;
  /** The day of asking is the day of the data. */
  clock(): Date;
  /** Milliseconds to wait before the second try; doubled each time. */
  patienceMs?: number;
};

class Unavailable extends Error {}

/** The body of an answer, never more than the limit; what may work a moment later is tried again. */
const ask = async (
  url: string,
  init: RequestInit,
  { signal, patienceMs }: { signal: AbortSignal; patienceMs: number },
): Promise<unknown> => {
  let why = '';
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await wait(patienceMs * 2 ** (attempt - 1), undefined, { signal });
    try {
      const response = await fetch(url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      });
      if (response.ok) return JSON.parse(await bounded(response));
      why = `it answered ${response.status}`;
      await response.body?.cancel();
      if (response.status !== 429 && response.status < 500) break;
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      why = cause instanceof Error ? cause.message.slice(0, 160) : String(cause);
    }
  }
  throw new Unavailable(why);
};

const bounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error(`it answered with more than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Go's versions have no "v" in OSV. */
const queryOf = (p: PackageVersion, page?: string) => ({
  package: { ecosystem: p.ecosystem, name: p.name },
  version: p.ecosystem === 'Go' ? p.version.replace(/^v/, '') : p.version,
  ...(page === undefined ? {} : { page_token: page }),
});

type Named = Map<number, Map<string, string>>;

/** Ids of advisories by index of the package, with the day each was last changed. */
const askBatches = async (
  packages: readonly PackageVersion[],
  post: (queries: unknown[]) => Promise<unknown>,
  progress: (message: string) => void,
): Promise<{ named: Named; gaps: string[] }> => {
  const named: Named = new Map();
  const gaps: string[] = [];
  let pending: { index: number; page?: string }[] = packages.map((_p, index) => ({ index }));
  for (let round = 0; pending.length > 0; round++) {
    if (round >= MOST_PAGES) {
      gaps.push(`${pending.length} answers had more than ${MOST_PAGES} pages`);
      break;
    }
    const next: typeof pending = [];
    for (let at = 0; at < pending.length; at += BATCH) {
      const some = pending.slice(at, at + BATCH);
      progress(`asking OSV: ${at} of ${pending.length} packages`);
      const { results } = batchAnswer.parse(
        await post(some.map(({ index, page }) => queryOf(packages[index]!, page))),
      );
      if (results.length !== some.length)
        throw new Unavailable(`it answered ${results.length} of ${some.length} questions`);
      results.forEach((result, i) => {
        const { index } = some[i]!;
        for (const v of result?.vulns ?? []) {
          const ids = named.get(index) ?? new Map<string, string>();
          named.set(index, ids.set(v.id, v.modified ?? ''));
        }
        if (result?.next_page_token) next.push({ index, page: result.next_page_token });
      });
    }
    pending = next;
  }
  return { named, gaps };
};

export const osvApi = ({
  cacheDir,
  clock,
  baseUrl = OSV_API,
  patienceMs = 500,
}: OsvApiParts): AdvisorySource => {
  const cached = (id: string, modified: string): string =>
    join(cacheDir, `${createHash('sha256').update(`${id}\0${modified}`).digest('hex')}.json`);

  const record = async (id: string, modified: string, signal: AbortSignal): Promise<OsvRecord> => {
    const file = cached(id, modified);
    if (modified !== '')
      try {
        return osvRecord.parse(JSON.parse(await readFile(file, 'utf8')));
      } catch {
        // Not there, or not as we left it: ask again.
      }
    const fetched = osvRecord.parse(
      await ask(`${baseUrl}/v1/vulns/${encodeURIComponent(id)}`, {}, { signal, patienceMs }),
    );
    if (modified !== '') {
      await mkdir(cacheDir, { recursive: true });
      await writeFile(`${file}.part-${process.pid}`, JSON.stringify(fetched));
      await rename(`${file}.part-${process.pid}`, file);
    }
    return fetched;
  };

  return {
    title: 'the OSV service',
    async lookUp(packages, { signal, progress }): Promise<AdvisoryAnswer> {
      try {
        const post = (queries: unknown[]) =>
          ask(
            `${baseUrl}/v1/querybatch`,
            {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ queries }),
            },
            { signal, patienceMs },
          );
        const { named, gaps } = await askBatches(packages, post, progress);
        const ids = new Map([...named.values()].flatMap((m) => [...m]));
        const records = new Map<string, OsvRecord>();
        const missing: string[] = [];
        const todo = [...ids];
        for (let at = 0; at < todo.length; at += AT_ONCE) {
          progress(`asking OSV: ${at} of ${todo.length} advisories`);
          await Promise.all(
            todo.slice(at, at + AT_ONCE).map(async ([id, modified]) => {
              try {
                records.set(id, await record(id, modified, signal));
              } catch (error) {
                signal.throwIfAborted();
                // It holds all the same: only what it says is not known.
                records.set(id, { id: /^[\w.:-]{2,80}$/.test(id) ? id : 'unnamed', summary: '' });
                missing.push(`${id} (${error instanceof Error ? error.message.slice(0, 80) : ''})`);
              }
            }),
          );
        }
        if (missing.length > 0)
          gaps.push(
            `the text of ${missing.length} of ${todo.length} advisories was not to be had: ${missing.slice(0, 3).sort().join(', ')}`,
          );
        const sha256 = createHash('sha256');
        for (const [id, modified] of [...ids].sort(([a], [b]) => (a < b ? -1 : 1)))
          sha256.update(`${id}\0${modified}\n`);
        return {
          ok: true,
          asOf: clock().toISOString().slice(0, 10),
          sha256: sha256.digest('hex'),
          records: null,
          ecosystems: null,
          found: new Map(
            [...named].map(([index, m]) => [index, [...m.keys()].sort().map((id) => records.get(id)!)]),
          ),
          matched: true,
          gaps,
        };
      } catch (error) {
        signal.throwIfAborted();
        const why =
          error instanceof z.ZodError
            ? 'its answer is not in the form of the OSV API'
            : (error as Error).message;
        return {
          ok: false,
          reason: `The OSV service could not be asked: ${why}. Try again with the network, or name an offline copy.`,
        };
      }
    },
  };
};
