import type { Stmt } from '../sources/ir.ts';
import type { Value } from './value.ts';

/** Calls whose coming back is the answer, and paths that are compared part by part. */

/** Functions whose only answer is that they come back: what they judge is guarded after the call. */
export const REFUSES =
  /^_*(assert|validate|ensure|verify|require|enforce|guard|reject|forbid|deny|check|raise_?for)/i;

/** Of these the argument is the test: what it is false of does not get past the call. */
export const DEMANDS =
  /^_*(?:assert\w*|invariant|ensure\w*|require\w*|check\w*|verify\w*|must\w*|precondition|isTrue|True|That)$/i;

/** These give a path below another, or raise. */
export const RAISES = /^(?:relative_to|strip_prefix)$/;

/** A path by what made it, where the language has a type for one: what is compared then is its parts. */
const MADE_PATH =
  /(?:^|\.)(?:normalize|toRealPath|toAbsolutePath|resolve(?:Sibling)?|canonicalize)$|(?:^|\.)Paths?\.(?:of|get|new)$|(?:^|\.)PathBuf\b/;
export const isPathOf = (language: string, v: Value): boolean =>
  /^(?:java|kotlin|rust)$/.test(language) &&
  v.taints.length > 0 &&
  v.taints.every((t) => MADE_PATH.test(t.passed.at(-1) ?? ''));

/** Whether a body can refuse by throwing. How well it judges is seen where it can be followed; else its name stands for it. */
export const mayThrow = (body: readonly Stmt[]): boolean =>
  body.some((s) => {
    switch (s.kind) {
      case 'throw':
        return true;
      case 'if':
        return mayThrow(s.then) || mayThrow(s.otherwise);
      case 'loop':
      case 'block':
        return mayThrow(s.body);
      case 'try':
        return mayThrow(s.body) || s.handlers.some((h) => mayThrow(h.body)) || mayThrow(s.last);
      case 'switch':
        return s.cases.some((c) => mayThrow(c.body));
      default:
        return false;
    }
  });
