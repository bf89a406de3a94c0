import { isExamplePath, isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { byCodePoint } from '../../analysis/files/words.ts';
import type { SecretHit } from '../../analysis/repository/secret-scan.ts';
import type { ItemDraft } from '../collector.ts';

export const CHECKS = ['2.2.2'];

export const MOST_ITEMS = 200;

export const MOST_PER_FILE = 20;

export const COMMON: Pick<ItemDraft, 'class' | 'cwe'> = { class: 'hardcoded-secret', cwe: ['CWE-798'] };

/** Test data and documents seldom hold a working key, but sometimes they do: they come last, they are not hidden. */
export const setting = (path: string): string | null =>
  isTestPath(path)
    ? 'a test'
    : isExamplePath(path) || /\.(md|mdx|rst|adoc)$|\.(example|sample|template)$/i.test(path)
      ? 'an example or a document'
      : isVendoredPath(path)
        ? 'vendored code'
        : null;

export const weigh = (
  path: string,
  hit: SecretHit,
): { strength: 'strong' | 'moderate' | 'weak'; why: string } => {
  const where = setting(path);
  if (hit.placeholder) return { strength: 'weak', why: `The value ${hit.placeholder}.` };
  if (where) return { strength: 'weak', why: `It stands in ${where}.` };
  return hit.specific
    ? { strength: 'strong', why: 'It has the shape of a real one. Whether it still works was not tried.' }
    : {
        strength: 'moderate',
        why: 'The name and the randomness of the value speak for a secret; it has no shape of its own.',
      };
};

export const byPath = <T extends { key: string }>(found: readonly T[]): T[][] => {
  const groups = new Map<string, T[]>();
  for (const f of found) groups.set(f.key, [...(groups.get(f.key) ?? []), f]);
  return [...groups].sort(([a], [b]) => byCodePoint(a, b)).map(([, group]) => group);
};

export const capital = (text: string): string => (text[0] ?? '').toUpperCase() + text.slice(1);
