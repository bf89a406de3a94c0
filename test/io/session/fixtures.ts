import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { SessionEvent } from '../../../src/domain/events.ts';
import { encode } from '../../../src/engine/journal.ts';
import type { JournalPort } from '../../../src/engine/ports.ts';
import { type OpenSession, resumeSession, startSession } from '../../../src/io/session/open-session.ts';
import { START_MS, testMethodology, testTarget } from '../../domain/arbitraries.ts';

export const temporaryDir = (): string => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'session-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
};

export const begin = (
  dataDir: string,
  suffix = '4f2a',
  name = testTarget.name,
  ownRules: ReadonlyMap<string, string> = new Map(),
): OpenSession =>
  startSession({
    dataDir,
    target: { ...testTarget, name },
    methodology: testMethodology,
    ownRules,
    tool: { name: 'mcp-audit', version: '0.1.0' },
    auditor: { name: 'Jane', github: 'jane', organization: '', contact: '' },
    by: 'jane',
    clock: () => new Date(START_MS),
    random: () => suffix,
  });

export const resume = (dataDir: string, id: string, readOnly = false): OpenSession =>
  resumeSession({
    dataDir,
    id,
    toolVersion: '0.2.0',
    by: 'jane',
    clock: () => new Date(START_MS + 60_000),
    readOnly,
  });

/** Records an answer, as the store would. */
export const answer = (journal: JournalPort, seq: number, note: string): SessionEvent => {
  const event: SessionEvent = {
    v: 1,
    seq,
    at: new Date(START_MS + seq * 1000).toISOString(),
    by: 'jane',
    type: 'check.answered',
    check: '1.1.1',
    answer: { verdict: 'fail', note },
  };
  journal.append([encode(event, journal.lastHash)]);
  return event;
};

/** A session with three answers, closed. */
export const written = (dataDir: string): { id: string; dir: string; events: SessionEvent[] } => {
  const { id, dir, journal, events } = begin(dataDir);
  for (const seq of [2, 3, 4]) events.push(answer(journal, seq, `answer ${seq}`));
  journal.close();
  return { id, dir, events };
};

/** Every file below `dir` with its bytes, to see that nothing changed. */
export const allFiles = (dir: string): Record<string, string> =>
  Object.fromEntries(
    fs
      .readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(dir, file), fs.readFileSync(file, 'base64')]),
  );

/** The files of a session that travel: what was allowed on one machine stays there. */
export const travelling = (dir: string): Record<string, string> => {
  const { 'local.json': _stays, ...files } = allFiles(dir);
  return files;
};
