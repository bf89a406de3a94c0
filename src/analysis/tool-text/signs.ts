/**
 * What in a text written for a model is an order that reaches beyond the text's own tool. Emphatic documentation
 * ("IMPORTANT: dates are UTC", "you must call list first") is common and honest: single ordinary signs stay weak,
 * and only what no description needs, or several signs together, weigh more.
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
};

type Pattern = { kind: string; strength: Strength; say: string; on: RegExp };

const BAIT =
  /(?:~|\$HOME|%USERPROFILE%|\/root|\/home\/\w{1,40})?\/?\.(?:ssh|aws|gnupg|kube|cursor|claude|codeium)\/[\w./-]{0,60}|\bid_(?:rsa|ed25519|ecdsa)\b|\bclaude_desktop_config\b|\/etc\/(?:passwd|shadow)\b|(?<![\w.])\.(?:env|netrc|npmrc|pypirc|bash_history)\b(?!\.)|~\/[\w./-]{0,40}mcp\.json\b/i;

const PATTERNS: readonly Pattern[] = [
  {
    kind: 'secrecy',
    strength: 'strong',
    say: 'asks to keep something from the user',
    on: /\b(?:do not|don['’]t|never|must not|without|avoid)\s+(?:\w+\s+){0,2}?(?:tell|inform|mention|notify|reveal|disclos|alert|let)\w{0,4}\b[^.\n]{0,60}\b(?:users?|humans?|operator|anyone|you['’]re|you are)\b/i,
  },
  {
    kind: 'secrecy',
    strength: 'strong',
    say: 'asks to keep something from the user',
    on: /\b(?:hide|conceal|keep)\s+(?:this|it|them|that)[^.\n]{0,30}\b(?:from|secret|hidden)\b[^.\n]{0,20}\b(?:user|human|operator)s?\b|\bwithout\s+(?:the\s+)?users?['’]?s?\s+(?:knowledge|knowing|noticing|consent|approval)\b/i,
  },
  {
    kind: 'disguise',
    strength: 'strong',
    say: 'asks to pass something off as something else',
    on: /\bpresent\s+(?:it|this|them|the\s+\w+)\s+as\s+(?:if|part|though)\b|\bpretend\s+(?:that\s+)?(?:this|it|you|to)\b[^.\n]{0,60}\b(?:normal|tool|result|user|not)\b/i,
  },
  {
    kind: 'override',
    strength: 'strong',
    say: 'cancels other instructions',
    on: /\b(?:ignore|disregard|forget|override|bypass)\s+(?:all\s+|any\s+|the\s+|your\s+|of\s+)*(?:previous|prior|earlier|above|preceding|system|other|existing|former|safety)\s+(?:\w+\s+)?(?:instructions?|prompts?|rules?|messages?|guidelines?|directives?|restrictions?)\b/i,
  },
  {
    kind: 'pseudo-tag',
    strength: 'strong',
    say: 'carries a tag that poses as a part of the prompt',
    on: /<\s*(?:HIDDEN|SECRET|SYSTEM|ADMIN|OVERRIDE|system_?(?:prompt|message|instruction)s?)\s*>|<(hidden|secret|system)>[\s\S]{1,2000}?<\/\1>|<\|(?:im_start|system|endoftext|assistant)\|?>|\[\/?INST\]|<<\/?SYS>>/,
  },
  {
    kind: 'emphasis-tag',
    strength: 'weak',
    say: 'gives a part of its text rank with a tag',
    on: /<\s*(?:IMPORTANT|CRITICAL|INSTRUCTIONS?|MUST|[iI]mportant|[cC]ritical)\s*>/,
  },
  {
    kind: 'must-first',
    strength: 'weak',
    say: 'makes another action a condition',
    on: /\b(?:you\s+)?(?:must|should|always|need\s+to)\s+(?:always\s+)?first\s+(?:access|read|open|retrieve|fetch|load|check|call|include)\b|\bbefore\s+(?:using|calling|invoking|running|executing|providing|answering|responding)\s+(?:with\s+)?(?:any|all|every|other|this|to)\b[^.\n]{0,40}/i,
  },
  {
    kind: 'include-secret',
    strength: 'moderate',
    say: 'asks to carry something secret along',
    on: /\b(?:include|pass|send|provide|append|insert|put|return|read|copy|access|attach)\b[^.\n]{0,60}\b(?:api\s?keys?|private\s+keys?|passwords?|(?:system|user|company|admin)\s+secrets?|confidential\s+\w+|ssh\s+keys?|credentials)\b[^.\n]{0,60}\b(?:response|answer|result|parameter|argument|sidenote|note|output|field|request)s?\b/i,
  },
  {
    kind: 'conversation',
    strength: 'moderate',
    say: 'asks for the conversation or the system prompt',
    on: /\b(?:include|pass|send|provide|copy|append|put|insert|supply|share|summari[sz]e)\b[^.\n]{0,60}\b(?:(?:full|entire|complete|whole|all|previous)\s+(?:\w+\s+)?(?:conversation|chat|messages|message\s+history)\b(?![\s_-]+(?:ids?|identifiers?|names?|types?|titles?|links?|fields?|numbers?|objects?|members?|participants?|settings?|parameters?|entries)\b)(?:\s+history)?|conversation\s+history|chat\s+history|system\s+prompt|previous\s+messages|chain[\s-]of[\s-]thought)\b/i,
  },
  {
    kind: 'forward',
    strength: 'weak',
    say: 'sends something to an address it names',
    on: /\b(?:send|forward|post|upload|transmit|exfiltrate|bcc|submit)\b[^.\n]{0,80}?(?:https?:\/\/[^\s"'`<>)]{4,120}|\b[\w.+-]{1,60}@[\w-]{1,60}\.[a-z]{2,10}\b|\+\d{8,15}\b)/i,
  },
  {
    kind: 'threat',
    strength: 'weak',
    say: 'says what breaks unless it is obeyed',
    on: /\b(?:otherwise|or\s+else|if\s+you\s+(?:do\s+not|don['’]t|fail))\b[^.\n]{0,60}\b(?:will\s+not\s+work|won['’]t\s+work|will\s+(?:fail|crash|break|stop)|be\s+(?:sad|fired|deleted|harmed))\b/i,
  },
  {
    kind: 'covert',
    strength: 'weak',
    say: 'speaks of doing something unseen',
    on: /\b(?:secretly|covertly|surreptitiously|behind\s+the\s+scenes)\b/i,
  },
  {
    kind: 'redirect',
    strength: 'weak',
    say: 'steers the choice between tools',
    on: /\b(?:instead\s+of|rather\s+than|in\s+place\s+of|do\s+not\s+use|never\s+use|overrides?)\s+(?:using\s+|calling\s+)?(?:the\s+|any\s+|all\s+)?(?:other|built-?in|default|native|["'`]?\w{3,60}["'`]?)\s+tools?\b|\balways\s+(?:use|prefer|call)\s+this\s+tool\b/i,
  },
  {
    kind: 'comment',
    strength: 'moderate',
    say: 'hides a part of its text in a comment',
    on: /<!--(?!\s*(?:prettier|eslint|markdownlint))[^>]{12,2000}?-->/,
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
    on: /!\[[^\]\n]{0,80}\]\(https?:\/\/[^)\s]{3,200}[?][^)\s]{1,200}\)/,
  },
  {
    kind: 'mixed-script',
    strength: 'moderate',
    say: 'mixes alphabets within a word',
    on: /[A-Za-z][\u0400-\u04FF]|[\u0400-\u04FF][A-Za-z]/,
  },
];

const SHADOW =
  /\b(?:[wW]henever|[wW]hen|[iI]f|[oO]nce|[aA]fter|[bB]efore|[eE]ach\s+time)\b[^.\n]{0,40}?["'`]?\b([a-z]+_[a-z_]{2,40}|[a-z]+[A-Z]\w{2,40})["'`]?(?:\s+(?:tool|function))?\s+(?:is|are|gets)\s+(?:called|used|invoked|available|present)\b[^\n]{0,200}?\b(?:must|always|also|change|replace|bcc|instead|redirect)\b/;

const IMPERATIVE =
  /\b(?:read|access|open|include|pass|send|cat|load|retrieve|copy|fetch|provide)\b[^.\n]{0,80}$/i;

const LONGEST_TEXT = 60_000;

/** Signs in one text; `ownTools` are the names it may speak of freely. */
export const signsIn = (given: string, ownTools: ReadonlySet<string> = new Set()): Sign[] => {
  const text = given.slice(0, LONGEST_TEXT);
  const found: Sign[] = [];
  for (const { kind, strength, say, on } of PATTERNS) {
    const m = on.exec(text);
    if (m) found.push({ kind, strength, say, start: m.index, end: m.index + m[0].length });
  }
  const bait = BAIT.exec(text);
  if (bait) {
    const asked = IMPERATIVE.test(text.slice(Math.max(0, bait.index - 120), bait.index));
    const deep = !/\.env$|mcp\.json$|npmrc$/.test(bait[0]);
    found.push({
      kind: 'bait',
      strength: asked && deep ? 'moderate' : 'weak',
      say: 'names a file with secrets',
      start: bait.index,
      end: bait.index + bait[0].length,
    });
  }
  const shadow = SHADOW.exec(text);
  if (shadow && !ownTools.has(shadow[1] ?? ''))
    found.push({
      kind: 'shadow',
      strength: 'strong',
      say: `gives orders about another server's tool (${shadow[1]})`,
      start: shadow.index,
      end: shadow.index + shadow[0].length,
    });
  return found.sort((a, b) => a.start - b.start);
};

/** The strength of signs found together: what is odd on its own is serious next to another kind. */
export const together = (signs: readonly Sign[]): Strength | null => {
  if (signs.length === 0) return null;
  if (signs.some((s) => s.strength === 'strong')) return 'strong';
  const kinds = new Set(signs.map((s) => s.kind));
  const moderate = signs.some((s) => s.strength === 'moderate');
  if (moderate) return kinds.size > 1 ? 'strong' : 'moderate';
  const weighty = ['bait', 'covert', 'forward', 'emphasis-tag'].filter((k) => kinds.has(k)).length;
  return weighty >= 2 || (weighty === 1 && kinds.has('must-first') && kinds.has('threat'))
    ? 'moderate'
    : 'weak';
};
