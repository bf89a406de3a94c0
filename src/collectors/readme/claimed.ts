import { readMarkdown } from '../../analysis/files/markdown.ts';
import { baseName, below, depthOf, extensionOf } from '../../analysis/files/paths.ts';
import { listed } from '../../analysis/files/words.ts';
import { type CollectContext, type ItemDraft, lead, placed } from '../collector.ts';
import type { Shown } from './sources.ts';

/** A protection documents speak of, and the words one of which code that has it, or the manifest of its library, holds. */
type Claim = { name: string; claimed: RegExp; traces: RegExp };

const CLAIMS: readonly Claim[] = [
  {
    name: 'rate limiting',
    claimed: /\brate[- ]limit(?:ing|er)\b|\bthrottl(?:ing|ed)\b/i,
    traces:
      /rate_?limit|limiter|throttl|slowapi|bucket|leaky|too_?many|quota|bottleneck|p_?limit|semaphore|governor|resilience4j/,
  },
  {
    name: 'PKCE',
    claimed: /\bPKCE\b/,
    traces:
      /pkce|code_?challenge|code_?verifier|authlib|openid_?client|msal|oauth_?provider|auth0|spring_?security|nimbus/,
  },
  {
    name: 'the client credentials grant',
    claimed: /\bclient[_ -]credentials\b (?:flow|grant)|\bOAuth\b.{0,200}\bclient[_ -]credentials\b/i,
    traces: /client_?credentials|authlib|openid_?client|msal|spring_?security/,
  },
  {
    name: 'encryption of what is kept',
    claimed:
      /\bencrypt(?:ed|ion|s)?\b.{0,30}\b(?:at rest|stor(?:e|ed|age)|tokens?|credentials?|secrets?|on disk)\b|\b(?:tokens?|credentials?|secrets?|data) (?:is|are) (?:stored )?encrypted\b/i,
    traces:
      /encrypt|decrypt|cipher|fernet|aes|nacl|sodium|keyring|keytar|keychain|kms|subtle|dataprotect|safestorage|jwe|sqlcipher|vault|dpapi/,
  },
  { name: 'an audit log', claimed: /\baudit (?:log(?:s|ging)?|trails?)\b/i, traces: /audit/ },
  {
    name: 'a sandbox',
    claimed: /\bsandbox(?:ed|ing)\b/i,
    traces:
      /sandbox|seccomp|nsjail|firejail|bwrap|bubblewrap|landlock|isolate|vm2|wasm|restrictedpython|docker|container|podman|chroot|unshare|setrlimit|realpath|is_relative_to|gvisor|firecracker|e2b|deno|jail|allowed/,
  },
  {
    name: 'a time limit',
    claimed: /\b(?:configurable|execution|request|query|command) time-?outs?\b|\btime-?out protection\b/i,
    traces: /time_?out|deadline|abort|wait_for|cancel/,
  },
  {
    name: 'protection against forged requests',
    claimed: /\bCSRF (?:protection|tokens?|protected)\b/i,
    traces: /csrf|xsrf|anti_?forgery|samesite|state|lusca/,
  },
  {
    name: 'an allow-list',
    claimed: /\b(?:allow|white)[- ]?list(?:s|ed|ing)?\b/i,
    traces: /allow|white_?list|permitted|safelist|valid_|enabled/,
  },
  {
    name: 'protection against server-side request forgery',
    claimed:
      /\bSSRF\b.{0,20}\b(?:protect|prevent|guard|safe|block|defen[cs]e)|\b(?:prevents?|blocks?|protect\w*) .{0,20}\bSSRF\b/i,
    traces: /ssrf|private|loopback|link_?local|ipaddr|ip_?address|metadata|blocked_?host|allowed_?host/,
  },
  {
    name: 'redaction of secrets',
    claimed:
      /\b(?:redact(?:s|ed|ion)|mask(?:s|ed|ing))\b.{0,30}\b(?:secrets?|tokens?|PII|sensitive|credentials?|passwords?|keys?)\b/i,
    traces: /redact|mask|scrub|sanit|censor|obfuscat|hide|strip|presidio|secret_?str/,
  },
  {
    name: 'access by role',
    claimed: /\bRBAC\b|\brole-based access\b/i,
    traces: /role|rbac|permission|casbin|authorize|polic/,
  },
  {
    name: 'rotation of refresh tokens',
    claimed: /\b(?:refresh )?token rotation\b|\brotat(?:es|ed|ing) refresh tokens?\b/i,
    traces: /rotat|refresh/,
  },
];

/** What is not said of this server as it is: negations, plans, advice, other programs' limits. */
const NOT_SAID =
  /\b(?:not?|never|without|lacks?|missing|cannot|todo|roadmap|plann?ed|coming|future|upcoming|should|recommend\w*|consider\w*|ensure|make sure|you (?:can|must|may|need)|must|optional(?:ly)?|if you|reverse proxy|API(?:'s)? rate|exceed\w*|hit|subject to|depends?|e\.g\.|upstream|provider|example|kubernetes|k8s|cluster)\b|n't\b|\[ \]|❌|🚧|✗/i;
const PLANS =
  /roadmap|todo|to do|future|plans?\b|ideas|limitation|troubleshoot|recommend|best practi|production|contribut|change ?log|not (?:implemented|included)|faq|next steps/i;
const MANIFEST =
  /^(?:package\.json|requirements[\w.-]*\.txt|go\.mod|composer\.json|Gemfile|build\.gradle(?:\.kts)?|Cargo\.toml|pyproject\.toml|pom\.xml)$|\.csproj$/;

/** Protections that the documents say the server has, of which no word stands in its code, its configuration or its manifests. */
export const claimed = async (
  { tree, target }: CollectContext,
  shown: Shown,
  documents: readonly { path: string; text: string }[],
): Promise<ItemDraft[]> => {
  if (shown.files === 0) return [];
  const own = documents.filter(
    (d) =>
      /^(?:md|rst|txt|)$/.test(extensionOf(d.path)) &&
      // A translation says it in other words, beside which those of this list stand for something else.
      !/readme[._-](?!md$|rst$|txt$)\w/i.test(d.path) &&
      depthOf(below(d.path, target.subdir)) <= 1 &&
      (target.subdir === '' || d.path.startsWith(`${target.subdir}/`)) &&
      !/(^|\/)(?:contributing|changelog|agents|claude|todo|roadmap|security)[^/]*$/i.test(d.path),
  );
  const found = CLAIMS.flatMap((claim) => {
    if ([...shown.words].some((w) => claim.traces.test(w))) return [];
    const at = own.flatMap((d) => claimsIn(d, claim));
    return at.length > 0 ? [{ claim, at }] : [];
  });
  if (found.length === 0) return [];
  const manifests: string[] = [];
  for (const e of tree.entries)
    if (e.kind === 'file' && MANIFEST.test(baseName(e.path)) && e.size < 200_000 && manifests.length < 60)
      manifests.push(((await tree.text(e.path)) ?? '').toLowerCase().replaceAll('-', '_'));
  const bare = found.filter(({ claim }) => !manifests.some((m) => claim.traces.test(m)));
  if (bare.length === 0) return [];
  return [
    lead(
      'claimed-not-found',
      ['4.2.3', '2.2.3'],
      `The documents claim ${listed(
        bare.map((b) => b.claim.name),
        3,
      )}: no word of it in the code`,
      {
        strength: 'moderate',
        class: 'configuration',
        cwe: ['CWE-693', 'CWE-1059'],
        detail: `Looked for by the words such code has, in sources, configuration and manifests.\n${bare
          .map(
            (b) =>
              `${b.claim.name}: ${listed(
                b.at.map((p) => `${p.path}:${p.startLine}`),
                3,
              )}`,
          )
          .join('\n')}`,
        advice:
          'A proxy in front, the platform or a library may do it: then the documents say for whom it holds.',
        ...placed(bare.flatMap((b) => b.at.slice(0, 3))),
      },
    ),
  ];
};

const claimsIn = (
  document: { path: string; text: string },
  { claimed }: Claim,
): { path: string; startLine: number }[] => {
  if (!claimed.test(document.text)) return [];
  const { headings, lines } = readMarkdown(document.text);
  const under = (line: number): string => {
    const above = headings.filter((h) => h.line <= line);
    const last = above.at(-1);
    // A heading counts with those it stands under.
    return above
      .filter((h) => h === last || h.level < (last?.level ?? 0))
      .map((h) => h.title)
      .join(' / ');
  };
  return lines
    .filter(
      (l) =>
        !l.fenced &&
        l.text.length < 1000 &&
        claimed.test(l.text) &&
        !NOT_SAID.test(l.text) &&
        !PLANS.test(under(l.line)),
    )
    .map((l) => ({ path: document.path, startLine: l.line }));
};
