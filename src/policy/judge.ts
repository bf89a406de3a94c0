import { type Evaluated, evaluatePolicy } from './evaluate.ts';
import type { Policy, Waiver } from './policy.ts';
import { POLICY_SCHEMA, type PolicyReport } from './report.ts';
import type { PolicySubject } from './subject.ts';

/** A subject with where it was found. */
export type Asked = { subject: PolicySubject; at: string };

const naming = ({ server, rule, owner, expires }: Waiver) => ({ server, rule, owner, expires });

/** What a policy says of many servers on a day, and which of its waivers count for nothing any more. Pure. */
export const judgeAll = (
  policy: Policy,
  asked: readonly Asked[],
  about: Pick<PolicyReport, 'tool' | 'day' | 'failOn' | 'notLooked'> & { sha256: string },
): PolicyReport => {
  const { day, failOn, notLooked, sha256, tool } = about;
  const judged = asked.map((a): Asked & Evaluated => ({ ...a, ...evaluatePolicy(policy, a.subject, day) }));
  const used = new Set(judged.flatMap((j) => j.because.flatMap((b) => b.waiver ?? [])));
  const waivers = policy.waivers ?? [];
  const expired = waivers.filter((w) => w.expires < day);
  const count = (d: Evaluated['decision']): number => judged.filter((j) => j.decision === d).length;
  const counts = {
    allowed: count('allowed'),
    needsAPerson: count('needs-a-person'),
    denied: count('denied'),
  };
  return {
    schema: POLICY_SCHEMA,
    tool,
    policy: { name: policy.name, sha256 },
    day,
    failOn,
    subjects: judged.map(({ subject: { kind, name, ids }, at, decision, because }) => ({
      kind,
      name,
      at,
      ids: [...ids],
      decision,
      because,
    })),
    notLooked: [...notLooked],
    waivers: {
      expired: expired.map(naming),
      unused: waivers.filter((w) => !used.has(w) && !expired.includes(w)).map(naming),
    },
    counts,
    failed:
      counts.denied > 0 ||
      expired.length > 0 ||
      notLooked.length > 0 ||
      (failOn === 'needs-a-person' && counts.needsAPerson > 0),
  };
};
