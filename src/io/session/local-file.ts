import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type Local, nothingLocal } from '../../domain/local.ts';
import type { LocalPort } from '../../engine/ports.ts';
import { syncDir, writeNewFile } from './durable.ts';
import { saveError } from './save-error.ts';

const local: z.ZodType<Local> = z.strictObject({
  networkAllowed: z.boolean(),
  osvCopy: z.string().min(1).nullable(),
  source: z.string(),
});

/** Beside the journal, and in no export: a session that comes from elsewhere has none. */
const localPath = (dir: string): string => path.join(dir, 'local.json');

/** What was allowed here; nothing when that cannot be read. Never throws. */
export const readLocal = (dir: string): Local => {
  try {
    return local.parse(JSON.parse(fs.readFileSync(localPath(dir), 'utf8')));
  } catch {
    return nothingLocal();
  }
};

/** Durable when it returns, whole or as it was before. Throws SaveError. */
export const keepLocal = (dir: string, value: Local): void => {
  const file = localPath(dir);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    writeNewFile(temporary, Buffer.from(JSON.stringify(value)));
    fs.renameSync(temporary, file);
    syncDir(dir);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw saveError(error, file);
  }
};

export const localFile = (dir: string): LocalPort => ({
  read: () => readLocal(dir),
  keep: (value) => keepLocal(dir, value),
});
