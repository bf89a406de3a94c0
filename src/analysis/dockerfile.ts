import { pipedDownloads } from './launch-commands.ts';

/** What a Dockerfile says, by instruction. Lines are 1-based. */
export type ImageFile = {
  stages: {
    image: string;
    name: string;
    line: number;
    final: boolean /** Built from an earlier stage of the same file. */;
    ofStage: boolean;
  }[];
  users: { user: string; line: number }[];
  exposed: { port: string; line: number }[];
  healthchecks: number[];
  remoteAdds: { url: string; line: number }[];
  secrets: { instruction: 'ENV' | 'ARG'; name: string; hasValue: boolean; line: number }[];
  runs: {
    command: string;
    line: number;
    endLine: number;
    problems: { rule: string; say: string; strength: 'strong' | 'moderate' | 'weak' }[];
  }[];
};

const SECRET_NAME = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i;
const NOT_SECRET = /PUBLIC_KEY|KEY_ID$|TOKENIZER/i;

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
    const npm = packagesAfter(/\bnpm (?:install|i|add)\b(?= .*(?:-g|--global)\b| [@a-z])/).filter(
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
    if (/\b(?:apt(?:-get)? install|apk add)\b.*\bsudo\b|NOPASSWD/.test(line))
      problems.push({ rule: 'sudo', say: 'sudo is installed or granted', strength: 'moderate' });
  }
  return problems;
};

export const readDockerfile = async (text: string): Promise<ImageFile> => {
  const { DockerfileParser } = await import('./dockerfile-parser.ts');
  const file: ImageFile = {
    stages: [],
    users: [],
    exposed: [],
    healthchecks: [],
    remoteAdds: [],
    secrets: [],
    runs: [],
  };
  const names = new Set<string>();
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const range = instruction.getRange();
    const line = range.start.line + 1;
    const keyword = instruction.getKeyword();
    const args = instruction.getArguments().map((a) => a.getValue());
    const rest = instruction.getArgumentsContent() ?? '';
    if (keyword === 'FROM') {
      const words = args.filter((a) => !a.startsWith('--'));
      const as = words.findIndex((w) => w.toLowerCase() === 'as');
      const image = words[0] ?? '';
      file.stages.push({
        image,
        name: as > 0 ? (words[as + 1] ?? '') : '',
        line,
        final: false,
        ofStage: names.has(image.toLowerCase()),
      });
      if (as > 0 && words[as + 1]) names.add(words[as + 1]!.toLowerCase());
    } else if (keyword === 'USER') file.users.push({ user: args[0] ?? '', line });
    else if (keyword === 'EXPOSE') for (const port of args.slice(0, 20)) file.exposed.push({ port, line });
    else if (keyword === 'HEALTHCHECK' && args[0]?.toUpperCase() !== 'NONE') file.healthchecks.push(line);
    else if (keyword === 'ADD') {
      for (const url of args.filter((a) => /^(?:https?|git):\/\/|^git@/.test(a)))
        file.remoteAdds.push({ url, line });
    } else if (keyword === 'ENV' || keyword === 'ARG') {
      for (const [name, value] of assignments(keyword, rest))
        if (
          SECRET_NAME.test(name) &&
          !NOT_SECRET.test(name) &&
          (value !== '' || keyword === 'ARG') &&
          !/^["']?\$\{?\w/.test(value)
        )
          file.secrets.push({ instruction: keyword, name, hasValue: !/^(["'])?\1?$/.test(value), line });
    } else if (keyword === 'RUN')
      file.runs.push({
        command: rest.slice(0, 50_000),
        line,
        endLine: range.end.line + 1,
        problems: problemsOf(rest),
      });
  }
  const last = file.stages.at(-1);
  if (last) last.final = true;
  return file;
};

/** `A=1 B="2 3"`, and the old form `ENV NAME value`. */
const assignments = (keyword: 'ENV' | 'ARG', rest: string): [name: string, value: string][] => {
  const text = rest.slice(0, 20_000);
  if (keyword === 'ENV' && /^\w+\s+[^=\s]/.test(text) && !/^\w+=/.test(text)) {
    const match = /^(\w+)\s+([\s\S]*)$/.exec(text);
    return match ? [[match[1]!, match[2]!.trim()]] : [];
  }
  return [
    ...text.matchAll(/([A-Za-z_]\w{0,100})(?:=("[^"]{0,2000}"|'[^']{0,2000}'|[^\s]{0,2000}))?/g),
  ].flatMap((m): [string, string][] =>
    m[2] !== undefined || keyword === 'ARG' ? [[m[1]!, m[2] ?? '']] : [],
  );
};
