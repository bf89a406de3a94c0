import { matchesIn } from '../../sources/source.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, type Rule } from '../rule.ts';

/** What is so, and is neither good nor bad by itself: an auditor's question about it needs the place. */

const circumstance = (
  rule: Pick<Rule, 'id' | 'class' | 'checks' | 'title' | 'detail' | 'find'> & Partial<Rule>,
): Rule => ({
  kind: 'fact',
  strength: 'weak',
  cwe: [],
  languages: everyLanguage,
  merge: 'file',
  ...rule,
});

export const circumstances: readonly Rule[] = [
  circumstance({
    id: 'credential-sent',
    class: 'secret-exposure',
    checks: ['2.2.1', '3.2.1'],
    title: 'A credential goes along with requests to another service',
    detail:
      'Where it comes from, to which host it goes, and who can change that host decide what it is worth to others.',
    advice: 'Compare with what the documentation tells users to set.',
    find: matching({
      on: {
        script:
          /["'`]?\b(?:Authorization|X-API-Key|Private-Token)["'`]?\]?\s*[:=,]\s*(?:`[^`\n]{0,20}\$\{|["'](?:Bearer|Basic|Token|token) ["']\s*\+|(?:this\.|config\.|options\.)?\w*(?:token|key|auth)\w*\b)/gi,
        python:
          /["'](?:Authorization|X-API-Key|Private-Token)["']\]?\s*[:=]\s*(?:f["']|\w|["'](?:Bearer|Basic) ["']\s*\+)/gi,
        go: /Header\.(?:Set|Add)\(\s*"(?:Authorization|X-API-Key|Private-Token)"/gi,
        rust: /\.bearer_auth\(|\.basic_auth\(|header\(\s*(?:header::)?AUTHORIZATION/g,
        java: /setBearerAuth\(|setBasicAuth\(|\.header\(\s*"Authorization"/g,
      },
      accept: (source, m) =>
        // What is read from a request is asked of the caller, not sent.
        !['script', 'python'].includes(source.language) ||
        !/\b(?:req|request|ctx)\b|headers\s*\.\s*get|getHeader/i.test(
          source.code.slice(Math.max(0, m.index - 16), m.index + m[0].length),
        ),
    }),
  }),
  circumstance({
    id: 'scopes-asked-for',
    class: 'oauth',
    checks: ['2.2.1', '2.2.4'],
    languages: ['script', 'python', 'go'],
    title: 'OAuth scopes that are asked for',
    detail: 'One token for all tools can do in each of them what the widest needs.',
    advice: 'Hold them against what the tools need.',
    find: matching({
      on: {
        script: /\b\w*scopes?\w*["']?\s*[:=]\s*(?:\[\s*)?["'`][\w:/.*@-][\w:/.*@ -]{2,300}["'`]/gi,
        python: /\b\w*scopes?\w*["']?\s*[:=]\s*(?:\[\s*)?["'][\w:/.*@-][\w:/.*@ -]{2,300}["']/gi,
        go: /\b\w*Scopes?\w*\s*:?[:=]\s*(?:\[\]string\{\s*)?"[\w:/.*@-][\w:/.*@ -]{2,300}"/g,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        matchesIn(source, 'bare', /oauth|authorization_?url|client_?id|refresh_?token/gi, 1).length > 0,
    }),
  }),
  circumstance({
    id: 'client-id-in-source',
    class: 'oauth',
    checks: ['2.2.1', '2.2.2', '2.3.3'],
    languages: ['script', 'python', 'go', 'java'],
    title: 'An OAuth client id is a constant of the source',
    detail:
      'A client id is no secret, but everybody who runs this server is the same client: it cannot be revoked for one of them, and redirects and PKCE have to protect what a client secret would.',
    find: matching({
      on: {
        script: /\b\w*client_?id\w*["']?\s*[:=]\s*["'`][\w.-]{12,120}["'`]/gi,
        python: /\b\w*client_?id\w*["']?\s*[:=]\s*["'][\w.-]{12,120}["']/gi,
        go: /\b\w*[cC]lientI[dD]\w*\s*:?[:=]\s*"[\w.-]{12,120}"/g,
        java: /\b\w*client_?id\w*\s*=\s*"[\w.-]{12,120}"/gi,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        !/your|example|placeholder|xxx|process\.env|<|client_?id["'`]$/i.test(m[0]),
    }),
  }),
  circumstance({
    id: 'refused-input-quoted',
    class: 'information-disclosure',
    checks: ['2.1.1', '2.1.3'],
    languages: ['script', 'python', 'go'],
    title: 'Errors about refused paths and addresses quote them',
    detail: 'Where the text reaches the client it shows paths and names of this machine.',
    advice: 'See whether a caller can ask of any path whether it exists.',
    find: matching({
      on: {
        script:
          /\bnew\s+\w*Error\(\s*`[^`\n]{0,160}\$\{\s*(?:\w+\.)?\w*(?:path|file|dir|folder|url|host)\w*\s*\}/gi,
        python:
          /\braise\s+\w*(?:Error|Exception)\(\s*f["'][^"'\n]{0,160}\{(?:\w+\.)?(?:v|\w*(?:path|file|dir|folder|url|host)\w*)\}/gi,
        go: /\b(?:fmt\.Errorf|errors\.New)\(\s*"[^"\n]{0,160}%[svqw][^"\n]{0,80}"\s*,\s*(?:\w+\.)?\w*(?:path|file|dir|url)\w*\b/gi,
      },
    }),
  }),
];
