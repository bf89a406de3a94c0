import type { Expr, Stmt } from '../sources/ir.ts';
import { insideOf } from '../sources/walk.ts';
import { lastNameOf, literalText } from '../weaknesses/code/names.ts';
import { type Compared, comparedIn } from './compared.ts';
import type { FnRef } from './functions.ts';
import { inOneStep, type Kept, keptIn, speaksOfEnd, thingOf } from './kept.ts';
import { type Meanings, meaningsOf, type Word, wordFor, wordOf } from './words.ts';

/** What one function does with the words of authorization: reads, compares, keeps, answers. */

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
        if (thing && s.value.index.kind !== 'literal')
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
