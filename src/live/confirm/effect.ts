import { randomBytes, randomInt } from 'node:crypto';
import type { Peer } from '../client/peer.ts';
import type { Reply } from '../client/protocol.ts';
import type { Touch } from '../client/touched.ts';
import { ALIKE, BESIDE } from '../prepare/served.ts';
import type { Launch } from '../probe/launch.ts';
import type { Box, Heard, SeenFile } from '../sandbox/box.ts';
import { CANARY_FILE, type Canary, filled } from './canaries.ts';

/** What a call did, seen by what it left behind: a file, a request, an answer that holds what no payload did. */

const ROOT = '/data/root';

export type Try = { t: string; a: string; b: string; port: string; product: string; content: string };

export const newTry = (port: number): Try => {
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

/** Each canary has a secret of its own, so that it is told which was opened. */
export const tokenOf = (v: Try, canary: number): string => `${v.t}c${canary}`;

/** Files laid out for a try: one to be read by nobody, one a tool may be asked about, a link that leads out. */
export const laidOut = (v: Try, canaries: number): Launch['files'] => [
  ...Array.from({ length: canaries }, (_, n) =>
    [BESIDE, ALIKE].map((folder) => ({ path: `${folder}/secret-${tokenOf(v, n)}.txt`, text: v.content })),
  ).flat(),
  { path: `${ROOT}/canary-${v.t}.md`, text: 'a note\n' },
  { path: `${ROOT}/link-${v.t}`, link: BESIDE },
];

export const STACK =
  /\n\s{0,12}at [^\n]{1,200}:\d{1,6}:\d{1,6}|Traceback \(most recent call last\)|File "\/[^"\n]{1,200}", line \d+|goroutine \d+ \[running\]|\/(?:pkg|deps|work)\/[\w./-]{3,200}/;

export const textOf = (reply: Reply): string => {
  const texts = JSON.stringify(reply.result?.content ?? reply.error ?? '');
  return texts.replaceAll('\\n', '\n').replaceAll('\\"', '"');
};

export const key = (files: readonly SeenFile[]): Map<string, string> =>
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

export const WATCHED = ['/data', '/work', '/home', '/tmp'];

export type Scene = {
  box: Box;
  peer: Peer;
  v: Try;
  files: Map<string, string>;
  /** What the server asked of the kernel since the calls before. */
  touched: readonly Touch[];
  /** How much of it was told of, and all of it since the first call. */
  seen: number;
  did: Touch[];
};

/** What a call did, if it did what the canary would do; null when not. */
/** @param v of this call: what it alone was given */
export const effect = async (scene: Scene, v: Try, canary: Canary, reply: Reply): Promise<string | null> => {
  const { box } = scene;
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
      if (!canary.value.includes('{t}'))
        return text.includes(`secret-${scene.v.t}`)
          ? `it looked into a folder outside of ${ROOT}: the answer names what lies there`
          : null;
      const opened = scene.touched.find(
        (x) => x.kind === 'read' && x.ok && x.what.endsWith(`/secret-${v.t}.txt`),
      );
      return opened ? `it opened a file outside of ${ROOT}, as the system calls show: ${opened.what}` : null;
    }
    case 'request': {
      const { requests } = await box.ask<{ requests: Heard[] }>('heard');
      const found = requests.find((r) => {
        // A redirect is followed only where its end was asked for.
        if (canary.id === 'redirect') return r.url === `/${v.t}`;
        return canary.id === 'without-a-scheme' ? r.url === '/' : r.url.includes(v.t);
      });
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
      // What the next one did is told apart from it.
      scene.files = key(files);
      return canary.effect === 'outside'
        ? `it changed files outside of ${ROOT}: ${found.slice(0, 3).join(', ')}`
        : `it changed files, though it says that it only reads: ${found.slice(0, 3).join(', ')}`;
    }
  }
};
