import { listed, plural } from '../../analysis/files/words.ts';
import type { Handler } from '../../analysis/flow/doors.ts';
import { type FoundEntry, TOOL_NAME } from '../../analysis/surface/surface-entry.ts';
import { gap, type ItemDraft } from '../collector.ts';

/** Decorators stand before the function they are about, and a reader may count them to it. */
const MOST_DECORATED = 40;

/** Where those who follow handlers and those who read definitions do not mean the same functions, that is said. */
export const apartFrom = (handlers: readonly Handler[], entries: readonly FoundEntry[]): ItemDraft[] => {
  const tools = entries.filter((e) => e.kind === 'tool');
  const entered = handlers.filter((h) => h.kind === 'tool');
  const isOf = (h: Handler, e: FoundEntry): boolean =>
    e.handler !== null &&
    e.handler.path === h.at.path &&
    h.at.line >= e.handler.startLine - MOST_DECORATED &&
    h.at.line <= e.handler.endLine;
  const shown = (all: readonly string[]): string => listed(all, 12);
  const apart = entered.filter(
    (h) =>
      h.name !== '' &&
      // `call_tool` of a Rust server goes by its type: it is the way to all tools, and no tool.
      !(/^[A-Z]\w*$/.test(h.name) && h.at.path.endsWith('.rs')) &&
      !tools.some((e) => e.name === h.name || e.path === h.at.path || isOf(h, e)),
  );
  return apart.length === 0
    ? []
    : [
        gap(
          'handlers-without-tool',
          ['2.1.1', '2.4.2'],
          `${plural(apart.length, 'handler')} of tools followed that no definition of a tool was read for`,
          {
            detail: `Their names, texts and parameters are to be read by hand: ${shown(apart.map((h) => `${TOOL_NAME.test(h.name) ? h.name : 'a computed name'} (${h.at.path}:${h.at.line})`))}`,
          },
        ),
      ];
};
