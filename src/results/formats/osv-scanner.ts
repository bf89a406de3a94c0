import { listAt, textAt } from '../field.ts';
import { readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural } from '../tool-result.ts';
import { vulnerableDependency } from './advisory.ts';

const fixedIn = (vulnerability: unknown, name: string): string =>
  [
    ...new Set(
      listAt(vulnerability, 'affected')
        .filter((a) => textAt(a, 'package', 'name') === name)
        .flatMap((a) => listAt(a, 'ranges'))
        .flatMap((r) => listAt(r, 'events'))
        .map((e) => textAt(e, 'fixed'))
        .filter(Boolean),
    ),
  ].join(', ');

const severity = (score: number): string =>
  score >= 9 ? 'CRITICAL' : score >= 7 ? 'HIGH' : score >= 4 ? 'MEDIUM' : score > 0 ? 'LOW' : '';

/** `osv-scanner … --format json`. It groups the records of one weakness; each group is one result. */
export const osvScanner: Format = {
  id: 'osv-scanner',
  title: 'osv-scanner JSON',
  recognises: ({ keys, resultKeys }) =>
    keys.has('results') &&
    (resultKeys.has('packages') ||
      keys.has('experimental_config') ||
      (keys.size === 1 && resultKeys.size === 0)),
  read(bytes) {
    const tool = { name: 'osv-scanner', version: '' };
    const kept = keepGravest();
    let packages = 0;
    const sources = new Map<string, string>();
    const { passedOver } = readParts(bytes, [
      { at: ['results', '*', 'source'], take: (v, p) => void sources.set(String(p[1]), textAt(v, 'path')) },
    ]);
    const { passedOver: lost } = readParts(bytes, [
      {
        at: ['results', '*', 'packages', '*'],
        take: (value, path) => {
          packages += 1;
          const name = textAt(value, 'package', 'name');
          const vulnerabilities = new Map(listAt(value, 'vulnerabilities').map((v) => [textAt(v, 'id'), v]));
          const groups = listAt(value, 'groups');
          for (const group of groups.length > 0
            ? groups
            : [...vulnerabilities.keys()].map((id) => ({ ids: [id] }))) {
            const ids = listAt(group, 'ids').filter((i): i is string => typeof i === 'string');
            const first = vulnerabilities.get(ids[0] ?? '');
            const all = [
              ...new Set([
                ...ids,
                ...listAt(group, 'aliases').filter((i): i is string => typeof i === 'string'),
                ...ids.flatMap((i) => listAt(vulnerabilities.get(i), 'aliases') as string[]),
              ]),
            ];
            const id = ids[0] ?? all[0] ?? '';
            kept.add(
              vulnerableDependency({
                tool,
                id,
                aliases: all.filter((a) => a !== id),
                name,
                version: textAt(value, 'package', 'version'),
                summary: textAt(first, 'summary') || textAt(first, 'details').split('\n')[0] || '',
                level:
                  severity(Number(textAt(group, 'max_severity'))) ||
                  textAt(first, 'database_specific', 'severity').toUpperCase(),
                fixed: ids.map((i) => fixedIn(vulnerabilities.get(i), name)).find(Boolean) ?? '',
                cwe: (listAt(first, 'database_specific', 'cwe_ids') as unknown[]).filter(
                  (c): c is string => typeof c === 'string' && /^CWE-[1-9]\d{0,4}$/.test(c),
                ),
                path: sources.get(String(path[1])) ?? '',
              }),
            );
          }
        },
      },
    ]);
    return {
      format: 'osv-scanner',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: keepGaps().gaps(tool, passedOver + lost),
      searched: `${plural(sources.size, 'lockfile or manifest', 'lockfiles and manifests')} with ${plural(packages, 'package')}`,
      looked: sources.size,
      roots: [],
      revision: '',
    };
  },
};
