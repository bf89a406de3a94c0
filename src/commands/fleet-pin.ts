import { existsSync } from 'node:fs';
import { askedTarget } from '../analysis/repository/asked-target.ts';
import { UserError } from '../domain/errors.ts';
import type { FleetTarget } from '../domain/fleet/fleet-file.ts';
import { Hopeless } from '../domain/fleet/hopeless.ts';
import { parseImage, parsePackage } from '../domain/package-name.ts';
import type { OpenedTarget } from '../io/git/open-target.ts';
import { parseSource } from '../io/git/source.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { openNamed } from './open-named.ts';

/** Whether a target lies on another machine. */
const liesElsewhere = (words: string): boolean => {
  if (existsSync(words) || existsSync(words.replace(/#[^#]*$/, ''))) return false;
  if (parsePackage(words) || parseImage(words) || askedTarget(words)) return true;
  return parseSource(words).kind === 'network';
};

/** What is not there, or may not be fetched, will be so the next time as well: that alone is not tried again. */
export const pin = async (
  host: Host,
  t: FleetTarget,
  { wanted, allowed }: { wanted: boolean; allowed: boolean },
  progress: (text: string) => void,
): Promise<OpenedTarget> => {
  let elsewhere: boolean;
  try {
    elsewhere = liesElsewhere(t.target);
  } catch (error) {
    throw error instanceof UserError ? new Hopeless(error.message, error.hint) : error;
  }
  if (elsewhere && !(wanted && allowed)) {
    const [message, hint] = [
      `${visible(t.target)} is not on this machine, and ${wanted ? 'this worker' : 'this run'} may not use the network; nothing was looked at`,
      '--network lets targets be fetched; or bring it here by hand, and name the folder',
    ];
    // Another worker may be allowed to.
    throw wanted ? new UserError(message, hint) : new Hopeless(message, hint);
  }
  const { ref, subdir } = t;
  return openNamed(host, t.target, { ref, subdir, allowNetwork: elsewhere, progress });
};
