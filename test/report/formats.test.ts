import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Ajv4 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { htmlFile } from '../../src/report/formats/html.ts';
import { demoted, markdownFile } from '../../src/report/formats/markdown-file.ts';
import { advisories } from '../../src/report/formats/osv.ts';
import { reportJsonFile } from '../../src/report/formats/report-json.ts';
import { sarifFile } from '../../src/report/formats/sarif.ts';
import { fencedLines, unlabelledInjections } from '../../src/report/labels.ts';
import { buildReport, type ReportModel } from '../../src/report/report-model.ts';
import { expectGolden } from '../support/golden.ts';
import { hostileInput } from './hostile-session.ts';
import { PAYLOADS } from './payloads.ts';
import { inputOf } from './scripted-session.ts';

const read = (path: string): object => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const draft4 = addFormats.default(new Ajv4({ strict: false, allErrors: true }));
const draft2020 = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
const isSarif = draft4.compile(read('../fixtures/schemas/sarif-schema-2.1.0.json'));
const isOsv = draft2020.compile(read('../fixtures/schemas/osv-schema.json'));
const isReport = draft2020.compile(read('../../checklists/schema/report.schema.json'));

const idOf = (finding: string): string => `0000${finding.slice(2).padStart(4, '0')}`;

const ALL: Record<string, (m: ReportModel) => string> = {
  'report.sarif': sarifFile,
  'report.json': reportJsonFile,
  'report.md': markdownFile,
  'report.html': htmlFile,
  'advisory.osv.json': (m) => advisories(m, idOf)[0]?.text ?? '',
};

const RENEW = 'npx vitest run --project unit test/report/formats.test.ts';

describe('each format', () => {
  it.each(Object.entries(ALL))('%s equals the golden one, twice', (name, write) => {
    const text = write(buildReport(inputOf()));
    expectGolden(`formats/${name}`, text, RENEW);
    expect(write(buildReport(inputOf()))).toBe(text);
  });

  it('says what was not looked at, and does not take it for clean', () => {
    const m = buildReport(inputOf());
    const sarif = JSON.parse(sarifFile(m));
    expect(sarif.runs[0].invocations[0].toolExecutionNotifications[0].message.text).toContain(
      'advisories could not look',
    );
    expect(JSON.parse(reportJsonFile(m)).coverage.notTested).toBe(1);
    expect(htmlFile(m)).toContain('1 not tested');
  });

  it('keeps a fingerprint when code moves, and gives another when it changes', () => {
    const of = (shift: number, snippet?: string) => {
      const m = buildReport(inputOf());
      for (const l of m.findings[0]!.locations) {
        l.startLine += shift;
        l.endLine += shift;
        if (snippet) l.sha256 = 'e'.repeat(64);
      }
      return JSON.parse(sarifFile(m)).runs[0].results[0].partialFingerprints;
    };
    expect(of(10)).toEqual(of(0));
    expect(of(0, 'other')).not.toEqual(of(0));
  });

  it('gives the score the auditor gave, and none that is not whole', () => {
    const m = buildReport(inputOf());
    const cvss40 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    m.findings[0]!.scores = { cvss40, cvss31: 'CVSS:3.1/AV:N', aivss: null };
    const osv = JSON.parse(advisories(m, idOf)[0]!.text);
    expect(osv.severity).toEqual([{ type: 'CVSS_V4', score: cvss40 }]);
    expect(isOsv(osv), JSON.stringify(isOsv.errors)).toBe(true);
    expect(JSON.parse(sarifFile(m)).runs[0].results[0].properties['security-severity']).toBe('8.7');
  });

  it('tells of weaknesses only as advisories, one file each, with stable names', () => {
    const [one, ...more] = advisories(buildReport(inputOf()), idOf);
    expect(more).toEqual([]);
    expect(one?.path).toBe('advisories/2026/11/22/OSV-MCPS-2026-00000001-osv.json');
  });

  it('moves headings down, but not what looks like one in a fence', () => {
    expect(demoted('# a\n```\n# b\n```\n###### c', 2)).toBe('### a\n```\n# b\n```\n###### c');
  });
});

type Element = DefaultTreeAdapterTypes.Element;

const elementsOf = (html: string): Element[] => {
  const out: Element[] = [];
  const walk = (node: DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document): void => {
    if ('tagName' in node) out.push(node);
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  walk(parse(html));
  return out;
};

/** Everything our page is made of; nothing here can run or load. */
const TAGS = new Set(
  'html head meta title style body header main h1 h2 h3 h4 h5 h6 p a dl dt dd div section article span ul ol li table thead tbody tr th td fieldset legend label input code pre wbr em strong s br hr blockquote svg g path rect text'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'lang charset http-equiv content name href rel class id style role aria-label title type checked viewBox d x y width height rx start data-label'.split(
    ' ',
  ),
);

/** Tags of the page around what is quoted. */
const skeleton = (html: string): string[] =>
  elementsOf(html)
    .filter((e) =>
      /^(?:html|head|meta|title|style|body|header|main|h1|section|article|fieldset|input)$/.test(e.tagName),
    )
    .map((e) => `${e.tagName}#${e.attrs.find((a) => a.name === 'id')?.value.replace(/-\d{3}-.*/, '') ?? ''}`);

const checkHtml = (html: string): void => {
  for (const { tagName, attrs } of elementsOf(html)) {
    expect(TAGS, `<${tagName}>`).toContain(tagName);
    for (const { name, value } of attrs) {
      expect(ATTRIBUTES, `${tagName} ${name}`).toContain(name);
      if (name === 'href') expect(value).toMatch(/^(?:https:\/\/|#)/);
      if (name === 'style') expect(value).toMatch(/^(?:width:[\d.]+%|text-align:(?:left|right|center))$/);
    }
  }
};

describe('hostile text', () => {
  const plain = skeleton(htmlFile(buildReport(hostileInput('plain'))));

  it.each([...PAYLOADS.keys()])('%s: stays data in every format', (name) => {
    const m = buildReport(hostileInput(PAYLOADS.get(name)!));

    const sarif = sarifFile(m);
    expect(isSarif(JSON.parse(sarif)), JSON.stringify(isSarif.errors?.slice(0, 2))).toBe(true);
    for (const { uri } of JSON.parse(sarif).runs[0].results.flatMap(
      (r: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
        r.locations.map((l) => l.physicalLocation.artifactLocation),
    ))
      expect(new URL(uri, 'https://root.example/a/').href).toMatch(/^https:\/\/root\.example\/a\/./);

    const json = reportJsonFile(m);
    expect(isReport(JSON.parse(json)), JSON.stringify(isReport.errors?.slice(0, 2))).toBe(true);

    for (const { text } of advisories(m, idOf))
      expect(isOsv(JSON.parse(text)), JSON.stringify(isOsv.errors?.slice(0, 2))).toBe(true);

    const html = htmlFile(m);
    checkHtml(html);
    expect(skeleton(html)).toEqual(plain);

    const markdown = markdownFile(m);
    const fenced = fencedLines(markdown.split('\n'));
    const headings = markdown.split('\n').filter((l, i) => !fenced[i] && /^#{1,2} /.test(l));
    expect(headings[0]).toMatch(/ - Security Assessment$/);
    expect(headings.at(-1)).toBe('## Findings in Full');

    for (const text of [html, markdown])
      expect(unlabelledInjections(text.split('\n')).filter((s) => s.confident)).toEqual([]);
    for (const text of [html, markdown, sarif, json])
      expect(text).not.toMatch(/[\u001b\u202e\u200b\u009b]|[\u{e0000}-\u{e007f}]/u);
  });
});
