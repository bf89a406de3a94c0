import { z } from 'zod';
import { EVIDENCE_SCHEMA } from '../../../src/domain/evidence.ts';

/** Lines either side of a labelled site that still count as that site. */
export const SLACK = 3;

/** 1-based, inclusive. */
export type Site = { file: string; start: number; end: number };

/** A file's lines that a finding points at. */
export type Place = { path: string; start: number; end: number };

export type Finding = {
  /** Its own location and the steps of its flow: each of them may lead the auditor to the site. */
  at: Place[];
  classes: string[];
  checks: string[];
  /** 1-based, in the tool's own order. */
  rank: number;
  /** `lead` for what other tools report; of our own evidence facts and strengths are read too, and count for audits only. */
  kind: 'lead' | 'strength' | 'fact';
  /** How much the program says it weighs: 0 the most. Null where it does not say. */
  weight: number | null;
  /** Its flow names something that stands guard on the way. */
  guarded: boolean;
};

/** One tool an MCP server registers, as the measured program reports it. */
export type NamedTool = { name: string; path: string; line: number; certainty: string };

export type ToolOutput = { findings: Finding[]; tools: NamedTool[] };

/**
 * A finding's class need not be the label's word for it: these name the same mistake, or one that an auditor would look
 * at in the same minute. A class may stand in several groups. Words such as `dos` are the corpus's, the rest the
 * evidence format's.
 */
const GROUPS: readonly (readonly string[])[] = [
  ['command-injection', 'argument-injection', 'code-execution', 'config-injection', 'template-injection'],
  ['code-execution', 'deserialization', 'template-injection'],
  ['sql-injection', 'query-injection', 'read-only-bypass'],
  ['path-traversal', 'file-access'],
  ['ssrf', 'unsafe-url-scheme'],
  ['dns-rebinding', 'cors', 'csrf', 'missing-auth', 'bind-all-interfaces'],
  ['missing-auth', 'broken-authorization', 'authorization-bypass', 'read-only-bypass', 'oauth'],
  ['session-hijack', 'session', 'cross-client-leak', 'broken-authorization', 'oauth'],
  ['secret-exposure', 'hardcoded-secret', 'information-disclosure'],
  ['tls-verification', 'tls', 'crypto'],
  ['dos', 'redos', 'resource-limit'],
  ['tool-poisoning', 'prompt-injection', 'toxic-flow', 'annotation-mismatch'],
  ['xss', 'template-injection'],
  // Both are how a file: URL is read.
  ['path-traversal', 'ssrf', 'unsafe-url-scheme'],
];

export const compatible = (found: readonly string[], label: string): boolean =>
  found.some((name) => name === label || GROUPS.some((g) => g.includes(name) && g.includes(label)));

export const overlaps = (place: Place, site: Site): boolean =>
  place.path === site.file && place.start <= site.end + SLACK && place.end >= site.start - SLACK;

export const hits = (finding: Finding, sites: readonly Site[]): boolean =>
  finding.at.some((place) => sites.some((site) => overlaps(place, site)));

/** What a fix did to what is said of its place. */
export type AtFix = 'gone' | 'marked' | 'marked-before' | 'left';

const heaviest = (findings: readonly Finding[]): number =>
  Math.min(...findings.map((f) => f.weight ?? WEIGHTS.length));

/**
 * `gone`: no right lead is left. `marked`: each one left names a guard, or weighs less than the heaviest did before;
 * `marked-before` when nothing of that is new, since the place looked just so at the vulnerable commit.
 */
export const atFix = (before: readonly Finding[], after: readonly Finding[]): AtFix => {
  if (after.length === 0) return 'gone';
  const lighter = heaviest(after) > heaviest(before);
  if (!lighter && !after.every((f) => f.guarded || (f.weight !== null && f.weight > heaviest(before))))
    return 'left';
  return lighter || before.some((f) => !f.guarded) ? 'marked' : 'marked-before';
};

/**
 * How likely sites of these lengths, put anywhere in their files, would be hit by these very findings: what recall is
 * worth when a tool reports much. `fileLines` has the number of lines of each labelled file.
 */
export const chanceOf = (
  findings: readonly Finding[],
  sites: readonly Site[],
  fileLines: ReadonlyMap<string, number>,
): number => {
  let miss = 1;
  for (const site of sites) {
    const lines = fileLines.get(site.file) ?? 0;
    if (lines === 0) continue;
    const length = site.end - site.start;
    const starts = new Uint8Array(lines + 2);
    for (const place of findings.flatMap((f) => f.at))
      if (place.path === site.file) {
        const first = Math.max(1, place.start - SLACK - length);
        const last = Math.min(lines, place.end + SLACK);
        if (last >= first) starts.fill(1, first, last + 1);
      }
    miss *= 1 - starts.reduce((sum, hit) => sum + hit, 0) / lines;
  }
  return 1 - miss;
};

const line = z.number().nullish();
const text = z.string().nullish();
const words = z.union([z.string(), z.array(z.string())]).nullish();
const foreign = z.looseObject({
  path: text,
  startLine: line,
  endLine: line,
  class: words,
  checks: z.array(z.string()).nullish(),
  rank: z.number().nullish(),
  flow: z.array(z.looseObject({ path: text, line, role: text })).nullish(),
  places: z.array(z.looseObject({ path: text, startLine: line, endLine: line })).nullish(),
  strength: text,
});
type Foreign = z.infer<typeof foreign>;
const ours = z.looseObject({
  schema: z.string().startsWith(EVIDENCE_SCHEMA.replace(/\d+$/, '')),
  items: z.array(
    z.looseObject({
      kind: z.string(),
      class: words,
      checks: z.array(z.string()).nullish(),
      location: z.looseObject({ path: z.string(), startLine: line, endLine: line }).nullish(),
      places: z.array(z.looseObject({ path: text, startLine: line, endLine: line })).nullish(),
      flow: z.array(z.looseObject({ path: text, line, role: text })).nullish(),
      strength: text,
    }),
  ),
  surface: z
    .looseObject({
      tools: z.array(z.looseObject({ name: text, path: text, line, certainty: text })).nullish(),
    })
    .nullish(),
});

const plainPath = (path: string): string => path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');

const WEIGHTS = ['strong', 'moderate', 'weak'];
const weightOf = (strength: string | null | undefined): number | null => {
  const weight = WEIGHTS.indexOf(strength ?? '');
  return weight < 0 ? null : weight;
};

const toFinding = (row: Foreign, index: number, kind: Finding['kind']): Finding => {
  const places = [
    { path: row.path, start: row.startLine, end: row.endLine },
    ...(row.flow ?? []).map((step) => ({ path: step.path, start: step.line, end: step.line })),
    ...(row.places ?? []).map((p) => ({ path: p.path, start: p.startLine, end: p.endLine })),
  ];
  return {
    at: places.flatMap(({ path, start, end }) =>
      path ? [{ path: plainPath(path), start: start || 1, end: end || start || 1 }] : [],
    ),
    classes: typeof row.class === 'string' ? [row.class] : (row.class ?? []),
    checks: row.checks ?? [],
    rank: row.rank || index + 1,
    kind,
    weight: weightOf(row.strength),
    guarded: (row.flow ?? []).some((step) => step.role === 'guard'),
  };
};

/**
 * What a program wrote: `mcp-audit/evidence@…`, or an array (or `{"findings": […]}`) of `{path, startLine, endLine,
 * class?, checks?, rank?}` in the program's own order. Throws a ZodError when it is neither.
 */
export const readOutput = (data: unknown): ToolOutput => {
  if (data !== null && typeof data === 'object' && 'schema' in data) {
    const file = ours.parse(data);
    const rows = (wanted: Finding['kind']): Finding[] =>
      file.items
        .filter((i) => i.kind === wanted)
        .map((i, n) =>
          toFinding(
            {
              ...i.location,
              class: i.class,
              checks: i.checks,
              flow: i.flow,
              places: i.places,
              strength: i.strength,
            },
            n,
            wanted,
          ),
        );
    return {
      findings: [...rows('lead'), ...rows('strength'), ...rows('fact')],
      tools: (file.surface?.tools ?? []).map((t) => ({
        name: t.name ?? '',
        path: t.path ?? '',
        line: t.line ?? 0,
        certainty: t.certainty ?? 'literal',
      })),
    };
  }
  const rows = z.union([
    z.array(foreign),
    z.looseObject({ findings: z.array(foreign) }).transform((o) => o.findings),
  ]);
  return { findings: rows.parse(data).map((row, n) => toFinding(row, n, 'lead')), tools: [] };
};

export type Hunk = { oldStart: number; oldCount: number; newStart: number; newCount: number };

export const parseHunks = (diff: string): Hunk[] =>
  [...diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map((m) => ({
    oldStart: Number(m[1]),
    oldCount: Number(m[2] ?? 1),
    newStart: Number(m[3]),
    newCount: Number(m[4] ?? 1),
  }));

/**
 * Where a site went through a `git diff -U0`: null when the change took all of its lines away. Inside a replaced block
 * the whole block that replaced it is the site.
 */
export const mapThrough = (hunks: readonly Hunk[], site: Site, file: string): Site | null => {
  const gone = hunks.some(
    (h) =>
      h.newCount === 0 && h.oldCount > 0 && h.oldStart <= site.start && site.end < h.oldStart + h.oldCount,
  );
  if (gone) return null;
  const place = (at: number, last: boolean): number => {
    let shift = 0;
    for (const h of hunks) {
      if (h.oldCount === 0) shift += at > h.oldStart ? h.newCount : 0;
      else if (at >= h.oldStart + h.oldCount) shift += h.newCount - h.oldCount;
      else if (at >= h.oldStart) return h.newStart + (last ? Math.max(h.newCount, 1) - 1 : 0);
    }
    return at + shift;
  };
  return { file, start: place(site.start, false), end: place(site.end, true) };
};

const SOURCE = /\.(?:[cm]?[tj]s|[tj]sx|py|go|rs|java|cs|php)$/;
const SKIPPED_FOLDERS = new Set(
  'node_modules .git dist build vendor target .venv venv __pycache__ test tests __tests__ spec e2e testdata fixtures __mocks__'.split(
    ' ',
  ),
);
const TEST_FILE =
  /(?:^test_.*\.py|_test\.(?:py|go)|[._-](?:test|spec)\.[cm]?[jt]sx?|Tests?\.java|^conftest\.py|\.min\.js|\.d\.ts)$/;

/** Whether the lines of a file count for "leads per 10,000 lines". `path` is relative to the folder that is audited. */
export const isCountedSource = (path: string): boolean => {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  return SOURCE.test(name) && !TEST_FILE.test(name) && !folders.some((f) => SKIPPED_FOLDERS.has(f));
};

/** Lines of a file: a last one without a line feed counts. */
export const countLines = (bytes: Uint8Array): number => {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count + (bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? 1 : 0);
};
