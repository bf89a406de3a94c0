import type { Expr, Module, Span, Stmt } from '../../sources/ir.ts';
import {
  childrenOf,
  expressionsIn,
  expressionsOf,
  functionsOf,
  statementsIn,
  within,
} from '../../sources/walk.ts';
import { comparedTexts } from './compared-texts.ts';
import { isSecret, keyOf, lastNameOf, literalText, rootOf } from './names.ts';
import { piecesOf } from './pieces.ts';
import { usable } from './usable-secret.ts';

/** Secrets by the names that hold them: with a default everybody can read, in logs, in texts that are handed out. */
export type SecretPlace = Span & { name: string };

/** What names, shows or files a secret, by the name it is given to. */
const ABOUT =
  /name|label|type|title|field|header|prefix|param|help|desc|error|message|url|path|file|scope|arn|env|purpose|kind|id$|attr|column|placeholder|pattern|regex|schema|selector|locator|hash|digest|storage|version|list$|count|usage|status|verdict|outcome|redact|mask|hidden|censor|sanitiz/i;

const plainly = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** `manualOAuthKey = "manual_oauth"`: what a thing is filed under says its own name. */
const saysItself = (name: string, value: string): boolean =>
  /key$/i.test(name) && value.length > 4 && plainly(name).startsWith(plainly(value));

const holdsSecret = (name: string): boolean => isSecret(name) && !ABOUT.test(name);

const defaultIn = (e: Expr): SecretPlace | null => {
  const found = (name: string, value: Expr): SecretPlace | null =>
    holdsSecret(name) && usable(literalText(value) ?? '') && !saysItself(name, literalText(value) ?? '')
      ? { ...value.at, name }
      : null;
  if (e.kind === 'choice' && !e.test) {
    const last = e.of.at(-1)!;
    const [key] = e.of
      .slice(0, -1)
      .map((x) => keyOf(x))
      .filter((k) => k !== '');
    return key ? found(key, last) : null;
  }
  if (e.kind !== 'call') return null;
  const callee = lastNameOf(e.callee);
  // getenv("X", "default"), getOrDefault("X", "default"), SetDefault("x", "default")
  const [first, second] = e.args;
  if (
    first &&
    second &&
    literalText(first.value) &&
    /env|get|config|default|setting|property|lookup/i.test(callee)
  )
    return found(literalText(first.value)!, second.value);
  // env::var("X").unwrap_or("default".into()), Optional.orElse("default")
  if (
    e.callee.kind === 'member' &&
    /^(?:unwrap_or|unwrap_or_else|orElse|orElseGet|or_else|getOrElse)$/.test(callee)
  ) {
    const value = first && [...within(first.value)].find((x) => literalText(x) !== null);
    const inner =
      first?.value.kind === 'function'
        ? [...expressionsIn(first.value.fn.body)].find((x) => literalText(x) !== null)
        : undefined;
    const given = value ?? inner;
    return given ? found(keyOf(e.callee.object), given) : null;
  }
  return null;
};

/** `Field(default="x")`, `SecretStr("x")`: the literal inside. */
const literalOf = (e: Expr | null | undefined): Expr | null => {
  if (!e) return null;
  if (literalText(e) !== null) return e;
  if (
    e.kind !== 'call' ||
    !/^(?:Field|SecretStr|Secret|String|from|to_string|into|field|Option|typer)$/.test(lastNameOf(e.callee))
  )
    return null;
  const given = e.args.find((a) => a.name === 'default') ?? e.args.find((a) => a.name === undefined);
  return literalOf(given?.value) ?? (e.callee.kind === 'member' ? literalOf(e.callee.object) : null);
};

/** A table of texts: what its keys are called says what they stand for, not what is kept there. */
const isTable = (e: Expr & { kind: 'record' }): boolean =>
  e.entries.length >= 4 && e.entries.every((x) => x.value.kind === 'literal' || x.value.kind === 'list');

/** Secrets that every installation shares unless somebody sets another. */
export const defaultSecrets = (m: Module): SecretPlace[] => {
  const found: SecretPlace[] = [];
  const compared = comparedTexts(m);
  const given = (name: string, value: Expr | null | undefined): void => {
    const literal = literalOf(value);
    const text = literal && literalText(literal);
    if (
      literal &&
      text &&
      holdsSecret(name) &&
      usable(text) &&
      !saysItself(name, text) &&
      !compared.has(text.toLowerCase())
    )
      found.push({ ...literal.at, name });
  };
  for (const { fn } of functionsOf(m)) {
    for (const p of fn.params) given(p.name, p.defaultValue);
    for (const e of expressionsIn(fn.body)) {
      const place = defaultIn(e);
      if (place) found.push(place);
    }
    for (const s of statementsIn(fn.body)) {
      if (s.kind === 'class') for (const f of s.cls.fields) given(f.name, f.value);
      if (s.kind === 'assign' && !s.adds) {
        const name =
          s.target.kind === 'name' ? s.target.name : s.target.kind === 'place' ? keyOf(s.target.expr) : '';
        given(name, s.value);
      }
      // Options handed over: `{ secret: "x" }`, `secret="x"`.
      for (const top of expressionsOf(s))
        for (const e of within(top)) {
          if (e.kind === 'record')
            for (const entry of isTable(e) ? [] : e.entries)
              if (!/^(?:password|token|api_?key)$/i.test(entry.key)) given(entry.key, entry.value);
          if (e.kind === 'call')
            for (const a of e.args)
              if (a.name && !/^(?:password|token|api_?key)$/i.test(a.name)) given(a.name, a.value);
        }
    }
  }
  return unique(found);
};

/** `sources.apiKey`, `has.token`: said of the secret under its name, not the secret. */
const KEPT_ABOUT =
  /source|flag|label|present|configured|missing|exists|enabled|status|required|names?$|types?$|kinds?$|counts?$|lengths?$/i;

const LOGGER =
  /^(?:console|log|logger|logging|slog|winston|pino|logrus|zap|glog|klog|tracing|debug|_log|_logger|getLogger|LoggerFactory|log4j|stdout|stderr)$/i;
const LOG_METHOD =
  /^(?:log|trace|debug|verbose|info|information|notice|warn|warning|error|exception|critical|fatal|severe|fine|finer|finest|config|print|println|printf|print_?ln|Print\w*|(?:Debug|Info|Warn|Error|Fatal|Trace)(?:f|w|ln|Context)?|write|msg|event)$/;
const LOG_FUNCTION =
  /^(?:print|pprint|println|eprintln|dbg|eprint|logf|debug|info|warn|error|trace|debug!|info!|println!|eprintln!)$/;

/** Whether a call writes to a log or the console, in the ways the libraries of all languages do. */
export const isLogCall = (e: Expr & { kind: 'call' }): boolean => {
  if (e.callee.kind === 'name') return LOG_FUNCTION.test(e.callee.name);
  if (e.callee.kind !== 'member' || !LOG_METHOD.test(e.callee.property)) return false;
  const object = e.callee.object;
  const last = lastNameOf(object);
  return (
    LOGGER.test(last) ||
    LOGGER.test(rootOf(object)) ||
    /log(?:ger)?$/i.test(last) ||
    (/^(?:fmt|System)$/.test(rootOf(object)) && /^[pP]rint/.test(e.callee.property)) ||
    (/^(?:out|err)$/.test(last) && /^[pP]rint/.test(e.callee.property))
  );
};

/** What makes something else of a secret than the secret: its length, a mask, a hash, whether it is there. */
const HARMLESS =
  /^(?:len|length|size|bool|Boolean|mask\w*|redact\w*|hash\w*|sha\w*|md5|digest|sanitize\w*|hide\w*|obfuscate\w*|truncate\w*|type|typeof|isinstance|fingerprint\w*|hasOwnProperty|has|some|isEmpty|is_some|is_none|is_empty|keys|preview\w*|substring|slice|substr|startsWith|endsWith|exists|verify\w*|validate\w*|compare\w*|encrypt\w*)$/i;

/** `LogId.checkCredentials`, `Events.TOKEN`: a constant by which something is told apart from others of its kind. */
const TELLS_APART =
  /^[A-Z]\w*(?:Ids?|Events?|Codes?|Types?|Kinds?|Names?|Keys?|Messages?|Reasons?|Status|Actions?|Errors?|Enum|Constants?|Fields?|Topics?|Metrics?|Labels?)$/;

/** The secret an expression shows in a text made of it, if it does. */
const shown = (e: Expr, depth = 0): SecretPlace | null => {
  if (depth > 12) return null;
  switch (e.kind) {
    case 'name':
    case 'member':
    case 'index': {
      const name = keyOf(e);
      if (e.kind !== 'name' && KEPT_ABOUT.test(lastNameOf(e.object))) return null;
      if (e.kind === 'member' && TELLS_APART.test(lastNameOf(e.object))) return null;
      return isSecret(name) && !/^(?:authorization|credentials?|cookie)$/i.test(name)
        ? { ...e.at, name }
        : null;
    }
    case 'call': {
      if (HARMLESS.test(lastNameOf(e.callee))) return null;
      const name = keyOf(e);
      if (name !== '' && isSecret(name)) return { ...e.at, name };
      for (const a of e.args) {
        const found = shown(a.value, depth + 1);
        if (
          found &&
          /^(?:String|str|format|f|sprintf|Sprintf|join|toString|repr|dumps|stringify|concat|format!)$/.test(
            lastNameOf(e.callee),
          )
        )
          return found;
      }
      return null;
    }
    case 'choice': {
      // `token ? "set" : "missing"` shows none; what decides is not shown.
      for (const part of e.of) {
        const found = shown(part, depth + 1);
        if (found) return found;
      }
      return null;
    }
    case 'text':
    case 'list':
    case 'record':
      for (const part of childrenOf(e)) {
        const found = shown(part, depth + 1);
        if (found) return found;
      }
      return null;
    default:
      return null;
  }
};

/** `process.stdout.write(token)`, `print(token, end="")`: one piece of a text that goes on. */
const isStreamed = (e: Expr & { kind: 'call' }): boolean =>
  e.args[0]?.value.kind === 'name' &&
  /^tokens?$/i.test(e.args[0].value.name) &&
  (lastNameOf(e.callee) === 'write' || e.args.some((a) => a.name === 'end'));

export const loggedSecrets = (m: Module): SecretPlace[] => {
  const found: SecretPlace[] = [];
  for (const { fn } of functionsOf(m)) {
    const pieces = piecesOf(fn);
    for (const e of expressionsIn(fn.body)) {
      if (e.kind !== 'call' || !isLogCall(e)) continue;
      // A model's answer comes token by token.
      if (isStreamed(e)) continue;
      for (const a of e.args) {
        const place = shown(a.value);
        if (place && !pieces.has(place.name)) found.push({ ...e.at, name: place.name });
      }
    }
  }
  return unique(found);
};

/** Words before a secret in a text that is no message: an address, a header, a query, a connection. */
const NO_MESSAGE =
  /https?:|authorization|\bbearer\b|\bbasic\b|x-[\w-]+|header|cookie|connection|mongodb|postgres|mysql|redis:|[?&]\w*=$|:\/\/|digest|sign|hash|_key:|cache/i;

/** `API_KEY=` at the beginning of a line: a file of settings that is written, no message. */
const IN_A_FILE = /(?:^|\n)\s{0,20}(?:export )?[A-Z][A-Z0-9_]{2,60}=["']?$/;

/** `session:${token}`: what something is kept under. */
const IS_KEY = /^[\w.-]{1,60}[:/]$/;

const wholeText = (e: Expr & { kind: 'text' }): string => e.parts.map((p) => literalText(p) ?? '').join('');

/** A text for people that shows a secret: words besides it, and no request being built. */
const message = (e: Expr): SecretPlace | null => {
  if (e.kind !== 'text') return null;
  let words = '';
  for (const part of e.parts) {
    const literal = literalText(part);
    if (literal !== null) {
      words += literal;
      continue;
    }
    const place = shown(part);
    if (
      place &&
      !NO_MESSAGE.test(words.slice(-80)) &&
      !IN_A_FILE.test(words.slice(-80)) &&
      !IS_KEY.test(wholeText(e)) &&
      !/\bsudo\b|\bsshpass\b/.test(wholeText(e)) &&
      /[A-Za-z]{3,}/.test(words)
    )
      return place;
  }
  return null;
};

/** Secrets put into a text that a function returns, directly or through a local name that is built up. */
export const returnedSecrets = (m: Module): SecretPlace[] => {
  const found: SecretPlace[] = [];
  for (const { fn } of functionsOf(m)) {
    if (/auth|header|sign|hash|cache|url|uri|connection|request|client/i.test(fn.name)) continue;
    const built = new Map<string, SecretPlace>();
    for (const s of statementsIn(fn.body)) {
      if (
        s.kind === 'assign' &&
        s.target.kind === 'name' &&
        !/auth|header|url|uri|sign|hash|cache|env|cmd|command|connection|dsn/i.test(s.target.name)
      ) {
        const place = firstMessage(s);
        if (place) built.set(s.target.name, place);
      }
      if (s.kind !== 'return' || !s.value) continue;
      for (const e of within(s.value)) {
        const place = message(e) ?? (e.kind === 'name' ? (built.get(e.name) ?? null) : null);
        if (place) found.push(place);
      }
    }
  }
  return unique(found);
};

const firstMessage = (s: Stmt): SecretPlace | null => {
  for (const e of expressionsOf(s)) {
    const place = message(e);
    if (place) return place;
  }
  return null;
};

const unique = (found: readonly SecretPlace[]): SecretPlace[] =>
  [...new Map(found.map((f) => [`${f.line} ${f.name}`, f])).values()].sort((a, b) => a.line - b.line);
