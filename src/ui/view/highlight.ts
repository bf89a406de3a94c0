import bash from 'highlight.js/lib/languages/bash';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import typescript from 'highlight.js/lib/languages/typescript';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import { visibleLines } from '../../text/visible.ts';
import type { Tone } from '../theme.ts';
import { type Line, type Span, span } from './line.ts';

/** Source text as lines of coloured spans. Colour only repeats what the text says: without it nothing is lost. */

const GRAMMARS = { bash, dockerfile, go, ini, java, javascript, json, python, rust, typescript, yaml };
let made: ReturnType<typeof createLowlight> | null = null;
/** Made when the first code is shown: putting the grammars together takes a part of what Home is drawn in. */
const lowlight = (): ReturnType<typeof createLowlight> => {
  made ??= createLowlight(GRAMMARS);
  return made;
};

const LANGUAGES: readonly (readonly [RegExp, string])[] = [
  [/\.[cm]?tsx?$/i, 'typescript'],
  [/\.[cm]?jsx?$/i, 'javascript'],
  [/\.pyi?$/i, 'python'],
  [/\.go$/i, 'go'],
  [/\.java$/i, 'java'],
  [/\.rs$/i, 'rust'],
  [/\.jsonc?$/i, 'json'],
  [/\.ya?ml$/i, 'yaml'],
  [/\.(toml|ini|cfg)$|(^|\/)\.env[^/]*$/i, 'ini'],
  [/(^|\/|\.)(Dockerfile|Containerfile)[^/]*$/i, 'dockerfile'],
  [/\.(ba|z)?sh$/i, 'bash'],
];

/** Larger files are shown without colour: they would make the auditor wait. */
const MOST_CHARS = 300_000;
const LONGEST_LINE = 5000;

const TONES: readonly (readonly [RegExp, Tone])[] = [
  [/comment|doctag|meta/, 'muted'],
  [/string|regexp|subst|char/, 'ok'],
  [/keyword|literal|built_in|operator/, 'accent'],
  [/number|symbol|attr/, 'warn'],
];
const toneOf = (classes: readonly string[]): Tone | undefined =>
  TONES.find(([pattern]) => classes.some((c) => pattern.test(c)))?.[1];

type Node = { type: string; value?: string; properties?: { className?: unknown }; children?: Node[] };

/** The lines of a file, or null where its language is not known or it is too large. Never throws. */
export const highlight = (path: string, text: string): readonly Line[] | null => {
  const language = LANGUAGES.find(([pattern]) => pattern.test(path))?.[1];
  if (!language || text.length > MOST_CHARS || text.split('\n').some((l) => l.length > LONGEST_LINE))
    return null;
  const lines: Span[][] = [[]];
  const write = (value: string, tone: Tone | undefined): void => {
    for (const [i, part] of value.split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)!.push(span(part, tone));
    }
  };
  const walk = (nodes: readonly Node[], tone: Tone | undefined): void => {
    for (const node of nodes) {
      if (node.type === 'text') write(node.value ?? '', tone);
      else {
        const names = node.properties?.className;
        walk(node.children ?? [], toneOf(Array.isArray(names) ? names.map(String) : []) ?? tone);
      }
    }
  };
  try {
    walk(lowlight().highlight(language, visibleLines(text)).children as Node[], undefined);
  } catch {
    // A grammar that fails on hostile text costs the colour, not the screen.
    return null;
  }
  return lines;
};
