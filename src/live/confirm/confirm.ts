import type { EvidenceItem, Surface } from '../../domain/evidence.ts';
import type { Confirmation } from '../../domain/observation.ts';
import { connect } from '../client/connect.ts';
import { lastWords } from '../client/last-words.ts';
import { readLists } from '../client/lists.ts';
import { touchedSince, touchWords } from '../client/touched.ts';
import type { Transcript } from '../client/transcript.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import type { SeenFile } from '../sandbox/box.ts';
import { aimsOf } from './aims.ts';
import { AT_ONCE, type Attempt, type Called, shownOf, tryTogether } from './attempts.ts';
import { CANARIES, type Canary } from './canaries.ts';
import { key, laidOut, newTry, type Scene, textOf, WATCHED } from './effect.ts';
import { whyNotTried } from './why-not-tried.ts';

/** Tries one lead: a fresh sandbox, calls made from the tool's schema, a canary in each, and a look at what happened. */

/** Tools that are tried with every canary. */
const MOST_TOOLS = 6;
/** Told of what the calls of a lead did. */
const MOST_TOUCHED = 12;
/** All calls of one lead. */
const LEAD_MS = 15_000;
/** What follows once it was shown. */
const SHOWN_MS = 2000;

const base = (
  item: EvidenceItem,
): Pick<Confirmation, 'item' | 'title' | 'class' | 'checks' | 'places' | 'ways' | 'refused' | 'touched'> => ({
  item: item.id,
  title: item.title,
  class: item.class,
  checks: item.checks,
  places: [],
  ways: [],
  refused: [],
  touched: [],
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

const inBatches = (attempts: readonly Attempt[]): Attempt[][] =>
  Array.from({ length: Math.ceil(attempts.length / AT_ONCE) }, (_, n) =>
    attempts.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );

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
      { ...o.launch, files: [...o.launch.files, ...laidOut(v, canaries?.length ?? 0)] },
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
    const did: Scene['did'] = [];
    const done = (
      r: Pick<Confirmation, 'result' | 'shown' | 'why' | 'calls'> & Partial<Confirmation>,
    ): Confirmation => ({
      ...base(item),
      touched: touchWords(did, MOST_TOUCHED),
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
    const { count } = await touchedSince(box, 0);
    const scene: Scene = { box, peer, v, files: key(files), touched: [], seen: count, did };
    const calls: Confirmation['calls'] = [];
    let needs = '';
    let over = false;
    const most = new Set([...new Set(aims.map((a) => a.tool))].slice(0, MOST_TOOLS));
    for (const aim of aims.filter((a) => most.has(a.tool))) {
      const atAim: Called[] = [];
      const isShown = (): boolean => atAim.some((c) => c.shown);
      let shownAt = 0;
      const inTime = (): boolean => {
        const now = performance.now();
        over ||= isShown() ? now - shownAt > SHOWN_MS : now - began > LEAD_MS;
        return !over && !o.signal?.aborted;
      };
      const attempt = async (attempts: readonly Attempt[]): Promise<Called[]> => {
        const called = await tryTogether(scene, attempts, calls.length);
        calls.push(...called.map((c) => c.call));
        return called;
      };
      for (const batch of inBatches(canaries.map((canary, place) => ({ aim, canary, place })))) {
        // One that did it is enough to confirm; the others say what was let through, as long as that takes no time.
        if (!inTime()) break;
        const called = await attempt(batch);
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
      const first = atAim.find((c) => c.shown);
      if (!first) continue;
      // Where else the same holds: each other tool once, with what did it here.
      const elsewhere: Called[] = [];
      const others = aims.filter((a) => a.tool !== aim.tool);
      for (const batch of inBatches(
        others.map((a) => ({ aim: a, canary: first.canary, place: canaries.indexOf(first.canary) })),
      ))
        if (inTime()) elsewhere.push(...(await attempt(batch)));
      return done({ result: 'confirmed', ...shownOf(atAim, elsewhere, guessed), why: '', calls });
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
