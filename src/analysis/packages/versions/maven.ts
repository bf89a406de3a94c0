/**
 * Maven's order of versions (the POM reference, "Version Order Specification"; what `ComparableVersion` does). A version
 * is cut at dots, hyphens and where digits meet letters; numbers are compared as numbers, words by a list of
 * qualifiers; trailing parts that mean nothing ("", 0, "ga", "final", "release") are dropped before each hyphen.
 */
type Item =
  | { kind: 'number'; value: string }
  | { kind: 'word'; value: string }
  | { kind: 'list'; items: Item[] };

const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASE = QUALIFIERS.indexOf('');
const ALIASES: Record<string, string> = { ga: '', final: '', release: '', cr: 'rc' };
const MOST_LENGTH = 300;

/** Known qualifiers first, in their order, then all others by the alphabet. */
const rank = (word: string): string => {
  const known = QUALIFIERS.indexOf(word);
  return known === -1 ? `${QUALIFIERS.length}-${word}` : String(known);
};

const isNull = (item: Item): boolean =>
  item.kind === 'number'
    ? item.value === '0'
    : item.kind === 'word'
      ? rank(item.value) === String(RELEASE)
      : item.items.length === 0;

const normalise = (items: Item[]): void => {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    if (isNull(item)) {
      // A null part goes when it is the last one, or stands before a list.
      if (i === items.length - 1 || items[i + 1]?.kind === 'word' || items[i + 1]?.kind === 'list')
        items.splice(i, 1);
    } else if (item.kind !== 'list') break;
  }
};

const numberItem = (digits: string): Item => ({ kind: 'number', value: digits.replace(/^0+(?=\d)/, '') });

const wordItem = (word: string, beforeDigit: boolean): Item => {
  const short =
    beforeDigit && word.length === 1 ? { a: 'alpha', b: 'beta', m: 'milestone' }[word] : undefined;
  const value = short ?? word;
  return { kind: 'word', value: Object.hasOwn(ALIASES, value) ? ALIASES[value]! : value };
};

const parse = (version: string): Item[] => {
  const root: Item[] = [];
  let list = root;
  const stack: Item[][] = [root];
  const nest = (): void => {
    const items: Item[] = [];
    list.push({ kind: 'list', items });
    list = items;
    stack.push(items);
  };
  const text = version.toLowerCase().slice(0, MOST_LENGTH);
  let start = 0;
  let digits = false;
  const put = (end: number, beforeDigit = false): void => {
    const part = text.slice(start, end);
    list.push(part === '' ? numberItem('0') : digits ? numberItem(part) : wordItem(part, beforeDigit));
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '.') {
      put(i);
      start = i + 1;
    } else if (c === '-') {
      put(i);
      start = i + 1;
      nest();
    } else {
      const digit = c >= '0' && c <= '9';
      if (i > start && digit !== digits) {
        if (digit) {
          // A word before digits begins a list of its own: 1.0alpha1 is 1.0-alpha-1.
          if (list.length > 0) nest();
          list.push(wordItem(text.slice(start, i), true));
        } else put(i);
        start = i;
        nest();
      }
      digits = digit;
    }
  }
  if (text.length > start) {
    if (!digits && list.length > 0) nest();
    put(text.length);
  }
  for (const items of stack.reverse()) normalise(items);
  return root;
};

const compareNumbers = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

const compareItems = (a: Item | undefined, b: Item | undefined): number => {
  if (!a) return b ? -compareItems(b, a) : 0;
  switch (a.kind) {
    case 'number':
      if (!b) return a.value === '0' ? 0 : 1;
      return b.kind === 'number' ? compareNumbers(a.value, b.value) : 1;
    case 'word':
      if (!b) return compareWords(a.value, '');
      return b.kind === 'word' ? compareWords(a.value, b.value) : -1;
    case 'list':
      if (!b) {
        for (const item of a.items) {
          const order = compareItems(item, undefined);
          if (order !== 0) return order;
        }
        return 0;
      }
      if (b.kind === 'number') return -1;
      if (b.kind === 'word') return 1;
      return compareLists(a.items, b.items);
  }
};

const compareWords = (a: string, b: string): number => {
  const [x, y] = [rank(a), rank(b)];
  return x < y ? -1 : x > y ? 1 : 0;
};

const compareLists = (a: readonly Item[], b: readonly Item[]): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareItems(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
};

export const compareMaven = (a: string, b: string): number | null =>
  a === '' || b === '' ? null : compareLists(parse(a), parse(b));
