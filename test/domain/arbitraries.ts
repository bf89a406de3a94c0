import fc from 'fast-check';
import type { Carried } from '../../src/domain/carried.ts';
import { type Command, decide, isRefusal } from '../../src/domain/decide.ts';
import { EVENT_VERSION, type SessionEvent, type SessionTarget } from '../../src/domain/events.ts';
import { draftFinding, type Finding } from '../../src/domain/finding.ts';
import { type Check, checksOf, type Methodology, methodology } from '../../src/domain/methodology.ts';
import type { Claim, Voice } from '../../src/domain/proposal.ts';
import { apply, emptySession, type Session } from '../../src/domain/session.ts';

const check = (id: string, collectors: string[]): unknown => ({
  id,
  origin: 'guide',
  title: `Question ${id}?`,
  why: 'It matters.',
  look: ['Look.'],
  passesWhen: 'Fine.',
  failsWhen: 'Not fine.',
  collectors,
  manual: [{ run: 'git log', purpose: 'See.' }],
  references: { cwe: [], ttps: [], top10: [] },
  scorecard: [],
  finding: {
    title: 'A weakness',
    severity: 'medium',
    category: 'Input Validation',
    cwe: 'CWE-201',
    remediation: ['Repair it.'],
  },
});

/** Two sections, four checks; `inputs` belongs to two checks, `history` to one. */
export const testMethodology: Methodology = methodology.parse({
  id: 'test',
  title: 'A small methodology',
  version: '1.0',
  phases: [
    {
      id: '1',
      title: 'Phase',
      sections: [
        {
          id: '1.1',
          title: 'History',
          origin: 'guide',
          checks: [check('1.1.1', ['history']), check('1.1.2', [])],
        },
        {
          id: '1.2',
          title: 'Inputs',
          origin: 'guide',
          checks: [check('1.2.1', ['inputs']), check('1.2.2', ['inputs'])],
        },
      ],
    },
  ],
  scorecard: {
    levels: [0, 1, 2, 3, 4].map((value) => ({ value, label: `Level ${value}` })),
    dimensions: [{ id: 'd', title: 'D', weight: 100, criteria: [{ id: 'c', title: 'C', question: 'C?' }] }],
  },
});

export const testTarget: SessionTarget = {
  url: 'https://github.com/acme/notes-server',
  commit: '3f2a91c0'.repeat(5),
  ref: 'main',
  subdir: '',
  source: '/home/jane/notes-server',
  name: 'acme/notes-server',
  committedAt: '2026-11-01T12:00:00+01:00',
  tags: ['v1.0.0'],
};

export const startEvent = (): SessionEvent => ({
  v: EVENT_VERSION,
  seq: 1,
  at: '2026-11-23T10:00:00.000Z',
  by: 'jane',
  type: 'session.started',
  id: '2026-11-23-notes-server-4f2a',
  target: testTarget,
  methodology: { id: 'test', version: '1.0', sha256: 'a'.repeat(64) },
  tool: { name: 'mcp-audit', version: '0.1.0' },
  auditor: { name: 'Jane', github: 'jane', organization: '', contact: '' },
});

const ids = checksOf(testMethodology).map((c) => c.id);
const checkIds = fc.constantFrom(...ids, 'no-such-check');
/** Everything people and targets write: line breaks, controls, bidi, half surrogates, other scripts. */
export const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'because',
    'line\nbreak',
    '\u2028\u202e\u0000\u001b[31m',
    '\ud800',
    '日本語',
    '"},{"',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const findingArb: fc.Arbitrary<Finding> = fc
  .record({
    n: fc.integer({ min: 1, max: 6 }),
    check: checkIds,
    title: text,
    positive: fc.boolean(),
    summary: text,
    severity: fc.constantFrom('critical' as const, 'high' as const, 'low' as const, 'info' as const),
    cvss40: fc.constantFrom(
      '',
      'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
      'CVSS:4.0/AV:N',
      'nonsense',
    ),
    reported: fc.constantFrom(null, '2026-11-24', '2026-02-30'),
    reviewed: fc.boolean(),
  })
  .map(({ n, check: id, title, positive, summary, severity, cvss40, reported, reviewed }) => ({
    ...draftFinding(
      `F-0${n}`,
      (checksOf(testMethodology).find((c) => c.id === id) ?? checksOf(testMethodology)[0]) as Check,
    ),
    checks: [id],
    title,
    positive,
    summary,
    severity: positive ? ('info' as const) : severity,
    scores: { cvss40, cvss31: '', aivss: null },
    tracking: {
      reported,
      acknowledged: null,
      fixAvailable: null,
      fixVerified: null,
      closed: null,
      wontFix: null,
      disputed: null,
    },
    reviewed,
    // Some are of an earlier audit.
    followUp:
      n % 2 === 0
        ? null
        : {
            session: '2026-01-01-x-0000',
            finding: 'F-01',
            commit: 'c'.repeat(40),
            was: [],
            by: 'ann',
            verdict: null,
            note: '',
            fixedBy: null,
          },
  }));

/** What an earlier audit said of two checks, a criterion and the server. */
const carriedFixture = (standing: 'same' | 'changed'): Carried => ({
  from: { session: '2026-01-01-x-0000', commit: 'c'.repeat(40), audit: '' },
  checks: ['1.1.1', '1.2.1'].map((id) => ({
    check: id,
    verdict: 'pass',
    note: 'read',
    by: 'ann',
    at: '2026-01-01T10:00:00.000Z',
    standing: id === '1.1.1' ? 'same' : standing,
    differs: '1 new',
    triage: [{ item: 'aaaaaaaaaaaaaaaa', decision: 'dismissed', reason: 'a constant', by: 'ann', at: '' }],
    runs: {},
  })),
  ratings: [{ criterion: 'c', value: 2, reason: 'so', by: 'ann', at: '' }],
  server: null,
  summary: 'a'.repeat(64),
});

const proposalIds = fc.constantFrom('P-00000001', 'P-00000002', 'P-00000003');
const claimArb: fc.Arbitrary<Claim> = fc.oneof(
  fc.record({
    kind: fc.constant('verdict' as const),
    check: checkIds,
    verdict: fc.constantFrom('pass', 'unsure'),
    reason: text,
  }),
  fc.record({ kind: fc.constant('place' as const), check: checkIds, reason: text }),
  fc.record({
    kind: fc.constant('refutation' as const),
    of: fc.constantFrom('F-01', 'P-00000001'),
    result: fc.constantFrom('refuted', 'holds'),
    reason: text,
  }),
);
export const voiceArb: fc.Arbitrary<Voice> = fc
  .record({ n: fc.integer({ min: 0, max: 3 }), claim: claimArb, name: text })
  .map(({ n, claim, name }) => ({
    connection: 'c-1',
    n,
    at: '2026-11-23T10:00:00.000Z',
    client: { name, version: '1' },
    claim,
    citations: [{ path: 'a.ts', startLine: 1, endLine: 1, snippet: 'x', sha256: 'a'.repeat(64) }],
    tries: null,
  }));

/** What people decide themselves; proposals end in one of these. */
const own: fc.Arbitrary<Command> = fc.oneof(
  fc.record(
    {
      type: fc.constant('answer' as const),
      check: checkIds,
      verdict: fc.constantFrom('pass', 'fail', 'not-applicable', 'unsure', null),
      note: text,
    },
    { requiredKeys: ['type', 'check'] },
  ),
  fc.record({
    type: fc.constant('answer-open' as const),
    checks: fc.array(checkIds, { maxLength: 4 }),
    verdict: fc.constantFrom('not-applicable' as const, 'pass' as const),
    note: text,
  }),
  fc.record({
    type: fc.constant('keep-bookmark' as const),
    bookmark: fc.constantFrom('check:1.1.1', 'item:aaaaaaaaaaaaaaaa', 'src/a.ts:1-2', ''),
    value: fc.option(
      fc.record({
        check: fc.option(checkIds),
        item: fc.option(text),
        place: fc.option(fc.record({ path: text, startLine: fc.integer(), endLine: fc.integer({ min: 1 }) })),
        words: text,
      }),
    ),
  }),
  fc.record({ type: fc.constant('keep-draft' as const), check: checkIds, text: fc.option(text) }),
  fc.record({
    type: fc.constant('triage' as const),
    items: fc.array(fc.constantFrom('aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'), {
      maxLength: 4,
    }),
    triage: fc.option(
      fc.record({ decision: fc.constantFrom('accepted' as const, 'dismissed' as const), reason: text }),
    ),
  }),
  fc.record({ type: fc.constant('record-finding' as const), finding: findingArb }),
  fc.record({
    type: fc.constant('carry' as const),
    value: fc.constantFrom(carriedFixture('same'), carriedFixture('changed')),
  }),
  fc.record({
    type: fc.constant('confirm-carried' as const),
    what: fc.constantFrom('1.1.1', '1.2.1', 'c', 'server', 'nothing'),
  }),
  fc.record({
    type: fc.constant('judge-fate' as const),
    finding: fc.constantFrom('F-01', 'F-02'),
    verdict: fc.constantFrom('fixed' as const, 'still-there' as const, null),
    note: text,
    on: fc.constant('2026-11-24'),
  }),
  fc.record({
    type: fc.constant('delete-finding' as const),
    finding: fc.constantFrom('F-01', 'F-02', 'F-03'),
  }),
  fc.record({
    type: fc.constant('review-finding' as const),
    finding: fc.constantFrom('F-01', 'F-02', 'F-03'),
    reviewed: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('tell-maintainers' as const),
    toldOn: fc.constantFrom(null, '2026-11-23', '2026-02-30', 'yesterday'),
    channel: text,
  }),
  fc.record({ type: fc.constant('acknowledge-publication' as const), reason: text }),
  fc.record({
    type: fc.constant('attach' as const),
    name: fc.oneof(fc.constantFrom('a.txt', '../x', '..', '__proto__', ''), text),
    attachment: fc.option(
      fc.record({
        sha256: fc.constantFrom('a'.repeat(64), 'no hash'),
        bytes: fc.integer({ min: -1, max: 10 }),
        mediaType: text,
        check: fc.option(checkIds),
      }),
    ),
  }),
  fc.record({
    type: fc.constant('name-auditor' as const),
    auditor: fc.record({
      name: text,
      github: fc.constantFrom('', 'jane', '-bad-', 'a/b'),
      organization: text,
      contact: text,
    }),
  }),
  fc.record({ type: fc.constant('allow-network' as const), allowed: fc.boolean() }),
  fc.record({
    type: fc.constant('choose-advisories' as const),
    osv: fc.option(fc.string({ maxLength: 5000 })),
  }),
  fc.record({
    type: fc.constant('report-written' as const),
    audit: text,
    sha256: fc.constantFrom('b'.repeat(64), 'x'),
  }),
  fc.record({ type: fc.constant('close' as const), check: fc.option(checkIds) }),
  fc.constant<Command>({ type: 'undo' }),
  fc.constant<Command>({ type: 'redo' }),
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: own },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('take-in-proposal' as const),
      proposal: proposalIds,
      voice: voiceArb,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('accept-proposal' as const),
      proposal: proposalIds,
      // What proposals come to: see commandOfProposal.
      command: fc.option(
        own.filter((c) => ['answer', 'triage', 'record-finding', 'keep-bookmark'].includes(c.type)),
      ),
      edited: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('decide-proposal' as const),
      proposal: proposalIds,
      decision: fc.constantFrom('rejected' as const, 'asked' as const, null),
      words: text,
    }),
  },
);

export const START_MS = Date.parse('2026-11-23T10:00:00.000Z');

/** The event a command becomes in this session, or null when it is refused. */
export const eventOf = (session: Session, asked: Command, atMs: number): SessionEvent | null => {
  const decision = decide(session, testMethodology, asked);
  if (isRefusal(decision)) return null;
  const { event, undoes, redoes, origin } = decision;
  return {
    v: EVENT_VERSION,
    seq: session.seq + 1,
    at: new Date(atMs).toISOString(),
    by: 'jane',
    ...(undoes !== undefined && { undoes }),
    ...(redoes !== undefined && { redoes }),
    ...(origin !== undefined && { origin }),
    ...event,
  };
};

/** A session in which these commands were given, one a minute; and its events, from the start on. */
export const audited = (commands: readonly Command[]): { session: Session; events: SessionEvent[] } => {
  const events = [startEvent()];
  let session = apply(emptySession(), events[0]!);
  commands.forEach((asked, i) => {
    const event = eventOf(session, asked, START_MS + (i + 1) * 60_000);
    if (!event) return;
    events.push(event);
    session = apply(session, event);
  });
  return { session, events };
};

export const commands = fc.array(command, { maxLength: 40 });
