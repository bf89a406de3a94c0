import { parse } from 'smol-toml';
import { linesOf } from './lines.ts';
import type { Parsed } from './parse-json.ts';

const MOST_BYTES = 2_000_000;

const unquote = (key: string): string => key.trim().replace(/^(["'])(.*)\1$/, '$2');

/** TOML. Places are found by a line scan: table headers, then keys; array entries by their table's or key's line. */
export const parseToml = (text: string, mostBytes = MOST_BYTES): Parsed => {
  if (text.length > mostBytes) return { ok: false, reason: `larger than ${mostBytes} characters` };
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return {
      ok: false,
      reason: error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 120) : 'not TOML',
    };
  }
  let index: Map<string, number> | undefined;
  return {
    ok: true,
    value,
    lineOf(path) {
      index ??= keyLines(text);
      for (let length = path.length; length > 0; length--) {
        const line = index.get(path.slice(0, length).map(String).join('\u0000'));
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
};

const keyLines = (text: string): Map<string, number> => {
  const index = new Map<string, number>();
  let table: string[] = [];
  const arrays = new Map<string, number>();
  linesOf(text).forEach((line, i) => {
    const header = /^\s*\[(\[?)([^\]]{1,300})\]/.exec(line);
    const key = header ? null : /^\s*("[^"]{1,200}"|'[^']{1,200}'|[A-Za-z0-9_.-]{1,200})\s*=/.exec(line);
    if (header) {
      table = (header[2] as string).split('.').map(unquote);
      if (header[1]) {
        const name = table.join('\u0000');
        const nth = arrays.get(name) ?? 0;
        arrays.set(name, nth + 1);
        table = [...table, String(nth)];
      }
      const name = table.join('\u0000');
      if (!index.has(name)) index.set(name, i + 1);
    } else if (key) {
      const raw = key[1] as string;
      const steps = /^["']/.test(raw) ? [unquote(raw)] : raw.split('.');
      const name = [...table, ...steps].join('\u0000');
      if (!index.has(name)) index.set(name, i + 1);
    }
  });
  return index;
};
