import { describe, expect, test, vi } from 'vitest';
import type { Tried } from '../../src/ui/ports.ts';
import type { FakeApp } from '../support/fake-app.ts';
import { notAsked } from '../support/not-asked.ts';
import { auditApp } from './audit-fixture.ts';

const LEAD = '1'.padStart(16, '0');
const OTHER = '2'.padStart(16, '0');
const toast = (app: FakeApp) => app.app.ui.get().toast?.text ?? '';
const top = (app: FakeApp) => app.app.ui.get().overlays.at(-1);
const called = (app: FakeApp, name: string) => app.calls.filter((c) => c.name === name);

/** On the evidence of the check whose leads the fixture has. */
const atLeads = async (over: Parameters<typeof auditApp>[0] = {}): Promise<FakeApp> => {
  const app = await auditApp({ columns: 140, rows: 40, ...over }).enter();
  app.press('g', 'j');
  for (let n = 0; n < 9 && app.app.ui.get().lists.checks.selected !== '2.1.2'; n++) app.press('j');
  return app.press('o');
};

const confirmed = (item: { id: string }): Tried | null =>
  item.id === LEAD
    ? { item: LEAD, result: 'confirmed', shown: 'read_note, name: it ran what was passed', why: '' }
    : null;

describe('c on a lead', () => {
  test('shows what would be run first, and runs nothing when that is refused', async () => {
    const app = await atLeads();
    await app.press('c').idle();
    expect(top(app)).toMatchObject({ kind: 'confirm', detail: expect.stringContaining('node /pkg/dist') });
    app.press('n');
    expect(called(app, 'live-confirm')).toEqual([]);
    expect(app.store.snapshot().session.observations.size).toBe(0);
  });

  test('once it was agreed to, tries it, records it and shows the result beside the flow, told apart', async () => {
    const app = await atLeads({ became: confirmed });
    await app.press('c').idle();
    await app.press('y').idle();
    expect(called(app, 'live-confirm')[0]?.args).toEqual([[LEAD]]);
    expect(toast(app)).toBe('confirmed: read_note, name: it ran what was passed');
    expect(app.text()).toMatch(
      /confirmed: read_note, name: it ran[\s\S]*observed today [\s\S]*by jane in bubblewrap/,
    );
    app.press('z');
    expect(app.text()).not.toContain('it ran what was passed');
  });

  test('a second lead of what is prepared needs no second consent', async () => {
    const app = await atLeads();
    await app.press('c').idle();
    await app.press('y').idle();
    app.press('d');
    app.press('esc');
    await app.press('c').idle();
    expect(top(app)).toBeUndefined();
    expect(called(app, 'live-confirm')).toHaveLength(2);
  });

  test('what is no lead is not tried', async () => {
    const app = await atLeads();
    app.press('j');
    await app.press('c').idle();
    expect(toast(app)).toMatch(/only leads can be tried/);
    expect(called(app, 'live-plan')).toEqual([]);
  });

  test('is offered below the screen only where the lead can be tried, and says why where it cannot', async () => {
    const app = await atLeads();
    const footer = () => app.text().split('\n').at(-1);
    const { untriable } = app.app.ports.live;
    expect(footer()).toMatch(/\bc try\b/);
    app.app.ports.live.untriable = () => 'no call shows it';
    expect(footer()).not.toMatch(/\bc try\b/);
    app.press('c');
    expect(toast(app)).toContain('it cannot be tried by calls: no call shows it');
    expect(called(app, 'live-plan')).toEqual([]);
    app.app.ports.live.untriable = untriable;
    app.press('j');
    expect(footer()).not.toMatch(/\bc try\b/);
  });

  test('is off in a session that is read only', async () => {
    const app = await atLeads({ readOnly: 'it is open elsewhere' });
    await app.press('c').idle();
    expect(toast(app)).toContain('Not now: this session is open read-only');
    expect(called(app, 'live-plan')).toEqual([]);
  });

  test('the status line says what is done, Ctrl+C calls it off, nothing is recorded and the program stays', async () => {
    const app = await atLeads({
      live: (signal) => new Promise((done) => signal.addEventListener('abort', () => done())),
    });
    await app.press('c').idle();
    app.press('y');
    await Promise.resolve();
    expect(app.text()).toMatch(/Ctrl\+C calls it off/);
    await app.press('ctrl+c').idle();
    expect(toast(app)).toContain('Called off');
    expect(app.store.snapshot().session.observations.size).toBe(0);
    expect(app.exits.count).toBe(0);
    expect(app.text()).not.toMatch(/calls it off/);
  });
});

describe('C', () => {
  test('asks for all leads that nobody dismissed, and says how many', async () => {
    const app = await atLeads();
    app.store.dispatch({ type: 'triage', items: [OTHER], triage: null });
    await app.press('C').idle();
    expect(top(app)).toMatchObject({ question: expect.stringContaining('try 2 leads?') });
    await app.press('y').idle();
    expect(toast(app)).toContain('Recorded: 2 tried');
  });

  test('what was confirmed comes first in its check, what was not reached last', async () => {
    const became = (item: { id: string }): Tried | null =>
      item.id === OTHER ? { item: OTHER, result: 'confirmed', shown: 'it wrote', why: '' } : null;
    const app = await atLeads({ became });
    app.store.dispatch({ type: 'triage', items: [OTHER], triage: null });
    const leads = () =>
      app.app
        .view()
        .index.get('2.1.2')!
        .filter((i) => i.kind === 'lead')
        .map((i) => i.id);
    expect(leads()).toEqual([LEAD, OTHER]);
    await app.press('C').idle();
    await app.press('y').idle();
    expect(leads()).toEqual([OTHER, LEAD]);
  });
});

describe('the live screen', () => {
  test('says that the server was not asked, and how to', async () => {
    const app = await atLeads();
    app.press('8');
    expect(app.text()).toMatch(/not asked yet/);
    expect(app.text()).toMatch(/r starts it in a sandbox/);
  });

  test('of a server that could not be asked no number is shown, and every part says so', async () => {
    const app = await atLeads({
      became: ({ id }) => ({ item: id, result: 'not-tried', shown: '', why: 'it ended' }),
    });
    await app.press('c').idle();
    await app.press('y').idle();
    const { summary, checks, results } = { summary: 'asked in vain', checks: [], results: [] };
    app.store.observe(
      'probe@000000000001',
      { kind: 'probe', summary, command: [], sandbox: 'bubblewrap 0.8.0', checks, results },
      { report: Buffer.from(JSON.stringify(notAsked())), transcript: Buffer.from('') },
    );
    app.press('8').text();
    await vi.waitFor(() => expect(app.text()).toMatch(/could not be asked/));
    expect(app.text()).toMatch(/not compared[\s\S]*none could be tried[\s\S]*none was tried/);
    const seen = [app.text()];
    for (let n = 0; n < 6; n++) seen.push(app.press('j').text());
    expect(seen.join('\n')).not.toMatch(
      /\b0 (?:differences|confirmed|violated|held|not reached)|not been asked/,
    );
    expect(seen.join('\n')).toMatch(/0 of 1 lead could be tried: it ended/);
  });

  test('r asks for consent each time, since everything is started anew', async () => {
    const app = await atLeads();
    app.press('8');
    await app.press('r').idle();
    expect(top(app)?.kind).toBe('confirm');
    await app.press('y').idle();
    expect(called(app, 'live-probe')).toHaveLength(1);
    await app.press('r').idle();
    expect(top(app)?.kind).toBe('confirm');
  });

  test('e says how it is started, and that is what is planned', async () => {
    const app = await atLeads();
    app.press('8', 'e').type('node server.mjs').press('enter', 'enter').type('ROOT=/data').press('enter');
    await app.press('r').idle();
    expect(called(app, 'live-plan').at(-1)?.args[0]).toEqual({
      cmd: 'node server.mjs',
      cwd: '',
      env: 'ROOT=/data',
    });
  });

  test('lists what became of each lead, and o goes to it', async () => {
    const app = await atLeads({ became: confirmed });
    await app.press('c').idle();
    await app.press('y').idle();
    app.press('8', 'j', 'j', 'j');
    expect(app.text()).toMatch(/1 confirmed/);
    app.press('o');
    expect(app.app.ui.get()).toMatchObject({ place: 'audit', focus: 'evidence' });
    expect(app.app.ui.get().lists.items.selected).toBe(LEAD);
  });
});

test('a plan longer than the window can be read to its end before it is agreed to', async () => {
  const plan = Array.from({ length: 60 }, (_, n) => `step ${n}`).join('\n');
  const app = await atLeads({ plan, columns: 80, rows: 24 });
  await app.press('c').idle();
  expect(app.text()).toMatch(/more lines/);
  expect(app.text()).not.toContain('step 59');
  for (let n = 0; n < 8; n++) app.press('pagedown');
  expect(app.text()).toContain('step 59');
  app.press('y');
  expect(called(app, 'live-confirm')).toHaveLength(1);
});
