import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../src/domain/settings.ts';
import { clipboardTool, copyText } from '../../src/io/clipboard.ts';
import { runOwnCommand } from '../../src/io/own-command.ts';
import { readSettings, settingsPath, writeSetting } from '../../src/io/settings-file.ts';
import { bindings } from '../../src/ui/bindings.ts';
import { withSettings } from '../../src/ui/keymap.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { auditApp } from './audit-fixture.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'mcp-audit-settings-'));
const made = (text: string) => {
  const dir = folder();
  writeFileSync(settingsPath(dir), text);
  return readSettings(dir);
};

test('without a file everything is as it comes; one that cannot be read says why and counts for nothing', () => {
  expect(readSettings(folder())).toMatchObject({ settings: defaultSettings(), problem: '' });
  expect(made('{\n  "theme": "dark",\n  oops\n}').problem).toMatch(/line 3/);
  expect(made('{"theme": "pink"}').problem).toContain('theme');
  expect(made('{"them": "dark"}').problem).toContain('them');
  expect(made('{"theme": "light", "mouse": false}').settings).toMatchObject({
    theme: 'light',
    mouse: false,
    bell: true,
  });
});

test('a setting changed in the interface leaves the rest of the file as it was written', () => {
  const dir = folder();
  writeFileSync(settingsPath(dir), '{\n  // mine\n  "mouse": false\n}\n');
  writeSetting(dir, 'theme', 'light');
  expect(readFileSync(settingsPath(dir), 'utf8')).toContain('// mine');
  expect(readSettings(dir).settings).toMatchObject({ theme: 'light', mouse: false });
});

test('the example of the documentation counts as it stands', () => {
  const text = /```jsonc\n([\s\S]*?)```/.exec(readFileSync('docs/settings.md', 'utf8'))?.[1] ?? '';
  const { settings, problem } = made(text);
  expect(problem).toBe('');
  expect(withSettings(settings).problems).toEqual([]);
});

test('other keys reach their command, and what cannot be is told while the rest holds', async () => {
  const app = auditApp({
    settings: { keys: { pass: ['P'], nothing: ['x'], note: ['ctrl+i'], unsure: ['x'] } },
  });
  await app.enter();
  const toast = app.app.ui.get().toast?.text ?? '';
  expect(toast).toContain('there is no command "nothing"');
  expect(toast).toContain('"ctrl+i" is no key that arrives here');
  expect(toast).toContain('"x" would be both not-applicable and unsure');
  app.press('G', 'p');
  expect(app.store.snapshot().session.answers.has('2.4.2')).toBe(false);
  app.press('P');
  expect(app.store.snapshot().session.answers.get('2.4.2')?.verdict).toBe('pass');
  app.press('u');
  expect(app.store.snapshot().session.answers.get('2.4.2')?.verdict).toBe('unsure');
  app.press('?');
  expect(app.text()).toMatch(/P +Verdict: pass/);
});

test('settings without a change of keys give the table as it comes', () => {
  expect(withSettings(defaultSettings())).toEqual({ bindings, problems: [] });
});

test('a command of one’s own gets what is chosen as variables, never as a part of the line', async () => {
  const hostile = '$(touch /tmp/never); "\'`';
  const command = {
    name: 'x',
    run: 'printf "%s|%s" "$MCP_AUDIT_FILE" "$HOME"; exit 3',
    show: 'output' as const,
  };
  const said = await runOwnCommand({ PATH: process.env.PATH, HOME: '/home/jane' }, command, {
    MCP_AUDIT_FILE: hostile,
  });
  expect(said).toBe(`${hostile}|/home/jane\n(it ended with exit code 3)`);

  const app = auditApp({
    settings: { commands: [{ name: 'Show it', key: 'X', run: 'true', show: 'output' }] },
  });
  await app.enter();
  app.press('j', 'o', 'X');
  await app.idle();
  expect(app.calls.find((c) => c.name === 'run-own')?.args[1]).toMatchObject({
    MCP_AUDIT_CHECK: '2.1.2',
    MCP_AUDIT_FILE: 'src/index.ts',
    MCP_AUDIT_LINE: '4',
  });
  expect(app.text()).toContain('Show it ran');
  app.press('esc', 'ctrl+p').type('show it');
  expect(app.text()).toMatch(/Show it +X/);
});

test('the settings screen changes what is kept, and it holds at once', async () => {
  const app = auditApp();
  await app.enter();
  expect(app.app.theme.colour('accent')).toBe('cyan');
  app.press(',');
  expect(app.text()).toContain('Settings · /home/jane/settings.json');
  app.press('right');
  expect(app.app.ports.settings.read().settings.theme).toBe('light');
  expect(app.app.theme.colour('accent')).toBe('blue');
  app.press('down', 'right', 'right', 'esc');
  expect(app.text()).not.toMatch(/[╭╮│]/);
});

test('themes say the same with other colours; none and NO_COLOR say it without', () => {
  const settings = (theme: 'dark' | 'light' | 'high-contrast' | 'none') => ({
    theme,
    glyphs: 'auto' as const,
  });
  expect(createTheme({}, settings('none')).colour('bad')).toBeUndefined();
  expect(createTheme({ NO_COLOR: '1' }, settings('light')).colour('bad')).toBeUndefined();
  expect(createTheme({}, settings('high-contrast')).colour('muted')).toBeUndefined();
  for (const theme of ['dark', 'light', 'high-contrast'] as const)
    for (const tone of ['ok', 'bad', 'warn'] as const)
      expect(createTheme({}, settings(theme)).colour(tone), `${theme} ${tone}`).toBeTruthy();
});

test('what is copied goes to the terminal, and to the machine’s own clipboard where a program for it is', () => {
  let written = '';
  copyText({ PATH: '/nowhere' }, 'a b', (bytes) => {
    written += bytes;
  });
  expect(written).toBe(`\u001b]52;c;${Buffer.from('a b').toString('base64')}\u0007`);
  const bin = folder();
  writeFileSync(join(bin, 'xclip'), '#!/bin/sh\n', { mode: 0o755 });
  expect(clipboardTool({ PATH: bin })).toBeNull();
  expect(clipboardTool({ PATH: bin, DISPLAY: ':0' })).toEqual([
    join(bin, 'xclip'),
    '-selection',
    'clipboard',
  ]);
});

test('the committed schema names every setting', () => {
  const schema = JSON.parse(readFileSync('checklists/schema/settings.schema.json', 'utf8'));
  expect(Object.keys(schema.properties)).toEqual(['$schema', ...Object.keys(defaultSettings())]);
});
