import { UserError } from '../domain/errors.ts';
import {
  newestRun,
  openResults,
  receiptsOf,
  runIds,
  serversIn,
  standingOf,
} from '../io/fleet/results-folder.ts';
import { visible } from '../text/visible.ts';
import { type FleetPlace, resultsPath } from './fleet-file.ts';
import type { Host } from './host.ts';
import { resumeCommand } from './open.ts';

/** Opens what counts of a server in the workbench: a session as any, which lies in the fleet's folder. */
export const fleetOpen = async (
  host: Host,
  server: string,
  o: FleetPlace & { readOnly?: boolean; plain?: boolean },
): Promise<number> => {
  const r = openResults(resultsPath(o));
  const known = serversIn(r);
  const run = newestRun(r);
  if (!known.includes(server)) {
    const asked = run?.targets.some((t) => t.name === server) ? standingOf(r, run.id, server) : null;
    throw new UserError(
      asked?.state === 'set-aside'
        ? `${server} was set aside, so there is nothing to open: ${asked.entry.error}`
        : `there is nothing of a server "${visible(server)}" in ${visible(r.folder)}`,
      asked?.state === 'set-aside'
        ? asked.entry.hint
        : known.length > 0
          ? `those there are: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' …' : ''}`
          : 'mcp-audit fleet run looks at them',
    );
  }
  for (const id of runIds(r).reverse()) {
    const standing = standingOf(r, id, server);
    if (standing.state === 'done') return resumeCommand(host, standing.known.dir, o);
  }
  const last = receiptsOf(r, server).at(-1);
  if (last) return resumeCommand(host, last.dir, o);
  throw new UserError(
    `no session of ${server} can be shown whole, so nothing was opened`,
    'mcp-audit fleet run looks at it again',
  );
};
