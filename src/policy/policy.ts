import { z } from 'zod';
import { itemStrength, weaknessClass } from '../domain/evidence.ts';
import { checkId, severity } from '../domain/methodology.ts';
import { day } from '../domain/pipeline/configuration.ts';
import { type Problem, readYaml } from '../domain/read-yaml.ts';
import { dataClass, START_RULES, STARTS } from './subject.ts';

/** `policy.yml`: what an organisation asks of an MCP server before it may be used. */
export const POLICY = 'policy.yml';

export const decision = z.enum(['allowed', 'needs-a-person', 'denied']);
export type Decision = z.infer<typeof decision>;

const then = z.enum(['denied', 'needs-a-person']);
const why = z.string().trim().min(10).max(1_000);
const server = z
  .string()
  .trim()
  .min(2)
  .max(300)
  .regex(
    /^(?:npm:|pypi:|oci:|name:|path:|url:|[\w-]+\.)|^\*\*$/,
    'npm:…, pypi:…, oci:…, name:…, path:…, url:…, or a host such as github.com/owner/name',
  )
  .describe(
    'npm:@scope/name, pypi:name, oci:image, github.com/owner/name, name:…, path:…, url:host/path; `*` within a part, `**` for any parts',
  );

const requiredCheck = z.strictObject({
  check: checkId,
  atLeast: z
    .enum(['pass', 'not-applicable', 'unsure'])
    .default('not-applicable')
    .describe(
      'pass: passed; not-applicable: passed, or does not apply; unsure: any verdict but fail. A fail is denied, a missing verdict needs a person',
    ),
});

const ban = z.strictObject({
  class: weaknessClass,
  strength: itemStrength
    .default('strong')
    .describe(
      'Leads so certain, or more, count; what was confirmed or accepted counts whatever its strength',
    ),
  when: z
    .enum(['confirmed', 'lead'])
    .default('confirmed')
    .describe(
      'confirmed: when it was seen on the running server, or an auditor accepted it or raised a finding, and a lead nobody judged needs a person; lead: already when nobody dismissed it',
    ),
  decision: then.default('denied'),
});

export const waiverRule = z
  .string()
  .regex(
    /^(?:audit|check|ban|finding|licence|grade|start)(?:\/[\w.-]+)?$/,
    'a rule as policy check names it: start/unpinned, check/2.1.2, ban/ssrf, licence',
  );

export const waiver = z.strictObject({
  server,
  rule: waiverRule,
  reason: why.describe('Why it is acceptable, for who reads this next year'),
  owner: z.string().trim().min(2).max(200).describe('Who answers for it'),
  expires: day.describe(
    'The last day it holds; after it what it covered is denied until somebody has looked again',
  ),
});
export type Waiver = z.infer<typeof waiver>;

export const policy = z.strictObject({
  name: z.string().trim().min(1).max(200).describe('Whose policy it is'),
  audit: z
    .strictObject({
      maxAgeDays: z.number().int().positive().max(3_650).optional().describe('An older audit is denied'),
      sameVersion: then
        .optional()
        .describe('Where what a client starts is another version than the audited one'),
    })
    .optional()
    .describe('Every server needs an audit; without one a person has to decide'),
  checks: z.array(requiredCheck).min(1).max(200).optional().describe('Checks that must have a verdict'),
  ban: z.array(ban).min(1).max(100).optional().describe('Weaknesses no server may have'),
  findings: z
    .partialRecord(severity, then)
    .optional()
    .describe('What a finding of a severity, or a graver one, leads to'),
  licences: z
    .strictObject({
      allow: z.array(z.string().min(2).max(100)).min(1).describe('SPDX identifiers'),
      otherwise: then.default('denied'),
    })
    .optional(),
  grades: z
    .partialRecord(dataClass, z.number().min(0).max(4))
    .optional()
    .describe('Least total of the selection scorecard (0 to 4), by how sensitive the data is'),
  dataClasses: z
    .array(z.strictObject({ server, class: dataClass }))
    .max(2_000)
    .optional()
    .describe(
      'How sensitive the data of a server is; the first that fits. Where none does, what the auditor said',
    ),
  starts: z
    .strictObject(
      Object.fromEntries(
        START_RULES.map((r) => [r, then.optional().describe(`When ${STARTS[r]}`)]),
      ) as Record<(typeof START_RULES)[number], z.ZodOptional<typeof then>>,
    )
    .optional()
    .describe('How clients may start servers (mcp-audit discover)'),
  waivers: z.array(waiver).max(1_000).optional().describe('What is tolerated, by whom, and until when'),
});
export type Policy = z.infer<typeof policy>;

export type PolicyFile = {
  value: Policy | null;
  problems: readonly Problem[];
  /** A problem at a part of it, with its line. */
  problem(path: readonly PropertyKey[], expected: string, found: string): Problem;
};

export const readPolicy = (file: string, text: string): PolicyFile => readYaml(file, text, policy);
