import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { EVENT_VERSION, type EventBody } from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem } from '../../src/domain/evidence.ts';
import { checksOf, type Methodology } from '../../src/domain/methodology.ts';
import { encode, hashLine } from '../../src/engine/journal.ts';
import { resumeSession } from '../../src/io/session/open-session.ts';
import { terminalEnv } from '../e2e/environment.ts';
import { CLI } from '../e2e/terminal.ts';
import { writeChecklists } from '../support/checklists.ts';

/** Begins a session through the program itself, so that its clone of the target is there too; nothing is gathered. */
export const startedSession = (
  home: string,
  repository: string,
  methodology: Methodology,
  name: string,
): string => {
  const checklists = writeChecklists(join(home, name), methodology);
  const run = spawnSync(
    process.execPath,
    [CLI, 'start', repository, '--methodology', checklists, '--no-collect', '--json'],
    { env: terminalEnv(home), encoding: 'utf8', cwd: home },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return (JSON.parse(run.stdout) as { session: string }).session;
};

/** Appends events as the program would have, and closes the session. `make` gets a way to store contents. */
export const extend = (
  home: string,
  id: string,
  make: (put: (bytes: Uint8Array) => string) => readonly EventBody[],
): void => {
  const start = Date.now() - 1_000_000;
  const open = resumeSession({
    dataDir: join(home, 'data'),
    id,
    toolVersion: '0.0.0',
    by: 'bench',
    clock: () => new Date(start),
  });
  let prev = open.journal.lastHash;
  let seq = open.events.length;
  const lines = make(open.blobs.put).map((body) => {
    seq += 1;
    const at = new Date(start + seq).toISOString();
    const line = encode({ v: EVENT_VERSION, seq, at, by: 'bench', ...body }, prev);
    prev = hashLine(line);
    return line;
  });
  open.journal.append(lines);
  open.journal.close();
};

/** `count` leads on the first check, all in one file of the repository. */
export const manyItems = (m: Methodology, collector: string, count: number): CollectorResult => {
  const check = checksOf(m)[0]?.id ?? '';
  const items = Array.from({ length: count }, (_, i): EvidenceItem => {
    const snippet = `  exec(\`cat notes/\${name}\`); // ${i}`;
    return {
      id: i.toString(16).padStart(16, '0'),
      kind: 'lead',
      strength: i % 3 === 0 ? 'strong' : 'moderate',
      collector,
      rule: `rule-${i % 20}`,
      checks: [check],
      cwe: ['CWE-78'],
      class: 'command-injection',
      title: `Parameter name reaches a shell, ${i}`,
      detail: 'The text of the parameter is part of a line that a shell reads.',
      location: {
        path: 'src/index.ts',
        startLine: (i % 3) + 1,
        endLine: (i % 3) + 1,
        snippet,
        sha256: hash('sha256', snippet, 'hex'),
      },
      flow: [],
      places: [],
      reproduce: `git show HEAD:src/index.ts | sed -n ${(i % 3) + 1}p`,
    };
  });
  return {
    run: { id: collector, outcome: 'collected', durationMs: 1, searched: '1 file', message: '' },
    items,
    surface: null,
    artifacts: [],
  };
};

export const collected = (result: CollectorResult, put: (bytes: Uint8Array) => string): EventBody => ({
  type: 'evidence.collected',
  collector: result.run.id,
  outcome: result.run.outcome,
  counts: { lead: result.items.length, question: 0, fact: 0, strength: 0, gap: 0 },
  blob: put(Buffer.from(JSON.stringify(result))),
});

/** Verdicts and notes in turn, as a very long audit leaves them. */
export const manyDecisions = (m: Methodology, count: number): EventBody[] => {
  const checks = checksOf(m);
  return Array.from(
    { length: count },
    (_, i): EventBody => ({
      type: 'check.answered',
      check: checks[i % checks.length]?.id ?? '',
      answer: {
        verdict: i % 2 === 0 ? 'pass' : 'unsure',
        note: `Read src/index.ts again, for the ${i}th time, and this is what an auditor would write about it.`,
      },
    }),
  );
};
