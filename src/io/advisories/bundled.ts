import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdvisorySource, bundledAdvisories, type OsvRecord } from '../../domain/advisory.ts';
import { bundledChecklists } from '../methodology-files.ts';
import { candidates, recordsByPackage } from './candidates.ts';

/** The list that comes with the program: MCP SDKs and well-known MCP packages only, and as old as the program. */
export const bundledSource = (dir = bundledChecklists()): AdvisorySource => ({
  title: 'the list of MCP packages that comes with mcp-audit',
  async lookUp(packages) {
    const path = join(dir, 'advisories', 'mcp.json');
    let text: string;
    let list: { compiled: string; advisories: OsvRecord[] };
    try {
      text = await readFile(path, 'utf8');
      list = bundledAdvisories.parse(JSON.parse(text));
    } catch (error) {
      return {
        ok: false,
        reason: `${path} cannot be read (${error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 200) : String(error)}): install mcp-audit again`,
      };
    }
    const index = recordsByPackage(list.advisories);
    return {
      ok: true,
      asOf: list.compiled,
      sha256: createHash('sha256').update(text).digest('hex'),
      records: list.advisories.length,
      ecosystems: [],
      found: candidates(packages, (key) => index.get(key) ?? []),
      matched: false,
      gaps: [],
    };
  },
});
