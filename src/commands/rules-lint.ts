import { parseRules } from '../analysis/flow/knowledge.ts';
import { oneSided, type SampleProblem, trySamples } from '../analysis/flow/try-samples.ts';
import { UserError } from '../domain/errors.ts';
import type { Problem } from '../domain/read-yaml.ts';
import { type RuleFiles, readBundledRules, readOwnRules } from '../io/rule-files.ts';
import { jsonText } from '../text/json-text.ts';
import { plural as counted } from '../text/plural.ts';
import { visible } from '../text/visible.ts';

type Output = { stdout(text: string): void; stderr(text: string): void };

const bare = (file: string): string => file.replace(/^own\/rules\//, '');

const shapeLine = (p: Problem): string =>
  `${bare(p.file)}${p.line === undefined ? '' : `:${p.line}`}  ${p.path || '(file)'}  expected ${p.expected}, found ${p.found}`;

const sampleLine = (p: SampleProblem): string =>
  p.unread
    ? `${p.rule}  sample ${p.sample}  was not tried: ${p.unread}`
    : `${p.rule}  sample ${p.sample}  expected ${p.expected}, found ${p.found.length === 0 ? 'nothing' : p.found.join(', ')}`;

/**
 * Checks the rules in `dir` (the bundled ones when undefined): their shape, with file, line and key, and their samples,
 * which are run with the bundled rules beside them. Exit code 0: no problem; 1: problems; 2: the folder cannot be read.
 */
export const rulesLint = async (
  dir: string | undefined,
  out: Output,
  options: { json: boolean },
): Promise<0 | 1 | 2> => {
  let bundled: RuleFiles;
  let own: RuleFiles;
  try {
    bundled = await readBundledRules();
    own = dir === undefined ? bundled : await readOwnRules(dir);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    out.stderr(`${visible(error.message)}\n${visible(error.hint)}\n`);
    return 2;
  }
  const { rules, problems } = parseRules(own);
  const all = parseRules(new Map([...bundled, ...own]));
  const samples = await trySamples(all.rules, all.models, rules);
  const sided = oneSided(rules);
  const ok = problems.length + samples.length + sided.length === 0;
  if (options.json) {
    out.stdout(jsonText({ ok, rules: rules.map((r) => r.id), problems, samples, sided }));
    return ok ? 0 : 1;
  }
  const lines = [
    ...problems.map(shapeLine),
    ...samples.map(sampleLine),
    ...sided.map((s) => `${s.rule}  samples  none shows what is ${s.missing}`),
  ];
  for (const line of lines) out.stdout(`${visible(line)}\n`);
  const tried = rules.reduce((n, r) => n + r.samples.length, 0);
  out.stdout(
    `${counted(rules.length, 'rule')}, ${counted(tried, 'sample')}, ${lines.length === 0 ? 'no problems' : counted(lines.length, 'problem')}\n`,
  );
  return ok ? 0 : 1;
};
