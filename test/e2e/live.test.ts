import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sandbox, why } from '../live/sandbox-here.ts';
import { PAIR } from '../support/pair-server.ts';
import { makeDesk } from './desk.ts';

/** Folders that preparing makes, of the program with this number. */
const left = (pid: number): string[] =>
  readdirSync(tmpdir()).filter((n) => n.startsWith(`mcp-audit-live-${pid}-`));

test.skipIf(!sandbox.works)(
  `a lead is tried with one key, after consent, and its result stands beside it${why}`,
  async () => {
    const desk = makeDesk({ commits: PAIR });
    const session = desk.session({ methodology: 'bundled', collect: true });
    const t = desk.open([session], { columns: 140, rows: 44, deadlineMs: 90_000 });
    await t.ready();
    for (let n = 0; n < 5 && !t.screen().includes('reaches a shell'); n++) await t.press('n');
    await t.expectScreen(/`folder` of tool pack reaches a shell/);

    await t.press('c');
    await t.expectScreen('node /pkg/server.mjs');
    await t.expectScreen(/no network, no file of yours/);
    await t.press('n');
    expect(desk.events(session).some((e) => e.type === 'observation.recorded')).toBe(false);
    expect(left(t.pid)).toEqual([]);

    await t.press('c');
    await t.press('y');
    await t.expectScreen(/confirmed: pack, folder: it ran what was passed/);
    await t.expectScreen(/observed today \d\d:\d\d by .* in bubblewrap/);

    await t.press('8');
    await t.expectScreen(/1 confirmed/);
    await t.press('r');
    await t.expectScreen('Start the server in a sandbox and ask it?');
    await t.press('y');
    await t.expectScreen(/stdio 2025-11-25/);
    await t.press('g');
    await t.expectScreen(/first answer after \d+ ms/);

    // A second look at the disk: the record says the same, and what was prepared goes with the program.
    const seen = desk.events(session).filter((e) => e.type === 'observation.recorded');
    expect(seen.map((e) => e.value.kind)).toEqual(['confirm', 'probe']);
    t.send('q', 'q');
    const ended = await t.exit();
    expect(ended.code).toBe(0);
    expect(left(t.pid)).toEqual([]);
  },
);
