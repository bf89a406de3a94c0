// Long, because it is one list: every requirement of the protocol that a running server is asked about.
import type { RequirementAnswer } from '../../domain/observation.ts';
import type { Seen } from './seen.ts';

/** Requirements of the specification (revision 2026-07-28, and 2025-11-25 for servers of before), and how each is seen. */

export type Verdict = { result: 'held' | 'violated' | 'not-tried'; why: string };
export const held = (why: string): Verdict => ({ result: 'held', why });
export const violated = (why: string): Verdict => ({ result: 'violated', why });
export const notTried = (why: string): Verdict => ({ result: 'not-tried', why });

type Where = 'stdio' | 'http' | 'any';
export type Requirement = {
  id: string;
  words: string;
  era: 'legacy' | 'modern' | 'both';
  where: Where;
  /** Why it is not asked, where nothing live can tell. */
  unseen: string;
};

const TOKENS = 'it needs a token of an account';
const CLIENT = 'it is a duty of clients';
const SOURCE = 'it is seen in the source, not from outside';
const AS = 'it is about an authorization server, with which no account was opened';
const ACTIVE = 'it would burden the server or change what is behind it: that is not among what is safe';

const r = (id: string, era: Requirement['era'], where: Where, words: string, unseen = ''): Requirement => ({
  id,
  era,
  where,
  words,
  unseen,
});

export const REQUIREMENTS: readonly Requirement[] = [
  r(
    'T1',
    'both',
    'any',
    'messages are JSON-RPC 2.0 in UTF-8; answers repeat the id, errors have an integer code and a message',
  ),
  r('T2', 'both', 'stdio', 'nothing but MCP messages is written to standard output'),
  r('T3', 'both', 'stdio', 'one message a line, without a line break inside'),
  r('T4', 'both', 'stdio', 'standard error is for logs, and gives no secret away'),
  r('T5', 'modern', 'stdio', 'the server sends no requests'),
  r('T6', 'both', 'stdio', 'the server ends when its input ends'),
  r('T7', 'both', 'stdio', 'on standard streams credentials come from the environment, not by OAuth', SOURCE),
  r('T8', 'both', 'http', 'a foreign Origin is answered with 403'),
  r('T9', 'both', 'http', 'a local server listens on 127.0.0.1 only'),
  r('T10', 'both', 'http', 'a foreign Host is refused'),
  r('T11', 'both', 'http', 'every connection is authenticated'),
  r('T12', 'both', 'http', 'one endpoint takes POST; since 2026-07-28 nothing else'),
  r('T13', 'both', 'http', 'a request that does not accept both media types is refused'),
  r('T14', 'legacy', 'http', 'a notification is answered with 202 and no body'),
  r('T15', 'both', 'http', 'a request is answered with JSON or an event stream'),
  r(
    'T16',
    'modern',
    'http',
    'a version in the header that is not the body’s is answered with 400 and -32020',
  ),
  r('T17', 'modern', 'http', 'Mcp-Method that is missing or not the body’s is answered with 400 and -32020'),
  r(
    'T18',
    'modern',
    'http',
    'Mcp-Param headers are compared with the arguments',
    'no tool names a header for a parameter, or it was not called over HTTP',
  ),
  r('T19', 'both', 'any', 'a version that is not supported is refused'),
  r('T20', 'modern', 'any', 'a request without its _meta fields is refused with -32602'),
  r('T21', 'both', 'any', 'a method that is not known is answered with -32601'),
  r('T22', 'modern', 'any', 'server/discover is there'),
  r('T23', 'modern', 'any', 'nothing is asked of a client beyond what it declared'),
  r('T24', 'modern', 'http', 'no session id is handed out'),
  r('T25', 'modern', 'any', 'reserved error codes are not used for anything else'),
  r('T26', 'legacy', 'http', 'a session id is visible ASCII'),
  r('T27', 'legacy', 'http', 'session ids are unique and cannot be guessed'),
  r(
    'T28',
    'legacy',
    'http',
    'a request without a session is refused, one of an ended session answered with 404',
  ),
  r('T29', 'legacy', 'http', 'a session id that the client chose is not taken over'),
  r('T30', 'both', 'any', 'batches are not executed (since 2025-06-18)'),
  r('T31', 'modern', 'http', 'closing the stream cancels', 'it needs a call that takes long'),
  r('T32', 'modern', 'any', 'subscriptions/listen acknowledges first', 'subscriptions were not opened'),
  r('T33', 'legacy', 'http', 'the endpoint of the SSE transport is of the same origin'),
  r('T34', 'both', 'http', 'intermediaries check the version before they trust headers', CLIENT),
  r('L1', 'both', 'any', 'what is listed is declared as a capability, and the other way round'),
  r('L2', 'both', 'any', 'lists do not differ by connection, nor after other requests'),
  r('L3', 'both', 'any', 'lists keep their order'),
  r('L4', 'both', 'any', 'tool names have 1 to 128 characters of A-Z a-z 0-9 _ - . and are unique'),
  r('L5', 'both', 'any', 'inputSchema is a JSON Schema of an object'),
  r('L6', 'both', 'any', 'no schema refers to another host'),
  r('L7', 'both', 'any', 'schemas are bounded in depth and size'),
  r('L8', 'modern', 'any', 'x-mcp-header is a unique token on a primitive parameter'),
  r('L9', 'modern', 'any', 'no secret travels in an x-mcp-header'),
  r('L10', 'both', 'any', 'hints do not contradict names'),
  r('L11', 'both', 'any', 'inputs are checked: an unknown tool and missing arguments are errors'),
  r('L12', 'both', 'any', 'access is controlled', TOKENS),
  r('L13', 'both', 'any', 'calls are limited in rate', ACTIVE),
  r('L14', 'both', 'any', 'outputs are sanitised'),
  r('L15', 'both', 'any', 'errors of a tool are results, errors of the protocol are errors'),
  r('L16', 'both', 'any', 'handles are checked on every call', 'it needs calls that make handles'),
  r('L17', 'both', 'any', 'structured content is there where an outputSchema is'),
  r('L18', 'modern', 'any', 'lists say ttlMs and cacheScope'),
  r('L19', 'both', 'any', 'a cursor that was never given is refused with -32602; pages end'),
  r('L20', 'both', 'any', 'resource URIs are checked, and what is not there is an error'),
  r('L21', 'both', 'any', 'prompts check their inputs', 'no prompt was asked for'),
  r('L22', 'both', 'any', 'log messages hold no credentials'),
  r('L23', 'both', 'any', 'calls are confirmed, shown, timed out and logged', CLIENT),
  r('E1', 'both', 'any', 'elicitation does not ask for secrets'),
  r('E2', 'both', 'any', 'a URL to be opened is https, without data of the user in it'),
  r('E3', 'both', 'any', 'sampling only from a client that offers it'),
  r(
    'E4',
    'modern',
    'any',
    'requestState is protected against changes',
    'it needs a call that asks for input',
  ),
  r('A1', 'both', 'http', 'a protected server names its authorization servers (RFC 9728)'),
  r('A2', 'both', 'http', 'its metadata is about its own address'),
  r('A3', 'both', 'http', 'a token that is not valid is answered with 401'),
  r('A4', 'both', 'http', 'the challenge names the scope that is needed'),
  r('A5', 'both', 'http', 'only tokens made for it are accepted', TOKENS),
  r('A6', 'both', 'http', 'tokens are not passed on', SOURCE),
  r('A7', 'both', 'http', 'a token in the address is not accepted', TOKENS),
  r('A8', 'both', 'http', 'addresses of authorization are https'),
  r('A9', 'both', 'http', 'PKCE with S256 is offered'),
  r('A10', 'both', 'http', 'answers of authorization name their issuer'),
  r('A11', 'both', 'http', 'redirect addresses are compared exactly', AS),
  r('A12', 'both', 'http', 'refresh tokens rotate', AS),
  r('A13', 'both', 'http', 'offline_access is not among the scopes'),
  r('A14', 'both', 'http', 'scopes are narrow'),
  r('A15', 'both', 'http', 'client metadata documents are fetched with care', AS),
  r('A16', 'both', 'http', 'dynamic registration is not the only way in'),
  r('A17', 'both', 'http', 'scopes and status codes fit each other', TOKENS),
  r('A18', 'both', 'any', 'tokens are kept safe', SOURCE),
  r('B1', 'both', 'http', 'a proxy asks for consent for each client', AS),
  r('B2', 'both', 'http', 'the consent page cannot be framed', AS),
  r('B3', 'both', 'http', 'its cookies are bound and signed', AS),
  r('B4', 'both', 'http', 'state is random and used once', AS),
  r('B5', 'both', 'http', 'tokens for others are refused', TOKENS),
  r('B6', 'both', 'http', 'no metadata leads to a private address'),
  r('B7', 'both', 'http', 'addresses of authorization have a safe scheme'),
  r('B8', 'legacy', 'http', 'a session id is no authentication'),
  r('B9', 'modern', 'any', 'a handle is no authentication', TOKENS),
  r('B10', 'both', 'any', 'one-click installation shows its command', SOURCE),
  r('B11', 'both', 'http', 'a local server uses standard streams, or asks for a token'),
  r('B12', 'both', 'http', 'a proxy keeps what it starts apart', SOURCE),
  r('B13', 'both', 'any', 'addresses are opened without a shell', SOURCE),
];

export type Judge = (seen: Seen) => Verdict;

const eraWords = { legacy: 'revisions up to 2025-11-25', modern: '2026-07-28' };

/** Each requirement with its answer: what does not apply, or could not be seen, says why. */
export const judge = (seen: Seen, judges: Readonly<Record<string, Judge>>): RequirementAnswer[] =>
  REQUIREMENTS.map((q) => {
    const answer = ((): Verdict => {
      if (seen.era === 'none') return notTried(seen.problem || 'the server could not be asked');
      if (q.era !== 'both' && q.era !== seen.era)
        return notTried(`it is of ${eraWords[q.era]}, which this server does not speak`);
      const http = seen.transport === 'http' || seen.transport === 'sse';
      if (q.where === 'stdio' && http)
        return notTried('it is about standard streams, and the server was asked over HTTP');
      if (q.where === 'http' && !http)
        return notTried('it is about HTTP, and the server was asked on standard streams');
      return judges[q.id]?.(seen) ?? notTried(q.unseen || 'nothing was seen that answers it');
    })();
    return { id: q.id, requirement: q.words, ...answer };
  });
