import { bareIn, codeIn, inside, linesAround, matchesIn } from '../../sources/source.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, type Rule } from '../rule.ts';

/** Sessions and OAuth: whether a caller is who it was before, and whether a token is meant for this server. */

const CHECKS = ['2.2.3'];

const WEAK_SOURCE =
  /Math\.random|Date\.now|new Date\(|performance\.now|\+\+\w|\w\+\+|\brandom\.(?:random|randint|choice|choices|getrandbits|randrange)\b|time\.time|uuid\.?uuid1|uuid1\(|time\.Now\(\)\.Unix|\brand\.(?:Int|Uint|Read|Intn)\w*\(|new Random\(|thread_rng|SystemTime::now/;

/** `old.secret != new.secret`: whether a setting changed, asked of two states of one's own. */
const comparesVersions = (left: string, right: string): boolean => {
  const [a, b] = [left, right].map((x) => ({
    owner: x.split('.', 1)[0]!,
    member: x.slice(x.indexOf('.') + 1),
  }));
  return a!.owner !== b!.owner && a!.member === b!.member && a!.owner !== left && /^[\w.]+$/.test(a!.member);
};

/** A checksum is compared to see whether something is whole or the same: whoever sends it knows it. */
/** `expected = hashlib.sha256(text).digest()`, above: no key went into it. */
const isMadeDigest = (name: string, above: string): boolean =>
  /^\w{1,60}$/.test(name) &&
  new RegExp(
    `\\b${name}\\s{0,4}:?=\\s{0,4}[^\\n]{0,80}\\b(?:sha\\d*|md5|createHash|hashlib|digest|checksum)`,
    'i',
  ).test(above) &&
  !/hmac/i.test(above);

const isDigest = (left: string, right: string): boolean =>
  /digest|checksum|sha\d*|md5|crc|etag|hash|fingerprint/i.test(`${left} ${right}`) &&
  !/hmac|signature|token|secret|api_?key|password|passw|bearer/i.test(`${left} ${right}`);

export const identityRules: readonly Rule[] = [
  {
    id: 'guessable-session-id',
    kind: 'lead',
    strength: 'strong',
    class: 'session',
    cwe: ['CWE-330', 'CWE-384'],
    checks: CHECKS,
    languages: everyLanguage,
    title: 'A session id comes from a source that can be guessed',
    detail:
      'Clock, counter or an ordinary random generator. The specification asks for cryptographically secure ids.',
    merge: 'file',
    find: inEach(everyLanguage, (source) =>
      matchesIn(
        source,
        'bare',
        /\b(?:mcp_?)?session_?id(?:_?generator)?\b["']?\s*(?::=|[:=](?!=))[^\n;]{0,160}/gi,
      ).flatMap((m) => {
        const rest = m[0].slice(m[0].search(/[:=]/));
        // A value falling back on a clock is one too; a comparison or a type is none.
        if (!WEAK_SOURCE.test(rest)) return [];
        return [{ source, start: m.index, end: m.index + m[0].length }];
      }),
    ),
  },
  {
    id: 'credential-in-url',
    kind: 'lead',
    strength: 'moderate',
    class: 'session',
    cwe: ['CWE-598'],
    checks: CHECKS,
    languages: ['script', 'python', 'go', 'java'],
    title: 'A token is accepted from the URL',
    detail:
      'Addresses end up in logs, histories and Referer headers. The specification forbids access tokens in the query.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /\b(?:req|request|c\.req|ctx)\.query(?:\.|\(["']|\[["'])(?:access_?token|api_?key|auth_?token|token|secret|password)\b|searchParams\.get\(["'](?:access_?token|api_?key|auth_?token|token|secret|password)["']\)/gi,
        python:
          /(?:query_params|request\.args)(?:\.get\(|\[)\s*["'](?:access_?token|api_?key|auth_?token|token|secret|password)["']/gi,
        go: /Query\(\)\.Get\("(?:access_?token|api_?key|auth_?token|token|secret|password)"\)/gi,
        java: /getParameter\("(?:access_?token|api_?key|auth_?token|token|secret|password)"\)/gi,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) && !/(^|\/)(?:reset|verify|invite)/.test(source.path),
    }),
  },
  {
    id: 'token-not-verified',
    kind: 'lead',
    strength: 'strong',
    class: 'oauth',
    cwe: ['CWE-347'],
    checks: CHECKS,
    languages: ['script', 'python', 'go', 'java'],
    title: 'A token is decoded without its signature being verified',
    detail:
      'What such a token says of its bearer, anyone can write. Harmless only where nothing is decided by it.',
    merge: 'file',
    find: matching({
      on: {
        script: /\bjwt\.decode\s*\(|\bdecodeJwt\s*\(|\bjwt_?decode\s*\(|algorithms\s*:\s*\[\s*["']none["']/gi,
        python:
          /["']?verify_signature["']?\s*[:=]\s*False|jwt\.decode\([^)\n]{0,200}verify\s*=\s*False|get_unverified_claims\s*\(|algorithms\s*=\s*\[\s*["']none["']/gi,
        go: /\bParseUnverified\s*\(/g,
        java: /\bJWT\.decode\s*\(|parseClaimsJwt\s*\(/g,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        (/jwt\.verify|jwtVerify|\.verify\(token|jwks|signing_key/i.test(source.bare)
          ? { strength: 'weak' }
          : true),
    }),
  },
  {
    id: 'audience-not-checked',
    kind: 'lead',
    strength: 'moderate',
    class: 'oauth',
    cwe: ['CWE-287', 'CWE-345'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: 'A token is verified without asking whom it was issued for',
    detail:
      'The specification: a server must accept only tokens issued for itself. Without the audience, a token for another service opens this one.',
    merge: 'file',
    find: inEach(['script', 'python', 'go'], (source) =>
      matchesIn(
        source,
        'bare',
        source.language === 'script'
          ? /\b(?:jwt\.verify|jwtVerify|jose\.jwtVerify)\s*\(/g
          : source.language === 'python'
            ? /\bjwt\.decode\s*\(|\bJWTVerifier\s*\(/g
            : /\bjwt\.Parse(?:WithClaims)?\s*\(/g,
      ).flatMap((m) => {
        const args = codeIn(source, inside(source, m.index + m[0].length - 1));
        const near = codeIn(source, linesAround(source, m.index, 12, 25));
        if (args.trim() === '' || /verify_signature/.test(args)) return [];
        if (/\baud(?:ience)?s?\b|WithAudience|\*\*|options\b|kwargs|verifyOptions/i.test(args)) return [];
        if (/\.aud\b|\["']aud["']\]|VerifyAudience|\baudience\b/i.test(near)) return [];
        return [{ source, start: m.index, end: m.index + m[0].length }];
      }),
    ),
  },
  {
    id: 'no-pkce',
    kind: 'lead',
    strength: 'moderate',
    class: 'oauth',
    cwe: ['CWE-287'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: 'An authorisation code flow without a sign of PKCE',
    detail: 'OAuth 2.1, which MCP builds on, requires code_challenge with S256 from every client.',
    merge: 'package',
    find: (pack) =>
      pack.sources.some((s) => /code_?challenge|pkce|GenerateVerifier|S256ChallengeOption/i.test(s.code))
        ? []
        : pack.sources
            .filter((s) => s.language === 'script' || s.language === 'python' || s.language === 'go')
            .flatMap((source) =>
              matchesIn(
                source,
                'code',
                /response_type["']?\s*(?:[=:,]|\]\s*=)\s*["']?code\b|authorization_code["']/g,
                20,
              )
                // A list of the grants there are is no request for one.
                .filter((m) => !/refresh_token/.test(codeIn(source, linesAround(source, m.index, 0, 0))))
                .filter((m) => /redirect_?uri/i.test(codeIn(source, linesAround(source, m.index, 15, 15))))
                .map((m) => ({ source, start: m.index, end: m.index + m[0].length })),
            ),
  },
  {
    id: 'loose-redirect',
    kind: 'lead',
    strength: 'moderate',
    class: 'oauth',
    cwe: ['CWE-601'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: 'A redirect address is matched loosely',
    detail: 'Redirect addresses must match exactly: a prefix or a pattern lets an attacker collect the code.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /redirect_?ur[il]s?\w*\??\.(?:startsWith|includes|match|endsWith)\(\s*(?!["'](?:javascript|https?:\/\/localhost:))|redirect_?uris["']?\s*:\s*\[\s*["']\*/gi,
        python: /redirect_?ur[il]\w*\.(?:startswith|endswith)\(|redirect_?uris["']?\s*[:=]\s*\[\s*["']\*/gi,
        go: /Has(?:Prefix|Suffix)\(\s*redirectUR[IL]/gi,
      },
      accept: (source, m) => !inLiteral(source, m.index) && !/uris?\w*\.includes/i.test(m[0]),
    }),
  },
  {
    id: 'token-passthrough',
    kind: 'lead',
    strength: 'moderate',
    class: 'oauth',
    cwe: ['CWE-441'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: "The caller's Authorization header is handed on to another service",
    detail:
      'The specification forbids passing the token a client sent to this server on to an upstream API: it makes the server a confused deputy.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /authorization["']?\]?\s*[:=]\s*(?:req|request|ctx|c\.req|extra|context)\b[\w.?!]{0,60}headers?\??(?:\.get\()?[.[("']{0,3}authorization\b/gi,
        python:
          /["']authorization["']\]?\s*[:=]\s*(?:request|req|ctx|scope)[\w.]{0,60}headers(?:\.get\(|\[)\s*["']authorization/gi,
        go: /Header\.Set\(\s*"Authorization",\s*\w+\.Header\.Get\("Authorization"\)\s*\)/gi,
      },
      accept: (source, m) => !inLiteral(source, m.index) && /["'\]{,\s]/.test(source.code[m.index - 1] ?? ''),
    }),
  },
  {
    id: 'secret-compared-plainly',
    kind: 'lead',
    strength: 'weak',
    class: 'crypto',
    cwe: ['CWE-208'],
    checks: ['2.2.1', '2.2.3'],
    languages: ['script', 'python', 'go'],
    title: 'A secret is compared with an ordinary operator',
    detail: 'The time an ordinary comparison takes tells how much of a guess was right.',
    advice: 'Look for a constant-time one.',
    merge: 'file',
    find: inEach(['script', 'python', 'go'], (source) => {
      const asks = /authorization|bearer|api[-_]?key|signature|hmac|webhook/i.test(source.code);
      if (!asks) return [];
      return matchesIn(
        source,
        'bare',
        /(?<![\w.])([\w.?()[\]]{1,60})\s*([!=]==?)\s*([\w.]{1,60}|[`"'][^\n]{0,30})/g,
      ).flatMap((m) => {
        const left = (m[1] ?? '').replace(/^[([]+/, '');
        const right = m[3] ?? '';
        const line = bareIn(source, linesAround(source, m.index, 0, 0));
        const secret =
          /^(?:\w{1,60}\.){0,4}(?:\w{0,60}_)?(?:\w{0,60}[a-z])?(?:auth_?token|api_?key|secret|signature|hmac|password|provided_?(?:key|token)|expected_?(?:key|token|signature)?|bearer(?:_?token)?|authorization)$/i;
        const known = /^(?:\w+\.){0,3}(?:token|key)$/i;
        const fine = /^(?:null|undefined|None|nil|true|false|\d.*|typeof|""|''|``|["']\s*["'])$/;
        if (fine.test(right) || fine.test(left) || /typeof|\.length|\.type\b|len\(/.test(line)) return [];
        if (!(secret.test(right) || secret.test(left))) return [];
        const other = secret.test(right) ? left : right;
        // `authorization !== `Bearer ${token}`` compares with a template.
        const template = /^[`"']/.test(other) && /\$\{\s*\w*(?:token|key|secret)/i.test(line);
        if (
          !(
            known.test(other) ||
            secret.test(other) ||
            /header|token|key|digest|computed|provided|supplied|received/i.test(other) ||
            template
          )
        )
          return [];
        if (/^[`"']/.test(other) && !template) return [];
        if (comparesVersions(left, right) || isDigest(left, right)) return [];
        if (isMadeDigest(other === left ? right : left, bareIn(source, linesAround(source, m.index, 8, 0))))
          return [];
        return [{ source, start: m.index, end: m.index + m[0].length }];
      });
    }),
  },
];
