import { latinOf, type Plain } from './plain.ts';

/** A text cut into words for phrases: lower case, without marks; what matters beside words has words of its own. */
export type Word = {
  /** '.' where a sentence ends. */
  word: string;
  /** What else it is: `§file`, `§home`, `§env`, `§account`, `§url`, `§mail`, `§phone`, `§tool`, `§tag`. */
  is: string | null;
  /** Offsets into the text the author wrote. */
  start: number;
  end: number;
};

const FILE =
  /(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%|\/root|\/home\/\w{1,40}|\/Users\/\w{1,40})?[\\/]?\.(?:ssh|aws|gnupg|kube|docker|azure|config\/gh|config\/gcloud|cursor|claude|codeium|electrum|password-store)[\\/][\w./\\-]{0,60}|\bid_(?:rsa|ed25519|ecdsa|dsa)\b|\bclaude_desktop_config(?:\.json)?\b|\/etc\/(?:passwd|shadow)\b|(?<![\w.])\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|bash_history|zsh_history)\b(?!\.\w)|~\/[\w./-]{0,40}mcp\.json\b|\bwallet\.dat\b|\/proc\/(?:self|\d+)\/environ\b|~\/\.config\/[\w.-]{1,40}\/(?:hosts|credentials|token)[\w.]{0,20}|(?<!\w)\*\.(?:pem|key|p12|pfx|kdbx)\b|~?\/\.(?:netrc|npmrc|pypirc|pgpass|bash_history|zsh_history|env)\b|~\/\.env\b|\b(?:Login Data|cookies\.sqlite|key4\.db|Local State)\b|\bsecring\.gpg\b/gi;
/** Settings that a server's own users are told to write, too. */
const ENV = /(?<![\w.])\.env\b(?!\.\w)/gi;
const URL_ = /\b(?:https?|wss?|ftp):\/\/[^\s"'`<>)\]]{3,300}/gi;
const MAIL = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,12}\b/gi;
const PHONE = /(?<![\w.+-])\+?\d{1,3}[ -]?\d{3}[ -]?\d{4,9}(?![\w.-])/g;
/** An account by its international number. */
const ACCOUNT = /\b[A-Z]{2}\d{2}(?: ?\d{4}){2,7}(?: ?\d{1,3})?\b/g;
/** What people keep in their home folder. */
const HOME = /~\/(?:Documents|Desktop|Downloads|Pictures|Library)\b[\w./-]{0,80}/g;
/** An identifier, as tools and variables have them. */
const NAME = /(?<![\w/.-])(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+)(?![\w/])/g;

const SPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;
/** Ways to write that something goes somewhere. */
const SIGN = /^(?:\+=|:=|<-|->)$/;
const PART = /[\p{L}\p{M}\p{N}_'’]/u;

const SPECIAL: readonly [string, RegExp][] = [
  ['§url', URL_],
  ['§mail', MAIL],
  ['§phone', PHONE],
  ['§file', FILE],
  ['§env', ENV],
  ['§home', HOME],
  ['§account', ACCOUNT],
  ['§tool', NAME],
];

/** Without the quotes around it. */
const trimmed = (word: string): string => {
  let from = 0;
  let to = word.length;
  while (from < to && "'’_".includes(word[from]!)) from++;
  while (to > from && "'’".includes(word[to - 1]!)) to--;
  return word.slice(from, to);
};

export const wordsOf = (plain: Plain): Word[] => {
  const text = latinOf(plain.text);
  const special = SPECIAL.flatMap(([is, on]) =>
    [...text.matchAll(on)].map((m) => ({ is, start: m.index, end: m.index + m[0].length })),
  ).sort((a, b) => a.start - b.start || b.end - a.end);
  const words: Word[] = [];
  const at = (i: number): number => plain.from[Math.min(i, plain.from.length - 1)] ?? 0;
  const push = (word: string, is: string | null, start: number, end: number): void => {
    words.push({ word: word.toLowerCase().replaceAll('’', "'"), is, start: at(start), end: at(end - 1) + 1 });
  };
  let next = 0;
  for (let i = 0; i < text.length; ) {
    while (next < special.length && special[next]!.start < i) next++;
    const s = special[next];
    if (s && s.start === i) {
      push(text.slice(i, s.end), s.is, i, s.end);
      i = s.end;
      continue;
    }
    const c = String.fromCodePoint(text.codePointAt(i)!);
    if (SPACED.test(c)) {
      push(c, null, i, i + c.length);
      i += c.length;
    } else if (PART.test(c)) {
      let end = i;
      while (end < text.length && !(s && end === s.start)) {
        const d = String.fromCodePoint(text.codePointAt(end)!);
        // A hyphen or dot within a word belongs to it: `built-in`, `claude.md`.
        const joins =
          /[-.]/.test(d) &&
          end > i &&
          /[\p{L}\p{N}]/u.test(text[end + 1] ?? '') &&
          !SPACED.test(text[end + 1]!);
        if (SPACED.test(d) || !(PART.test(d) || joins)) break;
        end += d.length;
      }
      const word = trimmed(text.slice(i, end));
      const negated = /^(\w{1,8})n['’]t$/i.exec(word)?.[1];
      if (negated !== undefined) {
        // `don't` is `do not`.
        push(negated === 'ca' ? 'can' : negated === 'wo' ? 'will' : negated, null, i, end);
        push('not', null, i, end);
      } else if (word !== '') push(word, null, i, end);
      i = Math.max(end, i + 1);
    } else if (SIGN.test(text.slice(i, i + 2))) {
      push(text.slice(i, i + 2), null, i, i + 2);
      i += 2;
    } else {
      if (/[.!?;。！？；]/.test(c) && words.at(-1)?.word !== '.' && !PART.test(text[i + 1] ?? ''))
        push('.', null, i, i + 1);
      i += c.length;
    }
  }
  return words;
};
