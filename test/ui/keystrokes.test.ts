import { expect, test } from 'vitest';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import { auditApp, EVIDENCE } from './audit-fixture.ts';

const [SURFACE] = EVIDENCE;
const LEAD = SURFACE!.items[0]!;
const LEADS: EvidenceItem[] = Array.from({ length: 10 }, (_, n) => ({
  ...LEAD,
  id: `a${n.toString(16)}`.padStart(16, '0'),
  title: `Lead ${n}`,
  flow: [],
  places: [],
}));

/** What is often done costs few keys, and no word typed where one was typed before. */
const cost = async (keys: readonly string[], from: readonly string[] = []) => {
  const app = auditApp({ events: [], evidence: [{ ...SURFACE!, items: LEADS }, ...EVIDENCE.slice(1)] });
  await app.enter();
  app.press(...from);
  app.draw();
  await app.store.readText('src/index.ts');
  await Promise.resolve();
  for (const key of keys) {
    app.press(key);
    await app.idle();
  }
  return { session: app.store.snapshot().session, app };
};

test('a lead is judged with one key, and the next is there', async () => {
  const { session, app } = await cost(['a'], ['n', 'enter']);
  expect(session.triage.size).toBe(1);
  expect(app.app.ui.get().place).toBe('reader');
});

test('ten leads alike are dismissed with three keys, the reason among those that are offered', async () => {
  const { session } = await cost(['D', 'tab', 'enter'], ['n']);
  expect(session.triage.size).toBe(10);
});

test('a section is not applicable with three keys', async () => {
  const { session } = await cost(['x', 'tab', 'enter'], ['g']);
  expect([...session.answers.values()].filter((a) => a.verdict === 'not-applicable')).toHaveLength(3);
});

test('a finding is raised from a lead with one key, from lines that were read with three, no path typed', async () => {
  const lead = await cost(['f'], ['n']);
  expect(lead.app.text()).toContain('F-01');
  const lines = await cost(['V', 'j', 'f'], ['n', 'enter']);
  expect(lines.app.text()).toMatch(/where +src\/index\.ts:\d+-\d+/);
});
