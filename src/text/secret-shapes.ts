// Long, because it is one list: a kind of token a line.
import type { SecretPattern } from './secret-pattern.ts';

/**
 * Tokens that are known by their own form, whatever stands around them. As data: the kind, its words, the fixed parts of
 * which a match has one, the form, and a sample to be filled with random characters (`fillSample`). A form needs no word
 * boundary where its fixed part is telling enough: `\nghp_…` in a JSON string has a letter in front of the token.
 */
type Shape = readonly [id: string, label: string, hints: string, form: RegExp, sample: string];

/** No letter or digit before it, or only what an escape (`\n`, `%3D`) leaves there. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))`;
const from = (form: RegExp): RegExp => new RegExp(START + form.source, form.flags);

const SHAPES: readonly Shape[] = [
  // Code hosting, packages, containers
  ['github-token', 'GitHub token', 'ghp_ gho_ ghu_ ghs_ ghr_', /gh[pousr]_[A-Za-z0-9]{36,400}/g, 'ghp_{w36}'],
  [
    'github-token',
    'GitHub token',
    'github_pat_',
    /github_pat_[A-Za-z0-9_]{60,400}/g,
    'github_pat_{w22}_{w59}',
  ],
  [
    'gitlab-token',
    'GitLab token',
    'glpat- glrt- gldt- glptt- glft- glsoat- glcbt- glimt- glagent- glffct- glrtr- gloas- glwt-',
    /gl(?:pat|rt|dt|ptt|ft|soat|cbt|imt|agent|ffct|rtr|oas|wt)-[A-Za-z0-9_.-]{20,400}/g,
    'glrt-{b20}',
  ],
  ['npm-token', 'npm token', 'npm_', /npm_[A-Za-z0-9]{36,100}/g, 'npm_{w36}'],
  ['pypi-token', 'PyPI token', 'pypi-AgE', /pypi-AgE[A-Za-z0-9_-]{50,600}/g, 'pypi-AgEIcHlwaS5vcmc{b70}'],
  ['rubygems-key', 'RubyGems key', 'rubygems_', /rubygems_[0-9a-f]{48,64}/g, 'rubygems_{h48}'],
  ['nuget-key', 'NuGet key', 'oy2', from(/oy2[a-z0-9]{43}(?![A-Za-z0-9])/g), 'oy2{l43}'],
  ['crates-token', 'crates.io token', 'cio', from(/cio[A-Za-z0-9]{32}(?![A-Za-z0-9])/g), 'cio{w32}'],
  ['clojars-token', 'Clojars token', 'CLOJARS_', /CLOJARS_[0-9a-f]{60}/g, 'CLOJARS_{h60}'],
  ['docker-token', 'Docker Hub token', 'dckr_', /dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,100}/g, 'dckr_pat_{b27}'],
  [
    'atlassian-token',
    'Atlassian token',
    'ATATT3 ATCTT3 ATSTT3',
    /AT[ACS]TT3[A-Za-z0-9_=-]{24,400}/g,
    'ATATT3{b180}',
  ],
  [
    'bitbucket-token',
    'Bitbucket app password',
    'ATBB',
    from(/ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9])/g),
    'ATBB{w32}',
  ],
  [
    'circleci-token',
    'CircleCI token',
    'CCIPAT_',
    /CCIPAT_[A-Za-z0-9]{20,30}_[0-9a-f]{40}/g,
    'CCIPAT_{w22}_{h40}',
  ],
  ['buildkite-token', 'Buildkite token', 'bkua_', /bkua_[0-9a-z]{40}/g, 'bkua_{l40}'],
  [
    'sourcegraph-token',
    'Sourcegraph token',
    'sgp_',
    /sgp_(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}/g,
    'sgp_{h40}',
  ],
  // Clouds
  [
    'aws-access-key',
    'AWS access key id',
    'AKIA ASIA ABIA ACCA',
    from(/(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g),
    'AKIA{B16}',
  ],
  ['google-api-key', 'Google API key', 'AIza', /AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g, 'AIza{b35}'],
  [
    'google-oauth-secret',
    'Google OAuth client secret',
    'GOCSPX-',
    /GOCSPX-[0-9A-Za-z_-]{28}/g,
    'GOCSPX-{b28}',
  ],
  [
    'google-access-token',
    'Google access token',
    'ya29.',
    from(/ya29\.[0-9A-Za-z_-]{20,2000}/g),
    'ya29.{b120}',
  ],
  ['google-refresh-token', 'Google refresh token', '1//0', from(/1\/\/0[0-9A-Za-z_-]{38,300}/g), '1//0{b60}'],
  [
    'azure-client-secret',
    'Azure client secret',
    'Q~',
    from(/[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g),
    '{w3}8Q~{w34}',
  ],
  [
    'digitalocean-token',
    'DigitalOcean token',
    'dop_v1_ doo_v1_ dor_v1_',
    /do[opr]_v1_[0-9a-f]{64}/g,
    'dop_v1_{h64}',
  ],
  [
    'alibaba-key',
    'Alibaba Cloud key id',
    'LTAI',
    from(/LTAI[A-Za-z0-9]{17,26}(?![A-Za-z0-9])/g),
    'LTAI{w20}',
  ],
  [
    'tailscale-key',
    'Tailscale key',
    'tskey-',
    /tskey-[a-z]{3,12}-[0-9A-Za-z]{10,30}-[0-9A-Za-z]{16,60}/g,
    'tskey-auth-{w17}-{w32}',
  ],
  [
    'fly-token',
    'Fly.io token',
    'fm1r_ fm2_ fo1_',
    /(?:fm1r|fm2|fo1)_[A-Za-z0-9+/=_-]{40,2000}/g,
    'fo1_{w43}',
  ],
  ['netlify-token', 'Netlify token', 'nfp_', /nfp_[A-Za-z0-9]{36,60}/g, 'nfp_{w36}'],
  ['vercel-token', 'Vercel token', 'vcp_ vci_ vca_ vcr_ vck_', /vc[piark]_[A-Za-z0-9]{50,80}/g, 'vcp_{w56}'],
  ['heroku-key', 'Heroku key', 'HRKU-', /HRKU-[A-Za-z0-9_-]{36,80}/g, 'HRKU-{b60}'],
  ['pulumi-token', 'Pulumi token', 'pul-', from(/pul-[0-9a-f]{40}(?![0-9a-f])/g), 'pul-{h40}'],
  [
    'terraform-token',
    'Terraform token',
    '.atlasv1.',
    /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,100}/g,
    '{w14}.atlasv1.{b67}',
  ],
  ['vault-token', 'Vault token', 'hvs. hvb. hvr.', from(/hv[sbr]\.[A-Za-z0-9_-]{24,400}/g), 'hvs.{b90}'],
  [
    'doppler-token',
    'Doppler token',
    'dp.',
    from(/dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,40}\.)?[A-Za-z0-9]{40,44}/g),
    'dp.pt.{w43}',
  ],
  ['1password-token', '1Password service token', 'ops_ey', /ops_ey[A-Za-z0-9_=-]{40,2000}/g, 'ops_ey{w250}'],
  [
    'age-key',
    'age secret key',
    'AGE-SECRET-KEY-1',
    /AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}/g,
    'AGE-SECRET-KEY-1{Z58}',
  ],
  // Databases
  [
    'supabase-token',
    'Supabase token',
    'sbp_ sb_secret_',
    /(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,60})/g,
    'sbp_{h40}',
  ],
  [
    'planetscale-token',
    'PlanetScale token',
    'pscale_',
    /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}/g,
    'pscale_tkn_{b43}',
  ],
  [
    'databricks-token',
    'Databricks token',
    'dapi',
    from(/dapi[0-9a-f]{32}(?:-\d)?(?![0-9a-f])/g),
    'dapi{h32}',
  ],
  ['neon-key', 'Neon key', 'napi_', /napi_[a-z0-9]{60,70}/g, 'napi_{l64}'],
  ['airtable-token', 'Airtable token', 'pat', from(/pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/g), 'pat{w14}.{h64}'],
  // Models
  ['anthropic-key', 'Anthropic key', 'sk-ant-', /sk-ant-[A-Za-z0-9_-]{24,300}/g, 'sk-ant-api03-{b93}AA'],
  [
    'openai-key',
    'OpenAI key',
    'sk-',
    from(
      /sk-(?!ant-)(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{32,300}|(?:or-v1-|lf-)?[A-Za-z0-9]{32,64})(?![A-Za-z0-9_-])/g,
    ),
    'sk-proj-{b156}',
  ],
  [
    'hugging-face-token',
    'Hugging Face token',
    'hf_',
    from(/hf_[A-Za-z0-9]{34,40}(?![A-Za-z0-9_])/g),
    'hf_{w34}',
  ],
  ['groq-key', 'Groq key', 'gsk_', from(/gsk_[A-Za-z0-9]{40,80}/g), 'gsk_{w52}'],
  ['xai-key', 'xAI key', 'xai-', from(/xai-[A-Za-z0-9]{60,120}/g), 'xai-{w80}'],
  ['replicate-token', 'Replicate token', 'r8_', from(/r8_[A-Za-z0-9]{36,44}(?![A-Za-z0-9_])/g), 'r8_{w37}'],
  ['perplexity-key', 'Perplexity key', 'pplx-', /pplx-[A-Za-z0-9]{32,80}/g, 'pplx-{w48}'],
  ['nvidia-key', 'NVIDIA key', 'nvapi-', /nvapi-[A-Za-z0-9_-]{50,100}/g, 'nvapi-{b64}'],
  ['cerebras-key', 'Cerebras key', 'csk-', from(/csk-[a-z0-9]{48}(?![a-z0-9])/g), 'csk-{l48}'],
  [
    'langsmith-key',
    'LangSmith key',
    'lsv2_',
    /lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}/g,
    'lsv2_pt_{h32}_{h10}',
  ],
  ['pinecone-key', 'Pinecone key', 'pcsk_', /pcsk_[A-Za-z0-9_]{40,90}/g, 'pcsk_{w6}_{w63}'],
  ['tavily-key', 'Tavily key', 'tvly-', /tvly-(?:dev-|prod-)?[A-Za-z0-9]{32,40}/g, 'tvly-{w32}'],
  ['firecrawl-key', 'Firecrawl key', 'fc-', from(/fc-[0-9a-f]{32}(?![0-9a-f])/g), 'fc-{h32}'],
  ['e2b-key', 'E2B key', 'e2b_', from(/e2b_[0-9a-f]{40}/g), 'e2b_{h40}'],
  ['elevenlabs-key', 'ElevenLabs key', 'sk_', from(/sk_[0-9a-f]{48}(?![0-9a-f])/g), 'sk_{h48}'],
  // Anybody's
  [
    'jwt',
    'JSON web token',
    'eyJ',
    from(/(?<![_-])eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{16,2000}/g),
    'eyJhbGciOiJIUzI1NiJ9.eyJ{b80}.{b43}',
  ],
  // Messages and mail
  ['slack-token', 'Slack token', 'xox', /xox[abceoprs]-[A-Za-z0-9-]{16,400}/g, 'xoxb-{d12}-{d13}-{w24}'],
  ['slack-token', 'Slack token', 'xoxd-', /xoxd-[A-Za-z0-9%+/=_-]{16,600}/g, 'xoxd-{w60}%2F{w40}%3D'],
  ['slack-token', 'Slack token', 'xapp-', /xapp-\d-[A-Za-z0-9-]{20,400}/g, 'xapp-1-A{w10}-{d13}-{h64}'],
  [
    'slack-webhook',
    'Slack webhook',
    'hooks.slack.com',
    /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{30,200}/g,
    'https://hooks.slack.com/services/T{W10}/B{W10}/{w24}',
  ],
  [
    'discord-webhook',
    'Discord webhook',
    '/api/webhooks/',
    /https:\/\/(?:canary\.|ptb\.)?discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,100}/g,
    'https://discord.com/api/webhooks/{d18}/{b68}',
  ],
  [
    'discord-token',
    'Discord bot token',
    '.',
    from(/(?<![_-])[MNO][A-Za-z0-9]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}(?![A-Za-z0-9_-])/g),
    'MT{w24}.G{b5}.{b38}',
  ],
  [
    'telegram-token',
    'Telegram bot token',
    ':AA',
    from(/\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g),
    '{d10}:AA{b33}',
  ],
  ['twilio-key', 'Twilio key', 'SK', from(/SK[0-9a-f]{32}(?![0-9a-f])/g), 'SK{h32}'],
  [
    'sendgrid-key',
    'SendGrid key',
    'SG.',
    from(/SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}/g),
    'SG.{b22}.{b43}',
  ],
  ['mailgun-key', 'Mailgun key', 'key-', from(/key-[0-9a-f]{32}(?![0-9a-f])/g), 'key-{h32}'],
  [
    'mailgun-key',
    'Mailgun key',
    '-',
    from(/(?<!-)[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![A-Za-z0-9-])/g),
    '{h32}-{h8}-{h8}',
  ],
  ['mailchimp-key', 'Mailchimp key', '-us', from(/[0-9a-f]{32}-us\d{1,2}(?!\d)/g), '{h32}-us{d2}'],
  ['brevo-key', 'Brevo key', 'xkeysib-', /xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}/g, 'xkeysib-{h64}-{w16}'],
  [
    'resend-key',
    'Resend key',
    're_',
    from(/re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9_])/g),
    're_{w8}_{w24}',
  ],
  // Money and shops
  [
    'stripe-key',
    'Stripe key',
    'k_live_ k_test_ whsec_',
    from(/(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,300}|whsec_[A-Za-z0-9+/=]{24,100})/g),
    'sk_live_{w99}',
  ],
  [
    'shopify-token',
    'Shopify token',
    'shpat_ shpca_ shppa_ shpss_ shptka_',
    /shp(?:at|ca|pa|ss|tka)_[0-9A-Fa-f]{32}/g,
    'shpat_{h32}',
  ],
  ['square-token', 'Square token', 'sq0', from(/sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{22,43}/g), 'sq0csp-{b43}'],
  // Watching and working
  ['grafana-token', 'Grafana token', 'glsa_', /glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}/g, 'glsa_{w32}_{h8}'],
  ['grafana-token', 'Grafana Cloud token', 'glc_', from(/glc_[A-Za-z0-9+/]{32,400}={0,2}/g), 'glc_{w120}'],
  [
    'sentry-token',
    'Sentry token',
    'sntrys_ sntryu_',
    /sntry[su]_[A-Za-z0-9+/=_-]{40,400}/g,
    'sntrys_{w120}_{w43}',
  ],
  ['new-relic-key', 'New Relic key', 'NRAK- NRII-', /NR(?:AK|II)-[A-Za-z0-9_-]{27,40}/g, 'NRAK-{W27}'],
  [
    'dynatrace-token',
    'Dynatrace token',
    'dt0c01.',
    /dt0c01\.[A-Z2-7]{24}\.[A-Z2-7]{64}/g,
    'dt0c01.{B24}.{B64}',
  ],
  ['posthog-key', 'PostHog personal key', 'phx_', from(/phx_[A-Za-z0-9_]{40,60}/g), 'phx_{w43}'],
  [
    'notion-token',
    'Notion token',
    'ntn_ secret_',
    from(/(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9])/g),
    'ntn_{w46}',
  ],
  ['figma-token', 'Figma token', 'figd_ figo_', /fig[do]_[A-Za-z0-9_-]{38,60}/g, 'figd_{b40}'],
  [
    'linear-key',
    'Linear key',
    'lin_api_ lin_oauth_',
    /lin_(?:api|oauth)_[A-Za-z0-9]{40,64}/g,
    'lin_api_{w40}',
  ],
  ['postman-key', 'Postman key', 'PMAK-', /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g, 'PMAK-{h24}-{h34}'],
  [
    'hubspot-token',
    'HubSpot token',
    'pat-',
    from(/pat-(?:na|eu|ap)\d-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g),
    'pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}',
  ],
];

export const secretShapes: readonly SecretPattern[] = SHAPES.map(([id, label, hints, pattern, sample]) => ({
  id,
  label,
  hints: hints.split(' '),
  pattern,
  group: 0,
  sample,
}));

const withoutStart = (p: SecretPattern): string => p.pattern.source.replace(START, '');
const begun = secretShapes.filter((p) => !/^(?:\(\?<|\[)/.test(withoutStart(p)));

/** Kinds that begin with letters of their own, and one look for all of them: hardly any text holds one. */
export const telling = {
  patterns: new Set(begun),
  probe: new RegExp(begun.map((p) => `(?:${withoutStart(p)})`).join('|')),
};
