import type { Expr } from '../sources/ir.ts';
import { within } from '../sources/walk.ts';
import { lastNameOf, literalText } from '../weaknesses/code/names.ts';
import type { FnRef } from './functions.ts';
import { nameOfValue } from './words.ts';

/** What is put into a store, read there and taken out, by the names of stores, keys and tables. */
export type Thing =
  | 'codes'
  | 'refresh tokens'
  | 'tokens'
  | 'clients'
  | 'pending requests'
  | 'sessions'
  | 'approvals';

export type Kept = {
  line: number;
  /** `take` reads and removes in one step. */
  op: 'put' | 'get' | 'take' | 'drop';
  store: string;
  thing: Thing;
  /** The key, where one is told apart. */
  key: Expr | null;
  value: Expr | null;
  /** Something said there speaks of an end. */
  lifetime: boolean;
};

const PUT =
  /^(?:set\w*|put\w*|save\w*|store\w*|insert\w*|add\w*|upsert\w*|create\w*|write|TryAdd|hset|hmset|AddOrUpdate|persist|keep\w*|remember)$/i;
const GET = /^(?:get\w*|find\w*|load\w*|lookup\w*|fetch\w*|read|TryGetValue|hget\w*|retrieve\w*|peek)$/i;
const TAKE =
  /^(?:pop\w*|take\w*|consume\w*|getdel|get_?and_?(?:delete|remove|consume)\w*|TryRemove|LoadAndDelete|redeem\w*|find_?one_?and_?delete|find_?by_?id_?and_?(?:delete|remove))$/i;
const DROP = /^(?:delete\w*|del|remove\w*|destroy\w*|unset|invalidate\w*|evict|Remove\w*|forget\w*)$/i;

const THINGS: readonly (readonly [Thing, RegExp])[] = [
  ['refresh tokens', /refresh/],
  ['codes', /authcodes?|authorizationcode|codestore|codes$|codedata|^codes?|grantcode|authcode/],
  ['approvals', /approv|consent(?!page)|grants?$/],
  ['clients', /clients?(?!info|name)|registration/],
  [
    'pending requests',
    /state|txns?|transaction|pending|authrequest|authsession|authreq|logintoken|pkce|oauthreq|loginsession|flow/,
  ],
  ['tokens', /tokens?/],
  ['sessions', /sessions?/],
];
const STORE_WORDS =
  /store|storage|cache|redis|kv|db|database|map|repo|repository|collection|table|conn|dict|codes|tokens|clients|sessions|states|pending|registr|grants|txns|requests|memory|backend|mapping|firestore|prisma|session|mongo|dynamo|bucket|_?data$/i;

export const thingOf = (...names: readonly string[]): Thing | null => {
  for (const name of names) {
    const plain = name.toLowerCase().replace(/[_\-$.:]/g, '');
    const found = THINGS.find(([, p]) => p.test(plain));
    if (found) return found[0];
  }
  return null;
};

const LIFETIME =
  /ttl|expir|^ex$|^px$|max_?age|lifetime|valid_?until|timespan|duration|timedelta|minutes|seconds|not_?after|deadline/i;

/** Whether anything in an expression speaks of an end: a name, a key, a unit of time. */
export const speaksOfEnd = (e: Expr): boolean => {
  for (const part of within(e)) {
    if ((part.kind === 'name' || part.kind === 'member') && LIFETIME.test(lastNameOf(part))) return true;
    if (
      part.kind === 'call' &&
      (LIFETIME.test(lastNameOf(part.callee)) || part.args.some((a) => a.name && LIFETIME.test(a.name)))
    )
      return true;
    if (part.kind === 'record' && part.entries.some((x) => LIFETIME.test(x.key))) return true;
    if (part.kind === 'literal' && part.isString && /\b(?:EX|PX|expires?_?\w*)\b/i.test(part.value ?? ''))
      return true;
  }
  return false;
};

const SQL =
  /^\s{0,40}(INSERT|REPLACE|SELECT|DELETE|UPDATE|MERGE)\b[\s\S]{0,400}?\b(?:INTO|FROM|UPDATE)?\s{1,20}["`[]?(\w{2,60})/i;
const TABLE = /\b(?:INTO|FROM|UPDATE)\s{1,20}["`[]?(?:\w{1,40}\.)?(\w{2,60})/i;

/** What a statement to a database does, by its text. */
const fromSql = (e: Extract<Expr, { kind: 'call' }>): Omit<Kept, 'line'> | null => {
  const first = e.args[0]?.value;
  const text =
    first?.kind === 'literal'
      ? literalText(first)
      : first?.kind === 'text'
        ? first.parts.map((p) => literalText(p) ?? '?').join('')
        : null;
  if (!text || !SQL.test(text)) return null;
  const table = TABLE.exec(text)?.[1] ?? '';
  const thing = thingOf(table);
  if (!thing) return null;
  const verb = /^\s*(\w+)/.exec(text)![1]!.toUpperCase();
  const op =
    verb === 'SELECT' ? 'get' : verb === 'DELETE' ? (/\bRETURNING\b/i.test(text) ? 'take' : 'drop') : 'put';
  const params = e.args[1]?.value;
  const items = params?.kind === 'list' ? params.items : e.args.slice(1).map((a) => a.value);
  return {
    op,
    store: table,
    thing,
    key: items[0] ?? null,
    value: items[1] ?? null,
    lifetime: /expir|ttl|valid_until/i.test(text),
  };
};

/** Objects that speak to a provider, in the libraries' own examples. */
const ASKS_PROVIDER = /(?:flow|oauth2?|client)$|^(?:provider|conf|config|app|sess|session)$/i;
const SAID_BY_NAME: ReadonlySet<Thing> = new Set([
  'codes',
  'refresh tokens',
  'pending requests',
  'approvals',
]);

export const keptIn = (e: Expr): Kept | null => {
  if (e.kind !== 'call') return null;
  const sql = fromSql(e);
  if (sql) return { line: e.at.line, ...sql };
  const name = lastNameOf(e.callee);
  const op = TAKE.test(name)
    ? 'take'
    : DROP.test(name)
      ? 'drop'
      : PUT.test(name)
        ? 'put'
        : GET.test(name)
          ? 'get'
          : null;
  if (!op) return null;
  // Go: `delete(codes, code)`.
  const goDelete = e.callee.kind === 'name' && name === 'delete' && e.args.length === 2;
  const holder = goDelete ? e.args[0]!.value : e.callee.kind === 'member' ? e.callee.object : null;
  const store = holder ? lastNameOf(holder) || nameOfValue(holder) : '';
  if (holder === null) return null;
  const args = goDelete ? e.args.slice(1) : e.args;
  // `flow.fetch_token()`, `oauth.getToken(code)`: asked of the provider, not of a store.
  if (/^(?:fetch|get|exchange|refresh)_?(?:access_?)?tokens?$/i.test(name) && ASKS_PROVIDER.test(store))
    return null;
  // A getter of a record has no key to ask with.
  if (args.length === 0) return null;
  const keyName = args[0]?.value.kind === 'call' ? lastNameOf(args[0].value.callee) : '';
  // `tokenStore.consume_oauth_state(state)`: what is done says more than where.
  const done = thingOf(name);
  const thing = done && SAID_BY_NAME.has(done) ? done : thingOf(store, name, keyName);
  if (!thing) return null;
  if (!STORE_WORDS.test(store) && !thingOf(name)) return null;
  // What is asked of a request or a form by name is no store.
  if (
    /^(?:req|request|r|ctx|c|form|formData|params|searchParams|query|headers?|cookies|args|body|res|response|claims|payload|url|config|settings|options?|env|environ)$/i.test(
      store,
    )
  )
    return null;
  const key = args.find((a) => !a.spread)?.value ?? null;
  const value = args[1]?.value ?? (op === 'put' ? key : null);
  return {
    line: e.at.line,
    op,
    store,
    thing,
    key,
    value,
    lifetime:
      args.some((a) => (a.name !== undefined && LIFETIME.test(a.name)) || speaksOfEnd(a.value)) ||
      (args.length > 2 &&
        args
          .slice(2)
          .some((a) => a.value.kind === 'literal' && !a.value.isString && Number(a.value.value) > 1)),
  };
};

/**
 * Read and removed within one function that never waits: where one thread runs everything, nobody comes in between. The
 * reading then takes it out.
 */
export const inOneStep = (ref: FnRef, kept: readonly Kept[]): readonly Kept[] => {
  if (ref.fn.isAsync || !['javascript', 'python'].includes(ref.module.language)) return kept;
  return kept.map((k) =>
    k.op === 'get' && kept.some((d) => d.op === 'drop' && d.store === k.store && d.line >= k.line)
      ? { ...k, op: 'take' }
      : k,
  );
};
