import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import { refreshHome } from '../../src/ui/actions/home.ts';
import { auditApp } from './audit-fixture.ts';

const atHome = async (refuses?: Error) => {
  const app = auditApp(refuses ? { refuses } : {});
  refreshHome(app.app);
  return app.idle();
};

test('what cannot be opened comes back in the form as it was typed, with what it is and what to name instead', async () => {
  const app = await atHome(new UserError('@acme/notes is the name of an npm package', 'name its repository'));
  app.press('n').type('@acme/notes').press('tab').type('packages/a').press('enter');
  await app.idle();
  expect(app.text()).toContain('@acme/notes is the name of an npm package: name its repository');
  expect(app.text()).toMatch(/server +@acme\/notes/);
  expect(app.text()).toMatch(/subfolder +packages\/a/);
  // The cursor stands behind what was typed: it is mended, not typed anew.
  app.type('-server').press('enter');
  await app.idle();
  expect(app.calls.filter((c) => c.name === 'start').map((c) => c.args[0])).toMatchObject([
    { source: '@acme/notes', subdir: 'packages/a' },
    { source: '@acme/notes-server', subdir: 'packages/a' },
  ]);
});

test('a defect is not taken for a wrong target', async () => {
  const app = await atHome(new Error('cannot read properties of undefined'));
  app.press('n').type('x').press('enter');
  await app.idle();
  expect(app.text()).toContain('This is a defect in mcp-audit');
});
