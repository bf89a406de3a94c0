import satisfies from 'spdx-satisfies';
import type { EvidenceItem } from '../domain/evidence.ts';
import { itemStrength } from '../domain/evidence.ts';
import { severity } from '../domain/methodology.ts';
import { pathFits } from '../domain/pipeline/path-pattern.ts';
import { verdictWord } from '../domain/verdict.ts';
import { plural } from '../text/plural.ts';
import type { Decision, Policy, Waiver } from './policy.ts';
import {
  type AuditFacts,
  isKnown,
  type Known,
  type LeadFact,
  type PolicySubject,
  START_RULES,
  STARTS,
} from './subject.ts';

/** What one rule of a policy says of a server, and why. */
export type Because = {
  /** `check/2.1.2`, `ban/ssrf`, `start/unpinned`, `licence`, … */
  rule: string;
  decision: Decision;
  reason: string;
  /** What of the policy lets it pass, or did until it expired. */
  waiver?: Waiver;
};

export type Evaluated = { decision: Decision; because: Because[] };

const WORST: Record<Decision, number> = { allowed: 0, 'needs-a-person': 1, denied: 2 };
/** The gravest of several; of none, a person's: what nothing speaks of is not allowed by that. */
export const gravest = (all: readonly Decision[]): Decision =>
  all.reduce<Decision>(
    (worst, d) => (WORST[d] > WORST[worst] ? d : worst),
    all.length === 0 ? 'needs-a-person' : 'allowed',
  );

export const serverFits = (pattern: string, ids: readonly string[]): boolean =>
  ids.some((id) => pathFits(pattern.toLowerCase(), id.toLowerCase()));

const ask = (rule: string, reason: string): Because => ({ rule, decision: 'needs-a-person', reason });
const pass = (rule: string, reason: string): Because => ({ rule, decision: 'allowed', reason });

/** What a rule says of a fact, or that nobody could look. */
const fact = <T>(rule: string, found: Known<T>, judge: (value: T) => Because): Because =>
  found.known ? judge(found.value) : ask(rule, `could not look: ${found.why}`);

const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

type Asked = { policy: Policy; subject: PolicySubject; today: string };
type Rule = (asked: Asked) => Because[];

const auditOf = (s: PolicySubject): Known<AuditFacts> => s.audit;
/** A part of the audit, where there is one. */
const part = <T>(s: PolicySubject, take: (a: AuditFacts) => Known<T>): Known<T> => {
  const audit = auditOf(s);
  return audit.known ? take(audit.value) : audit;
};

const audits: Rule = ({ policy: { audit }, subject, today }) => {
  if (!audit) return [];
  if (!subject.audit.known) return [ask('audit', `could not look: ${subject.audit.why}`)];
  const { id, day } = subject.audit.value;
  const said = [pass('audit', `audited: ${id}`)];
  if (audit.maxAgeDays !== undefined) {
    const most = audit.maxAgeDays;
    said.push(
      fact('audit/age', day, (d) => {
        const age = daysBetween(d, today);
        if (Number.isNaN(age) || age < 0)
          return ask('audit/age', `the audit's day, ${d}, is none that can be compared with ${today}`);
        return age > most
          ? {
              rule: 'audit/age',
              decision: 'denied',
              reason: `the audit ended ${plural(age, 'day')} ago, on ${d}; at most ${most} are allowed`,
            }
          : pass('audit/age', `the audit ended ${plural(age, 'day')} ago, on ${d}`);
      }),
    );
  }
  const otherwise = audit.sameVersion;
  if (otherwise && subject.sameAsAudited)
    said.push(
      fact('audit/version', subject.sameAsAudited, (same) =>
        same
          ? pass('audit/version', 'what is started is what was audited')
          : {
              rule: 'audit/version',
              decision: otherwise,
              reason: 'what is started is another version than the audited one',
            },
      ),
    );
  return said;
};

const ENOUGH = {
  pass: ['pass'],
  'not-applicable': ['pass', 'not-applicable'],
  unsure: ['pass', 'not-applicable', 'unsure'],
} as const;

const checks: Rule = ({ policy, subject }) =>
  (policy.checks ?? []).map(({ check, atLeast }) => {
    const rule = `check/${check}`;
    return fact(
      rule,
      part(subject, (a) => a.verdicts),
      (verdicts) => {
        const given = verdicts[check];
        if (given === undefined) return ask(rule, `the audit's methodology has no check ${check}`);
        if (given === 'fail') return { rule, decision: 'denied', reason: `${check} fails` };
        if (given === null) return ask(rule, `nobody gave a verdict on ${check}`);
        return (ENOUGH[atLeast] as readonly string[]).includes(given)
          ? pass(rule, `${check}: ${verdictWord(given)}`)
          : ask(
              rule,
              `${check}: ${verdictWord(given)}, and the policy asks for ${atLeast === 'pass' ? 'a pass' : 'a pass, or that it does not apply'}`,
            );
      },
    );
  });

const told = (leads: readonly LeadFact[]): string => {
  const [first] = leads;
  const more = leads.length > 1 ? `, and ${plural(leads.length - 1, 'more lead')}` : '';
  return `${first?.title}${first?.place ? ` (${first.place})` : ''}${more}`;
};

const asCertain =
  (least: EvidenceItem['strength']) =>
  (l: LeadFact): boolean =>
    itemStrength.options.indexOf(l.strength) <= itemStrength.options.indexOf(least);

const bans: Rule = ({ policy, subject }) =>
  (policy.ban ?? []).map((b) => {
    const rule = `ban/${b.class}`;
    return fact(
      rule,
      part(subject, (a) => a.leads),
      (all) => {
        const leads = all.filter((l) => l.class === b.class);
        const held = leads.filter((l) => l.state === 'confirmed' || l.state === 'accepted');
        const open = leads.filter((l) => l.state === 'open' && asCertain(b.strength)(l));
        if (held.length > 0)
          return {
            rule,
            decision: b.decision,
            reason: `${held.some((l) => l.state === 'confirmed') ? 'confirmed on the running server' : 'accepted by the auditor'}: ${told(held)}`,
          };
        if (open.length > 0)
          return b.when === 'lead'
            ? { rule, decision: b.decision, reason: `a lead that nobody dismissed: ${told(open)}` }
            : ask(rule, `a lead that nobody judged: ${told(open)}`);
        const blind = subject.audit.known
          ? subject.audit.value.blind.filter((g) => g.classes.includes(b.class)).map((g) => g.why)
          : [];
        if (blind.length > 0)
          return ask(
            rule,
            `could not look: ${blind[0]}${blind.length > 1 ? `, and ${blind.length - 1} more` : ''}`,
          );
        const dismissed = leads.filter((l) => l.state === 'dismissed').length;
        const weaker = leads.length - dismissed;
        return pass(
          rule,
          leads.length === 0
            ? 'looked for, and not seen'
            : [
                ...(dismissed > 0 ? [`${plural(dismissed, 'lead')} dismissed by the auditor`] : []),
                ...(weaker > 0 ? [`${plural(weaker, 'lead')} less certain than ${b.strength}`] : []),
              ].join(', '),
        );
      },
    );
  });

const findings: Rule = ({ policy, subject }) => {
  const given = policy.findings;
  if (!given || Object.keys(given).length === 0) return [];
  // A severity that says nothing has what the next milder one says: graver is never milder.
  const order = severity.options;
  const decisionOf = (s: (typeof order)[number]): Decision =>
    gravest(['allowed', ...order.slice(order.indexOf(s)).flatMap((milder) => given[milder] ?? [])]);
  const found = part(subject, (a) => a.findings);
  if (!found.known) return [ask('finding', `could not look: ${found.why}`)];
  const bad = found.value.filter((f) => decisionOf(f.severity) !== 'allowed');
  if (bad.length === 0) return [pass('finding', `${plural(found.value.length, 'finding')}, none so grave`)];
  return [...new Set(bad.map((f) => f.severity))].map((s) => {
    const [first, ...more] = bad.filter((f) => f.severity === s);
    return {
      rule: `finding/${s}`,
      decision: decisionOf(s),
      reason: `${first!.id} ${first!.title}${more.length > 0 ? `, and ${more.length} more` : ''}`,
    };
  });
};

const licences: Rule = ({ policy: { licences: asked }, subject }) => {
  if (!asked) return [];
  return [
    fact(
      'licence',
      part(subject, (a) => a.licence),
      (expression) => {
        try {
          return satisfies(expression, asked.allow)
            ? pass('licence', expression)
            : {
                rule: 'licence',
                decision: asked.otherwise,
                reason: `${expression} is none of ${asked.allow.join(', ')}`,
              };
        } catch {
          return ask('licence', `could not look: "${expression.slice(0, 80)}" is no SPDX licence`);
        }
      },
    ),
  ];
};

const classOf = ({ policy, subject }: Asked): Known<'low' | 'medium' | 'high'> => {
  const named = policy.dataClasses?.find((d) => serverFits(d.server, subject.ids));
  return named ? isKnown(named.class) : part(subject, (a) => a.dataClass);
};

const grades: Rule = (asked) => {
  const { grades: least } = asked.policy;
  if (!least || Object.keys(least).length === 0) return [];
  const of = classOf(asked);
  const most = Math.max(...Object.values(least));
  return [
    fact(
      'grade',
      part(asked.subject, (a) => a.grade),
      (grade) => {
        const shown = `${grade.toFixed(1)} of 4`;
        if (grade >= most) return pass('grade', `${shown}, enough for any data`);
        if (!of.known)
          return ask('grade', `could not look how sensitive its data is (${of.why}); its grade is ${shown}`);
        const needed = least[of.value];
        if (needed === undefined)
          return pass('grade', `${shown}; for data of class ${of.value} none is asked for`);
        return grade >= needed
          ? pass('grade', `${shown}, enough for data of class ${of.value}`)
          : {
              rule: 'grade',
              decision: 'denied',
              reason: `${shown}, and data of class ${of.value} needs ${needed}`,
            };
      },
    ),
  ];
};

const starts: Rule = ({ policy, subject }) => {
  const { start } = subject;
  if (!start) return [];
  return START_RULES.flatMap((id): Because[] => {
    const otherwise = policy.starts?.[id];
    if (!otherwise) return [];
    const rule = `start/${id}`;
    const { state, says } = start[id] ?? { state: 'could-not-look', says: ['nobody asked'] };
    if (state === 'could-not-look') return [ask(rule, `could not look: ${says.join('; ')}`)];
    return [
      state === 'seen'
        ? { rule, decision: otherwise, reason: `${STARTS[id]}: ${says.join('; ')}` }
        : pass(rule, says.join('; ') || 'looked for, and not seen'),
    ];
  });
};

const RULES: readonly Rule[] = [audits, checks, bans, findings, licences, grades, starts];

/** What is not allowed may be waived: until the waiver's day; after it, that it was makes it worse. */
const waived = (b: Because, { policy, subject, today }: Asked): Because => {
  if (b.decision === 'allowed') return b;
  const covering = (policy.waivers ?? []).filter(
    (w) => w.rule === b.rule && serverFits(w.server, subject.ids),
  );
  const waiver = covering.find((w) => w.expires >= today) ?? covering[0];
  if (!waiver) return b;
  return waiver.expires >= today
    ? {
        ...b,
        decision: 'allowed',
        reason: `${b.reason}; waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`,
        waiver,
      }
    : {
        ...b,
        decision: 'denied',
        reason: `${b.reason}; the waiver of ${waiver.owner} ended on ${waiver.expires}`,
        waiver,
      };
};

/**
 * What a policy says of a server on a day: the gravest of what its rules say. Pure. A rule that could not look asks for a
 * person; so does a policy of which no rule speaks of such a server.
 */
export const evaluatePolicy = (policy: Policy, subject: PolicySubject, today: string): Evaluated => {
  const asked = { policy, subject, today };
  const because = RULES.flatMap((rule) => rule(asked)).map((b) => waived(b, asked));
  return because.length === 0
    ? {
        decision: 'needs-a-person',
        because: [ask('policy', 'no rule of this policy speaks of such a server')],
      }
    : { decision: gravest(because.map((b) => b.decision)), because };
};
