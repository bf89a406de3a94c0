import { basename, extname } from 'node:path';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { readInputFile } from '../io/input-file.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { withSession } from './with-session.ts';

/** An exported session has to hold it. */
const MAX_BYTES = 256 * 1024 * 1024;

const TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.sarif': 'application/sarif+json',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
};

/** Keeps a copy of a file with the session, addressed by its hash. */
export const attach = (
  host: Host,
  file: string,
  options: { check?: string; session?: string },
): Promise<number> => {
  let bytes: Buffer;
  try {
    bytes = readInputFile(file, MAX_BYTES);
  } catch (error) {
    throw new UserError(
      `${file} could not be read, so nothing was attached: ${error instanceof Error ? error.message : error}`,
      'name a file that is there',
    );
  }
  return withSession(host, options.session, async (w) => {
    const shown = visible(redactSecrets(basename(file)));
    const type = TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
    const result = w.store.attach(basename(file), bytes, type, options.check ?? null);
    if (isRefusal(result) && result.refused === 'nothing changed')
      host.stdout(`${w.id}: ${shown} is attached already, the same\n`);
    else if (isRefusal(result)) {
      host.stderr(`${result.refused}\n${result.hint}\n`);
      return 1;
    } else host.stdout(`${w.id}: ${shown} attached, ${bytes.length} bytes\n`);
    return 0;
  });
};
