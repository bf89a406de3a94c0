import type { HttpAnswer } from '../attendant/http-request.ts';
import { list, record } from '../client/protocol.ts';
import { held, type Judge, notTried, type Verdict, violated } from './requirements.ts';
import type { HttpSeen, Seen } from './seen.ts';

/** Requirements that show over HTTP: transport, sessions, authorization. */

const http = (seen: Seen): HttpSeen =>
  seen.http ?? { url: '', answers: {}, sessions: [], listening: null, endpoint: '' };
const answer = (seen: Seen, name: string): HttpAnswer | null => {
  const a = http(seen).answers[name];
  return a && a.status > 0 ? a : null;
};
const ok = (a: HttpAnswer): boolean => a.status >= 200 && a.status < 300;
const NOT_ASKED = notTried('it was not asked');

const asked =
  (name: string, judge: (a: HttpAnswer, seen: Seen) => Verdict): Judge =>
  (seen) => {
    const a = answer(seen, name);
    return a ? judge(a, seen) : NOT_ASKED;
  };

const errorCode = (a: HttpAnswer): unknown => {
  try {
    return record(record(JSON.parse(a.body)).error).code;
  } catch {
    return undefined;
  }
};

/** 400 and one code, as revision 2026-07-28 asks for. */
const refusedWith = (name: string, status: number, code: number): Judge =>
  asked(name, (a) =>
    a.status === status && errorCode(a) === code
      ? held(`answered with ${status} and ${code}`)
      : violated(
          `answered with HTTP ${a.status}${errorCode(a) === undefined ? '' : ` and code ${String(errorCode(a))}`}, not ${status} and ${code}`,
        ),
  );

const json = (a: HttpAnswer | null): Record<string, unknown> | null => {
  if (a?.status !== 200) return null;
  try {
    return record(JSON.parse(a.body));
  } catch {
    return null;
  }
};
const resourceMetadata = (seen: Seen) => json(answer(seen, 'prmPath')) ?? json(answer(seen, 'prmRoot'));
const serverMetadata = (seen: Seen) => json(answer(seen, 'asRoot'));
const isProtected = (seen: Seen): boolean =>
  [401, 403].includes(answer(seen, 'hello')?.status ?? 0) || resourceMetadata(seen) !== null;

const withMetadata =
  (
    of: (seen: Seen) => Record<string, unknown> | null,
    judge: (m: Record<string, unknown>, seen: Seen) => Verdict,
  ): Judge =>
  (seen) => {
    const m = of(seen);
    return m ? judge(m, seen) : notTried('it publishes no such metadata at its own address');
  };

const addresses = (value: unknown): string[] =>
  typeof value === 'string'
    ? /^[a-z][a-z0-9+.-]{1,20}:/i.test(value)
      ? [value]
      : []
    : Array.isArray(value)
      ? value.flatMap(addresses)
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(addresses)
        : [];

const isLoopback = (host: string): boolean => /^(?:localhost|127\.|\[?::1)/.test(host);
const isPrivate = (host: string): boolean =>
  /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?f[cd]|\[?fe80|metadata\.)/i.test(host);

const metadataAddresses = (seen: Seen): string[] => addresses([resourceMetadata(seen), serverMetadata(seen)]);

const aboutAddresses =
  (bad: (u: URL) => boolean, what: string): Judge =>
  (seen) => {
    const urls = metadataAddresses(seen);
    if (urls.length === 0) return notTried('it publishes no metadata with addresses');
    const found = urls.find((u) => {
      try {
        return bad(new URL(u));
      } catch {
        return true;
      }
    });
    return found ? violated(`${what}: ${found.slice(0, 150)}`) : held(`${urls.length} addresses`);
  };

const bits = (id: string): number => {
  const alphabet = /^[0-9a-f-]+$/i.test(id) ? 4 : 6;
  const random = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(id);
  return random ? 122 : id.replaceAll('-', '').length * alphabet;
};

const commonStart = (ids: readonly string[]): number => {
  let n = 0;
  while (n < (ids[0]?.length ?? 0) && ids.every((id) => id[n] === ids[0]![n])) n++;
  return n;
};

const sessionsGuessed = ({ sessions }: HttpSeen): Verdict => {
  if (sessions.length < 2) return notTried('it hands out no session ids');
  const [first = ''] = sessions;
  if (new Set(sessions).size < sessions.length) return violated('the same id was handed out twice');
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[17][0-9a-f]{3}-/i.test(first))
    return violated('ids are UUIDs made of the time');
  if (sessions.every((s) => /^\d+$/.test(s))) return violated('ids are numbers');
  const same = commonStart(sessions);
  const left = bits(first) - same * 4;
  if (left < 100) return violated(`ids hold at most ${left} bits that change: ${first.slice(0, 8)}…`);
  return held(`${sessions.length} ids of about ${bits(first)} bits, no two alike`);
};

const LISTEN_ALL = /^(?:0{8}|0{32})$/;

export const HTTP_JUDGES: Readonly<Record<string, Judge>> = {
  T8: asked('evilOrigin', (a, seen) => {
    const nothing = answer(seen, 'nullOrigin');
    if (a.status === 403 && (!nothing || nothing.status === 403))
      return held('Origin http://evil.example and null are answered with 403');
    if (ok(a)) return violated(`Origin http://evil.example is answered with HTTP ${a.status}`);
    if (a.status === 401) return notTried('it asks for a token first');
    return violated(
      `Origin http://evil.example is answered with HTTP ${a.status}, null with ${nothing?.status ?? 'nothing'}, not 403`,
    );
  }),
  T9: (seen) => {
    const { listening } = http(seen);
    if (listening === null) return notTried('where it listens is seen only in a sandbox of ours');
    const all = listening.filter((l) => LISTEN_ALL.test(l.split(':')[0] ?? ''));
    return all.length > 0
      ? violated(`it listens on all interfaces, port ${all.map((l) => l.split(':')[1]).join(', ')}`)
      : held('it listens on the loopback address');
  },
  T10: asked('evilHost', (a) =>
    ok(a)
      ? violated(
          `Host evil.example is answered with HTTP ${a.status}: with a foreign Origin accepted as well, a web page can rebind its name to it`,
        )
      : a.status === 401
        ? notTried('it asks for a token first')
        : held(`Host evil.example is answered with HTTP ${a.status}`),
  ),
  T11: asked('hello', (a) =>
    ok(a)
      ? violated('a handshake without a token is answered')
      : held(`a handshake without a token is answered with HTTP ${a.status}`),
  ),
  T12: (seen) => {
    const get = http(seen).answers.get;
    if (!answer(seen, 'hello')) return NOT_ASKED;
    if (seen.transport === 'sse')
      return notTried('it speaks HTTP+SSE, where messages go to an address of their own');
    if (seen.era === 'legacy') return held('POST is answered');
    return get && get.status !== 405
      ? violated(`GET is answered with HTTP ${get.status || get.error}, not 405`)
      : held('GET is answered with 405');
  },
  T13: asked('noAccept', (a) =>
    ok(a)
      ? violated(
          `a request that accepts nothing in particular is answered with HTTP ${a.status} (lenient; what a client must send is not checked)`,
        )
      : held(`HTTP ${a.status}`),
  ),
  T14: asked('notification', (a) =>
    a.status === 202 && a.body === ''
      ? held('202 and no body')
      : violated(`HTTP ${a.status} with ${a.body.length} characters`),
  ),
  T15: asked('hello', (a) => {
    const type = a.headers['content-type'] ?? '';
    if (!ok(a)) return notTried('no request was answered');
    return /^(?:application\/json|text\/event-stream)\b/i.test(type)
      ? held(type)
      : violated(`it answers with ${type || 'no content type'}`);
  }),
  T16: refusedWith('mismatch', 400, -32020),
  T17: (seen) => {
    const [wrong, none] = ['wrongMethod', 'noMethod'].map((n) => refusedWith(n, 400, -32020)(seen));
    return wrong!.result === 'violated' ? wrong! : none!;
  },
  T19: (seen) =>
    seen.era === 'modern'
      ? refusedWith('badVersion', 400, -32022)(seen)
      : asked('badVersion', (a) =>
          a.status === 400
            ? held('version 1999-01-01 in the header is answered with 400')
            : violated(`version 1999-01-01 in the header is answered with HTTP ${a.status}, not 400`),
        )(seen),
  T20: refusedWith('noMeta', 400, -32602),
  T24: asked('sessionEcho', (a) =>
    a.headers['mcp-session-id'] ? violated('it hands out a session id') : held('none was handed out'),
  ),
  T26: (seen) => {
    const { sessions } = http(seen);
    if (sessions.length === 0) return notTried('it hands out no session ids');
    return sessions.every((s) => /^[\x21-\x7e]+$/.test(s))
      ? held('visible ASCII')
      : violated('other characters are in it');
  },
  T27: (seen) => sessionsGuessed(http(seen)),
  T28: asked('noSession', (a, seen) => {
    const dead = answer(seen, 'deadSession');
    if (ok(a)) return violated(`a list without a session is answered with HTTP ${a.status}`);
    if (dead && ok(dead)) return violated(`a list in an ended session is answered with HTTP ${dead.status}`);
    if (dead && dead.status !== 404)
      return violated(`a list in an ended session is answered with HTTP ${dead.status}, not 404`);
    return held(`without a session HTTP ${a.status}${dead ? ', in an ended one 404' : ''}`);
  }),
  T29: asked('fixedSession', (a, seen) =>
    a.headers['mcp-session-id'] === 'attacker-fixed-1'
      ? violated('the session id of the client’s choice was taken over')
      : http(seen).sessions.length > 0
        ? held(
            `a handshake with an id of the client’s choice is answered with HTTP ${a.status}, and the id is not used`,
          )
        : notTried('it hands out no session ids'),
  ),
  T33: (seen) => {
    const { endpoint, url } = http(seen);
    if (endpoint === '') return notTried('it was not asked over HTTP+SSE');
    const same = new URL(endpoint, url).origin === new URL(url).origin;
    return same ? held(endpoint.slice(0, 100)) : violated(`it points to ${endpoint.slice(0, 100)}`);
  },
  A1: (seen) => {
    if (!isProtected(seen)) return notTried('it asks for no token');
    const m = resourceMetadata(seen);
    const challenge = answer(seen, 'hello')?.headers['www-authenticate'] ?? '';
    if (m && list(m.authorization_servers).length > 0)
      return held(`it names ${list(m.authorization_servers).length} authorization servers`);
    return violated(
      m
        ? 'its metadata names no authorization server'
        : `no metadata at either well-known address${challenge ? `; it challenges with ${challenge.slice(0, 80)}` : ', and no challenge'}`,
    );
  },
  A2: withMetadata(resourceMetadata, (m, seen) =>
    String(m.resource ?? '').replace(/\/$/, '') === http(seen).url.replace(/\/$/, '') ||
    http(seen).url.startsWith(`${String(m.resource ?? 'none').replace(/\/$/, '')}/`)
      ? held(String(m.resource))
      : violated(`it is about ${String(m.resource ?? 'nothing').slice(0, 120)}`),
  ),
  A3: asked('badToken', (a, seen) => {
    if (a.status === 401) return held('"Bearer invalid" is answered with 401');
    if (ok(a))
      return isProtected(seen) && !ok(answer(seen, 'hello') ?? a)
        ? violated('"Bearer invalid" is let in')
        : notTried('it asks for no token, and takes any');
    return violated(`"Bearer invalid" is answered with HTTP ${a.status}, not 401`);
  }),
  A4: (seen) => {
    const challenge = answer(seen, 'hello')?.headers['www-authenticate'];
    if (challenge === undefined) return notTried('it gave no challenge');
    return /scope=/.test(challenge)
      ? held('the challenge names a scope')
      : violated('the challenge names no scope');
  },
  A8: aboutAddresses((u) => u.protocol !== 'https:' && !isLoopback(u.hostname), 'not https'),
  A9: withMetadata(serverMetadata, (m) =>
    list(m.code_challenge_methods_supported).includes('S256')
      ? held('S256')
      : violated(`it offers ${list(m.code_challenge_methods_supported).join(', ') || 'none'}`),
  ),
  A10: withMetadata(serverMetadata, (m) =>
    m.authorization_response_iss_parameter_supported === true
      ? held('it says so')
      : violated('it does not say so'),
  ),
  A13: withMetadata(resourceMetadata, (m) =>
    list(m.scopes_supported).includes('offline_access') ? violated('it is') : held('it is not'),
  ),
  A14: withMetadata(resourceMetadata, (m) => {
    const scopes = list(m.scopes_supported).map(String);
    const wide = scopes.find((s) => /^(?:\*|all|full[-_]?access|admin)$/i.test(s));
    return wide
      ? violated(`the scope ${wide}`)
      : scopes.length > 0
        ? held(scopes.slice(0, 6).join(', '))
        : notTried('it names no scopes');
  }),
  A16: withMetadata(serverMetadata, (m) =>
    m.registration_endpoint && m.client_id_metadata_document_supported !== true
      ? violated('only dynamic registration is offered, which is deprecated')
      : held(m.registration_endpoint ? 'metadata documents are taken as well' : 'there is none'),
  ),
  B6: aboutAddresses((u) => isPrivate(u.hostname) || u.username !== '', 'it leads to a private address'),
  B7: aboutAddresses((u) => !['https:', 'http:'].includes(u.protocol), 'an address of another scheme'),
  B8: asked('hello', (a, seen) =>
    !answer(seen, 'noSession')
      ? notTried('it hands out no session ids')
      : ok(a)
        ? violated('whoever holds a session id is let in: nothing else is asked for')
        : held('a token is asked for beside it'),
  ),
  B11: asked('hello', (a) =>
    ok(a) ? violated('it listens without asking for a token') : held(`it asks for one: HTTP ${a.status}`),
  ),
};
