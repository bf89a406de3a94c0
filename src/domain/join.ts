import { identityOf, mayBeSame, nameOf } from './auditor.ts';
import { type Command, nextFindingId } from './decide.ts';
import type { Answer, SessionEvent } from './events.ts';
import type { Finding } from './finding.ts';
import { same } from './same.ts';
import type { ServerProfile } from './server-profile.ts';
import type { Session } from './session.ts';
import { verdictWord } from './verdict.ts';

/**
 * Joining what two auditors decided from one point of a session on. Compared is, thing by thing, what stood at that point with
 * what stands in each history now: what only one of them changed is taken, what both changed in different ways is a conflict, and
 * only a person decides those.
 */

/** One thing that somebody decided: `key` names it for people, who say by it what is to hold. */
export type Change = { key: string; said: string; by: string; command: Command };
export type Conflict = {
  key: string;
  base: string;
  ours: string;
  theirs: string;
  why: string;
  change: Change;
};
export type Join = { taken: Change[]; agreed: string[]; conflicts: Conflict[] };

type Thing = { value: unknown; said: string };
const NOTHING: Thing = { value: null, said: 'nothing' };

/** A family of things: what a session holds of them by key, and the command that makes one so. */
type Family = { things(s: Session): Map<string, Thing>; command(key: string, value: unknown): Command };

const mapped = <V>(map: ReadonlyMap<string, V>, as: (value: V, key: string) => Thing): Map<string, Thing> =>
  new Map([...map].map(([key, value]) => [key, as(value, key)]));

const FAMILIES: readonly Family[] = [
  {
    things: (s) =>
      mapped(s.answers, ({ verdict, note }) => ({
        value: { verdict, note } satisfies Answer,
        said: `${verdictWord(verdict)}${note ? ` — ${note}` : ''}`,
      })),
    command: (check, value) => {
      const { verdict, note } = (value ?? { verdict: null, note: '' }) as Answer;
      return { type: 'answer', check, verdict, note };
    },
  },
  {
    things: (s) =>
      mapped(s.triage, (triage) => ({
        value: triage,
        said: `${triage.decision}${triage.reason ? ` — ${triage.reason}` : ''}`,
      })),
    command: (item, value) => ({ type: 'triage', items: [item], triage: value as never }),
  },
  {
    things: (s) =>
      mapped(s.ratings, (rating) => ({
        value: rating,
        said: `${rating.value ?? 'not rated'} — ${rating.reason}`,
      })),
    command: (criterion, value) => ({ type: 'rate', criterion, rating: value as never }),
  },
  {
    things: (s) =>
      new Map(
        Object.entries(s.server)
          .filter(([, value]) => value !== '')
          .map(([part, value]) => [`server.${part}`, { value, said: String(value) }]),
      ),
    command: (key, value) => ({
      type: 'describe-server',
      server: { [key.slice('server.'.length)]: value ?? '' } as Partial<ServerProfile>,
    }),
  },
  {
    things: (s) =>
      mapped(s.attachments, (a) => ({
        value: a,
        said: `${a.bytes} bytes, sha256 ${a.sha256.slice(0, 12)}`,
      })),
    command: (name, value) => ({ type: 'attach', name, attachment: value as never }),
  },
  {
    things: (s) =>
      mapped(s.imports, ({ at: _at, ...value }) => ({ value, said: `results of ${value.name}` })),
    command: (id, value) => ({ type: 'import-results', import: id, value: value as never }),
  },
  {
    things: (s) =>
      mapped(s.observations, ({ at: _at, by: _by, ...value }) => ({ value, said: value.summary })),
    command: (observation, value) => ({ type: 'record-observation', observation, value: value as never }),
  },
];

const differing = (a: Finding, b: Finding): string =>
  Object.keys(a)
    .filter((part) => !same(a[part as keyof Finding], b[part as keyof Finding]))
    .join(', ');

const findingWords = (f: Finding | undefined, other: Finding | undefined): string =>
  f ? `${f.title} (${f.severity})${other ? `; differs in ${differing(f, other)}` : ''}` : 'deleted';

/** The things an event decides, by the keys they are joined under. */
const decidedBy = (e: SessionEvent): string[] => {
  switch (e.type) {
    case 'check.answered':
      return [e.check];
    case 'checks.answered':
      return e.changes.map((c) => c.check);
    case 'carried.confirmed':
      return [e.check, ...e.triage.map((t) => t.item)];
    case 'evidence.triaged':
      return e.changes.map((c) => c.item);
    case 'finding.recorded':
      return [e.finding];
    case 'criterion.rated':
      return [e.criterion];
    case 'server.described':
      return Object.keys(e.value).map((part) => `server.${part}`);
    case 'attachment.added':
      return [e.name];
    case 'results.imported':
      return [e.import];
    case 'observation.recorded':
      return [e.observation];
    default:
      return [];
  }
};

/** Who is said to have decided each thing last: of what is gone, nothing else says it. */
export const deciders = (events: readonly SessionEvent[]): ReadonlyMap<string, string> =>
  new Map(events.flatMap((e) => decidedBy(e).map((key) => [key, e.by] as const)));

type Sides = { base: Session; ours: Session; theirs: Session };

/**
 * Taken unasked is only what the other part says of its own auditor, who is not this session's. A name is what a file says:
 * what it says of anybody else, or of nobody, waits for a person, and is never recorded as this session's author's.
 *
 * @param said who is said to have decided each thing of the other part
 */
export const joinOf = ({ base, ours, theirs }: Sides, said: ReadonlyMap<string, string>): Join => {
  const join: Join = { taken: [], agreed: [], conflicts: [] };
  const sender = theirs.auditor.github || theirs.auditor.name;
  const claim = (by: string): string => {
    if (by === '') return 'nobody is said to have decided it';
    if (by.toLowerCase() !== identityOf(theirs.auditor))
      return `it is said to be by ${by}, and the part is of ${nameOf(theirs.auditor)}${theirs.auditor.github ? ` (${theirs.auditor.github})` : ''}`;
    return mayBeSame(theirs.auditor, ours.auditor)
      ? `it is said to be by ${by}, and this history does not know it`
      : '';
  };
  const authorOf = (by: string): string =>
    by === '' || mayBeSame({ name: by, github: '' }, ours.auditor) ? sender : by;
  const weigh = (was: Thing, us: Thing, them: Thing, change: Change): void => {
    if (same(was.value, them.value)) return;
    if (same(us.value, them.value)) join.agreed.push(change.key);
    else {
      const both = same(was.value, us.value) ? '' : 'both decided it, in different ways';
      const why = [both, claim(change.by)].filter(Boolean).join('; ');
      if (why === '') join.taken.push(change);
      else
        join.conflicts.push({
          key: change.key,
          base: was.said,
          ours: us.said,
          theirs: them.said,
          why,
          change: { ...change, by: authorOf(change.by) },
        });
    }
  };
  for (const { things, command } of FAMILIES) {
    const [was, us, them] = [things(base), things(ours), things(theirs)];
    for (const key of new Set([...was.keys(), ...them.keys()])) {
      const theirsNow = them.get(key) ?? NOTHING;
      weigh(was.get(key) ?? NOTHING, us.get(key) ?? NOTHING, theirsNow, {
        key,
        said: theirsNow.said,
        by: said.get(key) ?? '',
        command: command(key, theirsNow.value),
      });
    }
  }
  joinFindings({ base, ours, theirs }, said, weigh);
  return join;
};

/** Findings have numbers: two that were begun on both sides under one are two findings, and the other's gets the next free one. */
const joinFindings = (
  { base, ours, theirs }: Sides,
  by: ReadonlyMap<string, string>,
  weigh: (was: Thing, us: Thing, them: Thing, change: Change) => void,
): void => {
  let highest = Math.max(ours.highestFinding, theirs.highestFinding);
  const known = new Set([...base.findings.keys()]);
  for (const id of new Set([...base.findings.keys(), ...theirs.findings.keys()])) {
    const [was, us, them] = [base, ours, theirs].map((s) => s.findings.get(id));
    const author = by.get(id) ?? '';
    const thing = (f: Finding | undefined, other: Finding | undefined): Thing => ({
      value: f ?? null,
      said: findingWords(f, other),
    });
    if (!known.has(id) && us && them && !same(us, them)) {
      // The same finding taken over earlier under another number stays what it became.
      const there = [...ours.findings.values()].find((f) => same({ ...f, id }, them));
      if (there) continue;
      const free = nextFindingId({ highestFinding: highest });
      highest += 1;
      weigh(NOTHING, NOTHING, thing(them, undefined), {
        key: free,
        said: `${them.title} (${them.severity}), ${id} in the other part`,
        by: author,
        command: { type: 'record-finding', finding: { ...them, id: free } },
      });
      continue;
    }
    weigh(thing(was, undefined), thing(us, them), thing(them, us), {
      key: id,
      said: findingWords(them, undefined),
      by: author,
      command: them ? { type: 'record-finding', finding: them } : { type: 'delete-finding', finding: id },
    });
  }
};
