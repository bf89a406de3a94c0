import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdsFor } from '../../../src/analysis/packages/advisories.ts';
import type { Ecosystem } from '../../../src/analysis/packages/dependency.ts';
import { compareVersions } from '../../../src/analysis/packages/versions/compare.ts';
import { bundledAdvisories } from '../../../src/domain/advisory.ts';
import { bundledSource } from '../../../src/io/advisories/bundled.ts';
import { bundledChecklists } from '../../../src/io/methodology-files.ts';

const list = bundledAdvisories.parse(
  JSON.parse(readFileSync(join(bundledChecklists(), 'advisories/mcp.json'), 'utf8')),
);
const ask = { signal: new AbortController().signal, progress: () => {} };

describe('the bundled list of MCP packages', () => {
  it('names each advisory once, with ranges whose ends are versions, and where it was taken from', () => {
    expect(new Set(list.advisories.map((a) => a.id)).size).toBe(list.advisories.length);
    for (const advisory of list.advisories)
      for (const affected of advisory.affected ?? [])
        for (const range of affected.ranges ?? [])
          for (const event of range.events)
            for (const version of Object.values(event))
              if (version !== undefined && version !== '0')
                expect(
                  compareVersions[affected.package!.ecosystem as Ecosystem](version, version),
                  `${advisory.id} ${version}`,
                ).toBe(0);
  });

  it.each<[string, string, string, string]>([
    ['npm', '@modelcontextprotocol/sdk', '1.23.1', '1.26.0'],
    ['PyPI', 'mcp', '1.22.0', '1.28.1'],
    ['PyPI', 'fastmcp', '3.1.9', '3.2.0'],
    ['crates.io', 'rmcp', '1.3.0', '1.4.0'],
    ['Go', 'github.com/modelcontextprotocol/go-sdk', 'v1.3.1', 'v1.4.0'],
    ['npm', 'mcp-remote', '0.1.15', '0.1.16'],
    ['npm', '@modelcontextprotocol/inspector', '0.14.0', '0.16.6'],
    ['npm', '@modelcontextprotocol/server-filesystem', '2025.3.28', '2025.7.1'],
    ['PyPI', 'mcp-server-git', '2025.9.25', '2026.1.14'],
  ])('knows %s %s', async (ecosystem, name, old, mended) => {
    const answer = await bundledSource().lookUp([{ ecosystem, name, version: old }], ask);
    const records = answer.ok ? (answer.found.get(0) ?? []) : [];
    expect(records.some((r) => holdsFor(r, { ecosystem, name, version: old }))).toBe(true);
    expect(records.some((r) => holdsFor(r, { ecosystem, name, version: mended }))).toBe(false);
  });

  it('is no source for anything else, and says so when it is missing', async () => {
    expect(await bundledSource().lookUp([], ask)).toMatchObject({ ok: true, ecosystems: [] });
    expect(await bundledSource('/nowhere').lookUp([], ask)).toMatchObject({ ok: false });
  });
});
