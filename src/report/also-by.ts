import type { Auditor } from '../domain/events.ts';
import { shownName } from './authors.ts';
import type { Label } from './report-labels.ts';
import { fromSession, type Statement } from './statement.ts';

/** A row with everybody who audited beside the one who signs; none where nobody did. */
export const alsoBy = (auditors: readonly Auditor[]): [Label, Statement][] =>
  auditors.length > 1
    ? [['Also audited by', fromSession('auditor')`${auditors.slice(1).map(shownName).join(', ')}`]]
    : [];
