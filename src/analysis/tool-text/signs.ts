import { orderGrammar } from '../../domain/order-grammar.ts';
import { orderPhrases } from '../../domain/order-phrases.ts';
import { compileFrames } from './frame-index.ts';
import { type Around, framesIn } from './frames.ts';
import { compilePhrases, phrasesIn } from './phrases.ts';
import { encodedIn, latinOf, type Plain, plainOf } from './plain.ts';
import { wordsOf } from './words.ts';

/**
 * What in a text written for a model is an order that reaches beyond the text's own tool. Emphatic documentation
 * ("IMPORTANT: dates are UTC", "you must call list first") is common and honest: single ordinary signs stay weak,
 * and only what no description needs, or several signs together, weigh more. The words stand in
 * `checklists/catalogue/model-orders.json`; here is what is seen beside words, and how signs add up.
 */

export type Strength = 'strong' | 'moderate' | 'weak';

export type Sign = {
  kind: string;
  strength: Strength;
  /** What it is, in words for the auditor. */
  say: string;
  /** The place in the text, as offsets. */
  start: number;
  end: number;
  /** What it says, where that is not what stands there: decoded. */
  read?: string;
};

type Pattern = { kind: string; strength: Strength; say: string; on: RegExp };

const PATTERNS: readonly Pattern[] = [
  {
    kind: 'pseudo-tag',
    strength: 'strong',
    say: 'carries a tag that poses as a part of the prompt',
    on: /<\s*(?:HIDDEN|SECRET|SYSTEM|ADMIN|OVERRIDE|system_?(?:prompt|message|instruction)s?)\s*>|<(hidden|secret|system)>[\s\S]{1,2000}?<\/\1>|<\|(?:im_start|system|endoftext|assistant)\|?>|\[\/?INST\]|<<\/?SYS>>|\[\/?(?:SYSTEM|ADMIN)\]|##\s?(?:System|SYSTEM)\s?:|<\/(?:description|tool_description|tool_?result|function_results?|tool_response)>|<tool_?result[ >]/,
  },
  {
    kind: 'pseudo-turns',
    strength: 'moderate',
    say: 'poses as messages of a conversation',
    on: /(?:^|\n)\s{0,4}(?:Human|User|System)\s?:[^\n]{1,400}\n[\s\S]{0,200}?(?:Assistant|AI)\s?:|"role"\s?:\s?"system"\s?,\s?"content"/,
  },
  {
    kind: 'comment',
    strength: 'moderate',
    say: 'hides a part of its text in a comment',
    on: /^\[\/\/\]:\s?#\s?[("'][^\n]{12,400}/m,
  },
  {
    kind: 'emphasis-tag',
    strength: 'weak',
    say: 'gives a part of its text rank with a tag',
    on: /<\s*(?:IMPORTANT|CRITICAL|INSTRUCTIONS?|MUST|[iI]mportant|[cC]ritical)\s*>/,
  },
  {
    kind: 'comment',
    strength: 'moderate',
    say: 'hides a part of its text in a comment',
    on: /<!--(?!\s*(?:prettier|eslint|markdownlint|note\b))[^>]{12,2000}?-->/,
  },
  {
    kind: 'encoded',
    strength: 'moderate',
    say: 'carries a long encoded text',
    on: /(?<![\w+/=.-])(?=[A-Za-z0-9+/]{0,119}[A-Z])(?=[A-Za-z0-9+/]{0,119}[a-z])(?=[A-Za-z0-9+/]{0,119}\d)[A-Za-z0-9+/]{120,}={0,2}/,
  },
  {
    kind: 'image-address',
    strength: 'moderate',
    say: 'shows an image whose address can carry data away',
    on: /!\[[^\]\n]{0,80}\]\(https?:\/\/[^)\s]{3,200}[?][^)]{1,200}\)/,
  },
  {
    kind: 'mixed-script',
    strength: 'moderate',
    say: 'mixes alphabets within a word',
    on: /[A-Za-z][\u0400-\u04FF]|[\u0400-\u04FF][A-Za-z]/,
  },
  {
    kind: 'forward',
    strength: 'weak',
    say: 'sends something to an address it names',
    on: /\b(?:send|forward|post|upload|transmit|exfiltrate|bcc|submit)\b[^.\n]{0,80}?(?:https?:\/\/[^\s"'`<>)]{4,120}|\b[\w.+-]{1,60}@[\w-]{1,60}\.[a-z]{2,10}\b|\+\d{8,15}\b)/i,
  },
];

const INDEX = compilePhrases(orderPhrases.words, orderPhrases.families);
const FRAMES = compileFrames(orderGrammar, orderPhrases.families);

const LONGEST_TEXT = 60_000;

const RANK: Record<Strength, number> = { strong: 0, moderate: 1, weak: 2 };

/** Signs in one reading of a text, with offsets into what the author wrote: of each family the weightiest. */
const signsOf = (plain: Plain, around: Around): Sign[] => {
  const words = wordsOf(plain);
  const found = new Map<string, Sign>();
  const matches = [
    ...phrasesIn(words, INDEX, around.own).map((m) => ({
      ...m,
      strength: m.mentioned ? ('weak' as const) : m.family.strength,
    })),
    ...framesIn(words, FRAMES, around),
  ];
  for (const { family, strength, first, last } of matches) {
    const held = found.get(family.name);
    if (held && RANK[held.strength] <= RANK[strength]) continue;
    found.set(family.name, {
      kind: family.name,
      strength,
      say: family.say,
      start: Math.min(first.start, last.end),
      end: Math.max(first.start, last.end),
    });
  }
  return [...found.values()];
};

const MOST_READ = 300;
/** What shows an example of a code says so. */
const SPEAKS_OF_CODES = /base-?64|\b(?:de|en)cod|\bhex|example|\be\.g\./i;

/** What the tool is for, as it says elsewhere; whether the text is one of a parameter, and whether it describes its tool. */
export type Where = { about?: string; param?: boolean; describes?: boolean };

/** Signs in one text; `ownTools` are the names it may speak of freely. */
export const signsIn = (
  given: string,
  ownTools: ReadonlySet<string> = new Set(),
  { about = '', param = false, describes = true }: Where = {},
): Sign[] => {
  const text = given.slice(0, LONGEST_TEXT);
  const around: Around = {
    own: new Set([...ownTools].map((n) => n.toLowerCase())),
    about: new Set(about.toLowerCase().split(/[^\p{L}\p{N}]+/u)),
    param,
    describes,
  };
  const plain = plainOf(text);
  const found: Sign[] = signsOf(plain, around);
  const hasLetters = /[A-Za-z]/.test(text);
  for (const { kind, strength, say, on } of PATTERNS) {
    // Letters that only look like Latin ones are no mixture where nothing but words of another language is left.
    const m = kind === 'mixed-script' && !hasLetters ? null : on.exec(text);
    if (m && !(kind === 'encoded' && isReadable(m[0])))
      found.push({ kind, strength, say, start: m.index, end: m.index + m[0].length });
  }
  for (const hidden of encodedIn(text)) {
    const signs = signsOf(hidden, around);
    const worth = together(hidden.whole ? signs.filter((s) => !found.some((f) => f.kind === s.kind)) : signs);
    if (worth === null || (hidden.whole && worth === 'weak')) {
      // Whoever reads the source does not read it, whatever it says.
      if (hidden.sentence && !SPEAKS_OF_CODES.test(text))
        found.push({
          kind: 'hidden-text',
          strength: 'moderate',
          say: `carries a sentence ${hidden.how}`,
          start: hidden.from[0]!,
          end: hidden.from[0]!,
          read: hidden.text.slice(0, MOST_READ),
        });
      continue;
    }
    const [first] = signs;
    found.push({
      kind: 'hidden-order',
      strength: 'strong',
      say: `${first!.say}, ${hidden.how}`,
      start: first!.start,
      end: first!.end,
      read: latinOf(hidden.text).slice(0, MOST_READ),
    });
  }
  return found.sort((a, b) => a.start - b.start);
};

/** A blob that reads as ordinary words is an example; one that cannot be read may say anything. */
const isReadable = (blob: string): boolean => {
  const [read] = encodedIn(blob);
  return read !== undefined && read.how === 'in base64';
};

/**
 * The strength of signs found together: what no description needs is serious alone, what some need is serious beside another
 * kind, and what is common only adds weight.
 */
export const together = (signs: readonly Sign[]): Strength | null => {
  if (signs.length === 0) return null;
  const of = (strength: Strength): number =>
    new Set(signs.filter((s) => s.strength === strength).map((s) => s.kind)).size;
  const [strong, moderate, weak] = [of('strong'), of('moderate'), of('weak')];
  if (strong > 0 || moderate > 1) return 'strong';
  if (moderate === 1) return weak > 1 ? 'strong' : 'moderate';
  return weak > 2 ? 'moderate' : 'weak';
};
