import { hiddenCharacters, paddedAway } from './hidden-characters.ts';
import type { Strength } from './signs.ts';

/** Ways to put into a text what its reader does not see: not what it says, but how it is carried. */

export type Carrier = {
  rule:
    | 'hidden-characters'
    | 'padded-text'
    | 'terminal-escape'
    | 'encoded-blob'
    | 'hidden-markup'
    | 'mixed-script';
  strength: Strength;
  title: string;
  detail: string;
  /** What to look for in the source to find the place; '' when it is the whole text. */
  span: string;
  /** It has no other use than to hide: characters that spell something. */
  hides?: true;
};

const ESCAPE = /(?:\\x1[bB]|\\u001[bB]|\\033|\\e)\[[\d;]{0,12}[A-Za-z]/;
const BLOB = /[A-Za-z0-9+/]{120,}={0,2}/;
/** Of some words: one of a word or two is an example of markup. */
const COMMENT = /<!--\s{0,20}(?:[^\s<>]{1,80}\s{1,20}){3}[^\n]{0,400}/;
const IMAGE = /!\[[^\]\n]{0,120}\]\(https?:\/\/[^\s)]{1,300}\?[^\s)]{1,300}\)/;

const OTHER_SCRIPT =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}]/u;

const decoded = (blob: string): string => {
  try {
    const text = atob(blob.slice(0, blob.length - (blob.length % 4)));
    return /^[\x09\x0a\x0d\x20-\x7e]+$/.test(text.slice(0, 200))
      ? ` It decodes to: ${text.slice(0, 200)}`
      : '';
  } catch {
    return '';
  }
};

const LONGEST_TEXT = 60_000;

export const carriersIn = (given: string, isName: boolean): Carrier[] => {
  const text = given.slice(0, LONGEST_TEXT);
  const found: Carrier[] = hiddenCharacters(text).map((run) => ({
    rule: 'hidden-characters',
    strength:
      run.kind === 'tag characters' || run.kind === 'bidirectional controls' || run.decoded !== ''
        ? 'strong'
        : 'moderate',
    title: run.kind,
    detail: `${run.count} of them: ${run.codes.join(' ')}.${run.decoded ? ` They spell: ${run.decoded}` : ''}`,
    span: '',
    ...(run.decoded !== '' && { hides: true as const }),
  }));
  if (paddedAway(text))
    found.push({
      rule: 'padded-text',
      strength: 'moderate',
      title: 'a long blank stretch that may hide what follows',
      detail: '',
      span: '',
    });
  const simple: [Carrier['rule'], RegExp, Strength, string][] = [
    ['terminal-escape', ESCAPE, 'moderate', 'a terminal escape, written out'],
    ['encoded-blob', BLOB, 'moderate', 'a long encoded text'],
    ['hidden-markup', COMMENT, 'moderate', 'an HTML comment, which rendered text does not show'],
    ['hidden-markup', IMAGE, 'moderate', 'an image whose address carries data out when it is shown'],
  ];
  for (const [rule, on, strength, title] of simple) {
    const m = on.exec(text);
    // A text that reads as ordinary words is an example; what it orders is said by its signs.
    if (m && !(rule === 'encoded-blob' && decoded(m[0]) !== ''))
      found.push({
        rule,
        strength,
        title,
        detail: `${m[0].slice(0, 200)}${rule === 'encoded-blob' ? decoded(m[0]) : ''}`,
        span: m[0].slice(0, 60),
      });
  }
  if (isName) {
    const plain = text.normalize('NFKC');
    if (OTHER_SCRIPT.test(plain) && /[A-Za-z]/.test(plain))
      found.push({
        rule: 'mixed-script',
        strength: 'strong',
        title: 'letters of two scripts that look alike',
        detail: [...plain]
          .filter((c) => OTHER_SCRIPT.test(c))
          .slice(0, 8)
          .map((c) => `${c} is U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
          .join(', '),
        span: '',
      });
  }
  return found;
};
