import { describe, expect, it } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem, Outcome } from '../../src/domain/evidence.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { replay } from '../../src/domain/session.ts';
import { evaluatePolicy } from '../../src/policy/evaluate.ts';
import { idsOf, subjectOfAudit } from '../../src/policy/of-audit.ts';
import { policy } from '../../src/policy/policy.ts';
import { policySubject } from '../../src/policy/subject.ts';
import { startEvent } from '../domain/arbitraries.ts';

const bundled = await loadMethodology();

const item = (over: Partial<EvidenceItem>): EvidenceItem => ({
  id: '00000000000000a1',
  kind: 'lead',
  strength: 'strong',
  collector: 'code-flow',
  rule: 'shell-command',
  checks: ['2.1.2'],
  cwe: [],
  class: 'command-injection',
  title: 'a shell',
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
  ...over,
});

const subject = (items: EvidenceItem[], events: object[] = [], outcomes: Record<string, Outcome> = {}) => {
  const all = [startEvent(), ...events].map(
    (e, i) =>
      ({ v: 1, at: '2026-11-23T10:00:00.000Z', by: 'jane', ...e, seq: i + 1 }) as unknown as SessionEvent,
  );
  const ids = new Set(checksOf(bundled).flatMap((c) => c.collectors));
  const evidence = new Map(
    [...ids].map((id): [string, CollectorResult] => [
      id,
      {
        run: { id, outcome: outcomes[id] ?? 'collected', durationMs: 0, searched: '', message: 'no parser' },
        items: items.filter((i) => i.collector === id),
        surface: null,
        artifacts: [],
      },
    ]),
  );
  return policySubject.parse(
    subjectOfAudit({ session: replay(all), methodology: bundled, evidence, missing: new Map() }),
  );
};

const ban = policy.parse({ name: 'a', ban: [{ class: 'command-injection' }] });
const answered = (check: string, verdict: string) => ({
  type: 'check.answered',
  check,
  answer: { verdict, note: 'read' },
});
const triaged = (decision: string) => ({
  type: 'evidence.triaged',
  changes: [{ item: '00000000000000a1', triage: { decision, reason: 'why' } }],
});

describe('a session as a policy sees it', () => {
  it.each([
    [[], 'needs-a-person', /nobody judged: a shell/],
    [[triaged('accepted')], 'denied', /accepted by the auditor/],
    [[triaged('dismissed')], 'allowed', /dismissed/],
  ])('has leads as they were judged %#', (events, decision, reason) => {
    const { because } = evaluatePolicy(ban, subject([item({})], events), '2026-12-01');
    expect(because[0]).toMatchObject({ rule: 'ban/command-injection', decision });
    expect(because[0]!.reason).toMatch(reason);
  });

  it('is blind where a collector was, and where a gap is that no verdict closes', () => {
    const decide = (s: ReturnType<typeof subject>) => evaluatePolicy(ban, s, '2026-12-01').because[0]!;
    expect(decide(subject([])).decision).toBe('allowed');
    expect(decide(subject([], [], { 'code-flow': 'failed' })).reason).toBe(
      'could not look: code-flow could not look: no parser',
    );
    const gap = item({ kind: 'gap', title: '3 files not read', rule: 'unread-sources' });
    expect(decide(subject([gap])).reason).toBe('could not look: 3 files not read');
    expect(decide(subject([gap], [answered('2.1.2', 'unsure')])).decision).toBe('needs-a-person');
    expect(decide(subject([gap], [answered('2.1.2', 'pass')])).decision).toBe('allowed');
    // Of another class.
    const other = item({ kind: 'gap', collector: 'dockerfile', rule: 'x', class: 'container' });
    expect(decide(subject([other])).decision).toBe('allowed');
  });

  it('is as old as its last verdict, and has no findings to count before the first', () => {
    const { audit } = subject([]);
    expect(audit).toMatchObject({
      known: true,
      value: {
        day: { known: false },
        findings: { known: false },
        grade: { known: false },
        licence: { known: false },
        dataClass: { known: false },
      },
    });
    const judged = subject([], [answered('2.1.2', 'pass')]).audit;
    expect(judged).toMatchObject({ value: { day: { value: '2026-11-23' }, findings: { value: [] } } });
  });

  it('is known by what is no version of it', () => {
    expect(
      idsOf(
        'npm:@acme/notes@1.2.3',
        'pypi:notes==1.0',
        'oci:ghcr.io/acme/notes:1@sha256:'.padEnd(96, 'a'),
        'git@github.com:acme/notes.git',
        '/home/jane/notes',
      ),
    ).toEqual(['npm:@acme/notes', 'pypi:notes', 'oci:ghcr.io/acme/notes', 'github.com/acme/notes']);
  });
});
