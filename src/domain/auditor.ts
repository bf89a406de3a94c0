import { z } from 'zod';

/** Who signs. `github` names the submission folder. */
export const auditor = z.strictObject({
  name: z.string(),
  github: z.union([z.literal(''), z.string().regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/)]),
  organization: z.string(),
  contact: z.string(),
});
export type Auditor = z.infer<typeof auditor>;

const HASH = /^[0-9a-f]{64}$/;
/** Of a content that is kept with the session. */
export const sha256 = z.string().regex(HASH);

/** A point in a session's history: that many events, and the sha256 of the last one's line. It says all that came before. */
export const head = z.strictObject({ events: z.number().int().positive(), hash: z.string().regex(HASH) });
export type Head = z.infer<typeof head>;

/** A person by the name they are known by. */
export const nameOf = (a: Pick<Auditor, 'name' | 'github'>): string => a.name || a.github || 'unnamed';

/** What an auditor's decisions are recorded under: the GitHub handle, else the name. Neither is told apart by capitals. */
export const identityOf = (a: Pick<Auditor, 'name' | 'github'>): string => (a.github || a.name).toLowerCase();

/** Whether one may be the other, as far as what they call themselves says: two handles are two people, whatever their names. */
export const mayBeSame = (
  a: Pick<Auditor, 'name' | 'github'>,
  b: Pick<Auditor, 'name' | 'github'>,
): boolean => {
  if (a.github && b.github) return identityOf(a) === identityOf(b);
  const names = [b.github, b.name].filter(Boolean).map((n) => n.toLowerCase());
  return [a.github, a.name].some((n) => n !== '' && names.includes(n.toLowerCase()));
};
