import { describe, expect, it } from 'vitest';
import type { EventBody, Verdict } from '../../src/domain/events.ts';
import type { CollectorResult } from '../../src/domain/evidence.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { rawNotes } from '../../src/report/raw-notes.ts';
import { readiness } from '../../src/report/readiness.ts';
import { buildReport } from '../../src/report/report-model.ts';
import {
  inputOf,
  shellFinding,
  shellItem,
  smallMethodology,
  smallScript,
  started,
  strengthFinding,
} from './scripted-session.ts';

const answer = (check: string, verdict: Verdict, note = 'because'): EventBody => ({
  type: 'check.answered',
  check,
  answer: { verdict, note },
});
const allPass = () => [started(), ...checksOf(smallMethodology).map((c) => answer(c.id, 'pass'))];
const model = (bodies: EventBody[], over = {}) => buildReport(inputOf(bodies, over));

describe('what is proposed', () => {
  it('is not assessed when nothing was tested', () => {
    const { proposals, scorecard, top10 } = model([started()]);
    expect(proposals.overallRisk.value).toBe('not_determined');
    expect(proposals.overallRisk.reason).toContain('0 of 5 checks are decided with a reason, and below 80 %');
    expect(proposals.status.value).toBe('not_assessed');
    expect(proposals.productionReady).toBeNull();
    expect(Object.values(proposals.deployment).map((p) => p.value)).toEqual(Array(4).fill('not_assessed'));
    expect(scorecard.total).toBeNull();
    expect(top10.every((r) => r.verdict === null)).toBe(true);
  });

  it('is never better than what was tested: one open check keeps good marks away', () => {
    expect(model(allPass()).proposals).toMatchObject({
      overallRisk: { value: 'low' },
      status: { value: 'production_ready' },
      productionReady: true,
    });
    for (const last of [[], [answer('2.4.1', 'unsure')]] as EventBody[][]) {
      const { proposals } = model([...allPass().slice(0, -1), ...last]);
      expect(proposals).toMatchObject({
        overallRisk: { value: 'not_determined' },
        status: { value: 'not_assessed' },
        productionReady: null,
        compliance: { baseline: { value: 'partial' } },
      });
    }
  });

  it('gives no severity nobody gave: a failed check without a finding is said to be failed, not how gravely', () => {
    const failed = [...allPass(), answer('2.1.2', 'fail', 'theoretical; low')];
    for (const script of [failed, [started(), answer('2.1.2', 'fail')]] as EventBody[][]) {
      const { proposals } = model(script);
      expect(proposals.overallRisk.value).toBe('not_determined');
      expect(proposals.overallRisk.reason).toContain('failed, and how grave is not said: 2.1.2');
      expect(proposals.status.value).toBe('not_assessed');
      expect(Object.values(proposals.deployment).map((p) => p.value)).toEqual(Array(4).fill('not_assessed'));
      expect(proposals.productionReady).toBeNull();
    }
    const { proposals } = model([
      ...failed,
      {
        type: 'finding.recorded',
        finding: 'F-01',
        value: shellFinding({ severity: 'low', checks: ['2.1.4'] }),
      },
    ]);
    expect(proposals.overallRisk.value).toBe('at_least_low_medium');
  });

  it('takes no rubber stamp for an audit: passes without a word are no low risk', () => {
    const { proposals } = model([
      started(),
      ...checksOf(smallMethodology).map((c) => answer(c.id, 'pass', '')),
    ]);
    expect(proposals.overallRisk.value).toBe('not_determined');
    expect(proposals.overallRisk.reason).toContain('5 passes have no word of why');
    expect(proposals.status.value).toBe('not_assessed');
    expect(proposals.productionReady).toBeNull();
  });

  it('takes one finding for all the checks it speaks to', () => {
    const { checks, proposals } = model([
      ...allPass(),
      answer('2.1.2', 'fail'),
      answer('2.1.4', 'fail'),
      {
        type: 'finding.recorded',
        finding: 'F-01',
        value: shellFinding({ severity: 'low', checks: ['2.1.2', '2.1.4'] }),
      },
    ]);
    expect(checks.filter((c) => c.findings.length > 0).map((c) => c.id)).toEqual(['2.1.2', '2.1.4']);
    expect(proposals.overallRisk.value).toBe('low_medium');
  });

  it('names each verdict’s author, also when a second auditor signs, and takes back what was done', () => {
    const kim = { name: 'Kim', github: 'kim', organization: 'K', contact: 'kim@example.org' };
    const { checks, auditor } = buildReport(
      inputOf(
        [
          started(),
          answer('2.1.2', 'fail'),
          { type: 'auditor.named', auditor: kim },
          answer('2.1.4', 'pass'),
        ],
        {},
        ['jane@laptop', 'jane-doe', 'kim', 'kim'],
      ),
    );
    expect(auditor.name).toBe('Kim');
    expect(checks.filter((c) => c.by !== '').map((c) => [c.id, c.by])).toEqual([
      ['2.1.2', 'Jane Doe'],
      ['2.1.4', 'Kim'],
    ]);
  });

  it('names each rating’s author, also when a second auditor signs, and after theirs is taken back', () => {
    const kim = { name: 'Kim', github: 'kim', organization: 'K', contact: 'kim@example.org' };
    const rate = (criterion: string, value: number | null, undoes?: number) => ({
      type: 'criterion.rated' as const,
      criterion,
      value: { value, reason: 'seen by hand' },
      ...(undoes === undefined ? {} : { undoes }),
    });
    const { scorecard } = buildReport(
      inputOf(
        [
          started(),
          rate('maintenance', 2),
          rate('input-validation', 1),
          { type: 'auditor.named', auditor: kim },
          rate('dependency-security', 3),
          rate('maintenance', 4),
          rate('maintenance', 2, 6),
        ],
        {},
        ['jane@laptop', 'jane-doe', 'jane-doe', 'kim', 'kim', 'kim', 'kim'],
      ),
    );
    const all = scorecard.dimensions.flatMap((d) => d.criteria);
    expect(all.map((c) => [c.id, c.value, c.author])).toEqual([
      ['input-validation', 1, 'Jane Doe'],
      ['dependency-security', 3, 'Kim'],
      ['maintenance', 2, 'Jane Doe'],
    ]);
  });

  it('rates by the gravest finding', () => {
    const grave = model([
      ...allPass(),
      { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ severity: 'critical' }) },
    ]);
    expect(grave.proposals).toMatchObject({
      overallRisk: { value: 'critical' },
      productionReady: false,
      deployment: { production: { value: 'not_recommended' } },
    });
  });

  it('rates a criterion by its worst tested check and shows what the total rests on', () => {
    const { scorecard } = model([
      started(),
      answer('2.1.2', 'fail'),
      answer('2.1.4', 'pass'),
      answer('1.3.1', 'not-applicable'),
    ]);
    const [implementation, health] = scorecard.dimensions;
    expect(implementation?.criteria.map((c) => [c.id, c.value])).toEqual([
      ['input-validation', 2],
      ['dependency-security', null],
    ]);
    expect(health?.value).toBeNull();
    // 30 % of the weight is too little for a total.
    expect([scorecard.total, scorecard.ratedWeight]).toEqual([null, 30]);
  });
});

describe('what nobody looked at', () => {
  it('never reads as clean', () => {
    const evidence = inputOf().evidence as Map<string, never>;
    const some = new Map([...evidence].filter(([id]) => id === 'dependencies' || id === 'advisories'));
    const { looks, limitations } = model(
      smallScript().filter((e) => e.type !== 'evidence.collected' || e.collector !== 'surface'),
      { evidence: some, missing: new Map([['sinks', 'the stored result is damaged']]) },
    );
    expect(looks.map((l) => [l.collector, l.outcome, l.looked])).toEqual([
      ['dependencies', 'nothing-found', true],
      ['advisories', 'unavailable', false],
      ['sinks', 'unreadable', false],
      ['surface', 'not-run', false],
    ]);
    expect(limitations.join('\n')).toContain(
      'sinks could not look (unreadable): the stored result is damaged',
    );
  });

  it('holds a question only with the answer somebody gave to it', () => {
    const asked: CollectorResult = {
      run: { id: 'asks', outcome: 'collected', durationMs: 1, searched: '', message: '' },
      items: ['open', 'told'].map((title, n) => ({
        ...shellItem,
        id: `${n}`.repeat(16),
        kind: 'question',
        collector: 'asks',
        title: `Who is ${title}?`,
      })),
      surface: null,
      artifacts: [],
    };
    const input = inputOf([
      ...smallScript(),
      {
        type: 'evidence.triaged',
        changes: [{ item: '1'.repeat(16), triage: { decision: 'answered', reason: 'Staff alone.' } }],
      },
    ]);
    const report = buildReport({ ...input, evidence: new Map([...input.evidence, ['asks', asked]]) });
    expect(report.answered).toEqual([
      expect.objectContaining({ title: 'Who is told?', reason: 'Staff alone.', where: 'src/export.ts:4' }),
    ]);
    expect(report.evidence.items.map((i) => i.title)).toContain('Who is told?');
    expect(JSON.stringify(report)).not.toContain('Who is open?');
    const notes = rawNotes(report);
    expect(notes).toMatch(/## Questions Answered\n\n- .*Who is told\?: Staff alone\./);
    expect(notes).toContain('"Who is told?": answered');
  });

  it('keeps a dismissal whose item is gone', () => {
    const { dismissed } = model([
      ...smallScript(),
      {
        type: 'evidence.triaged',
        changes: [{ item: 'ffffffffffffffff', triage: { decision: 'dismissed', reason: 'old' } }],
      },
    ]);
    expect(dismissed.map((d) => [d.id, d.reason])).toContainEqual(['ffffffffffffffff', 'old']);
  });

  it.each([
    ['', /no public https address/],
    ['/home/jane/x', /no public https address/],
  ])('refuses a target at "%s"', (url, message) => {
    const first = started() as Extract<EventBody, { type: 'session.started' }>;
    expect(() => model([{ ...first, target: { ...first.target, url } }])).toThrow(message);
    expect(() => model([started()], { auditId: 'x' })).toThrow(/cannot name an audit folder/);
  });
});

describe('readiness', () => {
  const rows = (bodies: EventBody[], over = {}) => readiness(inputOf(bodies, over));
  const texts = (bodies: EventBody[], level: string) =>
    rows(bodies)
      .filter((r) => r.level === level)
      .map((r) => r.text);

  it('blocks nothing in a finished audit, and warns of what was not tested or seen', () => {
    expect(texts(smallScript(), 'blocks')).toEqual([]);
    expect(texts(smallScript(), 'warns')).toEqual(
      [
        '2.1.4 has an unfinished note that will not be published',
        '1 of 5 checks not tested: they appear as not tested',
        '1 of 2 passes without a note, 1 of them without anything judged or recorded',
        '1 collector could not look: advisories',
        'there is no closing judgement of yours in the summary',
        'F-01 (high): the maintainers have not been told. They are told in private first, and have 90 days.',
      ].filter((t) => !t.includes('unfinished')),
    );
  });

  it.each<[string, EventBody[], RegExp]>([
    [
      'an auditor without name',
      [started({ auditor: { name: '', github: '', organization: '', contact: '' } })],
      /name is missing/,
    ],
    [
      'an auditor without GitHub user',
      [started({ auditor: { name: 'J', github: '', organization: '', contact: 'x' } })],
      /GitHub user name is missing/,
    ],
    [
      'no contact',
      [started({ auditor: { name: 'J', github: 'j', organization: '', contact: ' ' } })],
      /contact is missing/,
    ],
    ['nothing answered', [started()], /no check has a verdict/],
    ['a session not started', [], /no public address/],
    [
      'an unfinished finding',
      [
        started(),
        { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ reproduction: [], summary: '' }) },
      ],
      /F-01 has no (summary|reproduction)/,
    ],
    [
      'placeholder text',
      [started(), { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ notes: 'TODO: ask' }) }],
      /placeholder text: TODO/,
    ],
    [
      'what a template left open',
      [
        started(),
        {
          type: 'finding.recorded',
          finding: 'F-01',
          value: shellFinding({ description: 'It reaches {{sink}}.' }),
        },
      ],
      /F-01 still holds \{\{sink\}\} of its template in description/,
    ],
    [
      'a severity that its score does not bear out',
      [started(), { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ severity: 'low' }) }],
      /F-01 is low, its score says high, and nothing says why/,
    ],
    [
      'a positive finding that is grave',
      [
        started(),
        { type: 'finding.recorded', finding: 'F-02', value: strengthFinding({ severity: 'high' }) },
      ],
      /positive but/,
    ],
  ])('blocks %s', (_, bodies, text) => {
    const blocking = rows(bodies).filter((r) => r.level === 'blocks');
    expect(blocking.some((r) => text.test(r.text))).toBe(true);
    for (const r of blocking) expect(r.fix).not.toBe('');
  });

  it.each<[string, EventBody[], RegExp]>([
    ['a failure without finding', [started(), answer('2.1.2', 'fail')], /2\.1\.2 failed, and no finding/],
    ['doubt without a word', [started(), answer('2.1.2', 'unsure', '')], /2\.1\.2 is unsure/],
    ['a draft', [started(), { type: 'draft.kept', check: '2.1.2', text: 'x' }], /unfinished note/],
    [
      'evidence that is gone',
      [
        started(),
        {
          type: 'finding.recorded',
          finding: 'F-01',
          value: shellFinding({ evidence: ['ffffffffffffffff'] }),
        },
      ],
      /not at hand/,
    ],
    [
      'a critical finding',
      [
        started(),
        { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ severity: 'critical' }) },
      ],
      /maintainers have not been told/,
    ],
    [
      'no score',
      [
        started(),
        {
          type: 'finding.recorded',
          finding: 'F-01',
          value: shellFinding({ scores: { cvss40: '', cvss31: '', aivss: null } }),
        },
      ],
      /F-01 has no score/,
    ],
    [
      'a finding nobody read again',
      [started(), { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ reviewed: false }) }],
      /F-01 was not read again/,
    ],
    ['strong leads nobody judged', [started()], /1 strong lead /],
  ])('warns of %s', (_, bodies, text) => {
    expect(
      rows(bodies)
        .filter((r) => r.level === 'warns')
        .some((r) => text.test(r.text)),
    ).toBe(true);
  });

  it('names the check or finding to go to', () => {
    expect(rows([started(), answer('2.1.2', 'fail')]).find((r) => /failed/.test(r.text))).toMatchObject({
      check: '2.1.2',
    });
  });
});
