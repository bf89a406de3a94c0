import { plural as counted } from '../text/plural.ts';
import { visible } from '../text/visible.ts';

/**
 * One thing the validator has to say. `rule` is the number of the database's review procedure (`AVP-1.5`) or, where it has
 * none, a name of ours. `line` is 1-based.
 */
export type Diagnostic = {
  rule: string;
  level: 'blocking' | 'warning' | 'info';
  file: string;
  line: number | null;
  message: string;
  fix: string;
};

const LEVELS = { blocking: 0, warning: 1, info: 2 } as const;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Gravest first, then by place: a total order. */
export const compareDiagnostics = (a: Diagnostic, b: Diagnostic): number =>
  LEVELS[a.level] - LEVELS[b.level] ||
  compareText(a.file, b.file) ||
  (a.line ?? 0) - (b.line ?? 0) ||
  compareText(a.rule, b.rule) ||
  compareText(a.message, b.message);

const HEADINGS = { blocking: 'Blocking', warning: 'Warnings', info: 'For a human to look at' } as const;

/** For terminals: grouped by level, one indented fix each, the counts last. */
export const renderDiagnostics = (diagnostics: readonly Diagnostic[]): string => {
  const sorted = [...diagnostics].sort(compareDiagnostics);
  const lines: string[] = [];
  for (const level of ['blocking', 'warning', 'info'] as const) {
    const group = sorted.filter((d) => d.level === level);
    if (group.length === 0) continue;
    lines.push(HEADINGS[level]);
    for (const d of group) {
      lines.push(`  ${d.rule}  ${visible(d.file || '.')}${d.line === null ? '' : `:${d.line}`}`);
      lines.push(`    ${visible(d.message)}`);
      if (d.fix !== '') lines.push(`    fix: ${visible(d.fix)}`);
    }
    lines.push('');
  }
  const count = (level: Diagnostic['level']) => sorted.filter((d) => d.level === level).length;
  lines.push(`${count('blocking')} blocking, ${counted(count('warning'), 'warning')}, ${count('info')} info`);
  return `${lines.join('\n')}\n`;
};
