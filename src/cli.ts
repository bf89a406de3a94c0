#!/usr/bin/env node
// The first lines decide how the program starts, so nothing heavy is imported above them: an older Node must get a
// sentence rather than a syntax error. That React is its production build is decided when this is bundled.
import nodeModule from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `mcp-audit needs Node 22.12 or newer and runs on ${process.versions.node}; nothing was started. In a clone, "npm start" brings its own.\n`,
  );
  process.exit(2);
}
// Whoever reads what is printed may have seen enough (`| head`): that is no failure of ours. Half of it on a full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  try {
    process.stderr.write(
      `mcp-audit: what was printed could not be written whole (${error.code ?? error.message}), so what is there of it is cut off\nfree some space or print it elsewhere, then do it again: what was decided is saved\n`,
    );
  } finally {
    process.exit(2);
  }
});
// With nobody to be told, what was asked for is done all the same.
process.stderr.on('error', () => {});
nodeModule.enableCompileCache();
const { main } = await import('./commands/main.ts');
process.exitCode = await main(process.argv.slice(2));
