import { describe, expect, it } from 'vitest';
import { evaluatePolicy } from '../../src/policy/evaluate.ts';
import { type Policy, policy } from '../../src/policy/policy.ts';
import {
  type AuditFacts,
  isKnown,
  notKnown,
  type PolicySubject,
  policySubject,
} from '../../src/policy/subject.ts';

const TODAY = '2027-03-01';
const audit = (over: Partial<AuditFacts> = {}): AuditFacts => ({
  id: 'session-1',
  day: isKnown('2027-02-01'),
  verdicts: isKnown({
    '2.1.2': 'pass',
    '1.3.2': 'not-applicable',
    '2.2.1': 'unsure',
    '3.2.1': 'fail',
    '1.1.1': null,
  }),
  leads: isKnown([]),
  blind: [],
  findings: isKnown([]),
  licence: isKnown('MIT'),
  grade: isKnown(2.5),
  dataClass: isKnown('medium'),
  ...over,
});
const subject = (over: Partial<PolicySubject> = {}): PolicySubject =>
  policySubject.parse({
    kind: 'session',
    name: 'notes',
    ids: ['npm:@acme/notes', 'github.com/acme/notes'],
    audit: isKnown(audit()),
    sameAsAudited: null,
    start: null,
    ...over,
  });
const audited = (over: Partial<AuditFacts>): PolicySubject => subject({ audit: isKnown(audit(over)) });
const asks = (over: object): Policy => policy.parse({ name: 'Acme', ...over });
/** "check/2.1.2 allowed", in order. */
const said = (p: Policy, s: PolicySubject): string[] =>
  evaluatePolicy(p, s, TODAY).because.map((b) => `${b.rule} ${b.decision}`);

describe('a policy', () => {
  it('that says nothing of a server leaves it to a person', () => {
    const { decision, because } = evaluatePolicy(asks({}), subject(), TODAY);
    expect(decision).toBe('needs-a-person');
    expect(because).toHaveLength(1);
  });

  it('asks for verdicts: a fail is denied, and none, or less than asked, needs a person', () => {
    const all = ['2.1.2', '1.3.2', '2.2.1', '3.2.1', '1.1.1', '9.9.9'].map((check) => ({ check }));
    expect(said(asks({ checks: all }), subject())).toEqual([
      'check/2.1.2 allowed',
      'check/1.3.2 allowed',
      'check/2.2.1 needs-a-person',
      'check/3.2.1 denied',
      'check/1.1.1 needs-a-person',
      'check/9.9.9 needs-a-person',
    ]);
    expect(said(asks({ checks: [{ check: '1.3.2', atLeast: 'pass' }] }), subject())).toEqual([
      'check/1.3.2 needs-a-person',
    ]);
    expect(said(asks({ checks: [{ check: '2.2.1', atLeast: 'unsure' }] }), subject())).toEqual([
      'check/2.2.1 allowed',
    ]);
  });

  it('never allows what could not be looked at', () => {
    const p = asks({
      audit: { maxAgeDays: 10 },
      checks: [{ check: '2.1.2' }],
      ban: [{ class: 'ssrf' }],
      findings: { high: 'denied' },
      licences: { allow: ['MIT'] },
      grades: { low: 1 },
      starts: { unpinned: 'denied' },
    });
    const blind = subject({ audit: notKnown('no audit of it is known here'), start: {} });
    const { because } = evaluatePolicy(p, blind, TODAY);
    expect(because.map((b) => b.rule)).toEqual([
      'audit',
      'check/2.1.2',
      'ban/ssrf',
      'finding',
      'licence',
      'grade',
      'start/unpinned',
    ]);
    expect(because.every((b) => b.decision === 'needs-a-person' && /could not look/.test(b.reason))).toBe(
      true,
    );
  });

  it.each([
    ['confirmed', 'weak', 'confirmed', 'denied'],
    ['accepted', 'weak', 'confirmed', 'denied'],
    ['open', 'strong', 'confirmed', 'needs-a-person'],
    ['open', 'strong', 'lead', 'denied'],
    ['open', 'weak', 'lead', 'allowed'],
    ['dismissed', 'strong', 'lead', 'allowed'],
  ] as const)('bans a class: %s, %s, when %s: %s', (state, strength, when, decision) => {
    const lead = { class: 'ssrf', strength, state, title: 'a', place: 'a.ts:1' } as const;
    const s = audited({ leads: isKnown([lead, { ...lead, class: 'xss', state: 'confirmed' }]) });
    expect(said(asks({ ban: [{ class: 'ssrf', when }] }), s)).toEqual([`ban/ssrf ${decision}`]);
  });

  it('does not take what was not read for free of a banned class', () => {
    const s = audited({ blind: [{ classes: ['ssrf'], why: '3 files not read' }] });
    expect(said(asks({ ban: [{ class: 'ssrf' }, { class: 'xss' }] }), s)).toEqual([
      'ban/ssrf needs-a-person',
      'ban/xss allowed',
    ]);
  });

  it('holds graver findings to no less than milder ones', () => {
    const f = (severity: 'critical' | 'high' | 'low') => ({ id: severity, title: severity, severity });
    const p = asks({ findings: { high: 'denied', low: 'needs-a-person' } });
    expect(said(p, audited({ findings: isKnown([f('critical'), f('high'), f('low')]) }))).toEqual([
      'finding/critical denied',
      'finding/high denied',
      'finding/low needs-a-person',
    ]);
    expect(said(p, subject())).toEqual(['finding allowed']);
  });

  it('reads licences as SPDX has them', () => {
    const p = asks({ licences: { allow: ['MIT', 'Apache-2.0'] } });
    const of = (licence: string) => said(p, audited({ licence: isKnown(licence) }));
    expect(of('(MIT OR GPL-3.0)')).toEqual(['licence allowed']);
    expect(of('MIT AND GPL-3.0')).toEqual(['licence denied']);
    expect(of('see LICENSE')).toEqual(['licence needs-a-person']);
  });

  it('asks of an audit to be young, and of what is started', () => {
    const p = asks({ audit: { maxAgeDays: 28, sameVersion: 'denied' } });
    expect(said(p, subject({ sameAsAudited: isKnown(false) }))).toEqual([
      'audit allowed',
      'audit/age allowed',
      'audit/version denied',
    ]);
    expect(said(p, audited({ day: isKnown('2027-01-31') }))).toEqual(['audit allowed', 'audit/age denied']);
    expect(said(p, audited({ day: isKnown('2027-03-02') }))[1]).toBe('audit/age needs-a-person');
  });

  it('grades by how sensitive the data is', () => {
    const p = asks({ grades: { low: 1, medium: 2, high: 3 } });
    expect(said(p, subject())).toEqual(['grade allowed']);
    expect(said(p, audited({ dataClass: isKnown('high') }))).toEqual(['grade denied']);
    expect(said(p, audited({ dataClass: notKnown('nobody said') }))).toEqual(['grade needs-a-person']);
    expect(said(p, audited({ dataClass: notKnown('nobody said'), grade: isKnown(3.5) }))).toEqual([
      'grade allowed',
    ]);
    const named = asks({ grades: { high: 3 }, dataClasses: [{ server: 'npm:@acme/*', class: 'high' }] });
    expect(said(named, subject())).toEqual(['grade denied']);
  });

  it('forbids ways of starting a server', () => {
    const start = {
      unpinned: { state: 'seen', says: ['@acme/notes@latest'] },
      shell: { state: 'not-seen', says: [] },
      toxic: { state: 'could-not-look', says: ['its tools are not known'] },
    } as const;
    const p = asks({ starts: { unpinned: 'denied', shell: 'denied', toxic: 'denied' } });
    expect(said(p, subject({ start: start as never }))).toEqual([
      'start/unpinned denied',
      'start/shell allowed',
      'start/toxic needs-a-person',
    ]);
  });
});

describe('a waiver', () => {
  const waiver = {
    server: 'npm:@acme/*',
    rule: 'check/3.2.1',
    reason: 'only on the build machine, which has no way out',
    owner: 'platform team',
    expires: TODAY,
  };
  const p = (over: object = {}) => asks({ checks: [{ check: '3.2.1' }], waivers: [{ ...waiver, ...over }] });

  it('holds to the end of its day, for its server and rule alone, and is named', () => {
    const [b] = evaluatePolicy(p(), subject(), TODAY).because;
    expect(b).toMatchObject({ decision: 'allowed', waiver });
    expect(b!.reason).toContain('3.2.1 fails; waived by platform team until 2027-03-01');
    expect(said(p({ rule: 'check/2.1.2' }), subject())).toEqual(['check/3.2.1 denied']);
    expect(said(p({ server: 'npm:@other/*' }), subject())).toEqual(['check/3.2.1 denied']);
  });

  it('that has expired fails, also what would only need a person', () => {
    expect(said(p({ expires: '2027-02-28' }), subject())).toEqual(['check/3.2.1 denied']);
    const unsure = asks({
      checks: [{ check: '2.2.1' }],
      waivers: [{ ...waiver, rule: 'check/2.2.1', expires: '2027-02-28' }],
    });
    const { decision, because } = evaluatePolicy(unsure, subject(), TODAY);
    expect(decision).toBe('denied');
    expect(because[0]!.reason).toContain('ended on 2027-02-28');
  });
});
