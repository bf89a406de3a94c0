import { createHash } from 'node:crypto';
import type { EventBody, SessionEvent } from '../../src/domain/events.ts';
import { type CollectorResult, type EvidenceItem, emptySurface } from '../../src/domain/evidence.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { type Check, type Methodology, methodology } from '../../src/domain/methodology.ts';
import { replay } from '../../src/domain/session.ts';
import type { ReportInput } from '../../src/report/report-model.ts';

/** A small audit, told as events: what every report test starts from. Long because it is data. */
export const COMMIT = '3f2a91c0de3f2a91c0de3f2a91c0de3f2a91c0de';
export const AUDIT_ID = 'jane-doe-2026-11-22-001';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type CheckSeed = Pick<Check, 'id' | 'title' | 'collectors' | 'scorecard'> & {
  top10: string[];
  category: string;
};

const check = ({ id, title, collectors, scorecard, top10, category }: CheckSeed): Check => ({
  id,
  origin: id.startsWith('2.4') ? 'extension' : 'guide',
  title,
  why: 'Because it can go wrong.',
  look: ['Read the code.'],
  passesWhen: 'It is right.',
  failsWhen: 'It is wrong.',
  collectors,
  manual: [{ run: 'git log', purpose: 'see' }],
  references: { cwe: ['CWE-78'], ttps: [], top10 },
  scorecard,
  finding: { title: `${title} is wrong`, severity: 'medium', category, remediation: ['Correct it.'] },
});

export const smallMethodology: Methodology = methodology.parse({
  id: 'small-guide',
  title: 'Small Audit Guide',
  version: '1.2',
  phases: [
    {
      id: 'repository',
      title: 'Repository',
      sections: [
        {
          id: '1.3',
          title: 'Supply chain',
          origin: 'guide',
          checks: [
            check({
              id: '1.3.1',
              title: 'What does it depend on?',
              collectors: ['dependencies'],
              scorecard: ['dependency-security'],
              top10: ['MCP-06'],
              category: 'Supply Chain',
            }),
            check({
              id: '1.3.2',
              title: 'Is any dependency known to be vulnerable?',
              collectors: ['advisories'],
              scorecard: ['dependency-security'],
              top10: ['MCP-06'],
              category: 'Supply Chain',
            }),
          ],
        },
      ],
    },
    {
      id: 'code',
      title: 'Code',
      sections: [
        {
          id: '2.1',
          title: 'Input Handling',
          origin: 'guide',
          checks: [
            check({
              id: '2.1.2',
              title: 'Can an input inject?',
              collectors: ['sinks', 'surface'],
              scorecard: ['input-validation'],
              top10: ['MCP-07'],
              category: 'Input Validation',
            }),
            check({
              id: '2.1.4',
              title: 'What happens at the boundaries?',
              collectors: ['sinks'],
              scorecard: ['input-validation'],
              top10: [],
              category: 'Availability',
            }),
          ],
        },
        {
          id: '2.4',
          title: 'Tool definitions',
          origin: 'extension',
          checks: [
            check({
              id: '2.4.1',
              title: 'Do descriptions carry instructions?',
              collectors: ['surface'],
              scorecard: [],
              top10: ['MCP-01', 'MCP-03'],
              category: 'Tool Poisoning',
            }),
          ],
        },
      ],
    },
  ],
  scorecard: {
    levels: [0, 1, 2, 3, 4].map((value) => ({
      value,
      label: ['critical', 'poor', 'fair', 'good', 'excellent'][value],
    })),
    dimensions: [
      {
        id: 'implementation',
        title: 'Security Implementation',
        weight: 60,
        criteria: [
          { id: 'input-validation', title: 'Input Validation', question: 'Is it?' },
          { id: 'dependency-security', title: 'Dependency Security', question: 'Is it?' },
        ],
      },
      {
        id: 'health',
        title: 'Repository Health',
        weight: 40,
        criteria: [{ id: 'maintenance', title: 'Maintenance', question: 'Is it?' }],
      },
    ],
  },
});

const SHELL = '  const cmd = `wkhtml ${name}.html`;\n  exec(cmd, done);';
const LIMIT = '  const rows = await db.all(sql, { limit: 100 });';

export const exportSource = [
  "import { exec } from 'node:child_process';",
  '',
  'export const exportReport = (name: string, done: Done) => {',
  SHELL,
  '};',
  '',
  'export const list = async () => {',
  LIMIT,
  '  return rows;',
  '};',
  '',
].join('\n');

const item = (over: Partial<EvidenceItem> & Pick<EvidenceItem, 'id' | 'title' | 'checks'>): EvidenceItem => ({
  kind: 'lead',
  strength: 'strong',
  collector: 'sinks',
  rule: 'process-exec',
  cwe: ['CWE-78'],
  class: 'command-injection',
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
  ...over,
});

export const shellItem = item({
  id: '00000000000000a1',
  title: 'Parameter name of export_report reaches exec',
  checks: ['2.1.2'],
  detail: 'No guard was seen on the way.',
  location: { path: 'src/export.ts', startLine: 4, endLine: 5, snippet: SHELL, sha256: sha256(SHELL) },
  flow: [
    { path: 'src/export.ts', line: 3, role: 'source', text: 'name: string' },
    { path: 'src/export.ts', line: 5, role: 'sink', text: 'exec(cmd, done)' },
  ],
  reproduce: `git show ${COMMIT}:src/export.ts | sed -n 4,5p`,
});

const result = (
  id: string,
  over: Partial<Omit<CollectorResult, 'run'>> & { run?: Partial<CollectorResult['run']> },
): CollectorResult => ({
  items: [],
  surface: null,
  artifacts: [],
  ...over,
  run: {
    id,
    outcome: 'collected',
    durationMs: 12,
    searched: '2 files in 1 language',
    message: '',
    ...over.run,
  },
});

export const smallEvidence = (): Map<string, CollectorResult> =>
  new Map([
    [
      'sinks',
      result('sinks', {
        items: [
          shellItem,
          item({
            id: '00000000000000a2',
            title: 'exec in a test helper',
            checks: ['2.1.2'],
            strength: 'weak',
            location: {
              path: 'test/run.ts',
              startLine: 1,
              endLine: 1,
              snippet: "exec('true');",
              sha256: sha256("exec('true');"),
            },
          }),
          item({
            id: '00000000000000a3',
            title: 'List is limited to 100 rows',
            checks: ['2.1.4'],
            kind: 'strength',
            location: {
              path: 'src/export.ts',
              startLine: 9,
              endLine: 9,
              snippet: LIMIT,
              sha256: sha256(LIMIT),
            },
          }),
        ],
      }),
    ],
    [
      'surface',
      result('surface', {
        surface: {
          ...emptySurface(),
          tools: [
            {
              name: 'export_report',
              path: 'src/export.ts',
              line: 3,
              description: 'Export a report to PDF.',
              certainty: 'literal',
              params: [{ name: 'name', type: 'string', constraints: [] }],
              annotations: { readOnlyHint: true },
              handler: { path: 'src/export.ts', startLine: 3, endLine: 6 },
              sinks: ['00000000000000a1'],
            },
          ],
          transports: [{ kind: 'stdio', path: 'src/index.ts', line: 10 }],
        },
      }),
    ],
    [
      'dependencies',
      result('dependencies', {
        run: { outcome: 'nothing-found', searched: '1 manifest, 1 lockfile' },
        artifacts: [
          { name: 'sbom.cdx.json', mediaType: 'application/json', content: '{"bomFormat":"CycloneDX"}' },
        ],
      }),
    ],
    [
      'advisories',
      result('advisories', {
        run: { outcome: 'unavailable', searched: '', message: 'no offline advisory copy was given' },
      }),
    ],
  ]);

export const shellFinding = (over: Partial<Finding> = {}): Finding => ({
  template: { id: '', parts: [] },
  id: 'F-01',
  checks: ['2.1.2'],
  title: 'Shell command built from a tool parameter',
  severity: 'high',
  positive: false,
  category: 'Input Validation',
  cwe: 'CWE-78',
  locations: [{ path: 'src/export.ts', startLine: 4, endLine: 5, snippet: SHELL, sha256: sha256(SHELL) }],
  evidence: ['00000000000000a1'],
  summary: 'A caller of `export_report` runs any command on the host.',
  description: 'The tool joins `name` into a shell string.\n\n- no allow-list\n- no quoting',
  impact: {
    confidentiality: 'High',
    integrity: 'High',
    availability: 'High',
    exploitability: 'Medium',
    scope: 'The account the server runs as',
  },
  components: ['Function: `exportReport()`'],
  reproduction: [
    'Call `export_report` with `name` set to `x; id`.',
    'Expected: an error. Actual: the output of `id`.',
  ],
  risks: ['A poisoned document makes the agent call the tool with a command.'],
  recommendations: {
    immediate: ['Use `execFile` with an argument list.'],
    shortTerm: ['Validate `name`.'],
    longTerm: [],
  },
  validation: ['Repeat the steps: no command runs.'],
  references: ['https://owasp.org/www-community/attacks/Command_Injection'],
  notes: 'Seen in the code and reproduced by hand.',
  scores: {
    cvss40: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    cvss31: '',
    aivss: null,
  },
  severityReason: '',
  examples: '',
  business: { development: '', staging: '', production: 'The host is lost.', enterprise: '' },
  tracking: {
    reported: null,
    acknowledged: null,
    fixAvailable: null,
    fixVerified: null,
    closed: null,
    wontFix: null,
    disputed: null,
  },
  reviewed: true,
  followUp: null,
  ...over,
});

export const strengthFinding = (over: Partial<Finding> = {}): Finding => ({
  ...shellFinding(),
  id: 'F-02',
  checks: ['2.1.4'],
  title: 'Result sizes are limited',
  severity: 'info',
  positive: true,
  category: 'Availability',
  cwe: null,
  locations: [{ path: 'src/export.ts', startLine: 9, endLine: 9, snippet: LIMIT, sha256: sha256(LIMIT) }],
  evidence: ['00000000000000a3'],
  summary: 'Every listing asks for 100 rows at most.',
  description: 'The limit is set in the one place all listings go through.',
  impact: {
    confidentiality: 'None',
    integrity: 'None',
    availability: 'Low',
    exploitability: 'None',
    scope: 'All listings',
  },
  components: [],
  reproduction: [],
  risks: ['A large table cannot flood the client.'],
  recommendations: { immediate: [], shortTerm: [], longTerm: [] },
  validation: ['Limits in one place.'],
  references: [],
  notes: '',
  scores: { cvss40: '', cvss31: '', aivss: null },
  business: { development: '', staging: '', production: '', enterprise: '' },
  ...over,
});

const counts = { lead: 0, question: 0, fact: 0, strength: 0, gap: 0 };

/** Numbers and times the events: two minutes apart, from 09:00 UTC. */
export const eventsOf = (
  bodies: readonly (EventBody & { undoes?: number; redoes?: number })[],
  /** Who did each; without, the login of the machine did all. */
  by: readonly string[] = [],
): SessionEvent[] =>
  bodies.map((body, i) => ({
    ...body,
    v: 1,
    seq: i + 1,
    at: new Date(Date.UTC(2026, 10, 22, 9, 0) + i * 120_000).toISOString(),
    by: by[i] ?? 'jane@laptop',
  })) as SessionEvent[];

export const started = (over: Partial<Extract<EventBody, { type: 'session.started' }>> = {}): EventBody => ({
  type: 'session.started',
  id: 'session-1',
  target: {
    url: 'https://github.com/acme/report-mcp.git',
    commit: COMMIT,
    ref: 'main',
    subdir: '',
    source: '/home/jane/secret-folder/report-mcp',
    name: 'acme/report-mcp',
    committedAt: '2026-11-20T10:00:00Z',
    tags: ['latest', 'v1.4.0'],
  },
  methodology: { id: 'small-guide', version: '1.2', sha256: 'a'.repeat(64) },
  tool: { name: 'mcp-audit-workbench', version: '0.1.0' },
  auditor: {
    name: 'Jane Doe',
    github: 'jane-doe',
    organization: 'Example Labs',
    contact: 'jane@example.org',
  },
  ...over,
});

export const smallScript = (): (EventBody & { undoes?: number })[] => [
  started(),
  ...['sinks', 'surface', 'dependencies', 'advisories'].map(
    (collector): EventBody => ({
      type: 'evidence.collected',
      collector,
      outcome: collector === 'advisories' ? 'unavailable' : 'collected',
      counts,
      blob: 'b'.repeat(64),
    }),
  ),
  { type: 'check.answered', check: '2.1.2', answer: { verdict: 'unsure', note: 'Looks bad, to be tried.' } },
  { type: 'draft.kept', check: '2.1.4', text: 'a draft nobody must read' },
  {
    type: 'evidence.triaged',
    changes: [{ item: '00000000000000a1', triage: { decision: 'accepted', reason: '' } }],
  },
  {
    type: 'evidence.triaged',
    changes: [
      {
        item: '00000000000000a2',
        triage: { decision: 'dismissed', reason: 'Only a test helper, with a constant.' },
      },
    ],
  },
  { type: 'finding.recorded', finding: 'F-01', value: shellFinding() },
  {
    type: 'check.answered',
    check: '2.1.2',
    answer: { verdict: 'fail', note: 'Tried: `x; id` prints the user.' },
  },
  { type: 'check.answered', check: '2.1.4', answer: { verdict: 'pass', note: 'All listings are limited.' } },
  { type: 'finding.recorded', finding: 'F-02', value: strengthFinding() },
  { type: 'check.answered', check: '2.4.1', answer: { verdict: 'pass', note: '' } },
  { type: 'check.answered', check: '1.3.1', answer: { verdict: 'not-applicable', note: 'No dependencies.' } },
  { type: 'session.closed', check: '1.3.1' },
];

export const inputOf = (
  bodies: readonly EventBody[] = smallScript(),
  over: Partial<ReportInput> = {},
  by: readonly string[] = [],
): ReportInput => {
  const events = eventsOf(bodies, by);
  return {
    session: replay(events),
    events,
    methodology: smallMethodology,
    evidence: smallEvidence(),
    missing: new Map(),
    auditId: AUDIT_ID,
    tool: { name: 'mcp-audit-workbench', version: '0.1.0' },
    top10: [
      { id: 'MCP-06', name: 'Supply Chain Attacks', cwe: ['CWE-1357'] },
      { id: 'MCP-07', name: 'Excessive Permissions and Scope Creep', cwe: ['CWE-78'] },
    ],
    ...over,
  };
};

export const bytesOf = (files: ReadonlyMap<string, string>): Map<string, Uint8Array> =>
  new Map([...files].map(([path, text]) => [path, new TextEncoder().encode(text)]));
