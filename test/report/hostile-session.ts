import type { EventBody } from '../../src/domain/events.ts';
import {
  inputOf,
  sha256,
  shellFinding,
  shellItem,
  smallEvidence,
  smallScript,
  started,
  strengthFinding,
} from './scripted-session.ts';

/** A session in which every text the target or the auditor can write holds `payload`. */
export const hostileInput = (payload: string) => {
  const at = {
    path: payload.replace(/^\/+/, '') || 'x',
    startLine: 4,
    endLine: 5,
    snippet: payload,
    sha256: sha256(payload),
  };
  const finding = shellFinding({
    title: payload.trim() || 'x',
    category: payload,
    locations: [at],
    summary: payload,
    description: `before\n${payload}\nafter`,
    impact: { ...shellFinding().impact, scope: payload },
    components: [payload],
    reproduction: [payload, `run\n${payload}`],
    risks: [payload],
    recommendations: { immediate: [payload], shortTerm: [payload], longTerm: [payload] },
    validation: [payload],
    references: [payload, `https://example.org/${payload}`],
    notes: payload,
    severityReason: payload,
    examples: payload,
    business: { development: payload, staging: payload, production: payload, enterprise: payload },
  });
  const evidence = smallEvidence();
  const sinks = evidence.get('sinks')!;
  const surface = evidence.get('surface')!.surface!;
  evidence.set('sinks', {
    ...sinks,
    run: { ...sinks.run, searched: payload, message: payload },
    items: [
      {
        ...shellItem,
        title: payload,
        detail: payload,
        location: at,
        flow: [{ path: payload, line: 1, role: 'sink', text: payload }],
        reproduce: payload,
      },
      { ...shellItem, id: '00000000000000a2', kind: 'gap', title: payload, location: null },
    ],
    artifacts: [
      { name: payload || 'x', mediaType: 'text/plain', content: payload },
      {
        name: `${payload}.json`,
        mediaType: 'application/json',
        content: JSON.stringify({ [payload]: [payload] }),
      },
      { name: '../../../etc/passwd', mediaType: 'text/plain', content: payload },
    ],
  });
  evidence.set('surface', {
    ...evidence.get('surface')!,
    surface: {
      ...surface,
      tools: surface.tools.map((t) => ({
        ...t,
        name: payload,
        description: payload,
        path: payload,
        params: [{ name: payload, type: payload, constraints: [payload] }],
        annotations: { [payload]: { [payload]: payload } },
      })),
    },
  });
  const script: EventBody[] = [
    ...smallScript().slice(1, -1),
    { type: 'check.answered', check: '2.4.1', answer: { verdict: 'fail', note: payload } },
    {
      type: 'evidence.triaged',
      changes: [{ item: '00000000000000a2', triage: { decision: 'dismissed', reason: payload || 'x' } }],
    },
    { type: 'finding.recorded', finding: 'F-01', value: finding },
    {
      type: 'finding.recorded',
      finding: 'F-02',
      value: strengthFinding({ title: payload.trim() || 'x', summary: payload, risks: [payload] }),
    },
    {
      type: 'attachment.added',
      name: payload,
      value: { sha256: 'd'.repeat(64), bytes: 1, mediaType: payload, check: null },
    },
  ];
  const named = payload.trim() || 'x';
  const auditor = { name: named, github: 'jane-doe', organization: payload, contact: named };
  const first = started({ auditor }) as Extract<EventBody, { type: 'session.started' }>;
  return inputOf(
    [
      {
        ...first,
        target: { ...first.target, name: payload, ref: payload, tags: [payload], subdir: payload },
      },
      ...script,
    ],
    {
      evidence,
      missing: new Map([['advisories', payload]]),
      contents: new Map([['d'.repeat(64), `first\n${payload}`]]),
    },
  );
};
