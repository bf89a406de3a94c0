import { charsOf, firstOf, type Node, nullable, parsePattern } from '../../text/patterns.ts';

/**
 * Whether a regular expression can take exponential time: a repeated group whose body can match one text in several
 * ways, followed by something that can fail. A heuristic that would rather miss than cry wolf: sets of characters are
 * compared on a sample of the alphabet, look-arounds are passed over.
 */

const LONGEST_PATTERN = 2000;

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => {
  for (const c of a) if (b.has(c)) return true;
  return false;
};

const unbounded = (n: Node): n is Extract<Node, { kind: 'repeat' }> => n.kind === 'repeat' && n.max > 20;

/** Can one pass through `body` and two passes match the same text? */
const ambiguous = (body: readonly Node[]): boolean => {
  for (const [i, n] of body.entries()) {
    if (n.kind === 'group' && body.length === 1) return n.options.some(ambiguous);
    if (!unbounded(n)) continue;
    const own = charsOf(n);
    const others = [...body.slice(0, i), ...body.slice(i + 1)];
    // All the rest must be able to vanish into what this loop matches, or there is a mark between two passes.
    if (others.every((o) => nullable(o) || ([...charsOf(o)].some((c) => own.has(c)) && o.kind !== 'set')))
      return true;
    if (others.every((o) => nullable(o) || (o.kind === 'set' && [...o.chars].every((c) => own.has(c)))))
      return true;
  }
  return false;
};

/** Every text of one alternative begins as one of another does, and both can be the whole pass. */
const alternativesOverlap = (options: readonly Node[][]): boolean =>
  options.some((a, i) =>
    options.some((b, j) => {
      if (i >= j || a.length !== 1 || b.length !== 1) return false;
      const [x, y] = [a[0]!, b[0]!];
      const single = (n: Node): boolean => n.kind === 'set' || (n.kind === 'repeat' && n.of.kind === 'set');
      return single(x) && single(y) && overlap(firstOf([x]), firstOf([y]));
    }),
  );

/** What follows can fail to match after the loop has taken its text. */
const canFail = (rest: readonly Node[]): boolean => rest.some((n) => n.kind === 'anchor' || !nullable(n));

const search = (nodes: readonly Node[], after: readonly Node[]): string | null => {
  for (const [i, n] of nodes.entries()) {
    const rest = [...nodes.slice(i + 1), ...after];
    const inner = n.kind === 'repeat' ? n.of : n;
    if (inner.kind !== 'group') continue;
    if (unbounded(n) && canFail(rest)) {
      if (inner.options.some(ambiguous)) return 'a repetition within a repetition';
      if (alternativesOverlap(inner.options)) return 'alternatives that match the same text, repeated';
    }
    for (const o of inner.options) {
      const found = search(o, rest);
      if (found) return found;
    }
  }
  return null;
};

/** Why the pattern may take exponential time, or null. Never throws; a pattern beyond the bounds is not judged. */
export const backtracks = (pattern: string): string | null => {
  if (pattern.length > LONGEST_PATTERN || !/[)\]]?[*+}]/.test(pattern)) return null;
  // Verbose patterns carry blanks and comments that are no part of them.
  if (/\(\?[a-z]*x|\n\s{0,40}#/.test(pattern)) return null;
  try {
    for (const option of parsePattern(pattern)) {
      const found = search(option, []);
      if (found) return found;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
};
