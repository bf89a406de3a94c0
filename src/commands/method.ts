import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import {
  askedAnew,
  isSameMethod,
  type MethodChange,
  methodChange,
  methodWords,
  strandedFindings,
} from '../domain/method-change.ts';
import type { Methodology } from '../domain/methodology.ts';
import { verdictOf } from '../domain/selectors.ts';
import type { Store } from '../engine/store.ts';
import { METHOD_SCHEMA, type MethodJson } from '../report/formats/method-json.ts';
import { visibleLines } from '../text/visible.ts';
import { type Host, json, TOOL_NAME } from './host.ts';
import { VERSION } from './version.ts';
import { withSession } from './with-session.ts';
import { loadMethodology } from './workspace.ts';

/** The program that gathered evidence last, by the record. */
const gatheredBy = (events: readonly SessionEvent[]): string => {
  let open = '';
  let gathered = '';
  for (const e of events) {
    if (e.type === 'session.started' || e.type === 'methodology.moved') open = e.tool.version;
    if (e.type === 'session.opened') open = e.toolVersion;
    if (e.type === 'evidence.collected') gathered = open;
  }
  return gathered || open;
};

export type Method = { now: Methodology; change: MethodChange; program: { was: string; now: string } };

/** The session's methodology and program against those of today, or those of a folder. */
export const methodOf = async (store: Store, folder?: string): Promise<Method> => {
  const now = await loadMethodology(folder);
  return {
    now,
    change: methodChange(store.snapshot().methodology, now),
    program: { was: gatheredBy(store.events()), now: VERSION },
  };
};

export const describeMethod = ({ change, program }: Method): string =>
  [
    isSameMethod(change)
      ? `${change.now.id} ${change.now.version}: the checks are those of this session, word for word`
      : methodWords(change),
    program.was === program.now
      ? ''
      : `evidence was gathered by version ${program.was}, this is ${program.now}: mcp-audit gather runs it again and says what differs`,
  ]
    .filter(Boolean)
    .join('\n');

/** Moves the session over; the store goes on with the earlier checks until it is opened again. Throws {@link UserError}. */
export const moveTo = (store: Store, { now, change }: Method): void => {
  const stranded = strandedFindings(store.snapshot().session, change);
  if (stranded.length > 0)
    throw new UserError(
      `the session stays where it is: ${stranded.join(', ')} would belong to no check, since theirs are gone`,
      'give them another check first, or stay with the methodology the session was begun with',
    );
  const moved = store.moveMethodology(Buffer.from(JSON.stringify(now)), {
    methodology: { id: now.id, version: now.version },
    tool: { name: TOOL_NAME, version: VERSION },
    changed: askedAnew(change),
    removed: change.removed.map((r) => r.check),
  });
  if (isRefusal(moved)) throw new UserError(moved.refused, moved.hint);
};

/** Says what a later methodology or program changed for a session, and moves it over where that is asked for. */
export const method = (
  host: Host,
  options: {
    session?: string | undefined;
    methodology?: string | undefined;
    move?: boolean | undefined;
    json?: boolean | undefined;
  },
): Promise<number> =>
  withSession(
    host,
    options.session,
    async (w) => {
      const found = await methodOf(w.store, options.methodology);
      const same = isSameMethod(found.change);
      const move = (options.move ?? false) && !same;
      const { session } = w.store.snapshot();
      const again = askedAnew(found.change).filter((check) => verdictOf(session, check) !== null);
      if (move) moveTo(w.store, found);
      const told: MethodJson = {
        schema: METHOD_SCHEMA,
        session: w.id,
        program: found.program,
        ...found.change,
        moved: move,
        again,
      };
      if (options.json) json(host, told);
      else {
        host.stdout(`${visibleLines(describeMethod(found))}\n`);
        if (move)
          host.stdout(
            `${w.id} moved over. ${again.length > 0 ? `Verdicts given on an earlier text, to be given again: ${again.join(', ')}. ` : ''}Gather what is new: ${host.again(['gather', '--session', w.id])}\n`,
          );
        else if (!same)
          host.stdout(
            `It stays as it is; ${host.again(['method', '--session', w.id, '--move'])} moves it over.\n`,
          );
      }
      return same || move ? 0 : 1;
    },
    !(options.move ?? false),
  );
