import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { fencedLines, jsonInjections } from '../../src/report/labels.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { validateSubmission } from '../../src/report/validate.ts';
import { hostileInput } from './hostile-session.ts';
import { PAYLOADS } from './payloads.ts';
import { AUDIT_ID, bytesOf, inputOf, shellFinding, smallEvidence, smallScript } from './scripted-session.ts';

const check = (payload: string) => {
  const files = compileSubmission(buildReport(hostileInput(payload)));
  const found = validateSubmission(bytesOf(files), { strict: true });
  return { files, found: found.filter((d) => d.level !== 'info') };
};

/** What a Markdown reader takes for text: fences and code spans left out. */
const withoutCode = (text: string): string => {
  const lines = text.split('\n');
  const fenced = fencedLines(lines);
  return lines
    .filter((_, i) => !fenced[i])
    .map((line) => {
      const runs = [...line.matchAll(/(?<!\\)`{1,30}(?!`)/g)];
      let out = '';
      let from = 0;
      for (let i = 0; i < runs.length; i++) {
        const close = runs.findIndex((r, n) => n > i && r[0] === runs[i]![0]);
        if (close < 0) continue;
        out += line.slice(from, runs[i]!.index);
        from = runs[close]!.index + runs[close]![0].length;
        i = close;
      }
      return out + line.slice(from);
    })
    .join('\n');
};

describe('hostile text', () => {
  it('comes in two hundred kinds', () => {
    expect(PAYLOADS.size).toBeGreaterThanOrEqual(200);
  });

  it.each([...PAYLOADS.keys()])('%s: the files keep their structure and validate', (name) => {
    const { files, found } = check(PAYLOADS.get(name)!);
    expect(found).toEqual([]);
    for (const [path, text] of files) {
      expect(path).toMatch(/^audits\/github\.com\/acme\/report-mcp\/[A-Za-z0-9/._-]+$/);
      expect(path).not.toContain('..');
      if (!path.endsWith('.md')) continue;
      const prose = withoutCode(text);
      expect(prose).not.toMatch(/<(?:script|img)/);
      expect(text).not.toMatch(/\u001b|\u202e|\u200b|[\u{e0000}-\u{e007f}]/u);
    }
  });

  it('labels an injection wherever it appears, in Markdown, JSON and code', () => {
    const { files } = check(PAYLOADS.get('plain injection')!);
    for (const [path, text] of files) {
      if (path.endsWith('.json')) {
        const value = JSON.parse(text);
        if (jsonInjections({ ...value, _meta: undefined }).length > 0)
          expect(value._meta.contains_prompt_injection_examples).toBe(true);
      } else {
        let open = false;
        for (const line of text.split('\n')) {
          if (/BEGIN_PROMPT|EXAMPLE_START/.test(line)) open = true;
          if (/END_PROMPT|EXAMPLE_END/.test(line)) open = false;
          if (/ignore all previous instructions/i.test(line)) expect(open, `${path}: ${line}`).toBe(true);
        }
      }
    }
  });

  it('takes no tag in the target for one of its own findings, and keeps credentials to itself', () => {
    const evidence = smallEvidence();
    const surface = evidence.get('surface')!;
    const token = `ghp_${'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA4cF7'}`;
    evidence.set('surface', {
      ...surface,
      surface: {
        ...surface.surface!,
        tools: surface.surface!.tools.map((t) => ({ ...t, description: 'see HIGH-999' })),
      },
    });
    const script: EventBody[] = [
      ...smallScript(),
      { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ title: `Key ${token}` }) },
    ];
    const files = compileSubmission(buildReport(inputOf(script, { evidence })));
    expect(validateSubmission(bytesOf(files)).filter((d) => d.level !== 'info')).toEqual([]);
    for (const [path, text] of files) expect(`${path}${text}`.toLowerCase()).not.toContain('b3de6gh9jk2m');
  });

  it('names files by severity and number, however many findings share a title', () => {
    const script = [
      ...smallScript(),
      ...['F-03', 'F-04'].map(
        (id): EventBody => ({ type: 'finding.recorded', finding: id, value: shellFinding({ id }) }),
      ),
    ];
    const files = [...compileSubmission(buildReport(inputOf(script))).keys()].filter((p) =>
      p.includes('/findings/'),
    );
    expect(files.map((p) => p.split('/').at(-1)?.slice(0, 8))).toEqual([
      'high-001',
      'high-002',
      'high-003',
      'info-001',
    ]);
    expect(files.every((p) => p.includes(AUDIT_ID))).toBe(true);
  });

  it('stands any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(...[...PAYLOADS.values()].filter((p) => p.length < 300)),
      fc.constantFrom(
        '\n',
        '\n\n',
        '`',
        '```',
        '~~~',
        '|',
        '<',
        '-->',
        '# ',
        '- ',
        '    ',
        '\\',
        '_',
        '**',
        '](',
        '> ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        expect(check(pieces.join('')).found).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
