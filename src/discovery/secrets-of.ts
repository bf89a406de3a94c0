import { mayHoldSecret, namesSecretVariable } from '../analysis/repository/secret-variables.ts';
import { findSecrets, looksRandom, placeholderReason, redactSecrets } from '../text/redact.ts';
import type { Configured } from './read-configuration.ts';

/** A credential that stands in a configuration itself. The value is for comparing and masking, never for printing. */
export type PlainSecret = {
  /** `env GITHUB_TOKEN`, `header Authorization`, `argument --api-key`, `the address`. */
  at: string;
  value: string;
  /** Why it is hardly a working one, or null. */
  placeholder: string | null;
};

/** What refers to a secret that lies elsewhere, as clients and shells write it. */
const REFERENCE =
  /\$\{[^{}]{1,200}\}|\$\{\{[^{}]{1,200}\}\}|\{\{[^{}]{1,200}\}\}|\{(?:env|file|input):[^{}]{1,200}\}|\$env:\w{1,100}|\$\([^()]{1,200}\)|\$[A-Za-z_]\w{0,100}|%[A-Za-z_]\w{0,100}%|\b(?:op|vault|aws-sm|keychain|doppler):\/\/\S{1,300}/g;
const SCHEME = /^\s{0,4}(?:bearer|basic|token|apikey|bot)\b/i;
/** What is left of a value once references and words in front of a token are gone. */
const literal = (value: string): string => value.replace(REFERENCE, '').replace(SCHEME, '').trim();

const READS_LIKE = 'reads like a placeholder';

const named = (at: string, value: string): PlainSecret[] => {
  const left = literal(value);
  if (left === '' || /^(?:true|false|yes|no|none|null|\d{1,4})$/i.test(left)) return [];
  const why = placeholderReason(left);
  // In a place that holds a password, a weak one is one.
  return [{ at, value: left, placeholder: why === READS_LIKE ? why : null }];
};

const shaped = (at: string, value: string, context = value): PlainSecret[] =>
  findSecrets(context)
    .filter((m) => literal(m.value) !== '')
    .map((m) => ({ at, value: m.value, placeholder: placeholderReason(m.value, m.context) }));

const inVariable = (at: string, name: string, value: string): PlainSecret[] => {
  if (namesSecretVariable(name)) return named(at, value);
  const found = shaped(at, value);
  return found.length > 0 || mayHoldSecret(name) ? found : shaped(at, value, `${name}="${value}"`);
};

const inHeader = (at: string, name: string, value: string): PlainSecret[] =>
  /^(?:proxy-)?authorization$|^cookie$/i.test(name) ? named(at, value) : inVariable(at, name, value);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** A part of a path that is no word, as addresses have that hold who calls. */
const TOKEN_PART = /^[A-Za-z0-9_-]{20,400}={0,2}$/;

export const inAddress = (at: string, address: string): PlainSecret[] => {
  const found = shaped(at, address);
  const [, user = '', path = '', query = ''] =
    /^[a-z][a-z0-9+.-]{1,20}:\/\/(?:([^@/\s]{1,400})@)?[^/?#\s]{1,300}([^?#\s]{0,2000})(?:\?([^#\s]{0,4000}))?/i.exec(
      address,
    ) ?? [];
  if (user.includes(':')) found.push(...named(at, user.slice(user.indexOf(':') + 1)));
  for (const pair of query.split(/[&;]/)) {
    const cut = pair.indexOf('=');
    if (cut > 0 && namesSecretVariable(pair.slice(0, cut)))
      found.push(...named(at, decoded(pair.slice(cut + 1))));
  }
  for (const part of path.split('/'))
    if (TOKEN_PART.test(part) && looksRandom(part))
      found.push({ at, value: part, placeholder: placeholderReason(part) });
  return found;
};

const inArguments = (args: readonly string[]): PlainSecret[] =>
  args.flatMap((arg, i): PlainSecret[] => {
    const before = args[i - 1] ?? '';
    const option = /^--?([A-Za-z][\w.-]{0,100})$/.exec(before)?.[1] ?? '';
    if (/^(?:-H|--header)$/.test(before)) {
      const cut = arg.indexOf(':');
      if (cut > 0)
        return inHeader(
          `argument ${before} ${arg.slice(0, cut)}`,
          arg.slice(0, cut),
          arg.slice(cut + 1).trim(),
        );
    }
    if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(arg)) return inAddress(`argument ${i + 1}`, arg);
    const [, name = '', value = ''] = /^(?:--?)?([A-Za-z][\w.-]{0,100})=([\s\S]{1,4000})$/.exec(arg) ?? [];
    if (name !== '') {
      const found = inVariable(`argument ${name}`, name, value);
      return found.length > 0 ? found : /:\/\//.test(value) ? inAddress(`argument ${name}`, value) : [];
    }
    if (option !== '' && namesSecretVariable(option) && !arg.startsWith('-'))
      return named(`argument ${before}`, arg);
    return shaped(`argument ${i + 1}`, arg);
  });

/** The credentials that stand in an entry, each place once. */
export const secretsOf = (s: Configured): PlainSecret[] => {
  const found = [
    ...s.env.flatMap(([name, value]) => inVariable(`env ${name}`, name, value)),
    ...s.headers.flatMap(([name, value]) => inHeader(`header ${name}`, name, value)),
    ...inArguments(s.args),
    ...(s.url === '' ? [] : inAddress('the address', s.url)),
    ...shaped('the command', s.command),
  ];
  const seen = new Set<string>();
  return found.filter(({ at, value }) => !seen.has(`${at}\0${value}`) && seen.add(`${at}\0${value}`));
};

const MASK = '…[masked]';

/**
 * Words of an entry as they may be printed: without its credentials, without whatever looks like one, and without long words
 * that look random. Masked whole, cut afterwards.
 */
export const masker = (
  s: Configured,
  secrets: readonly PlainSecret[] = secretsOf(s),
): ((text: string) => string) => {
  const values = [
    ...new Set(
      [
        ...secrets.map((p) => p.value),
        // What another place holds as a credential is one in a command line, too.
        ...s.env.filter(([name]) => namesSecretVariable(name)).map(([, v]) => literal(v)),
        ...s.headers.map(([, v]) => literal(v)).filter((v) => v.length >= 8),
      ].flatMap((v) => [v, encodeURIComponent(v), ...v.split('\n')]),
    ),
  ]
    .filter((v) => v.length >= 4)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let shown = text;
    for (const value of values) shown = shown.replaceAll(value, MASK);
    shown = redactSecrets(shown).replace(/(?<![\w/.@:=…-])[A-Za-z0-9_-]{24,400}(?![\w/.@:-])/g, (word) =>
      looksRandom(word) ? MASK : word,
    );
    return shown.length > 400 ? `${shown.slice(0, 400)}…` : shown;
  };
};
