import { advisoriesIn, cweIn, field, listAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, FormatError, keepGaps, keepGravest, plural } from '../tool-result.ts';
import { vulnerableDependency } from './advisory.ts';

const LOCKFILE = 'package-lock.json';

/** `npm audit --json`, of npm 7 and later and of npm 6. It speaks of the package-lock.json it ran beside. */
export const npmAudit: Format = {
  id: 'npm-audit',
  title: 'npm audit JSON',
  recognises: ({ keys }) =>
    keys.has('auditReportVersion') ||
    (keys.has('advisories') && keys.has('actions')) ||
    (keys.has('error') && (keys.has('message') || keys.size === 1)),
  read(bytes) {
    const tool = { name: 'npm audit', version: '' };
    const kept = keepGravest();
    let total = 0;
    let failure: string | null = null;
    let told = '';
    const seen = new Set<string>();
    const { passedOver } = readParts(bytes, [
      {
        at: ['message'],
        take: (v) => {
          told = typeof v === 'string' ? v.slice(0, 300) : '';
        },
      },
      {
        at: ['error'],
        take: (v) => {
          failure = [textAt(v, 'code'), textAt(v, 'summary')].filter(Boolean).join(': ');
        },
      },
      {
        at: ['metadata', 'dependencies'],
        take: (v) => {
          const n = field(v, 'total') ?? v;
          total = typeof n === 'number' ? n : 0;
        },
      },
      {
        at: ['metadata', 'totalDependencies'],
        take: (v) => {
          total = typeof v === 'number' ? v : total;
        },
      },
      {
        at: ['vulnerabilities', '*'],
        take: (value) => {
          const name = textAt(value, 'name');
          // A text in `via` only names the package that brings it in, which is an entry of its own.
          for (const via of listAt(value, 'via')) {
            if (typeof via !== 'object' || via === null) continue;
            const id = advisoriesIn(textAt(via, 'url'))[0] ?? String(field(via, 'source') ?? '');
            const key = `${id} ${textAt(via, 'name') || name}`;
            if (seen.has(key)) continue;
            seen.add(key);
            const fix = field(value, 'fixAvailable');
            kept.add(
              vulnerableDependency({
                tool,
                id,
                aliases: [],
                name: textAt(via, 'name') || name,
                version: '',
                summary: textAt(via, 'title'),
                level: textAt(via, 'severity') || textAt(value, 'severity'),
                fixed: textAt(fix, 'version')
                  ? `${textAt(fix, 'name')} ${textAt(fix, 'version')}`
                  : fix === true
                    ? 'a version within the range asked for'
                    : '',
                cwe: cweIn(listAt(via, 'cwe').join(' ')),
                path: LOCKFILE,
                direct: `Affected: ${textAt(via, 'range') || textAt(value, 'range')}. ${field(value, 'isDirect') === true ? 'A direct dependency.' : 'A transitive dependency.'}`,
              }),
            );
          }
        },
      },
      {
        at: ['advisories', '*'],
        take: (value, path) =>
          kept.add(
            vulnerableDependency({
              tool,
              id:
                textAt(value, 'github_advisory_id') ||
                advisoriesIn(textAt(value, 'url'))[0] ||
                String(path[1]),
              aliases: listAt(value, 'cves').filter((c): c is string => typeof c === 'string'),
              name: textAt(value, 'module_name'),
              version: textAt(listAt(value, 'findings')[0], 'version'),
              summary: textAt(value, 'title'),
              level: textAt(value, 'severity'),
              fixed: textAt(value, 'patched_versions'),
              cwe: cweIn(
                Array.isArray(field(value, 'cwe')) ? listAt(value, 'cwe').join(' ') : textAt(value, 'cwe'),
              ),
              path: LOCKFILE,
            }),
          ),
      },
    ]);
    if (failure !== null)
      throw new FormatError(
        `npm audit itself failed (${failure || told || 'it does not say why'}), so it looked at nothing`,
      );
    return {
      format: 'npm-audit',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: keepGaps().gaps(tool, passedOver),
      searched:
        total > 0
          ? plural(total, 'dependency', 'dependencies')
          : 'the dependencies npm was pointed at; it does not say how many',
      looked: total > 0 ? total : null,
      roots: [],
      revision: '',
    };
  },
};
