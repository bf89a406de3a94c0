import type { EvidenceItem } from '../domain/evidence.ts';
import type { Session } from '../domain/session.ts';
import type { AuthorOf } from './authors.ts';

/** An observation as a report tells it: who saw what, when, and inside of what. */
export type Observed = {
  id: string;
  kind: 'probe' | 'confirm';
  at: string;
  by: string;
  summary: string;
  command: string;
  sandbox: string;
  checks: string[];
  transcript: string;
  /** Every line both ways, masked; null where it cannot be read. */
  lines: string | null;
  results: { item: string; title: string; result: string; shown: string }[];
};

export const observedOf = (
  session: Session,
  items: readonly EvidenceItem[],
  authorOf: AuthorOf,
  contents: ReadonlyMap<string, string> = new Map(),
): Observed[] => {
  const titles = new Map(items.map((i) => [i.id, i.title]));
  return [...session.observations].map(([id, o]) => ({
    id,
    kind: o.kind,
    at: o.at,
    by: authorOf(o.by, o.at),
    summary: o.summary,
    command: o.command.join(' '),
    sandbox: o.sandbox,
    checks: [...o.checks],
    transcript: o.transcript,
    lines: contents.get(o.transcript) ?? null,
    results: o.results.map((r) => ({
      item: r.item,
      title: titles.get(r.item) ?? 'an item that later evidence no longer holds',
      result: r.result,
      shown: r.result === 'confirmed' ? r.shown : r.why,
    })),
  }));
};

/** Where the transcript of an observation lies in a submission, below `artifacts/`. */
export const transcriptFile = (observation: string): string =>
  `observations/${observation.replace('@', '-')}.jsonl.txt`;
