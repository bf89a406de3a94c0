import { z } from 'zod';

/** The words that rules and models share. */

export const language = z.enum([
  'javascript',
  'python',
  'go',
  'java',
  'rust',
  'csharp',
  'php',
  'ruby',
  'kotlin',
]);

export const pattern = z.string().refine(
  (text) => {
    try {
      new RegExp(text, 'i');
      return true;
    } catch {
      return false;
    }
  },
  { error: 'a regular expression' },
);

/**
 * A callee after imports are resolved: `child_process.exec`, `subprocess.run`, `*.query` (any object), `open` (built in),
 * `new *` (an object of any package), `/^run_?shell$/` (any callee whose last name matches), `text` (no call at all: a text
 * that is put together).
 */
export const callee = z.union([
  z.string().regex(/^(?:new \*|(?:\*\.)?[\w$@/.()#*?!-]+)$/),
  z
    .string()
    .regex(/^\/.+\/$/)
    .refine((text) => pattern.safeParse(text.slice(1, -1)).success, { error: 'a regular expression' }),
]);

/** Which argument: position, name of a keyword argument, several of them, or `all`; `object` is what the method is called on. */
export const position = z.union([z.number().int().nonnegative(), z.string()]);

export const condition = z.strictObject({
  argument: position,
  /** A property of that argument when it is an options object; `item` for what a list begins with. */
  property: z.string().optional(),
  /** Its constant text has to match; what is not constant does not. `not` turns that round. */
  matches: pattern.optional(),
  not: pattern.optional(),
});

export const sinkShape = z.enum([
  /** Reaching it in whatever form is enough. */
  'any',
  /** Part of a text that was put together. */
  'joined',
  /** An item of an argument list that may begin with a dash: no text before it, no `--` in the list before it. */
  'option',
  /** Decides which host a URL names. */
  'host',
  /** Stands in the path of a URL whose host is fixed: `..` and `?` in it lead elsewhere on that host. */
  'url-path',
  /** An item of an argument list that an option before it makes the name of a file: `-f`, `--from-file=`. */
  'file-option',
  /** As it came in: not worked out of it by other calls, not part of a text. */
  'direct',
  /** What a list begins with, or the whole of a list: the program that is started. */
  'head',
]);

/** How the place of a value is read from what stands before it: the sink's language. */
export const grammar = z.enum(['sql', 'query', 'shell', 'arguments', 'program', 'address', 'path', 'code']);
export type Grammar = z.infer<typeof grammar>;

export const originKind = z.enum([
  'tool',
  'resource',
  'prompt',
  'http',
  /** A message of a raw connection: socket, WebSocket, worker, extension. */
  'message',
  'stdin',
  'remote',
  'file',
  'environment',
  /** The command line. */
  'argument',
  'caller',
]);
