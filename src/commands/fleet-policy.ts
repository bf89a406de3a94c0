import { dirname, resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { FleetPolicy } from '../domain/fleet/report.ts';
import { MAX_YAML_CHARS } from '../domain/read-yaml.ts';
import type { Snapshot } from '../engine/store.ts';
import { readInputFile } from '../io/input-file.ts';
import { evaluatePolicy } from '../policy/evaluate.ts';
import { subjectOfAudit } from '../policy/of-audit.ts';
import { readPolicy } from '../policy/policy.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';

/** What a policy says of a server by what stands in its session. */
export type FleetJudge = (snapshot: Snapshot, server: string) => FleetPolicy;

/**
 * @param file '' for none
 * @throws UserError when it cannot be read, with its first problem
 */
export const fleetJudge = (file: string, today: string): { judge: FleetJudge | null; name: string } => {
  if (file === '') return { judge: null, name: '' };
  let text: string;
  try {
    text = readInputFile(file, 4 * MAX_YAML_CHARS).toString('utf8');
  } catch (error) {
    throw new UserError(
      `the policy ${visible(file)} cannot be read (${(error as Error).message}), so nothing was held against it`,
      'name it with --policy, or correct it in the file of the fleet',
    );
  }
  const { value, problems } = readPolicy(file, text);
  if (!value)
    throw new UserError(
      `the policy ${visible(file)}${problems[0]?.line ? `:${problems[0].line}` : ''} has ${plural(problems.length, 'problem')}, so nothing was held against it: ${visible(problems[0]?.path ?? '')} expected ${visible(problems[0]?.expected ?? '')}, found ${visible(problems[0]?.found ?? '')}`,
      'mcp-audit policy lint lists them all',
    );
  const judge: FleetJudge = ({ session, methodology, evidence, missing }, server) => {
    const subject = subjectOfAudit({ session, methodology, evidence, missing });
    const named = { ...subject, ids: [...subject.ids, `name:${server}`] };
    const { decision, because } = evaluatePolicy(value, named, today);
    return {
      decision,
      because: because.map((b) => ({ rule: b.rule, decision: b.decision, reason: visible(b.reason) })),
    };
  };
  return { judge, name: value.name };
};

/** The policy asked for: named, or by the fleet's file, from where it lies. */
export const policyPath = (given: string | undefined, file: string, named: string | undefined): string =>
  given ? resolve(given) : named ? resolve(dirname(file), named) : '';
