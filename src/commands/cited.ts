import { type Cited, citedPaths, itemsById, readCited, readEarlier } from '../domain/citations.ts';
import { withElsewhere } from '../domain/since/elsewhere.ts';
import type { Snapshot, Store } from '../engine/store.ts';

/** A file at the pinned commit, for reading every citation again; rejects when the target cannot be opened. */
export type ReadText = (path: string, commit?: string) => Promise<string | null>;

/** Everything findings cite, read again at the pinned commit. */
export const citedBy = async (snapshot: Snapshot, read: ReadText): Promise<Cited> => {
  const findings = [...snapshot.session.findings.values()];
  return {
    ...(await readCited(citedPaths(findings, itemsById(snapshot.evidence)), (path) => read(path))),
    earlier: await readEarlier(findings, read),
  };
};

/** The same, and where else what is not in its file any more stands: for showing, not only for refusing. */
export const citedAnywhere = async (
  snapshot: Snapshot,
  store: Pick<Store, 'readQuoted' | 'readText' | 'paths'>,
): Promise<Cited> =>
  withElsewhere(await citedBy(snapshot, (path, commit) => store.readQuoted(path, commit)), snapshot, store);
