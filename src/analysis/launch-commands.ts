/** Commands in documents and configuration that fetch and run code: what they run, and whether it is pinned. */

export type Launch = {
  tool: 'npx' | 'uvx' | 'docker run' | 'pipx run' | 'bunx' | 'pnpm dlx' | 'yarn dlx' | 'deno run' | 'go run';
  /** What is fetched, as written. */
  target: string;
  /** `exact`: a version or digest; `moving`: a tag such as latest, a range or a branch; `none`: nothing said. */
  pin: 'exact' | 'moving' | 'none';
};

const RUNNERS: readonly [Launch['tool'], RegExp][] = [
  [
    'npx',
    /\bnpx(?:\.cmd)?["',\s]{1,6}(?:(?:"?args"?\s{0,3}:\s{0,3}\[\s{0,12}"?)?)((?:["',\s]{0,6}-{1,2}[\w=-]{1,30})*)["',\s]{1,12}(@?[A-Za-z0-9][\w./@:^~-]{1,120})/g,
  ],
  [
    'uvx',
    /\buvx["',\s]{1,6}(?:(?:"?args"?\s{0,3}:\s{0,3}\[\s{0,12}"?)?)((?:["',\s]{0,6}--?[\w=-]{1,30})*)["',\s]{1,12}([A-Za-z0-9][\w./@:+=[\]-]{1,160})/g,
  ],
  ['bunx', /\bbunx["',\s]{1,6}((?:--?[\w=-]{1,30}["',\s]{1,6})*)(@?[A-Za-z0-9][\w./@:^~-]{1,120})/g],
  ['pnpm dlx', /\bpnpm\s{1,4}dlx\s{1,4}()(@?[A-Za-z0-9][\w./@:^~-]{1,120})/g],
  ['yarn dlx', /\byarn\s{1,4}dlx\s{1,4}()(@?[A-Za-z0-9][\w./@:^~-]{1,120})/g],
  ['pipx run', /\bpipx\s{1,4}run\s{1,4}()([A-Za-z0-9][\w./@:+=[\]-]{1,160})/g],
  ['go run', /\bgo\s{1,4}run\s{1,4}()([\w-]{1,60}\.[\w.-]{1,60}\/[\w./@-]{1,160})/g],
];
const DOCKER = /\bdocker\s{1,4}run\b([^\n|;&]{1,600})/g;
const PIPED =
  /\b(?:curl|wget)\b[^\n|]{1,400}\|\s{0,4}(?:sudo\s{1,4}(?:-\w{1,10}\s{1,4})?)?(?:ba|z|da|k)?sh\b|\b(?:iwr|irm|Invoke-(?:WebRequest|RestMethod))\b[^\n|]{1,300}\|\s{0,4}(?:iex|Invoke-Expression)\b|\b(?:ba|z)?sh\s{1,3}(?:-c\s{1,3})?["']?[<$]\(\s{0,3}(?:curl|wget)\b/g;
/** Options that take a value, which is then not the package. */
const WORD_OF_OPTION =
  /^(?:run|exec|install|mcp|node|python|args|command|env|type|stdio|true|false|and|or|to|is|for|with|the|in|as|a|you|if|from|not)$/;

const npmPin = (target: string): Launch['pin'] => {
  const version = /^(?:@[^/]+\/)?[^@]+@(.+)$/.exec(target)?.[1];
  if (version === undefined) return 'none';
  return /^\d+\.\d+\.\d+(?:[-+][\w.-]+)?$/.test(version) ? 'exact' : 'moving';
};
const pythonPin = (target: string): Launch['pin'] => {
  if (/^git\+/.test(target)) return /@[0-9a-f]{40}$/.test(target) ? 'exact' : 'moving';
  const version = /(?:==|@)([\w.+!-]+)$/.exec(target)?.[1];
  return version === undefined ? 'none' : /^\d+(?:\.\d+)+/.test(version) ? 'exact' : 'moving';
};
export const imagePin = (image: string): Launch['pin'] => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return 'exact';
  const tag = /:([\w][\w.-]{0,127})$/.exec(image.replace(/^[^/]+:\d+\//, ''))?.[1];
  return tag === undefined ? 'none' : 'moving';
};

/** Words of `docker run` up to the image: options without a value are few, the others eat the next word. */
const imageOf = (rest: string): string | null => {
  const words = rest.match(/"[^"]{0,200}"|'[^']{0,200}'|[^\s"',[\]]{1,200}/g) ?? [];
  for (let i = 0; i < words.length && i < 80; i++) {
    const word = words[i]!.replace(/^["']|["']$/g, '');
    if (word === '\\' || word === '') continue;
    if (/^--[\w-]+=/.test(word)) continue;
    if (
      /^(?:-[ditPq]+|--(?:rm|init|detach|interactive|tty|privileged|read-only|quiet|no-healthcheck|publish-all|sig-proxy))$/.test(
        word,
      )
    )
      continue;
    if (word.startsWith('-')) {
      i++;
      continue;
    }
    return /^[a-z0-9][\w./:@-]{1,200}$/.test(word) ? word : null;
  }
  return null;
};

export const launchesIn = (line: string): Launch[] => {
  const found: Launch[] = [];
  if (/npx|uvx|bunx|dlx|pipx|go run/.test(line))
    for (const [tool, pattern] of RUNNERS)
      for (const match of line.matchAll(pattern)) {
        const target = match[2]!.replace(/[.,:]+$/, '');
        if (WORD_OF_OPTION.test(target) || /^\.{0,2}\//.test(target)) continue;
        found.push({
          tool,
          target,
          pin:
            tool === 'npx' || tool === 'bunx' || tool.endsWith('dlx')
              ? npmPin(target)
              : tool === 'go run'
                ? /@v\d+\.\d+\.\d+/.test(target)
                  ? 'exact'
                  : /@/.test(target)
                    ? 'moving'
                    : 'none'
                : pythonPin(target),
        });
      }
  if (line.includes('docker'))
    for (const match of line.matchAll(DOCKER)) {
      const image = imageOf(match[1]!);
      if (image) found.push({ tool: 'docker run', target: image, pin: imagePin(image) });
    }
  return found;
};

/** Downloads piped into a shell. */
export const pipedDownloads = (line: string): string[] =>
  /curl|wget|iwr|irm|Invoke-/.test(line) ? [...line.matchAll(PIPED)].map((m) => m[0].slice(0, 200)) : [];
