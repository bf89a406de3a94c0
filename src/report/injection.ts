/**
 * Finds text that addresses a model instead of a reader. The same function decides what our writers label and what the
 * validator asks to have labelled, so the two cannot disagree. A match is `confident` only for the forms that the database's
 * review procedure names; all others ask a human to look. Every quantifier is bounded: the text is hostile.
 */
export type Suspicion = { line: number; endLine: number; pattern: string; confident: boolean; text: string };

type Pattern = { name: string; confident: boolean; regex: RegExp };

const NOUN =
  '(?:instructions?|prompts?|rules?|restrictions?|directions?|directives?|guidelines?|constraints?|commands?|messages?|context|orders?)';
const FILLER =
  '(?:\\s{1,9}(?:all|any|every|each|the|your|my|of|these|those|this|that|everything|completely|about)){0,5}';

const pattern = (name: string, confident: boolean, source: string, flags = 'gim'): Pattern => ({
  name,
  confident,
  regex: new RegExp(source, flags),
});

const PATTERNS: readonly Pattern[] = [
  pattern(
    'ignore what came before',
    true,
    `\\b(?:ignore|disregard|forget)\\b${FILLER}\\s{1,9}(?:previous|prior|preceding|earlier|above|foregoing)(?:\\s{1,9}[a-z'-]{1,20}){0,4}?\\s{1,9}${NOUN}\\b`,
  ),
  pattern(
    'ignore what came before',
    true,
    `\\b(?:ignore|disregard|forget)(?:\\s{1,9}\\w{1,12}){0,3}\\s{1,9}${NOUN}\\s{1,9}(?:above|before|given)\\b`,
  ),
  pattern(
    'ignore what came before',
    true,
    `\\b(?:ignore|disregard|forget)\\s{1,9}(?:all|everything)(?:\\s{1,9}of)?(?:\\s{1,9}the)?\\s{1,9}(?:previous|prior|above|before|preceding)\\b`,
  ),
  pattern(
    'override the rules',
    false,
    `\\b(?:ignore|disregard|forget|override|bypass)\\b${FILLER}\\s{1,9}(?:existing|former|initial|original|system|safety)(?:\\s{1,9}[a-z'-]{1,20}){0,2}?\\s{1,9}${NOUN}\\b`,
  ),
  pattern(
    'ignore what came before',
    false,
    '\\b(?:ignore|disregard|forget)\\s{1,9}(?:the\\s{1,9})?(?:above|previous|prior)\\b',
  ),
  pattern(
    'a new role',
    true,
    '\\byou\\s{1,9}are\\s{1,9}now\\s{1,9}(?:an?|the|my|acting|operating|no\\s{1,9}longer|free|unrestricted|unfiltered|jailbroken|in\\s{1,9}\\w{1,20}\\s{1,9}mode|dan|root|admin)\\b',
  ),
  pattern(
    'a new role',
    false,
    '\\byou\\s{1,9}are\\s{1,9}now\\b|\\bpretend\\s{1,9}(?:to\\s{1,9}be|you\\s{1,9}are|that\\s{1,9}you)\\b|\\bfrom\\s{1,9}now\\s{1,9}on,?\\s{1,9}you\\b',
  ),
  pattern('new instructions', true, '\\bnew\\s{1,9}(?:system\\s{1,9})?(?:prompts?|instructions?)\\s{0,9}:'),
  pattern('a system message', true, '(?:^|["\'“‘`\\[(<>{])[ \\t]{0,9}SYSTEM[ \\t]{0,9}:', 'gm'),
  pattern(
    'a system message',
    true,
    '\\bSYSTEM\\s{1,9}(?:OVERRIDE|PROMPT|MESSAGE|NOTE|INSTRUCTION)S?\\s{0,9}:',
    'gm',
  ),
  pattern(
    'a forged turn',
    true,
    '\\bassistant\\s{0,9}:\\s{0,9}(?:i\\s{1,9}will\\s{1,9}now|sure\\b|certainly\\b|of\\s{1,9}course\\b|understood\\b)|\\bhuman\\s{0,9}:\\s{0,9}actually\\b',
  ),
  pattern(
    'a forged end',
    true,
    '\\[\\s{0,9}end\\s{1,9}of\\s{1,9}(?:the\\s{1,9})?(?:document|prompt|context|input|system\\s{1,9}prompt|instructions?|user\\s{1,9}input)\\s{0,9}\\]',
  ),
  pattern('a hidden comment', true, '<!--[^>]{0,200}?\\b(?:hidden|secret)\\s{1,9}instructions?\\b'),
  pattern(
    'a hidden comment',
    false,
    '<!--[^>]{0,200}?\\b(?:instructions?\\s{1,9}(?:for|to)|ignore|assistant|you\\s{1,9}must|do\\s{1,9}not\\s{1,9}tell|secretly)\\b',
  ),
  pattern(
    'chat markup',
    false,
    '<\\|(?:im_?start|im_?end|system|user|assistant|endoftext)\\|>|\\[/?INST\\]|<</?SYS>>|<\\s{0,3}/?(?:important|secret|system|instructions?)\\s{0,3}>',
  ),
  pattern(
    'secrecy towards the user',
    false,
    "\\b(?:do\\s{1,9}not|don'?t|never|without)\\s{1,9}(?:tell|inform|mention|notify|alert|reveal|telling|informing|mentioning|notifying|alerting|revealing)(?:\\s{1,9}\\w{1,12}){0,4}?\\s{1,9}users?\\b",
  ),
  pattern(
    'an order before a tool call',
    false,
    '\\b(?:before|after|when|prior\\s{1,9}to)\\s{1,9}(?:using|calling|invoking|running)\\s{1,9}(?:this|any|other|another)(?:\\s{1,9}other)?\\s{1,9}tools?\\b[^.]{0,60}?\\b(?:must|always|first|read|call|send|pass)\\b',
  ),
  pattern(
    'a question for the prompt',
    false,
    '\\b(?:reveal|print|repeat|output|leak)\\s{1,9}(?:me\\s{1,9})?(?:your|the)\\s{1,9}(?:system|initial|hidden)\\s{1,9}(?:prompt|instructions?|message)\\b',
  ),
];

/** Words without which no pattern matches: one search instead of many for the mass of harmless text. */
const TRIGGER =
  /ignore|disregard|forget|override|bypass|are\s{1,9}now\b|pretend|from\s{1,9}now|new\s{1,9}(?:system|prompt|instruction)|system|assistant|human|end\s{1,9}of|<!--|<\||inst\]|<<|<\s{0,3}\/?(?:important|secret|instruction)|(?:not|n'?t|never|without)\s{1,9}(?:tell|inform|mention|notify|alert|reveal)|(?:using|calling|invoking|running)\s{1,9}(?:this|any|other|another)|(?:initial|hidden)\s{1,9}(?:prompt|instruction|message)/i;

const LOOKALIKES: Record<string, string> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ԁ: 'd',
  ɡ: 'g',
  п: 'n',
  т: 't',
  м: 'm',
  ո: 'n',
  υ: 'u',
  ν: 'v',
  ο: 'o',
  α: 'a',
  ι: 'i',
  ρ: 'p',
  А: 'A',
  Е: 'E',
  О: 'O',
  Р: 'P',
  С: 'C',
  І: 'I',
  Ѕ: 'S',
  Т: 'T',
  М: 'M',
  Ү: 'Y',
  У: 'Y',
};

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

const codePoint = (n: number): string => (n > 0x20 && n <= 0x10ffff ? String.fromCodePoint(n) : ' ');

/** Tag characters spell ASCII invisibly; other invisible characters only split words. */
const unhide = (point: number): string =>
  point >= 0xe0020 && point <= 0xe007e ? String.fromCharCode(point - 0xe0000) : '';

/** What a model would read in one line: disguises undone, Markdown and list or comment prefixes taken off. */
const undisguised = (line: string): string =>
  line
    .replace(/‹U\+([0-9A-F]{4,6})›/g, (_, hex: string) => unhide(Number.parseInt(hex, 16)))
    .replace(/\p{Cf}|\u{34f}|\u{115f}|\u{1160}|\u{3164}|[\u{fe00}-\u{fe0f}]/gu, (c) =>
      unhide(c.codePointAt(0)!),
    )
    .normalize('NFKC')
    .replace(/&#(\d{1,7});/g, (_, n: string) => codePoint(Number(n)))
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, n: string) => codePoint(Number.parseInt(n, 16)))
    .replace(/&(lt|gt|amp|quot|apos|nbsp);/g, (_, n: string) => NAMED[n] ?? ' ')
    .replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, u?: string, x?: string) =>
      codePoint(Number.parseInt(u ?? x ?? '', 16)),
    )
    .replace(/\\[nrt](?![a-z]{2}[a-z:\\])/g, ' ')
    .replace(/[\u0370-\u058f\u0261]/g, (c) => LOOKALIKES[c] ?? c);

const normalise = (line: string): string =>
  (/[^\t\x20-\x7e]|[&\\]/.test(line) ? undisguised(line) : line)
    .replace(/[*_~`\\]/g, '')
    .replace(/^[\s>|#/+-]{1,40}/, '')
    .replace(/^\d{1,4}[.)]\s/, '')
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, ' ');

const printable = (text: string): boolean => /^[\t\n\r\x20-\x7e]+$/.test(text);

/** Padding may be missing or cut off; a single left-over character carries nothing. */
const fromBase64 = (text: string): string => {
  try {
    return atob(text.length % 4 === 1 ? text.slice(0, -1) : text);
  } catch {
    return '';
  }
};

const fromPercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
};

/** Hashes come thousands of times: what does not begin as text is given up at once. */
const fromHex = (text: string): string => {
  let out = '';
  for (let i = 0; i + 1 < text.length; i += 2) {
    const code = Number.parseInt(text.slice(i, i + 2), 16);
    if (code > 0x7e || (code < 0x20 && code !== 9 && code !== 10 && code !== 13)) return '';
    out += String.fromCharCode(code);
  }
  return out;
};

/** Readable text hidden in one line as base64, hexadecimal or percent-encoding. */
const decoded = (line: string): string[] => {
  const texts: string[] = [];
  for (const [m] of line.matchAll(/[A-Za-z0-9+/]{20,4096}/g)) texts.push(fromBase64(m));
  for (const [m] of line.matchAll(/(?:[0-9a-f]{2}){16,2048}/gi)) texts.push(fromHex(m));
  if (line.includes('%20'))
    for (const word of line.split(/[\s"'<>]+/))
      if (word.includes('%20')) texts.push(fromPercent(word.slice(0, 8_000)));
  return texts.filter((t) => t !== '' && printable(t));
};

const lineStarts = (text: string): number[] => {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
};

const lineAt = (starts: readonly number[], index: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= index) low = middle;
    else high = middle - 1;
  }
  return low + 1;
};

/** All places, by line (1-based), each line's first reason only, confident ones before others. Never throws. */
export const findInjections = (text: string): Suspicion[] => {
  // A word, a path or a number: every pattern needs more than that.
  if (text.length < 20 && /^[\w./-]*$/.test(text)) return [];
  const lines = text.split('\n');
  const read = lines.map(normalise).join('\n');
  const starts = lineStarts(read);
  const found = new Map<number, Suspicion>();
  const triggered = TRIGGER.test(read);
  const keep = (s: Suspicion) => {
    const same = found.get(s.line);
    if (!same || (s.confident && !same.confident)) found.set(s.line, s);
  };
  for (const p of triggered ? PATTERNS : [])
    for (const m of read.matchAll(p.regex)) {
      const start = m.index + (m[0].length - m[0].trimStart().length);
      keep({
        line: lineAt(starts, start),
        endLine: lineAt(starts, m.index + m[0].length - 1),
        pattern: p.name,
        confident: p.confident,
        text: m[0].trim().slice(0, 120),
      });
    }
  lines.forEach((line, i) => {
    if (line.length >= 20)
      for (const hidden of decoded(line)) {
        const inside =
          TRIGGER.test(hidden) && PATTERNS.find((p) => p.confident && hidden.search(p.regex) >= 0);
        if (inside)
          keep({
            line: i + 1,
            endLine: i + 1,
            pattern: `encoded: ${inside.name}`,
            confident: true,
            text: hidden.slice(0, 120),
          });
      }
  });
  return [...found.values()].sort((a, b) => a.line - b.line);
};
