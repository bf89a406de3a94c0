import type { FoundEntry } from '../surface/surface-entry.ts';

/** What a tool says it does, against what its code does: words that announce it, and names of what needs nothing of the world. */

/** By what is done: words that say so. */
export const ANNOUNCES = {
  secret:
    /\b(?:back ?up|backups?|ssh|keys?|credentials?|secrets?|vault|passwords?|tokens?|dotfiles?|profiles?|sign(?:ed)? in|login|auth\w*|kube\w*|cluster|aws|cloud|docker|git\w*|npm|cookies?|browser|history|leak\w*|scan\w*|audit\w*|keychain|wallet|\.env|configuration|config)\b/i,
  environment: /\b(?:environment|env|variables?|settings|configuration|diagnos\w*|debug)\b/i,
  startup:
    /\b(?:back ?ups?|backs up|dotfiles?|cron\w*|schedul\w*|autostart|start(?:s|ed)? at|startup|boot|profile|shell|alias\w*|authorized_keys|public key|ssh|hooks?|systemd|service|daemon|launch\w*|completion|install\w*|path)\b/i,
  client:
    /\b(?:install\w*|set ?up|setup\w*|config\w*|register\w*|claude|cursor|agents?|rules|instructions|memory|vscode|windsurf|mcp\.json|client|project|documentation)\b/i,
  network:
    /\b(?:https?|urls?|api|apis|web\w*|online|internet|fetch\w*|download\w*|upload\w*|sends?|posts?|publish\w*|sync\w*|remote|servers?|service|cloud|search\w*|weather|forecast|stocks?|prices?|exchange|rates?|currenc\w*|news|feeds?|mail|e-?mails?|messages?|notif\w*|webhook|slack|github|gitlab|issues?|telemetry|usage|statistics|analytics|crash\w*|report\w*|sentry|pages?|site|scrape\w*|crawl\w*|browse\w*|query|database|translat\w*|maps?|geo\w*|hosts?|dns|ports?|ssh|repositor\w*|tickets?|jobs?|model|llm|ai|documents?|docs|documentation|subscribe\w*|account|your|request\w*|call\w*|resolve\w*|connect\w*|stream\w*|cluster|pods?|bucket\w*|drive|token)\b/i,
  process:
    /\b(?:run\w*|execut\w*|command\w*|shell|script\w*|process\w*|launch\w*|start\w*|build\w*|test\w*|install\w*|compile\w*|terminal|open\w*|git|docker|container\w*|sandbox|python|code|lint\w*|archive|pack\w*|zip|tar|backup|kill\w*|deploy\w*|screenshot|record\w*|convert\w* (?:video|audio|image)|cron\w*|autostart|schedul\w*)\b/i,
  download:
    /\b(?:install\w*|update\w*|upgrade\w*|plugin\w*|download\w*|extension\w*|module\w*|script\w*|package\w*|set ?up)\b/i,
  capture:
    /\b(?:clipboard|screen\w*|capture\w*|record\w*|hot ?keys?|keyboard|shortcut\w*|microphone|audio|camera|listen\w*|automat\w*|windows?)\b/i,
  code: /\b(?:evaluat\w*|execut\w*|run\w*|code|script\w*|expression\w*|sandbox|interpret\w*|plugin\w*|notebook|repl)\b/i,
  destroy: /\b(?:delet\w*|remov\w*|clean\w*|wip\w*|eras\w*|purg\w*|uninstall\w*|reset\w*|encrypt\w*)\b/i,
} as const;

/** What is worked out from what is given, and needs nothing else. */
const PURE =
  /^(?:add|adds|adding|addition|adder|subtract\w*|minus|multipl\w*|product|divid\w*|division|sum|sums|mean|average|median|mode|variance|sqrt|root|square\w*|cube\w*|power|abs\w*|neg\w*|ceil|floor|round\w*|modulo|gcd|lcm|primes?|fib\w*|factorial|pi|logarithm|log10|sine?|cos\w*|tan|max\w*|min|minimum|maximum|count|counts|counter|length|reverse\w*|upper\w*|lower\w*|capitali\w*|case|cases|trim\w*|pad|pads|padding|wrap|wraps|slug\w*|sort|sorts|sorting|unique|dedupe|join|joins|split\w*|swap\w*|echo\w*|greet\w*|hello|hi|dice|roll|rolls|coin|flip|random|uuid|guid|hash|hashes|hashing|sha256|md5|checksum|encode\w*|decode\w*|format|formats|formatter|formatting|convert\w*|celsius|fahrenheit|units?|bmi|tip|roman|morse|lorem|placeholder|emoji|colou?rs?|palette|rhym\w*|spell\w*|calc\w*|calculator|compute\w*|arithmetic|math\w*|number|numbers|words?|palindrome\w*|anagram\w*|vowels?|parity|even|odd|bold|italic|markdown|json|yaml|csv|base64|rot13|slugify|fizzbuzz|temperature|percent\w*|pong|ping_local|timestamps?|date|dates|leap|multiply|characters?|asc|ascii|compare\w*|fact|quote|joke)$/i;

/** A promise that nothing leaves the machine. */
const STAYS =
  /\boffline\b|\bwithout (?:an? |any )?(?:internet |network )?(?:connection|network|internet)\b|\bno (?:network|internet)(?: access| connection)?\b|\b(?:nothing|never|not) (?:is |gets |are )?(?:ever )?(?:uploaded|sent|transmitted|shared|leaves?)\b|\b(?:stays?|kept|only) on (?:this|your|the) (?:computer|machine|device)\b|\bon this (?:computer|machine|device) only\b|\b(?:locally|in memory)\b/i;
const BUT_FOR = /\bunless\b|\bexcept\b|\bdownload\w*|\bfallback\b|\bor (?:online|remote\w*)\b|\bcache\w*/i;

/** Whether the tool promises that it needs no network, without an exception. */
export const promisesNoNetwork = ({ description }: FoundEntry): boolean =>
  STAYS.test(description) && !BUT_FOR.test(description);

const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);

export const textsOf = (tools: readonly FoundEntry[]): string =>
  tools
    .map(
      (t) =>
        `${wordsOf(t.name).join(' ')} ${t.description} ${(t.params ?? []).map((p) => p.description).join(' ')}`,
    )
    .join('\n');

export const announces = (tools: readonly FoundEntry[], what: keyof typeof ANNOUNCES): boolean =>
  ANNOUNCES[what].test(textsOf(tools));

/** A tool that by its name and first words only works something out. */
export const isPure = (tool: FoundEntry): boolean => {
  const text = textsOf([tool]);
  if (ANNOUNCES.network.test(text.replace(/\b(?:number|text)s?\b/gi, '')))
    return /\b(?:locally|offline|in memory|without network)\b/i.test(text) && pureWord(tool);
  return pureWord(tool);
};

/** By its first words: further on stands what it works on. */
const pureWord = (tool: FoundEntry): boolean => {
  const [name, next] = wordsOf(tool.name);
  const said = wordsOf(tool.description.split(/[.\n]/)[0]!.slice(0, 60)).slice(0, 2);
  return [name, ...(/^(?:to|from|is|do|make)$/i.test(name ?? '') ? [next] : []), ...said].some(
    (w) => w !== undefined && PURE.test(w),
  );
};
