import { describe, expect, it } from 'vitest';
import { disclosureOf } from '../../src/domain/disclosure.ts';
import type { EventBody } from '../../src/domain/events.ts';
import { emptySession } from '../../src/domain/session.ts';
import { assessedChecks } from '../../src/report/assessment-tables.ts';
import { auditManifest } from '../../src/report/audit-manifest.ts';
import { renderBlocks } from '../../src/report/blocks.ts';
import { htmlFile } from '../../src/report/formats/html.ts';
import { privateReport } from '../../src/report/formats/private-report.ts';
import { reportValue } from '../../src/report/formats/report-json.ts';
import { repositoryMetadata } from '../../src/report/metadata.ts';
import { pullRequest } from '../../src/report/pull-request.ts';
import { rawNotes } from '../../src/report/raw-notes.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { securityAssessment } from '../../src/report/security-assessment.ts';
import { inputOf, shellFinding, started } from './scripted-session.ts';

const other = { name: 'Ann Other', github: 'ann', organization: '', contact: 'ann@example.org' };
const answer = (check: string, note: string): EventBody => ({
  type: 'check.answered',
  check,
  answer: { verdict: 'pass', note },
});
/** Jane begins, Ann goes on and signs. */
const script: [EventBody, by: string][] = [
  [started(), 'jane@laptop'],
  [answer('1.3.1', 'read the lockfile'), 'jane-doe'],
  [{ type: 'auditor.named', auditor: other }, 'jane-doe'],
  [answer('2.1.4', 'limits are there'), 'ann'],
  [answer('1.3.1', 'read the lockfile and the manifest'), 'ann'],
];
const m = buildReport(
  inputOf(
    script.map(([body]) => body),
    {},
    script.map(([, by]) => by),
  ),
);

describe('an audit of two auditors', () => {
  it('gives every verdict its author where verdicts stand', () => {
    const coverage = renderBlocks(assessedChecks(m));
    expect(coverage).toContain('| Check | Verdict | By |');
    expect(coverage).toMatch(/1\.3\.1[^\n]*\| pass \| Jane Doe; note by Ann Other \|/);
    expect(coverage).toMatch(/2\.1\.4[^\n]*\| pass \| Ann Other \|/);
    expect(htmlFile(m)).toContain('By Jane Doe; note by Ann Other.');
    expect(rawNotes(m)).toMatch(/\| Jane Doe \| 1\.3\.1: pass \|/);
  });

  it('names both in the metadata and the manifest, who signs first, and nobody twice', () => {
    const names = (metadata: ReturnType<typeof repositoryMetadata>) =>
      (metadata.audit_history as { auditors: { name: string }[] }).auditors.map((a) => a.name);
    const metadata = repositoryMetadata(m);
    expect(names(metadata)).toEqual(['Ann Other', 'Jane Doe']);
    expect(names(repositoryMetadata(m, JSON.stringify(metadata)))).toEqual(['Ann Other', 'Jane Doe']);
    expect(auditManifest(m)).toMatchObject({
      auditor: { github: 'ann' },
      contributors: [{ name: 'Jane Doe', github: 'jane-doe' }],
    });
  });

  it('names both wherever a report says who audited: the letter in private, the pull request, the web page, the JSON', () => {
    const disclosure = disclosureOf(emptySession(), '2026-11-23');
    expect(privateReport(m, disclosure)).toMatch(/\| Also audited by \| Jane Doe \|/);
    const request = pullRequest({ model: m, earlier: null, diagnostics: null, disclosure });
    expect(request.body).toMatch(/\| Also audited by \| Jane Doe \|/);
    expect(htmlFile(m)).toMatch(/Also audited by<\/dt><dd>Jane Doe</);
    expect(securityAssessment(m)).toMatch(/\| Also audited by \| Jane Doe \|/);
    expect(reportValue(m).audit.contributors).toEqual([
      { name: 'Jane Doe', github: 'jane-doe', organization: expect.any(String) },
    ]);
  });

  it('gives work that was resumed to whoever did it, though another comes later', () => {
    const script: [EventBody, by: string][] = [
      [
        { ...started(), auditor: { name: '', github: '', organization: '', contact: '' } } as EventBody,
        'auditor',
      ],
      [
        {
          type: 'auditor.named',
          auditor: { name: 'Jane Doe', github: 'jane-doe', organization: '', contact: '' },
        },
        'auditor',
      ],
      [{ type: 'session.opened', toolVersion: '1' }, 'auditor'],
      [answer('1.3.1', 'read the lockfile'), 'jane-doe'],
      [{ type: 'session.opened', toolVersion: '1' }, 'auditor'],
      [{ type: 'auditor.named', auditor: other }, 'jane-doe'],
      [answer('2.1.4', 'limits are there'), 'ann'],
    ];
    const notes = rawNotes(
      buildReport(
        inputOf(
          script.map(([body]) => body),
          {},
          script.map(([, by]) => by),
        ),
      ),
    );
    const resumed = [...notes.matchAll(/\| ([^|\n]*) \| work resumed/g)].map((r) => r[1]);
    expect(resumed).toEqual(['Jane Doe', 'Ann Other']);
  });

  it('says of one auditor once that all is by them, and names no other', () => {
    const alone = buildReport(inputOf([started(), answer('1.3.1', 'read')]));
    expect(renderBlocks(assessedChecks(alone))).toContain('Every verdict and its reason is by Jane Doe.');
    expect(renderBlocks(assessedChecks(alone))).not.toContain('| By |');
    expect(auditManifest(alone)).not.toHaveProperty('contributors');
  });
});

describe('the published journal', () => {
  const secret = 'A claim nobody stands for any more';
  const withdrawn = shellFinding({ id: 'F-03', title: secret, severity: 'critical', checks: ['2.1.4'] });
  const item = '00000000000000a2';
  const triaged = (decision: 'accepted' | 'dismissed', reason: string): EventBody => ({
    type: 'evidence.triaged',
    changes: [{ item, triage: { decision, reason } }],
  });
  const attachment = { sha256: 'c'.repeat(64), bytes: 3, mediaType: 'text/plain', check: null };
  const notes = rawNotes(
    buildReport(
      inputOf([
        started(),
        {
          type: 'finding.recorded',
          finding: 'F-01',
          value: shellFinding({ title: secret, severity: 'critical' }),
        },
        { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ summary: 'one' }) },
        { type: 'finding.recorded', finding: 'F-01', value: shellFinding() },
        { type: 'finding.recorded', finding: 'F-03', value: withdrawn },
        { type: 'finding.recorded', finding: 'F-03', value: null },
        triaged('accepted', secret),
        triaged('dismissed', 'no caller reaches it'),
        { type: 'attachment.added', name: `${secret}.txt`, value: attachment },
        { type: 'attachment.added', name: `${secret}.txt`, value: null },
      ]),
    ),
  );

  it('publishes no word and no severity of what was withdrawn or reworded, only that it was', () => {
    expect(notes).not.toContain(secret);
    expect(notes).not.toMatch(/critical/i);
    expect(notes).toContain('finding F-03 recorded for 2.1.4, withdrawn later');
    expect(notes).toContain('finding F-03 withdrawn');
    expect(notes).toContain('accepted, decided anew later');
    expect(notes).toContain('an attachment removed');
  });

  it('names what stands as the report does, and says what was done again once', () => {
    expect(notes).toMatch(/finding HIGH\\?-001 recorded for 2\.1\.2 \|/);
    expect(notes).toMatch(/finding HIGH\\?-001 revised \(2 times\) \|/);
    expect(notes.match(/no caller reaches it/g)).toHaveLength(1);
  });
});
