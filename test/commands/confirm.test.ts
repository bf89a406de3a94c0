import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { confirmReport } from '../../src/domain/observation.ts';
import { sandbox, why } from '../live/sandbox-here.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { PAIR } from '../support/pair-server.ts';
import { testHost } from './test-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-confirm-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const repository = join(dir, 'repo');
makeRepository(repository, PAIR);

const run = async (...argv: string[]): Promise<{ code: number; text: string }> => {
  const { host, said } = testHost(join(dir, 'home'));
  const code = await main(argv, { ...host, env: { PATH: process.env.PATH } });
  return { code, text: said() };
};

describe.skipIf(!sandbox.works)(`mcp-audit confirm${why}`, () => {
  it('tries a lead after consent, records an observation apart from evidence, and replays it', async () => {
    expect((await run('start', repository, '--url', 'https://github.com/example/pair')).code).toBe(0);
    const refused = await run('confirm', 'code-flow/shell-command');
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('Nothing was started') });

    const tried = await run('confirm', 'code-flow/shell-command', '--yes', '--json');
    expect(tried.code).toBe(0);
    const report = confirmReport.parse(JSON.parse(tried.text));
    expect(report.results).toMatchObject([
      {
        result: 'confirmed',
        class: 'command-injection',
        shown: expect.stringMatching(/^pack, folder: it ran what was passed/),
      },
    ]);

    const status = JSON.parse((await run('status', '--json')).text);
    const [[id, kept]] = Object.entries(status.state.observations) as [[string, Record<string, unknown>]];
    expect(kept).toMatchObject({
      kind: 'confirm',
      summary: expect.stringContaining('1 confirmed'),
      results: [{ result: 'confirmed' }],
    });
    expect(
      status.checks.find((c: { id: string }) => c.id === report.results[0]?.checks[0]).observations,
    ).toEqual([id]);
    expect((await run('status')).text).toContain('observed: 1 lead tried on the running server: 1 confirmed');
    // Evidence is what it was: no lead came of it, none went.
    expect(JSON.stringify(status.checks)).not.toContain('canary-');

    const again = await run('replay', id.slice(0, 12), '--yes');
    expect(again).toMatchObject({
      code: 0,
      text: expect.stringMatching(/\d+ calls made again, 0 differences/),
    });

    expect((await run('undo')).code).toBe(0);
    expect(JSON.parse((await run('status', '--json')).text).state.observations).toEqual({});
    expect((await run('redo')).code).toBe(0);

    // What was seen to happen is in the finding's words, with where it was seen.
    const raised = JSON.parse((await run('raise', 'code-flow/shell-command', '--json')).text);
    expect(raised.finding.reproduction.join('\n')).toMatch(
      new RegExp(
        `mcp-audit replay ${id}[\\s\\S]*Actual: .pack, folder: it ran what was passed[\\s\\S]*observation ${id}`,
      ),
    );

    const notes = join(dir, 'submission');
    const answers = join(dir, 'answers.yml');
    writeFileSync(
      answers,
      JSON.stringify({
        auditor: { name: 'Jane Doe', github: 'jane', organization: 'none', contact: 'jane@example.org' },
        checks: { '1.1.1': { verdict: 'pass', note: 'looked' } },
        findings: [
          {
            id: raised.finding.id,
            severity: 'low',
            summary: 'The tool pack hands its folder to a shell.',
            impact: { scope: 'The host.' },
            risks: ['Whoever steers the model runs commands.'],
            business: { production: 'The host is lost.' },
            reviewed: true,
          },
        ],
      }),
    );
    await run('answer', '--from', answers);
    expect((await run('report', '--to', notes)).text).toContain(notes);
    const file = (readdirSync(notes, { recursive: true, encoding: 'utf8' }) as string[]).find((f) =>
      /notes.*\.md$/i.test(f),
    );
    const text = file ? readFileSync(join(notes, file), 'utf8') : '';
    const below = (name: RegExp): string => {
      const found = (readdirSync(notes, { recursive: true, encoding: 'utf8' }) as string[]).find((f) =>
        name.test(f),
      );
      return found ? readFileSync(join(notes, found), 'utf8') : '';
    };
    const transcript = `observations/${id.replace('@', '-')}.jsonl.txt`;
    expect(below(/findings.*\.md$/)).toMatch(/Actual, observed on the running server: pack, folder: it ran/);
    expect(below(/findings.*\.md$/)).toContain(`artifacts/${transcript}`);
    expect(below(/security-assessment\.md$/)).toMatch(
      /Observed on the running server[\s\S]*2\.1\.2: 1 lead tried/,
    );
    expect(below(new RegExp(`${transcript}$`))).toMatch(/"way":">"[\s\S]*tools\/call/);
    expect(text).toMatch(/## Observations[\s\S]*No function of the commit[\s\S]*confirmed/);
  }, 180_000);
});
