import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cited } from '../../src/domain/citations.ts';
import type { Location } from '../../src/domain/evidence.ts';
import { findElsewhere } from '../../src/domain/since/elsewhere.ts';
import { proveFinding, proveLocation } from '../../src/report/proof.ts';
import { readiness } from '../../src/report/readiness.ts';
import {
  exportSource,
  inputOf,
  sha256,
  shellFinding,
  shellItem,
  smallScript,
  started,
} from './scripted-session.ts';

const at = (source: string, startLine: number, endLine: number, path = 'src/a.ts'): Location => {
  const snippet = source
    .split('\n')
    .slice(startLine - 1, endLine)
    .join('\n');
  return { path, startLine, endLine, snippet, sha256: sha256(snippet) };
};
const reading = (text: string | null, path = 'src/a.ts'): Cited => ({
  texts: new Map([[path, text]]),
  problem: null,
});
const SOURCE = [
  "import { exec } from 'node:child_process';",
  '',
  'export const run = (name: string) => {',
  '  const cmd = build(name);',
  '  exec(cmd, report);',
  '};',
  '',
].join('\n');

describe('a cited range, read again', () => {
  const cited = at(SOURCE, 4, 5);
  it.each([
    ['exact', 'where it was', SOURCE, { state: 'exact' }],
    [
      'moved',
      'two lines further down',
      `// a\n// b\n${SOURCE}`,
      { state: 'moved', startLine: 6, endLine: 7 },
    ],
    ['moved', 'indented anew', SOURCE.replaceAll('  ', '    '), { state: 'moved', startLine: 4, endLine: 5 }],
    [
      'changed',
      'one line of it is another',
      SOURCE.replace('exec(cmd, report)', 'run(cmd)'),
      { state: 'changed' },
    ],
    ['gone', 'the file holds nothing of it', 'export {};\n', { state: 'gone' }],
    ['gone', 'the file is not there', null, { state: 'gone' }],
  ])('is %s when it %s', (_, __, now, proof) => {
    expect(proveLocation(cited, reading(now))).toEqual(proof);
  });

  it('is unread, which proves nothing, as long as nobody looked', () => {
    expect(proveLocation(cited, { texts: new Map(), problem: null })).toEqual({ state: 'unread' });
  });

  it('has moved where the only other file that holds it stands, formatted anew or not', async () => {
    const looked = async (others: Record<string, string>) => {
      const now = reading('export {};\n');
      const elsewhere = await findElsewhere([cited], now, {
        paths: async () => Object.keys(others),
        text: async (path) => others[path] ?? null,
      });
      return proveLocation(cited, { ...now, elsewhere });
    };
    const indented = SOURCE.replaceAll('  ', '\t');
    expect(await looked({ 'lib/b.ts': `// new\n${indented}`, 'lib/c.md': SOURCE })).toEqual({
      state: 'moved',
      path: 'lib/b.ts',
      startLine: 5,
      endLine: 6,
    });
    expect(await looked({ 'lib/b.ts': SOURCE, 'lib/c.ts': SOURCE })).toEqual({ state: 'gone' });
  });

  it('is exact with the credential in it masked', () => {
    const secret = "const token = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';\n";
    const masked = { ...at(secret, 1, 1), snippet: "const token = 'ghp_********';" };
    expect(proveLocation(masked, reading(secret)).state).not.toBe('exact');
  });

  it('is always exact where it was just taken from, and found again behind lines that came before it', () => {
    const line = fc.stringMatching(/^[a-z(){};= ]{4,20}$/).filter((l) => l.trim().length > 3);
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { minLength: 3, maxLength: 20, selector: (l) => l.replace(/\s/g, '') }),
        fc.nat(),
        fc.nat({ max: 5 }),
        (lines, from, before) => {
          const start = (from % lines.length) + 1;
          const end = Math.min(lines.length, start + 2);
          const source = lines.join('\n');
          const location = at(source, start, end);
          expect(proveLocation(location, reading(source))).toEqual({ state: 'exact' });
          const shifted = `${Array.from({ length: before }, (_, i) => `// ${i} before`).join('\n')}\n${source}`;
          const proof = proveLocation(location, reading(before === 0 ? source : shifted));
          expect(['exact', 'moved']).toContain(proof.state);
          if (before > 0)
            expect(proof).toEqual({ state: 'moved', startLine: start + before, endLine: end + before });
        },
      ),
    );
  });
});

describe('a finding', () => {
  it('is proven by its own places and by those its evidence cites beside them', () => {
    const cited = { texts: new Map([['src/export.ts', exportSource]]), problem: null };
    const items = new Map([[shellItem.id, shellItem]]);
    expect(proveFinding(shellFinding(), items, cited).map((p) => [p.index, p.proof.state])).toEqual([
      [0, 'exact'],
    ]);
    expect(
      proveFinding(shellFinding({ locations: [] }), items, cited).map((p) => [p.index, p.proof.state]),
    ).toEqual([[null, 'exact']]);
  });

  const rows = (cited: Cited | undefined, over = {}) =>
    readiness({
      ...inputOf([started(), { type: 'finding.recorded', finding: 'F-01', value: shellFinding(over) }]),
      cited,
    }).filter((r) => /cites|citations?/.test(r.text));
  const texts = (text: string | null): Cited => ({
    texts: new Map([['src/export.ts', text]]),
    problem: null,
  });

  it('says nothing about citations that are exact', () => {
    expect(rows(texts(exportSource))).toEqual([]);
  });

  it('blocks the report when its code moved, and offers the lines where it stands', () => {
    expect(rows(texts(`// new\n${exportSource}`))[0]).toMatchObject({
      level: 'blocks',
      finding: 'F-01',
      text: 'F-01 cites src/export.ts:4-5: the code stands at 5-6',
      move: { location: 0, path: 'src/export.ts', startLine: 5, endLine: 6 },
    });
  });

  it.each([
    ['changed', exportSource.replace('exec(cmd, done)', 'other()'), /only a part/],
    ['gone', 'nothing\n', /not there/],
    ['in a file that is gone', null, /not there/],
  ])('blocks the report when its code is %s', (_, text, words) => {
    const [row] = rows(texts(text));
    expect(row).toMatchObject({ level: 'blocks', finding: 'F-01', text: expect.stringMatching(words) });
    expect(row?.move).toBeUndefined();
  });

  it('blocks the report when nobody could look, and only warns while somebody is looking', () => {
    expect(rows({ texts: new Map(), problem: 'the clone is gone' })[0]).toMatchObject({
      level: 'blocks',
      text: expect.stringContaining('the clone is gone'),
    });
    expect(rows({ texts: new Map(), problem: null })[0]).toMatchObject({ level: 'warns' });
  });

  it('holds for all of a finished audit', () => {
    const all = readiness({
      ...inputOf(smallScript()),
      cited: { texts: new Map([['src/export.ts', exportSource]]), problem: null },
    });
    expect(all.filter((r) => r.level === 'blocks')).toEqual([]);
  });
});
