import { type Spot, spot } from '../sources/server-sources.ts';
import { matchesIn, type Source } from '../sources/source.ts';
import { inLiteral } from './matching.ts';

/** A place that keeps requests away from private addresses, and what the file it stands in does not think of. */
export type AddressFilter = { at: Spot; library: string; holes: string[] };

const LIBRARIES =
  /\b(ssrf-req-filter|request-filtering-agent|ssrf-agent|ipaddr\.js|private-ip|is-private-ip|netaddr|advocate|ssrf_filter|safeurl|ssrf-protection)\b/;
const FILTER =
  /169\.254\.169\.254|\b169\.254\b|\bis_private\b|\bis_loopback\b|\bis_link_local\b|\bisPrivate(?:(?:IP|Ip|Address|Host|Url|URL)\w*|(?=\())|\bIsPrivate\(\)|\bIsLoopback\(\)|\bisLoopbackAddress\b|\bisSiteLocalAddress\b|\bis_global\b|10\.0\.0\.0\/8|192\.168\.0\.0\/16|\b192\\?\.168\b/g;

const OF_ADDRESSES =
  /\bip_?addr|ipaddress|\bips?\b|\bIP\b|InetAddress|netip|IpAddr|Ipv[46]|isIP|hostname|getaddrinfo|\w(?:Ip|IP)\b|\w_ip\b/i;

/** What a filter of outbound addresses has to think of, and how it shows that it does. */
const COVERS: readonly { name: string; seen: RegExp }[] = [
  {
    name: 'link-local and metadata addresses (169.254)',
    seen: /169\\?\.254|is_link_local|IsLinkLocal|isLinkLocal|is_private|is_global|IsPrivate\(\)|linkLocal/,
  },
  {
    name: 'IPv6',
    seen: /::1|fc00|fd00|fe80|\bf[cd]\b|ipv6|IPv6|isIP\(|ipaddress\.|netip|net\.ParseIP|ipaddr|is_private|InetAddress|IpAddr/,
  },
  {
    name: 'IPv4 in IPv6 (::ffff:)',
    seen: /::ffff|ipv4_mapped|toIPv4|isIPv4MappedAddress|To4\(\)|Unmap\(\)|to_ipv4|ipaddr|InetAddress/i,
  },
  {
    name: '0.0.0.0',
    seen: /0\.0\.0\.0|0\\\.0|is_unspecified|IsUnspecified|isAnyLocal|is_global|unspecified/,
  },
  { name: 'shared addresses (100.64.0.0/10)', seen: /100\.64|100\\\.|is_global|carrierGrade|is_shared/ },
  {
    name: 'names that resolve to private addresses',
    seen: /\bdns\b|lookup|resolve4|resolve6|getaddrinfo|gethostby|LookupIP|LookupHost|LookupNetIP|getAllByName|getByName|ToSocketAddrs|lookup_host|tokio::net::lookup/i,
  },
  {
    name: 'redirects',
    seen: /redirect\s*:\s*["'](?:manual|error)["']|maxRedirects\s*:\s*0|followRedirect|allow_redirects\s*=\s*False|follow_redirects\s*=\s*False|CheckRedirect|redirect::Policy|Policy::(?:none|custom)|HttpClient\.Redirect\.NEVER|\b30[1278]\b|location.{0,20}header|["']location["']/i,
  },
  {
    name: 'a name that resolves anew when connecting',
    seen: /\blookup\s*[:(]|createConnection|Agent\(|DialContext|Control\s*:|connector|resolver|pinned|servername|resolve_to_addrs/i,
  },
];

/** Filters of outbound addresses, one for each file that has any. */
export const addressFilters = (source: Source): AddressFilter[] => {
  if (!/https?:|url|host|ip\b/i.test(source.text)) return [];
  // Whom a call comes from is another question than where a request goes.
  if (
    /client-?_?ip|caller|forwarded|trust/i.test(source.path) ||
    /x-forwarded-for|RemoteAddr|remoteAddress|remote_addr|getRemoteAddr/i.test(source.code)
  )
    return [];
  const library = LIBRARIES.exec(source.code)?.[1] ?? '';
  // A channel or a repository can be private as well: the word counts where the file speaks of addresses.
  const ofAddresses = OF_ADDRESSES.test(source.bare);
  const matches = matchesIn(source, 'code', FILTER, 50).filter(
    (m) => /\d/.test(m[0]) || (ofAddresses && !inLiteral(source, m.index)),
  );
  // One word alone may be a default, a comment's example or a list for something else.
  const kinds = new Set(matches.map((m) => m[0]));
  const decides =
    /\bthrow\b|\braise\b|return\s+(?:true|false|True|False|err|Err|null|None|nil)|\bblock|\bdeny|\breject|\bforbid|errors\.New|fmt\.Errorf|bail!|Err\(/i.test(
      source.bare,
    );
  const first = matches[0];
  if (!first || !decides) return [];
  // Whether an address is this machine's own is asked of what a listener binds to, too: one that keeps requests in asks more.
  if (library === '' && [...kinds].every((k) => /loopback/i.test(k))) return [];
  if (kinds.size < 2 && library === '' && !/is_?(?:private|loopback|global)|IsPrivate/i.test(first[0]))
    return [];
  return [
    {
      at: spot(source, first.index),
      library,
      holes: COVERS.filter((c) => !c.seen.test(source.code)).map((c) => c.name),
    },
  ];
};

const REDIRECT_OFF =
  /redirect\s*:\s*["'](?:manual|error)["']|maxRedirects\s*:\s*0\b|allow_redirects\s*=\s*False|follow_redirects\s*=\s*False|http\.ErrUseLastResponse|redirect::Policy::none|Redirect\.NEVER/g;
const REDIRECT_ON =
  /redirect\s*:\s*["']follow["']|allow_redirects\s*=\s*True|follow_redirects\s*=\s*True|maxRedirects\s*:\s*[1-9]|Policy::limited|Redirect\.(?:ALWAYS|NORMAL)/g;
const HOST_LIST =
  /\b\w*(?:allow(?:ed)?|permitted|trusted|white_?list(?:ed)?)_?(?:hosts?|domains?|urls?|hostnames?|origins?|schemes?|protocols?)\w*\b/gi;
const PROXY =
  /\bProxyFromEnvironment\b|\b(?:HttpsProxyAgent|ProxyAgent|EnvHttpProxyAgent|global-agent|trust_env)\b|\b(?:https?_proxy|HTTPS?_PROXY)\b/g;

export type EgressSigns = { redirectsOff: Spot[]; redirectsOn: Spot[]; lists: Spot[]; proxies: Spot[] };

export const egressSigns = (source: Source): EgressSigns => {
  const spots = (pattern: RegExp): Spot[] =>
    matchesIn(source, 'code', pattern, 30).map((m) => spot(source, m.index));
  return {
    redirectsOff: spots(REDIRECT_OFF),
    redirectsOn: spots(REDIRECT_ON),
    lists: spots(HOST_LIST).slice(0, 5),
    proxies: spots(PROXY).slice(0, 5),
  };
};
