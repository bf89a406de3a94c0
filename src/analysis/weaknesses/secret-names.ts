/** Names of variables that hold a secret's value, as against a count, a path, a flag or a type of one. */

const SECRET =
  /^(?:\w{0,60}[_.])?(?:\w{0,60}(?:[a-z0-9]))?(?:(?:access|auth|api|bearer|refresh|id|session|github|gitlab|slack|bot|user|service|jwt|oauth|personal|secret|private|generated|new|csrf)_?token|token|password|passwd|passphrase|secret(?:_?(?:key|access_?key|value))?|api_?key|apikey|private_?key|access_?key|client_?secret|credentials?|authorization|auth_?header|connection_?string|conn_?str|cookie)$/i;

const NOT_SECRET =
  /(?:max|min|num|total|count|next|page|cursor|input|output|prompt|completion|continuation|first|last|current|cancel(?:lation)?|progress|lexer|parse|sync|has|is|no|missing|invalid|expired|need|use|with|without|show|hide|mask(?:ed)?|redact(?:ed)?|hash(?:ed)?|encrypted|public|error|err|log|test|fake|dummy)_?(?:token|key|password|secret|credential)/i;

/** `process.env.API_KEY`, `self.api_key`, `authToken`: one path of names, judged by its last. */
export const namesSecret = (path: string): boolean => {
  const last = path.split(/\.|\?\.|::|->/).at(-1) ?? '';
  return last.length <= 60 && SECRET.test(last) && !NOT_SECRET.test(last);
};

/** Paths of names in code, each with its offset; what is called, measured or only tested is left out. */
export const secretsIn = (bare: string): { name: string; at: number }[] => {
  const found: { name: string; at: number }[] = [];
  for (const m of bare.matchAll(/(?<![\w.])[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::)[A-Za-z_$][\w$]*){0,5}/g)) {
    if (!namesSecret(m[0])) continue;
    const after = bare.slice(m.index + m[0].length, m.index + m[0].length + 24);
    const before = bare.slice(Math.max(0, m.index - 24), m.index);
    // Keyword arguments and keys of objects are names, their values come after; conditions only test.
    if (
      /^\s{0,40}(?:\(|[!=]==?|=(?!=)|:(?!=|:)|\?(?!\.)|&&|\.\s{0,40}(?:length|substring|slice|replace|startsWith|name\b|type\b|expires)|\[\s{0,40}(?::\s{0,40}\d|\d)|\s{1,40}(?:if|is|in)\b)/.test(
        after,
      )
    )
      continue;
    if (
      /(?:!|typeof\s|\bnot\s|\bif\s|Boolean\(|len\(|bool\(|mask\w*\(|redact\w*\(|hash\w*\(|sanitize\w*\(|type\(|\bin\s|\bis\s)\s*$/i.test(
        before,
      )
    )
      continue;
    found.push({ name: m[0], at: m.index });
  }
  return found;
};
