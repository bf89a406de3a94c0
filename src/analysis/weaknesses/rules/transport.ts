import {
  bareIn,
  closing,
  codeIn,
  inside,
  linesAround,
  matchesIn,
  type Source,
} from '../../sources/source.ts';
import { anyOrigins } from '../code/cors.ts';
import { openSockets } from '../code/sockets.ts';
import { inLiteral, matching } from '../matching.ts';
import { asksWho, inheritsCheck } from '../packages.ts';
import { everyLanguage, inEachModule, type Match, type Package, type Rule } from '../rule.ts';
import { BIND, CHECKED, ROUTE } from './transport-words.ts';

/** The listeners of a package: who can reach them, who is let in, and whose pages may speak to them. */

const ACCESS = ['2.2.3', '3.2.3'];

const HEALTH =
  /["'`]\/(?:api\/)?(?:health|healthz|ready|readyz|live|livez|ping|status|version|favicon|metrics|\.well-known|(?:[\w-]{1,20}\/){0,2}(?:[\w-]{0,20}callback|authorize|token|register|login)\b|metadata)/i;

const CHANGING =
  /\.(?:post|put|patch|delete|all)\b|POST|PUT|DELETE|Any|Handle|nest_service|(?:Post|Put|Delete)Mapping|createContext/;

/** A row of a table of routes, with what it lets a caller do. */
const TABLED = /\bRoute\s*\([^\n]{0,200}(?:POST|PUT|DELETE)|\badd_(?:post|put|patch|delete)\b/;

const LOOPBACK = /["'`](?:127\.0\.0\.1|localhost|\[?::1\]?)(?::\d{1,5})?["'`]/g;
const ANYWHERE = /["'`](?:0\.0\.0\.0|\[?::\]?)(?::\d{1,5})?["'`]/;

/** Whether the only address the package names for listening is of this machine: others reach it by a page or a tunnel only. */
const isLocal = (pack: Package): boolean =>
  !pack.sources.some((s) => ANYWHERE.test(s.code)) &&
  pack.sources.some((s) =>
    matchesIn(s, 'code', LOOPBACK, 50).some((m) =>
      /\b(?:\w*_)?(?:bind|listen|serve|host|addr)/i.test(bareIn(s, linesAround(s, m.index, 0, 0))),
    ),
  );

const openRoutes = (pack: Package): Match[] =>
  pack.sources
    .filter((s) => !/(^|\/)(clients?|www|public|static|frontend|pages|components|web-ui)\//i.test(s.path))
    .flatMap((source): Match[] => {
      const routes = matchesIn(source, 'code', ROUTE[source.language], 100).filter(
        (m) =>
          !inLiteral(source, m.index) && !HEALTH.test(source.code.slice(m.index, m.index + m[0].length + 60)),
      );
      const own = pack.transports.network.filter((m) => m.source === source);
      const places = [
        ...routes.map((m) => ({ source, start: m.index, end: m.index + m[0].length })),
        ...own,
      ].sort((a, b) => a.start - b.start);
      if (places.length === 0 || asksWho(source) || inheritsCheck(source, pack)) return [];
      // Routes in a file of their own may stand behind what another file puts before them.
      const strength = own.length > 0 && !pack.authenticates && !isLocal(pack) ? 'strong' : 'moderate';
      if (pack.authenticates && own.length === 0) return [];
      const changing = (m: RegExpExecArray): boolean =>
        CHANGING.test(m[0]) || TABLED.test(codeIn(source, linesAround(source, m.index, 0, 0)));
      if (own.length === 0 && !routes.some(changing)) return [];
      return places.map((p) => ({ ...p, strength }));
    });

/** Settings that make something else check; what only reads a header has to refuse somewhere near. */
const SETS =
  /DnsRebinding|^allowed_?hosts$|createMcp|hostHeader|localhostHost|TransportSecurity|transport_security|TrustedHost|AllowedHosts|CrossOriginProtection|LocalhostProtection|alidate_?(?:Host|Origin)|HostValidation|SecurityValidator/i;
const REFUSES =
  /\b40[013]\b|\b421\b|forbidden|reject|denied|\bdeny|not allowed|disallow|invalid|unauthori[sz]ed|\bthrow\b|\braise\b|callback\(/i;

/** Whether what is done near a look at Host or Origin keeps the request out, not only the answer from being read (CORS). */
const keepsOut = (s: Source, at: number): boolean => {
  const near = codeIn(s, linesAround(s, at, 3, 24));
  // An address put together from what the caller named is no check of it.
  if (/\bhost\s*:?=\s*\w+\.Host\s*$/i.test(codeIn(s, linesAround(s, at, 0, 0)).trim())) return false;
  if (/Access-Control-Allow/i.test(near)) return /\b403\b|forbidden|\breject/i.test(near);
  return REFUSES.test(near);
};

const checksHost = (pack: Package): boolean =>
  pack.sources.some((s) =>
    matchesIn(s, 'code', CHECKED[s.language], 200).some(
      (m) => !inLiteral(s, m.index) && (SETS.test(m[0]) || keepsOut(s, m.index)),
    ),
  );

/** `true` when the literal is where a listener gets its address, not where addresses are compared or refused. */
const bindsHere = (source: Source, start: number, end: number): boolean => {
  const around = linesAround(source, start, 0, 0);
  const line = codeIn(source, around);
  const before = source.code.slice(Math.max(0, start - 80), start);
  if (/^["'`]::/.test(source.code.slice(start, end)) && !/host|bind|listen/i.test(line)) return false;
  const after = source.code.slice(end, end + 40);
  if (
    /(?:===?|!==?|\bin|\bcase|includes\(|has\(|equals\(|startsWith\(|startswith\(|HasPrefix\([^)]{0,200}|test\(|\w{0,60}(?:[tT]o[iI]nt|ip_network|ip_address|IPv4\w{0,60}|[pP]arse\w{0,60})\()\s{0,40}$/.test(
      before,
    )
  )
    return false;
  if (/^\s*(?:===?|!==?|\bin\b|=>|\|\s*["']|:\s*["'])/.test(after)) return false;
  // What a container publishes, told in a listing.
  if (/\bhost_?ip\b|port_?bindings/i.test(before)) return false;
  if (
    /block|private|loopback|local_?hosts?\b|deny|forbid|reserved|ssrf|allow|unsafe|internal|metadata|warn|console\.|logger|\blog\.|print|throw|raise|describe\(|\/8|\/0/i.test(
      line,
    )
  )
    return false;
  if (
    /^\s{0,40},?\s{0,40}["'](?:127\.|::|localhost)/.test(after) ||
    /["'](?:127\.[\d.]+|localhost|::1?)["']\s{0,40},?\s{0,40}$/.test(before)
  )
    return false;
  return true;
};

/** `def scan(host: str = "0.0.0.0")` of a tool: what a caller is to name, handed on to some other program. */
const isOfTool = (source: Source, start: number): boolean => {
  if (source.language !== 'python') return false;
  const before = source.code.slice(Math.max(0, start - 2000), start);
  const at = before.lastIndexOf('def ');
  return (
    at >= 0 &&
    !/\)\s{0,10}(?:->|:)/.test(before.slice(at)) &&
    /@[\w.]{0,60}tool\b[^\n]{0,200}\n\s{0,40}(?:async\s{1,4})?$/.test(before.slice(0, at))
  );
};

/** One arm of a choice: `remote ? "0.0.0.0" : "127.0.0.1"`, `"0.0.0.0" if remote else host`. */
const isOneOfTwo = (source: Source, start: number, end: number): boolean =>
  /[^?]\?\s*$/.test(source.code.slice(Math.max(0, start - 40), start)) ||
  (source.language === 'python' && /^\s*if\b/.test(source.code.slice(end, end + 20)));

const exposed = (pack: Package): Partial<Match> =>
  pack.authenticates ? { class: 'configuration', strength: 'moderate' } : {};

export const transportRules: readonly Rule[] = [
  {
    id: 'open-route',
    kind: 'lead',
    strength: 'moderate',
    class: 'missing-auth',
    cwe: ['CWE-306'],
    checks: ACCESS,
    languages: everyLanguage,
    title: 'Routes are served without a sign of authentication',
    detail:
      'No sign in this file, nor where it is mounted, that a caller is asked who it is. Where nothing else asks, anyone who reaches the port can use what stands behind the routes.',
    advice: 'See what a proxy in front is documented to do, and whether the port is reachable by default.',
    merge: 'package',
    find: openRoutes,
  },
  {
    id: 'no-host-check',
    kind: 'lead',
    strength: 'moderate',
    class: 'dns-rebinding',
    cwe: ['CWE-346', 'CWE-350'],
    checks: ACCESS,
    languages: everyLanguage,
    title: 'An HTTP transport without a sign of a Host or Origin check',
    detail:
      'A web page whose name is made to resolve to this machine can speak to the server (DNS rebinding). The specification asks for Origin to be checked; SDKs differ in what they check by default.',
    advice: 'Look up the version in use, and try a foreign Host and Origin against the running server.',
    merge: 'package',
    find: (pack) =>
      checksHost(pack)
        ? []
        : pack.transports.network.map((m) => ({ ...m, strength: asksWho(m.source) ? 'weak' : 'moderate' })),
  },
  {
    id: 'rebinding-protection-off',
    kind: 'lead',
    strength: 'strong',
    class: 'dns-rebinding',
    cwe: ['CWE-346'],
    checks: ACCESS,
    languages: ['script', 'python', 'go', 'rust'],
    title: "The transport's protection against DNS rebinding is switched off",
    advice: 'See whether Host and Origin are checked elsewhere before the transport is reached.',
    merge: 'file',
    find: matching({
      layer: 'bare',
      on: {
        script: /enableDnsRebindingProtection\s*:\s*false/g,
        python: /enable_dns_rebinding_protection\s*=\s*False/g,
        go: /DisableLocalhostProtection\s*:\s*true/g,
        rust: /disable_allowed_hosts\s*\(/g,
      },
      // `if host != LOCALHOST { … }`: only where somebody asked for more than this machine.
      accept: (source, m) =>
        /\bif\b[^;\n]{0,200}\b(?:host|bind|addr|local|remote|public)/i.test(
          bareIn(source, linesAround(source, m.index, 1, 0)),
        )
          ? { strength: 'moderate' }
          : true,
    }),
  },
  {
    id: 'origin-compared-with-host',
    kind: 'lead',
    strength: 'moderate',
    class: 'dns-rebinding',
    cwe: ['CWE-350'],
    checks: ACCESS,
    languages: ['script', 'python', 'go'],
    title: 'Origin is only compared with Host, and the caller chooses both',
    detail:
      'After DNS rebinding both headers carry the name the attacker registered. Only a list of names the server answers to stops that.',
    merge: 'file',
    find: matching({
      layer: 'bare',
      on: {
        script: /\borigin\w*(?:\.host(?:name)?)?\s*[!=]==?\s*(?:\w+\.){0,3}host(?:name|Header)?\b/gi,
        python: /\borigin\w*(?:\.netloc|\.hostname)?\s*[!=]=\s*(?:\w+\.){0,2}host\w*\b/gi,
        go: /\borigin\w*(?:\.Host(?:name\(\))?)?\s*[!=]=\s*\w+\.Host\b/gi,
      },
    }),
  },
  {
    id: 'all-interfaces',
    kind: 'lead',
    strength: 'moderate',
    class: 'missing-auth',
    cwe: ['CWE-1327'],
    checks: ['2.3.3', '3.2.1', '3.2.3'],
    languages: everyLanguage,
    title: 'A listener is bound to all interfaces',
    detail: 'Unless something in front stops it, every network the machine is in reaches the port.',
    advice:
      'Weigh whether this is the default, whether the documents say so, and what stands before the routes.',
    merge: 'package',
    find: matching({
      on: BIND,
      accept: (source, m, pack) =>
        bindsHere(source, m.index, m.index + m[0].length) &&
        !isOfTool(source, m.index) &&
        (/["'`]/.test(m[0][0] ?? '') || !inLiteral(source, m.index)) &&
        (isOneOfTwo(source, m.index, m.index + m[0].length)
          ? { ...exposed(pack), strength: 'weak' }
          : exposed(pack)),
    }),
  },
  {
    id: 'listens-without-host',
    kind: 'lead',
    strength: 'moderate',
    class: 'missing-auth',
    cwe: ['CWE-1327'],
    checks: ['2.3.3', '3.2.1', '3.2.3'],
    languages: ['script'],
    title: 'A server listens without naming an address, which means all interfaces',
    detail: 'Node listens on every interface when only a port is given.',
    advice: 'Look for what stands before the routes.',
    merge: 'file',
    find: matching({
      layer: 'bare',
      on: {
        script: /\b(?:app|server|httpServer|expressApp|httpsServer|web|http\w*)\.listen\s*\(/g,
      },
      accept: (source, m, pack) => {
        const open = m.index + m[0].length - 1;
        const end = closing(source, open);
        if (end < 0) return false;
        const args = codeIn(source, inside(source, open)).trim();
        const alone =
          /^[^,{}()]{1,80}$/.test(args) ||
          /^(?:[^,{}()]|\([^()]*\)){1,80},\s*(?:async\s*)?(?:\(|function\b)/.test(args) ||
          /^(?:[^,{}()]|\([^()]*\)){1,80},\s*(?:resolve|cb|callback|done|next|on\w+|err\w*)\s*$/.test(args);
        if (!alone || args === '' || /socket|pipe|^0\s*,|^0$/i.test(args.split(',')[0] ?? '')) return false;
        if (/['"`]/.test(args.split(',')[0] ?? '') || /^(?:\w+\.)?transport$/i.test(args)) return false;
        return exposed(pack);
      },
    }),
  },
  {
    id: 'cors-any-origin',
    kind: 'lead',
    strength: 'moderate',
    class: 'cors',
    cwe: ['CWE-942'],
    checks: ['2.2.3', '3.2.3'],
    languages: everyLanguage,
    title: 'Any origin may read the answers (CORS)',
    detail:
      'Browsers let a page of any origin read what is answered there. With credentials, or where no caller is asked who it is, every page a user opens can use what stands behind it.',
    merge: 'package',
    find: inEachModule((m) =>
      anyOrigins(m).map((o) => ({
        line: o.line,
        endLine: o.endLine,
        say: `${o.how === 'repeated' ? 'the origin of the request is given back' : o.how === 'by default' ? 'any origin, unless a setting says otherwise' : 'any origin'}${o.credentials ? ', with credentials' : ''}`,
        ...(o.credentials && o.how !== 'by default' ? { strength: 'strong' as const } : {}),
      })),
    ),
  },
  {
    id: 'websocket-any-origin',
    kind: 'lead',
    strength: 'moderate',
    class: 'missing-auth',
    cwe: ['CWE-1385', 'CWE-306'],
    checks: ACCESS,
    languages: ['script', 'python', 'go', 'rust'],
    title: 'A WebSocket server takes connections of every page',
    detail:
      'Browsers let a page of any origin open a WebSocket. Nothing in this file looks at Origin or at a credential in the handshake.',
    advice: 'Open a connection with a foreign Origin and no token, and see what it can ask for.',
    merge: 'file',
    find: inEachModule((m) =>
      openSockets(m).map((o) => ({
        line: o.line,
        endLine: o.endLine,
        ...(o.how === 'allowed' ? { say: 'the check of Origin is made to take all' } : {}),
      })),
    ),
  },
];
