import { withImports } from '../domain/agreement.ts';
import type { CollectorResult } from '../domain/evidence.ts';
import type { Evidence } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';

/**
 * What was read or made so far, as it is stored: what our collectors said by their id, what other tools said by blob, so
 * that taking an import back and doing it again needs no disk.
 */
export const createHeldEvidence = () => {
  const gathered = new Map<string, CollectorResult>();
  const imported = new Map<string, CollectorResult>();
  return {
    keep: (collector: string, result: CollectorResult): void => void gathered.set(collector, result),
    keepImport: (blob: string, result: CollectorResult): void => void imported.set(blob, result),
    /** Whether the session has an import that is not at hand. */
    lacks: (session: Session, id: string): boolean => {
      const record = session.imports.get(id);
      return record !== undefined && !imported.has(record.blob);
    },
    /** The evidence of a session as the auditor sees it: one lead where several tools mean the same. */
    shown: (session: Session): Evidence =>
      withImports(
        new Map(gathered),
        [...session.imports.values()].flatMap((i) => imported.get(i.blob) ?? []),
      ),
  };
};
