import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { shellQuote } from '../engine/reproduce.ts';

/** How the program was started: what tells how it can be started again. */
export type Started = {
  env: Record<string, string | undefined>;
  /** The file that Node was given, and Node itself. */
  script: string;
  node: string;
  cwd: string;
};

const real = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

const firstOnPath = (name: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(existsSync);

/** The words that start this program where the auditor is: through npm, by its name, or as a file given to Node. */
const invocation = ({ env, script, node, cwd }: Started): string[] => {
  const manifest = env.npm_package_json;
  // npm runs scripts in the folder of the manifest, so the auditor may be elsewhere.
  if (env.npm_package_name === 'mcp-audit-workbench' && env.npm_lifecycle_event && manifest) {
    const root = dirname(manifest);
    const away = env.INIT_CWD !== undefined && relative(root, env.INIT_CWD).startsWith('..');
    return ['npm', ...(away ? ['--prefix', root] : []), 'start', '--'];
  }
  const path = env.PATH ?? '';
  const byName = firstOnPath('mcp-audit', path);
  if (byName && real(byName) === real(script)) return ['mcp-audit'];
  const near = relative(cwd, script);
  const known = firstOnPath('node', path);
  return [known && real(known) === real(node) ? 'node' : node, near.startsWith('..') ? script : near];
};

/** The same from anywhere, for a program that starts it: no word of it depends on the folder it is in. */
export const startWords = ({ env, script, node }: Pick<Started, 'env' | 'script' | 'node'>): string[] => {
  const byName = firstOnPath('mcp-audit', env.PATH ?? '');
  return byName && real(byName) === real(script) ? ['mcp-audit'] : [node, real(script)];
};

/** A command line that starts this program again with these arguments, in the way it was started now. */
export const ownCommand = (started: Started, args: readonly string[]): string => {
  const home = started.env.MCP_AUDIT_HOME;
  return [
    ...(home ? [`MCP_AUDIT_HOME=${shellQuote(home)}`] : []),
    ...[...invocation(started), ...args].map(shellQuote),
  ].join(' ');
};
