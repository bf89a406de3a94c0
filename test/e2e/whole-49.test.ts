import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDesk } from './desk.ts';
import { chosenField } from './forms.ts';
import type { Terminal } from './terminal.ts';

/** The keys that the README names, as it writes them. */
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const WRITTEN: Record<string, string> = {
  enter: 'Enter',
  tab: 'Tab',
  esc: 'Esc',
  home: 'g',
  down: 'j',
  space: ' ',
};
const isDocumented = (key: string): boolean =>
  key === 'space' ||
  (/^[1-9]$/.test(key) && README.includes('`1`–`9`')) ||
  README.includes(`\`${WRITTEN[key] ?? key}\``);

/**
 * A whole audit of the sample server, all 49 checks, by a person who knows the README and nothing else: leads read and judged,
 * a finding raised from one, filled, scored and reviewed, a section that does not apply, every verdict, who signs, what the
 * server is, the submission written and validated.
 */
const audit = async (t: Terminal, press: (...keys: string[]) => Promise<unknown>) => {
  const type = (text: string) => t.type(text);
  const screen = () => t.screen();

  await t.ready();
  // Gathering takes as long as the machine does.
  t.send('t');
  await t.expectScreen(/0\/49 checked[\s\S]*=1@/, 240_000);

  // The strongest lead of the injection check, in the reader; a finding from it.
  await press(':');
  await type('2.1.2');
  await press('enter', 'n', 'enter');
  await t.expectScreen(/ \d+ │ /);
  await press('f');
  await t.expectScreen('not recorded yet');
  const toFill = () => /❯ \S.*? {2,}to fill/.test(screen());
  // What one part says may ask for another: gone through until nothing is left.
  for (let i = 0; i < 120 && !/F-01 · ready/.test(screen()); i++) {
    const label = chosenField(t);
    if (toFill()) await press('a');
    if (toFill() && label === 'CWE') {
      await press('enter');
      await type('78');
      await press('enter');
    } else if (toFill()) {
      await press('enter');
      await type(label === 'where' ? 'src/server.ts:1-5' : 'What a reader of the report has to know.');
      // Enter keeps it and goes on to the next part.
      await press('enter');
      continue;
    } else if (label === 'severity' && screen().includes('Proposed, not given')) await press('enter');
    else if (label === 'CVSS 4.0' && !/CVSS 4\.0 +\d/.test(screen())) {
      await press('enter');
      for (const metric of 'NLNNNHHHNNN') await press(metric);
      await press('enter');
      await t.expectScreen(/CVSS 4\.0 +\d/);
    }
    await press(chosenField(t) === 'closed' ? 'home' : 'j');
  }
  await t.expectScreen(/F-01 · ready/);
  await press('esc');

  // Every other lead: those alike together, each with a reason that is offered.
  for (let i = 0; i < 80; i++) {
    await press('n');
    if (screen().includes('Every lead has been judged')) break;
    await press('D');
    if (!/Tab offers/.test(screen())) await press(screen().includes('shares what?') ? 'enter' : 'd');
    await press('tab', 'enter');
  }
  await t.expectScreen('Every lead has been judged');

  // A section that does not apply, then a verdict for every check.
  await press('esc', '1', '/');
  await type('sec:4.1');
  await press('enter', 'g', 'x');
  await t.expectScreen('not applicable: why?');
  await type('The maintainers publish no advisories yet.');
  await press('enter');
  await t.expectScreen(/4\.1: \d+ checks? not applicable recorded/);
  await press('esc', 'g');
  for (let i = 0; i < 49; i++) {
    const answered = Number(/(\d+)\/49 checked/.exec(screen())?.[1]);
    if (answered === 49) break;
    await press(']');
    if (i % 7 === 0) {
      await press('m');
      await type('Read by hand.');
      await press('enter');
    }
    await press(i === 3 ? 'u' : 'p');
  }
  await t.expectScreen(/49\/49 checked/);

  // The finding is read again as a whole; then what the report asks for.
  await press('2', 'v');
  await t.expectScreen('F-01 is reviewed');
  await press('4', 'A');
  for (const value of ['Jane Doe', 'jane-doe', 'Independent', 'jane@example.org']) {
    await type(value);
    await press('enter');
  }
  await t.expectScreen('Signed as you said');
  await press('S');
  for (const value of [
    'Keeps notes.',
    'file_access_server',
    'low',
    'none',
    'local_only',
    'Not as it stands.',
  ]) {
    // What is proposed or was said goes first.
    await type(value);
    await press('enter');
  }
  await t.expectScreen('Recorded · z takes it back.');
  await press('w');
  if (screen().includes('Why may it be public now?')) {
    await type('The server is a sample and nobody runs it.');
    await press('enter');
  }
  await t.expectScreen('Write the submission to');
  await press('enter');
  await t.expectScreen('Written, and it validates', 60_000);
  await press('space');
};

describe.each([
  ['on this machine', 0],
  ['over a line with 200 ms of latency', 200],
])('a whole audit of 49 checks %s', (_where, latencyMs) => {
  test('is done with documented keys alone, and its submission validates', async () => {
    const desk = makeDesk();
    const t = desk.open([], { columns: 120, rows: 40, latencyMs, deadlineMs: 30_000 });
    const used = new Map<string, number>();
    const began = performance.now();
    const press = async (...keys: string[]) => {
      for (const key of keys) {
        used.set(key, (used.get(key) ?? 0) + 1);
        // Who is far away does not wait for each key; but Esc and what follows at once are one key to a terminal.
        t.send(key);
        if (key === 'esc') await t.ready();
      }
      await t.ready();
    };
    await audit(t, press);
    const seconds = Math.round((performance.now() - began) / 1000);
    t.send('ctrl+c');
    expect(await t.exit()).toMatchObject({ code: 0, alternate: false });
    expect([...used.keys()].filter((key) => !isDocumented(key) && !/^[NLH]$/.test(key))).toEqual([]);

    const [id = ''] = desk.sessions();
    const status = desk.status(id);
    expect(status.checks).toHaveLength(49);
    expect(status.checks.filter((c: { verdict: string | null }) => c.verdict === null)).toEqual([]);
    const folder = join(desk.root, 'audit-submission');
    const validated = desk.cli(['validate', folder, '--json']);
    expect(validated.code, validated.stdout + validated.stderr).toBe(0);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    const keys = [...used.values()].reduce((a, b) => a + b, 0);
    process.stdout.write(`  ${keys} keys beside words typed, ${seconds} s\n`);
  }, 600_000);
});
