import type { Expr, Stmt } from '../sources/ir.ts';
import { within } from '../sources/walk.ts';
import { lastNameOf, literalText, rootOf } from '../weaknesses/code/names.ts';
import { type FnRef, insideOf } from './functions.ts';
import { type Meanings, meaningsOf, nameOfValue, type Word, wordFor, wordOf } from './words.ts';

/** What one function does with the words of authorization: reads, compares, keeps, answers. */
export type Compared = {
  line: number;
  words: readonly Word[];
  /** `prefix`: by the beginning, the end or a part of a text. */
  how: 'equal' | 'constant-time' | 'member' | 'prefix';
  /** The texts among what is compared: `S256`, `plain`, `https`. */
  texts: readonly string[];
  /** Names of what is compared, as written. */
  names: readonly string[];
};

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

export type Answer = { line: number; kind: 'redirect' | 'page'; what: Expr };

export type Called = { name: string; line: number; call: Extract<Expr, { kind: 'call' }>; stmt: Stmt };

export type Facts = {
  ref: FnRef;
  meanings: Meanings;
  /** First line of each word. */
  reads: ReadonlyMap<Word, number>;
  compared: readonly Compared[];
  kept: readonly Kept[];
  answers: readonly Answer[];
  calls: readonly Called[];
  /** Text literals with their lines. */
  texts: readonly { text: string; line: number }[];
  /** Every statement, those of functions written inside too. */
  statements: readonly Stmt[];
};

const EQUAL = /^(?:==|!=|===|!==|is|is not|eq|ne|<=>)$/;
const MEMBER = /^(?:in|not in)$/;
const EQUALS_CALL = /^(?:equals\w*|eql\?|Equal(?:s|Fold)?|isEqual|SequenceEqual)$/i;
const CONSTANT_TIME =
  /^(?:compare_digest|timingSafeEqual|ConstantTimeCompare|FixedTimeEquals|isEqualConstantTime|hash_equals|secure_compare|fixed_length_secure_compare|constant_time_eq|safeEqual|timing_?safe\w*|MessageDigest)$/i;
const MEMBER_CALL =
  /^(?:includes|include\?|has|contains\w*|Contains\w*|indexOf|some|any|Any|every|in_array|findIndex|member\?)$/;
const PREFIX_CALL =
  /^(?:startsWith|starts_with|start_with\?|startswith|HasPrefix|StartsWith|endsWith|endswith|HasSuffix|EndsWith|str_starts_with)$/;

/** Words of each operand, by the operand as a whole. */
const operandsWords = (operands: readonly Expr[], meanings: Meanings): Word[] =>
  operands.flatMap((o) => wordFor(o, meanings) ?? []);

const textsOf = (operands: readonly Expr[]): string[] => operands.flatMap((o) => literalText(o) ?? []);

const comparedIn = (e: Expr, meanings: Meanings): Compared | null => {
  const make = (operands: readonly Expr[], how: Compared['how']): Compared | null => {
    const words = operandsWords(operands, meanings);
    if (words.length === 0) return null;
    return { line: e.at.line, words, how, texts: textsOf(operands), names: operands.map(nameOfValue) };
  };
  if (e.kind === 'test') {
    if (
      e.operands.some(
        (o) =>
          o.kind === 'literal' &&
          (o.value === null ||
            o.value === '' ||
            /^(?:undefined|null|nil|None|true|false|True|False|0)$/.test(o.value)),
      )
    )
      return null;
    // `typeof x === "string"`, `"state" in body`: the kind of a value, or whether it is there, is no comparison of it.
    if (e.operands.some((o) => /^(?:string|object|number|function|boolean)$/.test(literalText(o) ?? '')))
      return null;
    if (MEMBER.test(e.operator))
      return literalText(e.operands[0] ?? e) === null && e.operands.length > 1
        ? make(e.operands, 'member')
        : null;
    return EQUAL.test(e.operator) && e.operands.length > 1 ? make(e.operands, 'equal') : null;
  }
  if (e.kind !== 'call') return null;
  const name = lastNameOf(e.callee);
  const operands = [...(e.callee.kind === 'member' ? [e.callee.object] : []), ...e.args.map((a) => a.value)];
  if (
    CONSTANT_TIME.test(name) ||
    (/^(?:Equal|isEqual)$/.test(name) && /^(?:hmac|subtle|MessageDigest)$/.test(rootOf(e)))
  )
    return make(
      e.args.map((a) => a.value),
      'constant-time',
    );
  if (EQUALS_CALL.test(name)) return make(operands, 'equal');
  if (PREFIX_CALL.test(name)) return make(operands, 'prefix');
  if (MEMBER_CALL.test(name)) return make(operands, 'member');
  return null;
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

const thingOf = (...names: readonly string[]): Thing | null => {
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

const keptIn = (e: Expr): Kept | null => {
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
  // A getter of a record has no key to ask with.
  if (args.length === 0) return null;
  const keyName = args[0]?.value.kind === 'call' ? lastNameOf(args[0].value.callee) : '';
  const thing = thingOf(store, name, keyName);
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

const REDIRECT =
  /^(?:redirect\w*|Redirect\w*|RedirectResponse|seeOther|SeeOther|temporaryRedirect|found|sendRedirect|redirect_to|HTTPFound|HttpResponseRedirect|location|Location)$/;
const PAGE =
  /^(?:html|HTMLResponse|render|render_template\w*|render(?:Page|Html|View|Login\w*|Consent\w*|Approval\w*|File|Form)|View|view|TemplateResponse|send_?file|sendFile|Html|TemplateInstance|respondHtml|Execute(?:Template)?|writeHtml)$/;

const answersIn = (e: Expr): Answer | null => {
  if (e.kind === 'call') {
    const name = lastNameOf(e.callee);
    if (REDIRECT.test(name) && e.args.length > 0) {
      const args = e.args
        .filter((a) => !(a.value.kind === 'literal' && !a.value.isString))
        .map((a) => a.value);
      const what = args.find((a) => lastNameOf(a) !== 'w' && lastNameOf(a) !== 'r') ?? args[0];
      if (what) return { line: e.at.line, kind: 'redirect', what };
    }
    if (PAGE.test(name)) return { line: e.at.line, kind: 'page', what: e };
    // `w.Header().Set("Location", url)`, `res.setHeader("Location", url)`.
    if (e.args[1] && /^location$/i.test(literalText(e.args[0]?.value) ?? ''))
      return { line: e.at.line, kind: 'redirect', what: e.args[1].value };
  }
  if (e.kind === 'record') {
    const location = e.entries.find((x) => /^location$/i.test(x.key));
    if (location) return { line: e.at.line, kind: 'redirect', what: location.value };
  }
  return null;
};

const HTML = /<!doctype html|<html\b|<form\b/i;

/**
 * Read and removed within one function that never waits: where one thread runs everything, nobody comes in between. The
 * reading then takes it out.
 */
const inOneStep = (ref: FnRef, kept: readonly Kept[]): readonly Kept[] => {
  if (ref.fn.isAsync || !['javascript', 'python'].includes(ref.module.language)) return kept;
  return kept.map((k) =>
    k.op === 'get' && kept.some((d) => d.op === 'drop' && d.store === k.store && d.line >= k.line)
      ? { ...k, op: 'take' }
      : k,
  );
};

export const factsOf = (ref: FnRef): Facts => {
  const meanings = meaningsOf(ref.fn);
  const reads = new Map<Word, number>();
  const compared: Compared[] = [];
  const kept: Kept[] = [];
  const answers: Answer[] = [];
  const calls: Called[] = [];
  const texts: { text: string; line: number }[] = [];
  const statements: Stmt[] = [];
  const read = (word: Word | null, line: number): void => {
    if (word && !reads.has(word)) reads.set(word, line);
  };
  for (const p of ref.fn.params) {
    read(wordOf(p.name) ?? meanings.get(p.name) ?? null, ref.fn.at.line);
    for (const part of p.parts) read(wordOf(part.path.split('.').at(-1) ?? ''), ref.fn.at.line);
  }
  for (const part of insideOf(ref.fn.body)) {
    if (!('expr' in part)) {
      const s = part.stmt;
      statements.push(s);
      if (s.kind === 'assign' && s.target.kind === 'parts')
        for (const p of s.target.parts) read(wordOf(p.path), s.at.line);
      if (s.kind === 'assign' && s.target.kind === 'place' && s.target.expr.kind === 'index') {
        const store = lastNameOf(s.target.expr.object);
        const thing = thingOf(store);
        if (thing && !/^(?:headers?|params|query|body|data|payload|env|environ)$/i.test(store))
          kept.push({
            line: s.at.line,
            op: 'put',
            store,
            thing,
            key: s.target.expr.index,
            value: s.value,
            lifetime: speaksOfEnd(s.value),
          });
      }
      // Python: `del codes[code]`; Go and C# read by an index.
      if (s.kind === 'expr' && s.value.kind === 'index') {
        const store = lastNameOf(s.value.object);
        const thing = thingOf(store);
        if (thing)
          kept.push({
            line: s.at.line,
            op: 'drop',
            store,
            thing,
            key: s.value.index,
            value: null,
            lifetime: false,
          });
      }
      if (s.kind === 'assign' && s.value.kind === 'index' && s.target.kind === 'name') {
        const store = lastNameOf(s.value.object);
        const thing = thingOf(store);
        if (thing && literalText(s.value.index) === null)
          kept.push({
            line: s.at.line,
            op: 'get',
            store,
            thing,
            key: s.value.index,
            value: null,
            lifetime: false,
          });
      }
      continue;
    }
    const { expr, stmt } = part;
    if (expr.kind === 'literal' && expr.isString && expr.value) {
      texts.push({ text: expr.value, line: expr.at.line });
      if (HTML.test(expr.value) || /^text\/html\b/i.test(expr.value))
        answers.push({ line: expr.at.line, kind: 'page', what: expr });
      continue;
    }
    if (expr.kind === 'name' || expr.kind === 'member' || expr.kind === 'index' || expr.kind === 'call')
      read(wordFor(expr, meanings), expr.at.line);
    if (expr.kind === 'record') for (const x of expr.entries) read(wordOf(x.key), x.value.at.line);
    const comparison = comparedIn(expr, meanings);
    if (comparison) compared.push(comparison);
    const store = keptIn(expr);
    if (store) kept.push(store);
    const answer = answersIn(expr);
    if (answer) answers.push(answer);
    if (expr.kind === 'call')
      calls.push({ name: lastNameOf(expr.callee), line: expr.at.line, call: expr, stmt });
  }
  return { ref, meanings, reads, compared, kept: inOneStep(ref, kept), answers, calls, texts, statements };
};
