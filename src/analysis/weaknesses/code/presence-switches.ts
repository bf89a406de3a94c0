import type { Expr, Module, Span } from '../../sources/ir.ts';
import { expressionsIn, expressionsOf, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { lastNameOf, literalText } from './names.ts';

/**
 * Settings of the environment that switch by being there: their text is never looked at, so that `false` and `0` mean the
 * same as `true`. It matters where the setting takes a protection away.
 */
export type PresenceSwitch = Span & { name: string };

const TAKES_AWAY =
  /(?:^|_)(?:DISABLED?|SKIP|BYPASS|INSECURE|UNSAFE|NO_?AUTH|NO_?VERIFY|NOAUTH|WITHOUT|DANGEROUS\w*|ALLOW|TRUST|UNRESTRICTED|ENABLE_(?:WRITES?|DELETE|SHELL|EXEC\w*|UNSAFE)|WRITE_ENABLED|DEV_?MODE|IGNORE)(?:_|$)/i;
/** What such a setting holds is a list or an address: its being there is its meaning. */
const HOLDS_MORE =
  /(?:ORIGINS?|HOSTS?|LIST|IPS?|DOMAINS?|USERS?|PATHS?|DIRS?|URLS?|FILES?|TOOLS|EMAILS?|KEYS?|PROXY|PROXIES|IDS?|NAMES?|ROOTS?|COMMANDS|SCOPES?|HEADERS?|METHODS)$/i;

/** The variable an expression reads as it stands, without a default that could be a truth value. */
const variableOf = (e: Expr): string | null => {
  if (e.kind === 'member' && e.object.kind === 'member' && e.object.property === 'env') return e.property;
  if (e.kind === 'index' && lastNameOf(e.object) === 'environ') return literalText(e.index);
  if (e.kind !== 'call' || e.args.length > 2) return null;
  const called = lastNameOf(e.callee);
  const from = e.callee.kind === 'member' ? lastNameOf(e.callee.object) : '';
  const reads =
    /^(?:getenv|Getenv|GetEnvironmentVariable)$/.test(called) ||
    (called === 'get' && /^(?:environ|env)$/.test(from)) ||
    (/^(?:var|var_os)$/.test(called) && /^env$/.test(from));
  // `os.getenv("X", "false") in (…)` is looked at elsewhere; a default that is a text is always there.
  const fallback = e.args[1]?.value;
  if (
    !reads ||
    (fallback &&
      !(fallback.kind === 'literal' && /^(?:None|null|undefined|False|false|)$/.test(fallback.value ?? '')))
  )
    return null;
  return literalText(e.args[0]?.value);
};

const isEmpty = (e: Expr): boolean =>
  e.kind === 'literal' && (e.value === null || e.value === '' || e.value === 'undefined');

/** `z.coerce.boolean()`: every text but the empty one is true. */
const coerces = (e: Expr): boolean =>
  [...within(e)].some(
    (p) => p.kind === 'member' && p.property === 'boolean' && lastNameOf(p.object) === 'coerce',
  );

/** What a truth value rests on by presence alone. */
function* present(e: Expr, depth = 0): Generator<Expr> {
  if (depth > 6) return;
  if (variableOf(e) !== null) yield e;
  else if (e.kind === 'test' && /^(?:!|not)$/.test(e.operator))
    for (const o of e.operands) yield* present(o, depth + 1);
  else if (e.kind === 'test' && /^(?:!=|!==|is not)$/.test(e.operator) && e.operands.some(isEmpty))
    for (const o of e.operands) yield* present(o, depth + 1);
  else if (e.kind === 'test' && /^(?:and|or|&&|\|\|)$/.test(e.operator))
    for (const o of e.operands) yield* present(o, depth + 1);
  else if (e.kind === 'choice' && !e.test) for (const o of e.of) yield* present(o, depth + 1);
  else if (e.kind === 'call' && /^(?:bool|Boolean)$/.test(lastNameOf(e.callee)) && e.args[0])
    yield* present(e.args[0].value, depth + 1);
  else if (
    e.kind === 'call' &&
    /^(?:is_ok|is_some)$/.test(lastNameOf(e.callee)) &&
    e.callee.kind === 'member'
  )
    yield* present(e.callee.object, depth + 1);
}

/** Expressions whose value is taken for a truth value here: what an `if` asks, `!!x`, `Boolean(x)`, `bool(x)`, `x != ""`. */
const asked = (e: Expr): Expr[] => [
  ...[...within(e)].filter(
    (p) =>
      (p.kind === 'call' && /^(?:bool|Boolean|is_ok|is_some)$/.test(lastNameOf(p.callee))) ||
      (p.kind === 'test' && /^(?:!|not|!=|!==|is not|and|or|&&|\|\|)$/.test(p.operator)),
  ),
  ...[...within(e)].flatMap((p) => (p.kind === 'choice' && p.test ? [p.test] : [])),
];

export const presenceSwitches = (module: Module): PresenceSwitch[] => {
  const found = new Map<string, PresenceSwitch>();
  const take = (name: string, at: Span): void => {
    if (TAKES_AWAY.test(name) && !HOLDS_MORE.test(name) && !found.has(name)) found.set(name, { ...at, name });
  };
  const note = (e: Expr): void => {
    for (const read of present(e)) take(variableOf(read)!, read.at);
  };
  for (const body of [module.body, ...functionsOf(module).map((f) => f.fn.body)])
    for (const s of statementsIn(body)) {
      if (s.kind === 'if') note(s.test);
      for (const e of expressionsOf(s)) for (const a of asked(e)) note(a);
      for (const top of expressionsOf(s))
        for (const e of within(top))
          if (e.kind === 'record')
            for (const { key, value } of e.entries)
              if (/^[A-Z]/.test(key) && coerces(value)) take(key, value.at);
    }
  // `if os.getenv("X") == "true"` reads the text: a variable that is looked at once is understood everywhere.
  for (const body of [module.body, ...functionsOf(module).map((f) => f.fn.body)])
    for (const e of expressionsIn(body))
      if (
        e.kind === 'test' &&
        /^(?:==|===|in)$/.test(e.operator) &&
        !e.operands.every((o) => variableOf(o) !== null || isEmpty(o))
      )
        for (const o of within(e)) {
          const name = variableOf(o);
          if (name !== null) found.delete(name);
        }
  return [...found.values()];
};
