import { withoutEnd } from '../../text/ends.ts';
import type { Module } from '../sources/ir.ts';
import { literalText } from '../weaknesses/code/names.ts';
import { type Facts, factsOf } from './facts.ts';
import { type FnRef, type Functions, functionsIn } from './functions.ts';
import type { Thing } from './kept.ts';
import { type Route, routesOf } from './routes.ts';

/**
 * The mechanism by which a server decides who may call it: where it answers what of the authorization protocol, which
 * functions take part, what they keep and compare.
 */
export type Role =
  | 'metadata'
  | 'register'
  | 'authorize'
  | 'consent'
  | 'callback'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'mcp'
  | 'verify';

export type Spot = { path: string; line: number };

export type Endpoint = {
  role: Role;
  /** '' for a method that a library calls. */
  path: string;
  methods: readonly string[];
  /** Where the route is declared. */
  at: Spot;
  /** Where what answers begins; as `at` where none was found. */
  handler: Spot;
  before: readonly string[];
  /** The handler and what it calls, nearest first. */
  facts: readonly Facts[];
  /** A library asks for this, and has checked addresses, clients and PKCE itself before. */
  library: boolean;
};

export type AuthorizationMap = {
  endpoints: readonly Endpoint[];
  /** Routes of no role in the protocol. */
  others: readonly Endpoint[];
  functions: Functions;
  factsOf(ref: FnRef): Facts;
  modules: readonly Module[];
};

const ROLES: readonly (readonly [Role, RegExp])[] = [
  ['metadata', /\.well-known\/(?:oauth|openid)/],
  ['introspect', /(?:^|\/)(?:introspect(?:ion)?|userinfo|jwks(?:\.json)?)$/],
  ['register', /(?:^|\/)(?:register|registration|dcr|connect\/register)(?:\/[<{:].*)?$/],
  ['revoke', /(?:^|\/)(?:revoke|revocation)$/],
  ['token', /(?:^|\/)(?:token|access_?token)$/],
  ['callback', /(?:^|\/)(?:callback|oauth2?-?callback|cb|auth\/return)(?:\/[<{:].*)?$/],
  ['consent', /(?:^|\/)(?:consent|approve|approval|login|signin|confirm|decision|authorize\/\w+)$/],
  ['authorize', /(?:^|\/)(?:authorize|authorization|oauth2?\/auth|auth\/start|oauth\/start)$/],
  ['mcp', /(?:^|\/)(?:mcp|sse|messages?|rpc|jsonrpc)(?:\/\*?)?$/],
];

const roleOf = (path: string): Role | null => {
  const plain = withoutEnd(path.toLowerCase(), '/');
  return ROLES.find(([, p]) => p.test(plain))?.[0] ?? null;
};

/** Methods that the MCP SDKs and FastMCP ask a provider for, by names without `_`. */
const PROVIDER: Readonly<Record<string, Role>> = {
  authorize: 'authorize',
  registerclient: 'register',
  exchangeauthorizationcode: 'token',
  loadauthorizationcode: 'token',
  exchangerefreshtoken: 'token',
  loadrefreshtoken: 'token',
  challengeforauthorizationcode: 'token',
  loadaccesstoken: 'verify',
  verifyaccesstoken: 'verify',
  verifytoken: 'verify',
  revoketoken: 'revoke',
};

const spotOf = (ref: FnRef): Spot => ({ path: ref.module.path, line: ref.fn.at.line });

export const authorizationMap = (modules: readonly Module[]): AuthorizationMap => {
  const functions = functionsIn(modules);
  const held = new Map<FnRef['fn'], Facts>();
  const facts = (ref: FnRef): Facts => {
    const known = held.get(ref.fn);
    if (known) return known;
    const made = factsOf(ref);
    held.set(ref.fn, made);
    return made;
  };
  const endpointOf = (route: Route, role: Role): Endpoint => ({
    role,
    path: route.path,
    methods: route.methods,
    at: route.at,
    handler: route.handlers[0] ? spotOf(route.handlers[0]) : route.at,
    before: route.before,
    facts: route.handlers.flatMap((h) => functions.reached(h)).map(facts),
    library: false,
  });
  const routes = routesOf(modules, functions);
  const endpoints: Endpoint[] = [];
  const others: Endpoint[] = [];
  const seen = new Map<string, Endpoint>();
  for (const route of routes) {
    const role = roleOf(route.path);
    const endpoint = endpointOf(route, role ?? 'mcp');
    // One handler under several paths is one place to read.
    const key = `${role} ${endpoint.handler.path}:${endpoint.handler.line} ${route.handlers.length === 0 ? route.path : ''}`;
    if (seen.has(key)) continue;
    seen.set(key, endpoint);
    (role ? endpoints : others).push(endpoint);
  }
  const classes = new Map<string, FnRef[]>();
  for (const ref of functions.all) {
    if (!ref.cls) continue;
    const role = PROVIDER[ref.fn.name.toLowerCase().replace(/_/g, '')];
    if (!role) continue;
    const key = `${ref.module.path}#${ref.cls.name}`;
    classes.set(key, [...(classes.get(key) ?? []), ref]);
  }
  for (const methods of classes.values()) {
    if (methods.length < 3) continue;
    for (const ref of methods)
      endpoints.push({
        role: PROVIDER[ref.fn.name.toLowerCase().replace(/_/g, '')]!,
        path: '',
        methods: [],
        at: spotOf(ref),
        handler: spotOf(ref),
        before: [],
        facts: functions.reached(ref).map(facts),
        library: true,
      });
  }
  // A library that serves the protocol by itself names its routes in its settings.
  for (const ref of functions.all)
    for (const call of facts(ref).calls) {
      if (
        !/^(?:OAuthProvider|mcpAuthRouter|createOAuthRouter|OAuthProxy|OIDCProxy|create_auth_routes)$/.test(
          call.name,
        )
      )
        continue;
      const settings = call.call.args.map((a) => a.value).find((v) => v.kind === 'record');
      const named = settings?.kind === 'record' ? settings.entries : [];
      for (const [key, role] of [
        ['clientRegistrationEndpoint', 'register'],
        ['tokenEndpoint', 'token'],
      ] as const) {
        const entry = named.find((e) => e.key === key);
        if (!entry && !/^(?:mcpAuthRouter|create_auth_routes|OAuthProxy)$/.test(call.name)) continue;
        if (endpoints.some((e) => e.role === role)) continue;
        const at = { path: ref.module.path, line: entry?.value.at.line ?? call.line };
        endpoints.push({
          role,
          path: (entry && literalText(entry.value)) ?? `/${role}`,
          methods: ['POST'],
          at,
          handler: at,
          before: [],
          facts: [],
          library: true,
        });
      }
    }
  return { endpoints, others, functions, factsOf: facts, modules };
};

/** Roles of an authorization server; a server that only verifies tokens has none of them. */
export const ISSUING: readonly Role[] = ['register', 'authorize', 'consent', 'callback', 'token', 'revoke'];

export const ofRole = (map: AuthorizationMap, ...roles: readonly Role[]): readonly Endpoint[] =>
  map.endpoints.filter((e) => roles.includes(e.role));

/** Whether the program hands out, or takes part in handing out, tokens: two steps of it, or one that a library leads to. */
export const isIssuer = (map: AuthorizationMap): boolean =>
  new Set(ofRole(map, ...ISSUING).map((e) => e.role)).size >= 2;

/** What is kept where, over all steps: each store once for each thing, with the places that put, read and remove. */
export type Store = {
  thing: Thing;
  store: string;
  puts: Spot[];
  gets: Spot[];
  takes: Spot[];
  drops: Spot[];
  lifetime: boolean;
};

export const storesOf = (map: AuthorizationMap): readonly Store[] => {
  const found = new Map<string, Store>();
  const seen = new Set<Facts>();
  for (const endpoint of map.endpoints)
    for (const facts of endpoint.facts) {
      if (seen.has(facts)) continue;
      seen.add(facts);
      for (const k of facts.kept) {
        const key = `${k.thing} ${k.store.toLowerCase().replace(/^_|_/g, '')}`;
        const store = found.get(key) ?? {
          thing: k.thing,
          store: k.store,
          puts: [],
          gets: [],
          takes: [],
          drops: [],
          lifetime: false,
        };
        const spot = { path: facts.ref.module.path, line: k.line };
        ({ put: store.puts, get: store.gets, take: store.takes, drop: store.drops })[k.op].push(spot);
        store.lifetime ||= k.lifetime;
        found.set(key, store);
      }
    }
  return [...found.values()].sort((a, b) =>
    a.thing < b.thing ? -1 : a.thing > b.thing ? 1 : a.store < b.store ? -1 : 1,
  );
};
