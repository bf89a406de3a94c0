import { folderOf, joined } from '../files/paths.ts';
import { byCodePoint } from '../files/words.ts';
import type { Module } from '../sources/ir.ts';
import { type Language, matchesIn, type Source } from '../sources/source.ts';
import { inLiteral } from './matching.ts';
import type { Match, Package } from './rule.ts';

const STDIO: Record<Language, RegExp> = {
  script: /\bnew\s+(?:Stdio\w*Transport|MCPStdio\w*)\b|transportType:\s*["']stdio["']/g,
  python:
    /\bstdio_server\s*\(|\brun_stdio_async\b|transport\s*=\s*["']stdio["']|\b(?:mcp|server|app)\.run\(\s*\)/g,
  go: /\bNewStdioServer\b|\bServeStdio\b|\bStdioTransport\b/g,
  rust: /\btransport::stdio\b|\bstdio\(\)|StdioTransport/g,
  java: /\bStdioServerTransportProvider\b|spring\.ai\.mcp\.server\.stdio/g,
  csharp: /\bWithStdioServerTransport\b|\bStdioServerTransport\b/g,
  php: /\bnew\s+(?:[\w\\]{1,80}\\)?Stdio(?:Server)?Transport\b|\bMcp::local\s*\(/g,
  ruby: /\bStdioTransport\b|\btransport:\s*:stdio\b/g,
  kotlin: /\bStdioServerTransport\b/g,
};

const NETWORK: Record<Language, RegExp> = {
  script:
    /\bnew\s+(?:(?!\w{0,60}Client)\w*StreamableH[Tt][Tt][Pp]\w*Transport|SSEServerTransport|WebSocketServerTransport)\b|transportType:\s*["'](?:httpStream|sse|http)["']|\bcreateMcpHandler\s*\(|\bStreamableHTTPTransport\s*\(/g,
  python:
    /(?<![.\w])transport\s*=\s*["'](?:sse|http|streamable-http|streamable_http)["']|\brun_(?:sse|http|streamable_http)_async\b|\.(?:sse_app|streamable_http_app|http_app)\s*\(|\bSseServerTransport\s*\(|\bStreamableHTTPSessionManager\s*\(/g,
  go: /\bNew(?:SSEServer|StreamableHTTPServer|StreamableHTTPHandler|SSEHandler|HTTPHandler)\s*\(/g,
  rust: /\bStreamableHttpService(?:::<[^>]{0,200}>)?::new\b|\bSseServer::serve\w*\b/g,
  java: /\b(?:WebMvc|WebFlux|HttpServlet)\w*(?:Sse|Streamable)\w*TransportProvider\b|\bHttps?Server\.create\s*\(/g,
  csharp: /\bMapMcp\s*\(|\bWithHttpTransport\s*\(|\b(?:StreamableHttp|Sse)\w{0,20}ServerTransport\b/g,
  php: /\bnew\s+(?:[\w\\]{1,80}\\)?(?:StreamableHttp|Http|Sse)\w{0,20}Transport\b|\bMcp::web\s*\(/g,
  ruby: /\bStreamableHTTPTransport\b|\bRackTransport\b|\bmount_in_rails\b|\brack_middleware\b|\btransport:\s*:(?:sse|http|rack)\b/g,
  kotlin:
    /\b(?:SseServerTransport|StreamableHttpServerTransport|mcp(?:StreamableHttp|StatelessStreamableHttp)?)\s*[({]/g,
};

/** Words of code that reads or checks who is calling. Tokens sent to other services are no sign. */
const AUTH: Record<Language, RegExp> = {
  script:
    /requireBearerAuth|requireAuth|mcpAuthRouter|ProxyOAuthServerProvider|headers(?:\.|\[["'])authorization|headers\[["']x-[\w-]{0,20}(?:key|token|secret)["']\]|(?:\.get|\.header|getHeader)\(["'](?:authorization|x-[\w-]{0,20}(?:key|token|secret))["']\)|\bpassport\b|\bjwtVerify\b|jwt\.verify|\bauthMiddleware\b|\bauthenticate\w*\s*[(,:=]|timingSafeEqual|\bbearerAuth\b|\bbasicAuth\b/gi,
  python:
    /\bBearerAuth\w*|\bAuthSettings\b|\bTokenVerifier\b|\bJWTVerifier\b|\b\w{0,40}AuthProvider\b|\b(?:FastMCP|create_proxy|as_proxy|from_openapi|from_fastapi)\s*\([^()]{0,400}\bauth\s*=\s*(?!None\b)\w|\bOAuthProxy\b|auth_server_provider|\bHTTPBearer\b|\bAPIKeyHeader\b|\bOAuth2(?:PasswordBearer|AuthorizationCodeBearer|PasswordRequestForm\w*)\b|headers(?:\.get\(|\[)\s*["'](?:authorization|x-[\w-]{0,20}(?:key|token|secret))["']|compare_digest|BearerTokenMiddleware|AuthMiddleware|b["']authorization["']/gi,
  go: /Header\.Get\("(?:Authorization|X-[\w-]{0,20}(?:Key|Token|Secret))"\)|RequireBearerToken|BasicAuth\(\)|ConstantTimeCompare|\b\w*(?:BearerToken|AuthorizationHeader|ExtractUserToken|VerifyToken|WithAuth|[aA]uthMiddleware|RequireAuth|AuthFrom|[aA]uthenticateRequest|IsAuthenticated)\w*\b/g,
  rust: /AUTHORIZATION|header::Authorization|\bwith_auth\b|auth_middleware|bearer_auth_middleware|validate_token|TypedHeader<Authorization/g,
  java: /SecurityFilterChain|@PreAuthorize|oauth2ResourceServer|getHeader\("Authorization"\)|BearerTokenAuthentication/g,
  csharp:
    /\[Authorize\b|\bRequireAuthorization\s*\(|\bAddAuthentication\s*\(|\bAddJwtBearer\b|\bUseAuthentication\s*\(|Headers\.Authorization\b|Headers(?:\.TryGetValue\(|\[)\s*"(?:Authorization|X-[\w-]{0,20}(?:Key|Token|Secret))"|\bAuthenticationHandler\b|\bFixedTimeEquals\b/gi,
  php: /->middleware\(\[?["']auth|HTTP_AUTHORIZATION|\bbearerToken\s?\(|header(?:Line)?\(["'](?:authorization|x-[\w-]{0,20}(?:key|token|secret))["']|\bhash_equals\s?\(|\bAuth::(?:check|user|guard|attempt)\b/gi,
  ruby: /\bbefore_action\s+:authenticate\w*|HTTP_AUTHORIZATION|\bauthenticate_(?:with|or_request)\w*|\bsecure_compare\b|headers?\[["'](?:authorization|x-[\w-]{0,20}(?:key|token|secret))["']\]|\bauth_token:|\bauthenticate\b/gi,
  kotlin:
    /\bauthenticate\s*(?:\(|\{)|\binstall\(Authentication\)|HttpHeaders\.Authorization|headers?\[?\(?"(?:Authorization|X-[\w-]{0,20}(?:Key|Token|Secret))"|SecurityFilterChain|@PreAuthorize|\bbearer\s*\(/gi,
};

/** What a file only brings in is used elsewhere in it. */
const BRINGS_IN = /^\s*(?:import|use|from)\s/;
const lineAt = (source: Source, offset: number): string =>
  source.code.slice(source.code.lastIndexOf('\n', offset) + 1, offset + 1);

const placesOf = (sources: readonly Source[], patterns: Record<Language, RegExp>): Match[] =>
  sources.flatMap((source) =>
    matchesIn(source, 'code', patterns[source.language], 50)
      .filter((m) => !inLiteral(source, m.index))
      .map((m) => ({ source, start: m.index, end: m.index + m[0].length })),
  );

const isTransport = (path: string): boolean => !/(^|\/)clients?(\/|[._-])/i.test(path);

/** Groups sources by the nearest manifest above them; `manifests` maps a folder to the text found there. */
export const packagesOf = (
  sources: readonly Source[],
  manifests: ReadonlyMap<string, string>,
  modules: ReadonlyMap<string, Module> = new Map(),
): Package[] => {
  const groups = new Map<string, Source[]>();
  for (const source of sources) {
    let folder = folderOf(source.path);
    while (folder !== '' && !manifests.has(folder)) folder = folderOf(folder);
    const group = groups.get(folder);
    if (group) group.push(source);
    else groups.set(folder, [source]);
  }
  return [...groups]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([folder, own]) => ({
      folder,
      sources: own,
      modules,
      transports: {
        stdio: placesOf(own, STDIO),
        network: placesOf(
          own.filter((s) => isTransport(s.path)),
          NETWORK,
        ).filter((m) => !BRINGS_IN.test(lineAt(m.source, m.start))),
      },
      authenticates: placesOf(own, AUTH).length > 0,
      manifest: manifests.get(folder) ?? '',
    }));
};

/** Whether a file itself asks for credentials of callers. */
export const asksWho = (source: Source): boolean => placesOf([source], AUTH).length > 0;

/** A listener that extends one from a file that asks who is calling stands behind that. */
export const inheritsCheck = (source: Source, pack: Package): boolean => {
  const module = pack.modules.get(source.path);
  return (module?.body ?? []).some(
    (s) =>
      s.kind === 'class' &&
      s.cls.bases.some((b) => {
        const from = b.kind === 'name' ? module?.imports.find((i) => i.local === b.name)?.module : undefined;
        if (!from?.startsWith('.')) return false;
        const path = joined(folderOf(source.path), from)?.replace(/\.[cm]?[jt]s$/, '');
        return pack.sources.some((o) => o.path.replace(/\.[cm]?[jt]sx?$/, '') === path && asksWho(o));
      }),
  );
};
