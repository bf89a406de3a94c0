import { PROBE_SCHEMA, type ProbeReport, probeReport } from '../../src/domain/observation.ts';

/** What is reported of a server that ended before it answered. */
export const notAsked = (): ProbeReport =>
  probeReport.parse({
    schema: PROBE_SCHEMA,
    tool: { name: 'mcp-audit-workbench', version: '0' },
    target: null,
    package: '',
    command: ['node', 'server.mjs'],
    cwd: '',
    env: [],
    from: 'you said so',
    notes: [],
    sandbox: { means: 'bubblewrap', version: '0.8.0', network: 'none', limits: '' },
    prepared: [],
    transport: 'none',
    url: '',
    era: 'none',
    problem: 'the server ended before it answered (exit code 7)',
    server: { name: '', version: '', protocolVersion: '', instructions: '', capabilities: {} },
    tools: [],
    // As it was written before: the number of tools of a source that nothing was compared with.
    staticTools: 19,
    differences: [],
    requirements: [{ id: 'T1', requirement: 'It answers', result: 'not-tried', why: 'it ended' }],
    calls: [],
    startMs: 0,
    probeMs: 0,
  });
