import { z } from 'zod';
import data from '../../checklists/catalogue/crosswalk.json' with { type: 'json' };
import { checkId, cweId } from './methodology.ts';
import { MAX_YAML_CHARS, type Problem, readYaml } from './read-yaml.ts';

/**
 * What checks have to do with the standards a company answers to, as data: each mapping says what of the standard it rests on, and
 * an entry that nothing supports has none. Checks are those of the bundled methodology.
 */

const sentence = z.string().trim().min(1).max(300);

const mapping = z.strictObject({
  check: checkId,
  because: sentence.describe('What of the entry the mapping rests on, in own words'),
  cwe: z
    .array(cweId)
    .min(1)
    .optional()
    .describe('A lead or finding of the check belongs to the entry only by one of these weaknesses'),
});

export const standard = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, 'small letters, digits and dashes'),
  title: sentence,
  version: sentence,
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'the day it was published, YYYY-MM-DD'),
  source: sentence.describe('Where it was read, at which commit or on which day'),
  entries: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z0-9:.-]{1,40}$/, 'an id such as MCP05:2025'),
        name: sentence,
        url: z.url().optional(),
        checks: z.array(mapping).describe('Empty where nothing supports a mapping'),
      }),
    )
    .min(1),
});
export type Standard = z.infer<typeof standard>;
export type StandardEntry = Standard['entries'][number];

/** Files of standards by name, or what is wrong with them. `checks` are the ids that there are. */
export const parseCrosswalk = (
  files: ReadonlyMap<string, string>,
  checks: ReadonlySet<string>,
): { standards: Standard[]; problems: Problem[] } => {
  const standards: Standard[] = [];
  const problems: Problem[] = [];
  for (const [file, text] of files) {
    if (text.length > MAX_YAML_CHARS) {
      problems.push({
        file,
        path: '',
        expected: `at most ${MAX_YAML_CHARS} characters`,
        found: `${text.length}`,
      });
      continue;
    }
    const read = readYaml(file, text, standard);
    problems.push(...read.problems);
    if (!read.value) continue;
    const ids = new Set<string>();
    for (const [i, entry] of read.value.entries.entries()) {
      if (ids.has(entry.id))
        problems.push(read.problem(['entries', i, 'id'], 'each entry once', `a second ${entry.id}`));
      ids.add(entry.id);
      for (const [n, m] of entry.checks.entries())
        if (!checks.has(m.check))
          problems.push(
            read.problem(['entries', i, 'checks', n, 'check'], 'a check of the methodology', m.check),
          );
    }
    if (standards.some((s) => s.id === read.value!.id))
      problems.push(read.problem(['id'], 'a standard once', `a second ${read.value.id}`));
    standards.push(read.value);
  }
  return { standards, problems };
};

type Weak = { checks: readonly string[]; cwe: readonly string[] };

const belongs = (m: StandardEntry['checks'][number], w: Weak): boolean =>
  w.checks.includes(m.check) && (m.cwe === undefined || m.cwe.some((c) => w.cwe.includes(c)));

/** Entries a lead or finding belongs to, by its checks and weaknesses. */
export const entriesFor = (s: Standard, w: Weak): StandardEntry[] =>
  s.entries.filter((e) => e.checks.some((m) => belongs(m, w)));

/** Entries that a check asks about, with what that rests on. */
const entriesOfCheck = (s: Standard, check: string): { entry: StandardEntry; because: string }[] =>
  s.entries.flatMap((entry) =>
    entry.checks.filter((m) => m.check === check).map((m) => ({ entry, because: m.because })),
  );

/** The bundled standards, as `scripts/schemas.ts` writes them from checklists/crosswalk/. */
export const standards: readonly Standard[] = data as Standard[];

/** The methodology whose checks the standards are mapped to. */
export const MAPPED_METHODOLOGY = 'mcp-audit-guide';

/** "OWASP MCP Top 10 2025: MCP05:2025 Command Injection", one line a standard that asks what a check does. */
export const standardsOfCheck = (check: string): string[] =>
  standards.flatMap((s) => {
    const found = entriesOfCheck(s, check);
    return found.length === 0
      ? []
      : [`${s.title} ${s.version}: ${found.map(({ entry }) => `${entry.id} ${entry.name}`).join(' · ')}`];
  });

/**
 * The checks of another methodology that ask what these do: from the bundled guide to the minimum bar or back. Their ids have nothing
 * in common.
 */
export const carriedChecks = (w: Weak): string[] => {
  const bar = standards.find((s) => s.id === 'minimum-bar');
  if (!bar) return [];
  const there = entriesFor(bar, w).map((e) => e.id);
  const back = bar.entries
    .filter((e) => w.checks.includes(e.id))
    .flatMap((e) => e.checks.map((m) => m.check));
  return [...new Set([...there, ...back])];
};
