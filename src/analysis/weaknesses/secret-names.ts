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
