import fs from 'node:fs';
import { resumeSession } from '../../../src/io/session/open-session.ts';

// Another mcp-audit: opens the session, says how that went, and keeps it until its standard input ends.
const [, , dataDir = '', id = ''] = process.argv;
try {
  resumeSession({ dataDir, id, toolVersion: '0.1.0', by: 'john', clock: () => new Date() });
  fs.writeSync(1, `open ${process.pid}\n`);
} catch (error) {
  fs.writeSync(1, `refused ${error instanceof Error ? error.message : error}\n`);
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
