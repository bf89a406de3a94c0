import type { EvidenceItem, Surface } from '../../domain/evidence.ts';
import type { Confirmation } from '../../domain/observation.ts';
import { connect } from '../client/connect.ts';
import { lastWords } from '../client/last-words.ts';
import { readLists } from '../client/lists.ts';
import type { Reply } from '../client/protocol.ts';
import type { Transcript } from '../client/transcript.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import type { SeenFile } from '../sandbox/box.ts';
import { type Aim, aimsOf } from './aims.ts';
import { CANARIES, type Canary, filled } from './canaries.ts';
import { effect, key, laidOut, newTry, type Scene, textOf, WATCHED } from './effect.ts';
import { outcomeOf } from './outcome.ts';
import { whyNotTried } from './why-not-tried.ts';

/** Tries one lead: a fresh sandbox, calls made from the tool's schema, a canary in each, and a look at what happened. */

const CALL_MS = 3000;
/** All calls of one lead. */
const LEAD_MS = 15_000;
/** What follows once it was shown. */
const SHOWN_MS = 2000;

const base = (
  item: EvidenceItem,
): Pick<Confirmation, 'item' | 'title' | 'class' | 'checks' | 'ways' | 'refused'> => ({
  item: item.id,
  title: item.title,
  class: item.class,
  checks: item.checks,
  ways: [],
  refused: [],
});

/** That nothing was done about a lead, and why. */
export const notTried = (item: EvidenceItem, why: string): Confirmation => ({
  ...base(item),
  result: 'not-tried',
  shown: '',
  why,
  calls: [],
  ms: 0,
});

const HIDDEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const squeezed = (text: unknown): string =>
  String(text ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** A text that steers a model needs no call: it takes effect where it is listed. */
const listedText = (
  item: EvidenceItem,
  surface: Surface,
  live: readonly { name: string; definition: Record<string, unknown> }[],
): { shown: string; why: string } => {
  const said = `${item.title} ${item.detail} ${item.location?.snippet ?? ''}`;
  const words = new Set(said.split(/[^\w.-]+/));
  const meant = live.filter((t) => words.has(t.name));
  for (const t of meant) {
    if (HIDDEN.test(JSON.stringify(t.definition)))
      return { shown: `the running server lists ${t.name} with characters that nobody sees`, why: '' };
    const source = surface.tools.find((s) => s.name === t.name && s.certainty === 'literal');
    if (source && squeezed(source.description) === squeezed(t.definition.description))
      return { shown: `the running server lists ${t.name} with this very description`, why: '' };
  }
  return {
    shown: '',
    why:
      meant.length > 0
        ? `the running server lists ${meant[0]!.name} with another text`
        : 'the running server lists no tool that is named in it',
  };
};

/** Calls that are under way at once: more would wait for each other inside of the server, and run out of time. */
const AT_ONCE = 6;

type Called = { canary: Canary; call: Confirmation['calls'][number]; shown: string | null; reply: Reply };

/** A few canaries at one place, together: what each would do bears a mark of its own, so that it is told which of them did. */
const tryTogether = async (
  scene: Scene,
  aim: Aim,
  canaries: readonly Canary[],
  first: number,
): Promise<Called[]> => {
  const sent = await Promise.all(
    canaries.map(async (canary, n) => {
      const own = ['file', 'request', 'outside'].includes(canary.effect);
      const v = own ? { ...scene.v, t: `${scene.v.t}x${first + n}` } : scene.v;
      const args = aim.with(filled(canary.value, v));
      const reply = await scene.peer.request(
        'tools/call',
        { name: aim.tool, arguments: args },
        { waitMs: CALL_MS },
      );
      return { canary, v, args, reply };
    }),
  );
  const called: Called[] = [];
  for (const { canary, v, args, reply } of sent)
    called.push({
      canary,
      call: { tool: aim.tool, arguments: args, outcome: outcomeOf(reply) },
      shown: await effect(scene, v, canary, reply),
      reply,
    });
  return called;
};

const wayOf = (c: Canary): string => c.id.replaceAll('-', ' ');

/**
 * Which ways in did it, and which did not: what a guard refuses and what it lets through is told apart, so that a weakness that
 * was mended in part is not taken for the one that was mended.
 */
const shownOf = (
  aim: Aim,
  called: readonly Called[],
  guessed: boolean,
): Pick<Confirmation, 'shown' | 'ways' | 'refused'> => {
  const did = called.filter((c) => c.shown);
  const ways = [...new Set(did.map((c) => wayOf(c.canary)))];
  const refused = [...new Set(called.map((c) => wayOf(c.canary)))].filter((w) => !ways.includes(w));
  const told = [
    `${aim.tool}, ${aim.parameter}: ${did[0]?.shown}`,
    ...(refused.length > 0 ? [`by ${ways.join(', ')}; not by ${refused.join(', ')}`] : []),
    ...(guessed ? ['no tool was seen to lead there, so all were tried'] : []),
  ];
  return { shown: told.join('; '), ways, refused };
};

/** What stands in the way where every call failed for want of something. */
const NEEDS =
  /no such table|unable to open database|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|Name or service not known|Network is unreachable|unauthori[sz]ed|invalid (?:api )?(?:key|token)/i;

/** To follow a link is another weakness than to leave a folder by name: it is tried where the lead is about links. */
const canariesFor = (item: EvidenceItem): readonly Canary[] | undefined =>
  CANARIES[item.class]?.filter(
    (c) => !c.id.startsWith('link') || /link|realpath/i.test(`${item.rule} ${item.title}`),
  );

export const confirmLead = async (o: {
  item: EvidenceItem;
  surface: Surface;
  open: OpenBox;
  launch: Launch;
  transcript: Transcript;
  signal?: AbortSignal | undefined;
}): Promise<Confirmation> => {
  const { item, transcript } = o;
  const began = performance.now();
  const canaries = canariesFor(item);
  const why = whyNotTried(item);
  if (why) return notTried(item, why);
  const box = await o.open(o.signal);
  try {
    const { port } = await box.ask<{ port: number }>('listen', { answer: 'canary' });
    const v = newTry(port);
    transcript.add('#', `try ${item.collector}/${item.rule} ${item.id}`);
    let said = '';
    box.stderr.on('data', (c: Buffer) => {
      transcript.add('!', c.toString('utf8'));
      said = (said + c.toString('utf8')).slice(-20_000);
    });
    const { peer, hello } = await connect(
      box,
      { ...o.launch, files: [...o.launch.files, ...laidOut(v)] },
      transcript,
    );
    if (!hello.result) {
      const ended = hello.problem === 'ended' ? await box.ended() : null;
      const how = hello.error
        ? String(hello.error.message).slice(0, 200)
        : ended
          ? `it ended (${ended.problem || (ended.code === null ? ended.signal : `exit code ${ended.code}`)})`
          : hello.problem;
      return notTried(
        item,
        `the server could not be asked: ${[how, lastWords(said)].filter(Boolean).join(': ')}`,
      );
    }
    const { items: live } = await readLists((method, params) => peer.request(method, params), ['tool']);
    const done = (
      r: Pick<Confirmation, 'result' | 'shown' | 'why' | 'calls'> & Partial<Confirmation>,
    ): Confirmation => ({
      ...base(item),
      ...r,
      ms: Math.round(performance.now() - began),
    });
    if (!canaries) {
      const { shown, why } = listedText(item, o.surface, live);
      return done({ result: shown ? 'confirmed' : 'not-reached', shown, why, calls: [] });
    }
    const { aims, guessed } = aimsOf(item, o.surface, live);
    if (aims.length === 0)
      return {
        ...notTried(item, 'no tool of the running server takes a text and was seen to lead there'),
        ms: Math.round(performance.now() - began),
      };
    const { files } = await box.ask<{ files: SeenFile[] }>('listing', { roots: WATCHED });
    const scene: Scene = { box, peer, v, files: key(files) };
    const calls: Confirmation['calls'] = [];
    let needs = '';
    let over = false;
    for (const aim of aims) {
      const atAim: Called[] = [];
      const isShown = (): boolean => atAim.some((c) => c.shown);
      let shownAt = 0;
      for (let n = 0; n < canaries.length; n += AT_ONCE) {
        // One that did it is enough to confirm; the others say what was let through, as long as that takes no time.
        const now = performance.now();
        over ||= isShown() ? now - shownAt > SHOWN_MS : now - began > LEAD_MS;
        if (over || o.signal?.aborted) break;
        const called = await tryTogether(scene, aim, canaries.slice(n, n + AT_ONCE), calls.length);
        calls.push(...called.map((c) => c.call));
        atAim.push(...called);
        if (isShown()) {
          shownAt ||= performance.now();
          if (called.some((c) => c.reply.problem)) break;
          continue;
        }
        for (const { reply } of called) needs ||= NEEDS.exec(textOf(reply))?.[0] ?? '';
        if (called.some((c) => c.reply.problem === 'ended'))
          return done({
            result: 'not-reached',
            shown: '',
            why: `the server ended at one of the last ${called.length} of ${calls.length} calls, ${aim.tool}`,
            calls,
          });
      }
      if (isShown()) return done({ result: 'confirmed', ...shownOf(aim, atAim, guessed), why: '', calls });
    }
    const called = `${calls.length} calls of ${[...new Set(calls.map((c) => c.tool))].join(', ')}`;
    if (o.signal?.aborted)
      return done({ result: 'not-tried', shown: '', why: `it was called off after ${called}`, calls });
    const refused = calls.filter((c) => c.outcome !== 'a result').length;
    if (needs)
      return done({
        result: 'not-tried',
        shown: '',
        why: `what lies behind it is not there in a sandbox: "${needs}" (${called})`,
        calls,
      });
    return done({
      result: 'not-reached',
      shown: '',
      why: `${called}, ${refused} of them refused: none did what the canary would do${over ? `; after ${LEAD_MS / 1000} s the rest was left out` : ''}`,
      calls,
    });
  } catch (error) {
    return notTried(item, box.stopped() || (error instanceof Error ? error.message : String(error)));
  } finally {
    await box.close();
  }
};
