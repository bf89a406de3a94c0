import { byCodePoint, count, listed } from '../../analysis/files/words.ts';
import type { Match, Package, Rule } from '../../analysis/weaknesses/rule.ts';
import type { Place } from '../../domain/evidence.ts';
import { isSecondary } from '../../domain/standing.ts';
import { fact, type ItemDraft, lead, strength } from '../collector.ts';

const ORDER = { strong: 0, moderate: 1, weak: 2 } as const;
/** What a client, or a page it has open, does to a listener. */
const OVER_THE_NETWORK: ReadonlySet<string> = new Set([
  'missing-auth',
  'dns-rebinding',
  'cors',
  'csrf',
  'session',
  'oauth',
]);
const make = { lead, fact, strength } as const;
/** An excerpt of more lines than this is not read. */
const MOST_LINES = 12;
/** From this many files on, what they have in common is the cause. */
const HABIT = 3;
/** Past this many single places of one rule in a package, the rest is named in the last one. */
const MOST_ITEMS = 25;

const placeOf = ({ source, start, end }: Match): Place => {
  const startLine = source.lineOf(start);
  return {
    path: source.path,
    startLine,
    endLine: Math.min(startLine + MOST_LINES - 1, source.lineOf(Math.max(start, (end ?? start + 1) - 1))),
  };
};

/** One item for one root cause: places of a file, or of a whole package, are named together. */
export const mergeMatches = (rule: Rule, pack: Package, matches: readonly Match[]): ItemDraft[] => {
  // Where there is a server, its scripts and samples are not what an auditor reads first; where there is none, they are it.
  const hasServer = pack.sources.some((s) => !isSecondary(s.path));
  const isBeside = (m: Match): boolean => hasServer && isSecondary(m.source.path);
  const sorted = [...matches].sort(
    (a, b) =>
      Number(isBeside(a)) - Number(isBeside(b)) ||
      ORDER[a.strength ?? rule.strength] - ORDER[b.strength ?? rule.strength] ||
      byCodePoint(a.source.path, b.source.path) ||
      a.start - b.start,
  );
  const groups = new Map<string, Match[]>();
  for (const m of sorted) {
    const key =
      rule.merge === 'package'
        ? pack.folder
        : rule.merge === 'file'
          ? m.source.path
          : `${m.source.path}:${m.source.lineOf(m.start)}`;
    const group = groups.get(key);
    if (group) group.push(m);
    else groups.set(key, [m]);
  }
  // What so many files do is one habit.
  const all = rule.merge === 'file' && groups.size >= HABIT ? [sorted] : [...groups.values()];
  return all.slice(0, MOST_ITEMS).map((group, i) => {
    const first = group[0]!;
    const { startLine, endLine } = placeOf(first);
    const say = [...new Set(group.flatMap((m) => (m.say ? [m.say] : [])))];
    const others = [
      ...new Map(
        group.map((m) => [`${m.source.path}:${m.source.lineOf(m.start)}`, placeOf(m)] as const),
      ).values(),
    ].filter((p) => p.path !== first.source.path || p.startLine !== startLine);
    const left = i === MOST_ITEMS - 1 ? all.length - MOST_ITEMS : 0;
    const detail = [
      ...(rule.detail ? [rule.detail] : []),
      ...(say.length > 0 ? [`Here: ${listed(say, 12)}.`] : []),
      ...(left > 0 ? [`And in ${count(left)} other places of this kind.`] : []),
    ].join('\n');
    const places = others.length > 0 ? ` (${count(others.length + 1)} places)` : '';
    const found = isBeside(first) ? 'weak' : (first.strength ?? rule.strength);
    const kind = rule.weakIsFact && found === 'weak' ? 'fact' : rule.kind;
    return make[kind](rule.id, [...rule.checks], `${rule.title}${places}`, {
      class: first.class ?? rule.class,
      cwe: [...rule.cwe],
      ...(kind === 'lead' ? { strength: found } : {}),
      detail,
      ...(rule.advice ? { advice: rule.advice } : {}),
      at: { path: first.source.path, startLine, endLine },
      places: others,
      ...(OVER_THE_NETWORK.has(first.class ?? rule.class) && { wayIn: 'network' as const }),
    });
  });
};
