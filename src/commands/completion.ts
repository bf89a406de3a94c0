import type { Command, Option } from 'commander';
import { UserError } from '../domain/errors.ts';

/** Shell completions, made of the table of commands: subcommands, options with what they are for, files where a value is one. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

type Entry = { path: string; about: string; words: Word[] };
type Word = { text: string; about: string };

const optionWords = (o: Option): Word[] =>
  [o.long, o.short]
    .filter((flag): flag is string => typeof flag === 'string')
    .map((text) => ({ text, about: o.description }));

const visibleCommands = (c: Command): Command[] =>
  c.commands.filter((s) => !(s as unknown as { _hidden?: boolean })._hidden);

/** Every command with its path (`checklist lint`), and the words that may follow it. */
const entriesOf = (c: Command, path = ''): Entry[] => {
  const subs = visibleCommands(c);
  const own: Entry = {
    path,
    about: c.description(),
    words: [
      ...subs.map((s) => ({ text: s.name(), about: s.description() })),
      ...c.options.flatMap(optionWords),
      { text: '--help', about: 'how it is used' },
    ],
  };
  return [own, ...subs.flatMap((s) => entriesOf(s, `${path} ${s.name()}`.trim()))];
};

/** Inside single quotes of any of the shells; on one line. */
const quoted = (text: string): string => text.replace(/\s+/g, ' ').replaceAll("'", '’').slice(0, 100);

/** The words of a command line that name a command: the first one or two that do. */
const bash = (
  entries: readonly Entry[],
): string => `# bash completion of mcp-audit: source it, or put it where bash-completion looks
_mcp_audit() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path="" next word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) continue ;; esac
    next="\${path:+$path }$word"
    case "$next" in
${entries
  .filter((e) => e.path !== '')
  .map((e) => `      '${e.path}') path="$next" ;;`)
  .join('\n')}
      *) break ;;
    esac
  done
  local words=""
  case "$path" in
${entries.map((e) => `    '${e.path}') words='${e.words.map((w) => w.text).join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur") $(compgen -f -- "$cur"))
}
complete -o filenames -F _mcp_audit mcp-audit
`;

const zsh = (entries: readonly Entry[]): string => `#compdef mcp-audit
# zsh completion of mcp-audit: put it into a folder of $fpath as _mcp-audit
_mcp_audit() {
  local at="" next word
  for word in \${(@)words[2,CURRENT-1]}; do
    [[ $word == -* ]] && continue
    next="\${at:+$at }$word"
    case "$next" in
${entries
  .filter((e) => e.path !== '')
  .map((e) => `      '${e.path}') at="$next" ;;`)
  .join('\n')}
      *) break ;;
    esac
  done
  local -a found
  case "$at" in
${entries
  .map(
    (e) =>
      `    '${e.path}') found=(${e.words.map((w) => `'${w.text}:${quoted(w.about).replaceAll(':', '\\:')}'`).join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  _describe 'mcp-audit' found
  _files
}
compdef _mcp_audit mcp-audit
`;

const fish = (entries: readonly Entry[]): string => {
  const under = (path: string): string => {
    if (path === '') return '__fish_use_subcommand';
    return path
      .split(' ')
      .map((p) => `__fish_seen_subcommand_from ${p}`)
      .join('; and ');
  };
  return `# fish completion of mcp-audit: put it into ~/.config/fish/completions/mcp-audit.fish\n${entries
    .flatMap((e) =>
      e.words.map((w) => {
        const flag = w.text.startsWith('--')
          ? `-l ${w.text.slice(2)}`
          : w.text.startsWith('-')
            ? `-s ${w.text.slice(1)}`
            : `-f -a ${w.text}`;
        return `complete -c mcp-audit -n '${under(e.path)}' ${flag} -d '${quoted(w.about)}'`;
      }),
    )
    .join('\n')}\n`;
};

/** The completion of a shell. @throws UserError for one that has none here */
export const completion = (cli: Command, shell: string): string => {
  const write: Record<Shell, (entries: readonly Entry[]) => string> = { bash, zsh, fish };
  const known = SHELLS.find((s) => s === shell);
  if (!known) throw new UserError(`there is no completion for "${shell}"`, `one of ${SHELLS.join(', ')}`);
  return write[known](entriesOf(cli));
};

/** Text of a manual page: nothing in it is a request of roff. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^\n\x20-\x7e]/gu,
      (c) => `\\[u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');

/** The commands under the headings that help has, in its order. */
const groupsOf = (cli: Command): [title: string, commands: Command[]][] => [
  ...Map.groupBy(visibleCommands(cli), (c) => c.helpGroup().replace(/:$/, '') || 'Others'),
];

/** The manual page in roff, made of the same table. */
export const manualPage = (cli: Command, version: string, after: string): string => {
  const commandsOf = (commands: readonly Command[], path: string): string[] =>
    commands.flatMap((s) => {
      const name = `${path}${s.name()}`;
      const usage = s.registeredArguments
        .map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`) + (a.variadic ? '…' : ''))
        .join(' ');
      return [
        ...(s.commands.length > 0
          ? []
          : [
              '.TP',
              `.B ${roff(`${name} ${usage}`.trim())}`,
              roff(s.description()),
              ...s.options.flatMap((o) => ['.RS', '.TP', `.B ${roff(o.flags)}`, roff(o.description), '.RE']),
            ]),
        ...commandsOf(visibleCommands(s), `${name} `),
      ];
    });
  return [
    `.TH MCP\\-AUDIT 1 "" "mcp\\-audit ${roff(version)}"`,
    '.SH NAME',
    `mcp\\-audit \\- ${roff(cli.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B mcp\\-audit',
    '[command] [options]',
    '.SH DESCRIPTION',
    roff('Without a command it opens the workbench. mcp-audit <command> --help tells more of each.'),
    '.SH COMMANDS',
    ...groupsOf(cli).flatMap(([title, commands]) => [`.SS ${roff(title)}`, ...commandsOf(commands, '')]),
    '.SH NOTES',
    '.nf',
    roff(after.trim()),
    '.fi',
    '',
  ].join('\n');
};
