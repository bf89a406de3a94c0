import { plural } from '../../text/plural.ts';
import type { EvidenceFile, EvidenceItem } from '../evidence.ts';
import { placeWords } from '../evidence.ts';
import { type FindingTemplate, severityOf } from '../finding-template.ts';
import type { Compared } from './baseline.ts';
import type { Condition } from './fail-on.ts';
import { blindOf, LEADS_SCHEMA, type LeadEntry, type LeadsReport } from './leads-report.ts';
import { type Refused, type Standing, suppress } from './suppressions.ts';
import { changeWords, type ToolsReport } from './tools-lock.ts';

/** From evidence to what a pipeline is told: which leads are new, which are accounted for, and whether the run fails. */

export type Judging = {
  evidence: EvidenceFile;
  marks(item: EvidenceItem): string[];
  templates: readonly FindingTemplate[];
  conditions: readonly Condition[];
  own: LeadsReport['own'];
  base: { kind: 'baseline' | 'commit'; name: string; of(lead: EvidenceItem): Compared } | null;
  changedSince: { ref: string; commit: string; affects(lead: EvidenceItem): boolean } | null;
  standing: readonly Standing[];
  refused: readonly Refused[];
  today: string;
  tools: ToolsReport | null;
};

const MOST_NAMED = 20;

/** "high, new: <title> (src/a.ts:12)": one lead in a list of what failed. */
const leadWords = (l: LeadEntry): string =>
  `${l.severity}${l.state === 'new' || l.state === 'more' ? `, ${l.state === 'new' ? 'new' : 'more than before'}` : ''}: ${l.title}${l.location ? ` (${placeWords(l.location)})` : ''} [${l.collector}/${l.rule}]${l.state === 'more' ? `: ${l.news.join('; ')}` : ''}`;

const failures = (r: Omit<LeadsReport, 'failed'>): string[] => {
  const failing = r.leads.filter((l) => l.fails.length > 0);
  return [
    ...failing.slice(0, MOST_NAMED).map(leadWords),
    ...(failing.length > MOST_NAMED ? [`and ${failing.length - MOST_NAMED} more leads`] : []),
    ...r.suppressions.expired.map((s) => `a suppression has expired, ${s.at}: ${s.words}`),
    ...r.suppressions.refused.map((s) => `a suppression is not understood, ${s.at}: ${s.words}`),
    ...blindOf(r).map((c) => `${c.id} could not look: ${c.message}`),
    ...(r.tools?.changes ?? []).map((c) => `a definition is not as it was approved: ${changeWords(c)}`),
  ];
};

export const judgeLeads = (j: Judging): LeadsReport => {
  const { evidence: e } = j;
  const all = e.items.filter((i) => i.kind === 'lead');
  // A suppression is used or not by all leads there are, also where only some are shown.
  const judged = suppress(all, j.standing, j.today);
  const shown = j.changedSince ? all.filter((l) => j.changedSince!.affects(l)) : all;
  const leads = shown.map((item): LeadEntry => {
    const compared = j.base?.of(item) ?? { state: 'unknown' as const, news: [] };
    const verdict = judged.of(item);
    const entry: LeadEntry = {
      ...item,
      kind: 'lead',
      severity: severityOf(item, j.templates),
      marks: j.marks(item),
      ...compared,
      ...verdict,
      fails: [],
    };
    const fails = verdict.suppressed ? [] : j.conditions.filter((c) => c.holds(entry)).map((c) => c.words);
    return { ...entry, fails };
  });
  const gaps = e.items.filter((i) => i.kind === 'gap');
  const collectors = e.collectors.map(({ durationMs: _, ...run }) => run);
  const report = {
    schema: LEADS_SCHEMA,
    tool: e.tool,
    target: e.target,
    own: j.own,
    base: j.base && { kind: j.base.kind, name: j.base.name },
    changedSince: j.changedSince && {
      ref: j.changedSince.ref,
      commit: j.changedSince.commit,
      left: all.length - shown.length,
    },
    failOn: j.conditions.map((c) => c.words),
    collectors,
    gaps,
    leads,
    suppressions: { expired: judged.expired, refused: [...j.refused], unused: judged.unused },
    tools: j.tools,
    counts: {
      leads: leads.length,
      new: j.base ? leads.filter((l) => l.state !== 'known').length : null,
      suppressed: leads.filter((l) => l.suppressed).length,
      failing: leads.filter((l) => l.fails.length > 0).length,
      gaps: gaps.length,
      questions: e.items.filter((i) => i.kind === 'question').length,
      blind: blindOf({ collectors }).length,
    },
  } satisfies Omit<LeadsReport, 'failed'>;
  return { ...report, failed: failures(report) };
};

/** "3 leads, 1 new, 1 suppressed; 4 gaps", for one line. */
export const countWords = ({ counts: c, changedSince }: LeadsReport): string =>
  [
    `${plural(c.leads, 'lead')}${changedSince ? ` of what changed since ${changedSince.ref} (${changedSince.left} others left out)` : ''}`,
    ...(c.new === null ? [] : [`${c.new} new`]),
    ...(c.suppressed > 0 ? [`${c.suppressed} suppressed`] : []),
    ...(c.questions > 0 ? [`${plural(c.questions, 'question')} for a person`] : []),
    `${plural(c.gaps, 'gap')}${c.blind > 0 ? `, ${plural(c.blind, 'collector')} could not look` : ''}`,
  ].join(', ');
