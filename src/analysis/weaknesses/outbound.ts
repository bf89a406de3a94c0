import { type Spot, spot } from '../sources/server-sources.ts';
import { bareIn, codeIn, type Language, linesAround, matchesIn, type Source } from '../sources/source.ts';

/** Who decides where a request goes, as far as the line that makes it tells. */
export type ChosenBy = 'literal' | 'configured' | 'input' | 'answer' | 'computed';

export type OutboundHost = {
  host: string;
  scheme: string;
  /** `default`: a literal that a setting can replace. `text`: only named, in a message or a link. */
  how: 'requested' | 'default' | 'text';
  at: Spot;
};
export type OutboundCall = { chosenBy: ChosenBy; words: string; at: Spot };

const URL_HOST =
  /\b(https?|wss?|ftps?|grpcs?|rediss?|postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|amqps?|smtps?|ldaps?|nats|clickhouse|bolt|neo4j(?:\+s)?):\/\/(?:[^\s"'`/@]{1,100}@)?(\[[0-9a-f:.]{2,45}\]|[A-Za-z0-9](?:[\w-]{0,62}\.){0,8}[A-Za-z0-9][\w-]{0,62})(:\d{1,5})?/gi;

/** Addresses of this machine, of documentation, and names of vocabularies that nobody connects to. */
const NO_HOST =
  /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:(?:127\.[\d.]+|7f[0-9a-f]{2}:[0-9a-f]{1,4})\]|host\.docker\.internal|(?:[\w-]+\.)*example(?:\.(?:com|org|net|io))?|(?:[\w-]+\.)*(?:test|invalid|local|localhost)|(?:www\.)?w3\.org|(?:[\w-]+\.)*json-schema\.org|schema\.org|schemas\.[\w.-]+|xmlns\.[\w.-]+|www\.apache\.org|(?:your|my|some|foo|bar|test|dummy|fake|x|a|b|host|hostname|server|domain|user|url|proxy)(?:[-.][\w.-]*)?)$/i;
/** What an address is the name of: a vocabulary, a schema, a namespace. Nobody connects to it. */
const IS_A_NAME =
  /\b(?:Namespace|URIRef|QName|DefinedNamespace|xmlns)\b|["']?(?:@context|\$schema|\$id)["']?\s{0,4}:/i;

/** Calls that send a request; the first bracket after the name holds the address. */
const CALLS: Record<Language, RegExp> = {
  script:
    /(?<![.\w])(?:fetch|undiciFetch(?:\s+as\s[^()\n]{1,60}\))?|axios(?:\.(?:get|post|put|patch|delete|head|request))?|got(?:\.(?!extend\b)\w+)?|undici\.(?:request|fetch)|ky(?:\.(?!create\b|extend\b)\w+)?|needle(?:\.(?!defaults\b)\w+)?|superagent\.\w+|https?\.(?:get|request)|new\s+WebSocket|new\s+EventSource|(?!\w{0,30}(?:redis|cache|kv|mongo|sql|query|storage|memory|db)\w{0,30}\.)(?:\w*[cC]lient|http|api|instance)\.(?:get|post|put|patch|delete))\s*(?:<[^()<>]{0,80}>)?\(/g,
  python:
    /(?<![.\w])(?:self\.)?(?!\w{0,30}(?:redis|cache|kv|mongo|sql|query|storage|memory|db)\w{0,30}\.)(?:requests|httpx|http|\w{0,30}(?:[sS]ession|[cC]lient))\.(?:get|post|put|patch|delete|head|request|stream|send)\s*\(|\b(?:urlopen|urlretrieve|ClientSession|aiohttp\.request|websockets\.connect)\s*\(/g,
  go: /\bhttp\.(?:Get|Post|PostForm|Head|NewRequest(?:WithContext)?)\s*\(|\b(?:grpc\.(?:Dial|NewClient)|websocket\.Dial)\s*\(/g,
  rust: /\b(?:reqwest::(?:blocking::)?get|\w{0,20}client(?:\(\))?\s{0,40}\.(?:get|post|put|patch|delete|request)|Request::builder)\s*\(/g,
  java: /\b(?:URI\.create|new\s+URL|HttpRequest\.newBuilder|restTemplate\.\w+|webClient\.\w+|\.uri|\.url)\s*\(/g,
  csharp:
    /\b(?:\w{0,40}[cC]lient|_?http)\??\.(?:Get|Post|Put|Patch|Delete|Send)(?:String|Stream|ByteArray|AsJson|FromJson)?(?:Async)?(?:<[^()<>\n]{0,80}>)?\s*\(|\bnew\s+(?:HttpRequestMessage|RestRequest|RestClient|Uri)\s*\(|\bWebRequest\.Create(?:Http)?\s*\(/g,
  php: /\b(?:file_get_contents|curl_init|fopen|fsockopen|get_headers|Http::(?:get|post|put|patch|delete|head))\s*\(|->(?:request|get|post|put|patch|delete|head|sendRequest)\s*\(/g,
  ruby: /\b(?:Net::HTTP\.(?:get|get_response|post|post_form|start|new)|URI\.open|URI\.parse|HTTParty\.\w+|Faraday\.\w+|RestClient\.\w+|Excon\.\w+|Typhoeus\.\w+|HTTP\.(?:get|post|put|patch|delete))\s*\(?/g,
  kotlin:
    /\b(?:URI\.create|URL|HttpRequest\.newBuilder|\w{0,30}[cC]lient\.(?:get|post|put|patch|delete|request|head)|\.uri|\.url)\s*\(/g,
};

const FROM_CONFIGURATION =
  /(?:^|[.\s(`{$])(?:process\.env|os\.environ|getenv|Getenv|env::var|System\.getenv|config\w*|settings?|options?|opts|cfg|conf|this\.\w*(?:url|host|base|endpoint)\w*|self\.\w*(?:url|host|base|endpoint)\w*|\w*(?:base|api|server|endpoint|host|root|registry|service|instance)_?(?:url|uri|host|endpoint)?\w*)\b/i;
const FROM_INPUT =
  /(?:^|[.\s(`{$])(?:args?|arguments|params?|input|request\.params|parsed|validated\w*|kwargs|req\.(?:query|body|params))(?:\.|\[|\?\.)/i;
const FROM_ANSWER =
  /(?:^|[.\s(`{$])(?:res(?:ponse|ult|p)?|data|body|json|item|entry|row|page|payload|release|asset|doc)\w*(?:\.|\[|\?\.)[\w.[\]?"']{0,60}(?:url|uri|link|href|location|next|endpoint)\w*/i;
/** A line that puts an address to use or keeps it for use. */
const USES =
  /\b(?:fetch|axios|request|requests|httpx|urlopen|got|curl|client|Client|session|get|post|put|Dial|NewRequest|WebSocket|connect|createClient|EventSource|URI|reqwest)\b\s{0,40}[.(<]|\b\w{0,60}(?:url|uri|host|endpoint|server|api|base|gateway|domain|issuer|authority|dsn|webhook|registry|address)\w{0,60}["']?\s{0,40}(?::\s{0,40}&?[\w.[\]|?' ]{1,40})?\s{0,40}(?:=|:|\?\?|\|\||,)/i;
const DEFAULTS =
  /\bDEFAULT_\w|\bdefault[A-Z]\w|process\.env|environ|getenv|Getenv|env::var|\?\?|\|\||default|unwrap_or|Field\(|orElse|\.get\(\s*["'][A-Z_]{3,60}["']\s*,/;
const TELLS =
  /\b(?:console\.\w+|log(?:ger|ging)?\.\w+|print\w*|throw|raise|Error|description|describe|help|usage|message|text|title|instructions|prompt|docs?_?url|homepage|see|visit)\b/i;

/** Hosts named in string literals, and how each is used. */
export const outboundHosts = (source: Source): OutboundHost[] => {
  const found: OutboundHost[] = [];
  if (!source.text.includes('://')) return found;
  for (const literal of source.literals) {
    if (literal.end - literal.start > 20_000) continue;
    for (const match of literal.text.matchAll(URL_HOST)) {
      const scheme = match[1]!.toLowerCase();
      const host = match[2]!.toLowerCase();
      if (NO_HOST.test(host) || (!host.includes('.') && !host.startsWith('['))) continue;
      const line = codeIn(source, linesAround(source, literal.start, 0, 0));
      const bare = bareIn(source, linesAround(source, literal.start, 1, 0));
      // Inside longer text an address is only spoken of.
      const alone =
        literal.text.trimStart().startsWith(match[0].slice(0, 8)) && !/\s\S+\s\S+\s/.test(literal.text);
      const how =
        !alone ||
        literal.text.trimEnd().endsWith('#') ||
        IS_A_NAME.test(line) ||
        (TELLS.test(bareIn(source, linesAround(source, literal.start, 0, 0))) &&
          !/\bfetch\b|request/i.test(bare))
          ? 'text'
          : /^(?:docs?|help|support|status|developers?|learn)\./.test(host)
            ? 'text'
            : DEFAULTS.test(line)
              ? 'default'
              : USES.test(bare) || USES.test(line)
                ? 'requested'
                : 'text';
      found.push({ host, scheme, how, at: spot(source, literal.start) });
      if (found.length > 2000) return found;
    }
  }
  return found;
};

const firstArgument = (source: Source, open: number): string => {
  let depth = 0;
  const limit = Math.min(source.code.length, open + 400);
  for (let i = open; i < limit; i++) {
    const c = source.bare[i]!;
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      if (--depth === 0) return source.code.slice(open + 1, i);
    } else if (c === ',' && depth === 1) return source.code.slice(open + 1, i);
  }
  return source.code.slice(open + 1, limit);
};

/** What a bare name was last set to before the call; '' when it was not, as with a parameter. */
const lastSet = (source: Source, name: string, before: number): string => {
  if (!/^[A-Za-z_]\w{0,60}$/.test(name)) return '';
  const text = source.code.slice(Math.max(0, before - 3000), before);
  const set = new RegExp(
    `(?<![.\\w])${name}\\s{0,3}(?::\\s?\\w{1,20})?\\s{0,3}:?=(?!=)\\s{0,3}([^\\n]{1,200})`,
    'g',
  );
  return [...text.matchAll(set)].at(-1)?.[1] ?? '';
};

/** A parameter of a Python function that a decorator makes a tool. */
const isToolParameter = (source: Source, name: string, before: number): boolean => {
  if (source.language !== 'python') return false;
  const text = source.code.slice(Math.max(0, before - 2500), before);
  const head = text.lastIndexOf('def ');
  const open = text.indexOf('(', head);
  if (head < 0 || open < 0) return false;
  const params = text.slice(open, open + 800).split(')')[0] ?? '';
  return (
    new RegExp(`[(,\\s]${name}\\s{0,3}[:=,]|[(,\\s]${name}$`).test(params) &&
    /@[\w.]{1,60}tool\b/.test(text.slice(Math.max(0, head - 300), head))
  );
};

/** `({ url }) => …`, `const { url } = args`: a name taken out of what a caller gave, above the call. */
const takenOut = (source: Source, name: string, before: number): boolean =>
  /^[A-Za-z_]\w{0,60}$/.test(name) &&
  (isToolParameter(source, name, before) ||
    new RegExp(
      `\\{[^{}]{0,300}\\b${name}\\b[^{}]{0,300}\\}\\s{0,3}(?:(?::[^=;{}]{0,120})?\\)\\s{0,3}=>|(?::[^=;{}]{0,120})?=\\s{0,3}(?:await\\s)?(?:args|arguments|params|input|request\\.params\\.arguments|req\\.(?:body|query|params)|\\w{1,40}\\.parse\\())`,
    ).test(source.code.slice(Math.max(0, before - 2500), before)));

const classify = (words: string): ChosenBy =>
  /^(?:await\s+)?(?:new\s+URL\()?(?:[fFrb]{0,2}|format!\(|fmt\.Sprintf\()["'`]\s{0,2}(?:https?|wss?):\/\/[\w.-]{3,}/.test(
    words,
  )
    ? 'literal'
    : FROM_ANSWER.test(words)
      ? 'answer'
      : FROM_INPUT.test(words)
        ? 'input'
        : FROM_CONFIGURATION.test(words)
          ? 'configured'
          : 'computed';

/** Requests whose address is no literal, by who seems to choose it. */
export const outboundCalls = (source: Source): OutboundCall[] =>
  matchesIn(source, 'bare', CALLS[source.language]).flatMap((match): OutboundCall[] => {
    const open = match.index + match[0].length - 1;
    let words = firstArgument(source, open).trim().replace(/\s+/g, ' ');
    // Methods such as NewRequest(ctx, method, address): the first argument that could be one.
    if (/NewRequest/.test(match[0])) {
      const all = codeIn(source, { start: open + 1, end: open + 300 }).split(',');
      words = (all[/WithContext/.test(match[0]) ? 2 : 1] ?? '').trim();
    }
    // `request(method, address)`.
    if (
      /\brequest\s{0,3}\(?$/.test(match[0].replace('(', '')) &&
      /^(?:["'`][A-Z]+["'`]|(?:reqwest::|http::)?Method(?:::|\.)\w+|(?:\w+\.)?method(?:\.clone\(\))?)$/i.test(
        words,
      )
    )
      words = (codeIn(source, { start: open + 1, end: open + 300 }).split(',')[1] ?? '').trim();
    if (words === '' || words.length > 300 || /^["'`](?![^"'`]{0,20}\$\{)\/?[\w/.-]*["'`]$/.test(words))
      return [];
    const at = spot(source, match.index);
    // A bare name says little: what it was set to says more, and whether it is taken out of the arguments.
    const set = lastSet(source, words, match.index);
    const chosenBy = takenOut(source, words, match.index)
      ? 'input'
      : set === '' || classify(set) === 'computed'
        ? classify(words)
        : classify(set);
    return [{ chosenBy, words: words.slice(0, 80), at }];
  });
