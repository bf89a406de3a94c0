import { z } from 'zod';
import { checkId } from '../methodology.ts';
import { MAX_YAML_CHARS, type Problem, readYaml } from '../read-yaml.ts';

/** `mcp-audit.yml` in a server's own repository. It counts in its developers' own runs, and in nobody's audit. */
export const CONFIGURATION = 'mcp-audit.yml';

export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((d) => new Date(`${d}T00:00:00Z`).toJSON()?.startsWith(d) === true, 'a day such as 2027-01-31');

export const leadRule = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a rule such as code-flow/shell-command');

const path = z
  .string()
  .min(1)
  .max(1_000)
  .refine((p) => !/^\/|\\|(^|\/)\.\.(\/|$)/.test(p), 'a path below the repository, with /');

const suppression = z
  .strictObject({
    lead: z
      .string()
      .regex(/^[0-9a-f]{16}$/, "a lead's id of 16 digits")
      .optional()
      .describe('One lead, by its id'),
    places: z
      .number()
      .int()
      .positive()
      .optional()
      .describe(
        'With `lead`: how many places it had when you looked; with more of them it counts again. 1 when left out',
      ),
    rule: leadRule.optional().describe('All leads of a rule'),
    path: path
      .optional()
      .describe('With `rule`: only in these files; `*` and `**` as usual, a folder is all below it'),
    reason: z
      .string()
      .trim()
      .min(10)
      .max(1_000)
      .describe('Why it is no weakness, for who reads this next year'),
    expires: day.describe('The last day it holds; after it the run fails until somebody has looked again'),
  })
  .refine((s) => (s.lead === undefined) !== (s.rule === undefined), 'either `lead` or `rule`')
  .refine((s) => s.path === undefined || s.rule !== undefined, '`path` narrows a `rule`')
  .refine((s) => s.places === undefined || s.lead !== undefined, '`places` belongs to a `lead`');
export type Suppression = z.infer<typeof suppression>;

export const configuration = z.strictObject({
  subdir: path.optional().describe('Folder of the server in a monorepo'),
  checks: z.array(checkId).min(1).optional().describe('Only leads of these checks'),
  failOn: z
    .array(z.string().min(1))
    .optional()
    .describe('What fails a run, as --fail-on says it: new, high, new+medium, command-injection'),
  baseline: path.optional().describe('The leads that are known, as --write-baseline wrote them'),
  toolsLock: path
    .optional()
    .describe('tools.lock.json: what the tools say; a definition that is another one fails'),
  suppress: z.array(suppression).max(500).optional().describe('Leads that are no weaknesses, and why'),
});
export type Configuration = z.infer<typeof configuration>;

/** The configuration with the lines its suppressions stand at, or what is wrong with it. */
export const readConfiguration = (
  file: string,
  text: string,
): { value: Configuration | null; suppressionLines: number[]; problems: readonly Problem[] } => {
  if (text.length > MAX_YAML_CHARS)
    return {
      value: null,
      suppressionLines: [],
      problems: [
        { file, path: '', expected: `at most ${MAX_YAML_CHARS} characters`, found: `${text.length}` },
      ],
    };
  const { value, problems, problem } = readYaml(file, text.trim() === '' ? '{}' : text, configuration);
  const suppressionLines = (value?.suppress ?? []).map((_, i) => problem(['suppress', i], '', '').line ?? 1);
  return { value, suppressionLines, problems };
};
