import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demo } from '../../src/commands/demo.ts';
import type { Host } from '../../src/commands/host.ts';
import { policyCheck } from '../../src/commands/policy.ts';
import { openSettings } from '../../src/io/settings.ts';
import { policyReport } from '../../src/policy/report.ts';
import { databaseBreaches, filesIn } from '../support/database-rules.ts';
import { testHost } from './test-host.ts';

test.each([
  ['the data folder', 'data', ''],
  ['the folder of sessions', 'data/sessions', 'data'],
  ['the folder of clones', 'data/repos', 'data'],
  ['a session', 'data/sessions/2026-11-23-notes-server-4f2a', 'data/sessions'],
  ['a file', 'data/preferences.json', 'data'],
])('the demonstration goes nowhere through a link that is there as %s', async (_what, link, parent) => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-demo-link-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'mcp-audit-elsewhere-'));
  onTestFinished(() => {
    for (const made of [folder, elsewhere]) rmSync(made, { recursive: true, force: true });
  });
  mkdirSync(join(folder, parent), { recursive: true });
  symlinkSync(elsewhere, join(folder, link));
  await expect(demo(testHost(folder).host, folder)).rejects.toThrow(/is a symbolic link/);
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(existsSync(join(folder, 'submission'))).toBe(false);
});

test('the demonstration is a whole audit whose answers all find what they speak of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-demo-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const host: Host = {
    env: {},
    dataDir: folder,
    ownDir: folder,
    reposDir: join(folder, 'repos'),
    stdout: (t) => void said.push(t),
    stderr: (t) => void said.push(t),
    progress: () => {},
    clock: () => new Date('2026-11-23T09:00:00Z'),
    settings: () => openSettings(folder),
    again: (args) => ['mcp-audit', ...args].join(' '),
  };
  const code = await demo(host, folder);
  const text = said.join('');
  expect(text).toContain('decisions recorded, 0 refused');
  expect(text).toContain('0 blocking, 0 warnings');
  expect(databaseBreaches(filesIn(join(folder, 'submission')))).toEqual([]);
  expect(code).toBe(0);

  // A policy says of the submission what it says of the session it was written from.
  const machine = { ...host, dataDir: join(folder, 'data') };
  const policy = join(import.meta.dirname, '../../docs/policy.example.yml');
  const decisions = async (what: string[]): Promise<Record<string, string>> => {
    said.length = 0;
    expect(await policyCheck(machine, what, { policy, json: true })).toBe(1);
    const { subjects } = policyReport.parse(JSON.parse(said.join('')));
    expect(subjects).toHaveLength(1);
    return Object.fromEntries(subjects[0]!.because.map((b) => [b.rule, b.decision]));
  };
  const ofSession = await decisions([]);
  expect(ofSession).toMatchObject({
    'check/2.1.2': 'denied',
    'ban/command-injection': 'denied',
    licence: 'allowed',
  });
  expect(await decisions([join(folder, 'submission')])).toEqual(ofSession);
}, 60_000);
