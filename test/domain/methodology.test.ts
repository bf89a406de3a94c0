import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaFiles } from '../../scripts/schemas.ts';
import { type Known, parseMethodology, parseTop10, parseTtps } from '../../src/domain/load-methodology.ts';
import { checksOf, collectorsOf, type Methodology } from '../../src/domain/methodology.ts';
import {
  bundledChecklists,
  readBundledCatalogue,
  readMethodologyFolder,
} from '../../src/io/methodology-files.ts';

const dir = bundledChecklists();
const files = await readMethodologyFolder(dir);
const catalogue = await readBundledCatalogue();

const parsedTtps = parseTtps(catalogue.ttps);
const ttps = 'ttps' in parsedTtps ? parsedTtps.ttps : [];

/** Written down here, so that a collector renamed in the program is noticed where the two are wired together. */
const COLLECTORS = [
  'authorization',
  'capabilities',
  'code-flow',
  'code-weaknesses',
  'dependencies',
  'deployment',
  'dockerfile',
  'git-history',
  'governance',
  'hidden-behaviour',
  'identity',
  'look-alikes',
  'network',
  'operations',
  'readme',
  'secrets',
  'security-files',
  'signatures',
  'source-tree',
  'tests-ci',
  'tool-surface',
  'tool-text',
];

const known: Known = { collectors: COLLECTORS, ttps: ttps.map((t) => t.id) };
const result = parseMethodology(files, known);
const methodology = 'methodology' in result ? result.methodology : ({ phases: [] } as unknown as Methodology);
const checks = checksOf(methodology);

/** Weaknesses the checks may name, looked up one by one: a typing error makes another weakness, and a wrong report. */
const CWE_NAMES: Record<string, string> = {
  'CWE-15': 'External Control of System or Configuration Setting',
  'CWE-20': 'Improper Input Validation',
  'CWE-22': 'Path Traversal',
  'CWE-59': 'Link Following',
  'CWE-77': 'Command Injection',
  'CWE-78': 'OS Command Injection',
  'CWE-79': 'Cross-site Scripting',
  'CWE-88': 'Argument Injection',
  'CWE-89': 'SQL Injection',
  'CWE-94': 'Code Injection',
  'CWE-95': 'Eval Injection',
  'CWE-113': 'HTTP Request/Response Splitting',
  'CWE-116': 'Improper Encoding or Escaping of Output',
  'CWE-117': 'Improper Output Neutralization for Logs',
  'CWE-150': 'Improper Neutralization of Escape, Meta, or Control Sequences',
  'CWE-200': 'Exposure of Sensitive Information to an Unauthorized Actor',
  'CWE-201': 'Insertion of Sensitive Information Into Sent Data',
  'CWE-203': 'Observable Discrepancy',
  'CWE-204': 'Observable Response Discrepancy',
  'CWE-208': 'Observable Timing Discrepancy',
  'CWE-209': 'Generation of Error Message Containing Sensitive Information',
  'CWE-212': 'Improper Removal of Sensitive Information Before Storage or Transfer',
  'CWE-214': 'Invocation of Process Using Visible Sensitive Information',
  'CWE-223': 'Omission of Security-relevant Information',
  'CWE-248': 'Uncaught Exception',
  'CWE-250': 'Execution with Unnecessary Privileges',
  'CWE-266': 'Incorrect Privilege Assignment',
  'CWE-269': 'Improper Privilege Management',
  'CWE-272': 'Least Privilege Violation',
  'CWE-287': 'Improper Authentication',
  'CWE-295': 'Improper Certificate Validation',
  'CWE-297': 'Improper Validation of Certificate with Host Mismatch',
  'CWE-306': 'Missing Authentication for Critical Function',
  'CWE-307': 'Improper Restriction of Excessive Authentication Attempts',
  'CWE-311': 'Missing Encryption of Sensitive Data',
  'CWE-312': 'Cleartext Storage of Sensitive Information',
  'CWE-319': 'Cleartext Transmission of Sensitive Information',
  'CWE-321': 'Use of Hard-coded Cryptographic Key',
  'CWE-327': 'Use of a Broken or Risky Cryptographic Algorithm',
  'CWE-329': 'Generation of Predictable IV with CBC Mode',
  'CWE-338': 'Use of Cryptographically Weak PRNG',
  'CWE-345': 'Insufficient Verification of Data Authenticity',
  'CWE-346': 'Origin Validation Error',
  'CWE-347': 'Improper Verification of Cryptographic Signature',
  'CWE-349': 'Acceptance of Extraneous Untrusted Data With Trusted Data',
  'CWE-350': 'Reliance on Reverse DNS Resolution for a Security-Critical Action',
  'CWE-352': 'Cross-Site Request Forgery',
  'CWE-353': 'Missing Support for Integrity Check',
  'CWE-359': 'Exposure of Private Personal Information',
  'CWE-367': 'Time-of-check Time-of-use Race Condition',
  'CWE-377': 'Insecure Temporary File',
  'CWE-384': 'Session Fixation',
  'CWE-390': 'Detection of Error Condition Without Action',
  'CWE-400': 'Uncontrolled Resource Consumption',
  'CWE-409': 'Improper Handling of Highly Compressed Data',
  'CWE-426': 'Untrusted Search Path',
  'CWE-427': 'Uncontrolled Search Path Element',
  'CWE-441': 'Unintended Proxy or Intermediary (Confused Deputy)',
  'CWE-451': 'User Interface Misrepresentation of Critical Information',
  'CWE-459': 'Incomplete Cleanup',
  'CWE-488': 'Exposure of Data Element to Wrong Session',
  'CWE-489': 'Active Debug Code',
  'CWE-494': 'Download of Code Without Integrity Check',
  'CWE-497': 'Exposure of Sensitive System Information',
  'CWE-502': 'Deserialization of Untrusted Data',
  'CWE-506': 'Embedded Malicious Code',
  'CWE-514': 'Covert Channel',
  'CWE-522': 'Insufficiently Protected Credentials',
  'CWE-524': 'Use of Cache Containing Sensitive Information',
  'CWE-532': 'Insertion of Sensitive Information into Log File',
  'CWE-538': 'Insertion of Sensitive Information into Externally-Accessible File',
  'CWE-540': 'Inclusion of Sensitive Information in Source Code',
  'CWE-573': 'Improper Following of Specification by Caller',
  'CWE-598': 'Use of GET Request Method With Sensitive Query Strings',
  'CWE-601': 'Open Redirect',
  'CWE-613': 'Insufficient Session Expiration',
  'CWE-636': 'Not Failing Securely',
  'CWE-639': 'Authorization Bypass Through User-Controlled Key',
  'CWE-668': 'Exposure of Resource to Wrong Sphere',
  'CWE-674': 'Uncontrolled Recursion',
  'CWE-684': 'Incorrect Provision of Specified Functionality',
  'CWE-693': 'Protection Mechanism Failure',
  'CWE-694': 'Use of Multiple Resources with Duplicate Identifier',
  'CWE-732': 'Incorrect Permission Assignment for Critical Resource',
  'CWE-755': 'Improper Handling of Exceptional Conditions',
  'CWE-770': 'Allocation of Resources Without Limits or Throttling',
  'CWE-778': 'Insufficient Logging',
  'CWE-798': 'Use of Hard-coded Credentials',
  'CWE-799': 'Improper Control of Interaction Frequency',
  'CWE-829': 'Inclusion of Functionality from Untrusted Control Sphere',
  'CWE-835': 'Infinite Loop',
  'CWE-862': 'Missing Authorization',
  'CWE-863': 'Incorrect Authorization',
  'CWE-913': 'Improper Control of Dynamically-Managed Code Resources',
  'CWE-915': 'Improperly Controlled Modification of Dynamically-Determined Object Attributes',
  'CWE-918': 'Server-Side Request Forgery',
  'CWE-942': 'Permissive Cross-domain Policy with Untrusted Domains',
  'CWE-943': 'Improper Neutralization of Special Elements in Data Query Logic',
  'CWE-1007': 'Insufficient Visual Distinction of Homoglyphs',
  'CWE-1059': 'Insufficient Technical Documentation',
  'CWE-1104': 'Use of Unmaintained Third Party Components',
  'CWE-1188': 'Initialization of a Resource with an Insecure Default',
  'CWE-1284': 'Improper Validation of Specified Quantity in Input',
  'CWE-1287': 'Improper Validation of Specified Type of Input',
  'CWE-1327': 'Binding to an Unrestricted IP Address',
  'CWE-1333': 'Inefficient Regular Expression Complexity',
  'CWE-1336': 'Improper Neutralization in a Template Engine',
  'CWE-1357': 'Reliance on Insufficiently Trustworthy Component',
  'CWE-1392': 'Use of Default Credentials',
  'CWE-1395': 'Dependency on Vulnerable Third-Party Component',
  'CWE-1427': 'Improper Neutralization of Input Used for LLM Prompting',
};

describe('the bundled methodology', () => {
  it('loads without a problem', () => {
    expect('problems' in result ? result.problems : []).toEqual([]);
  });

  it('has the 44 checks of the guide and 5 of the declared extension, in the order auditors walk them', () => {
    const ids = (origin: string) => checks.filter((c) => c.origin === origin).map((c) => c.id);
    const guide = ['1.1', '1.2', '1.3', '2.1', '2.2', '2.3', '3.1', '3.2', '3.3', '4.1', '4.2'];
    expect(ids('guide')).toEqual(guide.flatMap((s) => [1, 2, 3, 4].map((n) => `${s}.${n}`)));
    expect(ids('extension')).toEqual([1, 2, 3, 4, 5].map((n) => `2.4.${n}`));
    expect(checks).toHaveLength(49);
  });

  it('asks each question once, ends it with a question mark, and says what it is about within 40 columns', () => {
    const titles = checks.map((c) => c.title);
    expect(new Set(titles).size).toBe(49);
    // Lists cut titles: two that differ only behind the cut would look the same.
    expect(new Set(titles.map((t) => t.slice(0, 40))).size).toBe(49);
    for (const t of titles) expect(t, t).toMatch(/^[A-Z].{15,90}\?$/);
  });

  it('gives each check a name of its own that fits a list', () => {
    const names = checksOf(methodology).map((c) => c.name ?? '');
    expect(names.filter((n) => n.length < 4 || n.length > 16)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives each check enough to work with: reasons, steps, both outcomes, a command, a way to fix', () => {
    for (const c of checks) {
      expect(c.why.length, c.id).toBeGreaterThan(120);
      expect(c.look.length, c.id).toBeGreaterThanOrEqual(3);
      expect(c.look.length, c.id).toBeLessThanOrEqual(6);
      for (const step of c.look) expect(step.length, `${c.id}: ${step}`).toBeGreaterThan(60);
      expect(c.passesWhen.length, c.id).toBeGreaterThan(60);
      expect(c.failsWhen.length, c.id).toBeGreaterThan(60);
      expect(c.manual.length, c.id).toBeGreaterThanOrEqual(1);
      expect(c.finding.remediation.length, c.id).toBeGreaterThanOrEqual(2);
      expect(c.finding.remediation.length, c.id).toBeLessThanOrEqual(4);
    }
  });

  it('repeats no sentence', () => {
    const texts = checks.flatMap((c) => [c.why, ...c.look, c.passesWhen, c.failsWhen, c.finding.title]);
    expect(texts.filter((t, i) => texts.indexOf(t) !== i)).toEqual([]);
  });

  it('names only weaknesses that exist, and a finding one of its check', () => {
    for (const c of checks) {
      for (const cwe of c.references.cwe) expect(CWE_NAMES, `${c.id} names ${cwe}`).toHaveProperty(cwe);
      if (c.finding.cwe) expect(c.references.cwe, c.id).toContain(c.finding.cwe);
    }
    const used = new Set(checks.flatMap((c) => c.references.cwe));
    expect(Object.keys(CWE_NAMES).filter((cwe) => !used.has(cwe))).toEqual([]);
  });

  it('uses the whole attack catalogue, the ten risks and the scorecard, so that coverage can be told', () => {
    const named = new Set(checks.flatMap((c) => c.references.ttps));
    expect(known.ttps.filter((t) => !named.has(t))).toEqual([]);
    expect(new Set(checks.flatMap((c) => c.references.top10)).size).toBe(10);
    const criteria = methodology.scorecard.dimensions.flatMap((d) => d.criteria.map((c) => c.id));
    const spokenTo = new Set(checks.flatMap((c) => c.scorecard));
    expect(criteria.filter((c) => !spokenTo.has(c))).toEqual([]);
  });

  it('weighs the scorecard as published', () => {
    const { dimensions, levels } = methodology.scorecard;
    expect(dimensions.map((d) => [d.title, d.weight, d.criteria.length])).toEqual([
      ['Repository Health', 25, 4],
      ['Security Implementation', 35, 4],
      ['Operational Security', 25, 4],
      ['Community & Governance', 15, 4],
    ]);
    expect(levels.map((l) => l.value)).toEqual([0, 1, 2, 3, 4]);
  });

  it('asks for each collector at least once', () => {
    expect(collectorsOf(methodology).sort()).toEqual(COLLECTORS);
  });

  it('reads well as a file: no line beyond an editor window but for an unbreakable pattern, no tabs', () => {
    for (const [name, text] of files) {
      expect(text, name).not.toContain('\t');
      expect(text, name).toMatch(/^# yaml-language-server: \$schema=schema\/[a-z-]+\.schema\.json\n/);
      const long = text
        .split('\n')
        .filter((l) => [...l].length > 120 && !/^\s*-[eG] ?'|^\s*'|^\s*git grep/.test(l));
      expect(long, name).toEqual([]);
    }
  });
});

describe('the catalogues', () => {
  it('hold 73 techniques in 12 categories and the ten risks', () => {
    expect(ttps).toHaveLength(73);
    expect(new Set(ttps.map((t) => t.id)).size).toBe(73);
    expect(new Set(ttps.map((t) => t.id.split('/')[0])).size).toBe(12);
    const top10 = parseTop10(catalogue.top10);
    expect('top10' in top10 ? top10.top10.map((r) => r.id).join() : top10).toBe(
      'MCP-01,MCP-02,MCP-03,MCP-04,MCP-05,MCP-06,MCP-07,MCP-08,MCP-09,MCP-10',
    );
  });

  it('say what is wrong instead of throwing', () => {
    expect(
      parseTtps('ttps: [{ id: no-slash, name: x, severity: high, top10: [MCP-11] }]\nsource: here'),
    ).toEqual({
      problems: [
        {
          file: 'catalogue/ttps.yml',
          line: 1,
          path: 'ttps[0].id',
          expected: 'a slug such as category/page',
          found: '"no-slash"',
        },
        {
          file: 'catalogue/ttps.yml',
          line: 1,
          path: 'ttps[0].top10[0]',
          expected: 'a risk from MCP-01 to MCP-10',
          found: '"MCP-11"',
        },
      ],
    });
    expect(parseTop10(':')).toHaveProperty('problems');
  });
});

describe('the example for contributors', () => {
  it('can be taken as it stands', () => {
    const page = readFileSync(join(dir, '..', 'docs', 'adding-a-check.md'), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const index = (files.get('methodology.yml') ?? '').replace(
      "['1.1', '1.2', '1.3']",
      "['1.1', '1.2', '1.3', team]",
    );
    const extended = new Map(files).set('ours.yml', example).set('methodology.yml', index);
    const loaded = parseMethodology(extended, known);
    expect('problems' in loaded ? loaded.problems : checksOf(loaded.methodology).length).toEqual(50);
  });
});

describe('the committed JSON Schemas', () => {
  const renew = 'renew with: npm exec -- node scripts/schemas.ts';
  it.each(schemaFiles())(`$name is what the types say (${renew})`, ({ name, text }) => {
    expect(readFileSync(join(dir, 'schema', name), 'utf8'), renew).toBe(text);
  });

  it('are all there is, and every file points at one', () => {
    const names = schemaFiles().map((s) => s.name);
    expect(readdirSync(join(dir, 'schema')).sort(), renew).toEqual(names.sort());
    for (const text of [...files.values()])
      expect(names).toContain(/\$schema=schema\/(\S+)/.exec(text.split('\n')[0] ?? '')?.[1]);
  });
});
