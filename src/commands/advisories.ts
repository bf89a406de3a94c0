import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AdvisorySource } from '../domain/advisory.ts';
import { UserError } from '../domain/errors.ts';
import { osvApi } from '../io/advisories/osv-api.ts';
import { osvCopy } from '../io/advisories/osv-copy.ts';
import type { Host } from './host.ts';

/** Where the auditor lets dependencies be looked up, most trusted first; the bundled list comes on top of it. */
export const advisorySources = (
  host: Pick<Host, 'ownDir' | 'clock'>,
  { osvCopy: path, networkAllowed }: { osvCopy: string | null; networkAllowed: boolean },
): AdvisorySource[] => {
  const cache = join(host.ownDir, 'advisories');
  return [
    ...(path ? [osvCopy(path, join(cache, 'copies'))] : []),
    ...(networkAllowed ? [osvApi({ cacheDir: join(cache, 'osv.dev'), clock: host.clock })] : []),
  ];
};

/** The path as it is kept: absolute, so that resuming from another folder means the same. */
export const chosenCopy = (path: string): string => {
  const full = resolve(path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats?.isFile() || stats?.isDirectory()) return full;
  throw new UserError(
    stats
      ? `${full} is neither a folder nor an ordinary file, so nothing was looked up in it`
      : `there is no ${full}, so nothing was looked up in it`,
    'name a folder or zip of OSV records: npm/all.zip …, or a clone of github.com/github/advisory-database',
  );
};
