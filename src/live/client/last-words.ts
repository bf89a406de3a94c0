import { redactSecrets } from '../../text/redact.ts';

const TELLS =
  /\b\w*(?:Error|Exception)\b|cannot|could not|not found|no such|denied|refused|required|missing|invalid|E[A-Z]{4,}|usage:/i;

/** What a server said last says mostly what it lacked: the last line that tells of it, else the last of words; '' without any. */
export const lastWords = (stderr: string): string => {
  const lines = redactSecrets(stderr)
    .split('\n')
    // A frame drawn around a trace says nothing, nor does the version of what ran it.
    .map((l) => l.replace(/^[\s|+-]+/, '').trimEnd())
    .filter((l) => /[A-Za-z]{3}/.test(l) && !/^(?:Node\.js v|at )/.test(l));
  return (lines.findLast((l) => TELLS.test(l)) ?? lines.at(-1) ?? '').slice(0, 300);
};
