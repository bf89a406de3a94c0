import { describe, expect, it } from 'vitest';
import { type EvidenceItem, emptySurface, type Surface } from '../../src/domain/evidence.ts';
import { serverProposals } from '../../src/report/server.ts';

const item = (over: Partial<EvidenceItem>): EvidenceItem => ({
  id: '0'.repeat(16),
  kind: 'fact',
  strength: 'moderate',
  collector: 'code-weaknesses',
  rule: 'x',
  checks: ['2.2.1'],
  cwe: [],
  class: 'configuration',
  title: 'A title',
  detail: '',
  location: { path: 'src/a.ts', startLine: 4, endLine: 4, snippet: 'x', sha256: 'a'.repeat(64) },
  flow: [],
  places: [],
  reproduce: '',
  ...over,
});
const surface = (...kinds: Surface['transports'][number]['kind'][]): Surface => ({
  ...emptySurface(),
  transports: kinds.map((kind, i) => ({ kind, path: 'src/main.ts', line: i + 1 })),
});

describe('what the evidence proposes of a server', () => {
  it('says value, reason and places, and how many more there are', () => {
    const sent = [1, 2, 3, 4, 5].map((n) => item({ id: `${n}`.repeat(16), rule: 'credential-sent' }));
    expect(serverProposals(sent, surface('stdio')).dataSensitivity).toEqual({
      value: 'high',
      reason: expect.stringContaining('sends a credential to another service'),
      evidence: ['src/a.ts:4 A title', 'src/a.ts:4 A title', 'src/a.ts:4 A title'],
      more: 2,
    });
  });

  it('shows the places of transports for what they tell', () => {
    const { network, authentication } = serverProposals([], surface('stdio', 'http'));
    expect(network).toMatchObject({
      value: 'configurable_by_design',
      evidence: ['src/main.ts:1 stdio', 'src/main.ts:2 http'],
    });
    expect(authentication).toMatchObject({ value: '', evidence: [] });
  });

  it('says of no server that it is local before somebody looked at whom it talks to', () => {
    const network = (items: EvidenceItem[], ...kinds: Parameters<typeof surface>) =>
      serverProposals(items, surface(...kinds)).network;
    const seen = (rule: string, over: Partial<EvidenceItem> = {}) =>
      item({ collector: 'network', rule, ...over });
    const looked = seen('no-listener');
    expect(network([], 'stdio').value).toBe('');
    expect(network([looked], 'stdio').value).toBe('local_only');
    expect(network([looked, seen('unread-sources', { kind: 'gap' })], 'stdio').value).toBe('');
    for (const rule of ['outbound-hosts', 'address-from-input', 'address-configured', 'address-computed'])
      expect(network([looked, seen(rule)], 'stdio')).toMatchObject({
        value: 'external_api_dependent',
        evidence: ['src/a.ts:4 A title'],
      });
    // A caller who chooses the address is seen by another collector.
    const chosen = item({ kind: 'lead', collector: 'code-flow', rule: 'request-address', class: 'ssrf' });
    expect(network([looked, chosen], 'stdio').value).toBe('external_api_dependent');
    // Whom libraries and started programs connect to does not show.
    for (const other of [
      seen('connections-not-recognised', { kind: 'gap' }),
      item({ collector: 'code-flow', rule: 'program-option', class: 'argument-injection' }),
      // A host that no request was seen to go to.
      seen('outbound-hosts', { measures: { requests: 0 } }),
    ]) {
      expect(network([looked, other], 'stdio').value).toBe('');
      expect(network([looked, other], 'stdio').reason).toContain('says little beside this');
    }
    expect(network([looked, chosen], 'http')).toMatchObject({ value: 'network_listener' });
    expect(network([looked, chosen], 'http').reason).toContain('it makes requests: A title');
  });

  it('proposes nothing without evidence, and says why', () => {
    for (const [part, p] of Object.entries(serverProposals([], emptySurface())))
      expect({ part, value: p.value, evidence: p.evidence, told: p.reason !== '' }).toEqual({
        part,
        value: '',
        evidence: [],
        told: true,
      });
  });

  it('asks nobody to sign in over stdio, whatever a check elsewhere in the code is for', () => {
    const check = item({ kind: 'lead', rule: 'authentication-optional' });
    expect(serverProposals([check], surface('stdio')).authentication.value).toBe('none');
    expect(serverProposals([check], surface('stdio', 'http')).authentication.value).toBe('optional');
  });

  it('counts each tool that leads somewhere, not each lead', () => {
    const door = (name: string) => ({ name, path: 'src/a.ts', line: 1, guarded: false });
    const flow = [{ path: 'src/a.ts', line: 1, role: 'source' as const, text: '`file` of tool read' }];
    const lead = item({ kind: 'lead', class: 'path-traversal', rule: 'file-path', flow });
    expect(serverProposals([lead], surface('stdio')).type.value).toBe('');
    const many = { ...lead, doors: ['read', 'write', 'list'].map(door) };
    expect(serverProposals([many], surface('stdio')).type).toMatchObject({
      value: 'file_access_server',
      reason: '3 of 3 flows from its tools end in a file',
    });
  });
});
