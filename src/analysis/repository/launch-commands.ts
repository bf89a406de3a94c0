import { withoutEnd } from '../../text/ends.ts';

/** Commands in documents, configuration and code that fetch and run code: what they run, and whether it is pinned. */

export type Launch = {
  tool: 'npx' | 'uvx' | 'docker run' | 'pipx run' | 'bunx' | 'pnpm dlx' | 'yarn dlx' | 'go run';
  /** What is fetched, as written. */
  target: string;
  /** `exact`: a version or digest; `moving`: a tag such as latest, a range or a branch; `none`: nothing said. */
  pin: 'exact' | 'moving' | 'none';
};

/** Options whose next word is their value; of those, the ones whose value is what gets fetched. */
type Options = { valued: RegExp; source: RegExp };
const NODE: Options = {
  valued: /^(?:-p|--package|-c|--call|--registry|--cache|--userconfig|-w|--workspace)$/,
  source: /^(?:-p|--package)$/,
};
const PYTHON: Options = {
  valued:
    /^(?:--from|--spec|--with|--with-editable|--with-requirements|-p|--python|--index|--index-url|--extra-index-url|--default-index|--find-links|--directory|--cache-dir|--env-file|--pip-args)$/,
  source: /^(?:--from|--spec)$/,
};

const npmPin = (target: string): Launch['pin'] => {
  const version = /^(?:@[^/]+\/)?[^@]+@(.+)$/.exec(target)?.[1];
  if (version === undefined) return 'none';
  return /^\d+\.\d+\.\d+(?:[-+][\w.-]+)?$|#[0-9a-f]{40}$/.test(version) ? 'exact' : 'moving';
};
const pythonPin = (target: string): Launch['pin'] => {
  if (/^git\+/.test(target)) return /@[0-9a-f]{40}$/.test(target) ? 'exact' : 'moving';
  const version = /(?:==|@)([\w.+!-]+)$/.exec(target)?.[1];
  return version === undefined ? 'none' : /^\d+(?:\.\d+)+/.test(version) ? 'exact' : 'moving';
};
const goPin = (target: string): Launch['pin'] =>
  /@v\d+\.\d+\.\d+/.test(target) ? 'exact' : target.includes('@') ? 'moving' : 'none';
export const imagePin = (image: string): Launch['pin'] => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return 'exact';
  const tag = /:([\w][\w.-]{0,127})$/.exec(image.replace(/^[^/]+:\d+\//, ''))?.[1];
  return tag === undefined ? 'none' : 'moving';
};

/** Options of `docker run` without a value: few; the others eat the next word. */
const DOCKER_FLAG =
  /^(?:-[ditPq]+|--(?:rm|init|detach|interactive|tty|privileged|read-only|quiet|no-healthcheck|publish-all|sig-proxy|oom-kill-disable|disable-content-trust))$/;

const NPM_NAME = /^@?[a-z0-9][\w.-]{0,100}(?:\/[\w.-]{1,100})?(?:@[\w.^~*<>=+-]{1,60})?$/;
const PYPI_NAME =
  /^(?:git\+https?:\/\/[\w./@:-]{3,200}|[a-z0-9][\w.-]{0,100}(?:\[[\w,.-]{1,60}\])?(?:(?:==|>=|~=|<=|@)[\w.*+!-]{1,60})?)$/i;
const IMAGE =
  /^(?:[a-z0-9][\w.-]{0,100}(?::\d{2,5})?\/)?(?:[a-z0-9][\w.-]{0,100}\/){0,4}[a-z0-9][\w.-]{0,100}(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
/** Words of prose that follow the name of a tool, and stand-ins of examples. */
const NO_PACKAGE =
  /^(?:run|exec|install|mcp|node|python3?|args|command|commands|env|type|stdio|sse|http|https|true|false|and|or|to|is|for|with|the|in|as|a|an|you|if|from|not|tools?|timeout|can|will|cannot|error|config|server|service|package|image|tsc|tsx|vitest|jest|eslint|prettier|npx|npm|bunx|uvx?|pipx?|docker|return)$|^(?:your|my|some)[-_]|^<|\.\.\.|^(?:image|package)[-_]name|^[A-Z][a-z]+$/;

const first = (words: readonly string[], { valued, source }: Options, takes: RegExp): string | null => {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [option, value] = /^(--[\w-]+)=(.+)$/.exec(word)?.slice(1) ?? [];
    if (option && value && source.test(option)) return takes.test(value) ? value : null;
    if (source.test(word)) return takes.test(words[i + 1] ?? '') ? words[i + 1]! : null;
    if (valued.test(word)) i++;
    else if (!word.startsWith('-')) return takes.test(word) ? word : null;
  }
  return null;
};

const imageOf = (words: readonly string[]): string | null => {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^--[\w-]+=/.test(word) || DOCKER_FLAG.test(word)) continue;
    if (word.startsWith('-')) i++;
    else return IMAGE.test(word) && !word.includes('://') ? word : null;
  }
  return null;
};

const LAUNCHERS: readonly {
  tool: Launch['tool'];
  /** The words the command begins with. */
  words: readonly RegExp[];
  target(rest: readonly string[]): string | null;
  pin(target: string): Launch['pin'];
}[] = [
  { tool: 'npx', words: [/^npx(?:\.cmd)?$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'npx', words: [/^npm$/, /^(?:exec|x)$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'bunx', words: [/^bun$/, /^x$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'bunx', words: [/^bunx$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'pnpm dlx', words: [/^pnpm$/, /^dlx$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'yarn dlx', words: [/^yarn$/, /^dlx$/], target: (w) => first(w, NODE, NPM_NAME), pin: npmPin },
  { tool: 'uvx', words: [/^uvx$/], target: (w) => first(w, PYTHON, PYPI_NAME), pin: pythonPin },
  {
    tool: 'uvx',
    words: [/^uv$/, /^tool$/, /^run$/],
    target: (w) => first(w, PYTHON, PYPI_NAME),
    pin: pythonPin,
  },
  {
    tool: 'pipx run',
    words: [/^pipx$/, /^run$/],
    target: (w) => first(w, PYTHON, PYPI_NAME),
    pin: pythonPin,
  },
  {
    tool: 'go run',
    words: [/^go$/, /^run$/],
    target: (w) =>
      w.find((x) => !x.startsWith('-') && /^[\w-]{1,60}\.[\w.-]{1,60}\/[\w./@-]{1,160}$/.test(x)) ?? null,
    pin: goPin,
  },
  {
    tool: 'docker run',
    words: [/^(?:docker|podman)$/, /^run$/],
    target: imageOf,
    pin: imagePin,
  },
];

/** Names of the tools, so that most lines cost one search. */
const HINT = /\b(?:npx|npm|bunx?|pnpm|yarn|uvx|uv|pipx|go|docker|podman)\b/;
const MOST_WORDS = 120;

/**
 * Shell words, and JSON strings alike: quotes, commas and brackets part them. What ends a command ends the list it is in.
 */
const commandsIn = (line: string): string[][] => {
  const commands: string[][] = [[]];
  // What a shell fills in is one word, whatever stands in it.
  const text = line.slice(0, 4000).replace(/\$\([^()\n]{0,200}\)|\$\{[^{}\n]{0,100}\}/g, '$_');
  for (const match of text.matchAll(
    /"([^"\\\n]{0,300})"|'([^'\\\n]{0,300})'|(&&|\|\||[|;`#)])|((?!(?:command|args)=)-{0,2}[A-Za-z_][\w-]{0,80}=(?:"[^"\\\n]{0,300}"|'[^'\\\n]{0,300}')|[^\s"'`,|;&()[\]{}]{1,300})/g,
  )) {
    if (match[3]) commands.push([]);
    else {
      const word = (match[1] ?? match[2] ?? match[4] ?? '').trim();
      // A quoted command line is a command line.
      const whole = !/\s/.test(word) || /^-{0,2}[\w-]+=["']/.test(word);
      const words = whole ? [word] : word.split(/\s+/);
      const list = commands.at(-1)!;
      for (const w of words) if (w !== '' && w !== '\\' && list.length < MOST_WORDS) list.push(w);
    }
  }
  return commands;
};

/** What one line launches; a command that goes on below must have been joined to one line. */
export const launchesIn = (line: string): Launch[] => {
  if (!HINT.test(line)) return [];
  const found: Launch[] = [];
  for (const raw of commandsIn(line)) {
    // "command": "npx", "args": ["-y", …] reads as a command once the keys are gone.
    const words = raw
      .filter((w) => !/^["']?(?:command|args)["']?\s{0,2}[:=]?$|^[:=]$/.test(w))
      .map((w) => w.replace(/^(?:command|args)=/, ''));
    for (let i = 0; i < words.length; i++) {
      const launcher = LAUNCHERS.find((l) => l.words.every((w, k) => w.test(words[i + k] ?? '')));
      if (!launcher) continue;
      const target = withoutEnd(launcher.target(words.slice(i + launcher.words.length)) ?? '', '.,:');
      if (!target || NO_PACKAGE.test(target) || /^\.{0,2}\//.test(target)) continue;
      found.push({ tool: launcher.tool, target, pin: launcher.pin(target) });
    }
  }
  return found;
};

/** Images a document tells to build oneself: running them fetches nothing. */
export const imagesBuilt = (line: string): string[] =>
  /\b(?:docker|podman)\b/.test(line)
    ? [
        ...line
          .slice(0, 4000)
          .matchAll(
            /\b(?:docker|podman)\s{1,4}(?:buildx\s{1,4})?build\b[^\n|;&]{0,200}?\s(?:-t|--tag)[\s=]{1,3}["']?([\w./:@-]{1,200})/g,
          ),
      ].map((m) => m[1]!)
    : [];

const PIPED =
  /\b(?:curl|wget)\b[^\n|]{1,400}\|\s{0,4}(?:sudo\s{1,4}(?:-\w{1,10}\s{1,4})?)?(?:ba|z|da|k)?sh\b|\b(?:iwr|irm|Invoke-(?:WebRequest|RestMethod))\b[^\n|]{1,300}\|\s{0,4}(?:iex|Invoke-Expression)\b|\b(?:ba|z)?sh\s{1,3}(?:-c\s{1,3})?["']?[<$]\(\s{0,3}(?:curl|wget)\b/g;

/** Downloads piped into a shell. */
export const pipedDownloads = (line: string): string[] =>
  /curl|wget|iwr|irm|Invoke-/.test(line) ? [...line.matchAll(PIPED)].map((m) => m[0].slice(0, 200)) : [];
