import type { Expr, Fn, Module, Stmt } from '../../sources/ir.ts';
import { expressionsIn, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { lastNameOf, rootOf } from './names.ts';

/** How a function says no to a caller, and how it lets one through, in the ways of each language. */

const REFUSAL_NAME =
  /unauthori[sz]ed|forbidden|permission_?denied|access_?denied|not_?authenticated|auth\w*(?:error|exception|failed)/i;

export const isNull = (e: Expr): boolean =>
  (e.kind === 'literal' &&
    (e.value === null || e.value === '' || /^(?:undefined|null|None|nil|0)$/.test(e.value))) ||
  (e.kind === 'name' && /^(?:undefined|nil|None|null)$/.test(e.name));

const isRefusalCode = (e: Expr): boolean =>
  (e.kind === 'literal' && /^40[13]$/.test(e.value ?? '')) ||
  ((e.kind === 'name' || e.kind === 'member') && REFUSAL_NAME.test(lastNameOf(e)));

/** Says no: throws, answers 401 or 403, or gives `false`. */
export const refuses = (body: readonly Stmt[]): boolean => {
  for (const s of statementsIn(body)) {
    if (s.kind === 'throw') return true;
    // `return given === secret` says no as well as yes.
    if (
      s.kind === 'return' &&
      s.value &&
      (isFalse(s.value) || s.value.kind === 'test' || asks(s.value) || givesError(s.value))
    )
      return true;
  }
  for (const e of expressionsIn(body)) if (isRefusalCode(e)) return true;
  return false;
};

/** Go's way to say no: `return errors.New(…)`, `return ErrDenied`, as the last of several values too. */
export const givesError = (e: Expr): boolean => {
  const last = e.kind === 'list' ? e.items.at(-1) : e;
  if (!last) return false;
  return last.kind === 'call'
    ? /^(?:New|Errorf|Error|NewError|wrap|Wrapf?)$/.test(lastNameOf(last.callee)) &&
        /^(?:errors|fmt|status|xerrors)$/.test(rootOf(last))
    : (last.kind === 'name' || last.kind === 'member') && /^[eE]rr[A-Z]\w*$/.test(lastNameOf(last));
};

/** `list.includes(x)`, `x.equals(y)`, `s.has(x)`: says no as well as yes. */
const asks = (e: Expr): boolean =>
  e.kind === 'call' &&
  /^(?:includes|has|contains\w*|equals\w*|some|every|any|test|matches|startsWith|EqualFold|HasPrefix|compare_digest|timingSafeEqual|ConstantTimeCompare)$/.test(
    lastNameOf(e.callee),
  );

const isFalse = (e: Expr): boolean => e.kind === 'literal' && /^(?:false|False)$/.test(e.value ?? '');
const isTrue = (e: Expr): boolean =>
  (e.kind === 'literal' && /^(?:true|True)$/.test(e.value ?? '')) ||
  // Rust: Ok(()), Ok(true)
  (e.kind === 'call' &&
    lastNameOf(e.callee) === 'Ok' &&
    (e.args[0] === undefined || !isFalse(e.args[0].value)));

const GOES_ON = /^(?:next|call_?next|ServeHTTP|proceed|doFilter|run|chain|handler|inner|app|done)$/i;

const passesOn = (e: Expr): boolean =>
  e.kind === 'call' &&
  GOES_ON.test(lastNameOf(e.callee)) &&
  // `next(error)` refuses in Express.
  !e.args.some((a) => a.value.kind === 'call' && a.value.isNew);

/** Functions whose `true` means yes to a caller, as against one that says that something is expired, set up or missing. */
const SAYS_YES = /allow|auth|permit|permission|valid|verif|check|access|trust|^can|accept|protect|^$/i;
const SAYS_ELSE =
  /expir|config|refresh|session|setup|connect|stale|missing|needs?|require[sd]|exists|loaded|ready|^(?:has|get|load|parse|init)|initialized|is_?auth_/i;
export const saysYes = (fn: Fn): boolean => SAYS_YES.test(fn.name) && !SAYS_ELSE.test(fn.name);

/** Whether a block ends by letting the caller through. `bare`: an empty `return` does, in a function that throws to refuse. */
export const lets = (block: readonly Stmt[], bare: boolean, yes: boolean): boolean => {
  if (refuses(block)) return false;
  const last = block.at(-1);
  if (!last) return false;
  if (last.kind === 'return') {
    if (last.value === null || (last.value.kind === 'literal' && last.value.value === null))
      return bare || block.some((s) => s.kind === 'expr' && passesOn(s.value));
    return (yes && isTrue(last.value)) || [...within(last.value)].some(passesOn);
  }
  return last.kind === 'expr' && [...within(last.value)].some(passesOn);
};

const negated = (e: Expr): boolean =>
  [...within(e)].some((x) => x.kind === 'test' && /^(?:!|not|!==?|not in|is not)$/.test(x.operator));

/** Whether what a test on this line is true of is refused: a list of what is forbidden, not of what is let through. */
export const refusedWhen = (m: Module, line: number): boolean =>
  functionsOf(m).some(({ fn }) =>
    [...statementsIn(fn.body)].some(
      (s) => s.kind === 'if' && s.at.line === line && !negated(s.test) && refuses(s.then),
    ),
  );
