import { z } from 'zod';

/**
 * A security advisory in the OSV format (https://ossf.github.io/osv-schema/), as far as it is used here. What comes from
 * a file or a server is hostile: everything else is dropped, and what is kept has bounds.
 */
const text = (most: number) => z.string().transform((s) => s.slice(0, most));
const short = text(300);

const event = z.object({
  introduced: short.optional(),
  fixed: short.optional(),
  last_affected: short.optional(),
});
export type OsvEvent = z.infer<typeof event>;

const affected = z.object({
  package: z.object({ ecosystem: short, name: short }).optional(),
  ranges: z
    .array(z.object({ type: short, events: z.array(event).max(2000) }))
    .max(500)
    .optional(),
  versions: z.array(short).max(20_000).optional(),
  database_specific: z
    .object({ last_known_affected_version_range: short.optional() })
    .optional()
    .catch(undefined),
});
export type OsvAffected = z.infer<typeof affected>;

export const osvRecord = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{1,79}$/),
  modified: short.optional(),
  published: short.optional(),
  withdrawn: short.nullish(),
  aliases: z.array(short).max(200).nullish(),
  summary: short.nullish(),
  severity: z
    .array(z.object({ type: short, score: short }))
    .max(20)
    .nullish()
    .catch(undefined),
  affected: z.array(affected).max(3000).nullish(),
  database_specific: z
    .object({
      severity: short.nullish(),
      cwe_ids: z.array(short).max(50).nullish(),
    })
    .nullish()
    .catch(undefined),
  /** Ours, for packages whose OSV id (MAL-…) is not known. */
  malicious: z.boolean().optional(),
});
export type OsvRecord = z.infer<typeof osvRecord>;

/** `checklists/advisories/mcp.json`: OSV records that say where they were taken from. */
export const bundledAdvisories = z.strictObject({
  $schema: z.string().optional(),
  title: z.string(),
  /** The day on which the list was put together: what was published later is not in it. */
  compiled: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  advisories: z.array(osvRecord.extend({ source: z.url() })),
});

/** One package in one version, as advisories name them; `ecosystem` as OSV spells it. */
export type PackageVersion = { ecosystem: string; name: string; version: string };

/** What a source of advisories is, and how it can be asked. Never throws for what it could not do: it says so. */
export type AdvisorySource = {
  /** For people: "OSV copy /data/osv". */
  title: string;
  lookUp(
    packages: readonly PackageVersion[],
    options: { signal: AbortSignal; progress(message: string): void },
  ): Promise<AdvisoryAnswer>;
};

export type AdvisoryAnswer =
  | {
      ok: true;
      /** The newest date in the data, ISO 8601; '' when it has none. */
      asOf: string;
      /** Of the data, where it has bytes of its own; '' for a service. */
      sha256: string;
      /** How many advisories it knows; null for a service. */
      records: number | null;
      /** Ecosystems it has anything of; null for all. */
      ecosystems: readonly string[] | null;
      /** Advisories by index of the package asked for: all that name it, or only those that hold when `matched`. */
      found: ReadonlyMap<number, readonly OsvRecord[]>;
      matched: boolean;
      /** What could not be read or asked, in words. */
      gaps: readonly string[];
    }
  | { ok: false; reason: string };
