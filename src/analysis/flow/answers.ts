import type { Expr, Module } from '../sources/ir.ts';
import type { Answer } from './frame.ts';

/** What a function's answer says of what it was asked, where its shape tells: `false`, `{ ok: true }`, `return nil, err`. */

const YES =
  /^(?:ok|okay|valid|is_?valid|success|allowed|is_?allowed|safe|is_?safe|permitted|granted|passed)$/i;
const NO = /^(?:error|err|errors|reason|message|denied|blocked|isError|is_error)$/i;

const isNull = (e: Expr | undefined): boolean =>
  e?.kind === 'literal' && !e.isString && (e.value === null || /^(?:nil|null|None|undefined)$/.test(e.value));
const isWord = (e: Expr | undefined, word: RegExp): boolean =>
  (e?.kind === 'literal' && !e.isString && word.test(e.value ?? '')) ||
  (e?.kind === 'name' && word.test(e.name));
const isTrue = (e: Expr | undefined): boolean => isWord(e, /^true$/i);
const isFalse = (e: Expr | undefined): boolean => isWord(e, /^false$/i);

/** An error of Go by what it is called, or made with. */
const isError = (e: Expr): boolean =>
  e.kind === 'name'
    ? /^err|Err(?:or)?$/.test(e.name)
    : e.kind === 'member'
      ? /^Err[A-Z]/.test(e.property)
      : e.kind === 'call' &&
        e.callee.kind === 'member' &&
        /^(?:Errorf|New\w*Error|Wrap\w*|Join)$|^New$/.test(e.callee.property);

/** Several results: the last is the error in Go; elsewhere the first is what was asked for, or whether it may be. */
const ofSeveral = (items: readonly Expr[], language: Module['language']): Answer => {
  const [first] = items;
  const last = items.at(-1);
  if (isTrue(first)) return 'granted';
  if (isFalse(first)) return 'refused';
  if (language === 'go') {
    if (isTrue(last) || isNull(last)) return 'granted';
    return isFalse(last) || !isNull(last) ? 'refused' : 'untold';
  }
  if (isNull(first)) return 'refused';
  return isNull(last) ? 'granted' : 'untold';
};

export const answerOf = (value: Expr | null, language: Module['language']): Answer => {
  if (value === null) return 'untold';
  if (language === 'go') {
    if (isNull(value)) return 'granted';
    if (isError(value)) return 'refused';
  }
  if (value.kind === 'call' && value.callee.kind === 'name' && /^(?:Ok|Err)$/.test(value.callee.name))
    return value.callee.name === 'Ok' ? 'granted' : 'refused';
  if (isTrue(value)) return 'granted';
  if (isFalse(value)) return 'refused';
  if (value.kind === 'list' && value.items.length > 1) return ofSeveral(value.items, language);
  if (value.kind === 'record') {
    const yes = value.entries.find((e) => YES.test(e.key));
    if (isTrue(yes?.value)) return 'granted';
    if (isFalse(yes?.value)) return 'refused';
    const no = value.entries.find((e) => NO.test(e.key));
    if (no) return isNull(no.value) || isFalse(no.value) ? 'granted' : 'refused';
  }
  return 'untold';
};

/** Parts of an answer that say how it came out; the value says whether what they are called is a yes. */
export const ofAnswer = (name: string): 'yes' | 'no' | null =>
  YES.test(name) ? 'yes' : NO.test(name) || /^\d+$/.test(name) ? 'no' : null;
