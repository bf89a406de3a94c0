import { cweIn, lineAt, listAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural, strengthOf } from '../tool-result.ts';
import { vulnerableDependency } from './advisory.ts';

/** `trivy … --format json`: vulnerable packages, misconfigurations and secrets. */
export const trivy: Format = {
  id: 'trivy',
  title: 'trivy JSON',
  recognises: ({ keys }) => keys.has('SchemaVersion') && (keys.has('ArtifactName') || keys.has('Results')),
  read(bytes) {
    const tool = { name: 'trivy', version: '' };
    const kept = keepGravest();
    const targets = new Map<string, string>();
    const first = readParts(bytes, [
      {
        at: ['Trivy', 'Version'],
        take: (v) => {
          tool.version = typeof v === 'string' ? v.slice(0, 100) : '';
        },
      },
      {
        at: ['Results', '*', 'Target'],
        take: (v, p) => void targets.set(String(p[1]), typeof v === 'string' ? v.slice(0, 4000) : ''),
      },
    ]);
    const target = (path: readonly (string | number)[]): string => targets.get(String(path[1])) ?? '';
    const second = readParts(bytes, [
      {
        at: ['Results', '*', 'Vulnerabilities', '*'],
        take: (v, p) =>
          kept.add(
            vulnerableDependency({
              tool,
              id: textAt(v, 'VulnerabilityID'),
              aliases: listAt(v, 'VendorIDs').filter((i): i is string => typeof i === 'string'),
              name: textAt(v, 'PkgName'),
              version: textAt(v, 'InstalledVersion'),
              summary: textAt(v, 'Title'),
              level: textAt(v, 'Severity'),
              fixed: textAt(v, 'FixedVersion'),
              cwe: cweIn(listAt(v, 'CweIDs').join(' ')),
              path: target(p),
            }),
          ),
      },
      {
        at: ['Results', '*', 'Misconfigurations', '*'],
        take: (v, p) => {
          if (textAt(v, 'Status') === 'PASS') return;
          const startLine = lineAt(v, 'CauseMetadata', 'StartLine');
          kept.add({
            tool,
            rule: textAt(v, 'AVDID') || textAt(v, 'ID'),
            title: textAt(v, 'Title') || textAt(v, 'ID'),
            detail: [textAt(v, 'Message'), textAt(v, 'Description'), textAt(v, 'Resolution')]
              .filter(Boolean)
              .join('\n\n'),
            level: textAt(v, 'Severity'),
            strength: strengthOf(textAt(v, 'Severity')),
            cwe: [],
            class: 'container',
            place: target(p)
              ? { path: target(p), startLine, endLine: lineAt(v, 'CauseMetadata', 'EndLine') ?? startLine }
              : null,
            quoted: '',
            secrets: [],
          });
        },
      },
      {
        at: ['Results', '*', 'Secrets', '*'],
        take: (v, p) =>
          kept.add({
            tool,
            rule: textAt(v, 'RuleID'),
            title: textAt(v, 'Title') || 'a secret',
            detail: textAt(v, 'Category'),
            level: textAt(v, 'Severity'),
            strength: strengthOf(textAt(v, 'Severity')),
            cwe: ['CWE-798'],
            class: 'hardcoded-secret',
            place: target(p)
              ? { path: target(p), startLine: lineAt(v, 'StartLine'), endLine: lineAt(v, 'EndLine') }
              : null,
            quoted: '',
            secrets: [],
          }),
      },
    ]);
    const lost = first.passedOver + second.passedOver;
    return {
      format: 'trivy',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: keepGaps().gaps(tool, lost),
      searched: plural(targets.size, 'target'),
      looked: targets.size,
      roots: [],
      revision: '',
    };
  },
};
