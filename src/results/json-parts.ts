import { Tokenizer, TokenType } from '@streamparser/json';

/**
 * Reads chosen parts of a JSON document of any size without ever holding the whole of it as values: what is not asked
 * for costs no memory, however large or deep it is.
 */
export type Part = {
  /** Keys from the document's root; `*` stands for any key or index. */
  at: readonly string[];
  take(value: unknown, path: readonly (string | number)[]): void;
};

/** Deeper or larger than any tool writes one result; beyond it a part is passed over and counted. */
export const PART_LIMITS = { depth: 64, nodes: 100_000, textBytes: 8 * 1024 * 1024 } as const;

const CHUNK = 256 * 1024;

export class NotJson extends Error {}

export type PartsRead = {
  /** Parts that were asked for and were too large or too deep to take. */
  passedOver: number;
};

/** The first character that is no space; '' when there is none. */
export const beginsWith = (bytes: Uint8Array): string => {
  const at = bytes.findIndex((byte) => byte > 32);
  return at < 0 ? '' : String.fromCharCode(bytes[at] ?? 0);
};

type Frame = {
  kind: 'object' | 'array';
  key: string | number;
  /** What the value under way is part of; null while only walking. */
  value: Record<string, unknown> | unknown[] | null;
};

type Expect = 'value' | 'value-or-end' | 'key-or-end' | 'key' | 'colon' | 'comma-or-end' | 'nothing';

const fits = (at: readonly string[], path: readonly (string | number)[]): boolean =>
  path.every((key, i) => at[i] === '*' || at[i] === String(key));

/**
 * Calls each part's `take` in the order of the document; a part within another one is not asked for. `rootKey` hears
 * the keys of the outermost object, whatever they hold.
 * @throws {@link NotJson} with what is wrong and at which byte; what was taken before then is not to be trusted.
 */
export const readParts = (
  bytes: Uint8Array,
  parts: readonly Part[],
  rootKey: (key: string) => void = () => {},
): PartsRead => {
  const frames: Frame[] = [];
  const path: (string | number)[] = [];
  const result = { passedOver: 0 };
  let expect = 'value' as Expect;
  /** Containers opened within what nobody asked for: a counter, so that depth costs nothing. */
  let skipped: ('object' | 'array')[] | null = null;
  let taking: Part[] | null = null;
  let takingDepth = 0;
  let nodes = 0;
  let textBytes = 0;
  let tooLarge = false;

  const fail = (what: string, offset: number): never => {
    throw new NotJson(`${what} at byte ${offset.toLocaleString('en')}`);
  };

  const wantedHere = (): 'take' | 'walk' | 'skip' => {
    let walk = false;
    for (const part of parts) {
      if (part.at.length < path.length || !fits(part.at, path)) continue;
      if (part.at.length === path.length) return 'take';
      walk = true;
    }
    return walk ? 'walk' : 'skip';
  };

  const put = (value: unknown): void => {
    const frame = frames.at(-1);
    if (!frame?.value || tooLarge) return;
    nodes += 1;
    if (typeof value === 'string') textBytes += value.length;
    if (nodes > PART_LIMITS.nodes || textBytes > PART_LIMITS.textBytes) {
      tooLarge = true;
      return;
    }
    if (Array.isArray(frame.value)) frame.value.push(value);
    // A key that would change what an object is means nothing to any tool.
    else if (frame.key !== '__proto__') frame.value[frame.key] = value;
  };

  const taken = (value: unknown): void => {
    const takers = taking ?? [];
    taking = null;
    if (tooLarge) result.passedOver += 1;
    else for (const part of takers) part.take(value, path);
  };

  const ended = (): void => {
    const frame = frames.at(-1);
    if (frame) expect = 'comma-or-end';
    else expect = 'nothing';
  };

  /** Where the next value stands, for a container that is walked or taken. */
  const nextPlace = (): void => {
    const frame = frames.at(-1);
    if (frame?.kind === 'array') frame.key = (frame.key as number) + 1;
    if (frame && !taking) path[frames.length - 1] = frame.key;
  };

  const begins = (): void => {
    nextPlace();
    if (taking) return;
    if (wantedHere() !== 'take') return;
    taking = parts.filter((part) => part.at.length === path.length && fits(part.at, path));
    takingDepth = frames.length;
    nodes = 0;
    textBytes = 0;
    tooLarge = false;
  };

  const scalar = (value: unknown): void => {
    begins();
    if (taking && frames.length === takingDepth) taken(value);
    else put(value);
    ended();
  };

  const open = (kind: Frame['kind']): void => {
    begins();
    const inside = taking !== null;
    if (inside && frames.length - takingDepth >= PART_LIMITS.depth) tooLarge = true;
    if ((inside && tooLarge) || (!inside && wantedHere() === 'skip')) {
      skipped = [kind];
      expect = kind === 'object' ? 'key-or-end' : 'value-or-end';
      return;
    }
    const value = inside ? (kind === 'object' ? {} : []) : null;
    if (inside && frames.length > takingDepth) put(value);
    frames.push({ kind, key: kind === 'array' ? -1 : '', value });
    expect = kind === 'object' ? 'key-or-end' : 'value-or-end';
  };

  const close = (kind: Frame['kind'], offset: number): void => {
    const frame = frames.at(-1);
    if (frame?.kind !== kind) fail(`a ${kind} ends that did not begin`, offset);
    frames.pop();
    if (!taking) path.length = frames.length;
    if (taking && frames.length === takingDepth) taken(frame?.value);
    ended();
  };

  /** Grammar within what is passed over: brackets must match, and that is all that matters there. */
  const skip = (token: TokenType, offset: number): void => {
    const open = skipped as ('object' | 'array')[];
    if (token === TokenType.LEFT_BRACE) open.push('object');
    else if (token === TokenType.LEFT_BRACKET) open.push('array');
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      const kind = token === TokenType.RIGHT_BRACE ? 'object' : 'array';
      if (open.pop() !== kind) fail(`a ${kind} ends that did not begin`, offset);
      if (open.length > 0) return;
      skipped = null;
      if (taking && frames.length === takingDepth) taken(undefined);
      ended();
    }
  };

  const tokenizer = new Tokenizer({ stringBufferSize: CHUNK });
  // The library tells some errors through this and throws others: one way out for all.
  tokenizer.onError = (error: Error) => {
    throw new NotJson(error.message.split('\n')[0] ?? 'not JSON');
  };
  tokenizer.onEnd = () => {};
  tokenizer.onToken = ({ token, value, offset }) => {
    if (skipped) return skip(token, offset);
    if (expect === 'colon') {
      if (token !== TokenType.COLON) fail('a colon is missing', offset);
      expect = 'value';
      return;
    }
    if (expect === 'comma-or-end' && token === TokenType.COMMA) {
      expect = frames.at(-1)?.kind === 'object' ? 'key' : 'value';
      return;
    }
    const mayEnd = expect === 'comma-or-end' || expect === 'key-or-end' || expect === 'value-or-end';
    if (mayEnd && token === TokenType.RIGHT_BRACE) return close('object', offset);
    if (mayEnd && token === TokenType.RIGHT_BRACKET) return close('array', offset);
    if (expect === 'key' || expect === 'key-or-end') {
      if (token !== TokenType.STRING) fail('a key is missing', offset);
      const frame = frames.at(-1) as Frame;
      frame.key = value as string;
      if (frames.length === 1) rootKey(frame.key);
      expect = 'colon';
      return;
    }
    if (expect !== 'value' && expect !== 'value-or-end')
      fail(expect === 'nothing' ? 'something follows the end' : 'a comma is missing', offset);
    if (token === TokenType.LEFT_BRACE) open('object');
    else if (token === TokenType.LEFT_BRACKET) open('array');
    else if (
      token === TokenType.STRING ||
      token === TokenType.NUMBER ||
      token === TokenType.TRUE ||
      token === TokenType.FALSE ||
      token === TokenType.NULL
    )
      scalar(value);
    else fail('a value is missing', offset);
  };
  try {
    for (let at = 0; at < bytes.length; at += CHUNK) tokenizer.write(bytes.subarray(at, at + CHUNK));
    tokenizer.end();
  } catch (error) {
    if (error instanceof NotJson) throw error;
    throw new NotJson(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  if (expect !== 'nothing') throw new NotJson('the document ends in the middle');
  return result;
};
