import { parseRules } from '../analysis/flow/knowledge.ts';
import { type ModelProblem, oneSidedModels, tryModels } from '../analysis/flow/try-samples.ts';
import { UserError } from '../domain/errors.ts';
import type { Problem } from '../domain/read-yaml.ts';
import { type RuleFiles, readBundledRules, readOwnModels } from '../io/rule-files.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';

type Output = { stdout(text: string): void; stderr(text: string): void };

const shapeLine = (p: Problem): string =>
  `${p.file.replace(/^own\/models\//, '')}${p.line === undefined ? '' : `:${p.line}`}  ${p.path || '(file)'}  expected ${p.expected}, found ${p.found}`;

const sampleLine = (p: ModelProblem): string =>
  p.unread
    ? `${p.language}/${p.library}  sample ${p.sample}  was not tried: ${p.unread}`
    : `${p.language}/${p.library}  sample ${p.sample}  expected ${p.expected}, found ${p.found.length === 0 ? 'nothing' : p.found.join(', ')}`;

/**
 * Checks the models in `dir` (the bundled ones when undefined): their shape, with file, line and key, and their samples,
 * which are run with the bundled rules and models beside them. Exit code 0: no problem; 1: problems; 2: the folder cannot be
 * read.
 */
export const modelsLint = async (
  dir: string | undefined,
  out: Output,
  options: { json: boolean },
): Promise<0 | 1 | 2> => {
  let bundled: RuleFiles;
  let own: RuleFiles;
  try {
    bundled = await readBundledRules();
    own =
      dir === undefined
        ? new Map([...bundled].filter(([name]) => name.startsWith('models/')))
        : await readOwnModels(dir);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    out.stderr(`${visible(error.message)}\n${visible(error.hint)}\n`);
    return 2;
  }
  const { models } = parseRules(own);
  const all = parseRules(new Map([...bundled, ...own]));
  const problems = all.problems.filter((p) => own.has(p.file));
  const samples = await tryModels(all.rules, all.models, models);
  const sided = oneSidedModels(models);
  const ok = problems.length + samples.length + sided.length === 0;
  if (options.json) {
    const names = models.map((m) => `${m.language}/${m.library}`);
    out.stdout(`${JSON.stringify({ ok, models: names, problems, samples, sided }, null, 2)}\n`);
    return ok ? 0 : 1;
  }
  const lines = [
    ...problems.map(shapeLine),
    ...samples.map(sampleLine),
    ...sided.map((s) => `${s.language}/${s.library}  samples  none shows what is ${s.missing}`),
  ];
  for (const line of lines) out.stdout(`${visible(line)}\n`);
  const tried = models.reduce((n, m) => n + m.samples.length, 0);
  out.stdout(
    `${plural(models.length, 'model')}, ${plural(tried, 'sample')}, ${lines.length === 0 ? 'no problems' : plural(lines.length, 'problem')}\n`,
  );
  return ok ? 0 : 1;
};
