import type { Command } from 'commander';

/** The commands by what somebody wants to do, in the order in which help and the manual page tell them. */
export const GROUPS: readonly (readonly [title: string, commands: readonly string[]])[] = [
  ['Before you install', ['check', 'lookup']],
  [
    'An audit',
    [
      'open',
      'start',
      'resume',
      'sessions',
      'status',
      'gather',
      'answer',
      'scorecard',
      'undo',
      'redo',
      'method',
    ],
  ],
  ['Its evidence', ['import', 'scan', 'by-hand', 'attach']],
  ['Its findings', ['raise', 'prove', 'review-finding', 'delete-finding', 'carry', 'disclose']],
  ['Its report', ['report', 'submit', 'validate', 'index', 'crosswalk', 'export']],
  ['The running server', ['probe', 'confirm', 'replay']],
  ['Later commits', ['reaudit', 'fate', 'verify-fixes', 'disclosures']],
  ['Other people', ['review', 'join', 'sign', 'verify-signature']],
  ['Assistants', ['assist', 'proposals']],
  ['Your own server, on every commit', ['collect', 'config']],
  ['Across a company', ['discover', 'policy', 'fleet']],
  ['Your own checks, rules and models', ['checklist', 'rules', 'models']],
  ['This program', ['demo', 'doctor', 'keys', 'completion', 'man']],
];

/** Puts every command into its group, and the groups in order. */
export const groupCommands = (cli: Command): void => {
  const order = GROUPS.flatMap(([, names]) => names);
  const at = (c: Command): number => (order.includes(c.name()) ? order.indexOf(c.name()) : order.length);
  for (const [title, names] of GROUPS)
    for (const c of cli.commands) if (names.includes(c.name())) c.helpGroup(`${title}:`);
  // "help" comes last of all, and goes where the last group is.
  cli.commandsGroup(`${GROUPS.at(-1)![0]}:`).helpCommand(true);
  (cli.commands as Command[]).sort((a, b) => at(a) - at(b));
};
