import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CollectorRun, type EvidenceItem, emptySurface } from '../../src/domain/evidence.ts';
import { checkReport, QUESTIONS, quickLook } from '../../src/domain/quick-look.ts';
import { quickLookText } from '../../src/report/formats/quick-look.ts';
import { width } from '../../src/text/width.ts';

const item = (
  collector: string,
  rule: string,
  kind: EvidenceItem['kind'],
  more: Partial<EvidenceItem> = {},
): EvidenceItem =>
  ({
    id: `${collector}-${rule}`,
    collector,
    rule,
    kind,
    strength: 'moderate',
    class: 'hygiene',
    cwe: [],
    title: `${rule} of ${collector}`,
    detail: '',
    checks: [],
    location: null,
    flow: [],
    reproduce: '',
    ...more,
  }) as unknown as EvidenceItem;

const run = (id: string, outcome: CollectorRun['outcome']): [string, CollectorRun] => [
  id,
  {
    id,
    outcome,
    durationMs: 1,
    searched: `what ${id} looked at`,
    message: outcome === 'collected' ? '' : `why ${id} did not`,
  },
];
const ALL = [...new Set(QUESTIONS.flatMap((q) => q.collectors))];
const look = (runs: [string, CollectorRun][], items: EvidenceItem[]) =>
  quickLook({ runs: new Map(runs), items, surface: emptySurface(), missing: 'not done in time' });
const answer = (id: string, runs: [string, CollectorRun][], items: EvidenceItem[]) =>
  look(runs, items).find((a) => a.id === id)!;
const every = (outcome: CollectorRun['outcome']) => ALL.map((id) => run(id, outcome));

describe('a question before installing', () => {
  it('is seen with its places, and with how many leads', () => {
    const at = { path: 'src/a.ts', startLine: 3, endLine: 3, snippet: '', sha256: 'a'.repeat(64) };
    const items = [
      item('capabilities', 'programs', 'fact', { location: at }),
      item('code-flow', 'shell-command', 'lead', {
        class: 'command-injection',
        location: { ...at, startLine: 9, endLine: 9 },
      }),
      item('code-flow', 'shell-command', 'lead', {
        class: 'command-injection',
        location: { ...at, path: 'test/a.test.ts' },
      }),
    ];
    expect(answer('programs', every('collected'), items)).toMatchObject({
      state: 'seen',
      leads: 1,
      inPart: false,
      says: ['programs of capabilities', '1 lead: what a caller sends may get there'],
      places: [
        { path: 'src/a.ts', startLine: 9 },
        { path: 'src/a.ts', startLine: 3 },
      ],
    });
  });

  it('is not seen only where all that should have looked did', () => {
    expect(answer('poisoned', every('nothing-found'), [])).toMatchObject({
      state: 'not-seen',
      says: ['what tool-text looked at'],
      gaps: [],
    });
    for (const outcome of ['failed', 'unavailable', 'not-applicable'] as const)
      expect(answer('poisoned', every(outcome), [])).toMatchObject({
        state: 'could-not-look',
        inPart: false,
        gaps: [expect.stringContaining('why tool-text did not')],
      });
    expect(answer('poisoned', [], [])).toMatchObject({
      state: 'could-not-look',
      gaps: ['tool-text: not done in time'],
    });
    expect(
      answer('poisoned', every('collected'), [item('tool-text', 'unread-sources', 'gap')]),
    ).toMatchObject({ state: 'could-not-look', inPart: true });
    const some = [...every('nothing-found').filter(([id]) => id !== 'code-flow'), run('code-flow', 'failed')];
    expect(answer('programs', some, [])).toMatchObject({ state: 'could-not-look', inPart: true });
    expect(answer('programs', some, [item('capabilities', 'programs', 'fact')])).toMatchObject({
      state: 'seen',
      inPart: true,
    });
  });

  it('of what is not looked up offline could not be looked at', () => {
    const gap = item('dependencies', 'vulnerabilities-not-looked-up', 'gap');
    expect(answer('vulnerable', every('collected'), [gap])).toMatchObject({
      state: 'could-not-look',
      inPart: true,
    });
    expect(answer('install', every('collected'), [gap])).toMatchObject({ state: 'not-seen' });
  });

  it('never says "not seen" beside a reason, nor nothing at all', () => {
    const outcome = fc.constantFrom(
      'collected',
      'nothing-found',
      'not-applicable',
      'unavailable',
      'failed',
      null,
    );
    const some = fc.constantFrom(
      item('tool-text', 'x', 'gap'),
      item('network', 'listeners', 'fact'),
      item('secrets', 'tree', 'lead'),
      item('dependencies', 'unread-lockfile', 'gap'),
      item('identity', 'author', 'fact'),
    );
    fc.assert(
      fc.property(
        fc.array(outcome, { minLength: ALL.length, maxLength: ALL.length }),
        fc.array(some),
        (outcomes, items) => {
          const runs = ALL.flatMap((id, i) =>
            outcomes[i] ? [run(id, outcomes[i] as CollectorRun['outcome'])] : [],
          );
          for (const a of look(runs, items)) {
            if (a.state === 'not-seen') expect([a.gaps, a.inPart]).toEqual([[], false]);
            if (a.state === 'could-not-look') expect(a.gaps.length).toBeGreaterThan(0);
            if (a.state === 'seen') expect(a.says.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it('is read on a terminal of 80 columns, and nothing in it acts on one', () => {
    const items = [
      item('tool-text', 'x', 'lead', {
        class: 'tool-poisoning',
        title: `\x1b[31m${'<IMPORTANT> '.repeat(20)}‮`,
      }),
    ];
    const report = checkReport.parse({
      schema: 'mcp-audit/check@1',
      tool: { name: 'x', version: '1' },
      target: {
        name: 'acme/notes',
        url: '',
        commit: 'a'.repeat(40),
        ref: '',
        subdir: '',
        source: '/x',
        notices: ['n '.repeat(100)],
      },
      answers: look(every('collected'), items),
    });
    const text = quickLookText(report, { open: 'mcp-audit open /x', seconds: 1.2 });
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f‮]/);
    expect(text).toContain('▲ seen           Does its text try to steer the model?');
  });
});
