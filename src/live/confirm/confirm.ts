import { randomBytes, randomInt } from 'node:crypto';
import type { EvidenceItem, Surface } from '../../domain/evidence.ts';
import type { Confirmation } from '../../domain/observation.ts';
import { connectStdio } from '../client/connect.ts';
import { lastWords } from '../client/last-words.ts';
import { readLists } from '../client/lists.ts';
import type { Reply } from '../client/protocol.ts';
import type { StdioPeer } from '../client/stdio.ts';
import type { Transcript } from '../client/transcript.ts';
import { ALIKE, BESIDE } from '../prepare/served.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import type { Box, Heard, SeenFile } from '../sandbox/box.ts';
import { type Aim, aimsOf } from './aims.ts';
import { CANARIES, CANARY_FILE, type Canary, filled, NOT_BY_CALLS } from './canaries.ts';
import { outcomeOf } from './outcome.ts';

/** Tries one lead: a fresh sandbox, calls made from the tool's schema, a canary in each, and a look at what happened. */

const CALL_MS = 3000;
/** All calls of one lead. */
const LEAD_MS = 15_000;
const ROOT = '/data/root';

type Try = { t: string; a: string; b: string; port: string; product: string; content: string };

const newTry = (port: number): Try => {
  const [a, b] = [randomInt(100_000, 999_999), randomInt(100_000, 999_999)];
  const content = `canary-content-${randomBytes(12).toString('hex')}`;
  return {
    t: randomBytes(6).toString('hex'),
    a: String(a),
    b: String(b),
    port: String(port),
    product: String(a * b),
    content,
  };
};

/** Files laid out for a try: one to be read by nobody, one a tool may be asked about, a link that leads out. */
const laidOut = (v: Try): Launch['files'] => [
  { path: `${BESIDE}/secret-${v.t}.txt`, text: v.content },
  { path: `${ALIKE}/secret-${v.t}.txt`, text: v.content },
  { path: `${ROOT}/canary-${v.t}.md`, text: 'a note\n' },
  { path: `${ROOT}/link-${v.t}`, link: BESIDE },
];

const STACK =
  /\n\s{0,12}at [^\n]{1,200}:\d{1,6}:\d{1,6}|Traceback \(most recent call last\)|File "\/[^"\n]{1,200}", line \d+|goroutine \d+ \[running\]|\/(?:pkg|deps|work)\/[\w./-]{3,200}/;

const textOf = (reply: Reply): string => {
  const texts = JSON.stringify(reply.result?.content ?? reply.error ?? '');
  return texts.replaceAll('\\n', '\n').replaceAll('\\"', '"');
};

const key = (files: readonly SeenFile[]): Map<string, string> =>
  new Map(
    files.filter((f) => f.kind !== 'folder').map((f) => [f.path, `${f.kind} ${f.size} ${f.sha256 ?? ''}`]),
  );

/** Files that came, went or changed. */
const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    return was === is
      ? []
      : [`${path} ${was === undefined ? 'is new' : is === undefined ? 'is gone' : 'holds something else'}`];
  });

const WATCHED = ['/data', '/work', '/home', '/tmp'];

type Scene = { box: Box; peer: StdioPeer; v: Try; files: Map<string, string> };

/** What a call did, if it did what the canary would do; null when not. */
const effect = async (scene: Scene, canary: Canary, reply: Reply): Promise<string | null> => {
  const { box, v } = scene;
  switch (canary.effect) {
    case 'file': {
      const path = filled(CANARY_FILE, v);
      const { files } = await box.ask<{ files: SeenFile[] }>('stat', { paths: [path] });
      if (files[0]?.kind !== 'file') return null;
      const { text } = await box.ask<{ text: string }>('read', { path, max: 200 });
      if (canary.value.includes('{a}') && text.trim() !== v.product) return null;
      return canary.value.includes('{a}')
        ? `it ran what was passed: ${path} holds ${v.a} times ${v.b}`
        : `it wrote ${path}, which nothing but the passed option names`;
    }
    case 'product':
      return textOf(reply).includes(v.product)
        ? `it computed what was passed: the answer holds ${v.product}, ${v.a} times ${v.b}`
        : null;
    case 'secret': {
      const text = textOf(reply);
      if (text.includes(v.content))
        return `it read a file outside of ${ROOT}: the answer holds what was written there`;
      // Of a folder, what lies in it: a name that was in no payload.
      return !canary.value.includes('{t}') && text.includes(`secret-${v.t}`)
        ? `it looked into a folder outside of ${ROOT}: the answer names what lies there`
        : null;
    }
    case 'request': {
      const { requests } = await box.ask<{ requests: Heard[] }>('heard');
      const found = requests.find((r) => r.url.includes(v.t) || canary.id === 'host-only');
      return found ? `it asked a listener inside the sandbox: ${found.method} ${found.url}` : null;
    }
    case 'stack': {
      const found = STACK.exec(textOf(reply))?.[0];
      return found && (reply.error || reply.result?.isError)
        ? `an error tells where it runs: ${found.trim().slice(0, 160)}`
        : null;
    }
    case 'outside':
    case 'changed': {
      const { files } = await box.ask<{ files: SeenFile[] }>('listing', { roots: WATCHED });
      const found = changes(scene.files, key(files)).filter((c) =>
        canary.effect === 'outside'
          ? c.startsWith(`${BESIDE}/`) || c.startsWith(`${ALIKE}/`)
          : c.startsWith('/data/'),
      );
      if (found.length === 0) return null;
      return canary.effect === 'outside'
        ? `it changed files outside of ${ROOT}: ${found.slice(0, 3).join(', ')}`
        : `it changed files, though it says that it only reads: ${found.slice(0, 3).join(', ')}`;
    }
  }
};

const base = (item: EvidenceItem): Omit<Confirmation, 'result' | 'shown' | 'why' | 'calls' | 'ms'> => ({
  item: item.id,
  title: item.title,
  class: item.class,
  checks: item.checks,
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

const tryAim = async (
  scene: Scene,
  aim: Aim,
  canary: Canary,
): Promise<{ call: Confirmation['calls'][number]; shown: string | null; reply: Reply }> => {
  const args = aim.with(filled(canary.value, scene.v));
  const reply = await scene.peer.request(
    'tools/call',
    { name: aim.tool, arguments: args },
    { waitMs: CALL_MS },
  );
  const shown = await effect(scene, canary, reply);
  return { call: { tool: aim.tool, arguments: args, outcome: outcomeOf(reply) }, shown, reply };
};

/** What stands in the way where every call failed for want of something. */
const NEEDS =
  /no such table|unable to open database|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|Name or service not known|Network is unreachable|unauthori[sz]ed|invalid (?:api )?(?:key|token)/i;

/** To follow a link is another weakness than to leave a folder by name: it is tried where the lead is about links. */
const canariesFor = (item: EvidenceItem): readonly Canary[] | undefined =>
  CANARIES[item.class]?.filter(
    (c) => !c.id.startsWith('link') || /link|realpath/i.test(`${item.rule} ${item.title}`),
  );

/** Why calls cannot show it, as far as the lead itself tells; '' where it can be tried. */
export const whyNotTried = (item: EvidenceItem): string =>
  !CANARIES[item.class] && item.class !== 'tool-poisoning'
    ? (NOT_BY_CALLS[item.class] ?? `no call shows a weakness of the class ${item.class}`)
    : item.standing?.beside
      ? 'it lies in tests, examples or scripts: that is not what was started'
      : '';

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
    const { peer, hello } = await connectStdio(
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
    const done = (r: Pick<Confirmation, 'result' | 'shown' | 'why' | 'calls'>): Confirmation => ({
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
    for (const aim of aims)
      for (const canary of canaries) {
        over ||= performance.now() - began > LEAD_MS;
        if (over || o.signal?.aborted) break;
        const { call, shown, reply } = await tryAim(scene, aim, canary);
        calls.push(call);
        if (shown)
          return done({
            result: 'confirmed',
            shown: `${aim.tool}, ${aim.parameter}: ${shown}${guessed ? '; no tool was seen to lead there, so all were tried' : ''}`,
            why: '',
            calls,
          });
        needs ||= NEEDS.exec(textOf(reply))?.[0] ?? '';
        if (reply.problem === 'ended')
          return done({
            result: 'not-reached',
            shown: '',
            why: `the server ended at call ${calls.length}, ${aim.tool}`,
            calls,
          });
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
