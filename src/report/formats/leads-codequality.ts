import { blindOf, type LeadsReport } from '../../domain/pipeline/leads-report.ts';
import { changeWords } from '../../domain/pipeline/tools-lock.ts';
import { jsonText } from '../../text/json-text.ts';
import { visible } from '../../text/visible.ts';
import { clipWords } from '../markdown.ts';
import { frontOf, pathsOf } from './sarif-parts.ts';

/** Leads as GitLab's code quality report. It knows no suppression, so those are left out; what was not looked at is in it as information. */

const SEVERITIES = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
} as const;

const words = (text: string): string => visible(clipWords(text.trim(), 1_000).replace(/\s+/g, ' '));

export const leadsCodeQuality = (r: LeadsReport): string => {
  const front = frontOf(pathsOf([...r.leads, ...r.gaps]));
  const issue = (
    check_name: string,
    description: string,
    fingerprint: string,
    severity: string,
    at: { path: string; startLine: number; endLine: number } | null,
  ) => ({
    description: words(description),
    check_name,
    fingerprint,
    severity,
    location: {
      path: at?.path ?? front,
      lines: { begin: at?.startLine ?? 1, end: at?.endLine ?? 1 },
    },
  });
  return jsonText([
    ...r.leads
      .filter((l) => !l.suppressed)
      .map((l) =>
        issue(
          `${l.collector}/${l.rule}`,
          `${l.title} (a lead to judge)`,
          l.id,
          SEVERITIES[l.severity],
          l.location,
        ),
      ),
    ...(r.tools?.changes ?? []).map((c) =>
      issue(
        'tools-lock/changed',
        `Not as it was approved: ${changeWords(c)}`,
        `tools-lock-${c.kind}-${c.name}-${c.field}`,
        'critical',
        {
          path: c.path,
          startLine: c.line,
          endLine: c.line,
        },
      ),
    ),
    ...(r.tools?.uncomputed ?? []).map((u) =>
      issue(
        'tools-lock/not-compared',
        `Not compared with ${r.tools?.lock}: ${u.what}; ${u.why}`,
        `tools-lock-not-${u.what}`,
        'info',
        null,
      ),
    ),
    ...blindOf(r).map((c) =>
      issue(
        `mcp-audit/${c.id}`,
        `Not looked at: ${c.id} could not look: ${c.message}`,
        `blind-${c.id}`,
        'major',
        null,
      ),
    ),
    ...r.gaps.map((g) =>
      issue(`${g.collector}/${g.rule}`, `Not looked at: ${g.title}`, g.id, 'info', g.location),
    ),
    ...[...r.suppressions.expired, ...r.suppressions.refused].map((s) =>
      issue(
        'mcp-audit/suppressions',
        `Suppression at ${s.at}: ${s.words}`,
        `suppression-${s.at}`,
        'major',
        null,
      ),
    ),
  ]);
};
