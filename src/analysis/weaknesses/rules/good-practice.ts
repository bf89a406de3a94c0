import { inLiteral, matching } from '../matching.ts';
import type { Rule } from '../rule.ts';

/** Protections seen. They are not proof: an auditor still asks whether every way in passes them. */

const seen = (
  id: string,
  title: string,
  checks: readonly string[],
  cls: Rule['class'],
  on: Parameters<typeof matching>[0]['on'],
  /** What the same words say of something else, by the code before them in the line. */
  but?: RegExp,
): Rule => ({
  id,
  kind: 'strength',
  strength: 'weak',
  class: cls,
  cwe: [],
  checks,
  languages: Object.keys(on) as Rule['languages'][number][],
  title,
  advice: 'See whether every way in passes it.',
  merge: 'file',
  find: matching({
    on,
    accept: (source, m) =>
      !inLiteral(source, m.index) &&
      !but?.test(source.code.slice(source.code.lastIndexOf('\n', m.index - 1) + 1, m.index)),
  }),
});

export const goodPractice: readonly Rule[] = [
  seen('constant-time-comparison', 'Secrets are compared in constant time', ['2.2.1', '2.2.3'], 'crypto', {
    script: /\btimingSafeEqual\s*\(/g,
    python: /\bcompare_digest\s*\(/g,
    go: /\bConstantTimeCompare\s*\(/g,
  }),
  seen('pkce-s256', 'OAuth codes are protected by PKCE with S256', ['2.2.3'], 'oauth', {
    script: /code_challenge_method["']?\s*[:,=]\s*["']S256/g,
    python: /code_challenge_method["']?\]?\s*[:,=]\s*["']S256/g,
    go: /S256ChallengeOption|S256ChallengeFromVerifier/g,
  }),
  seen('random-session-id', 'Session ids come from a cryptographic generator', ['2.2.3'], 'session', {
    script:
      /sessionIdGenerator\s*:\s*(?:\(\)\s*=>\s*)?(?:crypto\.)?(?:randomUUID|randomBytes|uuidv4|nanoid)\b/g,
    python: /session_id\s*=\s*(?:secrets\.\w+|(?:str\()?uuid4|uuid\.uuid4)\b/g,
  }),
  seen(
    'host-or-origin-checked',
    'Host or Origin of requests is checked',
    ['2.2.3', '3.2.3'],
    'dns-rebinding',
    {
      script:
        /enableDnsRebindingProtection\s*:\s*true|\bhostHeaderValidation\s*\(|\bcreateMcpExpressApp\s*\(/g,
      python: /TransportSecuritySettings\s*\(|TrustedHostMiddleware\b/g,
    },
  ),
  seen(
    'tools-can-be-limited',
    'Which tools are offered can be limited by settings',
    ['2.2.3', '2.2.4'],
    'configuration',
    {
      script:
        /\b(?:enabled?|disabled?|allowed|excluded?|included?)_?(?:mcp_?)?tool(?:set)?s?\b["']?\s*[:=?]|["'`]--(?:enable|disable|include|exclude|allow)-?(?:tools?|toolsets?)\b|["'`](?:\w+_)?(?:ENABLED?|DISABLED?|ALLOWED|EXCLUDED?)_TOOLS?(?:ETS)?["'`]/gi,
      python:
        /\b(?:enabled?|disabled?|allowed|excluded?|included?)_tool(?:set)?s?\b\s*[:=]|["'](?:\w+_)?(?:ENABLED?|DISABLED?|ALLOWED|EXCLUDED?)_TOOLS?(?:ETS)?["']/gi,
      go: /\b(?:Enabled?|Disabled?|Allowed|Excluded?)Tool(?:set)?s\b|"(?:toolsets|enabled-tools|disabled-tools|exclude-tools)"/g,
      java: /\b(?:enabled|disabled|allowed|excluded)Tools\b/g,
    },
  ),
  seen(
    'https-addresses',
    'Addresses of other services are built with https',
    ['2.3.1', '3.2.2'],
    'tls',
    {
      script: /`https:\/\/\$\{/g,
      python: /\bf["']https:\/\/\{/g,
      go: /"https:\/\/%s|"https:\/\/"\s*\+/g,
      java: /"https:\/\/"\s*\+/g,
      rust: /format!\(\s*"https:\/\/\{/g,
      // What is mounted decides how such addresses are called, and may well check no certificate.
    },
    /\.mount\(\s*$/,
  ),
  seen(
    'restricted-file-mode',
    'Files are written with a mode only their owner can read',
    ['2.2.1', '2.3.1'],
    'secret-exposure',
    {
      script: /mode\s*:\s*0o600|chmod(?:Sync)?\([^,\n]{1,80},\s*0o600/g,
      python: /chmod\([^,\n]{0,80},?\s*0o600|mode\s*=\s*0o600/g,
      go: /os\.WriteFile\([^\n]{1,200},\s*0o?600\s*\)/g,
    },
  ),
];
