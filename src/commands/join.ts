import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { identityOf, nameOf } from '../domain/auditor.ts';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { type Conflict, deciders, type Join, joinOf } from '../domain/join.ts';
import { replay, type Session } from '../domain/session.ts';
import { readInputFile } from '../io/input-file.ts';
import { sessionDir } from '../io/paths.ts';
import { forkOf } from '../io/session/fork.ts';
import { hashAt } from '../io/session/head-file.ts';
import { readSessionFile, type SessionContent } from '../io/session/import-session.ts';
import { journalPath, MAX_JOURNAL } from '../io/session/journal-file.ts';
import { JOIN_SCHEMA, type JoinJson } from '../report/formats/join-json.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { readExported } from './archive.ts';
import { atTerminal, type Host, json } from './host.ts';
import { withSession } from './with-session.ts';
import type { Workspace } from './workspace.ts';

export type JoinOptions = {
  ours?: readonly string[] | undefined;
  theirs?: readonly string[] | undefined;
  json?: boolean | undefined;
};

type Side = 'ours' | 'theirs';
type Part = { fork: NonNullable<ReturnType<typeof forkOf>>; theirs: Session; join: Join };

const unnamed = ({ auditor }: Session): boolean => identityOf(auditor) === '';

/** Where the two histories part, and what they come to. Throws {@link UserError} when there is nothing to join. */
const partOf = (w: Workspace, content: SessionContent): Part => {
  const journal = readInputFile(journalPath(w.dir), MAX_JOURNAL);
  const fork = forkOf(journal, content.journal);
  const ours = w.store.snapshot().session;
  if (!fork)
    throw new UserError(
      `the file tells of another session than ${w.id}, though it has its name; nothing was joined`,
      'join parts of one exported session: both begin with the same events',
    );
  if (fork.events === content.events.length)
    throw new UserError(
      `session ${w.id} has all of that file already; nothing was joined`,
      'ask for a newer export of the other part',
    );
  // A part that was joined before was decided on then: what counts is what came after.
  const known = ours.parts
    .map((p) => p.head)
    .filter((h) => content.events.length >= h.events && hashAt(content.journal, h.events) === h.hash);
  const from = Math.max(fork.events, ...known.map((h) => h.events));
  const after = content.events.slice(from);
  const theirs = replay(content.events);
  if (unnamed(theirs) || unnamed(ours))
    throw new UserError(
      `${unnamed(theirs) ? 'the other part' : `session ${w.id}`} does not say whose it is, so nobody could tell whose the decisions are; nothing was joined`,
      `${unnamed(theirs) ? 'ask its auditor to name themselves and to export it again' : 'name yourself'}: A on the Session screen, or auditor: in a file for mcp-audit answer`,
    );
  return {
    fork,
    theirs,
    join: joinOf({ base: replay(content.events.slice(0, from)), ours, theirs }, deciders(after)),
  };
};

const conflictLines = (c: Conflict, them: string): string[] => [
  `${c.key}: ${c.why}`,
  `  before  ${c.base}`,
  `  ours    ${c.ours}`,
  `  theirs  ${c.theirs} (${them})`,
];

/** A word for each conflict: from the command line, else asked where somebody sits at a terminal. */
const decided = async (
  host: Host,
  { join, theirs }: Part,
  options: JoinOptions,
): Promise<Map<string, Side>> => {
  const words = new Map<string, Side>();
  const keys = new Set(join.conflicts.map((c) => c.key));
  for (const side of ['ours', 'theirs'] as const)
    for (const key of options[side] ?? []) {
      if (key !== 'all' && !keys.has(key))
        throw new UserError(
          `${key} is in no conflict; nothing was joined`,
          `conflicts: ${[...keys].join(', ') || 'none'}`,
        );
      for (const k of key === 'all' ? keys : [key]) {
        if (words.has(k) && words.get(k) !== side)
          throw new UserError(`${k} cannot be both ours and theirs; nothing was joined`, 'say one of them');
        words.set(k, side);
      }
    }
  if (options.json || !atTerminal()) return words;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (const c of join.conflicts.filter(({ key }) => !words.has(key))) {
      for (const l of conflictLines(c, nameOf(theirs.auditor))) host.stdout(`${visible(l)}\n`);
      const said = (await lines.question('o keeps ours, t takes theirs, Enter leaves it open: '))
        .trim()
        .toLowerCase();
      if (said === 'o' || said === 't') words.set(c.key, said === 'o' ? 'ours' : 'theirs');
    }
  } finally {
    lines.close();
  }
  return words;
};

/** Joins another auditor's part of a session that is here: all of it, once a person has decided each conflict, or nothing. */
export const join = (host: Host, file: string, options: JoinOptions): Promise<number> => {
  const content = readSessionFile(readExported(file));
  if (!existsSync(sessionDir(host.dataDir, content.id)))
    throw new UserError(
      `session ${content.id} is not on this machine, so there is nothing to join it with`,
      `take it in as it is: mcp-audit import ${file}`,
    );
  return withSession(host, content.id, async (w) => {
    const part = partOf(w, content);
    const { fork, theirs } = part;
    const words = await decided(host, part, options);
    const open = part.join.conflicts.filter((c) => !words.has(c.key));
    const taken = [
      ...part.join.taken,
      ...part.join.conflicts.filter((c) => words.get(c.key) === 'theirs').map((c) => c.change),
    ];
    const refused: JoinJson['refused'] = [];
    if (open.length === 0) {
      const spoken = JSON.stringify(taken.map((t) => t.command));
      const contents = [...content.blobs].flatMap(([sha256, bytes]) =>
        spoken.includes(sha256) ? [bytes] : [],
      );
      const results = w.store.joinPart(
        { auditor: theirs.auditor, fork, head: { events: content.events.length, hash: content.lastHash } },
        [content.journal, ...contents],
        taken,
      );
      if (isRefusal(results)) throw new UserError(`nothing was joined: ${results.refused}`, results.hint);
      results.forEach((r, n) => {
        if (isRefusal(r) && r.refused !== 'nothing changed')
          refused.push({ key: taken[n]?.key ?? '', why: `${r.refused} (${r.hint})` });
      });
    }
    const told: JoinJson = {
      schema: JOIN_SCHEMA,
      session: w.id,
      auditor: theirs.auditor,
      fork,
      joined: open.length === 0,
      taken: taken.map(({ key, said, by }) => ({ key, said, by })),
      agreed: part.join.agreed,
      conflicts: part.join.conflicts.map(({ key, why, base, ours, theirs: them }) => ({
        key,
        why,
        base,
        ours,
        theirs: them,
        decided: words.get(key) ?? null,
      })),
      refused,
    };
    if (options.json) json(host, told);
    else tell(host, told, open);
    return open.length + refused.length === 0 ? 0 : 1;
  });
};

const tell = (host: Host, told: JoinJson, open: readonly Conflict[]): void => {
  const say = (text: string) => host.stdout(`${visible(text)}\n`);
  const them = nameOf(told.auditor);
  say(`${told.session}: the part of ${them}, from event ${told.fork.events} on`);
  for (const t of told.taken)
    say(`  ${told.joined ? 'taken' : 'would be taken'}  ${t.key}: ${t.said} (${t.by || them})`);
  if (told.agreed.length > 0) say(`  both decided alike: ${told.agreed.join(', ')}`);
  for (const c of open) for (const line of conflictLines(c, them)) say(`  ${line}`);
  for (const r of told.refused) say(`  refused ${r.key}: ${r.why}`);
  say(
    told.joined
      ? `joined: ${plural(told.taken.length, 'thing')} taken, ${plural(told.conflicts.length, 'conflict')} decided by you`
      : `nothing was recorded: ${plural(open.length, 'conflict waits', 'conflicts wait')} for your word: --ours ${open[0]?.key} or --theirs ${open[0]?.key}, all for all of them`,
  );
};
