import { looksRandom, type SecretMatch } from './redact.ts';

/**
 * Masks what is left of a credential that was cut before it could be recognised. Of each credential that a file holds all
 * pieces of {@link PIECE} characters are known; where one stands in a text, it is masked with its neighbours. So whatever cut the
 * text (a window around a match, a pattern with a bound, a title's length), no more than the piece's length less one survives.
 */
export type KnownSecrets = {
  add(secrets: readonly SecretMatch[]): void;
  /** The text without pieces of what is known. */
  mask(text: string): string;
};

export const PIECE = 8;
/** Pieces that are remembered; what a tree holds beyond that is masked whole only. */
const MOST_PIECES = 500_000;
const MASK = '…[masked]';

/** Words that a name or an address begins with. */
const WORDS = /^(?:[A-Za-z]{1,10}[-_.]){1,3}/;
/** A word of an address or of a password stands elsewhere, too: a piece of those must mix kinds of characters. */
const MIXED = /[0-9A-Z]/;
const PLAIN = /^[\w+/=.~%-]+$/;

/** Long and of both cases: a word of an address is neither. */
const isPassword = (value: string): boolean =>
  looksRandom(value) || (value.length >= 12 && /[a-z]/.test(value) && /[A-Z]/.test(value));

/**
 * What of a credential is its own: `sk-ant-` and `github_pat_` stand in texts that speak of such keys, too. Only what is fixed
 * is taken away of a kind that is known by its form: its random characters may begin like a word.
 */
const parts = ({ id, value, specific, fixed }: SecretMatch): string[] => {
  if (id === 'private-key') return value.split(/\n|\\n|\\r/).filter((line) => !/-----|: /.test(line));
  if (id === 'connection-string') return isPassword(value) ? [value.replace(WORDS, '')] : [];
  if (specific) return [value.slice(fixed)];
  return looksRandom(value) ? [value.replace(WORDS, '')] : [];
};

const piecesOf = (part: string): string[] => {
  const pieces: string[] = [];
  const words = part.includes('://') || !/\d/.test(part);
  for (let i = 0; i + PIECE <= part.length; i++) {
    const piece = part.slice(i, i + PIECE);
    if (PLAIN.test(piece) && new Set(piece).size > 2 && (!words || MIXED.test(piece))) pieces.push(piece);
  }
  return pieces;
};

export const knownSecrets = (): KnownSecrets => {
  const pieces = new Set<string>();
  return {
    add: (secrets) => {
      for (const piece of secrets.flatMap(parts).flatMap(piecesOf))
        if (pieces.size < MOST_PIECES) pieces.add(piece);
    },
    mask: (text) => {
      if (pieces.size === 0) return text;
      let out = '';
      let kept = 0;
      let until = 0;
      for (let i = 0; i + PIECE <= text.length; i++) {
        if (!pieces.has(text.slice(i, i + PIECE))) continue;
        if (i > until || until === 0) {
          out += text.slice(kept, i) + MASK;
          kept = i;
        }
        until = i + PIECE;
        kept = until;
      }
      return out + text.slice(kept);
    },
  };
};
