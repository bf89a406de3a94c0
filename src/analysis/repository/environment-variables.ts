import { lineFinder } from '../files/lines.ts';

/** Environment variables a source text reads, by the ways each language has. Names only where they stand as literals. */

export type EnvironmentRead = { name: string; line: number };

const NAME = '([A-Za-z_][A-Za-z0-9_]{0,80})';
const PATTERNS: readonly RegExp[] = [
  // JavaScript: process.env.X, process.env['X'], import.meta.env.X, Bun.env.X, Deno.env.get('X')
  new RegExp(`\\b(?:process|import\\.meta|Bun)\\.env(?:\\?\\.|\\.)${NAME}\\b(?!\\s{0,4}=(?![=>]))`, 'g'),
  new RegExp(`\\b(?:process|Bun)\\.env(?:\\?\\.)?\\[\\s{0,4}["'\`]${NAME}["'\`]`, 'g'),
  new RegExp(`\\bDeno\\.env\\.get\\(\\s{0,4}["'\`]${NAME}`, 'g'),
  // Python: os.environ["X"], os.environ.get("X"), os.getenv("X"), environ.get("X")
  new RegExp(`\\benviron(?:\\.get|\\.pop|\\.setdefault)?\\s{0,2}[[(]\\s{0,20}["']${NAME}["']`, 'g'),
  new RegExp(`\\bgetenv\\(\\s{0,20}["']${NAME}["']`, 'g'),
  // pydantic settings: alias="X", validation_alias="X", env="X"
  /\b(?:alias|env|validation_alias)\s{0,2}=\s{0,2}["']([A-Z][A-Z0-9_]{2,80})["']/g,
  // Go, Rust, Java, Ruby, C#
  new RegExp(`\\bos\\.(?:Getenv|LookupEnv)\\(\\s{0,4}"${NAME}"`, 'g'),
  new RegExp(`\\benv::var(?:_os)?\\(\\s{0,4}"${NAME}"`, 'g'),
  new RegExp(`\\bSystem\\.getenv\\(\\s{0,4}"${NAME}"`, 'g'),
  new RegExp(`\\bENV(?:\\.fetch\\(|\\[)\\s{0,4}["']${NAME}["']`, 'g'),
  new RegExp(`\\bGetEnvironmentVariable\\(\\s{0,4}"${NAME}"`, 'g'),
];
// Struct tags of Go: `env:"X,required"`, `envconfig:"X"`.
const TAGS = /\benv(?:config)?:"([A-Z][A-Z0-9_]{1,80})[",]/g;
const DESTRUCTURED = /\b(?:const|let|var)\s{1,4}\{([^{}]{1,2000})\}\s{0,4}=\s{0,4}process\.env\b/g;
const HINTS = /env|ENV|environ|alias|BaseSettings/;

export const environmentReads = (text: string): EnvironmentRead[] => {
  if (!HINTS.test(text)) return [];
  // By place: one reading may fit two languages' patterns.
  const found = new Map<number, string>();
  for (const pattern of [...PATTERNS, TAGS])
    for (const match of text.matchAll(pattern))
      found.set(match.index + match[0].lastIndexOf(match[1]!), match[1]!);
  for (const match of text.matchAll(DESTRUCTURED)) {
    let at = match.index;
    for (const part of match[1]!.split(',')) {
      const name = /^\s*([A-Za-z_]\w{0,80})/.exec(part)?.[1];
      if (name) found.set(at, name);
      at++;
    }
  }
  for (const { name, at } of [...checkedFields(text), ...settingsFields(text)])
    if (!found.has(at)) found.set(at, name);
  const line = lineFinder(text);
  return [...found].sort(([a], [b]) => a - b).map(([at, name]) => ({ name, line: line(at) }));
};

/** A schema that the whole environment is held to: its keys in capitals are the variables. */
const CHECKED =
  /(?:[pP]arse\w{0,10}|cleanEnv|createEnv|validateEnv)\(\s{0,20}process\.env\b|runtimeEnv\s{0,3}:\s{0,3}process\.env/;
const KEYS =
  /^[ \t]{1,20}([A-Z][A-Z0-9_]{2,80})[ \t]?:[ \t]?(?:z|v|t|Type|Joi|str|num|bool|url|port|host|email|json)\b/gm;

const checkedFields = (text: string): { name: string; at: number }[] =>
  CHECKED.test(text)
    ? [...text.matchAll(KEYS)].map((m) => ({ name: m[1]!, at: m.index + m[0].indexOf(m[1]!) }))
    : [];

const SETTINGS = /^class[ \t]{1,4}\w{1,80}\([^)\n]{0,200}\bBaseSettings\b[^)\n]{0,200}\):/;
const FIELD = /^[ \t]{1,8}([a-z][a-z0-9_]{0,80})[ \t]?:[ \t]?[A-Za-z"]/;

/** Fields of a settings class of pydantic are read from the environment by their names, behind the prefix it sets. */
const settingsFields = (text: string): { name: string; at: number }[] => {
  if (!text.includes('BaseSettings')) return [];
  const prefix = /\benv_prefix\s{0,3}=\s{0,3}["'](\w{1,40})["']/.exec(text)?.[1] ?? '';
  const found: { name: string; at: number }[] = [];
  let inside = false;
  let body = -1;
  let at = 0;
  const lines = text.split('\n');
  lines.forEach((line, i) => {
    const indent = line.search(/\S/);
    if (SETTINGS.test(line)) [inside, body] = [true, -1];
    else if (indent === 0) inside = false;
    else if (inside && body < 0) body = indent;
    // What stands deeper is inside a method, or goes on with a field.
    const name = inside && indent === body ? FIELD.exec(line)?.[1] : undefined;
    // What is said of a field may go on over lines: another name for it stands there.
    const more = name ? lines.slice(i + 1, i + 15) : [];
    const end = more.findIndex((l) => l.trim() !== '' && l.search(/\S/) <= indent);
    const whole = [line, ...more.slice(0, end < 0 ? more.length : end)].join('\n');
    if (name && name !== 'model_config' && !/alias\s{0,3}=|ClassVar|\bdef\s/.test(whole))
      found.push({ name: `${prefix}${name}`.toUpperCase(), at: at + line.indexOf(name) });
    at += line.length + 1;
  });
  return found;
};

/** Set by the system, the shell, the runtime or the CI, not by the operator of this server. */
export const isAmbientVariable = (name: string): boolean =>
  /^(?:PATH|HOME|USER|USERNAME|USERPROFILE|SHELL|TERM|LANG|LC_\w+|TZ|TMP|TEMP|TMPDIR|PWD|OLDPWD|HOSTNAME|EDITOR|DISPLAY|NODE_ENV|NODE_OPTIONS|NODE_PATH|CI|DEBUG|FORCE_COLOR|NO_COLOR|PORT|HOST|APPDATA|LOCALAPPDATA|PROGRAMFILES|SystemRoot|XDG_\w+|VITEST|JEST_WORKER_ID|PYTHONPATH|VIRTUAL_ENV|GITHUB_\w+|npm_\w+|DEV|PROD|MODE|https?_proxy|HTTPS?_PROXY|NO_PROXY|no_proxy)$/.test(
    name,
  );
