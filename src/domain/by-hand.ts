import type { Check } from './methodology.ts';

/** The commands of a check that a person runs: which fit the target, which can be run from here, and as what. */

type Target = { commit: string; url: string; subdir: string } | null;

/** Characters that mean nothing to a shell. */
const SHELL_SAFE = /^[A-Za-z0-9:/._~@+-]*$/;

/**
 * A command to run by hand, with the target filled in. A value a shell could take for more than a word stays a placeholder:
 * these commands are copied into terminals.
 */
export const manualCommand = (run: string, target: Target): string => {
  const values: Record<string, string> = {
    commit: target?.commit ?? '',
    url: target?.url ?? '',
    subdir: target?.subdir || '.',
  };
  return run.replace(/\{(commit|url|subdir)\}/g, (placeholder, name: string) => {
    const value = values[name] ?? '';
    return value !== '' && SHELL_SAFE.test(value) ? value : placeholder;
  });
};

export type ByHand = {
  /** Its number in the check, from 1. */
  n: number;
  purpose: string;
  /** The exact text. */
  command: string;
  /** Why it is not run from here, and what to do; '' where it can be. */
  elsewhere: string;
  /** Needs a sandbox: it starts more than git and programs that only read text. */
  boxed: boolean;
};

/** What a program is for: without such a file there is nothing it could say of the target. */
const NEEDS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(npm|npx|pnpm|yarn)$/, /(^|\/)package\.json$/],
  [/^uv$/, /(^|\/)uv\.lock$/],
  [/^(pip|pip-audit)$/, /(^|\/)(pyproject\.toml|uv\.lock|requirements[^/]*\.txt|setup\.py)$/],
  [/^(go|govulncheck)$/, /(^|\/)go\.mod$/],
  [/^cargo$/, /(^|\/)Cargo\.toml$/],
  [/^(docker|hadolint)$/, /(^|\/)(Dockerfile|Containerfile)[^/]*$/i],
];

const NETWORK = /^(curl|wget|gh|openssl|osv-scanner|govulncheck|pip-audit)$/;
const NETWORK_WORDS = /\bnpm (?:view|audit|ci)\b|\bcargo audit\b/;
const OF_THE_HOST = /^(docker|podman|ss|strace)$/;
/** Programs that read text and write text, and start nothing. */
const READS_TEXT =
  /^(git|grep|sort|uniq|head|tail|wc|awk|sed|cut|tr|cat|echo|printf|test|true|column|nl|rev|paste|diff|comm|jq)$/;

/** A command line as a shell divides it: what stands in quotes is one word, what is put in by a command is a command. */
const unquoted = (command: string): string =>
  command
    .replace(/'[^']*'/g, 'Q')
    .replace(/\$\(/g, ' ; ')
    .replace(/"[^"]*"/g, 'Q');

/** The programs a command line starts, as far as its words show them. */
export const programsOf = (command: string): string[] =>
  unquoted(command)
    .split(/&&|\|\||[|;&\n]/)
    .flatMap((part) => {
      const words = part
        .trim()
        .split(/\s+/)
        .filter((w) => w !== '' && !/^[A-Za-z_]\w*=/.test(w));
      const [first = ''] = words;
      const next = first === 'xargs' ? words.slice(1).find((w) => !w.startsWith('-')) : undefined;
      return [first, next]
        .filter((w): w is string => w !== undefined && w !== '')
        .map((w) => w.split(')')[0]!);
    });

/** @param paths every file of the target; none where they are not known, and then nothing is left out */
export const byHand = (check: Check, target: Target, paths: readonly string[]): ByHand[] =>
  check.manual.flatMap((m, i): ByHand[] => {
    const command = manualCommand(m.run, target);
    const programs = programsOf(command);
    const needed = NEEDS.filter(([program]) => programs.some((p) => program.test(p)));
    if (paths.length > 0 && needed.some(([, file]) => !paths.some((p) => file.test(p)))) return [];
    const open = /\{(commit|url|subdir)\}/.exec(command)?.[1];
    const elsewhere =
      open === 'url'
        ? "it needs the repository's address: U on the Session screen names it"
        : open !== undefined
          ? `the target's ${open} cannot stand in a command line`
          : /\$\{?MCP_/.test(command)
            ? 'it speaks to the running server: start that first, or use probe and confirm'
            : programs.some((p) => NETWORK.test(p)) || NETWORK_WORDS.test(unquoted(command))
              ? 'it needs the network, which nothing run from here has: copy it (Y) and keep what it says with attach'
              : programs.some((p) => OF_THE_HOST.test(p))
                ? 'it needs the machine itself, which no sandbox has: copy it (Y) and keep what it says with attach'
                : '';
    return [
      {
        n: i + 1,
        purpose: m.purpose,
        command,
        elsewhere,
        boxed: !programs.every((p) => READS_TEXT.test(p) || p === 'xargs'),
      },
    ];
  });

/** The name its output is kept under with the check. */
export const outputName = (check: string, n: number): string => `by-hand-${check}-${n}.txt`;
