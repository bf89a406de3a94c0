import satisfies from 'spdx-satisfies';
import type { Problem } from '../domain/read-yaml.ts';
import type { PolicyFile } from './policy.ts';

const firstTwice = (names: readonly string[]): number => names.findIndex((n, i) => names.indexOf(n) < i);

const isLicence = (id: string): boolean => {
  try {
    satisfies('MIT', [id]);
    return true;
  } catch {
    return false;
  }
};

/** What of a policy of the right shape would not do what its author means. */
export const lintPolicy = (
  file: PolicyFile,
  about: { today: string; checks: ReadonlySet<string> },
): Problem[] => {
  const { value: p, problem } = file;
  if (!p) return [];
  const found: Problem[] = [];
  const twice = (path: string, names: readonly string[], key: string): void => {
    const i = firstTwice(names);
    if (i >= 0) found.push(problem([path, i, key], 'each once', `${names[i]} again`));
  };
  for (const [i, c] of (p.checks ?? []).entries())
    if (!about.checks.has(c.check))
      found.push(problem(['checks', i, 'check'], 'a check of a methodology in the box', c.check));
  twice(
    'checks',
    (p.checks ?? []).map((c) => c.check),
    'check',
  );
  twice(
    'ban',
    (p.ban ?? []).map((b) => b.class),
    'class',
  );
  for (const [i, id] of (p.licences?.allow ?? []).entries())
    if (!isLicence(id)) found.push(problem(['licences', 'allow', i], 'an SPDX identifier', id));
  const { low = 0, medium = low, high = medium } = p.grades ?? {};
  if (medium < low || high < medium)
    found.push(
      problem(
        ['grades'],
        'no less for data that is more sensitive',
        `low ${low}, medium ${medium}, high ${high}`,
      ),
    );
  const ruled = (rule: string): boolean => {
    const [kind = '', of = ''] = rule.split('/');
    switch (kind) {
      case 'check':
        return (p.checks ?? []).some((c) => c.check === of);
      case 'ban':
        return (p.ban ?? []).some((b) => b.class === of);
      case 'start':
        return p.starts !== undefined && Object.hasOwn(p.starts, of);
      case 'audit':
        return p.audit !== undefined;
      case 'finding':
        return p.findings !== undefined;
      case 'licence':
        return p.licences !== undefined;
      default:
        return p.grades !== undefined;
    }
  };
  for (const [i, w] of (p.waivers ?? []).entries()) {
    if (!ruled(w.rule)) found.push(problem(['waivers', i, 'rule'], 'a rule of this policy', w.rule));
    if (w.expires < about.today)
      found.push(problem(['waivers', i, 'expires'], `${about.today} or later`, w.expires));
  }
  return found;
};
