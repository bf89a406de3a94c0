import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EvidenceItem, emptySurface } from '../../src/domain/evidence.ts';
import { createTranscript } from '../../src/live/client/transcript.ts';
import { CANARIES, filled } from '../../src/live/confirm/canaries.ts';
import { confirmLead } from '../../src/live/confirm/confirm.ts';
import { replayCalls } from '../../src/live/confirm/replay.ts';
import { boxWith, sandbox, why } from './sandbox-here.ts';

const server = { from: join(import.meta.dirname, '../fixtures/live/weak.mjs'), at: '/pkg/weak.mjs' };
const launch = { argv: ['node', '/pkg/weak.mjs'], cwd: '/work', env: {}, url: '', files: [] };
const open = () => boxWith([server]);

const lead = (weakness: EvidenceItem['class'], tool: string): EvidenceItem => ({
  id: '0123456789abcdef',
  kind: 'lead',
  strength: 'strong',
  collector: 'code-flow',
  rule: 'x',
  checks: ['2.1.2'],
  cwe: [],
  class: weakness,
  title: '`value` is used',
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
  doors: tool === '' ? [] : [{ name: tool, path: 'weak.mjs', line: 1, guarded: false }],
});

const tried = (weakness: EvidenceItem['class'], tool: string, ...args: string[]) =>
  confirmLead({
    item: lead(weakness, tool),
    surface: emptySurface(),
    open,
    launch: { ...launch, argv: [...launch.argv, ...args] },
    transcript: createTranscript(),
  });

// Most of each is waiting for a sandbox and a server to begin.
describe.skipIf(!sandbox.works).concurrent(`a lead, tried${why}`, () => {
  it.each([
    ['command-injection', 'pack', /holds \d+ times \d+/],
    ['path-traversal', 'read', /read a file outside of/],
    ['path-traversal', 'read_prefix', /read a file outside of/],
    ['ssrf', 'fetch', /asked a listener inside the sandbox: GET/],
    ['code-execution', 'compute', /computed what was passed/],
    ['annotation-mismatch', 'tidy', /canary-\w+\.md is gone/],
  ] as const)('%s in %s is confirmed by what it did', async (weakness, tool, shown) => {
    const c = await tried(weakness, tool);
    expect(c).toMatchObject({ result: 'confirmed', shown: expect.stringMatching(shown) });
    expect(c.shown).toContain(tool);
  });

  it.each([
    ['command-injection', 'pack_safe'],
    ['path-traversal', 'read_safe'],
    ['ssrf', 'fetch_safe'],
    ['code-execution', 'compute_safe'],
    // What is only said back was neither run, nor computed, nor read.
    ['command-injection', 'echo'],
    ['code-execution', 'echo'],
    ['path-traversal', 'echo'],
    ['template-injection', 'echo'],
    ['annotation-mismatch', 'echo'],
    ['path-traversal', 'note'],
  ] as const)('%s in %s, which takes care, is not reached', async (weakness, tool) => {
    const c = await tried(weakness, tool);
    expect(c).toMatchObject({ result: 'not-reached', why: expect.stringMatching(/^\d+ calls of/) });
    expect(c.calls.length).toBeGreaterThan(0);
  });

  it('tells which ways in a guard lets through, and which it refuses', async () => {
    const all = await tried('ssrf', 'fetch');
    expect(all.ways).toEqual(expect.arrayContaining(['address', 'name that leads there', 'redirect']));
    const partly = await tried('ssrf', 'fetch_half');
    expect(partly).toMatchObject({
      result: 'confirmed',
      ways: ['name of this machine', 'address in ipv6', 'name that leads there', 'redirect'],
      refused: expect.arrayContaining(['address', 'address as a number']),
    });
    expect(partly.shown).toMatch(/by name of this machine, .*; not by address, /);
  });

  it('that no call can show, or that needs what is not there, says so', async () => {
    expect(await tried('hardcoded-secret', 'read')).toMatchObject({
      result: 'not-tried',
      why: expect.stringMatching(/no call shows/),
    });
    expect(await tried('cors', 'read')).toMatchObject({
      result: 'not-tried',
      why: expect.stringMatching(/probe --url/),
    });
    expect(await tried('command-injection', 'not_there')).toMatchObject({
      result: 'not-tried',
      why: expect.stringMatching(/no tool of the running server/),
    });
  });

  it('is replayed with the same calls, and answers that are others are told apart', async () => {
    const calls = [
      { tool: 'echo', arguments: { value: 'x' }, outcome: 'result' },
      { tool: 'read_safe', arguments: { value: '../x' }, outcome: 'a result with isError' },
    ];
    const again = await replayCalls(open, launch, calls, createTranscript());
    expect(again.outcomes).toEqual(['result', 'a result with isError']);
    expect(again.tools.map((t) => t.name)).toContain('read_safe');
  });
});

describe.skipIf(!sandbox.works)(`a lead on a server that only listens${why}`, () => {
  it('is tried the same: Streamable HTTP, HTTP+SSE', async () => {
    const http = await tried('ssrf', 'fetch', 'http');
    expect(http.shown).toMatch(/asked a listener inside the sandbox/);
    const sse = await tried('path-traversal', 'read_prefix', 'sse');
    expect(sse.shown).toMatch(/read a file outside of/);
    const safe = await tried('path-traversal', 'read_safe', 'sse');
    expect(safe.result).toBe('not-reached');
  });
});

describe('canaries', () => {
  it('name nothing but throw-away folders and this sandbox', () => {
    const v = { t: 'TOKEN', a: '6', b: '7', port: '1' };
    for (const canary of Object.values(CANARIES).flat()) {
      const value = filled(canary.value, v);
      expect(value).not.toMatch(/\brm\b|\bmkfs|\bcurl\b|\bwget\b|\/etc\/|\/home\/(?!user)|\bkill\b/);
      // What shows the effect is in no payload: to say it back is not to have done it.
      expect(value).not.toContain('42');
      expect(value).not.toMatch(/\{[tab]\}|\{port\}/);
    }
  });
});
