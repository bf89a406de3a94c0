import type { Language } from '../../sources/source.ts';

/** How each language writes routes, looks at Host and Origin, and binds to every interface. */

export const ROUTE: Record<Language, RegExp> = {
  script: /\b(?:app|router|server|fastify|api|web)\.(?:get|post|put|patch|delete|all|route)\s*\(\s*["'`]\//g,
  // By decorator, and by a table or a call that names the path and then who answers: a function, a bound method.
  python:
    /@(?:app|router|api|\w+_router)\.(?:get|post|put|patch|delete|route|api_route)\s*\(\s*["']\/|\b(?:(?:WebSocket)?Route|add_(?:api_|url_)?(?:route|rule)|add_(?:get|post|put|patch|delete))\s*\(\s*["']\//g,
  go: /\b\w+\.(?:(?:GET|POST|PUT|DELETE)\s*\(\s*(?:"[^"\n]{0,80}"|\w*[pP]ath)|(?:Handle|HandleFunc|Any)\s*\(\s*(?:"(?:[A-Z]{3,7} )?[^"\n/]{0,80}\/[^"\n]{0,80}"|\w*[pP]ath))\s*,/g,
  rust: /\.(?:route|nest_service|route_service)\s*\(\s*"[^"\n]{0,80}"\s*,/g,
  java: /@(?:Get|Post|Put|Delete|Request)Mapping\b|\bcreateContext\(\s*"\//g,
  csharp: /\[Http(?:Get|Post|Put|Delete|Patch)\b|\.Map(?:Get|Post|Put|Delete|Patch|Mcp)\s*\(|\[Route\(/g,
  php: /\bRoute::(?:get|post|put|patch|delete|any|match)\s*\(|->(?:get|post|put|patch|delete|any)\s*\(\s*["']\//g,
  ruby: /^[ \t]{0,40}(?:get|post|put|patch|delete)\s+["']\//gm,
  kotlin:
    /^[ \t]{0,60}(?:get|post|put|patch|delete|route)\s*\(\s*"\/|@(?:Get|Post|Put|Delete|Request)Mapping\b/gm,
};

export const CHECKED: Record<Language, RegExp> = {
  script:
    /enableDnsRebindingProtection\s*:\s*(?!false)|\ballowedHosts\b|\ballowedOrigins\b|createMcpExpressApp|createMcpHonoApp|hostHeaderValidation|localhostHostValidation|headers\??\.host\b|headers\??\.origin\b|headers\[["'](?:origin|host)["']\]|(?:\.get|\.header)\(["'](?:origin|host)["']\)|req\.hostname/gi,
  python:
    /TransportSecuritySettings|transport_security|TrustedHostMiddleware|allowed_hosts|allowed_origins|headers(?:\.get\(|\[)\s*["'](?:host|origin)["']|b["'](?:host|origin)["']/gi,
  go: /Header\.Get\("(?:Origin|Host)"\)|\b\w*[rR]eq?\w*\.Host\b|AllowedHosts|AllowedOrigins|CrossOriginProtection|LocalhostProtection|[vV]alidate(?:Host|Origin)/g,
  rust: /allowed_hosts|allowed_origins|header::(?:HOST|ORIGIN)\b|HostValidation|validate_host/gi,
  java: /getHeader\("(?:Origin|Host)"\)|allowedOrigins|SecurityValidator|DefaultServerTransportSecurityValidator/g,
  csharp:
    /\bAllowedHosts\b|\bUseHostFiltering\b|\bRequireHost\s*\(|\bWithOrigins\s*\(|Headers\.(?:Origin|Host)\b|Headers\["(?:Origin|Host)"\]|\bRequest\.Host\b/g,
  php: /HTTP_(?:ORIGIN|HOST)\b|allowedOrigins|allowed_origins|allowed_hosts|getHeaderLine\(\s*["'](?:Origin|Host)["']|TrustHosts/gi,
  ruby: /HTTP_(?:ORIGIN|HOST)\b|allowed_origins|allowed_hosts|config\.hosts\b|HostAuthorization|localhost_only/g,
  kotlin:
    /allowedHosts|allowedOrigins|enableDnsRebindingProtection|HttpHeaders\.(?:Origin|Host)\b|allowHost\s*\(/g,
};

export const BIND: Record<Language, RegExp> = {
  script: /(["'`])(?:0\.0\.0\.0|::)\1/g,
  python: /(["'])(?:0\.0\.0\.0|::)\1/g,
  go: /"0\.0\.0\.0(?::\d+)?"|ListenAndServe(?:TLS)?\(\s*":\d+"|net\.Listen\(\s*"tcp",\s*":\d+"/g,
  rust: /"0\.0\.0\.0(?::\d+)?"|Ipv4Addr::UNSPECIFIED|Ipv4Addr::new\(\s*0\s*,\s*0\s*,\s*0\s*,\s*0\s*\)|IpAddr::from\(\[0,\s*0,\s*0,\s*0\]\)|from\(\(?\[0,\s*0,\s*0,\s*0\]/g,
  java: /"0\.0\.0\.0"|\bHttps?Server\.create\(\s*new\s+InetSocketAddress\(\s*(?:\w*[pP]ort\w*|\d{2,5})\s*\)/g,
  csharp:
    /"(?:0\.0\.0\.0|https?:\/\/(?:0\.0\.0\.0|\*|\+|\[::\]))(?::\d{1,5})?\/?"|\bIPAddress\.(?:IPv6)?Any\b|\bListenAnyIP\s*\(/g,
  php: /(["'])(?:tcp:\/\/)?0\.0\.0\.0(?::\d{1,5})?\1/g,
  ruby: /(["'])0\.0\.0\.0(?::\d{1,5})?\1/g,
  kotlin: /"0\.0\.0\.0"/g,
};
