import type { CollectorResult, EvidenceItem, ToolReport } from './evidence.ts';
import type { Evidence } from './selectors.ts';

/**
 * Where another tool reports the same place for the same cause as a lead that is there already, one lead remains and says
 * who else reports it: the auditor judges a weakness once. What nobody else reports stays a lead of its own.
 */

type Span = { path: string; first: number; last: number };
type Host = { collector: string; index: number };

/** All places of a lead: its own, and those its flow passes. */
const spansOf = (item: EvidenceItem): Span[] => [
  ...(item.location
    ? [{ path: item.location.path, first: item.location.startLine, last: item.location.endLine }]
    : []),
  ...item.flow.map((f) => ({ path: f.path, first: f.line, last: f.line })),
  ...(item.places ?? []).map((p) => ({ path: p.path, first: p.startLine, last: p.endLine })),
];

const ADVISORY =
  /\b(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4})\b/gi;

/** Ids of the advisories an item is about, each as it is compared. */
const advisories = (item: EvidenceItem): string[] =>
  item.class === 'supply-chain'
    ? [...`${item.rule} ${item.title} ${item.detail}`.matchAll(ADVISORY)].map((m) => m[0].toUpperCase())
    : [];

const sameCause = (a: EvidenceItem, b: EvidenceItem): boolean =>
  (a.class === b.class && a.class !== 'hygiene' && a.class !== 'supply-chain') ||
  a.cwe.some((cwe) => b.cwe.includes(cwe));

const meets = (span: Span, spans: readonly Span[]): boolean =>
  spans.some((s) => s.path === span.path && s.first <= span.last && span.first <= s.last);

const sameReport = (a: ToolReport, b: ToolReport): boolean =>
  a.tool === b.tool && a.version === b.version && a.rule === b.rule && a.level === b.level;

/** The evidence with imported results folded into it. The order of `imports` is the order they were taken in. */
export const withImports = (own: Evidence, imports: readonly CollectorResult[]): Evidence => {
  if (imports.length === 0) return own;
  const merged = new Map(
    [...own].map(([id, r]): [string, CollectorResult] => [id, { ...r, items: [...r.items] }]),
  );
  const byPath = new Map<string, Host[]>();
  const byAdvisory = new Map<string, Host[]>();
  const note = <K>(map: Map<K, Host[]>, key: K, host: Host): void => {
    const hosts = map.get(key);
    if (hosts) hosts.push(host);
    else map.set(key, [host]);
  };
  const itemAt = (h: Host): EvidenceItem => merged.get(h.collector)!.items[h.index]!;
  const index = (host: Host): void => {
    const item = itemAt(host);
    if (item.kind !== 'lead') return;
    for (const path of new Set(spansOf(item).map((s) => s.path))) note(byPath, path, host);
    for (const id of new Set(advisories(item))) note(byAdvisory, id, host);
  };
  for (const [collector, result] of merged)
    for (const i of result.items.keys()) index({ collector, index: i });

  const hostOf = (item: EvidenceItem): Host | undefined => {
    const ids = advisories(item);
    const span = spansOf(item)[0];
    if (ids.length > 0)
      return ids
        .flatMap((id) => byAdvisory.get(id) ?? [])
        .find((h) => {
          const spans = spansOf(itemAt(h));
          return spans.length === 0 || !span || spans.some((at) => at.path === span.path);
        });
    if (!span) return undefined;
    return (byPath.get(span.path) ?? []).find((h) => {
      const host = itemAt(h);
      return host.collector !== item.collector && sameCause(host, item) && meets(span, spansOf(host));
    });
  };

  // A tool that was run again says the same again: an id is its content.
  const known = new Set<string>();
  for (const result of imports) {
    const kept: EvidenceItem[] = [];
    const begun = { ...result, items: kept };
    const fresh: number[] = [];
    for (const item of result.items) {
      if (known.has(item.id)) continue;
      known.add(item.id);
      const host = item.kind === 'lead' ? hostOf(item) : undefined;
      if (!host) {
        fresh.push(kept.push(item) - 1);
        continue;
      }
      const was = itemAt(host);
      const reports = [...(was.reports ?? [])];
      for (const r of item.reports ?? []) if (!reports.some((known) => sameReport(known, r))) reports.push(r);
      merged.get(host.collector)!.items[host.index] = { ...was, reports };
    }
    merged.set(result.run.id, begun);
    // Only now: a tool does not agree with itself.
    for (const i of fresh) index({ collector: result.run.id, index: i });
  }
  return merged;
};

/** Who else says so, for people: "semgrep 1.99.0: python.lang.eval (ERROR)". */
export const reportWords = (r: ToolReport): string =>
  `${r.tool}${r.version ? ` ${r.version}` : ''}: ${r.rule}${r.level ? ` (${r.level})` : ''}`;
