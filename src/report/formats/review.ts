import type { Diagnostic } from '../diagnostic.ts';
import { code, document, inline, table } from '../markdown.ts';

/** What the validator says, in the layout of the database's review comments. Everything quoted is escaped. */
const line = (d: Diagnostic): string[] => [
  `1. **${d.rule}**: ${code(d.file)}${d.line === null ? '' : ` (line ${d.line})`}`,
  `   - ${inline(d.message, 600)}`,
  ...(d.fix === '' ? [] : [`   - **How to fix**: ${inline(d.fix, 600)}`]),
];

const MAX_SHOWN = 100;

const section = (title: string, found: readonly Diagnostic[]): string[][] =>
  found.length === 0
    ? []
    : [
        [`### ${title}`],
        found.slice(0, MAX_SHOWN).flatMap(line),
        found.length > MAX_SHOWN ? [`${found.length - MAX_SHOWN} more are in the log.`] : [],
      ];

export const reviewMarkdown = (
  diagnostics: readonly Diagnostic[],
  audits: readonly string[],
  tool: { name: string; version: string },
): string => {
  const of = (level: Diagnostic['level']) => diagnostics.filter((d) => d.level === level);
  const blocking = of('blocking').length;
  return document([
    ['## Audit Submission Review'],
    [`**Status**: ${blocking > 0 ? '❌ Changes Requested' : '✅ Validation Passed'}`],
    table(
      ['Audits looked at', 'Blocking', 'Advisory', 'Notes'],
      [
        [
          audits.length === 0
            ? 'none'
            : audits
                .slice(0, 20)
                .map((a) => code(a))
                .join(', '),
          String(blocking),
          String(of('warning').length),
          String(of('info').length),
        ],
      ],
    ),
    ...section('Must Fix (Blocking)', of('blocking')),
    ...section('Should Fix (Advisory)', of('warning')),
    ...section('Notes and Items for Human Review', of('info')),
    [
      `*Checked by ${inline(tool.name)} ${inline(tool.version)}. Only rules were checked: what an audit says is for people to judge.*`,
    ],
  ]);
};
