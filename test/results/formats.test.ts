import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import { readResults } from '../../src/results/read-results.ts';

/** Recorded from the tools themselves; what is not recorded is written after the tool's documentation and says so. */
const recorded = (name: string) =>
  readResults(readFileSync(new URL(`../fixtures/tool-results/${name}`, import.meta.url)), name);
const written = (value: unknown, format?: string) =>
  readResults(Buffer.from(JSON.stringify(value)), 'a.json', format);

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} | ${error.hint}`;
    throw error;
  }
  return 'nothing thrown';
};

describe('results recorded from tools', () => {
  it('semgrep 1.185 JSON', () => {
    const report = recorded('semgrep.json');
    expect(report).toMatchObject({
      format: 'semgrep',
      tools: [{ name: 'semgrep', version: '1.185.0' }],
      total: 2,
      looked: 7,
      gaps: [],
    });
    expect(report.results[0]).toMatchObject({
      rule: 'rules.subprocess-shell',
      level: 'ERROR',
      // The rule says how sure it is, and that counts more than how grave it would be.
      strength: 'moderate',
      cwe: ['CWE-78'],
      place: { path: 'challenges/easy/challenge2/server_sse.py', startLine: 31, endLine: 31 },
      quoted: '',
    });
    expect(report.results[1]).toMatchObject({ cwe: ['CWE-95'], level: 'WARNING' });
  });

  it('semgrep SARIF, whose rules and tool stand behind the results', () => {
    const report = recorded('semgrep.sarif');
    expect(report.tools).toEqual([{ name: 'Semgrep OSS', version: '1.185.0' }]);
    expect(report.results[0]).toMatchObject({
      rule: 'rules.subprocess-shell',
      level: 'error',
      cwe: ['CWE-78'],
      place: { path: 'challenges/easy/challenge2/server_sse.py', startLine: 31, endLine: 31 },
    });
    expect(report.results[0]?.quoted).toContain('subprocess.check_output(command, shell=True');
  });

  it('bandit 1.9 JSON, with the version its links tell', () => {
    const report = recorded('bandit.json');
    expect(report.tools).toEqual([{ name: 'bandit', version: '1.9.4' }]);
    expect(report.results.map((r) => [r.rule, r.level, r.strength, r.cwe, r.place?.startLine])).toEqual([
      ['B602 subprocess_popen_with_shell_equals_true', 'HIGH', 'strong', ['CWE-78'], 31],
      ['B108 hardcoded_tmp_directory', 'MEDIUM', 'moderate', ['CWE-377'], 47],
      ['B404 blacklist', 'LOW', 'weak', ['CWE-78'], 28],
    ]);
    expect(report.results[0]?.quoted.trim()).toMatch(/^result = subprocess/);
  });

  it('gitleaks JSON, with the secrets to be masked', () => {
    const [leak] = recorded('gitleaks.json').results;
    expect(leak).toMatchObject({
      rule: 'generic-api-key',
      class: 'hardcoded-secret',
      cwe: ['CWE-798'],
      place: { path: 'challenges/easy/challenge1/server.py', startLine: 15, endLine: 15 },
    });
    expect(leak?.secrets.length).toBe(2);
  });

  it('osv-scanner 2.2 JSON', () => {
    const report = recorded('osv-scanner.json');
    expect(report.looked).toBe(1);
    expect(report.results).toMatchObject([
      {
        rule: 'GHSA-jf85-cpcp-j695',
        title: 'lodash 4.17.11: GHSA-jf85-cpcp-j695, Prototype Pollution in lodash',
        level: 'CRITICAL',
        strength: 'strong',
        class: 'supply-chain',
        checks: ['1.3.2'],
        cwe: ['CWE-1321'],
        place: { path: '/home/user/server/package-lock.json', startLine: null },
      },
    ]);
    expect(report.results[0]?.detail).toContain('Also known as CVE-2019-10744.');
    expect(report.results[0]?.detail).toContain('Repaired in 4.17.12.');
  });

  it('an osv-scanner without a database writes an empty list, and that is not "nothing vulnerable"', () => {
    expect(recorded('osv-scanner-no-database.json')).toMatchObject({ total: 0, looked: 0 });
  });

  it('a pip-audit that skipped every package says which', () => {
    const report = recorded('pip-audit-skipped.json');
    expect(report.total).toBe(0);
    expect(report.gaps.map((g) => g.title)).toEqual([
      'pip-audit did not look at requests',
      'pip-audit did not look at chardet',
    ]);
  });

  it('an npm audit that failed is refused in its own words', () => {
    expect(refusal(() => recorded('npm-audit-failed.json'))).toMatch(
      /npm-audit-failed\.json was not imported: npm audit itself failed \(405 Method Not Allowed.*looked at nothing/,
    );
  });
});

describe('results after the documentation of tools', () => {
  it('npm audit of npm 7 and later', () => {
    const report = written({
      auditReportVersion: 2,
      vulnerabilities: {
        lodash: {
          name: 'lodash',
          severity: 'critical',
          isDirect: true,
          via: [
            {
              source: 1,
              name: 'lodash',
              title: 'Prototype Pollution',
              url: 'https://github.com/advisories/GHSA-jf85-cpcp-j695',
              severity: 'critical',
              cwe: ['CWE-1321'],
              range: '<4.17.12',
            },
          ],
          fixAvailable: { name: 'lodash', version: '4.17.21' },
        },
        // Brought in by lodash: an entry whose `via` only names it.
        cli: { name: 'cli', severity: 'critical', via: ['lodash'], isDirect: true },
      },
      metadata: { dependencies: { prod: 2, total: 12 } },
    });
    expect(report).toMatchObject({ total: 1, looked: 12 });
    expect(report.results[0]).toMatchObject({
      rule: 'GHSA-jf85-cpcp-j695',
      strength: 'strong',
      cwe: ['CWE-1321'],
    });
  });

  it('npm audit of npm 6', () => {
    const report = written({
      actions: [],
      advisories: {
        '1065': {
          module_name: 'lodash',
          title: 'Prototype Pollution',
          severity: 'high',
          cves: ['CVE-2019-10744'],
          cwe: 'CWE-471',
          url: 'https://npmjs.com/advisories/1065',
          patched_versions: '>=4.17.12',
          findings: [{ version: '4.17.11' }],
        },
      },
      metadata: { totalDependencies: 3 },
    });
    expect(report.results[0]).toMatchObject({
      title: 'lodash 4.17.11: 1065, Prototype Pollution',
      level: 'high',
    });
  });

  it('trivy: packages, misconfigurations that do not pass, secrets', () => {
    const report = written({
      SchemaVersion: 2,
      ArtifactName: '.',
      Trivy: { Version: '0.60.0' },
      Results: [
        {
          Target: 'Dockerfile',
          Misconfigurations: [
            {
              ID: 'DS002',
              AVDID: 'AVD-DS-0002',
              Title: 'root user',
              Severity: 'HIGH',
              Status: 'FAIL',
              CauseMetadata: { StartLine: 1, EndLine: 3 },
            },
            { ID: 'DS026', Title: 'no healthcheck', Severity: 'LOW', Status: 'PASS' },
          ],
        },
        {
          Target: 'go.mod',
          Vulnerabilities: [
            {
              VulnerabilityID: 'CVE-2023-39325',
              PkgName: 'golang.org/x/net',
              InstalledVersion: 'v0.7.0',
              FixedVersion: '0.17.0',
              Severity: 'HIGH',
              Title: 'rapid reset',
              CweIDs: ['CWE-400'],
            },
          ],
        },
        {
          Target: '.env',
          Secrets: [
            { RuleID: 'aws-access-key-id', Title: 'AWS key', Severity: 'CRITICAL', StartLine: 2, EndLine: 2 },
          ],
        },
      ],
    });
    expect(report.tools).toEqual([{ name: 'trivy', version: '0.60.0' }]);
    expect(report.results.map((r) => [r.rule, r.class, r.place])).toEqual([
      ['AVD-DS-0002', 'container', { path: 'Dockerfile', startLine: 1, endLine: 3 }],
      ['CVE-2023-39325', 'supply-chain', { path: 'go.mod', startLine: null, endLine: null }],
      ['aws-access-key-id', 'hardcoded-secret', { path: '.env', startLine: 2, endLine: 2 }],
    ]);
  });

  it('pip-audit that found something', () => {
    const report = written({
      dependencies: [
        {
          name: 'requests',
          version: '2.19.0',
          vulns: [
            {
              id: 'PYSEC-2018-28',
              aliases: ['CVE-2018-18074'],
              fix_versions: ['2.20.0'],
              description: 'Leaks credentials',
            },
          ],
        },
      ],
      fixes: [],
    });
    expect(report.results[0]).toMatchObject({
      rule: 'PYSEC-2018-28',
      title: 'requests 2.19.0: PYSEC-2018-28, Leaks credentials',
      checks: ['1.3.2'],
    });
  });
});

describe('SARIF of any tool', () => {
  const sarif = (run: object, more: object = {}) =>
    written({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T', version: '9' } }, ...run }], ...more });
  const at = (uri: string, extra: object = {}) => ({
    physicalLocation: { artifactLocation: { uri, ...extra }, region: { startLine: 3 } },
  });

  it('takes weaknesses from tags, from relationships and from taxa', () => {
    const report = written({
      version: '2.1.0',
      runs: [
        {
          results: [
            { ruleId: 'tagged', message: { text: 'm' } },
            { ruleIndex: 1, message: { text: 'm' } },
            { ruleId: 'none', message: { text: 'm' }, taxa: [{ id: '918' }] },
          ],
          tool: {
            driver: {
              name: 'T',
              rules: [
                { id: 'tagged', properties: { tags: ['security', 'external/cwe/cwe-078'] } },
                { id: 'related', relationships: [{ target: { id: '22', toolComponent: { name: 'CWE' } } }] },
              ],
            },
          },
        },
      ],
    });
    expect(report.results.map((r) => r.cwe)).toEqual([['CWE-78'], ['CWE-22'], ['CWE-918']]);
  });

  it('resolves base folders, artifact indexes and file addresses', () => {
    const { results, roots } = sarif({
      originalUriBaseIds: {
        ROOT: { uri: 'file:///C:/build/repo/' },
        SRC: { uri: 'src/', uriBaseId: 'ROOT' },
      },
      artifacts: [{ location: { uri: 'lib/a%20b.ts' } }],
      results: [
        { ruleId: 'r', message: { text: 'm' }, locations: [at('x.ts', { uriBaseId: 'SRC' })] },
        {
          ruleId: 'r',
          message: { text: 'm' },
          locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }],
        },
        { ruleId: 'r', message: { text: 'm' }, locations: [at('file:///home/me/repo/y.ts')] },
      ],
    });
    expect(results.map((r) => r.place)).toEqual([
      { path: 'C:/build/repo/src/x.ts', startLine: 3, endLine: 3 },
      { path: 'lib/a b.ts', startLine: null, endLine: null },
      { path: '/home/me/repo/y.ts', startLine: 3, endLine: 3 },
    ]);
    expect(roots).toEqual(['C:/build/repo/']);
  });

  it('does not make leads of what passed, and says how many that were', () => {
    const report = sarif({
      results: [
        { ruleId: 'a', kind: 'pass', message: { text: 'm' } },
        { ruleId: 'b', baselineState: 'absent', message: { text: 'm' } },
        { ruleId: 'c', message: { text: 'm' }, suppressions: [{ kind: 'inSource' }], level: 'error' },
      ],
    });
    expect(report.results.map((r) => [r.rule, r.strength])).toEqual([['c', 'weak']]);
    expect(report.searched).toContain('1 say pass, 1 are marked as gone since a baseline');
  });

  it('says what the tool could not look at', () => {
    const report = sarif({
      results: [],
      invocations: [
        {
          executionSuccessful: false,
          toolExecutionNotifications: [{ level: 'error', message: { text: 'a.py cannot be parsed' } }],
        },
      ],
      externalPropertyFileReferences: { results: [{ location: { uri: 'more.sarif' } }] },
    });
    expect(report.gaps.map((g) => g.title)).toEqual([
      'T could not look at everything: a.py cannot be parsed',
      'T could not look at everything: it says that its run did not succeed',
      'Results may stand in other files that this one refers to',
    ]);
  });

  it('of another version is refused', () => {
    expect(refusal(() => written({ version: '1.0.0', runs: [] }))).toContain('its SARIF version is 1.0.0');
    expect(refusal(() => written({ runs: [] }))).toContain('does not say which SARIF version');
  });
});

describe('files that cannot be taken', () => {
  it('are named, with what they are and what to do', () => {
    const read = (text: string | Buffer, format?: string) =>
      refusal(() => readResults(Buffer.from(text), 'x.json', format));
    expect(read('')).toContain('x.json was not imported: it is empty, so the tool may not have run');
    expect(read('not json')).toContain('x.json was not imported: it is not JSON');
    expect(read('{"version":"2.1.0","runs":[')).toContain('the document ends in the middle');
    expect(read('{"hello":1}')).toContain('none of the formats that are read: SARIF 2.1.0');
    expect(read('[]')).toContain('--format gitleaks');
    expect(read('[]', 'nonsense')).toContain('"nonsense" is no format | one of: sarif');
    expect(readResults(Buffer.from('[]'), 'x.json', 'gitleaks').total).toBe(0);
  });

  it('in UTF-16, as PowerShell writes them, are read all the same', () => {
    const text = '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Ü"}},"results":[]}]}';
    expect(readResults(Buffer.from(`\u{FEFF}${text}`, 'utf16le'), 'x').tools[0]?.name).toBe('Ü');
    expect(readResults(Buffer.from(`\u{FEFF}${text}`), 'x').tools[0]?.name).toBe('Ü');
  });
});
