import { strengthOf, type Tool, type ToolResult } from '../tool-result.ts';

/** A vulnerable dependency, as five formats tell it in five ways. */
export const vulnerableDependency = (v: {
  tool: Tool;
  id: string;
  aliases: readonly string[];
  name: string;
  version: string;
  summary: string;
  level: string;
  fixed: string;
  cwe: readonly string[];
  path: string;
  direct?: string;
}): ToolResult => ({
  tool: v.tool,
  rule: v.id,
  title: `${v.name}${v.version ? ` ${v.version}` : ''}: ${v.id}${v.summary ? `, ${v.summary.split('\n')[0]}` : ''}`,
  detail: [
    v.aliases.length > 0 ? `Also known as ${v.aliases.join(', ')}.` : '',
    v.fixed ? `Repaired in ${v.fixed}.` : 'No repaired version is named.',
    v.direct ?? '',
    v.summary,
  ]
    .filter(Boolean)
    .join('\n\n'),
  level: v.level,
  strength: strengthOf(v.level),
  cwe: v.cwe,
  class: 'supply-chain',
  checks: ['1.3.2'],
  place: v.path ? { path: v.path, startLine: null, endLine: null } : null,
  quoted: '',
  secrets: [],
});
