import { entriesFor, standards } from '../../domain/crosswalk.ts';
import { cweLabel, cweUrl } from '../../domain/cwe.ts';
import type { EvidenceItem, Location } from '../../domain/evidence.ts';
import type { Severity } from '../../domain/methodology.ts';
import { visibleLines } from '../../text/visible.ts';
import { jsonInjections } from '../labels.ts';
import { clip } from '../markdown.ts';
import { sarifText, sarifUri } from './sarif-text.ts';

/** What every SARIF log of ours is made of, whether of findings or of leads. */

export const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** What code scanning orders by, where no score was given: the middle of the severity's band. */
export const BANDS: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
  info: '0.0',
};

export const physical = (path: string, startLine: number, endLine: number, snippet?: string) => ({
  artifactLocation: { uri: sarifUri(path), uriBaseId: 'SRCROOT' },
  region: {
    startLine,
    endLine,
    ...(snippet === undefined
      ? {}
      : { snippet: { text: visibleLines(clip(snippet, 20_000).toWellFormed()) } }),
  },
});

export const located = (l: Location) => ({
  physicalLocation: physical(l.path, l.startLine, l.endLine, l.snippet),
});

export const codeFlow = (item: EvidenceItem) => ({
  message: { text: sarifText(item.title, 500) },
  threadFlows: [
    {
      locations: item.flow.map((s) => ({
        kinds: [s.role],
        importance: s.role === 'step' ? 'important' : 'essential',
        location: {
          message: { text: sarifText(`${s.role}: ${s.text}`, 500) },
          physicalLocation: physical(s.path, s.line, s.line),
        },
      })),
    },
  ],
});

/** Plain messages end as sentences do. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Code scanning shows no more tags of a rule than this. */
export const MAX_TAGS = 20;

const cweTaxonomy = (ids: readonly string[]) => ({
  name: 'CWE',
  organization: 'MITRE',
  shortDescription: { text: 'Common Weakness Enumeration' },
  taxa: ids.map((id) => ({
    id: id.slice(4),
    shortDescription: { text: sarifText(cweLabel(id), 300) },
    helpUri: cweUrl(id),
  })),
});

type Weak = { checks: readonly string[]; cwe: readonly string[] };
export type TaxonReference = { id: string; index: number; toolComponent: { name: string; index: number } };

/**
 * The taxonomies that anything of a log belongs to: CWE, and the standards its checks are mapped to. `isMapped`: whether the checks
 * are those that the standards speak of.
 */
export const taxonomiesOf = (all: readonly Weak[], isMapped: boolean) => {
  const cwes = [...new Set(all.flatMap((w) => w.cwe))].sort();
  const mapped = (isMapped ? standards : []).flatMap((s) => {
    const used = new Set(all.flatMap((w) => entriesFor(s, w).map((e) => e.id)));
    const entries = s.entries.filter((e) => used.has(e.id));
    return entries.length === 0 ? [] : [{ standard: s, entries }];
  });
  const taxonomies = [
    ...(cwes.length > 0 ? [cweTaxonomy(cwes)] : []),
    ...mapped.map(({ standard: s, entries }) => ({
      name: s.title,
      version: s.version,
      releaseDateUtc: s.date,
      shortDescription: { text: `${s.title} ${s.version}` },
      fullDescription: { text: sentence(`Mapped by check and weakness; read from ${s.source}`) },
      taxa: entries.map((e) => ({
        id: e.id,
        shortDescription: { text: e.name },
        ...(e.url ? { helpUri: e.url } : {}),
      })),
    })),
  ];
  const offset = cwes.length > 0 ? 1 : 0;
  const taxaOf = (w: Weak): TaxonReference[] => [
    ...w.cwe.map((id) => ({
      id: id.slice(4),
      index: cwes.indexOf(id),
      toolComponent: { name: 'CWE', index: 0 },
    })),
    ...mapped.flatMap(({ standard: s, entries }, n) =>
      entriesFor(s, w).map((e) => ({
        id: e.id,
        index: entries.indexOf(e),
        toolComponent: { name: s.title, index: n + offset },
      })),
    ),
  ];
  return {
    taxonomies,
    supported: taxonomies.map((t, index) => ({ name: t.name, index })),
    taxaOf,
  };
};

/** The database's label, in the one place where SARIF lets a log say more: the properties of the log. */
export const labelled = (log: Record<string, unknown>): unknown => {
  const found = jsonInjections(log);
  if (found.length === 0) return log;
  const example_locations = [...new Set(found.map((f) => f.at))].sort();
  return {
    ...log,
    properties: { _meta: { contains_prompt_injection_examples: true, example_locations } },
  };
};

export const pathsOf = (items: readonly EvidenceItem[]): string[] =>
  items.flatMap((i) => (i.location ? [i.location.path] : []));

/**
 * Where a result is shown that is about no line, since code scanning shows none without a place: the beginning of a file of
 * the audited commit, as near to the root as the evidence names one.
 */
export const frontOf = (paths: readonly string[]): string => {
  const depth = (p: string): number => p.split('/').length;
  const isReadme = (p: string): number => (/^readme\b/i.test(p) ? 0 : 1);
  return (
    [...new Set(paths)].sort(
      (a, b) => isReadme(a) - isReadme(b) || depth(a) - depth(b) || (a < b ? -1 : 1),
    )[0] ?? 'README.md'
  );
};
