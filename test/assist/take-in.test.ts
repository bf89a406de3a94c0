import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTakeIn } from '../../src/commands/take-in.ts';
import { resumeAudit } from '../../src/commands/workspace.ts';
import { publishedTranscript } from '../../src/report/assistance.ts';
import { makeAssist } from './desk.ts';

const RUN = { path: 'README.md', start_line: 1, end_line: 1, quote: '# Notes' };

const proposing = async () => {
  const a = await makeAssist();
  const one = await a.connect();
  const say = (check: string) =>
    one.call('propose_place', { commit: a.commit, check, reason: 'Here.', citations: [RUN] });
  await say('S1-001');
  await say('S1-002');
  const folder = join(a.dir, 'assist');
  const file = join(folder, readdirSync(folder)[0]!);
  return { a, one, say, folder, file };
};

it('takes in each proposal once, a few at a look, and what comes later with the next', async () => {
  const { a, one, say } = await proposing();
  const w = resumeAudit(a.host, a.id);
  const takeIn = createTakeIn(w.store, w.dir);
  const count = () => w.store.snapshot().session.proposals.size;
  expect(takeIn.some(1)).toMatchObject([{ listening: true }]);
  expect(count()).toBe(1);
  takeIn.some(5);
  expect(count()).toBe(2);
  await say('S1-003');
  takeIn.some(5);
  expect(count()).toBe(3);
  expect(w.store.snapshot().session.assistance.size).toBe(0);
  await one.end();
  expect(takeIn.some(5)).toMatchObject([{ listening: false }]);
  createTakeIn(w.store, w.dir).all();
  const made = w.store.events().filter((e) => e.type === 'proposal.made' || e.type === 'assistance.recorded');
  expect(made.map((e) => e.type)).toEqual([
    'proposal.made',
    'proposal.made',
    'proposal.made',
    'assistance.recorded',
  ]);
  await w.store.close(null);
});

it('takes in nothing of lines that are cut, damaged, made up for another connection, or behind a link', async () => {
  const { a, folder, file } = await proposing();
  const lines = readFileSync(file, 'utf8').split('\n');
  const proposed = lines.find((l) => l.includes('"type":"proposed"'))!;
  const other = proposed
    .replace(/P-[0-9a-f]{8}/, 'P-00000000')
    .replace(/"connection":"[^"]*"/, '"connection":"another"');
  appendFileSync(
    file,
    `not json\n{"type":"proposed"}\n${other}\n${proposed.replace(/P-[0-9a-f]{8}/, 'P-11111111').slice(0, 300)}`,
  );
  writeFileSync(join(a.dir, 'elsewhere'), `${other.replaceAll('another', 'linked')}\n`);
  symlinkSync(join(a.dir, 'elsewhere'), join(folder, 'linked.jsonl'));
  mkdirSync(join(folder, 'folder.jsonl'));
  const w = resumeAudit(a.host, a.id);
  createTakeIn(w.store, w.dir).all();
  expect([...w.store.snapshot().session.proposals.keys()]).toHaveLength(2);
  expect(w.store.snapshot().session.proposals.has('P-00000000')).toBe(false);
  await w.store.close(null);
});

it('publishes of a transcript what was asked for, and no claim the auditor did not take over', async () => {
  const { file } = await proposing();
  const text = readFileSync(file, 'utf8');
  const ids = [...text.matchAll(/"proposal":"(P-[0-9a-f]{8})"/g)].map((m) => m[1]!);
  const shown = publishedTranscript(text, (id) => id === ids[0]);
  expect(shown.split('\n').filter(Boolean)).toHaveLength(text.split('\n').filter(Boolean).length);
  expect(shown.match(/"reason":"Here\."/g)).toHaveLength(1);
  expect(shown).toContain('"tool":"propose_place"');
  expect(shown).not.toContain('"pid"');
});
