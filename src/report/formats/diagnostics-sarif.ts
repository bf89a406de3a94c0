import type { Diagnostic } from '../diagnostic.ts';
import { SARIF_INFORMATION, SARIF_SCHEMA, sarifText, sarifUri } from './sarif-text.ts';

const LEVELS = { blocking: 'error', warning: 'warning', info: 'note' } as const;

/** What a rule number or name means, for a list of rules: the database's own chapters, else the name says it. */
const describe = (rule: string): string => {
  const chapter = /^AVP-(\d+)\.(\d+)$/.exec(rule);
  return chapter
    ? `Rule ${chapter[1]}.${chapter[2]} of the audit database's review procedure`
    : rule.toLowerCase().replaceAll('-', ' ');
};

/**
 * What the validator says, as a SARIF 2.1.0 log: for code scanning of a pull request to the database.
 *
 * @param base folder of the submission relative to the repository's root, '' when it is the root
 */
export const diagnosticsSarif = (
  diagnostics: readonly Diagnostic[],
  tool: { name: string; version: string },
  base = '',
): unknown => {
  const rules = [...new Set(diagnostics.map((d) => d.rule))].sort();
  const uriOf = (file: string) => sarifUri([base, file].filter((p) => p !== '' && p !== '.').join('/'));
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            informationUri: SARIF_INFORMATION,
            rules: rules.map((id) => ({
              id,
              shortDescription: { text: describe(id) },
              fullDescription: { text: `${describe(id)}.` },
              help: { text: `${describe(id)}. What is wrong and what to do about it stands in each result.` },
              helpUri: SARIF_INFORMATION,
            })),
          },
        },
        columnKind: 'unicodeCodePoints',
        results: diagnostics.map((d) => ({
          ruleId: d.rule,
          ruleIndex: rules.indexOf(d.rule),
          level: LEVELS[d.level],
          message: { text: sarifText(`${d.message}.${d.fix ? ` To do: ${d.fix}.` : ''}`) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(d.file), uriBaseId: '%SRCROOT%' },
                region: { startLine: d.line ?? 1 },
              },
            },
          ],
          partialFingerprints: {
            'mcpAuditRule/v1': `${d.rule}:${uriOf(d.file)}:${sarifText(d.message, 200)}`,
          },
        })),
      },
    ],
  };
};
