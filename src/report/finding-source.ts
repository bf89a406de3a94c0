import type { FindingReport } from './report-model.ts';
import { from, type Source } from './statement.ts';

/** Where a part of a finding comes from, by the name its editor gives it: guidance nobody changed is the methodology's. */
export const sourceOfPart = (f: FindingReport, part: string): Source =>
  f.template.parts.includes(part)
    ? {
        kind: 'methodology',
        of: f.template.id === '' ? `check ${f.checks[0]}` : `finding template ${f.template.id}`,
      }
    : { kind: 'finding', of: f.fileId };

export const fromPart = (f: FindingReport, part: string) => from(sourceOfPart(f, part));
