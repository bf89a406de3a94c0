import { hash } from 'node:crypto';
import type { EventBody } from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem, Surface, SurfaceTool } from '../../src/domain/evidence.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { type Methodology, methodology as schema } from '../../src/domain/methodology.ts';
import type { ReadinessItem, SessionSummary } from '../../src/ui/ports.ts';
import { madeCheck, madeMethodology } from '../support/checklists.ts';
import { type FakeParts, fakeApp } from '../support/fake-app.ts';

/** An audit half done, as the golden frames show it. */
export const METHODOLOGY: Methodology = schema.parse({
  ...madeMethodology(1, 1),
  title: 'MCP server audit guide',
  scorecard: {
    levels: [
      { value: 0, label: 'Critical: absent or harmful' },
      { value: 1, label: 'Poor: present in name only' },
      { value: 2, label: 'Fair: works, with gaps that matter' },
      { value: 3, label: 'Good: works, gaps are small and known' },
      { value: 4, label: 'Excellent: works, is tested, and stays so' },
    ],
    dimensions: [
      {
        id: 'security',
        title: 'Security Implementation',
        weight: 60,
        criteria: [
          {
            id: 'input-validation',
            title: 'Input Validation',
            question: 'Does every argument meet a check?',
          },
          {
            id: 'access-control',
            title: 'Access Control',
            question: 'Can only the right caller reach each tool?',
          },
        ],
      },
      {
        id: 'operations',
        title: 'Operational Security',
        weight: 40,
        criteria: [
          { id: 'documentation', title: 'Documentation', question: 'Can an operator tell what it touches?' },
          { id: 'configuration', title: 'Configuration Security', question: 'Is it safe as installed?' },
        ],
      },
    ],
  },
  phases: [
    {
      id: '1',
      title: 'Code',
      sections: [
        {
          id: '2.1',
          title: 'Input and code',
          origin: 'guide',
          checks: [
            madeCheck('2.1.1', ['identity'], {
              scorecard: ['configuration'],
              origin: 'guide',
              title: 'Is every tool argument checked before use?',
            }),
            madeCheck('2.1.2', ['secrets', 'tool-surface'], {
              scorecard: ['input-validation'],
              origin: 'guide',
              title: 'Can a tool argument reach a shell?',
              why: 'Arguments come from a model that reads hostile text. Whoever writes that text chooses what the shell runs.',
              look: [
                'Follow each argument of each tool to the calls that start processes.',
                'Ask whether the call takes a list of words or one line for a shell.',
              ],
              passesWhen: 'No argument is part of a line that a shell reads.',
              failsWhen: 'One argument of one tool is.',
            }),
            madeCheck('2.1.3', [], {
              scorecard: ['input-validation'],
              origin: 'guide',
              title: 'Are paths kept inside the folder they belong to?',
            }),
          ],
        },
        {
          id: '2.4',
          title: 'Tool definitions',
          origin: 'extension',
          checks: [
            madeCheck('2.4.1', ['tool-surface'], {
              scorecard: ['documentation'],
              origin: 'extension',
              title: 'Do descriptions say what the tools do?',
            }),
            madeCheck('2.4.2', ['dependencies'], {
              origin: 'extension',
              title: 'Do descriptions speak to the model?',
            }),
          ],
        },
      ],
    },
  ],
});

export const FILES = {
  'src/index.ts': [
    "import { exec } from 'node:child_process';",
    '',
    'export const read = (name: string) =>',
    '  exec(`cat notes/$' + '{name}`);',
    '',
    'export const 漢字 = "全角";',
  ].join('\n'),
};

const item = (n: number, over: Partial<EvidenceItem> = {}): EvidenceItem => ({
  id: n.toString(16).padStart(16, '0'),
  kind: 'lead',
  strength: 'strong',
  collector: 'tool-surface',
  rule: 'exec-of-parameter',
  checks: ['2.1.2'],
  cwe: ['CWE-78'],
  class: 'command-injection',
  title: 'Parameter name reaches a shell',
  detail: 'The text of the parameter is part of a line that a shell reads.',
  location: {
    path: 'src/index.ts',
    startLine: 4,
    endLine: 4,
    snippet: '  exec(`cat notes/$' + '{name}`);',
    sha256: hash('sha256', 'x', 'hex'),
  },
  flow: [
    { path: 'src/index.ts', line: 3, role: 'source', text: 'name: string' },
    { path: 'src/index.ts', line: 4, role: 'sink', text: 'exec(...)' },
  ],
  places: [],
  reproduce: 'git show 3f2a91c0:src/index.ts | sed -n 4,4p',
  ...over,
});

const result = (
  id: string,
  items: EvidenceItem[],
  over: Partial<CollectorResult['run']> = {},
): CollectorResult => ({
  run: {
    id,
    outcome: items.length > 0 ? 'collected' : 'nothing-found',
    durationMs: 1234,
    searched: '14 files in 2 languages',
    message: '',
    ...over,
  },
  items: items.map((i) => ({ ...i, collector: id })),
  surface: null,
  artifacts: [],
});

const tool = (name: string, line: number, over: Partial<SurfaceTool> = {}): SurfaceTool => ({
  name,
  path: 'src/index.ts',
  line,
  description: 'Reads one note.',
  certainty: 'literal',
  params: [{ name: 'name', type: 'string', constraints: ['max 80'] }],
  annotations: {},
  handler: { path: 'src/index.ts', startLine: line, endLine: line + 1 },
  sinks: [],
  ...over,
});

const SURFACE: Surface = {
  tools: [
    tool('read_note', 3, { annotations: { readOnlyHint: true } }),
    tool('search', 20, {
      params: [
        { name: 'query', type: 'string', constraints: [] },
        { name: 'limit', type: 'number', constraints: ['optional'] },
      ],
    }),
    tool('<config.name>', 30, { certainty: 'dynamic', params: [], handler: null }),
  ],
  resources: [],
  prompts: [],
  transports: [{ kind: 'stdio', path: 'src/index.ts', line: 40 }],
};

export const EVIDENCE: readonly CollectorResult[] = [
  {
    ...result('tool-surface', [
      item(1, {
        places: [{ path: 'src/index.ts', startLine: 6, endLine: 6 }],
        reports: [{ tool: 'semgrep', version: '1.185.0', rule: 'child-process', level: 'ERROR' }],
      }),
      item(2, {
        strength: 'weak',
        title: 'A tool may write files',
        rule: 'fs-write',
        class: 'path-traversal',
        cwe: [],
        flow: [],
      }),
      item(3, {
        kind: 'fact',
        title: '3 tools, 1 resource',
        rule: 'surface',
        location: null,
        flow: [],
        checks: ['2.1.2', '2.4.1'],
      }),
      item(4, {
        kind: 'strength',
        title: 'Arguments of search are checked by a schema',
        rule: 'schema',
        flow: [],
      }),
    ]),
    surface: SURFACE,
  },
  result('secrets', []),
  result('identity', [], {
    outcome: 'unavailable',
    message: 'no network: allow it on the Session screen',
    searched: '',
  }),
  result('dependencies', [], { outcome: 'failed', message: 'package-lock.json is not JSON', searched: '' }),
];

export const EVENTS: readonly EventBody[] = [
  { type: 'check.answered', check: '2.1.1', answer: { verdict: 'pass', note: '' } },
  {
    type: 'check.answered',
    check: '2.1.2',
    answer: { verdict: 'fail', note: 'The name goes into a shell line.\nSeen at src/index.ts:4.' },
  },
  { type: 'draft.kept', check: '2.1.3', text: 'half a thou' },
  {
    type: 'check.answered',
    check: '2.4.1',
    answer: { verdict: 'unsure', note: 'Two tools have no description.' },
  },
  {
    type: 'evidence.triaged',
    changes: [{ item: item(2).id, triage: { decision: 'dismissed', reason: 'It writes its own cache.' } }],
  },
  {
    type: 'finding.recorded',
    finding: 'F-01',
    value: {
      ...draftFinding('F-01', METHODOLOGY.phases[0]!.sections[0]!.checks[1]!),
      cwe: 'CWE-78',
      title: 'A tool argument becomes part of a shell line',
      severity: 'high',
      summary: 'Whoever controls the name runs commands as the server.',
      locations: [item(1).location!],
      evidence: [item(1).id],
    },
  },
];

export const SESSIONS: readonly SessionSummary[] = [
  {
    id: '2026-11-23-notes-server-4f2a',
    name: 'acme/notes-server',
    commit: '3f2a91c0'.repeat(5),
    answered: 3,
    total: 5,
    findings: 1,
    lastCheck: '2.1.2',
    lastAt: '2026-11-23T12:00:00.000Z',
    earlier: 2,
    problem: null,
  },
  {
    id: '2026-11-20-mail-1111',
    name: 'example/mail-server-with-a-long-name-indeed',
    commit: 'abcdef01'.repeat(5),
    answered: 49,
    total: 49,
    findings: 12,
    lastCheck: '4.2.3',
    lastAt: '2026-11-20T12:00:00.000Z',
    earlier: 0,
    problem: null,
  },
  {
    id: '2026-11-19-broken-2222',
    name: 'acme/broken',
    commit: '',
    answered: 0,
    total: null,
    findings: 0,
    lastCheck: null,
    lastAt: '2026-11-19T12:00:00.000Z',
    earlier: 0,
    problem: 'line 4 of its journal cannot be trusted',
  },
];

export const READINESS: readonly ReadinessItem[] = [
  {
    level: 'blocks',
    text: 'F-01 is not finished',
    fix: 'Write: description, impact.scope, reproduction, risks, validation.',
    finding: 'F-01',
  },
  { level: 'blocks', text: 'The repository has no address', fix: 'U says where it is published.' },
  {
    level: 'warns',
    text: '2 checks have no verdict',
    fix: 'Answer them, or the report says not tested.',
    check: '2.1.3',
  },
  { level: 'ok', text: 'Signed by Jane Doe', fix: '' },
];

export const PARTS: FakeParts = {
  methodology: METHODOLOGY,
  evidence: EVIDENCE,
  events: EVENTS,
  files: FILES,
  sessions: SESSIONS,
  readiness: READINESS,
  preview: '# Security Assessment\n\n## Summary\n\nOne finding of high severity.',
};

export const auditApp = (over: FakeParts = {}) => fakeApp({ ...PARTS, ...over });
