import fs from 'node:fs';
import { encode } from '../../../src/engine/journal.ts';
import { startSession } from '../../../src/io/session/open-session.ts';
import { testMethodology, testTarget } from '../../domain/arbitraries.ts';

// A process to be killed: prints the session's id, then each note once it is saved.
const [, , dataDir = '', suffix = ''] = process.argv;
const { id, journal } = startSession({
  dataDir,
  target: testTarget,
  methodology: testMethodology,
  tool: { name: 'mcp-audit', version: '0.1.0' },
  auditor: { name: '', github: '', organization: '', contact: '' },
  by: 'jane',
  clock: () => new Date(),
  random: () => suffix,
});
fs.writeSync(1, `${id}\n`);
for (let seq = 2; ; seq += 1) {
  const note = `note ${seq}`;
  const answer = { verdict: 'pass', note } as const;
  const at = new Date().toISOString();
  journal.append([
    encode({ v: 1, seq, at, by: 'jane', type: 'check.answered', check: '1.1.1', answer }, journal.lastHash),
  ]);
  fs.writeSync(1, `${note}\n`);
}
