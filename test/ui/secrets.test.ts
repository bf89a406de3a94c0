import { expect, it } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import { loadMethodology } from '../../src/commands/workspace.ts';
import { isRefusal } from '../../src/domain/decide.ts';
import type { EventBody } from '../../src/domain/events.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { locate } from '../../src/engine/locate.ts';
import { runCollectors } from '../../src/engine/run-collectors.ts';
import { redactSecrets } from '../../src/text/redact.ts';
import { openReader } from '../../src/ui/actions/reader.ts';
import { SCREENS } from '../../src/ui/state.ts';
import { otherPlaces, stepKey } from '../../src/ui/view/item-places.ts';
import { fakeContext } from '../collectors/fake-context.ts';
import { fakeApp, TARGET } from '../support/fake-app.ts';
import { KEY_LINES, KINDS, secretFiles } from '../support/secret-target.ts';
import { distinctLines, leaked } from '../support/secrets.ts';

/**
 * What the target says reaches the screen by its evidence (masked where it is gathered), by the lines around a place (masked
 * where they are drawn, also in the reader), by findings and by the surface: with credentials of every kind in every file, none is to be read.
 */
const LARGE = [200, 60] as const;
const SMALL = [80, 24] as const;

it('no frame shows a credential of the target, of any kind', { timeout: 240_000 }, async () => {
  const files = secretFiles();
  // A file may be named after one; what is read is the same.
  for (const [i, { text, random }] of KINDS.entries())
    if (/^[\w.-]{12,150}$/.test(text) && leaked(redactSecrets(`src/${text}/`), random, 12).length === 0) {
      const content = files[`src/tool${i}.js`]!;
      delete files[`src/tool${i}.js`];
      files[`src/${text}/tool${i}.js`] = content;
    }
  const toolFiles = Object.keys(files).filter((path) => /tool\d+\.js$/.test(path));
  const methodology = await loadMethodology();
  const source = fakeContext({
    files,
    commits: KINDS.map((k) => ({ message: `security fix ${k.text}`, paths: ['key.js'] })),
  });
  const evidence = await runCollectors(collectors, {
    target: TARGET,
    source,
    methodology,
    signal: new AbortController().signal,
    now: () => 0,
  });
  const cited = ['key.js:3-9', 'README.md:1-60', 'Dockerfile:1-40', 'docker-compose.yml:1-40'];
  const checks = methodology.phases.flatMap((p) => p.sections.flatMap((s) => s.checks));
  const findings = await Promise.all(
    [...cited, ...toolFiles.map((path) => `${path}:1-9`)].map(async (reference, i): Promise<EventBody> => {
      const locations = await locate([reference], async (path) => files[path] ?? null);
      if (isRefusal(locations)) throw new Error(`${reference}: ${locations.refused}`);
      const id = `F-${String(i + 1).padStart(2, '0')}`;
      return {
        type: 'finding.recorded',
        finding: id,
        value: { ...draftFinding(id, checks[0]!), title: `Seen in ${i}`, locations },
      };
    }),
  );
  const app = fakeApp({ methodology, evidence, events: findings, files });
  await app.enter();
  for (const path of Object.keys(files)) app.app.view().source(path);
  await new Promise((resolve) => setImmediate(resolve));
  const read = Object.keys(files).filter((path) => app.app.view().source(path) === files[path]);
  expect(read).toEqual(Object.keys(files));

  const frames: string[] = [];
  /** The smallest window every fifth time: what is cut there is cut elsewhere. */
  const draw = (ui: Parameters<typeof app.app.update>[0]): void => {
    const [columns, rows] = frames.length % 5 === 4 ? SMALL : LARGE;
    app.app.update({ ...ui, columns, rows });
    frames.push(app.text());
  };
  const selecting = (list: string, selected: string, more: Record<string, string> = {}) => ({
    ...app.app.ui.get().lists,
    ...Object.fromEntries(
      Object.entries({ ...more, [list]: selected }).map(([k, v]) => [k, { selected: v, top: 0 }]),
    ),
  });
  // One of each kind of item in each file: the others say the same of the same lines.
  const drawn = new Set<string>();
  for (const [check, there] of app.app.view().index)
    for (const item of there) {
      const what = `${item.collector} ${item.rule} ${item.location?.path}`;
      if (drawn.has(what)) continue;
      drawn.add(what);
      for (const step of otherPlaces(item).length > 0 ? [0, 1] : [0])
        draw({
          place: 'audit',
          focus: 'evidence',
          zoom: 'full',
          lists: selecting('items', item.id, { checks: check }),
          scroll: { [stepKey(item)]: step },
        });
    }
  for (const path of Object.keys(files))
    for (const line of [1, 12]) {
      openReader(app.app, { path, line });
      draw({});
    }
  for (const place of SCREENS) draw({ place, focus: 'list', zoom: 'normal', scroll: {} });
  for (const event of findings)
    if (event.type === 'finding.recorded')
      draw({ place: 'findings', focus: 'detail', zoom: 'full', lists: selecting('findings', event.finding) });
  for (const { run } of evidence)
    draw({ place: 'evidence', focus: 'detail', zoom: 'full', lists: selecting('runs', run.id) });
  for (const { id } of checks)
    draw({ place: 'audit', focus: 'list', zoom: 'normal', lists: selecting('checks', id) });
  const tools = app.app.view().tools();
  for (const tool of tools)
    draw({ place: 'surface', focus: 'detail', zoom: 'full', lists: selecting('surface', tool.id) });

  expect(drawn.size).toBeGreaterThan(2 * KINDS.length);
  expect(tools.length).toBeGreaterThan(KINDS.length);
  const all = distinctLines(frames.join('\n'));
  // What is masked was there to be shown.
  expect(all.match(/characters\]/g)?.length).toBeGreaterThan(KINDS.length);
  const seen = [...KINDS, { name: 'lines of a private key', random: KEY_LINES }].flatMap(
    ({ name, random }) => {
      const piece = leaked(all, random, 12)[0];
      if (piece === undefined) return [];
      const at = all.indexOf(piece);
      return [`${name}: ${all.slice(Math.max(0, at - 120), at + 20)}`];
    },
  );
  expect(seen).toEqual([]);
});
