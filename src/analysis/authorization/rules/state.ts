import { within } from '../../sources/walk.ts';
import type { Endpoint } from '../map.ts';
import { ofRole } from '../map.ts';
import { wordFor } from '../words.ts';
import {
  type AuthorizationRule,
  answersOf,
  callsOf,
  keptOf,
  lead,
  places,
  reads,
  readsOf,
  spot,
} from './concern.ts';

const DECODES =
  /^(?:atob|b64decode|urlsafe_b64decode|FromBase64String|DecodeString|base64_decode|decode\w*|Base64Decode\w*|parse|loads|Unmarshal|Deserialize\w*|json_decode|unserialize|urlsafe_decode64|decode64)$/i;
const VERIFIES =
  /hmac|verify|unseal|decrypt|unsign|timing_?safe|unprotect|compare_digest|AesGcm|secretbox|Signature/i;
const DECRYPTS = /decrypt|unseal|CreateDecryptor|TransformFinalBlock|decode|unsign/i;

/** Calls that take a value of the word apart. */
const decodings = (e: Endpoint, word: 'state') =>
  callsOf(e, DECODES).filter(({ facts, call }) =>
    call.call.args.some((a) => [...within(a.value)].some((x) => wordFor(x, facts.meanings) === word)),
  );

const isVerified = (e: Endpoint): boolean => callsOf(e, VERIFIES).length > 0;

/** RFC 6749 §10.12, RFC 9700 §4.7: whoever comes back must be who was sent, with what was asked for. */
export const stateRules: AuthorizationRule = (map) => {
  const callbacks = ofRole(map, 'callback').filter((e) => !e.library && e.facts.length > 0);
  const starts = ofRole(map, 'authorize', 'consent').filter((e) => !e.library);
  return callbacks.flatMap((e) => {
    const sent = starts.flatMap((s) => [
      ...keptOf(s, ['put'], ['pending requests']).map(({ facts, kept }) => spot(facts, kept.line)),
      ...answersOf(s, 'redirect').slice(0, 2),
    ]);
    if (!reads(e, 'state'))
      return reads(e, 'code')
        ? lead(
            'state-missing',
            'strong',
            'oauth',
            ['CWE-352'],
            'The callback takes a code and asks for no state',
            'Anybody can end a login they began in the browser of somebody else, whose session then acts for the wrong account.',
            places([e.handler], readsOf(e, 'code')),
          )
        : [];
    const found = [];
    const decoded = decodings(e, 'state');
    const held = keptOf(e, ['get', 'take'], ['pending requests', 'sessions']);
    if (decoded.length > 0 && !isVerified(e) && held.length === 0)
      found.push(
        ...lead(
          'state-unsigned',
          'strong',
          'oauth',
          ['CWE-352', 'CWE-345'],
          'The state says by itself what was asked for: decoded, not signed, not looked up',
          'Whoever writes a state decides for which client, redirect address and scope the person who comes back has agreed.',
          places(
            decoded.map(({ facts, call }) => spot(facts, call.line)),
            sent,
          ),
          {
            advice:
              'See whether the library checks the client and the address once more when it completes the request.',
          },
        ),
      );
    const bound = reads(e, 'cookie') || reads(e, 'session') || callsOf(e, /cookie|session/i).length > 0;
    if (!bound && held.length > 0)
      found.push(
        ...lead(
          'state-not-bound',
          'moderate',
          'oauth',
          ['CWE-352'],
          'The state is compared with what the server kept, and with nothing of the browser',
          'No cookie and no session is read where the person comes back: a link with a state of one browser ends the login in another.',
          places(
            held.map(({ facts, kept }) => spot(facts, kept.line)),
            readsOf(e, 'state').slice(0, 1),
            sent.slice(0, 3),
          ),
          { advice: 'Who else binds it? See whether a cookie is set when the login begins.' },
        ),
      );
    const ends = keptOf(e, ['take', 'drop'], ['pending requests', 'sessions']);
    if (held.some((h) => h.kept.op === 'get') && ends.length === 0)
      found.push(
        ...lead(
          'state-reusable',
          'moderate',
          'oauth',
          ['CWE-294'],
          'The state is looked up and never removed',
          'What was used once is as good as new until it expires, if it does.',
          places(held.map(({ facts, kept }) => spot(facts, kept.line))),
        ),
      );
    // Looked up first, and where it is not found, opened by itself: neither its end nor its single use holds then.
    for (const facts of e.facts) {
      const gets = facts.kept.filter((k) => k.op === 'get' || k.op === 'take').map((k) => k.line);
      const cached = facts.calls
        .filter(
          (c) =>
            /^(?:TryGetValue|get|Get)$/.test(c.name) &&
            /cache|store|state/i.test(
              c.call.callee.kind === 'member'
                ? JSON.stringify(c.call.callee.object.kind === 'name' ? c.call.callee.object.name : '')
                : '',
            ),
        )
        .map((c) => c.line);
      const opens = facts.calls.filter((c) => DECRYPTS.test(c.name));
      const first = Math.min(...gets, ...cached);
      if (Number.isFinite(first) && /state/i.test(facts.ref.fn.name) && opens.some((o) => o.line > first))
        found.push(
          ...lead(
            'state-falls-back',
            'moderate',
            'oauth',
            ['CWE-613', 'CWE-636'],
            'A state that is no longer kept is opened by itself instead of refused',
            'Removing it, and its time in the store, end nothing: the value goes on to say what was asked for.',
            places(
              [spot(facts, opens.find((o) => o.line > first)!.line), spot(facts, first)],
              keptOf(e, ['drop'], ['pending requests']).map((k) => spot(k.facts, k.kept.line)),
            ),
          ),
        );
    }
    return found;
  });
};
