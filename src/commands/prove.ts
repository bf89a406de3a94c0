import { itemsById } from '../domain/citations.ts';
import { isRefusal } from '../domain/decide.ts';
import { placeWords } from '../domain/evidence.ts';
import { findingsOf } from '../domain/selectors.ts';
import { locate } from '../engine/locate.ts';
import type { ProvenCitation } from '../report/proof.ts';
import { proveFinding } from '../report/proof.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { citedAnywhere } from './cited.ts';
import { type Host, json } from './host.ts';

import { withSession } from './with-session.ts';
import type { Workspace } from './workspace.ts';

export type ProveOptions = {
  session?: string | undefined;
  takeMoves?: boolean | undefined;
  json?: boolean | undefined;
};

const proofs = async (
  w: Workspace,
  finding: string | undefined,
): Promise<{ all: ProvenCitation[]; problem: string | null }> => {
  const snapshot = w.store.snapshot();
  const cited = await citedAnywhere(snapshot, w.store);
  const items = itemsById(snapshot.evidence);
  const all = findingsOf(snapshot.session)
    .filter((f) => finding === undefined || f.id === finding)
    .flatMap((f) => proveFinding(f, items, cited));
  return { all, problem: cited.problem };
};

/** Quotes anew what merely moved. Returns what was refused, in words. */
const takeMoves = async (w: Workspace, moved: readonly ProvenCitation[]): Promise<string[]> => {
  const refused: string[] = [];
  for (const { finding, index, location, proof } of moved) {
    if (index === null || proof.state !== 'moved') continue;
    const found = await locate(
      [`${proof.path ?? location.path}:${proof.startLine}-${proof.endLine}`],
      (path) => w.store.readText(path),
    );
    const now = w.store.snapshot().session.findings.get(finding.id) ?? finding;
    const result = isRefusal(found)
      ? found
      : w.store.dispatch({
          type: 'record-finding',
          finding: { ...now, locations: now.locations.map((l, i) => (i === index ? (found[0] ?? l) : l)) },
        });
    if (isRefusal(result)) refused.push(`${finding.id}: ${result.refused} (${result.hint})`);
  }
  return refused;
};

/** Reads every cited range again at the pinned commit. Exit 1 unless all are exact. */
export const prove = (host: Host, finding: string | undefined, options: ProveOptions): Promise<number> =>
  withSession(
    host,
    options.session,
    async (w) => {
      if (options.takeMoves)
        for (const line of await takeMoves(w, (await proofs(w, finding)).all))
          host.stderr(`${visible(line)}\n`);
      const { all, problem } = await proofs(w, finding);
      if (problem !== null) host.stderr(`${visible(`not all could be read: ${problem}`)}\n`);
      const exact = all.filter((p) => p.proof.state === 'exact').length;
      if (options.json)
        json(host, {
          session: w.id,
          citations: all.map(({ finding: f, location, index, proof }) => ({
            finding: f.id,
            place: placeWords(location),
            of: index === null ? 'evidence' : 'finding',
            ...proof,
          })),
        });
      else {
        for (const { finding: f, location, proof } of all) {
          const to =
            proof.state === 'moved'
              ? ` to ${proof.path ? placeWords({ ...proof, path: proof.path }) : `${proof.startLine}-${proof.endLine}`}`
              : '';
          host.stdout(
            `${visible(redactSecrets(`${f.id}  ${proof.state.padEnd(7)} ${placeWords(location)}${to}`))}\n`,
          );
        }
        host.stdout(`${exact} of ${plural(all.length, 'citation')} exact\n`);
      }
      return exact === all.length ? 0 : 1;
    },
    !options.takeMoves,
  );
