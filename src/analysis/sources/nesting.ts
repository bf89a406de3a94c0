/** Written code nests a few dozen deep; what is deeper is generated, or meant to exhaust a parser. */
const DEEPEST = 300;

/**
 * `<T>(<U>(<V>(…`: a parser of TypeScript has to try each as type arguments and as a cast, twice the work with every
 * level. Generic calls inside generic calls stay below this.
 */
const DEEPEST_GENERIC = 10;

/**
 * `a: a: a:`: the parser of JavaScript holds each label against all around it and keeps an error for every two that are
 * alike, half a gigabyte for 500 of them.
 */
const MOST_LABELS = 50;
const IDENTIFIER = /[\w$]/;

/**
 * Whether a text is nested so deep that parsing it could take forever or all of the stack. Linear; counts brackets in
 * strings and comments too, where they seldom pile up.
 */
export const tooDeep = (source: string): boolean => {
  let depth = 0;
  let generic = 0;
  const opened: boolean[] = [];
  let before = '';
  let labels = 0;
  let beforeWord = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!;
    if (c === '(' || c === '[' || c === '{') {
      const isGeneric = c === '(' && before === '>';
      opened.push(isGeneric);
      depth++;
      if (isGeneric) generic++;
      if (depth > DEEPEST || generic > DEEPEST_GENERIC) return true;
    } else if (c === ')' || c === ']' || c === '}') {
      if (depth > 0) depth--;
      if (opened.pop()) generic--;
    }
    if (c === ':') {
      labels = IDENTIFIER.test(before) && beforeWord === ':' ? labels + 1 : 0;
      if (labels > MOST_LABELS) return true;
    } else if (IDENTIFIER.test(c) && !IDENTIFIER.test(source[i - 1] ?? '')) beforeWord = before;
    // `=> (` opens an ordinary parenthesis.
    if (c === '>' && source[i - 1] === '=') before = '=';
    else if (c > ' ') before = c;
  }
  return false;
};
