import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));

/** Lines that differ, with their numbers, the golden's first. */
const lineDiff = (golden: string, now: string): string => {
  const a = golden.split('\n');
  const b = now.split('\n');
  const out: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i += 1)
    if (a[i] !== b[i]) out.push(`${i + 1} - ${a[i] ?? '(no line)'}`, `${i + 1} + ${b[i] ?? '(no line)'}`);
  return out.join('\n');
};

/**
 * Compares with a golden file that a person has read; with `UPDATE_GOLDEN=1` writes it instead. Throws with a line diff
 * and the command that renews it.
 */
export const expectGolden = (name: string, now: string, renew: string): void => {
  const file = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
    return;
  }
  const golden = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (golden !== now)
    throw new Error(
      `test/golden/${name} is not what is drawn now:\n${lineDiff(golden, now)}\nIf that is meant, renew it and read the difference:\n  UPDATE_GOLDEN=1 ${renew}`,
    );
};
