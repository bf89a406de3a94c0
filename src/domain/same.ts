import { canonical } from '../text/canonical-json.ts';

/** Whether two values of the record say the same: what was read back from the journal may have its keys in another order. */
export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
