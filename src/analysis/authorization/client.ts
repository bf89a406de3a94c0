import { eachOnce } from '../files/each-once.ts';
import type { Expr } from '../sources/ir.ts';
import { expressionsInside, within } from '../sources/walk.ts';
import { lastNameOf, literalText } from '../weaknesses/code/names.ts';
import type { Facts } from './facts.ts';
import type { AuthorizationMap, Spot } from './map.ts';
import { wordOf } from './words.ts';

/**
 * A server that gets tokens from somebody else's authorization server (RFC 6749 §4.1, for programs on a person's machine
 * RFC 8252): it sends a person there, takes the answer, redeems the code, asks for new tokens, keeps them.
 */
export type Part = 'said' | 'not said' | 'by the library';

/** A login that a person is sent to. */
export type Login = {
  at: Spot;
  facts: Facts;
  state: Part | 'a fixed text';
  proofKey: Part;
};

export type ClientStep = { at: Spot; facts: Facts };

export type ClientMap = {
  logins: readonly Login[];
  /** Where a code comes back in a request. */
  answers: readonly ClientStep[];
  redeemed: readonly ClientStep[];
  renewed: readonly ClientStep[];
  /** Where tokens are written: a file, a key ring of the system. */
  kept: readonly (ClientStep & { where: string })[];
  /** Where a state is compared or looked up. */
  stateHeld: readonly Spot[];
};

/** Make the address themselves, and say only what they are given. */
const MAKES_ADDRESS =
  /^(?:generate_?auth_?url|auth_?code_?url|get_?auth(?:orization|orize)?_?(?:code_)?url|create_?authorization_?url|build_?authorization_?url|authorization_?url|authorize_?url|get_?login_?url)$/i;
/** Make a state of their own and hold what comes back against it. */
const WHOLE_LOGIN =
  /^(?:run_local_server|run_console|initiate_auth_code_flow|acquire_token_interactive|acquireTokenInteractive|authorize_redirect|InteractiveBrowserCredential|DeviceCodeCredential|loginWithPopup|GoogleWebAuthorizationBroker)$/;
/** `requests_oauthlib`, `authlib`: a state of their own is made, and given back to be compared. */
const GIVES_STATE = /^(?:create_)?authorization_url$/;

const REDEEMS =
  /^(?:get_?tokens?|fetch_?tokens?|exchange(?:_?auth(?:orization)?)?(?:_?code)?(?:_?for_?tokens?)?|acquire_token_by_(?:auth_code_flow|authorization_code)|acquireTokenByCode|authorization_?code_?grant|redeem\w*|validate_?authorization_?code|authorize_access_token)$/i;
const RENEWS = /^(?:refresh(?:_?access)?_?tokens?|refresh_?token_?grant|TokenSource|refresh_?credentials)$/i;

const WRITES =
  /^(?:write_?file(?:_?sync)?|write_?text|write_?all_?(?:text|bytes)|WriteFile|dump|output_?file|output_?json|outputJson(?:Sync)?|write_?json|fwrite|file_put_contents|save_?to_?file)$/i;
const KEY_RING = /^(?:set_?password|set_?secret|add_?(?:internet|generic)_?password|SetPassword|Set)$/;
const TOKENS = /tokens?|credentials?|creds/i;

/** Of what a request's parameters are read. */
const ASKED =
  /^(?:quer(?:y|ies)|search_?params|params|args|request|req|r|ctx|c|context|url|uri|form|values?|qs|query_?params|query_?components|parsed\w*|GET)$/i;

const SETS = /^(?:set|append|add|put)$/i;

const texts = (e: Expr): string[] =>
  [...within(e)].flatMap((p) => (p.kind === 'literal' && p.isString && p.value ? [p.value] : []));

/** The keys and the query parameters that something is built with. */
const spoken = (e: Expr): Map<string, Expr | null> => {
  const found = new Map<string, Expr | null>();
  for (const part of within(e)) {
    if (part.kind === 'record') for (const { key, value } of part.entries) if (key) found.set(key, value);
    if (part.kind === 'call') {
      for (const a of part.args) if (a.name) found.set(a.name, a.value);
      // `params.set("state", state)`, `oauth2.SetAuthURLParam("prompt", "consent")`.
      const key = literalText(part.args[0]?.value);
      if (key && part.args[1]) found.set(key, part.args[1].value);
    }
    if (part.kind === 'literal' && part.isString)
      for (const [, key] of (part.value ?? '').matchAll(/[?&]?(\w{2,40})=/g)) if (key) found.set(key, null);
  }
  return found;
};

const names = (said: ReadonlyMap<string, unknown>, word: string): boolean =>
  [...said.keys()].some((key) => wordOf(key) === word);

/** Whether a value is a text that stands in the code, there or where its name is given its only value. */
const isFixed = (e: Expr, facts: Facts): boolean => {
  if (literalText(e) !== null) return true;
  if (e.kind !== 'name') return false;
  const given = facts.statements.flatMap((s) =>
    s.kind === 'assign' && s.target.kind === 'name' && s.target.name === e.name ? [s.value] : [],
  );
  return given.length === 1 && literalText(given[0]) !== null;
};

const stateOf = (said: ReadonlyMap<string, Expr | null>, facts: Facts): Login['state'] => {
  for (const [key, value] of said)
    if (wordOf(key) === 'state') return value && isFixed(value, facts) ? 'a fixed text' : 'said';
  return 'not said';
};

/** The statements of a function that build one address together are read together. */
const loginsIn = (facts: Facts): Login[] => {
  const at = (line: number): Spot => ({ path: facts.ref.module.path, line });
  const found: Login[] = [];
  const set = new Map<string, Expr | null>();
  let setAt = 0;
  for (const expr of expressionsInside(facts.ref.fn.body)) {
    if (expr.kind === 'call') {
      const name = lastNameOf(expr.callee);
      if (WHOLE_LOGIN.test(name))
        found.push({
          at: at(expr.at.line),
          facts,
          state: 'by the library',
          proofKey: 'by the library',
        });
      else if (MAKES_ADDRESS.test(name) && expr.callee.kind === 'member') {
        const said = spoken(expr);
        // Go: `conf.AuthCodeURL(state, …)`.
        const first = /^AuthCodeURL$/.test(name) ? expr.args[0]?.value : undefined;
        const state = first
          ? isFixed(first, facts)
            ? 'a fixed text'
            : 'said'
          : stateOf(said, facts) === 'not said' &&
              expr.args.some((a) => wordOf(lastNameOf(a.value)) === 'state')
            ? 'said'
            : stateOf(said, facts);
        const proofKey =
          names(said, 'code-challenge') || texts(expr).includes('S256') || /S256Challenge/.test(calls(expr))
            ? 'said'
            : 'not said';
        found.push({
          at: at(expr.at.line),
          facts,
          state: state === 'not said' && GIVES_STATE.test(name) ? 'by the library' : state,
          proofKey,
        });
      }
      // `params.set("response_type", "code")`, one line after the other.
      const key = literalText(expr.args[0]?.value);
      if (key && expr.args[1] && SETS.test(name)) {
        set.set(key, expr.args[1].value);
        if (key === 'response_type') setAt = expr.at.line;
      }
    }
    if (expr.kind === 'record') {
      const said = spoken(expr);
      if (!said.has('response_type') || !names(said, 'client-id')) continue;
      found.push(built(at(expr.at.line), facts, said));
    }
    if (expr.kind === 'text' || (expr.kind === 'literal' && expr.isString)) {
      const said = spoken(expr);
      if (said.has('response_type') && names(said, 'client-id'))
        found.push(built(at(expr.at.line), facts, said));
    }
  }
  if (setAt > 0 && names(set, 'client-id')) found.push(built(at(setAt), facts, set));
  return found;
};

const calls = (e: Expr): string =>
  [...within(e)].flatMap((p) => (p.kind === 'call' ? [lastNameOf(p.callee)] : [])).join(' ');

const built = (at: Spot, facts: Facts, said: ReadonlyMap<string, Expr | null>): Login => ({
  at,
  facts,
  state: stateOf(said, facts),
  proofKey: names(said, 'code-challenge') ? 'said' : 'not said',
});

/** Where a request is asked for a code by name: `searchParams.get("code")`, `params["code"]`, `req.query.code`. */
const answerIn = (facts: Facts): number | null => {
  for (const expr of expressionsInside(facts.ref.fn.body)) {
    const asked =
      expr.kind === 'call' &&
      literalText(expr.args[0]?.value) === 'code' &&
      expr.callee.kind === 'member' &&
      !SETS.test(expr.callee.property)
        ? expr.callee.object
        : expr.kind === 'index' && literalText(expr.index) === 'code'
          ? expr.object
          : expr.kind === 'member' && expr.property === 'code'
            ? expr.object
            : null;
    if (asked && ASKED.test(lastNameOf(asked))) return expr.at.line;
  }
  return null;
};

/** Where a grant is sent: `{ grant_type: "refresh_token" }`, `form.Set("grant_type", …)`, as part of a text. */
const grants = (facts: Facts, grant: string): number[] => {
  const found = facts.texts.filter((t) => t.text.includes(`grant_type=${grant}`)).map((t) => t.line);
  for (const expr of expressionsInside(facts.ref.fn.body)) {
    const values: (Expr | undefined)[] =
      expr.kind === 'record'
        ? expr.entries.filter((e) => wordOf(e.key) === 'grant-type').map((e) => e.value)
        : expr.kind === 'call'
          ? [
              ...expr.args.filter((a) => a.name && wordOf(a.name) === 'grant-type').map((a) => a.value),
              ...(literalText(expr.args[0]?.value) === 'grant_type' ? [expr.args[1]?.value] : []),
            ]
          : expr.kind === 'list' && literalText(expr.items[0]) === 'grant_type'
            ? [expr.items[1]]
            : [];
    if (values.some((v) => literalText(v) === grant)) found.push(expr.at.line);
  }
  return found;
};

const keptIn = (facts: Facts): { line: number; where: string }[] =>
  facts.calls.flatMap((c) => {
    const holds = c.call.args.some((a) => [...within(a.value)].some((e) => TOKENS.test(lastNameOf(e))));
    if (!holds) return [];
    if (WRITES.test(c.name)) return [{ line: c.line, where: 'a file' }];
    const holder = c.call.callee.kind === 'member' ? lastNameOf(c.call.callee.object) : '';
    return KEY_RING.test(c.name) &&
      /keyring|keytar|keychain|secret_?service|credential_?manager/i.test(holder)
      ? [{ line: c.line, where: "the system's key ring" }]
      : [];
  });

/** Whether a function holds a state that came back against one it knows. */
const stateHeldIn = (facts: Facts): number[] => [
  ...facts.compared.filter((c) => c.words.includes('state') && c.how !== 'prefix').map((c) => c.line),
  ...facts.kept
    .filter((k) => k.thing === 'pending requests' && (k.op === 'get' || k.op === 'take'))
    .map((k) => k.line),
];

const once = <T extends { at: Spot }>(steps: readonly T[]): T[] =>
  eachOnce(steps, ({ at }) => `${at.path}:${at.line}`);

/** Null where no login is begun and no code is redeemed: what only refreshes, or is given tokens, asks nobody to log in. */
export const clientMap = (map: AuthorizationMap): ClientMap | null => {
  // Steps the server answers for others are told there.
  const served = new Set(
    map.endpoints.filter((e) => e.role !== 'callback').flatMap((e) => e.facts.map((f) => f.ref.fn)),
  );
  const all = map.functions.all.filter((ref) => !served.has(ref.fn)).map(map.factsOf);
  const steps = (lines: (f: Facts) => readonly number[]): ClientStep[] =>
    once(
      all.flatMap((facts) =>
        lines(facts).map((line) => ({ at: { path: facts.ref.module.path, line }, facts })),
      ),
    );
  const called = (pattern: RegExp) => (f: Facts) =>
    f.calls.filter((c) => c.call.callee.kind === 'member' && pattern.test(c.name)).map((c) => c.line);
  const logins = once(all.flatMap(loginsIn));
  const redeemed = steps((f) => [
    ...(f.reads.has('code') || f.reads.has('code-verifier') ? called(REDEEMS)(f) : []),
    ...grants(f, 'authorization_code'),
  ]);
  if (logins.length === 0 && redeemed.length === 0) return null;
  const answers = steps((f) => {
    const line = answerIn(f);
    return line === null ? [] : [line];
  });
  // The state of a task or a sprint is compared elsewhere.
  const files = new Set([...logins, ...answers, ...redeemed].map((s) => s.at.path));
  return {
    logins,
    answers,
    redeemed,
    renewed: steps((f) => [...called(RENEWS)(f), ...grants(f, 'refresh_token')]),
    kept: once(
      all.flatMap((facts) =>
        keptIn(facts).map(({ line, where }) => ({
          at: { path: facts.ref.module.path, line },
          facts,
          where,
        })),
      ),
    ),
    stateHeld: steps(stateHeldIn)
      .map((s) => s.at)
      .filter((at) => files.has(at.path)),
  };
};
