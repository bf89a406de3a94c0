import { lineFinder } from '../files/lines.ts';

/** Environment variables a source text reads, by the ways each language has. Names only where they stand as literals. */

export type EnvironmentRead = { name: string; line: number };

const NAME = '([A-Za-z_][A-Za-z0-9_]{0,80})';
const PATTERNS: readonly RegExp[] = [
  // JavaScript: process.env.X, process.env['X'], import.meta.env.X, Bun.env.X, Deno.env.get('X')
  new RegExp(`\\b(?:process|import\\.meta|Bun)\\.env(?:\\?\\.|\\.)${NAME}`, 'g'),
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
const DESTRUCTURED = /\b(?:const|let|var)\s{1,4}\{([^{}]{1,2000})\}\s{0,4}=\s{0,4}process\.env\b/g;
const HINTS = /env|ENV|environ|alias/;

export const environmentReads = (text: string): EnvironmentRead[] => {
  if (!HINTS.test(text)) return [];
  // By place: one reading may fit two languages' patterns.
  const found = new Map<number, string>();
  for (const pattern of PATTERNS)
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
  const line = lineFinder(text);
  return [...found].sort(([a], [b]) => a - b).map(([at, name]) => ({ name, line: line(at) }));
};

/** Set by the system, the shell, the runtime or the CI, not by the operator of this server. */
export const isAmbientVariable = (name: string): boolean =>
  /^(?:PATH|HOME|USER|USERNAME|USERPROFILE|SHELL|TERM|LANG|LC_\w+|TZ|TMP|TEMP|TMPDIR|PWD|OLDPWD|HOSTNAME|EDITOR|DISPLAY|NODE_ENV|NODE_OPTIONS|NODE_PATH|CI|DEBUG|FORCE_COLOR|NO_COLOR|PORT|HOST|APPDATA|LOCALAPPDATA|PROGRAMFILES|SystemRoot|XDG_\w+|VITEST|JEST_WORKER_ID|PYTHONPATH|VIRTUAL_ENV|GITHUB_\w+|npm_\w+|DEV|PROD|MODE|https?_proxy|HTTPS?_PROXY|NO_PROXY|no_proxy)$/.test(
    name,
  );
