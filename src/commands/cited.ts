import { type Cited, citedPaths, itemsById, readCited } from '../domain/citations.ts';
import { withElsewhere } from '../domain/since/elsewhere.ts';
import type { Snapshot, Store } from '../engine/store.ts';

/** A file at the pinned commit, for reading every citation again; rejects when the target cannot be opened. */
export type ReadText = (path: string) => Promise<string | null>;

/** Everything findings cite, read again at the pinned commit. */
export const citedBy = (snapshot: Snapshot, read: ReadText): Promise<Cited> =>
  readCited(citedPaths(snapshot.session.findings.values(), itemsById(snapshot.evidence)), read);

/** The same, and where else what is not in its file any more stands: for showing, not only for refusing. */
export const citedAnywhere = async (
  snapshot: Snapshot,
  store: Pick<Store, 'readQuoted' | 'readText' | 'paths'>,
): Promise<Cited> =>
  withElsewhere(await citedBy(snapshot, (path) => store.readQuoted(path)), snapshot, store);
