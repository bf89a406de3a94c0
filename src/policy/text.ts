import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import type { Decision } from './policy.ts';
import type { PolicyReport } from './report.ts';

const WORD: Record<Decision, string> = {
  allowed: 'allowed',
  'needs-a-person': 'needs a person',
  denied: 'DENIED',
};

/** For people: each server with what decides, what was waived, and how much else was asked of it. */
export const policyText = (r: PolicyReport): string => {
  const lines: string[] = [];
  for (const s of r.subjects) {
    lines.push(`${WORD[s.decision].padEnd(14)}  ${s.name}  (${s.at})`);
    const told = s.because.filter((b) => b.decision !== 'allowed' || b.waiver);
    // One reason is told once, whichever rules it stops: without an audit it is the same of all that ask for one.
    const byReason = Map.groupBy(told, (b) => `${b.decision} ${b.reason}`);
    for (const same of byReason.values())
      lines.push(
        `  ${WORD[same[0]!.decision].padEnd(14)}  ${same.map((b) => b.rule).join(', ')}: ${same[0]!.reason}`,
      );
    const rest = s.because.length - told.length;
    if (rest > 0)
      lines.push(`  ${WORD.allowed.padEnd(14)}  ${plural(rest, told.length > 0 ? 'other rule' : 'rule')}`);
  }
  if (r.subjects.length === 0)
    lines.push('There is nothing to check: no session, submission or discovered server.');
  if (r.notLooked.length > 0) lines.push('', 'Could not look:', ...r.notLooked.map((n) => `  ${n}`));
  const { expired, unused } = r.waivers;
  if (expired.length > 0)
    lines.push(
      '',
      'Waivers that have expired:',
      ...expired.map((w) => `  ${w.rule} of ${w.server}, ${w.owner}, ended on ${w.expires}`),
    );
  if (unused.length > 0)
    lines.push(
      '',
      'Waivers that none of these needs:',
      ...unused.map((w) => `  ${w.rule} of ${w.server}, ${w.owner}`),
    );
  const { allowed, needsAPerson, denied } = r.counts;
  lines.push(
    '',
    `${r.policy.name}, ${r.day}: ${allowed} allowed, ${needsAPerson} ${needsAPerson === 1 ? 'needs' : 'need'} a person, ${denied} denied`,
  );
  return `${lines.map(visible).join('\n')}\n`;
};
