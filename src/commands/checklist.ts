import { UserError } from '../domain/errors.ts';
import { parseTemplates } from '../domain/finding-template.ts';
import { type Known, type Problem, parseMethodology, parseTtps } from '../domain/load-methodology.ts';
import { checksOf, type Methodology } from '../domain/methodology.ts';
import { readBundledCatalogue, readMethodologyFolder } from '../io/methodology-files.ts';
import { jsonText } from '../text/json-text.ts';
import { plural as counted } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { templateFilesOf } from './templates.ts';

type Output = { stdout(text: string): void; stderr(text: string): void };

const describe = (m: Methodology): string =>
  `${m.id} ${m.version}: ${counted(m.phases.flatMap((p) => p.sections).length, 'section')}, ${counted(checksOf(m).length, 'check')}, no problems`;

/** The path is the author's text as much as the value is: both are shown with what they hide. */
const line = (p: Problem): string =>
  visible(
    `${p.file}${p.line === undefined ? '' : `:${p.line}`}  ${p.path || '(file)'}  expected ${p.expected}, found ${p.found}`,
  );

/** Slugs of the packaged attack catalogue, which custom methodologies refer to as well. */
export const knownTtps = async (): Promise<string[]> => {
  const parsed = parseTtps((await readBundledCatalogue()).ttps);
  if ('problems' in parsed)
    throw new UserError(
      `The packaged attack catalogue is damaged (${line(parsed.problems[0]!)}), so no methodology can be checked against it.`,
      'Install mcp-audit again.',
    );
  return parsed.ttps.map((t) => t.id);
};

/**
 * Checks the methodology in `dir` and prints every problem as `file:line  path  expected …, found …`, then a summary;
 * with `json`, one object `{ok, methodology, problems}` instead. `collectors` are the ids this program has.
 * Exit code 0: none; 1: problems; 2: the folder cannot be read.
 */
export const checklistLint = async (
  dir: string,
  out: Output,
  options: { collectors: Known['collectors']; json?: boolean },
): Promise<0 | 1 | 2> => {
  let files: Map<string, string>;
  let ttps: string[];
  let templates: Map<string, string>;
  try {
    [files, ttps, templates] = await Promise.all([
      readMethodologyFolder(dir),
      knownTtps(),
      templateFilesOf(dir),
    ]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    out.stderr(`${visible(error.message)}\n${visible(error.hint)}\n`);
    return 2;
  }
  const result = parseMethodology(files, { collectors: options.collectors, ttps });
  const inTemplates = parseTemplates(templates).problems.map((p) => ({ ...p, file: `findings/${p.file}` }));
  const problems = [...('problems' in result ? result.problems : []), ...inTemplates];
  if (options.json) {
    const methodology =
      'methodology' in result ? { id: result.methodology.id, version: result.methodology.version } : null;
    out.stdout(jsonText({ ok: problems.length === 0, methodology, problems }));
  } else if ('methodology' in result && problems.length === 0) {
    out.stdout(`${visible(describe(result.methodology))}\n`);
  } else {
    const inFiles = new Set(problems.map((p) => p.file)).size;
    out.stdout(`${problems.map(line).join('\n')}\n`);
    out.stdout(
      `${counted(problems.length, 'problem')} in ${counted(inFiles, 'file')}; no audit starts with this methodology.\n`,
    );
  }
  return problems.length === 0 ? 0 : 1;
};
