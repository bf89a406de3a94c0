import { z } from 'zod';
import { severity } from '../domain/methodology.ts';
import { proposedFinding } from '../domain/proposal.ts';
import { Refused } from './answer.ts';
import { itemsOf, propose } from './take-proposal.ts';
import { BOTH, type Tool, tool } from './tool.ts';

/** Tools that propose. None of them decides, writes or publishes anything: they add to what waits for the person. */

const common = {
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/)
    .describe('The commit you read, as audit_status names it'),
  citations: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4_096),
        start_line: z.number().int().min(1).max(10_000_000),
        end_line: z.number().int().min(1).max(10_000_000),
        quote: z.string().min(1).max(30_000).describe('These lines as they stand, whole, without numbers'),
      }),
    )
    .min(1)
    .max(20)
    .describe('The lines it rests on. Each is read again; one that is not as quoted refuses the proposal'),
};
const reason = z.string().trim().min(1).max(8_000).describe('Why, in plain sentences the person can check');
const tries = z
  .string()
  .max(120)
  .optional()
  .describe(
    'A lead to try on the running server in a sandbox, by its id: the person is asked, nothing starts by itself',
  );
const check = z.string().max(40).describe('Id of the check');

const proposeVerdict = tool({
  name: 'propose_verdict',
  title: 'Propose a verdict',
  description:
    'A verdict on a check, with the reason and the lines it rests on. Say unsure where reading ends.',
  proposes: true,
  input: z.strictObject({
    ...common,
    check,
    verdict: z.enum(['pass', 'fail', 'not-applicable', 'unsure']),
    reason,
  }),
  run: (desk, g, client) =>
    propose(desk, client, g, () => ({
      kind: 'verdict',
      check: g.check,
      verdict: g.verdict,
      reason: g.reason,
    })),
});

const proposeFinding = tool({
  name: 'propose_finding',
  title: 'Propose a finding',
  description:
    'A weakness, or with positive a good practice. Its places are your citations, the decisive one first. Say only what the lines show; how bad it is, with a vector where you can.',
  proposes: true,
  input: z.strictObject({ ...common, try_lead: tries, finding: proposedFinding }),
  run: (desk, g, client) =>
    propose(desk, client, g, (s) => ({
      kind: 'finding',
      finding: { ...g.finding, evidence: itemsOf(s, g.finding.evidence) },
    })),
});

const proposeTriage = tool({
  name: 'propose_triage',
  title: 'Propose to dismiss or accept leads, or answer a question',
  description:
    'Of leads: dismissed, with the reason why it is no problem here and the line that shows it, or accepted. Of questions: answered, and the reason is the answer.',
  proposes: true,
  input: z.strictObject({
    ...common,
    try_lead: tries,
    items: z.array(z.string().max(120)).min(1).max(40).describe('Ids of evidence, or collector/rule@path'),
    decision: z.enum(['dismissed', 'accepted', 'answered']),
    reason,
  }),
  run: (desk, g, client) =>
    propose(desk, client, g, (s) => {
      const named = itemsOf(s, g.items);
      if (named.length > 100) throw new Refused(`That names ${named.length} items; 100 at most at once.`);
      const all = new Map([...s.evidence.values()].flatMap((r) => r.items.map((i) => [i.id, i] as const)));
      const wrong = named
        .map((id) => all.get(id)!)
        .find((i) => g.decision !== 'dismissed' && (i.kind === 'question') !== (g.decision === 'answered'));
      if (wrong)
        throw new Refused(
          `${wrong.id} is a ${wrong.kind}, so it cannot be ${g.decision}: leads are accepted or dismissed, questions answered.`,
        );
      return { kind: 'triage', items: named, decision: g.decision, reason: g.reason };
    }),
});

const proposeQuestion = tool({
  name: 'propose_question',
  title: 'Ask the person something',
  description: 'What only the person, or running the server, can find out; with the lines where it comes up.',
  proposes: true,
  input: z.strictObject({ ...common, check, reason: reason.describe('The question') }),
  run: (desk, g, client) =>
    propose(desk, client, g, () => ({ kind: 'question', check: g.check, reason: g.reason })),
});

const proposePlace = tool({
  name: 'propose_place',
  title: 'Name a place worth reading',
  description: 'Lines the person should read for a check, and why.',
  proposes: true,
  input: z.strictObject({ ...common, check, reason }),
  run: (desk, g, client) =>
    propose(desk, client, g, () => ({ kind: 'place', check: g.check, reason: g.reason })),
});

const proposeSeverity = tool({
  name: 'propose_severity',
  title: 'Propose a severity',
  description: 'How grave a recorded finding is, with a CVSS vector and why.',
  proposes: true,
  input: z.strictObject({
    ...common,
    finding: z.string().regex(/^F-\d{2,4}$/),
    severity,
    cvss40: z.string().max(300).default('').describe('CVSS:4.0/… with every base metric'),
    cvss31: z.string().max(300).default(''),
    reason,
  }),
  run: (desk, g, client) =>
    propose(desk, client, g, () => ({
      kind: 'severity',
      finding: g.finding,
      severity: g.severity,
      cvss40: g.cvss40,
      cvss31: g.cvss31,
      reason: g.reason,
    })),
});

const proposeRefutation = tool({
  name: 'propose_refutation',
  title: 'Say what became of trying to break a claim',
  description:
    'Of a proposed or recorded finding: refuted (with the line that shows why), holds, or undecided. Not of your own proposals.',
  proposes: true,
  roles: BOTH,
  input: z.strictObject({
    ...common,
    try_lead: tries,
    of: z
      .string()
      .regex(/^(?:P-[0-9a-f]{8}|F-\d{2,4})$/)
      .describe('The proposal or finding'),
    result: z.enum(['refuted', 'holds', 'undecided']),
    reason,
  }),
  run: async (desk, g, client) => {
    const proposals = await desk.proposals();
    const { session } = await desk.snapshot();
    const of = proposals.get(g.of);
    if (g.of.startsWith('P-') ? !of : !session.findings.has(g.of))
      throw new Refused(`There is no ${g.of}. list_claims tells those there are.`);
    if (of?.voices.some((v) => v.connection === desk.connection))
      throw new Refused('That is your own proposal: whoever tries to break it must not be who made it.');
    return propose(desk, client, g, () => ({
      kind: 'refutation',
      of: g.of,
      result: g.result,
      reason: g.reason,
    }));
  },
});

export const PROPOSING: readonly Tool[] = [
  proposeVerdict,
  proposeFinding,
  proposeTriage,
  proposeQuestion,
  proposePlace,
  proposeSeverity,
  proposeRefutation,
];
