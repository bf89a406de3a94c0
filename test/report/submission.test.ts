import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceFile } from '../../src/domain/evidence.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { validateSubmission } from '../../src/report/validate.ts';
import { AUDIT_ID, bytesOf, COMMIT, exportSource, inputOf, smallScript } from './scripted-session.ts';

const GOLDEN = join(import.meta.dirname, '../golden/report');
const RENEW = 'UPDATE_GOLDEN=1 npx vitest run --project unit test/report';

/** Code of the target is no code of ours: the compiler must not see it. */
const stored = (path: string): string => (path.endsWith('.ts') ? `${path}.txt` : path);

const compile = () => compileSubmission(buildReport(inputOf()));
const audit = `audits/github.com/acme/report-mcp/audits/${AUDIT_ID}`;
const json = (text: string | undefined) => JSON.parse(text ?? '');

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((e) => e.isFile())
        .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
        .sort()
    : [];

describe('a compiled submission', () => {
  it(`equals the golden one (renew: ${RENEW})`, () => {
    const files = compile();
    if (process.env.UPDATE_GOLDEN) {
      rmSync(GOLDEN, { recursive: true, force: true });
      for (const [path, text] of files) {
        mkdirSync(dirname(join(GOLDEN, path)), { recursive: true });
        writeFileSync(join(GOLDEN, stored(path)), text);
      }
    }
    expect(filesBelow(GOLDEN), `renew with: ${RENEW}`).toEqual([...files.keys()].map(stored));
    for (const [path, text] of files)
      expect(text, `${path}; renew with: ${RENEW}`).toBe(readFileSync(join(GOLDEN, stored(path)), 'utf8'));
  });

  it('has nothing blocking and no warning, snippets compared with the target', () => {
    const target = (commit: string, path: string) =>
      commit === COMMIT ? (path === 'src/export.ts' ? exportSource : null) : undefined;
    expect(validateSubmission(bytesOf(compile()), { strict: true, target })).toEqual([]);
  });

  it('is the same byte for byte twice, also after the report was written and the session opened again', () => {
    const again = inputOf([
      ...smallScript(),
      { type: 'session.opened', toolVersion: '0.1.0' },
      { type: 'report.written', audit: AUDIT_ID, sha256: 'c'.repeat(64) },
    ]);
    expect([...compileSubmission(buildReport(again))]).toEqual([...compile()]);
  });

  it('publishes neither drafts, nor local paths, nor who was logged in', () => {
    const all = [...compile().values()].join('\n');
    for (const secret of ['draft nobody', 'secret-folder', 'jane@laptop', 'Looks bad, to be tried'])
      expect(all).not.toContain(secret);
  });

  it('names every check, and says of the unavailable collector that it could not look', () => {
    const text = compile().get(`${audit}/security-assessment.md`)!;
    for (const id of ['1.3.1', '1.3.2', '2.1.2', '2.1.4', '2.4.1']) expect(text).toContain(`| ${id} `);
    expect(text).toMatch(/1\.3\.2 .*\| not tested \|.*`advisories` \(unavailable\)/);
    expect(text).toContain('could not look (unavailable)');
    expect(text).toContain('HIGH-001: Shell command built from a tool parameter');
  });

  it('dates the audit by its first and last event that did something', () => {
    const manifest = json(compile().get(`${audit}/audit-manifest.json`));
    expect(manifest.audit_metadata).toMatchObject({
      start_date: '2026-11-22T09:00:00Z',
      completion_date: '2026-11-22T09:28:00Z',
      time_spent_hours: 0.5,
    });
    expect(manifest.target).toMatchObject({
      repo_url: 'https://github.com/acme/report-mcp',
      version: 'v1.4.0',
      commit_hash: COMMIT,
    });
  });

  it('keeps the evidence in its public format, without the local source', () => {
    const file = evidenceFile.parse(json(compile().get(`${audit}/artifacts/evidence.json`)));
    expect(file.items.map((i) => i.id)).toContain('00000000000000a1');
    expect(file.target.url).toBe('https://github.com/acme/report-mcp');
  });

  it('tells the journal in order, with the change of verdict and the dismissal', () => {
    const notes = compile().get(`${audit}/raw-notes.md`)!;
    expect(notes).toContain('2.1.2: verdict changed from unsure to fail');
    expect(notes).toMatch(/exec in a test helper: Only a test helper/);
    expect(notes.indexOf('2.1.2: unsure')).toBeLessThan(notes.indexOf('2.1.4: pass'));
  });
});

describe('metadata.json of a second audit', () => {
  const first = () => compile().get('audits/github.com/acme/report-mcp/metadata.json')!;
  const older = (over: object) => {
    const value = { ...json(first()), community_notes: { maintainer_responsiveness: 'active' } };
    value.audit_history = {
      total_audits: 1,
      last_audit_date: '2026-10-01',
      auditors: [{ name: 'Kim', github: 'kim', organization: 'Kim Inc' }],
      ...over,
    };
    return JSON.stringify(value);
  };
  const update = (existingMetadata: string, existingAudits?: string[]) => {
    const files = compileSubmission(
      buildReport(inputOf()),
      existingAudits ? { existingMetadata, existingAudits } : { existingMetadata },
    );
    return {
      metadata: json(files.get('audits/github.com/acme/report-mcp/metadata.json')),
      manifest: json(files.get(`${audit}/audit-manifest.json`)),
    };
  };

  it('counts on, keeps auditors and unknown fields, and names the earlier audits', () => {
    const { metadata, manifest } = update(older({}), ['kim-2026-10-01-001']);
    expect(metadata.audit_history.total_audits).toBe(2);
    expect(metadata.audit_history.last_audit_date).toBe('2026-11-22');
    expect(metadata.audit_history.auditors.map((a: { github: string }) => a.github)).toEqual([
      'kim',
      'jane-doe',
    ]);
    expect(metadata.community_notes).toEqual({ maintainer_responsiveness: 'active' });
    expect(manifest.references.related_audits).toEqual(['kim-2026-10-01-001']);
  });

  it('does not count the same audit or name the same auditor twice', () => {
    const { metadata } = update(older({ auditors: [{ name: 'J', github: 'Jane-Doe', organization: '' }] }), [
      AUDIT_ID,
      'kim-2026-10-01-001',
    ]);
    expect(metadata.audit_history.total_audits).toBe(2);
    expect(metadata.audit_history.auditors).toHaveLength(1);
  });

  it('changes only history and date when a newer audit is there', () => {
    const existing = JSON.parse(older({ last_audit_date: '2026-12-24' }));
    existing.security_summary.overall_risk = 'critical';
    const { metadata } = update(JSON.stringify(existing));
    expect(metadata.security_summary).toEqual(existing.security_summary);
    expect(metadata.audit_history).toMatchObject({ total_audits: 2, last_audit_date: '2026-12-24' });
    expect(metadata.last_updated).toBe('2026-11-22T09:28:00Z');
  });

  it.each(['{', '[]', 'null'])('refuses to overwrite what it cannot read: %s', (existing) => {
    expect(() => update(existing)).toThrow(/metadata\.json/);
  });
});
