import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedParts, findingHistory } from '../../src/domain/finding-history.ts';
import type { FakeApp } from '../support/fake-app.ts';
import { auditApp, READINESS } from './audit-fixture.ts';

const open = async (over: Parameters<typeof auditApp>[0] = {}): Promise<FakeApp> => {
  const app = await auditApp(over).enter();
  return app.press('2');
};
const finding = (app: FakeApp, id = 'F-01') => app.store.snapshot().session.findings.get(id);
const top = (app: FakeApp) => app.app.ui.get().overlays.at(-1);
const toast = (app: FakeApp) => app.app.ui.get().toast?.text ?? '';
const WHOLE = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
const LETTERS = [...'nlnnphhhnnn'];

describe('the calculator', () => {
  test('is worked by letters alone, and keeps the score with Enter', async () => {
    const app = await open();
    app.press('s', 'enter', ...LETTERS);
    expect(app.text()).toContain('8.7  high');
    expect(finding(app)?.scores.cvss40).toBe('');
    app.press('enter');
    expect(top(app)).toBeUndefined();
    expect(finding(app)?.scores.cvss40).toBe(WHOLE);
    app.press('z');
    expect(finding(app)?.scores.cvss40).toBe('');
  });

  test('shows no score while a base metric is missing, and Enter goes there instead of keeping', async () => {
    const app = await open();
    app.press('s', 'enter', ...LETTERS.slice(0, 10));
    expect(app.text()).toContain('no score yet');
    app.press('home', 'enter');
    expect(top(app)?.kind).toBe('score');
    expect(app.text()).toMatch(/❯ Availability, beyond/);
    expect(finding(app)?.scores.cvss40).toBe('');
    app.press('n', 'enter');
    expect(finding(app)?.scores.cvss40).toBe(WHOLE);
  });

  test('turns values with the arrows, clears one with Backspace, all with Ctrl+D', async () => {
    const app = await open();
    app.press('s', 'enter', ...LETTERS, 'home', 'right');
    expect(app.text()).toContain('CVSS:4.0/AV:A/');
    app.press('backspace');
    expect(app.text()).toContain('no score yet');
    app.press('left', 'enter');
    expect(finding(app)?.scores.cvss40).toContain('AV:P');
    app.press('s', 'enter', 'ctrl+d');
    expect(finding(app)?.scores.cvss40).toBe('');
  });

  test('asks the refining metrics behind Tab, and Esc changes nothing', async () => {
    const app = await open();
    app.press('s', 'enter', ...LETTERS, 'tab', 'down', 'u');
    expect(app.text()).toContain('/E:U');
    app.press('esc');
    expect(finding(app)?.scores.cvss40).toBe('');
    expect(toast(app)).toContain('was not changed');
  });

  test('AIVSS waits for CVSS 4.0, then shows a range while factors are unknown', async () => {
    const app = await open();
    app.press('s', 'down', 'down', 'enter', 'enter');
    expect(app.text()).toContain('needs a CVSS 4.0 score');
    app.press('esc', 's', 'enter', ...LETTERS, 'enter', 's', 'down', 'down', 'enter');
    expect(app.text()).toMatch(/8\.7–10\.0/);
    // One after the other: 1, 0 and so on, by what stands in the inputs.
    app.press('1', '0', '0', '0', '0', '0', '0', '0', '0');
    app.press('0', 'enter');
    expect(finding(app)?.scores.aivss).toMatchObject({ spec: '0.8', factors: { autonomy: 1, tools: 0 } });
    expect(app.text()).toContain('AIVSS 0.8 8.8');
  });

  test('stands any keys', async () => {
    const app = await open();
    const keys = fc.array(
      fc.constantFrom(
        'up',
        'down',
        'left',
        'right',
        'tab',
        'enter',
        'backspace',
        'home',
        'end',
        'n',
        'h',
        'x',
        'é',
        '1',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(keys, (list) => {
        app.press('s', 'enter', ...list);
        expect(app.text().split('\n')).toHaveLength(30);
        while (top(app)) app.press('esc');
      }),
      { numRuns: 60 },
    );
  });
});

describe('pickers', () => {
  test('w finds a CWE by words and records it', async () => {
    const app = await open();
    app.press('w').type('server-side request').press('enter');
    expect(finding(app)?.cwe).toBe('CWE-918');
    app.press('w').type('99999').press('enter');
    expect(finding(app)?.cwe).toBe('CWE-99999');
  });

  test('Enter on the CWE row of the editor opens the same, and comes back to the editor', async () => {
    const app = await open();
    app.press('enter');
    for (let i = 0; i < 40 && !/❯ CWE/.test(app.text()); i += 1) app.press('j');
    app.press('enter');
    expect(top(app)?.kind).toBe('pick');
    app.type('89').press('enter');
    expect(top(app)?.kind).toBe('form');
    expect(app.text()).toContain('CWE-89 (SQL Injection)');
  });

  test('components come from the surface and the tree, several at once', async () => {
    const app = await open();
    app.press('enter');
    for (let i = 0; i < 40 && !/❯ components/.test(app.text()); i += 1) app.press('j');
    app.press('a');
    await app.idle();
    expect(top(app)?.kind).toBe('pick');
    app.type('File: index.ts').press('tab', 'enter');
    expect(finding(app)?.components.join()).toContain('File: `src/index.ts`');
  });

  test('reproduction is offered from the commands of the attached evidence', async () => {
    const app = await open();
    app.press('enter');
    for (let i = 0; i < 40 && !/❯ reproduction/.test(app.text()); i += 1) app.press('j');
    app.press('a', 'enter');
    expect(finding(app)?.reproduction[0]).toMatch(/^Show it at the audited commit: `/);
  });

  test('nothing is recorded when one leaves', async () => {
    const app = await open();
    const before = app.store.events().length;
    app.press('w').type('22').press('esc');
    app.press('s', 'esc');
    expect(app.store.events()).toHaveLength(before);
  });
});

describe('the stage and the days', () => {
  test('v is refused while something is to fill, in words', async () => {
    const app = await open();
    app.press('v');
    expect(finding(app)?.reviewed).toBe(false);
    expect(toast(app)).toContain('still to fill');
  });

  test('a day of tracking takes t for today, and refuses what is no day', async () => {
    const app = await open();
    app.press('enter');
    for (let i = 0; i < 60 && !/❯ reported/.test(app.text()); i += 1) app.press('j');
    app.press('enter').type('tomorrow').press('enter');
    expect(finding(app)?.tracking.reported).toBeNull();
    app.press('esc', 'enter').type('t').press('enter');
    expect(finding(app)?.tracking.reported).toBe('2026-11-23');
  });
});

describe('the way from the readiness list', () => {
  test('Enter opens the editor at the part that is missing', async () => {
    const row = { ...READINESS[0]!, part: 'description' };
    const app = await open({ readiness: [row] });
    app.press('4', 'enter');
    expect(top(app)?.kind).toBe('form');
    expect(app.text()).toMatch(/❯ description/);
  });

  test('Enter takes over lines that moved', async () => {
    const move = { location: 0, path: 'src/index.ts', startLine: 2, endLine: 3 };
    const app = await open({ readiness: [{ ...READINESS[0]!, move }] });
    app.press('4', 'enter');
    await app.idle();
    expect(app.calls.find((c) => c.name === 'locate')?.args).toEqual([['src/index.ts:2-3']]);
  });
});

describe('disclosure', () => {
  test('w asks why before anything public is written, and keeps the reason', async () => {
    const app = await open({ readiness: [] });
    app.press('4', 'w');
    expect(app.text()).toContain('Why may it be public now?');
    app.press('enter');
    expect(top(app)?.kind).toBe('field');
    app.type('They agreed').press('enter');
    expect(app.store.snapshot().session.disclosure.early?.reason).toBe('They agreed');
    expect(app.text()).toContain('Write the submission to');
    app.press('esc', 'w');
    expect(app.text()).toContain('Write the submission to');
  });

  test('T keeps the day, and the Session screen shows until when', async () => {
    const app = await open({ readiness: [] });
    app.press('5', 'T', 'enter').type('advisory').press('enter');
    expect(app.store.snapshot().session.disclosure).toMatchObject({
      toldOn: '2026-11-23',
      channel: 'advisory',
    });
    app.resize(132, 43);
    expect(app.text()).toContain('public from 2027-02-21');
  });
});

test('history names what each edit changed', async () => {
  const app = await open();
  app.press('w').type('89').press('enter', 'z');
  const edits = findingHistory(app.store.events(), 'F-01');
  expect(edits.map((e) => e.changed)).toEqual([['begun'], ['cwe'], ['took back cwe']]);
  const f = finding(app)!;
  expect(changedParts(f, { ...f, impact: { ...f.impact, scope: 'x' }, locations: [] })).toEqual([
    'where',
    'impact.scope',
  ]);
});

describe('what the server is', () => {
  test('S shows with each part what is proposed, why, and where the evidence stands', async () => {
    const app = await open({ readiness: [] });
    app.resize(120, 40);
    app.press('5', 'S');
    expect(app.text()).toMatch(/data sensitivity\s+high \(proposed\)/);
    expect(app.text()).toMatch(/network\s+local_only \(proposed\)/);
    // The first part is asked for: nothing is proposed, and it says why.
    expect(app.text()).toContain(
      'Nothing is proposed: neither a manifest nor the README was seen to say it.',
    );
    app.press('enter', 'enter');
    const text = app.text().replace(/[\s│]+/g, ' ');
    expect(text).toContain('the report proposes high: it sends a credential to another service.');
    expect(text).toContain(
      'Evidence: src/api.ts:12 A credential goes along with requests to another service; and 2 more',
    );
  });
});
