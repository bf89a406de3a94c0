import type { Expr, Fn, Module, Span } from '../../sources/ir.ts';
import {
  childrenOf,
  expressionsIn,
  type FnAt,
  functionsOf,
  statementsIn,
  within,
} from '../../sources/walk.ts';
import { judgesValues, OF_STATES, OF_THINGS } from './callers.ts';
import { isSecret, keyOf, lastNameOf, literalText, rootOf } from './names.ts';
import { givesError, isNull, lets, refuses, saysYes } from './refusal.ts';

/**
 * Checks of a caller that let everybody in when something is missing: the setting they compare with, or the credential
 * itself; and those whose failure is caught and passed over (CWE-636, "Not Failing Securely"). Judged by the shape of one
 * function: it can refuse, and it has a way past the refusal that nobody has to earn.
 */
export type OpenGuard = Span & { how: 'setting' | 'caller' | 'only-if-set' | 'caught'; what: string };

const GATE =
  /auth|verif|check|allow|permit|permission|guard|valid|protect|require|access|middleware|token|secur|gate|key|dispatch|handle/i;
const CREDENTIAL_HEADER =
  /^(?:authorization|proxy-authorization|cookie|x-[\w-]*(?:key|token|secret|auth\w*))$/i;

/** Everything that makes a request a request: what hangs from it is the caller's, no setting. */
const REQUEST =
  /^_?(?:req|request|r|ctx|context|c|headers?|params|query|body|args|arguments|scope|exchange|event|handshake|socket)$/i;

/** What a function is given besides the request: no caller brings it. */
const CONFIGURED =
  /^(?:self|this|_?(?:conf|config|configuration|cfg|settings?|options?|opts|env|environment|policy))$/i;

const SETTING =
  /auth|key|token|secret|passw|credential|allow|origins?|hosts?|issuer|audience|jwks|acl|whitelist|roles?|scopes?|permission|users?$|verif|protected|enabled|required/i;

/** `"x-api-key"`, `headers.authorization`, `headers["x-api-key"]`. */
const namesCredentialHeader = (e: Expr): boolean =>
  CREDENTIAL_HEADER.test(literalText(e) ?? (e.kind === 'member' ? e.property : ''));

type Scope = ReadonlyMap<string, Expr>;

/** What local names were given, to tell what came with the request from what was configured. */
const localsOf = (fn: Fn): Scope => {
  const found = new Map<string, Expr>();
  for (const s of statementsIn(fn.body)) {
    if (s.kind !== 'assign') continue;
    if (s.target.kind === 'name') found.set(s.target.name, s.value);
    if (s.target.kind === 'parts')
      for (const p of s.target.parts) if (p.target.kind === 'name') found.set(p.target.name, s.value);
  }
  return found;
};

const fromRequest = (e: Expr, fn: Fn, locals: Scope, depth = 0): boolean => {
  for (const part of within(e)) {
    if (part.kind !== 'name') continue;
    const given = locals.get(part.name);
    if (given && given !== e && depth < 4) {
      if (fromRequest(given, fn, locals, depth + 1)) return true;
    } else if (
      REQUEST.test(part.name) ||
      fn.params.some((p) => p.name === part.name && !CONFIGURED.test(p.name))
    )
      return true;
  }
  return [...within(e)].some(namesCredentialHeader);
};

/** Names whose absence a test asks for: `!x`, `not x`, `x == ""`, `x is None`, `x.isEmpty()`, `len(x) == 0`. */
const absent = (test: Expr): Expr[] => {
  const found: Expr[] = [];
  const look = (e: Expr, depth: number): void => {
    if (depth > 10) return;
    if (e.kind === 'test' && /^(?:!|not)$/.test(e.operator) && e.operands[0]) {
      const inner = e.operands[0];
      if (inner.kind === 'choice' || (inner.kind === 'test' && /^(?:and|&&|\|\|)$/.test(inner.operator)))
        return;
      if (inner.kind !== 'test') found.push(inner);
      return;
    }
    if (e.kind === 'test' && /^(?:==|===|is|eq)$/.test(e.operator)) {
      const value = e.operands.find((o) => !isNull(o));
      if (e.operands.some(isNull) && value) {
        if (value.kind === 'member' && /^(?:length|size)$/.test(value.property)) {
          found.push(value.object);
          return;
        }
        const measured = value.kind === 'call' && /^(?:len|length|size)$/.test(lastNameOf(value.callee));
        found.push(measured && value.args[0] ? value.args[0].value : value);
      }
      return;
    }
    if (
      e.kind === 'call' &&
      e.callee.kind === 'member' &&
      /^(?:isEmpty|isBlank|is_none|is_empty|isNull|isNone)$/.test(e.callee.property)
    )
      found.push(e.callee.object);
    if (e.kind === 'choice' || (e.kind === 'test' && /^(?:and|&&|\|\||or)$/.test(e.operator)))
      for (const part of childrenOf(e)) look(part, depth + 1);
  };
  look(test, 0);
  return found;
};

/** Parts of a conjunction: `key && given !== key`. */
const conjuncts = (e: Expr): readonly Expr[] =>
  e.kind === 'choice' && !e.test
    ? e.of.flatMap(conjuncts)
    : e.kind === 'test' && /^(?:and|&&)$/.test(e.operator)
      ? e.operands.flatMap(conjuncts)
      : [e];

const isValue = (e: Expr): boolean =>
  e.kind === 'name' || e.kind === 'member' || e.kind === 'index' || e.kind === 'call';

const sameName = (a: Expr, name: string): boolean =>
  [...within(a)].some((e) => isValue(e) && keyOf(e) === name);

/** The secret a test needs to be set, and whether it is compared there as well. */
const onlyIfSet = (test: Expr): { name: string; compared: boolean } | null => {
  const parts = conjuncts(test);
  for (const part of parts) {
    const present = isValue(part)
      ? part
      : part.kind === 'test' && /^(?:!=|!==|is not)$/.test(part.operator) && part.operands.some(isNull)
        ? part.operands.find((o) => !isNull(o))
        : undefined;
    const name = present ? keyOf(present) : '';
    if (!isSecret(name) || (present && REQUEST.test(rootOf(present)))) continue;
    const compared = parts.some(
      (p) =>
        p !== part &&
        ((p.kind === 'test' && /^(?:!=|!==|not in|!|not)$/.test(p.operator) && sameName(p, name)) ||
          (p.kind === 'call' && sameName(p, name))),
    );
    return { name, compared };
  }
  return null;
};

const speaksOfCallers = (fn: Fn, cls: FnAt['cls']): boolean => {
  if (
    GATE.test(fn.name) ||
    GATE.test(cls?.name ?? '') ||
    fn.decorators.some((d) => /middleware|filter|auth/i.test(lastNameOf(d)))
  )
    return true;
  for (const e of expressionsIn(fn.body)) {
    if (namesCredentialHeader(e)) return true;
    if (
      (e.kind === 'member' || e.kind === 'name') &&
      /^(?:authorization|auth_header|authHeader)$/i.test(lastNameOf(e))
    )
      return true;
  }
  return false;
};

const readsCredential = (fn: Fn): boolean => {
  for (const e of expressionsIn(fn.body))
    if (
      namesCredentialHeader(e) ||
      ((e.kind === 'member' || e.kind === 'name') &&
        /authorization|auth_?header|bearer|compare_digest|timingSafeEqual|ConstantTimeCompare/i.test(
          lastNameOf(e),
        ))
    )
      return true;
  return false;
};

/** Whether one of its answers is an object put together there: `{ credential, source }`, `AccessToken(…)`. */
const givesIdentity = (fn: Fn): boolean =>
  [...statementsIn(fn.body)].some(
    (s) =>
      s.kind === 'return' &&
      s.value !== null &&
      (s.value.kind === 'record'
        ? !s.value.entries.some((e) => /^(?:isError|error|status|statusCode|success|message)$/.test(e.key))
        : s.value.kind === 'call' &&
          (s.value.isNew ||
            /^[A-Z]\w*(?:Token|Session|User|Identity|Principal|Claims|Credentials?|Info|Context)$/.test(
              lastNameOf(s.value.callee),
            )) &&
          !/Response|Error|Exception/.test(lastNameOf(s.value.callee))),
  );

const VERIFIES =
  /verif|validat|authenticat|authoriz|introspect|jwt|decode|check_?(?:auth|token|permission|access)|require/i;

const inFunction = ({ fn, cls }: FnAt): OpenGuard[] => {
  if (!refuses(fn.body) || !speaksOfCallers(fn, cls)) return [];
  const locals = localsOf(fn);
  /** Fields it sets; a local name is looked up in `locals`. */
  const kept = new Set(
    [...statementsIn(fn.body)].flatMap((s) =>
      s.kind === 'assign' && s.target.kind === 'place' ? [keyOf(s.target.expr)] : [],
    ),
  );
  /** Flags it sets itself say in which state it is. */
  const states = new Set(
    [...statementsIn(fn.body)].flatMap((s) =>
      s.kind === 'assign' &&
      s.target.kind === 'name' &&
      s.value.kind === 'literal' &&
      !s.value.isString &&
      /^(?:true|false)$/i.test(s.value.value ?? '')
        ? [s.target.name]
        : [],
    ),
  );
  const credential = readsCredential(fn);
  // `return undefined` of a function that else answers with who it is says "nobody"; what that means its callers decide.
  const bare =
    !givesIdentity(fn) &&
    [...statementsIn(fn.body)].some(
      (s) => s.kind === 'throw' || (s.kind === 'return' && s.value !== null && givesError(s.value)),
    );
  const found: OpenGuard[] = [];
  for (const s of statementsIn(fn.body)) {
    if (s.kind === 'if') {
      if (lets(s.then, bare, saysYes(fn)))
        for (const missing of absent(s.test)) {
          const what = keyOf(missing);
          const caller = fromRequest(missing, fn, locals);
          // What a caller leaves out decides only where it is a credential; a setting must be one that guards.
          if (
            caller
              ? credential && (isSecret(what) || /auth|bearer/i.test(what))
              : SETTING.test(what) &&
                // What it sets itself, and did not just look up, is a state it is in.
                (!kept.has(what) || locals.has(what)) &&
                !states.has(what) &&
                !OF_THINGS.test(what) &&
                !OF_STATES.test(what) &&
                (credential || !judgesValues(fn, what)) &&
                (credential || (GATE.test(fn.name) && !OF_THINGS.test(fn.name)))
          )
            found.push({ ...s.at, endLine: s.at.line, how: caller ? 'caller' : 'setting', what });
        }
      const set = credential ? onlyIfSet(s.test) : null;
      if (set && !s.otherwise.some(() => refuses(s.otherwise))) {
        const inner = s.then.some((t) => t.kind === 'if' && refuses(t.then) && sameName(t.test, set.name));
        const name = set.name;
        const configured = !fromRequest({ kind: 'name', name, at: s.at }, fn, locals);
        if (configured && ((set.compared && refuses(s.then)) || inner))
          found.push({ ...s.at, endLine: s.at.line, how: 'only-if-set', what: name });
      }
    } else if (s.kind === 'try') {
      const verifies = [...expressionsIn(s.body)].some(
        (e) => e.kind === 'call' && VERIFIES.test(lastNameOf(e.callee)),
      );
      for (const h of s.handlers)
        if (verifies && (credential || VERIFIES.test(fn.name)) && lets(h.body, false, saysYes(fn)))
          found.push({
            line: h.body[0]!.at.line,
            endLine: h.body.at(-1)!.at.endLine,
            how: 'caught',
            what: '',
          });
    }
  }
  return found;
};

const MOUNTS =
  /^(?:use|add_?middleware|Use|wrap|with_?auth\w*|layer|addFilter\w*|add_filter|register|before_request)$/i;

const HANDLER = /handler|^(?:app|h|mux|router|server|next|svc|service|chain)$/i;

/** `key && given === key`: who brings it is let in, and that says nothing of who does not. */
const grants = (test: Expr, name: string): boolean =>
  conjuncts(test).some(
    (p) =>
      p.kind === 'test' &&
      /^(?:===?|eq)$/.test(p.operator) &&
      !p.operands.some(isNull) &&
      p.operands.some((o) => sameName(o, name)),
  );

/** A check that is put in front of the routes only where its secret is configured. */
const mountedIfSet = ({ fn }: FnAt): OpenGuard[] => {
  const found: OpenGuard[] = [];
  for (const s of statementsIn(fn.body)) {
    if (s.kind !== 'if' || s.otherwise.length > 0) continue;
    const set = onlyIfSet(s.test);
    if (!set || set.compared || grants(s.test, set.name)) continue;
    const checks = (e: Expr): boolean =>
      e.kind === 'function' ? refuses(e.fn.body) : /auth|bearer|api_?key|token/i.test(nameIn(e));
    const mounts =
      [...expressionsIn(s.then)].some(
        (e) => e.kind === 'call' && MOUNTS.test(lastNameOf(e.callee)) && e.args.some((a) => checks(a.value)),
      ) ||
      // `handler = guarded(handler)`: what was served as it is, is served behind a check.
      [...statementsIn(s.then)].some(
        (t) =>
          t.kind === 'assign' &&
          HANDLER.test(
            t.target.kind === 'name' ? t.target.name : t.target.kind === 'place' ? keyOf(t.target.expr) : '',
          ) &&
          t.value.kind === 'call' &&
          (checks(t.value.callee) || t.value.args.some((a) => checks(a.value))),
      );
    if (mounts) found.push({ ...s.at, endLine: s.at.line, how: 'only-if-set', what: set.name });
  }
  return found;
};

const nameIn = (e: Expr): string => [...within(e)].map(lastNameOf).join(' ');

/** All of a module's, in order of lines. */
export const openGuards = (m: Module): OpenGuard[] => {
  const found = new Map<string, OpenGuard>();
  for (const f of functionsOf(m))
    for (const g of [...inFunction(f), ...mountedIfSet(f)]) found.set(`${g.line} ${g.what}`, g);
  return [...found.values()].sort((a, b) => a.line - b.line);
};
