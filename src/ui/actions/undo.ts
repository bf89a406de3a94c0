import { isRefusal } from '../../domain/decide.ts';
import type { SessionEvent } from '../../domain/events.ts';
import { describeEvent } from '../../domain/selectors.ts';
import type { App } from '../app-state.ts';
import { itemById } from '../model.ts';
import { goTo, goToCheck, select } from './navigate.ts';
import { goToLead } from './queue.ts';

/** Shows what an event changed, so that nobody has to look for what was taken back. */
const goToChanged = (app: App, e: SessionEvent): void => {
  switch (e.type) {
    case 'check.answered':
    case 'carried.confirmed':
      return goToCheck(app, e.check);
    case 'checks.answered': {
      const [first] = e.changes;
      return first && goToCheck(app, first.check);
    }
    case 'evidence.triaged': {
      const item = itemById(app.view(), e.changes[0]?.item ?? '');
      const check = item?.checks[0];
      return item && check ? goToLead(app, check, item.id) : undefined;
    }
    case 'finding.recorded':
      goTo(app, 'findings');
      return e.value ? select(app, 'findings', e.finding) : undefined;
    case 'attachment.added':
      return e.value?.check ? goToCheck(app, e.value.check) : undefined;
    case 'criterion.rated':
      goTo(app, 'scorecard');
      return select(app, 'scorecard', e.criterion);
    case 'proposal.decided':
      goTo(app, 'proposals');
      return select(app, 'proposals', e.proposal);
    case 'results.imported':
      return goTo(app, 'evidence');
    case 'server.described':
    case 'disclosure.recorded':
      return goTo(app, 'report');
    default:
  }
};

/** Takes the last decision back, or does it again; goes to what it was about and names it. */
export const undo = (app: App, type: 'undo' | 'redo'): void => {
  const result = app.opened().store.dispatch({ type });
  if (isRefusal(result)) return app.toast(`${result.refused}: ${result.hint}`, 'warn');
  goToChanged(app, result);
  const titleOf = (item: string): string | undefined => itemById(app.view(), item)?.title;
  app.toast(describeEvent(result, titleOf));
};
