import type { Confirmation } from '../../domain/observation.ts';
import type { Reply } from '../client/protocol.ts';
import { touchedSince } from '../client/touched.ts';
import type { Aim } from './aims.ts';
import { type Canary, filled } from './canaries.ts';
import { effect, type Scene, tokenOf } from './effect.ts';
import { outcomeOf } from './outcome.ts';

/** Calls with canaries in them, and which of them did what theirs would do. */

const CALL_MS = 3000;
/** Calls that are under way at once: more would wait for each other inside of the server, and run out of time. */
export const AT_ONCE = 6;

export type Attempt = {
  aim: Aim;
  canary: Canary /** Of the canary, among all of the weakness. */;
  place: number;
};

export type Called = {
  aim: Aim;
  canary: Canary;
  call: Confirmation['calls'][number];
  shown: string | null;
  reply: Reply;
};

/**
 * A few, together: what each would do bears a mark of its own, so that it is told which of them did.
 *
 * @param first calls that were made before
 */
export const tryTogether = async (
  scene: Scene,
  attempts: readonly Attempt[],
  first: number,
): Promise<Called[]> => {
  const sent = await Promise.all(
    attempts.map(async ({ aim, canary, place }, n) => {
      const own = ['file', 'request', 'outside'].includes(canary.effect);
      const v = own
        ? { ...scene.v, t: `${scene.v.t}x${first + n}` }
        : canary.effect === 'secret'
          ? { ...scene.v, t: tokenOf(scene.v, place) }
          : scene.v;
      const args = aim.with(filled(canary.value, v));
      const reply = await scene.peer.request(
        'tools/call',
        { name: aim.tool, arguments: args },
        { waitMs: CALL_MS },
      );
      return { aim, canary, v, args, reply };
    }),
  );
  const called: Called[] = [];
  const { touched, count } = await touchedSince(scene.box, scene.seen);
  scene.seen = count;
  // Who of several tools opened a file is not told by its name.
  scene.touched = new Set(attempts.map((a) => a.aim)).size === 1 ? touched : [];
  scene.did.push(...touched);
  for (const { aim, canary, v, args, reply } of sent)
    called.push({
      aim,
      canary,
      call: { tool: aim.tool, arguments: args, outcome: outcomeOf(reply) },
      shown: await effect(scene, v, canary, reply),
      reply,
    });
  return called;
};

const wayOf = (c: Canary): string => c.id.replaceAll('-', ' ');
const placeOf = (aim: Aim): string => `${aim.tool}, ${aim.parameter}`;

/**
 * Which ways in did it at a place, and which did not; and where else the first of them did it. What a guard refuses and what it
 * lets through is told apart, so that a weakness that was mended in part is not taken for the one that was mended.
 */
export const shownOf = (
  called: readonly Called[],
  elsewhere: readonly Called[],
  guessed: boolean,
): Pick<Confirmation, 'shown' | 'places' | 'ways' | 'refused'> => {
  const did = called.filter((c) => c.shown);
  const ways = [...new Set(did.map((c) => wayOf(c.canary)))];
  const refused = [...new Set(called.map((c) => wayOf(c.canary)))].filter((w) => !ways.includes(w));
  const also = [...new Set(elsewhere.filter((c) => c.shown).map((c) => placeOf(c.aim)))];
  const place = placeOf(did[0]!.aim);
  const told = [
    `${place}: ${did[0]!.shown}`,
    ...(refused.length > 0 ? [`by ${ways.join(', ')}; not by ${refused.join(', ')}`] : []),
    ...(also.length > 0 ? [`the same in ${also.join('; in ')}`] : []),
    ...(guessed ? ['no tool was seen to lead there, so all were tried'] : []),
  ];
  return { shown: told.join('; '), places: [place, ...also], ways, refused };
};
