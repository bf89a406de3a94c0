import { within } from '../../sources/walk.ts';
import { type AuthorizationMap, ofRole, type Spot } from '../map.ts';
import { nameOfValue, wordFor, wordOf } from '../words.ts';
import { type AuthorizationRule, callsOf, keptOf, lead, places, spot } from './concern.ts';

const LIMITS = /rate_?limit|limiter|throttl|slow_?down|bucket4j|rack_?attack|tollbooth|flood|too_?many/i;
const RANDOM =
  /random|uuid|token_urlsafe|token_hex|guid|nanoid|ulid|generate|rand|crypto|nextBytes|GetBytes|create_?id|new_?id/i;

/** Whether anything in the program limits how often somebody may ask, by the names of calls, imports and what stands before routes. */
const limitsAnywhere = (map: AuthorizationMap): boolean =>
  map.modules.some((m) => m.imports.some((i) => LIMITS.test(i.module) || LIMITS.test(i.local))) ||
  map.endpoints.some(
    (e) =>
      e.before.some((b) => LIMITS.test(b)) || e.facts.some((f) => f.calls.some((c) => LIMITS.test(c.name))),
  );

/** RFC 7591 §5: who registers is nobody yet; what they bring is a claim. */
export const registrationRules: AuthorizationRule = (map) => {
  const register = ofRole(map, 'register').filter(
    (e) => e.methods.length === 0 || e.methods.includes('POST'),
  );
  const own = register.filter((e) => e.facts.length > 0);
  const found = [];
  const unlimited = register.filter(
    (e) =>
      !e.before.some((b) => LIMITS.test(b)) && !e.facts.some((f) => f.calls.some((c) => LIMITS.test(c.name))),
  );
  const others = ofRole(map, 'authorize', 'token', 'consent').filter((e) => !e.library && e.facts.length > 0);
  found.push(
    ...lead(
      'anonymous-without-limit',
      limitsAnywhere(map) ? 'weak' : 'moderate',
      'resource-limit',
      ['CWE-770', 'CWE-799', 'CWE-307'],
      register.length > 0
        ? 'Anybody may register clients as often as they like'
        : 'Anybody may ask for codes and tokens as often as they like',
      `No limit was seen before what answers anonymous callers${limitsAnywhere(map) ? ' here, though there is one elsewhere' : ''}. What each request leaves behind stays until something ends it.`,
      unlimited.length > 0
        ? places(
            unlimited.map((e) => e.handler),
            unlimited.flatMap((e) => keptOf(e, ['put'], ['clients']).map((k) => spot(k.facts, k.kept.line))),
            others.map((e) => e.handler),
          )
        : [],
      { checks: ['2.2.3', '3.2.3'] },
    ),
  );
  const chosen: Spot[] = [];
  const secrets: Spot[] = [];
  const handedOut: Spot[] = [];
  for (const e of own) {
    const generated = callsOf(e, RANDOM).length > 0;
    for (const f of e.facts)
      for (const s of f.statements) {
        if (s.kind === 'assign' && s.target.kind === 'name') {
          const word = wordOf(s.target.name);
          const fromBody = [...within(s.value)].some(
            (x) =>
              x.kind === 'call' &&
              x.callee.kind === 'member' &&
              wordOf(nameOfValue(x)) === word &&
              /^(?:get|fetch|dig)$/.test(x.callee.property) &&
              /body|payload|data|json|request|req|input|params/i.test(nameOfValue(x.callee.object)),
          );
          const member = [...within(s.value)].some(
            (x) =>
              x.kind === 'member' &&
              wordOf(x.property) === word &&
              /^(?:body|payload|data|request|req|input|metadata|reqBody)$/i.test(nameOfValue(x.object)),
          );
          const mixed = s.value.kind === 'choice';
          if (word === 'client-id' && mixed && (fromBody || member)) chosen.push(spot(f, s.at.line));
          if (word === 'client-secret' && mixed && (fromBody || member)) secrets.push(spot(f, s.at.line));
        }
        const top = s.kind === 'expr' || s.kind === 'return' || s.kind === 'assign' ? s.value : null;
        if (top && !generated)
          for (const x of within(top))
            if (x.kind === 'record') {
              const secret = x.entries.find((y) => wordOf(y.key) === 'client-secret');
              if (
                secret &&
                secret.value.kind !== 'literal' &&
                wordFor(secret.value, f.meanings) === 'client-secret'
              )
                handedOut.push(spot(f, secret.value.at.line));
            }
      }
  }
  found.push(
    ...lead(
      'registration-hands-out-secret',
      'strong',
      'secret-exposure',
      ['CWE-522', 'CWE-200'],
      'Registration answers everybody with a secret that was not made for them',
      'Nothing random is made on the way: the secret is the server’s own, and whoever asks may act as its client.',
      places(handedOut),
    ),
    ...lead(
      'client-chooses-id',
      'strong',
      'oauth',
      ['CWE-639', 'CWE-345'],
      'Whoever registers may choose the id of the client',
      'With the id of a client that is there, its record is replaced: its addresses are then those of the newcomer.',
      places(
        chosen,
        own
          .flatMap((e) => keptOf(e, ['put'], ['clients']).map((k) => spot(k.facts, k.kept.line)))
          .slice(0, chosen.length > 0 ? 3 : 0),
      ),
    ),
    ...lead(
      'client-chooses-secret',
      'weak',
      'oauth',
      ['CWE-521'],
      'Whoever registers may choose the secret of the client',
      'It is kept and compared as they wrote it, however short.',
      places(secrets),
    ),
  );
  // What a client said of itself, shown as a link.
  const linked = map.functions.all.flatMap((ref) => {
    const f = map.factsOf(ref);
    return f.statements.flatMap((s) => {
      const top = s.kind === 'assign' || s.kind === 'return' || s.kind === 'expr' ? s.value : null;
      if (!top) return [];
      return [...within(top)].flatMap((x) => {
        if (x.kind !== 'text') return [];
        return x.parts.flatMap((p, i) => {
          const before = x.parts[i - 1];
          return before?.kind === 'literal' &&
            /\b(?:href|action|src)\s{0,3}=\s{0,3}["']?$/i.test(before.value ?? '') &&
            /(?:uri|url|link|website|homepage)$/i.test(nameOfValue(p)) &&
            /client|policy|tos|logo|contact|terms/i.test(nameOfValue(p))
            ? [spot(f, p.at.line)]
            : [];
        });
      });
    });
  });
  const asksScheme = map.functions.all.some((ref) =>
    /safe_?url|valid\w{0,20}url|sanitize_?url|check_?url/i.test(ref.fn.name),
  );
  if (!asksScheme)
    found.push(
      ...lead(
        'client-link-of-any-scheme',
        'moderate',
        'xss',
        ['CWE-79', 'CWE-601'],
        'Addresses a client gave of itself are shown as links of any scheme',
        'Escaping keeps the quotes; `javascript:` needs none.',
        places(linked),
      ),
    );
  return found;
};
