import { redactSecrets } from '../../text/redact.ts';
import { held, type Judge, notTried, violated } from './requirements.ts';
import type { Seen } from './seen.ts';

/** Requirements that show on standard streams. */

const quoted = (text: string): string => JSON.stringify(redactSecrets(text).slice(0, 160));
const io = (seen: Seen) =>
  seen.stdio ?? { stray: [], faults: [], requests: [], notifications: [], answered: 0 };

export const STDIO_JUDGES: Readonly<Record<string, Judge>> = {
  T1: (seen) => {
    const bad = [
      ...io(seen).faults,
      ...io(seen)
        .stray.filter((s) => s.why === 'not-utf8')
        .map(() => 'bytes that are not UTF-8'),
    ];
    if (seen.transport !== 'stdio') return held('the answers that were read are JSON-RPC 2.0');
    return bad.length > 0
      ? violated(`${bad.length} messages: ${bad[0]}`)
      : held(`${io(seen).answered} answers in UTF-8 repeat their id and say jsonrpc 2.0`);
  },
  T2: (seen) => {
    const [first] = io(seen).stray;
    return first
      ? violated(
          `${io(seen).stray.length} lines that are no message${first.beforeHandshake ? ', the first before the handshake' : ''}: ${quoted(first.text)}`,
        )
      : held('every line of its output was a message');
  },
  T3: (seen) => {
    const broken = io(seen).stray.filter((s) => s.why === 'not-json' && /^\s*[{}"[\]]/.test(s.text));
    return broken.length > 2
      ? violated(`${broken.length} lines are pieces of JSON: ${quoted(broken[0]!.text)}`)
      : held('no message was broken over lines');
  },
  T4: (seen) => {
    if (seen.stderr === '') return held('it wrote nothing there');
    const masked = redactSecrets(seen.stderr);
    return masked === seen.stderr
      ? held(`${seen.stderr.split('\n').filter(Boolean).length} lines, and none looks like a credential`)
      : violated('a text that looks like a credential is in what it wrote there');
  },
  T5: (seen) => {
    const [first] = io(seen).requests;
    return first ? violated(`it sent a request: ${first.method}`) : held('it sent none');
  },
  T6: (seen) =>
    !seen.exitTried
      ? notTried('it had ended before its input was')
      : seen.exitMs === null
        ? violated('it was still there 2 s after its input had ended')
        : held(`it ended ${seen.exitMs} ms after its input`),
};
