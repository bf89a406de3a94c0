import { findSecrets, mask, placeholderReason, redactSecrets, type SecretMatch } from '../../text/redact.ts';
import { lineFinder } from '../files/lines.ts';

/**
 * The scanner of secretlint's recommended rules plus the patterns of our own. A hit's value stays in memory only for
 * comparing; what leaves here is masked.
 */

export type SecretHit = {
  id: string;
  label: string;
  /** Shown instead of the value. */
  masked: string;
  /** For finding the same secret again; never written down. */
  value: string;
  startLine: number;
  endLine: number;
  /** The first line with every secret in it masked, cut to a readable length. */
  snippet: string;
  /** Why it is hardly a working credential, or null. */
  placeholder: string | null;
  /** Known by its own shape, not by the words around it. */
  specific: boolean;
};

export type SecretScanner = (path: string, text: string) => Promise<SecretHit[]>;

/** Secretlint's rules are not ours to bound; larger texts only meet our own patterns. */
export const MOST_LINTED = 1_000_000;
const SNIPPET_SIDE = 70;
const MOST_HITS = 200;

type Lint = (path: string, text: string) => Promise<{ id: string; start: number; end: number }[]>;

/** Loads secretlint (some 40 ms) and silences its profiler, which would keep the process busy long after the scan. */
const loadLint = async (): Promise<Lint> => {
  const [{ lintSource }, { creator }, { secretLintProfiler }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
    import('@secretlint/profiler'),
  ]);
  secretLintProfiler.mark = () => {};
  const config = {
    rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }],
  };
  return async (path, text) => {
    const result = await lintSource({
      source: { filePath: path, content: text, contentType: 'text', ext: /\.[^./]+$/.exec(path)?.[0] ?? '' },
      options: { config, noPhysicFilePath: true },
    });
    return result.messages.map((m) => ({
      id: m.ruleId.replace(/^.*secretlint-rule-/, ''),
      start: m.range[0],
      end: m.range[1],
    }));
  };
};

/** Cheap signs of everything the recommended rules look for; most files have none and need not be linted. */
const WORTH_LINTING =
  /AKIA|ASIA|A3T|aws|AWS|BEGIN|xox|hooks\.slack|gh[pousr]_|github_pat|glpat|npm_|_auth|:\/\/[^\s/]{1,100}@|sk-|hf_|SG\.|shp(?:at|ca|pa|ss)_|lin_api|gsk_|dckr_|dop_v1|dp\.|figd_|secret_|ntn_|pypi-|private_key|vc[pbiaks]_|ops_ey|dt0c|r8_|password|key/;

const labelOf = (rule: string): string =>
  ({
    'database-connection-string': 'database password in a URL',
    basicauth: 'user and password in a URL',
    privatekey: 'private key',
    github: 'GitHub token',
    slack: 'Slack token',
    npm: 'npm token',
    aws: 'AWS credential',
    gcp: 'Google Cloud key',
    sendgrid: 'SendGrid key',
    shopify: 'Shopify token',
    linear: 'Linear key',
    openai: 'OpenAI key',
    anthropic: 'Anthropic key',
  })[rule] ?? `${rule} credential`;

export const openSecretScanner = async (): Promise<SecretScanner> => {
  const lint = await loadLint();
  return async (path, text) => {
    const matches: SecretMatch[] = findSecrets(text);
    if (text.length <= MOST_LINTED && WORTH_LINTING.test(text))
      for (const { id, start, end } of await lint(path, text)) {
        if (end <= start || matches.some((m) => m.start < end && start < m.end)) continue;
        const value = text.slice(start, end);
        matches.push({
          id,
          label: labelOf(id),
          start,
          end,
          value,
          context: value,
          specific: true,
          fixed: 0,
        });
      }
    if (matches.length === 0) return [];
    matches.sort((a, b) => a.start - b.start);
    const line = lineFinder(text);
    return matches.slice(0, MOST_HITS).map((m) => ({
      id: m.id,
      label: m.label,
      masked: mask(m.value),
      value: m.value,
      startLine: line(m.start),
      endLine: line(Math.max(m.start, m.end - 1)),
      snippet: snippetOf(text, m, matches),
      placeholder: placeholderReason(m.value, m.context),
      specific: m.specific,
    }));
  };
};

/** Masks first, cuts then: cutting first could leave half a secret that no pattern recognises. */
const snippetOf = (text: string, hit: SecretMatch, all: readonly SecretMatch[]): string => {
  const lineStart = text.lastIndexOf('\n', hit.start - 1) + 1;
  const next = text.indexOf('\n', hit.start);
  const lineEnd = next === -1 ? text.length : next;
  const near = all.filter(
    (m) => m.start < Math.min(lineEnd, hit.end + 400) && m.end > Math.max(lineStart, hit.start - 400),
  );
  let before = '';
  let after = '';
  let from = Math.max(lineStart, hit.start - 400);
  for (const m of near.filter((n) => n.end <= hit.start)) {
    before += text.slice(from, Math.max(from, m.start)) + mask(m.value);
    from = Math.max(from, m.end);
  }
  before += text.slice(from, hit.start);
  from = hit.end;
  for (const m of near.filter((n) => n.start >= hit.end)) {
    after += text.slice(from, m.start) + mask(m.value);
    from = Math.max(from, m.end);
  }
  after += text.slice(from, Math.max(from, Math.min(lineEnd, hit.end + 400)));
  const tidy = (s: string): string => redactSecrets(s).replace(/\s+/g, ' ');
  const [left, right] = [tidy(before), tidy(after)];
  return `${left.length > SNIPPET_SIDE ? `…${left.slice(-SNIPPET_SIDE)}` : left.trimStart()}${mask(hit.value)}${right.length > SNIPPET_SIDE ? `${right.slice(0, SNIPPET_SIDE)}…` : right.trimEnd()}`;
};
