import { join } from 'node:path';
import { expect, it } from 'vitest';
import { methodNotice } from '../../src/commands/method-notice.ts';
import { loadMethodology } from '../../src/commands/workspace.ts';
import { methodChange } from '../../src/domain/method-change.ts';
import { bundledVersion } from '../../src/io/methodology-files.ts';
import { methodJson } from '../../src/report/formats/method-json.ts';
import { madeCheck, writeChecklists } from '../support/checklists.ts';
import { audited, machine, QUESTIONS } from './two-auditors.ts';

/** The same methodology a year later: one question asks for more, one has another word beside it, one is new, one is gone. */
const LATER = {
  ...QUESTIONS,
  version: '1.1',
  phases: QUESTIONS.phases.map((p) => ({
    ...p,
    sections: p.sections.map((s) => ({
      ...s,
      checks: [
        ...s.checks.flatMap((c) =>
          c.id === 'A-1'
            ? [{ ...c, passesWhen: 'It says so, twice.', collectors: ['git-history', 'governance'] }]
            : c.id === 'A-2'
              ? [{ ...c, why: 'Because it matters still.' }]
              : c.id === 'B-2'
                ? []
                : [c],
        ),
        ...(s.id === 'B' ? [madeCheck('B-3')] : []),
      ],
    })),
  })),
};

it('a session stays with its methodology, or moves over and is asked again what asks for something else', async () => {
  const { jane, session } = await audited();
  await jane.answer('checks: {B-2: {verdict: pass, note: logged}}');
  const later = writeChecklists(join(jane.dir, 'later'), LATER);
  const method = (...args: string[]) => jane.run('method', '--methodology', later, ...args);
  const said = await method('--json');
  expect(said.code).toBe(1);
  expect(methodJson.parse(JSON.parse(said.text))).toMatchObject({
    session,
    was: { version: '1.0' },
    now: { version: '1.1' },
    moved: false,
    again: ['A-1'],
    added: [{ check: 'B-3' }],
    removed: [{ check: 'B-2' }],
    changed: [
      {
        check: 'A-1',
        parts: [
          { part: 'passes when', was: 'It says what it should.', now: 'It says so, twice.' },
          { part: 'evidence', was: 'git-history', now: 'git-history; governance' },
        ],
      },
      { check: 'A-2', parts: [{ part: 'why' }] },
    ],
  });
  expect((await method()).text).toContain('passes when: "It says what it should."');
  // Nothing moved by looking.
  const state = async () => JSON.parse((await jane.run('status', '--json')).text);
  expect(await state()).toMatchObject({ methodology: { version: '1.0' }, state: { outdated: [] } });

  expect((await method('--move')).code).toBe(0);
  expect(await state()).toMatchObject({ methodology: { version: '1.1' }, state: { outdated: ['A-1'] } });
  expect((await jane.run('status')).text).toContain(
    '1 verdict was given before the check asked for something else: A-1',
  );
  // The same verdict again confirms it; one that is not asked anew changes nothing by that.
  expect((await jane.answer('checks: {A-1: {verdict: pass}, A-2: {verdict: pass}}')).text).toContain(
    '1 recorded, 1 already so',
  );
  expect((await state()).state.outdated).toEqual([]);
  expect((await method()).text).toContain('word for word');
  // It travels with the session.
  const bob = machine('bob');
  const file = jane.file('moved.zip');
  await jane.run('export', '--to', file);
  await bob.run('import', file);
  expect(JSON.parse((await bob.run('status', '--json')).text).methodology.version).toBe('1.1');
});

it('a session does not move where its findings would belong to no check', async () => {
  const { jane } = await audited();
  const without = {
    ...QUESTIONS,
    version: '2.0',
    phases: QUESTIONS.phases.map((p) => ({
      ...p,
      sections: p.sections.map((s) => ({ ...s, checks: s.checks.filter((c) => c.id !== 'B-1') })),
    })),
  };
  const moved = await jane.run(
    'method',
    '--move',
    '--methodology',
    writeChecklists(join(jane.dir, 'without'), without),
  );
  expect(moved).toMatchObject({ code: 2, text: expect.stringContaining('F-01 would belong to no check') });
  expect(JSON.parse((await jane.run('status', '--json')).text).methodology.version).toBe('1.0');
});

it('an opened session says that the packaged methodology has another number', async () => {
  const bundled = await loadMethodology();
  expect(bundledVersion()).toEqual({ id: bundled.id, version: bundled.version });
  expect(methodNotice(bundled)).toEqual([]);
  expect(methodNotice({ ...bundled, version: '0.9' })[0]).toContain('mcp-audit method');
  expect(methodNotice({ ...bundled, id: 'own', version: '0.9' })).toEqual([]);
  expect(methodChange(bundled, bundled)).toMatchObject({ changed: [], added: [], removed: [] });
});
