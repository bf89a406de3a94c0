import { mapTexts } from '../text/map-texts.ts';
import { redactSecrets } from '../text/redact.ts';

/**
 * The same value with every credential in its texts masked, keys of maps and objects included. Evidence is masked where it
 * is found; this is for what people write and attach, and it runs before a title becomes a file's name.
 */
export const redactedValue = <T>(value: T): T => {
  // The same few words come thousands of times.
  const known = new Map<string, string>();
  return mapTexts(value, (text) => {
    if (text.length < 12) return text;
    const result = known.get(text) ?? redactSecrets(text);
    known.set(text, result);
    return result;
  });
};
