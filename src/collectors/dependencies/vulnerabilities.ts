import { byCodePoint, count, listed, plural } from '../../analysis/files/words.ts';
import { holdsFor, mergeAliases, type Vulnerability, worst } from '../../analysis/packages/advisories.ts';
import type { Component } from '../../analysis/packages/inventory.ts';
import type { AdvisoryAnswer, AdvisorySource, OsvRecord } from '../../domain/advisory.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead } from '../collector.ts';
import { KNOWN } from './describe.ts';

type Answered = { title: string; bundled: boolean; answer: AdvisoryAnswer };

/** One package name with all its vulnerable versions: the auditor judges a package once. */
type Affected = { component: Component; vulnerabilities: Vulnerability[]; says: string[] };

const MOST_NAMED = 40;

/**
 * Asks the sources the auditor allowed, and the bundled list last. What was asked, how old its data is and what it could
 * not tell is said beside what was found: a source that does not answer never reads as "no vulnerabilities".
 */
export const lookUpVulnerabilities = async (
  context: CollectContext,
  components: readonly Component[],
  bundled: AdvisorySource,
): Promise<ItemDraft[]> => {
  if (components.length === 0)
    return [
      gap(
        'vulnerabilities-not-looked-up',
        KNOWN,
        'Known vulnerabilities of the dependencies were not looked up',
        {
          class: 'supply-chain',
          detail:
            'Nothing in the repository pins a version, so that there is nothing to look up: which are taken is settled at build time.',
          advice:
            'Install the server as its users do on a machine that can be thrown away, and scan what was installed.',
        },
      ),
    ];
  const chosen = context.advisories ?? [];
  const answers: Answered[] = [];
  for (const source of [...chosen, bundled]) {
    context.signal.throwIfAborted();
    context.progress(`asking ${source.title}`);
    answers.push({
      title: source.title,
      bundled: source === bundled,
      answer: await source.lookUp(components, { signal: context.signal, progress: context.progress }),
    });
  }
  const affected = components.flatMap((component, i) => affectedBy(component, i, answers));
  return [
    ...malicious(affected),
    ...shipped(affected),
    ...aside(affected),
    ...answers.map((a) => sourceFact(a, components, context.target.committedAt)),
    ...notLookedUp(answers, components),
  ];
};

const affectedBy = (component: Component, i: number, answers: readonly Answered[]): Affected[] => {
  const records = new Map<string, OsvRecord>();
  const says = new Set<string>();
  for (const { answer, title } of answers) {
    if (!answer.ok) continue;
    for (const record of answer.found.get(i) ?? [])
      if (answer.matched ? !record.withdrawn : holdsFor(record, component)) {
        if (!records.has(record.id)) records.set(record.id, record);
        says.add(title);
      }
  }
  if (records.size === 0) return [];
  return [{ component, vulnerabilities: mergeAliases([...records.values()], component), says: [...says] }];
};

/** What an advisory says is the advisory's: quoted with its name, and nothing that was seen here. */
const line = (c: Component, v: Vulnerability): string =>
  [
    `${c.version}, ${v.severity === 'unknown' ? 'severity not told' : v.severity}: ${v.ids.slice(0, 4).join(' = ')}${v.published ? `, published ${v.published.slice(0, 10)}` : ''}.`,
    ...(v.summary.trim() === '' ? [] : [`Its summary: ${v.summary.trim().replace(/\.$/, '')}.`]),
    v.fixed ? `It names ${v.fixed} as mended.` : 'It names no mended version.',
  ].join(' ');

/** How far below its first line an entry says which package in which version it is: a citation holds both. */
const NAMED_WITHIN: readonly [file: RegExp, lines: number][] = [
  [/(?:^|\/)(?:(?:uv|poetry|pdm|Cargo)\.lock|pylock(?:\.[\w-]+)?\.toml)$/i, 2],
  [/(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock)$/, 1],
];

const placesOf = (some: readonly Affected[]) =>
  some.flatMap((a) =>
    a.component.places.map(({ path, line }) => {
      const below = NAMED_WITHIN.find(([file]) => file.test(path))?.[1] ?? 0;
      return { path, startLine: line, endLine: line + below };
    }),
  );

const cwesOf = (some: readonly Affected[]): string[] => [
  'CWE-1395',
  ...[...new Set(some.flatMap((a) => a.vulnerabilities.flatMap((v) => v.cwe)))]
    .filter((c) => c !== 'CWE-1395')
    .sort(byCodePoint)
    .slice(0, 5),
];

const byName = (some: readonly Affected[]): Affected[][] => {
  const groups = new Map<string, Affected[]>();
  for (const a of some) {
    const key = `${a.component.ecosystem} ${a.component.name}`;
    groups.set(key, [...(groups.get(key) ?? []), a]);
  }
  return [...groups].sort(([a], [b]) => byCodePoint(a, b)).map(([, group]) => group);
};

const isAside = (a: Affected): boolean => a.component.secondary || a.component.development === true;

const isMalicious = (a: Affected): boolean => a.vulnerabilities.some((v) => v.malicious);

/** A malicious package is told wherever it stands: it runs on the machine of whoever installs it. */
const malicious = (affected: readonly Affected[]): ItemDraft[] =>
  byName(affected.filter(isMalicious)).map((group) => {
    const { component } = group[0]!;
    const [at, ...places] = placesOf(group);
    return lead(
      'malicious-dependency',
      [...KNOWN, '1.3.4'],
      `${component.name} ${versions(group)} is listed as malicious`,
      {
        class: 'supply-chain',
        cwe: ['CWE-506'],
        strength: 'strong',
        detail: group
          .flatMap((a) => a.vulnerabilities.filter((v) => v.malicious).map((v) => line(a.component, v)))
          .join('\n'),
        at: at!,
        places,
      },
    );
  });

const versions = (group: readonly Affected[]): string =>
  listed(
    group.map((a) => a.component.version),
    3,
  );

/** One lead a package that ships, with everything that is known about it. */
const shipped = (affected: readonly Affected[]): ItemDraft[] =>
  byName(affected.filter((a) => !isAside(a) && !isMalicious(a))).map((group) => {
    const { component } = group[0]!;
    const all = group.flatMap((a) => a.vulnerabilities);
    const ids = new Set(all.map((v) => v.ids[0]));
    const severity = worst(all);
    const [at, ...places] = placesOf(group);
    const direct = group.some((a) => a.component.direct);
    return lead(
      'vulnerable-dependency',
      KNOWN,
      `${component.name} ${versions(group)}: ${plural(ids.size, 'known vulnerability', 'known vulnerabilities')}${severity === 'unknown' ? '' : `, ${ids.size > 1 ? 'the worst ' : ''}${severity}`}`,
      {
        class: 'supply-chain',
        cwe: cwesOf(group),
        strength:
          severity === 'critical' || severity === 'high'
            ? 'strong'
            : severity === 'low'
              ? 'weak'
              : 'moderate',
        detail: [
          ...group.flatMap((a) => a.vulnerabilities.map((v) => line(a.component, v))),
          'Whether what they speak of is used here was not looked at.',
          `${direct ? 'A direct dependency' : component.direct === false ? 'Needed by another package' : 'Pinned'}. Said by ${listed([...new Set(group.flatMap((a) => a.says))])}.`,
        ].join('\n'),
        at: at!,
        places,
      },
    );
  });

/** What does not ship, all in one: seldom worth more than an update. */
const aside = (affected: readonly Affected[]): ItemDraft[] => {
  const some = affected.filter((a) => isAside(a) && !isMalicious(a));
  const [at, ...places] = placesOf(some);
  if (!at) return [];
  return [
    fact(
      'vulnerable-aside',
      KNOWN,
      `${plural(byName(some).length, 'package')} of development, tests and examples ${byName(some).length === 1 ? 'has' : 'have'} known vulnerabilities`,
      {
        class: 'supply-chain',
        detail: listed(
          byName(some).map(
            (group) =>
              `${group[0]!.component.name} ${versions(group)}: ${listed([...new Set(group.flatMap((a) => a.vulnerabilities.map((v) => v.ids[0]!)))], 4)} (${worst(group.flatMap((a) => a.vulnerabilities))})`,
          ),
          MOST_NAMED,
          '\n',
        ),
        at,
        places,
      },
    ),
  ];
};

const DAY = 86_400_000;

/** "19 days older than the pinned commit": what the age of data means here. */
const age = (asOf: string, committedAt: string): string => {
  const days = Math.round((Date.parse(asOf) - Date.parse(committedAt)) / DAY);
  if (Number.isNaN(days)) return '';
  if (days === 0) return ' (the day of the pinned commit)';
  return ` (${plural(Math.abs(days), 'day')} ${days < 0 ? 'before' : 'after'} the pinned commit)`;
};

const covered = (answer: AdvisoryAnswer, c: Component): boolean =>
  answer.ok && (answer.ecosystems === null || answer.ecosystems.includes(c.ecosystem));

const sourceFact = (
  { title, answer, bundled }: Answered,
  components: readonly Component[],
  committedAt: string,
): ItemDraft => {
  if (!answer.ok)
    return gap('advisory-source-failed', KNOWN, `Could not ask ${title}`, {
      class: 'supply-chain',
      detail: answer.reason,
    });
  const asked = bundled ? components.length : components.filter((c) => covered(answer, c)).length;
  return fact(
    'advisory-source',
    KNOWN,
    `${plural(asked, 'package')} looked up in ${title}${answer.asOf ? `, ${answer.asOf.slice(0, 10)}` : ''}`,
    {
      class: 'supply-chain',
      detail: [
        `Its data is of ${answer.asOf ? `${answer.asOf.slice(0, 10)}${age(answer.asOf.slice(0, 10), committedAt.slice(0, 10))}` : 'an unknown day'}: what was published later is not in it.`,
        answer.records === null ? '' : `${plural(answer.records, 'advisory', 'advisories')}.`,
        answer.sha256 ? `sha256 ${answer.sha256}` : '',
        ...answer.gaps,
      ]
        .filter((l) => l !== '')
        .join('\n'),
    },
  );
};

const notLookedUp = (answers: readonly Answered[], components: readonly Component[]): ItemDraft[] => {
  const open = components.filter((c) => !answers.some((a) => !a.bundled && covered(a.answer, c)));
  const incomplete = answers.flatMap((a) =>
    a.answer.ok ? a.answer.gaps.map((g) => `${a.title}: ${g}`) : [],
  );
  const items: ItemDraft[] = [];
  if (incomplete.length > 0)
    items.push(
      gap('advisories-incomplete', KNOWN, 'A source of advisories was not read or asked completely', {
        class: 'supply-chain',
        detail: incomplete.join('\n'),
      }),
    );
  if (open.length === 0) return items;
  const ecosystems = [...new Set(open.map((c) => c.ecosystem))].sort(byCodePoint);
  const none = open.length === components.length;
  items.push(
    gap(
      'vulnerabilities-not-looked-up',
      KNOWN,
      none
        ? 'Known vulnerabilities were not looked up, except those of MCP packages'
        : `Known vulnerabilities of ${count(open.length)} packages of ${listed(ecosystems)} were not looked up`,
      {
        class: 'supply-chain',
        detail: `No source of advisories for ${listed(ecosystems)} was at hand: only MCP packages were held against the bundled list.`,
        advice:
          'Name an offline copy of OSV (--osv, or on the Session screen), allow the network for this session, or run osv-scanner, npm audit, pip-audit, govulncheck or cargo audit.',
      },
    ),
  );
  return items;
};
