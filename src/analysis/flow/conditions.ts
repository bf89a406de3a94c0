import type { Expr } from '../sources/ir.ts';
import type { Frame } from './frame.ts';
import { placeIn } from './frame.ts';
import type { Condition, Place } from './value.ts';
import { lookUp } from './walk-expressions.ts';

/** Branches that decide whether something is reached at all: settings, modes, switches. Existence and length decide nothing. */

const SWITCH =
  /^_?(?:is|has|can|should|use|allow|enable|disable|skip|force|dry|debug|require|supports?|wants?)(?:_|[A-Z])|(?:^|_|[a-z])(?:enabled|disabled|mode|only|flag|allowed|required|temporary|dry_?run|debug|strict|unsafe|experimental|insecure|trusted)$/i;
const SETTINGS =
  /^_?(?:cfg|conf|config\w*|settings?|options?|opts|flags?|env|environ|features?|\w+(?:Config|Options|Settings|Flags)|\w+_(?:config|options|settings|flags))$/;
/** What is asked of any object: whether it is there, how long it is, of which kind. */
const NOTHING_DECIDED =
  /^(?:length|size|typeof|len|instanceof|isArray|is_some|is_none|isEmpty|is_empty|isBlank|isPresent|isNull\w*|is_null|isDefined|is_defined|hasText|hasNext|has_next|isDirectory|isFile|is_dir|is_file|exists|isInstance|is_alive|isDone|is_set)$/;

const lastName = (e: Expr): string =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? e.property : e.kind === 'call' ? lastName(e.callee) : '';

const rootName = (e: Expr): string =>
  e.kind === 'name'
    ? e.name
    : e.kind === 'member' || e.kind === 'index'
      ? rootName(e.object)
      : e.kind === 'call'
        ? rootName(e.callee)
        : '';

/** The parts of a test that say yes or no each for themselves. */
const leaves = (e: Expr, depth = 0): Expr[] => {
  if (depth > 6) return [];
  if (e.kind === 'choice') return e.test ? [] : e.of.flatMap((x) => leaves(x, depth + 1));
  if (e.kind === 'test' && /^(?:!|not|&&|and|\|\||or)$/.test(e.operator))
    return e.operands.flatMap((x) => leaves(x, depth + 1));
  return [e];
};

const isSwitch = (e: Expr): boolean => {
  if (e.kind !== 'name' && e.kind !== 'member' && e.kind !== 'call') return false;
  const name = lastName(e);
  if (NOTHING_DECIDED.test(name)) return false;
  if (e.kind === 'call') return e.args.length === 0 && SWITCH.test(name);
  return SWITCH.test(name) || (e.kind === 'member' && SETTINGS.test(lastName(e.object)));
};

const isChoice = (e: Expr): boolean =>
  e.kind === 'test' &&
  /^(?:[!=]==?|eq|ne|is)$/.test(e.operator) &&
  e.operands.length === 2 &&
  e.operands.some((o) => o.kind === 'literal' && o.value !== null && o.value !== '' && o.isString) &&
  e.operands.some(
    (o) =>
      (o.kind === 'name' || o.kind === 'member') && !/^(?:name|type|kind|code|status)$/.test(lastName(o)),
  );

type Kind = { isSwitch: boolean; isChoice: boolean; names: readonly string[] };
const kinds = new WeakMap<Expr, Kind>();

/** What a test is by its text alone, worked out once. */
const kindOf = (test: Expr): Kind => {
  const held = kinds.get(test);
  if (held) return held;
  const parts = leaves(test);
  const asked = parts.flatMap((e) =>
    e.kind === 'test' ? e.operands : e.kind === 'call' ? [e.callee, ...e.args.map((a) => a.value)] : [e],
  );
  const kind = {
    isSwitch: parts.some(isSwitch),
    isChoice: parts.some(isChoice),
    names: asked.map(rootName).filter((n) => n !== ''),
  };
  kinds.set(test, kind);
  return kind;
};

/** What a branch of an `if` is reached under: a switch either way, one of several words only where it is the one. */
export const conditionOf = (f: Frame, test: Expr, holds: boolean): Condition | null => {
  const kind = kindOf(test);
  return kind.isSwitch || (holds && kind.isChoice) ? { ...placeIn(f, test.at.line), holds } : null;
};

/** Where whoever runs the program says how. */
const SET_UP = /^(?:environment|argument|file)$/;

/** Whether a test asks for nothing that came in: how the program is set up decides. */
export const asksSettings = (f: Frame, test: Expr): Place | null => {
  const { names } = kindOf(test);
  const own = names.every((name) =>
    (lookUp(f, name)?.taints ?? []).every((t) =>
      t.source.kind === 'param' ? t.source.index < 0 : SET_UP.test(t.source.origin.kind),
    ),
  );
  return names.length > 0 && own ? placeIn(f, test.at.line) : null;
};

/** `name === 'read_file'` in a handler that serves several tools. */
export const toolNamed = (f: Frame, test: Expr): string | null => {
  if (test.kind !== 'test' || !/^(===?|eq)$/.test(test.operator)) return null;
  const [a, b] = test.operands;
  if (!a || !b) return null;
  const literal = a.kind === 'literal' ? a : b.kind === 'literal' ? b : null;
  const other = literal === a ? b : a;
  return literal?.isString && isToolName(f, other) ? literal.value : null;
};

export const isToolName = (f: Frame, expr: Expr): boolean =>
  (expr.kind === 'name' &&
    /^(name|toolName|tool_name|tool)$/.test(expr.name) &&
    lookUp(f, expr.name) !== null) ||
  (expr.kind === 'member' && expr.property === 'name');
