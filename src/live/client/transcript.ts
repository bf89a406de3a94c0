import { redactSecrets } from '../../text/redact.ts';

/** What went over the line, both ways, as it is kept: credentials masked, long lines cut, bounded in all. */
export type Line = {
  /** Milliseconds since the transcript began. */
  ms: number;
  /** `>` sent, `<` received, `!` standard error, `#` what was done. */
  way: '>' | '<' | '!' | '#';
  text: string;
};

export type Transcript = { add(way: Line['way'], text: string): void; lines(): readonly Line[] };

const MAX_LINE = 64 * 1024;
const MAX_ALL = 8 * 1024 * 1024;

export const createTranscript = (now: () => number = () => performance.now()): Transcript => {
  const began = now();
  const lines: Line[] = [];
  let bytes = 0;
  return {
    add: (way, text) => {
      if (bytes > MAX_ALL) return;
      bytes += Math.min(text.length, MAX_LINE);
      lines.push({ ms: Math.round(now() - began), way, text: text.slice(0, 4 * MAX_LINE) });
      if (bytes > MAX_ALL)
        lines.push({ ms: Math.round(now() - began), way: '#', text: 'more than may be kept: cut here' });
    },
    // Masked as a whole, before anything is cut: a credential cut in two is none any more for who looks for it.
    lines: () =>
      lines.map((l) => {
        const masked = redactSecrets(l.text);
        const more = masked.length - MAX_LINE;
        return { ...l, text: more > 0 ? `${masked.slice(0, MAX_LINE)}… ${more} more characters` : masked };
      }),
  };
};

/** One JSON object a line. */
export const transcriptText = (lines: readonly Line[]): string =>
  lines.map((l) => `${JSON.stringify(l)}\n`).join('');
