import { expressionsIn, within } from '../../sources/walk.ts';
import { lastNameOf } from '../../weaknesses/code/names.ts';
import type { Facts } from '../facts.ts';
import type { Thing } from '../kept.ts';
import { isIssuer, type Spot } from '../map.ts';
import { wordFor, wordOf } from '../words.ts';
import { type AuthorizationRule, lead, places, spot } from './concern.ts';

const LIFETIME =
  /^(?:ttl|ttl_?(?:seconds|ms)|expires?(?:_?(?:in|at|after))?|expiry|lifetime|max_?age|ttlSeconds)$/i;
const HASHES = /hash|sha_?256|digest|encrypt|protect|seal|hmac|bcrypt|argon|cipher/i;
const LASTING =
  /firestore|redis|sqlite|sql|postgres|mongo|dynamo|table|prisma|\bkv\b|storage|database|writeFile|disk|typeorm|gorm|sequelize|knex/i;
const SECRET: ReadonlySet<Thing> = new Set(['codes', 'refresh tokens', 'tokens']);

const PUTS = /^(?:set|put|save|store|insert|upsert|add|write)/i;

/** A parameter that says when something ends, and that nothing in the function reads. */
const ignoresLifetime = (f: Facts): Spot[] => {
  const { fn } = f.ref;
  if (!PUTS.test(fn.name) || fn.body.length === 0) return [];
  // What only declares has nothing to read it with.
  if (f.calls.length === 0 && !f.statements.some((s) => s.kind === 'assign')) return [];
  const used = new Set([...expressionsIn(fn.body)].map(lastNameOf));
  return fn.params.filter((p) => LIFETIME.test(p.name) && !used.has(p.name)).map(() => spot(f, fn.at.line));
};

/** Stored as it is handed out: who reads the store holds the tokens. */
const inClear = (f: Facts): Spot[] => {
  const { fn, cls, module } = f.ref;
  const lasting =
    module.imports.some((i) => LASTING.test(i.module)) ||
    LASTING.test(cls?.name ?? '') ||
    f.kept.some((k) => LASTING.test(k.store)) ||
    cls?.fields.some((field) => LASTING.test(`${field.type} ${field.name}`));
  if (!lasting || f.calls.some((c) => HASHES.test(c.name)) || HASHES.test(fn.name)) return [];
  if (!PUTS.test(fn.name)) return [];
  const record = f.statements.flatMap((s) => {
    const top = s.kind === 'assign' || s.kind === 'expr' || s.kind === 'return' ? s.value : null;
    if (!top) return [];
    return [...within(top)].flatMap((e) => {
      if (e.kind === 'call') {
        // `data.put("token", record.getToken())`, `new Entity { RefreshToken = … }`.
        const named = e.args.find(
          (a) =>
            a.name && /^(?:refresh-token|access-token|token|code|client-secret)$/.test(wordOf(a.name) ?? ''),
        );
        const keyed =
          e.args[0]?.value.kind === 'literal' &&
          /^(?:refresh-token|access-token|token|code)$/.test(wordOf(e.args[0].value.value ?? '') ?? '') &&
          e.args[1]
            ? e.args[1].value
            : null;
        return named ? [spot(f, named.value.at.line)] : keyed ? [spot(f, keyed.at.line)] : [];
      }
      return [];
    });
  });
  const kept = f.kept.filter((k) => k.op === 'put' && SECRET.has(k.thing)).map((k) => spot(f, k.line));
  return record.length > 0 ? record.slice(0, 2) : kept.slice(0, 1);
};

/** What is kept, for how long, and under which key. */
export const storeRules: AuthorizationRule = (map) => {
  if (!isIssuer(map)) return [];
  const all = map.functions.all.map(map.factsOf);
  const byClient = all.flatMap((f) => {
    const { fn } = f.ref;
    const ofClient = fn.params.some((p) => wordOf(p.name) === 'client-id');
    const other = fn.params.some((p) => /user|subject|sub$|session|account|principal|email/i.test(p.name));
    const token = fn.params.some(
      (p) =>
        /^(?:token|access-token|refresh-token)$/.test(wordOf(p.name) ?? '') ||
        /grant|credential|tokens?$/i.test(p.name),
    );
    if (!ofClient || other || !token || !PUTS.test(fn.name)) return [];
    // The key is the client's id, or is made of it and of nothing else.
    const puts = f.kept.filter(
      (k) =>
        k.op === 'put' &&
        k.key &&
        [...within(k.key)].some((x) => wordFor(x, f.meanings) === 'client-id') &&
        !SECRET_WORD(k.key, f),
    );
    return puts.length > 0 ? [spot(f, puts[0]!.line), spot(f, fn.at.line)] : [];
  });
  return [
    ...lead(
      'lifetime-ignored',
      'moderate',
      'session',
      ['CWE-613'],
      'A store takes a lifetime and does nothing with it',
      'What was to end after minutes stays for good, or until the process ends.',
      places(all.flatMap(ignoresLifetime)),
      { checks: ['2.2.3', '2.3.4'] },
    ),
    ...lead(
      'kept-in-clear',
      'weak',
      'secret-exposure',
      ['CWE-312', 'CWE-522'],
      'Tokens or codes are kept as they were handed out',
      'A copy of the store is a set of working tokens; a hash would do to compare with.',
      places(all.flatMap(inClear)),
      { checks: ['2.2.1', '2.3.1'] },
    ),
    ...lead(
      'kept-under-the-client',
      'moderate',
      'broken-authorization',
      ['CWE-863', 'CWE-488'],
      'Tokens are kept under the id of the client alone',
      'All who use one client share what was kept last: the next caller acts as the one before.',
      places(byClient),
    ),
  ];
};

const SECRET_WORD = (e: Parameters<typeof within>[0], f: Facts): boolean =>
  [...within(e)].some((x) =>
    /^(?:token|refresh-token|access-token|code|session|identity)$/.test(wordFor(x, f.meanings) ?? ''),
  );
