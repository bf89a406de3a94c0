import { cweIn, field, lineAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural, strengthOf } from '../tool-result.ts';

/** `semgrep scan --json`. */
export const semgrep: Format = {
  id: 'semgrep',
  title: 'semgrep JSON',
  recognises: ({ keys, resultKeys }) =>
    keys.has('results') &&
    (resultKeys.has('check_id') || (keys.has('paths') && keys.has('errors') && !keys.has('metrics'))),
  read(bytes) {
    const tool = { name: 'semgrep', version: '' };
    const kept = keepGravest();
    const gaps = keepGaps();
    let scanned = 0;
    const { passedOver } = readParts(bytes, [
      {
        at: ['version'],
        take: (v) => {
          tool.version = typeof v === 'string' ? v.slice(0, 100) : '';
        },
      },
      {
        at: ['paths', 'scanned', '*'],
        take: () => {
          scanned += 1;
        },
      },
      {
        at: ['errors', '*'],
        take: (value) => {
          const message = textAt(value, 'message') || textAt(value, 'long_msg') || textAt(value, 'type');
          const path = textAt(value, 'path');
          gaps.add({
            tool,
            title: `semgrep could not look everywhere: ${path || message.split('\n')[0]}`,
            detail: message,
          });
        },
      },
      {
        at: ['results', '*'],
        take: (value) => {
          const metadata = field(value, 'extra', 'metadata');
          const named = field(metadata, 'cwe');
          const message = textAt(value, 'extra', 'message');
          const severity = textAt(value, 'extra', 'severity');
          const ignored = field(value, 'extra', 'is_ignored') === true;
          const quoted = textAt(value, 'extra', 'lines');
          kept.add({
            tool,
            rule: textAt(value, 'check_id'),
            title:
              message.split(/(?<=\.)\s|\n/)[0] || textAt(value, 'check_id') || 'a result without a message',
            detail: [message, ignored ? 'The source asks for it to be ignored (nosem).' : '']
              .filter(Boolean)
              .join('\n\n'),
            level: severity,
            strength: ignored ? 'weak' : strengthOf(textAt(metadata, 'confidence') || severity),
            cwe: cweIn((Array.isArray(named) ? named : [named]).map(String).join(' ')),
            ...(textAt(metadata, 'category') === 'secrets' ? { class: 'hardcoded-secret' as const } : {}),
            place: textAt(value, 'path')
              ? {
                  path: textAt(value, 'path'),
                  startLine: lineAt(value, 'start', 'line'),
                  endLine: lineAt(value, 'end', 'line'),
                }
              : null,
            // Without an account semgrep writes these words in place of the lines.
            quoted: quoted === 'requires login' ? '' : quoted,
            secrets: [],
          });
        },
      },
    ]);
    return {
      format: 'semgrep',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: gaps.gaps(tool, passedOver),
      searched: plural(scanned, 'file'),
      looked: scanned,
      roots: [],
      revision: '',
    };
  },
};
