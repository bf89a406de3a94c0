import type { Touch } from '../attendant/trace.ts';
import type { Box } from '../sandbox/box.ts';

export type { Touch };

/** What a server asked of the kernel since the first n things it asked. `traced` is false where nothing looked. */
export type Touched = { touched: Touch[]; count: number; traced: boolean };

export const touchedSince = (box: Box, since: number): Promise<Touched> =>
  box.ask<Touched>('touched', { since });

/** "ran ls -d x", each once, in order. */
export const touchWords = (touched: readonly Touch[], most: number): string[] =>
  [
    ...new Set(touched.map((t) => `${t.how} ${t.what}${t.ok || t.kind === 'read' ? '' : ' (in vain)'}`)),
  ].slice(0, most);
