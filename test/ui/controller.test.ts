import { describe, expect, test } from 'vitest';
import { rowIds } from '../../src/ui/model.ts';
import { type FakeApp, TARGET } from '../support/fake-app.ts';
import { auditApp, EVIDENCE } from './audit-fixture.ts';

const open = async (over: Parameters<typeof auditApp>[0] = {}): Promise<FakeApp> => auditApp(over).enter();
/** The fixture's leads are there. */
const EVIDENCE_CHECK = '2.1.2';
const toast = (app: FakeApp) => app.app.ui.get().toast?.text ?? '';
const top = (app: FakeApp) => app.app.ui.get().overlays.at(-1)?.kind ?? null;
const answer = (app: FakeApp, check: string) => app.store.snapshot().session.answers.get(check);
const selected = (app: FakeApp) => app.app.ui.get().lists.checks.selected;

describe('verdicts', () => {
  test('p records, names what was recorded, and z takes it back', async () => {
    const app = await open();
    app.press('G', 'p');
    expect(answer(app, '2.4.2')?.verdict).toBe('pass');
    expect(toast(app)).toBe('2.4.2 pass recorded · z takes it back');
    app.press('z');
    expect(answer(app, '2.4.2')).toBeUndefined();
    app.press('Z');
    expect(answer(app, '2.4.2')?.verdict).toBe('pass');
  });

  test('p on a check whose leads nobody judged says how many, once, where it is recorded', async () => {
    const app = await open();
    const check = EVIDENCE_CHECK;
    // The list begins with the section: the check is some lines below it.
    app.press('g', 'j');
    for (let n = 0; n < 9 && selected(app) !== check; n++) app.press('j');
    app.store.dispatch({ type: 'triage', items: ['2'.padStart(16, '0')], triage: null });
    app.press('p');
    expect(answer(app, check)?.verdict).toBe('pass');
    expect(toast(app)).toBe(`${check} pass recorded · 1 lead unread · z takes it back`);
  });

  test('on a section nothing is recorded, and the reason is said', async () => {
    const app = await open();
    const before = app.store.events().length;
    app.press('g', 'p', 'f', 'u', 'm');
    expect(app.store.events()).toHaveLength(before);
    expect(toast(app)).toContain('choose a check');
  });

  test('x asks why, and Esc leaves the check as it was', async () => {
    const app = await open();
    app.press('G', 'x');
    expect(top(app)).toBe('field');
    app.type('no ').press('esc');
    expect(answer(app, '2.4.2')).toBeUndefined();
    app.press('x', 'enter');
    expect(toast(app)).toContain('needs a reason');
    expect(answer(app, '2.4.2')).toBeUndefined();
    // A refused reason stays in its field.
    app.type('It has no descriptions.').press('enter');
    expect(answer(app, '2.4.2')).toMatchObject({
      verdict: 'not-applicable',
      note: 'It has no descriptions.',
    });
  });

  test('f opens a finding that leaves no trace until it is written in', async () => {
    const app = await open();
    app.press('G', 'f');
    expect(answer(app, '2.4.2')?.verdict).toBe('fail');
    expect(top(app)).toBe('form');
    app.press('esc');
    expect(app.store.snapshot().session.findings.size).toBe(1);
    app.press('f', 'enter').type('!').press('enter', 'esc');
    expect(app.store.snapshot().session.findings.get('F-02')?.title).toMatch(/!$/);
  });

  test('read-only refuses every change and says so', async () => {
    const app = await open({ readOnly: 'opened with --read-only' });
    const before = app.store.events().length;
    for (const key of ['p', 'f', 'x', 'u', 'v', 'm', 'e', 'r', 'z', 'backspace']) {
      app.press('G', key);
      expect(toast(app), key).toContain('read-only');
    }
    app.press('2', 'n', 'e', 'D', '4', 'w', 'A', '5', 'N');
    expect(app.store.events()).toHaveLength(before);
    expect(top(app)).toBeNull();
  });
});

describe('the network', () => {
  test('is allowed only after a yes to what would be sent to whom, and forbidden at once', async () => {
    const app = await open();
    const allowed = () => app.store.snapshot().session.networkAllowed;
    app.press('5', 'N');
    for (const [columns, rows] of [
      [60, 15],
      [80, 24],
      [100, 30],
    ] as const)
      for (const part of ['dependencies to api.osv.dev', 'packages', TARGET.url, 'trivy', 'y yes'])
        expect(app.resize(columns, rows).text()).toContain(part);
    expect(allowed()).toBe(false);
    for (const no of ['n', 'esc', 'q']) {
      app.press(no);
      expect([top(app), allowed()]).toEqual([null, false]);
      app.press('N');
    }
    app.press('y');
    expect(allowed()).toBe(true);
    app.press('N');
    expect([top(app), allowed()]).toEqual([null, false]);
  });
});

describe('a disk that is full', () => {
  test('the decision is refused where the auditor looks, and works again once there is room', async () => {
    const app = await open();
    app.disk.full = true;
    app.press('G', 'p');
    expect(answer(app, '2.4.2')).toBeUndefined();
    expect(app.text()).toContain('NOT SAVED');
    expect(app.text()).toContain('free some space');
    app.press('m').type('kept').press('enter');
    app.disk.full = false;
    app.press('enter', 'p');
    expect(answer(app, '2.4.2')?.verdict).toBe('pass');
    expect(app.text()).not.toContain('NOT SAVED');
  });

  test('a note that could not be saved is still there to be saved', async () => {
    const app = await open();
    app.press('G', 'm').type('a sentence that took a while');
    app.disk.full = true;
    app.press('enter');
    app.press('m');
    expect(app.text()).toContain('a sentence that took a while');
  });

  test('a reason that could not be saved is still there to be saved', async () => {
    const app = await open();
    app.press('G', 'x').type('a reason that took a while');
    app.disk.full = true;
    app.press('enter');
    if (top(app) !== 'field') app.press('x');
    expect(app.text()).toContain('a reason that took a while');
  });
});

describe('notes', () => {
  test('what is being typed is kept at a pause, and the draft ends when the note is recorded', async () => {
    const app = await open();
    app.press('G', 'm').type('half');
    expect(app.timers).toHaveLength(1);
    app.timers[0]?.();
    expect(app.store.snapshot().session.drafts.get('2.4.2')).toBe('half');
    app.type(' more').press('enter');
    expect(answer(app, '2.4.2')?.note).toBe('half more');
    expect(app.store.snapshot().session.drafts.has('2.4.2')).toBe(false);
  });

  test('Esc keeps an unfinished note as a draft, and says so', async () => {
    const app = await open();
    app.press('G', 'm').type('half').press('esc');
    expect(app.store.snapshot().session.drafts.get('2.4.2')).toBe('half');
    expect(toast(app)).toContain('draft');
    app.press('m');
    expect(app.text()).toContain('half');
  });

  test('the editor: changed is recorded without the header, unchanged and failed are not', async () => {
    const app = await open();
    app.press('G');
    const before = app.store.events().length;
    app.setEdited({ kind: 'unchanged' });
    await app.press('e').idle();
    app.setEdited({ kind: 'failed', message: 'vi ended with 1: nothing recorded.' });
    await app.press('e').idle();
    expect(toast(app)).toContain('vi ended with 1');
    expect(app.store.events()).toHaveLength(before);
    const [, given] = [0, app.calls.filter((c) => c.name === 'edit').at(-1)?.args[0] as string];
    app.setEdited({ kind: 'changed', text: `Mine\n## Kept\n${given}` });
    await app.press('e').idle();
    expect(answer(app, '2.4.2')?.note).toBe('Mine\n## Kept');
  });
});

describe('moving', () => {
  test('] and [ walk the checks without a verdict', async () => {
    const app = await open();
    app.press('g', ']');
    expect(selected(app)).toBe('2.1.3');
    app.press(']');
    expect(selected(app)).toBe('2.4.2');
    app.press('[');
    expect(selected(app)).toBe('2.1.3');
  });

  test('a filter keeps the selection on the same check, and Esc clears it', async () => {
    const app = await open();
    app.press('G', '/').type('model').press('enter');
    expect(app.text()).toMatch(/❯ ◦ 2\.4\.2/);
    expect(app.text()).not.toContain('2.1.1 ');
    app.press('esc');
    expect(app.text()).toContain('2.1.1 ');
    expect(app.text()).toMatch(/❯ ◦ 2\.4\.2/);
    app.press('/').type('zzz');
    expect(app.text()).toContain("No check matches 'zzz'.");
    app.press('esc');
    expect(app.text()).not.toContain('zzz');
  });

  test('a section closes and opens, and its checks with it', async () => {
    const app = await open();
    const rows = () => rowIds(app.app.view(), 'checks').slice(0, 2);
    app.press('g', 'enter');
    expect(rows()).toEqual(['section:2.1', 'section:2.4']);
    app.press('right');
    expect(rows()).toEqual(['section:2.1', '2.1.1']);
    app.press('j', 'left');
    expect(rows()).toEqual(['section:2.1', 'section:2.4']);
    expect(selected(app)).toBe('section:2.1');
  });

  test('reading scrolls to the end and no further', async () => {
    const app = await open({ columns: 80, rows: 16 });
    app.press('j', 'tab');
    for (let i = 0; i < 200; i += 1) app.press('j');
    expect(app.text()).toMatch(/ end ─╯/);
    expect(app.text()).toContain('CWE-78');
    app.press('g');
    expect(app.text()).toContain('more lines');
  });

  test('q goes back one step at a time, and leaves on the last', async () => {
    const app = await open();
    app.press('2', 'tab', 'q');
    expect(app.app.ui.get()).toMatchObject({ place: 'findings', focus: 'list' });
    app.press('q');
    expect(app.app.ui.get().place).toBe('audit');
    await app.press('q').idle();
    expect(app.exits.count).toBe(1);
    expect(app.store.events().at(-1)).toMatchObject({ type: 'session.closed' });
  });
});

describe('the surface', () => {
  const rows = (app: FakeApp) =>
    rowIds(app.app.view(), 'surface').map((id) => id.slice(id.lastIndexOf(':') + 1));

  test('s goes through the orders and keeps the selected tool', async () => {
    const app = await open();
    app.press('6');
    expect(rows(app)).toEqual(['read_note', '<config.name>', 'search']);
    const seen = ['name', 'sinks', 'parameters', 'worst'].map((order) => {
      app.press('s');
      expect(app.text()).toContain(`by ${order}`);
      expect(app.app.ui.get().lists.surface.selected).toContain('read_note');
      return rows(app).join(' ');
    });
    expect(seen[0]).toBe('<config.name> read_note search');
    expect(seen[2]).toBe('search read_note <config.name>');
  });

  test('the filter takes what a tool has and is', async () => {
    const app = await open();
    app.press('6', '/').type('has:sink is:unguarded').press('enter');
    expect(rows(app)).toEqual(['read_note']);
    app.press('o');
    expect(app.app.ui.get().place).toBe('audit');
  });
});

describe('evidence', () => {
  test('accept, dismiss with a reason, take back', async () => {
    const app = await open();
    app.press('j', 'o', 'a');
    const { triage } = app.store.snapshot().session;
    expect([...triage.values()].filter((t) => t.decision === 'accepted')).toHaveLength(1);
    app.press('g', 'd', 'enter');
    expect(toast(app)).toContain('needs a reason');
    app.type('because').press('enter');
    expect(
      [...app.store.snapshot().session.triage.values()].filter((t) => t.reason === 'because'),
    ).toHaveLength(1);
  });

  test('a finding begun from it carries its place, and leaves no trace on Esc', async () => {
    const app = await open();
    app.press('j', 'o', 'f');
    await app.idle();
    expect(app.text()).toContain('src/index.ts:4');
    app.press('esc');
    expect(app.store.snapshot().session.findings.size).toBe(1);
  });

  test('O offers the steps of the flow and the other places, and opens the chosen one', async () => {
    const app = await open();
    app.press('j', 'o', 'O');
    const overlay = app.app.ui.get().overlays.at(-1);
    if (overlay?.kind !== 'choose') throw new Error('nothing to choose from');
    expect(overlay.items.map((i) => i.label)).toEqual([
      'source src/index.ts:3  name: string',
      'sink   src/index.ts:4  exec(...)',
      'also   src/index.ts:6',
    ]);
    overlay.choose('2');
    await app.idle();
    expect(app.calls.find((c) => c.name === 'view')?.args.slice(0, 3)).toMatchObject([
      'src/index.ts',
      expect.stringContaining('exec'),
      6,
    ]);
  });

  test('> and < go along the steps and places, round and round, and o opens the one that is shown', async () => {
    const app = await open();
    app.press('j', 'o');
    app.draw();
    await app.store.readText('src/index.ts');
    await Promise.resolve();
    const marked = () => /❯ +(\d+) │/.exec(app.text())?.[1];
    const seen = [marked()];
    for (let i = 0; i < 4; i++) {
      app.press('>');
      seen.push(marked());
    }
    expect(seen).toEqual(['4', '3', '4', '6', '4']);
    app.press('<');
    expect(marked()).toBe('6');
    await app.press('o').idle();
    expect(app.calls.find((c) => c.name === 'view')?.args[2]).toBe(6);
  });

  test('D on a lead that nothing is like says so, and dismisses nothing', async () => {
    const app = await open();
    app.press('j', 'o');
    const before = app.store.events().length;
    app.press('D');
    expect(toast(app)).toMatch(/Nothing else that nobody judged is like this one/);
    expect(app.store.events()).toHaveLength(before);
  });

  test('o shows the file at the audited commit, y copies the command', async () => {
    const app = await open();
    await app.press('j', 'o', 'o').idle();
    expect(app.calls.find((c) => c.name === 'view')?.args.slice(0, 3)).toMatchObject([
      'src/index.ts',
      expect.stringContaining('exec'),
      4,
    ]);
    app.press('y');
    expect(app.calls.find((c) => c.name === 'copy')?.args).toEqual([
      'git show 3f2a91c0:src/index.ts | sed -n 4,4p',
    ]);
  });
});

describe('everything else', () => {
  test('a paste goes into a field only', async () => {
    const app = await open();
    const before = app.store.events().length;
    app.paste('pfxuq');
    expect(app.store.events()).toHaveLength(before);
    app.press('G', 'm').paste('one\ntwo').press('enter');
    expect(answer(app, '2.4.2')?.note).toBe('one\ntwo');
  });

  test('help and palette run what is chosen, and say why not', async () => {
    const app = await open();
    app.press('G', '?').type('unsure').press('enter');
    expect(answer(app, '2.4.2')?.verdict).toBe('unsure');
    app.press(':').type('verdict pass').press('enter');
    expect(answer(app, '2.4.2')?.verdict).toBe('pass');
    app.press(':').type('redo').press('enter');
    expect(toast(app)).toContain('nothing to redo');
  });

  test('a key that means nothing says so, and counts as handled', async () => {
    const app = await open();
    const { handled } = app.app.ui.get();
    app.press('%');
    expect(toast(app)).toContain('% does nothing here');
    expect(app.app.ui.get().handled).toBe(handled + 1);
  });

  test('work that fails becomes a message that says what to do', async () => {
    const app = await open();
    app.app.work(async () => {
      throw new Error('the tape is full');
    });
    await app.idle();
    expect(app.text()).toContain('the tape is full');
    app.press('x');
    expect(top(app)).toBeNull();
  });

  test('deleting a finding asks, and can be taken back', async () => {
    const app = await open();
    app.press('2', 'D', 'n');
    expect(app.store.snapshot().session.findings.size).toBe(1);
    app.press('D', 'y');
    expect(app.store.snapshot().session.findings.size).toBe(0);
    app.press('z');
    expect(app.store.snapshot().session.findings.size).toBe(1);
  });

  test('what blocks the report keeps it from being written', async () => {
    const app = await open();
    app.press('4', 'w');
    expect(top(app)).toBeNull();
    expect(toast(app)).toContain('2 things block the report');
    expect(app.calls.some((c) => c.name === 'write')).toBe(false);
  });
});

describe('questions', () => {
  const asked = EVIDENCE.map((result, n) =>
    n > 0
      ? result
      : {
          ...result,
          items: [
            ...result.items,
            {
              ...EVIDENCE.flatMap((e) => e.items)[0]!,
              id: 'a'.repeat(16),
              kind: 'question' as const,
              checks: [EVIDENCE_CHECK],
              title: 'Who is let in?',
            },
          ],
        },
  );
  const triage = (app: FakeApp) => app.store.snapshot().session.triage.get('a'.repeat(16));

  test('a asks for the answer in words, records it, and offers it again', async () => {
    const app = await open({ evidence: asked });
    app.press('g', 'j');
    for (let n = 0; n < 9 && selected(app) !== EVIDENCE_CHECK; n++) app.press('j');
    app.press('o');
    const item = () => app.app.ui.get().lists.items.selected;
    for (let n = 0; n < 9 && item() !== 'a'.repeat(16); n++) app.press('j');
    app.press('a');
    expect(top(app)).toBe('field');
    app.press('enter');
    expect(toast(app)).toContain('answered in words');
    expect(triage(app)).toBeUndefined();
    app.type('Staff of the company alone.').press('enter');
    expect(triage(app)).toEqual({ decision: 'answered', reason: 'Staff of the company alone.' });
    app.press('z');
    expect(triage(app)).toBeUndefined();
  });
});
