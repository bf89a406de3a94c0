import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validate } from '../../src/commands/validate.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { databaseFixture } from './database-fixture.ts';

test('a submission is verified against a clone of its target', async () => {
  const f = databaseFixture();
  expect(await validate(f.host, f.database, { target: [f.server], fetch: false })).toBe(0);
  expect(f.printed()).toContain('0 blocking, 0 warnings, 0 info');
});

test('what a clone contradicts is said: the commit, the tag, the lines of a finding and of a code sample', async () => {
  const f = databaseFixture();
  const manifest = join(f.audit, 'audit-manifest.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replaceAll(f.audited, f.newest));
  expect(await validate(f.host, f.audit, { target: [f.server], json: true })).toBe(1);
  const { diagnostics } = JSON.parse(f.printed()) as { diagnostics: { rule: string; message: string }[] };
  const said = diagnostics.filter((d) => /^AVP-3/.test(d.rule)).map((d) => d.message);
  expect(said).toContain(
    `the tag v1.4.0 is commit ${f.audited.slice(0, 12)}, the manifest says ${f.newest.slice(0, 12)}`,
  );
  // Once in the finding, once in the code sample.
  expect(said.filter((m) => m === 'src/export.ts lines 4-5: the code stands at lines 5-6')).toHaveLength(2);

  writeFileSync(manifest, text.replaceAll(f.audited, 'ab'.repeat(20)).replace('v1.4.0', 'v9.9.9'));
  await validate(f.host, f.audit, { target: [f.server] });
  expect(f.printed()).toContain(`the target's clone has no commit ${'ab'.repeat(6)}`);
  writeFileSync(manifest, text.replace('v1.4.0', 'v9.9.9'));
  await validate(f.host, f.audit, { target: [f.server] });
  expect(f.printed()).toContain('the target has no tag "v9.9.9"');
});

test('a clone of another server answers for nothing, and that is said', async () => {
  const f = databaseFixture();
  const other = makeRepository(join(f.folder, 'other'), [{ files: { a: 'b' } }], {
    remote: 'https://github.com/acme/other',
  });
  const third = makeRepository(join(f.folder, 'third'), [{ files: { a: 'c' } }], {
    remote: 'https://github.com/acme/third',
  });
  expect(await validate(f.host, f.database, { target: [other.path, third.path] })).toBe(0);
  expect(f.printed()).toMatch(/no clone of https:\/\/github\.com\/acme\/report-mcp was at hand/);
});

test('the logs for CI are written beside the words, and only blocking faults need fail it', async () => {
  const f = databaseFixture();
  const manifest = join(f.audit, 'audit-manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"high": 1', '"high": 2'));
  const sarif = join(f.folder, 'out/log.sarif');
  const review = join(f.folder, 'out/review.md');
  expect(await validate(f.host, f.database, { sarif, review, base: '.' })).toBe(1);
  expect(await validate(f.host, f.database, { sarif, review, base: '.', failOn: 'blocking' })).toBe(0);
  const log = JSON.parse(readFileSync(sarif, 'utf8'));
  expect(log.runs[0].results[0]).toMatchObject({
    ruleId: 'AVP-1.5',
    level: 'warning',
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: `audits/github.com/acme/report-mcp/audits/${f.audit.split('/').at(-1)}/audit-manifest.json`,
          },
        },
      },
    ],
  });
  expect(readFileSync(review, 'utf8')).toContain('**Status**: ✅ Validation Passed');
  writeFileSync(manifest, '{');
  expect(await validate(f.host, f.database, { review, failOn: 'blocking' })).toBe(1);
  expect(readFileSync(review, 'utf8')).toContain('❌ Changes Requested');
});

test('a report that was half put in place is named, from the database down to the audit, and what is half elsewhere is not', async () => {
  const f = databaseFixture();
  const name = `.mcp-audit-${'a'.repeat(24)}`;
  const inDatabase = f.audit.slice(f.database.length + 1);
  const step = (path: string) => ({ kind: 'file', path, was: null, now: 'b'.repeat(64), n: 0 });
  const left = (steps: object[]) => {
    mkdirSync(join(f.database, name), { recursive: true });
    writeFileSync(join(f.database, name, 'plan.json'), JSON.stringify(steps));
  };
  const said = async (folder: string) => {
    f.printed();
    await validate(f.host, folder, {});
    return f.printed();
  };
  left([step(`${inDatabase}/SECURITY_ASSESSMENT.md`)]);
  for (const folder of [f.database, join(f.audit, '..'), f.audit])
    expect(await said(folder)).toMatch(new RegExp(`LAYOUT-INTERRUPTED {2}(?:\\.\\./)*${name}`));
  left([step('audits/github.com/acme/another/metadata.json')]);
  expect(await said(f.audit)).not.toContain('LAYOUT-INTERRUPTED');
});
