import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { htmlFile } from '../../src/report/formats/html.ts';
import { SEVERITIES } from '../../src/report/ids.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { findBrowser, withPage } from '../support/browser.ts';
import { PAYLOADS } from './payloads.ts';
import { inputOf, shellFinding, smallEvidence, smallScript } from './scripted-session.ts';

const browser = findBrowser();

/** Where a payload would raise a dialogue, it leaves a mark on the page instead. */
const armed = (text: string): string =>
  text.replaceAll('alert(1)', 'document.documentElement.id=1').slice(0, 4_000);

/** One page with every payload as a finding, a tool and a note. */
const hostilePage = (): string => {
  const texts = [...PAYLOADS.values()].map(armed);
  const evidence = smallEvidence();
  const surface = evidence.get('surface')!;
  const [tool] = surface.surface!.tools;
  evidence.set('surface', {
    ...surface,
    surface: {
      ...surface.surface!,
      tools: texts.map((name) => ({ ...tool!, name, description: name, path: name })),
    },
  });
  const script: EventBody[] = [
    ...smallScript(),
    ...texts.map((text, i): EventBody => {
      const id = `F-${String(i + 10).padStart(2, '0')}`;
      return {
        type: 'finding.recorded',
        finding: id,
        value: shellFinding({
          id,
          title: text.trim() || 'x',
          severity: SEVERITIES[i % 4]!,
          summary: text,
          description: text,
          notes: text,
          reproduction: [text],
          references: [text, `https://example.org/${text}`],
        }),
      };
    }),
    { type: 'check.answered', check: '2.4.1', answer: { verdict: 'fail', note: texts.join('\n\n') } },
  ];
  return htmlFile(buildReport(inputOf(script, { evidence })));
};

test.skipIf(browser === null)(
  'a hostile page runs nothing, asks for nothing, filters and prints (needs a Chromium on the PATH)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-html-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'report.html');
    writeFileSync(file, hostilePage());
    const address = pathToFileURL(file).href;
    await withPage(browser!, address, async (page) => {
      expect(await page.evaluate('document.documentElement.id')).toBe('');
      expect(await page.evaluate('document.scripts.length + document.images.length + frames.length')).toBe(0);
      expect(page.requested).toEqual([address]);
      expect(page.complaints).toEqual([]);

      const shown = (severity: string) =>
        page.evaluate<number>(
          `[...document.querySelectorAll('.finding.${severity}')].filter((e) => e.offsetParent !== null).length`,
        );
      const high = await shown('high');
      expect(high).toBeGreaterThan(40);
      await page.evaluate(`document.getElementById('show-high').click()`);
      expect(await shown('high')).toBe(0);
      expect(await shown('critical')).toBeGreaterThan(40);
      const failed = `[...document.querySelectorAll('tr.c-fail')].filter((e) => e.offsetParent !== null).length`;
      expect(await page.evaluate(failed)).toBe(2);
      await page.evaluate(`document.getElementById('show-v-fail').click()`);
      expect(await page.evaluate(failed)).toBe(0);
      // On paper everything is there, whatever the screen hides.
      await page.send('Emulation.setEmulatedMedia', { media: 'print' });
      expect(await shown('high')).toBe(high);
      expect(await page.evaluate(failed)).toBe(2);
      // A click on any link stays in the page or leads to an https address.
      expect(
        await page.evaluate(
          `[...document.links].every((a) => /^(https:\\/\\/|#)/.test(a.getAttribute('href')))`,
        ),
      ).toBe(true);
    });
  },
  120_000,
);

test.skipIf(browser === null)(
  'reads on a phone without moving sideways, and prints no page for every few lines (needs a Chromium on the PATH)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-html-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'report.html');
    const more = ['F-11', 'F-12'].map(
      (id): EventBody => ({
        type: 'finding.recorded',
        finding: id,
        value: shellFinding({ id, title: `Again ${id}` }),
      }),
    );
    writeFileSync(file, htmlFile(buildReport(inputOf([...smallScript(), ...more]))));
    await withPage(browser!, pathToFileURL(file).href, async (page) => {
      await page.send('Emulation.setDeviceMetricsOverride', {
        width: 390,
        height: 844,
        deviceScaleFactor: 1,
        mobile: true,
      });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      const links = `[...document.querySelectorAll('.contents a, .rows a')].map((a) => a.getAttribute('href'))`;
      const targets = await page.evaluate<string[]>(links);
      expect(targets.length).toBeGreaterThan(8);
      expect(await page.evaluate(`${links}.every((h) => document.getElementById(h.slice(1)) !== null)`)).toBe(
        true,
      );
      await page.send('Emulation.clearDeviceMetricsOverride');
      const { data } = (await page.send('Page.printToPDF', { preferCSSPageSize: true })) as { data: string };
      const pages =
        Buffer.from(data, 'base64')
          .toString('latin1')
          .match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pages).toBeGreaterThan(2);
      expect(pages).toBeLessThanOrEqual(12);
    });
  },
  120_000,
);
