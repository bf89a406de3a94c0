import { join } from 'node:path';
import { parseCrosswalk, type Standard, standards } from '../domain/crosswalk.ts';
import { UserError } from '../domain/errors.ts';
import { checksOf } from '../domain/methodology.ts';
import { COVERAGE_SCHEMA, type Coverage, coverageOf } from '../domain/standard-coverage.ts';
import { bundledChecklists, readMethodologyFolder } from '../io/methodology-files.ts';
import { writeFile } from '../io/write-files.ts';
import { code, document, inline, table } from '../report/markdown.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { problemLine } from './own-policy.ts';
import { withSession } from './with-session.ts';
import { loadMethodology } from './workspace.ts';

/** What checks have to do with standards, and how far an audit speaks to them. */

const standardNamed = (id: string): Standard => {
  const found = standards.find((s) => s.id === id);
  if (found) return found;
  throw new UserError(
    `there is no crosswalk to "${visible(id)}"`,
    `one of ${standards.map((s) => s.id).join(', ')}`,
  );
};

/** Prints the mapping of one standard, or what there are. */
export const showCrosswalk = (host: Host, id: string | undefined, options: { json?: boolean }): number => {
  const shown = id === undefined ? standards : [standardNamed(id)];
  if (options.json) {
    json(host, shown);
    return 0;
  }
  for (const s of shown) {
    const mapped = s.entries.filter((e) => e.checks.length > 0).length;
    host.stdout(
      `${s.id}  ${s.title} ${s.version}: ${mapped} of ${s.entries.length} entries are asked about\n`,
    );
    if (id === undefined) continue;
    host.stdout(`  read from ${s.source}\n`);
    for (const e of s.entries) {
      host.stdout(`  ${e.id.padEnd(12)} ${e.name}${e.checks.length === 0 ? '  (no check asks it)' : ''}\n`);
      for (const m of e.checks)
        host.stdout(
          `    ${m.check.padEnd(6)} ${m.because}${m.cwe ? ` (only by ${m.cwe.join(', ')})` : ''}\n`,
        );
    }
  }
  return 0;
};

const STATES: Record<Coverage['entries'][number]['state'], string> = {
  unmet: 'not met',
  held: 'held by its checks',
  open: 'open',
  'not-applicable': 'not applicable',
  'no-check': 'no check asks it',
};

const markdownOf = (c: Coverage): string =>
  document([
    [`# ${c.standard.title} ${c.standard.version}: ${inline(c.target.name)}`],
    [
      `Commit ${code(c.target.commit)}${c.target.url ? ` of ${inline(c.target.url)}` : ''}, session ${code(c.session)}. From the verdicts and findings of the audit; the standard as read from ${inline(c.standard.source)}.`,
    ],
    table(
      ['Entry', 'State', 'Checks', 'Findings'],
      c.entries.map((e) => [
        `${inline(e.id)} ${inline(e.name)}`,
        STATES[e.state],
        e.checks.map((m) => `${m.check} ${inline(m.verdict)}`).join('<br>') || '–',
        e.findings.map((f) => `${f.id} ${inline(f.title)} (${f.severity})`).join('<br>') || '–',
      ]),
    ),
    [
      '*"Held" says that the checks which ask about the entry pass, and no more. "Open": not all of them have a verdict. An entry that no check asks about was not looked at.*',
    ],
  ]);

/** The coverage of a standard by a session: for people, or as a file. */
export const coverageCommand = (
  host: Host,
  id: string,
  options: { session?: string | undefined; to?: string | undefined; json?: boolean | undefined },
): Promise<number> => {
  const s = standardNamed(id);
  return withSession(
    host,
    options.session,
    async (w) => {
      const { session, methodology } = w.store.snapshot();
      const { target } = session;
      const c: Coverage = {
        schema: COVERAGE_SCHEMA,
        session: w.id,
        target: { name: target?.name ?? '', url: target?.url ?? '', commit: target?.commit ?? '' },
        standard: { id: s.id, title: s.title, version: s.version, source: s.source },
        entries: coverageOf(session, methodology, s),
      };
      const text = options.json ? jsonText(c) : markdownOf(c);
      if (options.to === undefined) host.stdout(text);
      else {
        writeFile(options.to, text);
        host.stdout(`${visible(options.to)}\n`);
      }
      return 0;
    },
    true,
  );
};

/** Checks crosswalk files: the bundled ones when no folder is named. */
export const crosswalkLint = async (
  host: Host,
  folder: string | undefined,
  options: { json?: boolean },
): Promise<number> => {
  const files = await readMethodologyFolder(folder ?? join(bundledChecklists(), 'crosswalk'));
  const ids = new Set(checksOf(await loadMethodology()).map((c) => c.id));
  const { standards: read, problems } = parseCrosswalk(files, ids);
  if (options.json) json(host, { ok: problems.length === 0, standards: read.map((s) => s.id), problems });
  else {
    for (const p of problems) host.stdout(`${visible(problemLine(p))}\n`);
    const mappings = read.flatMap((s) => s.entries).reduce((n, e) => n + e.checks.length, 0);
    host.stdout(
      `${plural(read.length, 'standard')}, ${plural(mappings, 'mapping')}, ${problems.length === 0 ? 'no problems' : plural(problems.length, 'problem')}\n`,
    );
  }
  return problems.length === 0 ? 0 : 1;
};
