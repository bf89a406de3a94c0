/**
 * Finding and masking credentials in text. Pure, and safe on hostile input: every repetition is bounded, and a pattern
 * runs only on text that contains one of its fixed parts.
 */

export type SecretPattern = {
  id: string;
  /** What it is, as a title says it: "GitHub token". */
  label: string;
  /** Fixed parts of which a match has at least one; compared as they stand, or in lower case when `pattern` has `i`. */
  hints: readonly string[];
  pattern: RegExp;
  /** The capture group that holds the secret; 0 for the whole match. */
  group: number;
  /** Words around a value rather than a shape of its own: the value must also look random. */
  generic?: boolean;
};

export type SecretMatch = {
  id: string;
  label: string;
  start: number;
  end: number;
  value: string;
  /** The complete match with what stands around the secret, for judging whether it is a placeholder. */
  context: string;
};

const NAMED =
  '(?:api[_-]?key|apikey|secret|token|passwd|password|private[_-]?key|access[_-]?key|credential)[A-Za-z0-9_-]{0,24}';

export const secretPatterns: readonly SecretPattern[] = [
  {
    id: 'private-key',
    label: 'private key',
    hints: ['PRIVATE KEY'],
    group: 0,
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\[rn]|[\sA-Za-z0-9+/=:,.()-]){40,12000}/g,
  },
  {
    id: 'aws-access-key',
    label: 'AWS access key id',
    hints: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    group: 0,
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  },
  {
    id: 'github-token',
    label: 'GitHub token',
    hints: ['gh', 'github_pat_'],
    group: 0,
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g,
  },
  {
    id: 'gitlab-token',
    label: 'GitLab token',
    hints: ['glpat-'],
    group: 0,
    pattern: /\bglpat-[A-Za-z0-9_-]{20,100}/g,
  },
  {
    id: 'slack-token',
    label: 'Slack token',
    hints: ['xox', 'xapp-'],
    group: 0,
    pattern: /\b(?:xox[abeoprs]-[A-Za-z0-9-]{16,200}|xapp-\d-[A-Za-z0-9-]{20,200})/g,
  },
  {
    id: 'slack-webhook',
    label: 'Slack webhook',
    hints: ['hooks.slack.com'],
    group: 0,
    pattern: /https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/_-]{30,100}/g,
  },
  {
    id: 'stripe-key',
    label: 'Stripe key',
    hints: ['k_live_', 'k_test_', 'whsec_'],
    group: 0,
    pattern: /\b(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,247}|whsec_[A-Za-z0-9+/=]{24,100})/g,
  },
  {
    id: 'google-api-key',
    label: 'Google API key',
    hints: ['AIza'],
    group: 0,
    pattern: /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g,
  },
  {
    id: 'google-oauth-secret',
    label: 'Google OAuth client secret',
    hints: ['GOCSPX-'],
    group: 0,
    pattern: /\bGOCSPX-[0-9A-Za-z_-]{28}/g,
  },
  {
    id: 'telegram-token',
    label: 'Telegram bot token',
    hints: [':AA'],
    group: 0,
    pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g,
  },
  {
    id: 'discord-webhook',
    label: 'Discord webhook',
    hints: ['/api/webhooks/'],
    group: 0,
    pattern:
      /https:\/\/(?:canary\.|ptb\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,100}/g,
  },
  {
    id: 'jwt',
    label: 'JSON web token',
    hints: ['eyJ'],
    group: 0,
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{16,1000}/g,
  },
  {
    id: 'anthropic-key',
    label: 'Anthropic key',
    hints: ['sk-ant-'],
    group: 0,
    pattern: /\bsk-ant-[A-Za-z0-9_-]{24,200}/g,
  },
  {
    id: 'openai-key',
    label: 'OpenAI key',
    hints: ['sk-'],
    group: 0,
    pattern:
      /\bsk-(?!ant-)(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,200}|[A-Za-z0-9]{32,64})(?![A-Za-z0-9_-])/g,
  },
  { id: 'npm-token', label: 'npm token', hints: ['npm_'], group: 0, pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  {
    id: 'pypi-token',
    label: 'PyPI token',
    hints: ['pypi-AgE'],
    group: 0,
    pattern: /\bpypi-AgE[A-Za-z0-9_-]{50,400}/g,
  },
  {
    id: 'hugging-face-token',
    label: 'Hugging Face token',
    hints: ['hf_'],
    group: 0,
    pattern: /\bhf_[A-Za-z]{34}\b/g,
  },
  {
    id: 'notion-token',
    label: 'Notion token',
    hints: ['ntn_', 'secret_'],
    group: 0,
    pattern: /\b(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})\b/g,
  },
  {
    id: 'sendgrid-key',
    label: 'SendGrid key',
    hints: ['SG.'],
    group: 0,
    pattern: /\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}/g,
  },
  {
    id: 'figma-token',
    label: 'Figma token',
    hints: ['figd_'],
    group: 0,
    pattern: /\bfigd_[A-Za-z0-9_-]{38,60}/g,
  },
  {
    id: 'linear-key',
    label: 'Linear key',
    hints: ['lin_api_'],
    group: 0,
    pattern: /\blin_api_[A-Za-z0-9]{40}\b/g,
  },
  {
    id: 'databricks-token',
    label: 'Databricks token',
    hints: ['dapi'],
    group: 0,
    pattern: /\bdapi[0-9a-f]{32}\b/g,
  },
  { id: 'twilio-key', label: 'Twilio key', hints: ['SK'], group: 0, pattern: /\bSK[0-9a-f]{32}\b/g },
  {
    id: 'connection-string',
    label: 'password in a URL',
    hints: ['://'],
    group: 1,
    pattern:
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"`<>\\]{0,100}:([^\s/'"`<>\\]{3,200})@[^\s@'"`<>\\]{1,200}/g,
  },
  {
    id: 'bearer-token',
    label: 'bearer token',
    hints: ['bearer '],
    group: 1,
    generic: true,
    pattern: /\bbearer {1,3}([A-Za-z0-9._~+/-]{20,500}={0,2})/gi,
  },
  {
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['key', 'secret', 'token', 'passw', 'credential'],
    group: 2,
    generic: true,
    pattern: new RegExp(
      `${NAMED}["']?\\s{0,4}(?:=>|:=|[:=])\\s{0,4}(["'\`])([^"'\`\\s\\\\]{8,200})\\1`,
      'gi',
    ),
  },
  {
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['KEY', 'SECRET', 'TOKEN', 'PASSW', 'CREDENTIAL'],
    group: 1,
    generic: true,
    pattern:
      /^(?:export |ENV |ARG |- )?[A-Z0-9_]{0,40}(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)[A-Z0-9_]{0,20}[=:] ?([^\s"'`\\]{8,200})\s{0,20}$/gm,
  },
];

/** Bits per character; random hexadecimal is near 4, random base64 near 6, words are below 3.5. */
export const entropy = (value: string): number => {
  const counts = new Map<string, number>();
  for (const c of value) counts.set(c, (counts.get(c) ?? 0) + 1);
  const length = [...value].length;
  let bits = 0;
  for (const n of counts.values()) bits -= (n / length) * Math.log2(n / length);
  return bits;
};

const PLACEHOLDER =
  /example|change[-_ ]?me|replace|placeholder|your[-_ ]?|x{4,}|\*{3,}|\.{3}|…|<[^>]{0,80}>|\$\{|\$\(|\{\{|\bfake|dummy|sample|redacted|insert|todo|foo|bar\b|mock|test|0{6,}|1234|abcd|deadbeef|none|null|undefined|secret[-_ ]?(?:here|key|value)?$|^pass(?:word)?\d{0,3}$|^(?:postgres|root|admin|user|guest|secret|token|mypassword|mysecret)$/i;
const LOCAL_HOST =
  /@(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|host\.docker\.internal|(?:[a-z0-9.-]{1,100}\.)?example\.(?:com|org|net)|[a-z_-]{1,30})(?=[:/?#\s]|$)/i;

/**
 * Why a value is hardly a working credential, or null when nothing speaks for that. `context` is what stands around
 * it (host of a URL, rest of the line).
 */
export const placeholderReason = (value: string, context = ''): string | null => {
  if (PLACEHOLDER.test(value)) return 'reads like a placeholder';
  if (LOCAL_HOST.test(context)) return 'belongs to a local or example host';
  if (/^[A-Za-z_.$[\]()%-]+$/.test(value) && value.length < 24 && entropy(value) < 3.7)
    return 'is made of words, not of random characters';
  if (entropy(value) < 2.5) return 'has little entropy';
  return null;
};

/** Words, references and paths also follow `token =`; only values that mix kinds of characters may be credentials. */
const looksRandom = (value: string): boolean =>
  /\d/.test(value) &&
  /[A-Za-z]/.test(value) &&
  entropy(value) >= 3 &&
  !/^(?:https?:|\.{0,2}\/|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$|\$|%|process\.|os\.|env\.)/.test(value) &&
  !/[(){}<>]|\$\{/.test(value);

/** One look for any fixed part: most texts hold none. */
const ANY_HINT = new RegExp(
  [...new Set(secretPatterns.flatMap((p) => p.hints.map((h) => h.toLowerCase())))]
    .map((h) => h.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|'),
  'i',
);

/** Every match of every pattern, by position; where two overlap, the more specific (earlier listed) one stays. */
export const findSecrets = (text: string): SecretMatch[] => {
  if (!ANY_HINT.test(text)) return [];
  const lower = text.toLowerCase();
  const found: SecretMatch[] = [];
  for (const { id, label, hints, pattern, group, generic } of secretPatterns) {
    const hay = pattern.flags.includes('i') ? lower : text;
    if (!hints.some((hint) => hay.includes(hint))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match[group] ?? '';
      const start = match.index + (group === 0 ? 0 : match[0].lastIndexOf(value));
      const end = start + value.length;
      if (generic && !looksRandom(value)) continue;
      if (found.some((f) => f.start < end && start < f.end)) continue;
      found.push({ id, label, start, end, value, context: match[0] });
    }
  }
  return found.sort((a, b) => a.start - b.start);
};

/** At most the first four characters, never more than a quarter, and the length: enough to find it, useless to steal. */
export const mask = (secret: string): string => {
  const shown = /^[\x21-\x7e]{0,4}/.exec(secret)?.[0].slice(0, Math.floor(secret.length / 4)) ?? '';
  return `${shown}…[${secret.length} characters]`;
};

/** The text with everything that looks like a credential masked. Other text is unchanged. */
export const redactSecrets = (text: string): string => {
  let out = '';
  let from = 0;
  for (const { start, end, value } of findSecrets(text)) {
    out += text.slice(from, start) + mask(value);
    from = end;
  }
  return out + text.slice(from);
};
