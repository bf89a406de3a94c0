import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Parsed } from './parse-json.ts';

/** Workflows, compose files and the like are small; more than this is not worth a parser's time. */
const MOST_BYTES = 1_000_000;
/** Enough for honest anchors; a "billion laughs" file needs far more. */
const MOST_ALIASES = 100;

/** YAML 1.2, first document. Alias bombs and hostile depth end as a reason, never as an exception. */
export const parseYaml = (text: string): Parsed => {
  if (text.length > MOST_BYTES) return { ok: false, reason: `larger than ${MOST_BYTES} characters` };
  // The parser recurses once per bracket, and slows down long before the stack ends.
  if (/(?:[[{]\s{0,4}){200}/.test(text)) return { ok: false, reason: 'nested too deeply' };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      logLevel: 'silent',
      uniqueKeys: false,
      // Compose files share settings by `<<`.
      merge: true,
    });
    const [error] = document.errors;
    if (error) return { ok: false, reason: error.message.split('\n')[0]?.slice(0, 120) ?? 'not YAML' };
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return {
      ok: true,
      value,
      lineOf(path) {
        let node: unknown = document.contents;
        let offset = 0;
        for (const step of path) {
          if (isMap(node)) {
            const pair = node.items.find(
              (p) => (isScalar(p.key) ? String(p.key.value) : String(p.key)) === String(step),
            );
            if (!pair) break;
            offset = (pair.key as Node).range?.[0] ?? offset;
            node = pair.value;
          } else if (isSeq(node) && typeof step === 'number') {
            node = node.items[step];
            offset = (node as Node | undefined)?.range?.[0] ?? offset;
          } else break;
        }
        return Math.max(1, lines.linePos(offset).line);
      },
    };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message.slice(0, 120) : 'not YAML' };
  }
};
