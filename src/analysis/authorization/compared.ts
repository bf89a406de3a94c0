import type { Expr } from '../sources/ir.ts';
import { lastNameOf, literalText, rootOf } from '../weaknesses/code/names.ts';
import { type Meanings, nameOfValue, type Word, wordFor } from './words.ts';

/** What is compared with what, in the ways of each language. */
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

export const comparedIn = (e: Expr, meanings: Meanings): Compared | null => {
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
