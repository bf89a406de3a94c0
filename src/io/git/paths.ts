/** As many well-formed UTF-8 sequences as follow each other, or one byte that begins none; over latin1 text. */
const SEQUENCES =
  /((?:[\x00-\x7F]|[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}|\xF4[\x80-\x8F][\x80-\xBF]{2})+)|[\x80-\xFF]/g;

/**
 * A path as git keeps it, which is bytes. UTF-8 is decoded as it is; a byte that is not part of well-formed UTF-8 is
 * written `\xHH`, so that two different paths do not become one as they would with U+FFFD.
 */
export const decodePath = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  if (!text.includes('\u{FFFD}')) return text;
  return bytes
    .toString('latin1')
    .replace(SEQUENCES, (match: string, wellFormed: string | undefined) =>
      wellFormed === undefined
        ? `\\x${match.charCodeAt(0).toString(16).toUpperCase()}`
        : Buffer.from(wellFormed, 'latin1').toString('utf8'),
    );
};

/**
 * Gives every path of a tree its own name. A path occurs twice only in a tree written by hand, or when it spells out
 * the escape of another; git checks out one of the two, so the later ones are shown with a mark rather than lost.
 */
export const distinctPaths = (): ((path: string) => string) => {
  const seen = new Map<string, number>();
  return (path) => {
    let count = seen.get(path) ?? 0;
    let name = path;
    while (seen.has(name)) name = `${path}‹${++count + 1}›`;
    seen.set(path, count);
    seen.set(name, seen.get(name) ?? 0);
    return name;
  };
};
