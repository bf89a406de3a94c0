import { z } from 'zod';

/** How the interface looks and what its keys are: the auditor's, the same for every audit on this machine. */

export const THEMES = ['dark', 'light', 'high-contrast', 'none'] as const;
export const GLYPHS = ['auto', 'unicode', 'ascii'] as const;

export const interfaceSettings = z.strictObject({
  $schema: z.string().optional(),
  theme: z.enum(THEMES).default('dark').describe('Colours. None keeps bold and underline; NO_COLOR wins.'),
  glyphs: z.enum(GLYPHS).default('auto').describe('Auto asks the locale and TERM.'),
  mouse: z
    .boolean()
    .default(true)
    .describe('Clicks, drags and the wheel. Without, the terminal selects text by itself.'),
  bell: z
    .boolean()
    .default(true)
    .describe('Tell (OSC 9 and the bell) when a run of more than a few seconds ends.'),
  keys: z
    .record(z.string(), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Other keys of a command, by its id: {"pass": ["P"]}. "mcp-audit keys" lists ids and keys.'),
  commands: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        key: z
          .string()
          .min(1)
          .optional()
          .describe('Without one it is in the list of everything (Ctrl+P) only.'),
        run: z
          .string()
          .min(1)
          .describe(
            'A line for your shell. It gets MCP_AUDIT_CHECK, _ITEM, _FILE, _LINE, _COMMIT, _URL and _SESSION as variables, never put into the line.',
          ),
        show: z
          .enum(['output', 'terminal'])
          .default('output')
          .describe('Show what it put out, or hand it the terminal.'),
      }),
    )
    .default([])
    .describe('Commands of your own. They run on your machine as you, with nothing asked.'),
});
export type InterfaceSettings = z.infer<typeof interfaceSettings>;
export type OwnCommand = InterfaceSettings['commands'][number];

export const defaultSettings = (): InterfaceSettings => interfaceSettings.parse({});
