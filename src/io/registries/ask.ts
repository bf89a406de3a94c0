import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';

/** Package registries are asked for one package at a time, by name; nothing of the auditor's is sent, and no credential. */

const ANSWER_BYTES = 100_000_000;
const REQUEST_MS = 60_000;

/** Where packages are asked for. */
export type Registries = { npm: string; pypi: string };

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

/** The public ones, or those that the machine's own settings for npm and pip name. */
export const registriesOf = (env: Readonly<Record<string, string | undefined>>): Registries => ({
  npm: withSlash(env.npm_config_registry || env.NPM_CONFIG_REGISTRY || 'https://registry.npmjs.org/'),
  pypi: withSlash((env.PIP_INDEX_URL || 'https://pypi.org/pypi/').replace(/\/simple\/?$/, '/pypi/')),
});

/** Why a registry gave no answer that helps. */
export class NoAnswer extends UserError {
  /** What it answered; 0 when it could not be reached. */
  readonly status: number;
  constructor(url: string, status: number, why: string) {
    super(
      `${visible(new URL(url).host)} could not be asked, so nothing was looked at: ${visible(why)}`,
      status === 404
        ? 'check the name and the version'
        : 'check the network, or bring it to this machine by hand',
    );
    this.status = status;
  }
}

const get = async (url: string, accept: string, signal?: AbortSignal): Promise<Response> => {
  if (!/^https?:\/\//.test(url)) throw new NoAnswer('http://none', 0, 'it names no web address');
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept },
      signal: AbortSignal.any([AbortSignal.timeout(REQUEST_MS), ...(signal ? [signal] : [])]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new NoAnswer(url, 0, cause instanceof Error ? cause.message.slice(0, 200) : String(cause));
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw new NoAnswer(
    url,
    response.status,
    response.status === 404 ? 'there is no such package or version' : `it answered ${response.status}`,
  );
};

/** An answer as JSON, and where it finally came from. @throws UserError */
export const askJson = async (
  url: string,
  signal?: AbortSignal,
): Promise<{ value: unknown; url: string }> => {
  const response = await get(url, 'application/json', signal);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new NoAnswer(url, 0, `it answered with more than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')), url: response.url || url };
  } catch {
    throw new NoAnswer(url, 0, 'it answered with something else than JSON');
  }
};

const DOWNLOAD_BYTES = 512 * 1024 * 1024;

/** Hashes of a file as registries give them: `sha512` in base 64, others in hex. */
export type Expected = { algorithm: 'sha512' | 'sha256' | 'sha1'; digest: string };

/**
 * Downloads a file and holds it to the hash the registry gives.
 * @returns its sha256
 * @throws UserError when it is not what the registry says it is
 */
export const download = async (
  url: string,
  to: string,
  expected: Expected | null,
  signal?: AbortSignal,
): Promise<void> => {
  const { body } = await get(url, '*/*', signal);
  if (!body) throw new NoAnswer(url, 0, 'it answered without a file');
  const hash = createHash(expected?.algorithm ?? 'sha256');
  let size = 0;
  await pipeline(
    Readable.from(body),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > DOWNLOAD_BYTES) throw new NoAnswer(url, 0, `it sends more than ${DOWNLOAD_BYTES} bytes`);
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600 }),
  );
  if (!expected) return;
  const got = hash.digest(expected.algorithm === 'sha512' ? 'base64' : 'hex');
  if (got !== expected.digest)
    throw new UserError(
      `${visible(new URL(url).host)} sent another file than it names: its ${expected.algorithm} is ${got}, and should be ${visible(expected.digest.slice(0, 100))}. Nothing of it was looked at`,
      'try again; if it stays, tell the registry: this is damage, or an attack',
    );
};
