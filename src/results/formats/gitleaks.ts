import { lineAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural } from '../tool-result.ts';

/** `gitleaks … -f json`: a list of leaks. It names no version; the secrets stand in it in clear, unless `--redact` was given. */
export const gitleaks: Format = {
  id: 'gitleaks',
  title: 'gitleaks JSON',
  recognises: ({ kind, keys }) => kind === 'array' && keys.has('RuleID') && keys.has('Secret'),
  read(bytes) {
    const tool = { name: 'gitleaks', version: '' };
    const kept = keepGravest();
    const rules = new Set<string>();
    const { passedOver } = readParts(bytes, [
      {
        at: ['*'],
        take: (value) => {
          const rule = textAt(value, 'RuleID');
          rules.add(rule);
          const commit = textAt(value, 'Commit');
          kept.add({
            tool,
            rule,
            // The description begins alike for every rule: the rule says more in a list.
            title: `secret of the kind ${rule || 'unnamed'}`,
            detail: [
              textAt(value, 'Description'),
              commit ? `gitleaks saw it in commit ${commit}.` : '',
              textAt(value, 'SymlinkFile') ? `Reached through the link ${textAt(value, 'SymlinkFile')}.` : '',
            ]
              .filter(Boolean)
              .join('\n\n'),
            level: '',
            strength: 'moderate',
            cwe: ['CWE-798'],
            class: 'hardcoded-secret',
            place: textAt(value, 'File')
              ? {
                  path: textAt(value, 'File'),
                  startLine: lineAt(value, 'StartLine'),
                  endLine: lineAt(value, 'EndLine'),
                }
              : null,
            quoted: '',
            secrets: [textAt(value, 'Secret'), textAt(value, 'Match')].filter(
              // With --redact it says only that there is one.
              (s) => s.length > 3 && !s.includes('REDACTED'),
            ),
          });
        },
      },
    ]);
    return {
      format: 'gitleaks',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: keepGaps().gaps(tool, passedOver),
      searched:
        kept.total() > 0
          ? plural(rules.size, 'rule that matched', 'rules that matched')
          : 'what gitleaks was pointed at; it does not say what that was',
      looked: null,
      roots: [],
      revision: '',
    };
  },
};
