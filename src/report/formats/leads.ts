import type { Check } from '../../domain/methodology.ts';
import type { LeadsReport } from '../../domain/pipeline/leads-report.ts';
import { jsonText } from '../../text/json-text.ts';
import { withShownPaths } from '../../text/shown-path.ts';
import { leadsCodeQuality } from './leads-codequality.ts';
import { leadsJunit } from './leads-junit.ts';
import { leadsMarkdown } from './leads-markdown.ts';
import { leadsSarifFile } from './leads-sarif.ts';

/** The formats of leads, by name. */
export const LEADS_FORMATS = {
  sarif: leadsSarifFile,
  json: (r) => jsonText(r),
  markdown: leadsMarkdown,
  codequality: leadsCodeQuality,
  junit: leadsJunit,
} satisfies Record<string, (r: LeadsReport, checks: readonly Check[]) => string>;
export type LeadsFormat = keyof typeof LEADS_FORMATS;

export const writeLeads = (format: LeadsFormat, r: LeadsReport, checks: readonly Check[]): string =>
  LEADS_FORMATS[format](withShownPaths(r), checks);
