import { bareIn, codeIn, linesAround, linesFrom, matchesIn } from '../../sources/source.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, type Rule } from '../rule.ts';

/** Certificates, ciphers and randomness. */

const SECRET_NAME =
  /(?:token|secret|password|passwd|nonce|session|api_?key|csrf|otp|salt|verifier|challenge|credential|state\b|auth_?code|invite)/i;

export const secrecyRules: readonly Rule[] = [
  {
    id: 'tls-not-verified',
    kind: 'lead',
    strength: 'strong',
    class: 'tls',
    cwe: ['CWE-295'],
    checks: ['2.3.1', '3.2.2'],
    languages: everyLanguage,
    title: 'Certificates are not verified',
    detail: 'On connections made so, anyone on the path can read and change the traffic.',
    advice: 'See whether this is a default, an option, or dead code.',
    merge: 'package',
    find: matching({
      on: {
        script:
          /rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*[:=]\s*["']?0|strictSSL\s*:\s*false|checkServerIdentity\s*:\s*\(\s*\)\s*=>/g,
        python:
          /\bverify\s*=\s*False\b|verify_ssl\s*=\s*False|ssl\s*=\s*False\b|_create_unverified_context|CERT_NONE|check_hostname\s*=\s*False/g,
        go: /InsecureSkipVerify\s*:\s*true/g,
        rust: /danger_accept_invalid_(?:certs|hostnames)\s*\(\s*true/g,
        java: /TrustAllStrategy|NoopHostnameVerifier|ALLOW_ALL_HOSTNAME_VERIFIER|InsecureTrustManagerFactory|checkServerTrusted\([^)]{0,120}\)\s*(?:throws \w+\s*)?\{\s*\}/g,
      },
      accept: (source, m) => {
        // The variable's name stands in quotes by itself, or it is told of.
        if (inLiteral(source, m.index) && !/^NODE_TLS\w+["']/.test(m[0])) return false;
        const near = bareIn(source, linesAround(source, m.index, 4, 0));
        if (
          /\bif\b[^;]{0,200}\b(?:env|getenv|environ)\b/i.test(
            bareIn(source, linesAround(source, m.index, 8, 0)),
          )
        )
          return { strength: 'moderate' };
        const line = codeIn(source, linesAround(source, m.index, 0, 0));
        if (/jwt|decode\(/.test(line)) return false;
        // `def f(..., verify=False)` or a switch before it: only on demand.
        return /\bif\b|\?|insecure|skip_?(?:tls|verify|ssl)|allow_?self/i.test(near)
          ? { strength: 'moderate' }
          : true;
      },
    }),
  },
  {
    id: 'transport-security-off',
    kind: 'lead',
    strength: 'moderate',
    class: 'oauth',
    cwe: ['CWE-319', 'CWE-295'],
    checks: ['2.2.3', '2.3.1', '3.2.2'],
    languages: everyLanguage,
    title: 'The server itself switches off what protects its connections',
    detail:
      'A variable that libraries read is set by the program: tokens may then go over plain HTTP, or to a server nobody verified.',
    advice: 'See whether this happens for addresses of this machine alone.',
    merge: 'file',
    find: matching({
      on: {
        python:
          /environ(?:\.setdefault\(\s*|\[\s*)["'](?:OAUTHLIB_INSECURE_TRANSPORT|AUTHLIB_INSECURE_TRANSPORT|OAUTHLIB_RELAX_TOKEN_SCOPE)["'](?:\s*\]\s*=(?!=)|\s*,)\s*["']?(?:1|true|yes)/gi,
        script:
          /process\.env(?:\.|\[["'])(?:OAUTH_ALLOW_HTTP|GIT_SSL_NO_VERIFY|MCP_ALLOW_INSECURE|ALLOW_INSECURE_HTTP)(?:["']\])?\s*=(?!=)\s*["']?(?:1|true|yes)/gi,
        go: /os\.Setenv\(\s*"(?:GIT_SSL_NO_VERIFY|OAUTHLIB_INSECURE_TRANSPORT|NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)"/g,
        rust: /set_var\(\s*"(?:GIT_SSL_NO_VERIFY|OAUTHLIB_INSECURE_TRANSPORT|NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)"/g,
        java: /setProperty\(\s*"(?:com\.sun\.jndi\.ldap\.object\.disableEndpointIdentification|jdk\.internal\.httpclient\.disableHostnameVerification)"/g,
      },
      accept: (_, m) =>
        /RELAX_TOKEN_SCOPE/i.test(m[0])
          ? { strength: 'weak' }
          : /VERIFY|REJECT|verification|Identification/.test(m[0])
            ? { class: 'tls' }
            : true,
    }),
  },
  {
    id: 'weak-random-secret',
    kind: 'lead',
    strength: 'strong',
    class: 'crypto',
    cwe: ['CWE-338'],
    checks: ['2.3.1', '2.2.1'],
    languages: ['script', 'python', 'go', 'java'],
    title: 'A secret is made with an ordinary random generator',
    detail:
      'Its next value can be computed from earlier ones. Secrets need the generator made for cryptography.',
    merge: 'file',
    find: inEach(['script', 'python', 'go', 'java'], (source) =>
      matchesIn(
        source,
        'bare',
        source.language === 'script'
          ? /Math\.random\s*\(/g
          : source.language === 'python'
            ? /(?<![\w.])random\.(?:choice|choices|randint|random|randrange|getrandbits|sample)\s*\(/g
            : source.language === 'go'
              ? /(?<![\w.])rand\.(?:Int|Intn|Int31|Int63|Uint32|Uint64|Float64|Perm)\w*\(/g
              : /new\s+Random\s*\(|Math\.random\s*\(/g,
      ).flatMap((m) => {
        if (source.language === 'go' && /"crypto\/rand"/.test(source.code)) return [];
        const around = linesAround(source, m.index, 0, 0);
        const line = bareIn(source, around);
        const before = line.slice(0, Math.max(0, m.index - around.start));
        const named = /([\w.]{1,60})\s*(?::\s*\w+\s*)?(?::=|[:=])(?!=)[^=]{0,120}$/.exec(before)?.[1] ?? '';
        const returned = /\breturn\b/.test(before)
          ? (/(?:function|def|func|const|static|public|private)\s+(?:async\s+)?(\w+)/g.exec(
              bareIn(source, linesAround(source, m.index, 6, 0)),
            )?.[1] ?? '')
          : '';
        if (!SECRET_NAME.test(named) && !SECRET_NAME.test(returned)) return [];
        if (/session_?id/i.test(named)) return [];
        // What names the rest of a long answer opens nothing.
        if (
          /continuation|paginat|cursor|next_?page|page_?token|progress/i.test(
            bareIn(source, linesAround(source, m.index, 3, 3)),
          )
        )
          return [];
        return [{ source, start: m.index, end: m.index + m[0].length }];
      }),
    ),
  },
  {
    id: 'weak-hash',
    kind: 'lead',
    strength: 'moderate',
    class: 'crypto',
    cwe: ['CWE-327', 'CWE-916'],
    checks: ['2.3.1'],
    languages: everyLanguage,
    title: 'MD5 or SHA-1 near a secret',
    detail:
      'Fine as a checksum of content, and in an HMAC still; wrong for passwords, signatures and tokens.',
    merge: 'file',
    find: matching({
      on: {
        script: /createHash\(\s*["'](?:md5|sha1)["']/gi,
        python: /hashlib\.(?:md5|sha1)\s*\(|hashlib\.new\(\s*["'](?:md5|sha1)["']/g,
        go: /\b(?:md5|sha1)\.(?:New|Sum)\s*\(/g,
        rust: /\bMd5::(?:new|digest)|\bSha1::(?:new|digest)/g,
        java: /MessageDigest\.getInstance\(\s*"(?:MD5|SHA-?1)"/g,
      },
      accept: (source, m) => {
        const near = bareIn(source, linesAround(source, m.index, 3, 2));
        return (
          !inLiteral(source, m.index) &&
          /password|passwd|secret|signature|(?<!max_?)\btoken\b(?!s|_?count)|credential|api_?key|hmac/i.test(
            near,
          ) &&
          !/usedforsecurity\s*=\s*False|cache|etag|finger/i.test(near)
        );
      },
    }),
  },
  {
    id: 'weak-cipher',
    kind: 'lead',
    strength: 'moderate',
    class: 'crypto',
    cwe: ['CWE-327'],
    checks: ['2.3.1'],
    languages: everyLanguage,
    title: 'A cipher or mode that does not protect',
    detail: 'ECB shows patterns, DES and RC4 are broken, createCipher derives its key without a salt.',
    merge: 'file',
    find: matching({
      on: {
        script: /createCipher(?:iv)?\(\s*["'](?:[\w-]*-ecb|des[\w-]*|rc4|bf[\w-]*)["']|\bcreateCipher\s*\(/gi,
        python: /\bMODE_ECB\b|modes\.ECB\s*\(|\b(?:DES3?|ARC4|Blowfish)\.new\s*\(/g,
        go: /\bdes\.New(?:TripleDES)?Cipher\b|\brc4\.NewCipher\b|NewECBEncrypter/g,
        java: /Cipher\.getInstance\(\s*"(?:AES|DES|DESede|RC4|Blowfish)(?:\/ECB[^"]*)?"\s*\)/g,
      },
      accept: (source, m) => !inLiteral(source, m.index),
    }),
  },
  {
    id: 'static-iv',
    kind: 'lead',
    strength: 'moderate',
    class: 'crypto',
    cwe: ['CWE-329'],
    checks: ['2.3.1'],
    languages: ['script', 'python'],
    title: 'An initialisation vector that never changes',
    detail:
      'The same key and vector twice gives away what two texts have in common; with GCM it gives away the key stream.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /\b(?:iv|nonce)\s*=\s*(?:Buffer\.(?:alloc\(\s*\d+\s*\)|from\(\s*["'][^"'\n]{8,64}["'])|["'][^"'\n]{8,64}["'])/gi,
        python: /\b(?:iv|nonce)\s*=\s*(?:b["'][^"'\n]{8,80}["']|bytes\(\s*\d+\s*\))/gi,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        /cipher|encrypt|aes/i.test(codeIn(source, linesFrom(source, m.index, 12))),
    }),
  },
];
