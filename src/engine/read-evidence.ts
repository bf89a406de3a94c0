import { type CollectorResult, collectorResult } from '../domain/evidence.ts';
import type { BlobPort, BlobRead } from './ports.ts';

/** What a collector said in a recorded run, or the reason (for people) why that cannot be shown any more. */
export const parseEvidence = (
  read: BlobRead,
  collector: string,
  again = 'run it again (r)',
): CollectorResult | string => {
  if ('problem' in read) return `evidence blob of ${collector} is ${read.problem}: ${again}`;
  try {
    const parsed = collectorResult.safeParse(JSON.parse(read.bytes.toString('utf8')));
    if (parsed.success && parsed.data.run.id === collector) return parsed.data;
  } catch {
    // Not JSON: told below.
  }
  return `evidence blob of ${collector} is not in a form this version reads: ${again}`;
};

export const readEvidence = async (
  blobs: BlobPort,
  collector: string,
  sha256: string,
  again?: string,
): Promise<CollectorResult | string> => parseEvidence(await blobs.read(sha256), collector, again);
