import { pipedDownloads } from '../repository/launch-commands.ts';
import { namesSecretVariable } from '../repository/secret-variables.ts';

/** What a Dockerfile says, by instruction. Lines are 1-based. */
export type ImageFile = {
  stages: {
    image: string;
    name: string;
    line: number;
    final: boolean;
    /** Built from an earlier stage of the same file. */
    ofStage: boolean;
    /** The last USER of the stage, or of the one it is built from; null when none says one. */
    user: { user: string; line: number } | null;
  }[];
  /** What makes up the image: the last stage, and every earlier one it is built on. Null without a stage. */
  image: {
    /** The image of others that it all is built on. */
    base: string;
    /** Earlier stages of the file it is built on, and so holds whole, by name. */
    on: string[];
    /** Stages and images it takes files from. */
    copiesFrom: string[];
    /** Lines of its RUN instructions. */
    runs: number[];
  } | null;
  exposed: { port: string; line: number }[];
  healthchecks: number[];
  /** Takes the whole build context in; `final`: into the last stage or one it is built on, whose files are all in the image. */
  wholeCopies: { line: number; final: boolean }[];
  /** Copies a file that usually holds a credential. */
  secretCopies: { file: string; line: number }[];
  /** Variables that switch a protection off or open the server up. */
  loosening: { name: string; value: string; line: number; strength: 'strong' | 'moderate' | 'weak' }[];
  secretMounts: number[];
  start: { command: string; line: number } | null;
  remoteAdds: { url: string; line: number }[];
  secrets: { instruction: 'ENV' | 'ARG'; name: string; hasValue: boolean; line: number }[];
  runs: {
    command: string;
    line: number;
    endLine: number;
    problems: { rule: string; say: string; strength: 'strong' | 'moderate' | 'weak' }[];
  }[];
};

const SECRET_FILE =
  /(^|\/)(\.env(?:\.(?!example|sample|template)[\w-]+)?|\.npmrc|\.pypirc|\.netrc|id_(?:rsa|ed25519)|[\w.-]*\.pem|[\w.-]*credentials[\w.-]*\.json|kubeconfig)$/i;

/** What an image sets for every deployment made from it. */
const LOOSENING: readonly { name: RegExp; value: RegExp; strength: 'strong' | 'moderate' | 'weak' }[] = [
  { name: /^NODE_TLS_REJECT_UNAUTHORIZED$/, value: /^0$/, strength: 'strong' },
  { name: /^(?:PYTHONHTTPSVERIFY|GIT_SSL_NO_VERIFY)$/, value: /^(?:0|1|true)$/i, strength: 'strong' },
  {
    name: /^(?:\w+_)?(?:DISABLE|SKIP)_(?:\w+_)?(?:AUTH|TLS|SSL|SECURITY|VERIFY|VERIFICATION)\w*$/,
    value: /^(?:1|true|yes|on)$/i,
    strength: 'moderate',
  },
  {
    name: /^(?:\w+_)?(?:AUTH|SECURITY)(?:_ENABLED)?$/,
    value: /^(?:0|false|no|off|none)$/i,
    strength: 'moderate',
  },
  { name: /^(?:\w+_)?DEBUG$/, value: /^(?:1|true|yes|on)$/i, strength: 'weak' },
  {
    name: /^(?:\w{1,80}_)?(?:HOST|BIND|LISTEN|ADDRESS|BIND_ADDR)\w{0,80}$/,
    value: /^(?:0\.0\.0\.0|::|\*)$/,
    strength: 'weak',
  },
];

const problemsOf = (command: string): ImageFile['runs'][number]['problems'] => {
  const problems: ImageFile['runs'][number]['problems'] = [];
  const [piped] = pipedDownloads(command);
  if (piped)
    problems.push({
      rule: 'piped-download',
      say: `a download is piped into a shell: ${piped.slice(0, 60)}`,
      strength: 'moderate',
    });
  for (const part of command.slice(0, 20_000).split(/&&|\|\||;|\n/)) {
    const words = part.trim().split(/\s+/);
    const line = words.join(' ');
    const packagesAfter = (pattern: RegExp): string[] => {
      const match = pattern.exec(line);
      return match
        ? line
            .slice(match.index + match[0].length)
            .split(' ')
            .filter((w) => w !== '' && !w.startsWith('-') && w !== '\\')
        : [];
    };
    const npm = packagesAfter(/\bnpm (?:install|i|add)\b(?= .{0,400}(?:-g|--global)\b| [@a-z])/).filter(
      (p) => !/@\d/.test(p.replace(/^@/, '')) && !/^[./]/.test(p),
    );
    if (npm.length > 0)
      problems.push({
        rule: 'unpinned-packages',
        say: `npm installs without a version: ${npm.slice(0, 3).join(', ')}`,
        strength: 'weak',
      });
    const pip = packagesAfter(/\b(?:pip3?|uv pip) install\b/).filter(
      (p) =>
        !/==|@|^[./"']|\.txt$|\.whl$|^\$/.test(p) &&
        !/-r$|--requirement/.test(words[words.indexOf(p) - 1] ?? ''),
    );
    if (pip.length > 0)
      problems.push({
        rule: 'unpinned-packages',
        say: `pip installs without a version: ${pip.slice(0, 3).join(', ')}`,
        strength: 'weak',
      });
    const apt = packagesAfter(/\bapt(?:-get)? (?:-\S+ )*install\b/).filter(
      (p) => !p.includes('=') && !p.startsWith('$'),
    );
    if (apt.length > 0)
      problems.push({
        rule: 'unpinned-packages',
        say: `apt installs without a version: ${apt.slice(0, 3).join(', ')}`,
        strength: 'weak',
      });
    if (/\bchmod\s+(?:-R\s+)?(?:0?777|a\+w)\b/.test(line))
      problems.push({
        rule: 'open-mode',
        say: 'files are made writable for everybody',
        strength: 'moderate',
      });
    if (
      /\bchmod\s+(?:-R\s+)?(?:[ug]?\+[rwx]{0,3}s|[0-7]?[4-7][0-7]{3})\b/.test(line) &&
      !/chmod\s+(?:-R\s+)?0?[0-7]{3}\b/.test(line)
    )
      problems.push({
        rule: 'setuid',
        say: 'a program is made to run with the rights of its owner (setuid)',
        strength: 'moderate',
      });
    if (
      /\bcurl\b[^|]{0,200}\s(?:-[a-zA-Z]{0,6}k\b|--insecure\b)|\bwget\b[^|]{0,200}--no-check-certificate|strict-ssl\s+false|--trusted-host\b|--allow-unauthenticated|--no-gpg-check|--allow-untrusted|http\.sslVerify[= ]false/.test(
        line,
      )
    )
      problems.push({
        rule: 'unverified-download',
        say: 'something is fetched without checking who sends it',
        strength: 'moderate',
      });
    if (
      /\bnpm (?:install|i)\s*(?:$|--(?!global)[\w=-]+)|\byarn install\s*$|\bpnpm install\s*(?:$|--prod)|\bbun install\s*$/.test(
        line,
      ) &&
      !/-g\b|--global/.test(line)
    )
      problems.push({
        rule: 'lockfile-not-held',
        say: 'dependencies are installed without holding to the lockfile',
        strength: 'weak',
      });
    if (/\b(?:apt(?:-get)? install|apk add)\b.{0,400}\bsudo\b|NOPASSWD/.test(line))
      problems.push({ rule: 'sudo', say: 'sudo is installed or granted', strength: 'moderate' });
  }
  return problems;
};

export const readDockerfile = async (text: string): Promise<ImageFile> => {
  const { DockerfileParser } = await import('./dockerfile-parser.ts');
  const file: ImageFile = {
    stages: [],
    image: null,
    exposed: [],
    wholeCopies: [],
    secretCopies: [],
    loosening: [],
    secretMounts: [],
    start: null,
    healthchecks: [],
    remoteAdds: [],
    secrets: [],
    runs: [],
  };
  const whole: { line: number; stage: ImageFile['stages'][number] | undefined }[] = [];
  const copies: { from: string; stage: ImageFile['stages'][number] | undefined }[] = [];
  const runs: { line: number; stage: ImageFile['stages'][number] | undefined }[] = [];
  /** By name of the stage. */
  const users = new Map<string, { user: string; line: number } | null>();
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const range = instruction.getRange();
    const line = range.start.line + 1;
    const keyword = instruction.getKeyword();
    const args = instruction.getArguments().map((a) => a.getValue());
    const rest = instruction.getArgumentsContent() ?? '';
    if (keyword === 'FROM') {
      const words = args.filter((a) => !a.startsWith('--'));
      const as = words.findIndex((w) => w.toLowerCase() === 'as');
      const image = (words[0] ?? '').replace(/^(["'])(.*)\1$/, '$2');
      file.stages.push({
        image,
        name: as > 0 ? (words[as + 1] ?? '') : '',
        line,
        final: false,
        ofStage: users.has(image.toLowerCase()),
        user: users.get(image.toLowerCase()) ?? null,
      });
      if (as > 0 && words[as + 1]) users.set(words[as + 1]!.toLowerCase(), file.stages.at(-1)!.user);
    } else if (keyword === 'USER') {
      const stage = file.stages.at(-1);
      if (!stage) continue;
      stage.user = { user: args[0] ?? '', line };
      if (stage.name) users.set(stage.name.toLowerCase(), stage.user);
    } else if (keyword === 'ENTRYPOINT' || keyword === 'CMD') {
      if (keyword === 'ENTRYPOINT' || !file.start) file.start = { command: rest.slice(0, 500), line };
    } else if (keyword === 'EXPOSE') for (const port of args.slice(0, 20)) file.exposed.push({ port, line });
    else if (keyword === 'HEALTHCHECK' && args[0]?.toUpperCase() !== 'NONE') file.healthchecks.push(line);
    else if (keyword === 'ADD' || keyword === 'COPY') {
      // Flags are no arguments.
      const from = /^\s*\w+(?:\s+--\S+)*?\s+--from=(\S{1,200})/.exec(
        instruction.getTextContent().slice(0, 2_000),
      )?.[1];
      const fromStage = from !== undefined;
      if (from) copies.push({ from, stage: file.stages.at(-1) });
      const sources = args.filter((a) => !a.startsWith('--')).slice(0, -1);
      if (!fromStage && sources.some((a) => /^\.\/?$|^\/?\*$/.test(a)))
        whole.push({ line, stage: file.stages.at(-1) });
      if (!fromStage)
        for (const source of sources.filter((a) => SECRET_FILE.test(a)).slice(0, 5))
          file.secretCopies.push({ file: source, line });
      for (const url of args.filter((a) => /^(?:https?|git):\/\/|^git@/.test(a)))
        file.remoteAdds.push({ url, line });
    } else if (keyword === 'ENV' || keyword === 'ARG') {
      for (const [name, quoted] of keyword === 'ENV' ? assignments(keyword, rest) : []) {
        const value = quoted.replace(/^["']|["']$/g, '');
        const loose = LOOSENING.find((l) => l.name.test(name) && l.value.test(value));
        if (loose) file.loosening.push({ name, value: value.slice(0, 60), line, strength: loose.strength });
      }
      for (const [name, value] of assignments(keyword, rest))
        if (namesSecretVariable(name) && !/^["']?\$\{?\w/.test(value)) {
          // `ENV API_KEY=""` names a setting and holds nothing; what a build argument is given stays in the history.
          const hasValue = !/^(["'])?\1?$/.test(value);
          if (hasValue || keyword === 'ARG')
            file.secrets.push({ instruction: keyword, name, hasValue, line });
        }
    } else if (keyword === 'RUN') {
      runs.push({ line, stage: file.stages.at(-1) });
      if (/--mount=type=secret/.test(rest.slice(0, 5000))) file.secretMounts.push(line);
      file.runs.push({
        command: rest.slice(0, 50_000),
        line,
        endLine: range.end.line + 1,
        problems: problemsOf(rest),
      });
    }
  }
  const last = file.stages.at(-1);
  if (last) last.final = true;
  const kept = new Set(last ? [last] : []);
  for (const stage of [...file.stages].reverse())
    if ([...kept].some((k) => k.ofStage && k.image.toLowerCase() === stage.name.toLowerCase()))
      kept.add(stage);
  const isKept = (x: { stage: ImageFile['stages'][number] | undefined }): boolean =>
    x.stage !== undefined && kept.has(x.stage);
  if (last)
    file.image = {
      base: [...kept].at(-1)!.image,
      on: [...kept].slice(1).map((stage) => stage.name),
      // A stage may be named by its number.
      copiesFrom: [...new Set(copies.filter(isKept).map((c) => file.stages[Number(c.from)]?.name || c.from))],
      runs: runs.filter(isKept).map((r) => r.line),
    };
  file.wholeCopies = whole.map((w) => ({ line: w.line, final: isKept(w) }));
  return file;
};

/** `A=1 B="2 3"`, and the old form `ENV NAME value`. */
const assignments = (keyword: 'ENV' | 'ARG', rest: string): [name: string, value: string][] => {
  const text = rest.slice(0, 20_000);
  if (keyword === 'ENV' && /^\w+\s+[^=\s]/.test(text) && !/^\w+=/.test(text)) {
    const match = /^(\w{1,60})\s{1,40}([\s\S]*)$/.exec(text);
    return match ? [[match[1]!, match[2]!.trim()]] : [];
  }
  return [
    ...text.matchAll(/([A-Za-z_]\w{0,100})(?:=("[^"]{0,2000}"|'[^']{0,2000}'|[^\s]{0,2000}))?/g),
  ].flatMap((m): [string, string][] =>
    m[2] !== undefined || keyword === 'ARG' ? [[m[1]!, m[2] ?? '']] : [],
  );
};
