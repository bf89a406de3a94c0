import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { finishItems } from '../../src/engine/finish-items.ts';
import { quotedText } from '../../src/engine/quoted.ts';
import { openRepository } from '../../src/io/git/open-repository.ts';
import { secretPatterns } from '../../src/text/redact.ts';
import { testMethodology } from '../domain/arbitraries.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { fillRecorded, leaked, randomly } from '../support/secrets.ts';
import { draft } from './fake-source.ts';

/** Every kind of credential that fits into a name. */
const NAMES = secretPatterns
  .map((p, i) => fillRecorded(p.sample, randomly(i)))
  .filter(({ text }) => /^[\w.@=%+-]{1,200}$/.test(text));
const PLACES: Record<string, (token: string) => string> = {
  'the name of a file': (t) => `src/${t}.js`,
  'the name of a folder': (t) => `${t}/a.js`,
  'the end of a name': (t) => `.env.${t}`,
};
const CODE = (path: string) => `exec('x' + a); // ${path.length}\n`;

describe('a credential in a path', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-paths-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is kept nowhere, and the file can be opened and shown again by the name that is kept', async () => {
    expect(NAMES.length).toBeGreaterThan(40);
    const paths = NAMES.flatMap(({ text, random }) =>
      Object.values(PLACES).map((place) => ({ path: place(text), random })),
    );
    const { commit } = makeRepository(dir, [
      { files: Object.fromEntries(paths.map(({ path }) => [path, CODE(path)])) },
    ]);
    const { tree, close } = await openRepository(join(dir, '.git'), commit, '');
    const at = (path: string) => ({ path, startLine: 1, endLine: 1 });
    const items = await finishItems(
      paths.map(({ path }, i) =>
        draft({
          at: at(path),
          rule: `rule-${i}`,
          places: [at(paths[(i + 1) % paths.length]!.path)],
          flow: [{ path, line: 1, role: 'step', text: 'here' }],
        }),
      ),
      { collector: 'inputs', commit, tree, methodology: testMethodology },
    );
    expect(items).toHaveLength(paths.length);
    const kept = JSON.stringify(items);
    for (const { random } of paths) expect(leaked(kept, random, 12)).toEqual([]);
    for (const item of items) {
      const { path, snippet } = item.location!;
      expect(await tree.text(path)).toBe(`${snippet}\n`);
      expect(await quotedText(tree, path)).toContain(snippet);
    }
    const some = items.filter((_, i) => i % 20 === 0);
    for (const { reproduce, location } of some)
      expect(execFileSync('sh', ['-c', reproduce], { cwd: dir, encoding: 'utf8' }).trim()).toBe(
        location!.snippet,
      );
    await close();
  });
});
