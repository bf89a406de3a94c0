// One process in which files are tried, one a request: what it takes down is only itself (scripts/fuzz.ts).
import { writeFileSync } from 'node:fs';
import { mutate, randomOf, splice } from './mutate.ts';
import { filesBelow, type Seed } from './seeds.ts';
import { type Target, targets } from './targets.ts';

/** A made file by its number, or a kept one by its path. */
export type Request =
  | { target: string; corpus: string; seed: number; number: number; write?: string }
  | { target: string; name: string; bytes: string };
/** `cpuMs` is what the program took to read it, whatever else the machine was doing. */
export type Reply = { crash: string | null; peakBytes: number; cpuMs: number };

const loaded = new Map<string, Seed[]>();

const seedsOf = async (target: Target, corpus: string): Promise<Seed[]> => {
  const known = loaded.get(target.id);
  if (known) return known;
  const own = await target.seeds();
  const named = new Set(
    own.map((s) =>
      s.name
        .split('/')
        .at(-1)!
        .replace(/^.*(?=\.)/, ''),
    ),
  );
  const more =
    corpus === ''
      ? []
      : filesBelow(corpus).filter((s) =>
          named.has(
            s.name
              .split('/')
              .at(-1)!
              .replace(/^.*(?=\.)/, ''),
          ),
        );
  loaded.set(target.id, [...own, ...more]);
  return loaded.get(target.id)!;
};

const made = async (target: Target, request: Extract<Request, { number: number }>): Promise<Seed> => {
  const seeds = await seedsOf(target, request.corpus);
  const random = randomOf(request.seed * 1_000_003 + request.number);
  const one = random.pick(seeds);
  const bytes = random.chance(0.1) ? splice(one.bytes, random.pick(seeds).bytes, random) : one.bytes;
  return { name: one.name, bytes: mutate(bytes, random) };
};

process.on('message', async (request: Request) => {
  const target = targets.find((t) => t.id === request.target);
  if (!target) throw new Error(`no target ${request.target}`);
  let crash: string | null = null;
  let before = process.cpuUsage();
  try {
    const input =
      'number' in request
        ? await made(target, request)
        : { name: request.name, bytes: Buffer.from(request.bytes, 'base64') };
    before = process.cpuUsage();
    if ('write' in request && request.write)
      writeFileSync(
        request.write,
        JSON.stringify({ name: input.name, bytes: Buffer.from(input.bytes).toString('base64') }),
      );
    else await target.read(input.name, input.bytes);
  } catch (error) {
    // A refusal in words is what is asked for.
    if (!(error instanceof Error) || !['UserError', 'SaveError'].includes(error.name))
      crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.({
    crash,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    cpuMs: (user + system) / 1000,
  } satisfies Reply);
});
