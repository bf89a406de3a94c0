import { eachOnce } from '../files/each-once.ts';
import { byCodePoint } from '../files/words.ts';
import type { ClientMap, ClientStep, Login } from './client.ts';
import {
  type AuthorizationMap,
  type Endpoint,
  ISSUING,
  isIssuer,
  type Role,
  type Spot,
  type Store,
  storesOf,
} from './map.ts';

/** The map in words: one line a step, each with the places to read. */
export type Described = {
  title: string;
  lines: readonly string[];
  /** Each place that a line names, in the order of the lines. */
  places: readonly Spot[];
};

const ORDER: readonly Role[] = [
  'metadata',
  'register',
  'authorize',
  'consent',
  'callback',
  'token',
  'revoke',
  'introspect',
  'verify',
  'mcp',
];
/** What is told of one step; the code holds the rest. */
const MOST_COMPARED = 4;
const MOST_LINES = 40;
const MOST_PLACES = 30;

const words = (at: Spot): string => `${at.path}:${at.line}`;

const linesOf = (e: Endpoint): { path: string; line: number }[] => [e.handler];

const uses = (e: Endpoint): string => {
  const known = [
    'client-id',
    'redirect-uri',
    'state',
    'code',
    'code-challenge',
    'code-verifier',
    'scope',
    'resource',
    'refresh-token',
    'client-secret',
    'cookie',
    'session',
    'token',
  ] as const;
  const read = known.filter((w) => e.facts.some((f) => f.reads.has(w)));
  return read.length > 0 ? `; speaks of ${read.map((w) => w.replace('-', ' ')).join(', ')}` : '';
};

const compares = (e: Endpoint): string => {
  const all = e.facts.flatMap((f) => f.compared.map((c) => ({ f, c })));
  const seen = new Set<string>();
  const told = all.flatMap(({ f, c }) => {
    const pair = [...c.names.filter((n) => n !== ''), ...c.texts.map((t) => `"${t.slice(0, 30)}"`)]
      .slice(0, 2)
      .join(' with ');
    const say = `${pair}${c.how === 'prefix' ? ' by a part' : c.how === 'constant-time' ? ' in constant time' : ''} (${f.ref.module.path.split('/').at(-1)}:${c.line})`;
    if (pair === '' || seen.has(say)) return [];
    seen.add(say);
    return [say];
  });
  return told.length > 0
    ? `; compares ${told.slice(0, MOST_COMPARED).join(', ')}${told.length > MOST_COMPARED ? ` and ${told.length - MOST_COMPARED} more` : ''}`
    : '; compares nothing of it';
};

const step = (e: Endpoint): string =>
  `${e.role}: ${e.path === '' ? 'a method a library calls' : `${e.methods.join(', ')}${e.methods.length > 0 ? ' ' : ''}${e.path}`} at ${words(e.handler)}${
    e.facts.length === 0
      ? e.library
        ? ', served by a library'
        : ', its handler was not followed'
      : e.role === 'metadata' || e.role === 'mcp' || e.role === 'introspect'
        ? ''
        : `${uses(e)}${compares(e)}`
  }`;

const few = (spots: readonly Spot[]): string => {
  const all = [...new Set(spots.map(words))].sort(byCodePoint);
  return `${all.slice(0, 3).join(', ')}${all.length > 3 ? ` and ${all.length - 3} more` : ''}`;
};

const kept = (s: Store): string =>
  `${s.thing} in ${s.store}: ${[
    s.puts.length > 0 ? `put ${few(s.puts)}${s.lifetime ? ' with an end' : ', no end seen there'}` : '',
    s.gets.length > 0 ? `read ${few(s.gets)}` : '',
    s.takes.length > 0 ? `taken out in one step ${few(s.takes)}` : '',
    s.drops.length > 0 ? `removed ${few(s.drops)}` : '',
  ]
    .filter((w) => w !== '')
    .join('; ')}`;

/** Null where nothing of the protocol was seen. */
export const describe = (map: AuthorizationMap): Described | null => {
  const endpoints = [...map.endpoints].sort(
    (a, b) =>
      ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || byCodePoint(words(a.handler), words(b.handler)),
  );
  const protocol = endpoints.filter((e) => e.role !== 'mcp');
  if (protocol.length === 0) return null;
  const stores = storesOf(map).filter((s) => s.puts.length + s.takes.length + s.drops.length > 0);
  const roles = [...new Set(endpoints.filter((e) => ISSUING.includes(e.role)).map((e) => e.role))];
  const verifies = endpoints.some((e) => e.role === 'verify' || e.role === 'introspect');
  const title = isIssuer(map)
    ? `How callers are let in: ${roles.join(', ')} are served here`
    : roles.length > 0
      ? `How callers are let in: ${roles.join(', ')} is served here, the rest elsewhere`
      : `How callers are let in: by tokens of somebody else${verifies ? ', verified here' : ''}`;
  const lines = [...endpoints.map(step), ...stores.map((s) => `kept: ${kept(s)}`)];
  const all = [
    ...endpoints.flatMap(linesOf),
    ...stores.flatMap((s) => [...s.puts, ...s.takes, ...s.gets, ...s.drops].slice(0, 3)),
  ];
  return {
    title,
    lines:
      lines.length > MOST_LINES
        ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`]
        : lines,
    places: eachOnce(all, words).slice(0, MOST_PLACES),
  };
};

const login = (l: Login): string =>
  `login begun at ${words(l.at)}: ${
    l.state === 'by the library'
      ? 'the library makes the state'
      : l.state === 'said'
        ? 'with a state'
        : l.state === 'a fixed text'
          ? 'with a state that is a fixed text'
          : 'no state seen'
  }, ${l.proofKey === 'said' ? 'with a code challenge' : l.proofKey === 'by the library' ? 'proof key left to the library' : 'no code challenge seen'}`;

const steps = (what: string, all: readonly ClientStep[]): string[] =>
  all.length === 0 ? [] : [`${what} ${few(all.map((s) => s.at))}`];

/** How the server gets tokens of others, in words: one line a step. */
export const describeClient = (client: ClientMap): Described => {
  const places = [...new Set(client.kept.map((k) => k.where))].sort(byCodePoint);
  const parts = [
    client.logins.length > 0 ? 'login begun' : '',
    client.answers.length > 0 ? 'answer taken' : '',
    client.redeemed.length > 0 ? 'code redeemed' : '',
    client.kept.length > 0 ? 'tokens kept' : '',
  ].filter((p) => p !== '');
  const all = [
    ...client.logins.map((l) => l.at),
    ...client.answers.map((s) => s.at),
    ...client.stateHeld.slice(0, 3),
    ...client.redeemed.map((s) => s.at),
    ...client.kept.map((s) => s.at),
    ...client.renewed.map((s) => s.at),
  ];
  return {
    title: `Logs in elsewhere: ${parts.join(', ')} here`,
    lines: [
      ...client.logins.map(login),
      ...steps('answer taken at', client.answers),
      client.stateHeld.length > 0
        ? `state compared or looked up at ${few(client.stateHeld)}`
        : 'no comparison of a state was seen',
      ...steps('code redeemed at', client.redeemed),
      ...steps('tokens renewed at', client.renewed),
      ...places.flatMap((where) =>
        steps(
          `tokens written to ${where} at`,
          client.kept.filter((k) => k.where === where),
        ),
      ),
    ].slice(0, MOST_LINES),
    places: eachOnce(all, words).slice(0, MOST_PLACES),
  };
};
