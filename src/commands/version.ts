import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version package.json states: one level above `dist/`, two above `src/commands/`. */
const read = (): string => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    try {
      const pkg = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (pkg.name === 'mcp-audit-workbench' && pkg.version) return pkg.version;
    } catch {}
  }
  return '0.0.0';
};

export const VERSION = read();
