import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';

test('a second auditor reviews an exported session blind in their terminal, and the author answers in theirs', async () => {
  const jane = makeDesk();
  const session = jane.session();
  jane.answer(session, {
    auditor: { name: 'Jane', github: 'jane', organization: 'I', contact: 'j@example.org' },
    checks: {
      'S1-001': { verdict: 'pass', note: 'it says so' },
      'S1-002': { verdict: 'fail', note: 'it does not' },
    },
  });
  const file = join(jane.root, 'audit.zip');
  jane.run(['export', '--session', session, '--to', file]);

  const bob = makeDesk();
  const begun = bob.cli(['review', file, '--blind', '--source', jane.repository.path, '--json']);
  const review = (JSON.parse(begun.stdout) as { session: string }).session;
  bob.answer(review, {
    auditor: { name: 'Bob', github: 'bob', organization: 'I', contact: 'b@example.org' },
  });
  const his = bob.open(['resume', review]);
  await his.ready();
  await his.press('g', 'j');
  await his.expectScreen("Jane's verdict shows once you gave yours");
  await his.press('R');
  await his.expectScreen("the author's verdict is hidden until you give yours");
  expect(his.everything()).not.toContain('it says so');
  await his.press('u');
  await his.expectScreen('PASS by Jane: it says so');
  await his.press('R', 'down', 'enter');
  await his.expectScreen('S1-001: why?');
  his.send('where does it say so?');
  await his.press('enter');
  await his.expectScreen('you: objects — where does it say so?');
  his.send('q');
  await his.exit();
  const back = join(bob.root, 'review.zip');
  bob.run(['export', '--session', review, '--to', back]);

  jane.run(['import', back]);
  const hers = jane.open(['resume', session]);
  await hers.ready();
  await hers.press('g', 'j');
  await hers.expectScreen('Bob objects — where does it say so?');
  await hers.expectScreen('not answered yet: R answers');
  await hers.press('R', 'enter');
  hers.send('in the first line of README.md');
  await hers.press('enter');
  await hers.expectScreen('answered, stands — in the first line of README.md');
  hers.send('q');
  await hers.exit();
  const { state } = jane.status(session);
  expect(Object.values(state.replies)).toMatchObject([{ decision: 'stands', by: 'jane' }]);
  expect(state.answers['S1-001']).toMatchObject({ verdict: 'pass', by: 'jane' });
  expect(jane.events(session).some((e) => e.type === 'remark.recorded')).toBe(false);
});
