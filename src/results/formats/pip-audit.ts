import { listAt, textAt } from '../field.ts';
import { beginsWith, type Part, readParts } from '../json-parts.ts';
import { type Format, keepGaps, keepGravest, plural } from '../tool-result.ts';
import { vulnerableDependency } from './advisory.ts';

/** `pip-audit -f json`, of now and before 2.0 (a bare list). It does not say which file it read. */
export const pipAudit: Format = {
  id: 'pip-audit',
  title: 'pip-audit JSON',
  recognises: ({ kind, keys }) =>
    (kind === 'object' && keys.has('dependencies') && keys.has('fixes')) ||
    (kind === 'array' && keys.has('vulns')),
  read(bytes) {
    const tool = { name: 'pip-audit', version: '' };
    const kept = keepGravest();
    const gaps = keepGaps();
    let total = 0;
    const take: Part['take'] = (value) => {
      total += 1;
      const name = textAt(value, 'name');
      const skipped = textAt(value, 'skip_reason');
      if (skipped) gaps.add({ tool, title: `pip-audit did not look at ${name}`, detail: skipped });
      for (const v of listAt(value, 'vulns'))
        kept.add(
          vulnerableDependency({
            tool,
            id: textAt(v, 'id'),
            aliases: listAt(v, 'aliases').filter((a): a is string => typeof a === 'string'),
            name,
            version: textAt(value, 'version'),
            summary: textAt(v, 'description').split('\n')[0] ?? '',
            level: '',
            fixed: listAt(v, 'fix_versions').join(', '),
            cwe: [],
            path: '',
          }),
        );
    };
    const { passedOver } = readParts(bytes, [
      { at: beginsWith(bytes) === '[' ? ['*'] : ['dependencies', '*'], take },
    ]);
    return {
      format: 'pip-audit',
      tools: [tool],
      results: kept.results(),
      total: kept.total(),
      gaps: gaps.gaps(tool, passedOver),
      searched: plural(total, 'package'),
      looked: total,
      roots: [],
      revision: '',
    };
  },
};
