import { SaveError } from '../../engine/ports.ts';

/** What works meanwhile; the session's name is in the path where it is a session's file. */
const look = (file: string): string => {
  const id = /[\\/]sessions[\\/]([^\\/]{1,200})/.exec(file)?.[1];
  return `look at the session with mcp-audit resume ${id ?? 'SESSION'} --read-only`;
};

const MEANING: Record<string, { message: string; hint: string | ((file: string) => string) }> = {
  ENOSPC: { message: 'the disk is full', hint: 'free some space, then do it again: nothing else is lost' },
  EDQUOT: {
    message: 'your disk quota is used up',
    hint: 'free some space, then do it again: nothing else is lost',
  },
  EFBIG: { message: 'the file may not grow any more', hint: 'raise the file size limit, then do it again' },
  EROFS: {
    message: 'the file system is read-only',
    hint: (file) => `set MCP_AUDIT_HOME to a folder that can be written, or ${look(file)}`,
  },
  EACCES: {
    message: 'there is no permission to write there',
    hint: (file) => `check who owns that folder, or ${look(file)}`,
  },
  EIO: {
    message: 'the disk reported an error',
    hint: 'check the disk before going on; export the session to another one',
  },
};

const hintFor = ({ hint }: (typeof MEANING)[string], file: string): string =>
  typeof hint === 'string' ? hint : hint(file);

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN';

const DISK = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'];
/** As programs that were started say it. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|Out of disk ?space/i, 'ENOSPC'],
  [/Disk quota exceeded/i, 'EDQUOT'],
  [/Read-only file system/i, 'EROFS'],
  [/Input\/output error/i, 'EIO'],
];

/** Whatever failed because of the disk, here or in a program that was started, in words; null for all else. */
export const diskError = (error: unknown): SaveError | null => {
  if (error instanceof SaveError) return error;
  const { path: file, stderr } = (error ?? {}) as { path?: unknown; stderr?: unknown };
  const own = DISK.find((code) => code === errorCode(error));
  const code =
    own ?? (typeof stderr === 'string' ? SAID.find(([words]) => words.test(stderr))?.[1] : undefined);
  const meaning = code === undefined ? undefined : MEANING[code];
  if (!code || !meaning) return null;
  const where = typeof file === 'string' ? `, ${file}` : '';
  return new SaveError(
    code,
    `${meaning.message} (${code}${where}), so this could not be done`,
    hintFor(meaning, typeof file === 'string' ? file : ''),
  );
};

/** What a failed write to `file` means, in words. */
export const saveError = (error: unknown, file: string): SaveError => {
  if (error instanceof SaveError) return error;
  const code = errorCode(error);
  const known = MEANING[code === 'EPERM' ? 'EACCES' : code];
  return known
    ? new SaveError(code, `${known.message} (${code}, ${file})`, hintFor(known, file))
    : new SaveError(
        code,
        `${file} could not be written (${error instanceof Error ? error.message : String(error)})`,
        'check that folder, then do it again',
      );
};
