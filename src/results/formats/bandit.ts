import { field, lineAt, listAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural, strengthOf } from '../tool-result.ts';

/** The least sure of two words: bandit tells how grave and how sure apart. */
const weaker = (a: string, b: string): string => {
  const order = ['strong', 'moderate', 'weak'];
  return order.indexOf(strengthOf(a)) > order.indexOf(strengthOf(b)) ? a : b;
};

/** `bandit -f json`. It names no version of its own, but its links hold one. */
export const bandit: Format = {
  id: 'bandit',
  title: 'bandit JSON',
  recognises: ({ keys, resultKeys }) =>
    keys.has('results') && (resultKeys.has('test_id') || (keys.has('metrics') && keys.has('generated_at'))),
  read(bytes) {
    const tool = { name: 'bandit', version: '' };
    const kept = keepGravest();
    const gaps = keepGaps();
    const files = new Set<string>();
    const { passedOver } = readParts(bytes, [
      {
        at: ['errors', '*'],
        take: (value) => {
          const file = textAt(value, 'filename');
          gaps.add({ tool, title: `bandit could not read ${file}`, detail: textAt(value, 'reason') });
        },
      },
      {
        at: ['metrics', '*', 'loc'],
        take: (_value, path) => {
          if (path[1] !== '_totals') files.add(String(path[1]));
        },
      },
      {
        at: ['results', '*'],
        take: (value) => {
          const message = textAt(value, 'issue_text');
          const cwe = field(value, 'issue_cwe', 'id');
          tool.version ||= /\/en\/(\d[\w.]*)\//.exec(textAt(value, 'more_info'))?.[1] ?? '';
          const lines = listAt(value, 'line_range').filter((l) => typeof l === 'number');
          const severity = textAt(value, 'issue_severity');
          const line = lineAt(value, 'line_number');
          kept.add({
            tool,
            rule: [textAt(value, 'test_id'), textAt(value, 'test_name')].filter(Boolean).join(' '),
            title: message || textAt(value, 'test_name') || 'a result without a message',
            detail: [message, textAt(value, 'more_info')].filter(Boolean).join('\n\n'),
            level: severity,
            strength: strengthOf(weaker(severity, textAt(value, 'issue_confidence'))),
            cwe:
              typeof cwe === 'number' && Number.isInteger(cwe) && cwe > 0 && cwe < 100_000
                ? [`CWE-${cwe}`]
                : [],
            place: textAt(value, 'filename')
              ? {
                  path: textAt(value, 'filename'),
                  startLine: line,
                  endLine: line === null ? null : Math.max(line, lines.at(-1) ?? line),
                }
              : null,
            // Each line of `code` begins with its number.
            quoted:
              textAt(value, 'code')
                .split('\n')
                .find((l) => l.startsWith(`${line} `))
                ?.slice(`${line} `.length) ?? '',
            secrets: [],
          });
        },
      },
    ]);
    return {
      format: 'bandit',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: gaps.gaps(tool, passedOver),
      searched: plural(files.size, 'Python file'),
      looked: files.size,
      roots: [],
      revision: '',
    };
  },
};
