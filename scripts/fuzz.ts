// Tries damaged and hostile files on everything that reads files of others. A crash (anything but a refusal in words), more
// than ten seconds of the processor, or more than 1 GB of memory is a finding. The same seed tries the same files.
//
//   node scripts/fuzz.ts [--target ID]… [--minutes N] [--seed N] [--corpus DIR] [--to DIR]
//
// --corpus adds files to change, by their extension; --to keeps what was found (test/fuzz/findings holds those that are mended).
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Reply, Request } from './fuzz/child.ts';
import { targets } from './fuzz/targets.ts';

const MOST_MS = 10_000;
/** A busy machine gives a process a part of its time only. */
const MOST_WAITED_MS = 90_000;
const MOST_BYTES = 1_000_000_000;
/** Readers take turns of this length. */
const TURN_MS = 15_000;
/** A process grows by what its parsers keep: a new one after so many files. */
const FILES_A_PROCESS = 1000;

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    minutes: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    corpus: { type: 'string', default: '' },
    to: { type: 'string', default: '' },
  },
});
const chosen = targets.filter((t) => !values.target || values.target.includes(t.id));
const seed = Number(values.seed);
if (values.to) mkdirSync(values.to, { recursive: true });
const until = Date.now() + Number(values.minutes) * 60_000;

const start = (): ChildProcess =>
  fork(join(import.meta.dirname, 'fuzz/child.ts'), {
    execArgv: ['--max-old-space-size=900'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });

type Outcome = { problem: string; kind: 'none' | 'crash' | 'hang' | 'memory' };

/** Asks one process to try one file. A process that does not come back is ended. */
const ask = (child: ChildProcess, request: Request, ms = MOST_WAITED_MS): Promise<Outcome> =>
  new Promise((resolve) => {
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      done({ kind: 'hang', problem: `no answer within ${ms / 1000} s` });
    }, ms);
    child.on('exit', (code, signal) =>
      done({
        kind: 'memory',
        problem: `the process ended by itself (${code ?? signal}): out of memory, or worse`,
      }),
    );
    child.on('message', (reply: Reply) =>
      done(
        reply.crash !== null
          ? { kind: 'crash', problem: reply.crash }
          : reply.peakBytes > MOST_BYTES
            ? { kind: 'memory', problem: `${Math.round(reply.peakBytes / 1e6)} MB` }
            : reply.cpuMs > MOST_MS
              ? { kind: 'hang', problem: `${Math.round(reply.cpuMs / 1000)} s of the processor` }
              : { kind: 'none', problem: '' },
      ),
    );
    child.send(request);
  });

const firstPlace = (stack: string): string =>
  stack
    .split('\n')
    .find((l) => /\/src\//.test(l))
    ?.replace(/^.*\/src\//, 'src/')
    .replace(/:\d+\)?$/, '') ?? stack.split('\n')[0]!;

const found = new Map<string, string>();
const counts = new Map<string, number>();
const running: { process: ChildProcess; files: number }[] = [];

const stop = (): void => void running.splice(0).map(({ process: child }) => child.kill('SIGKILL'));

const childNow = () => {
  if ((running[0]?.files ?? 0) >= FILES_A_PROCESS) stop();
  if (running.length === 0) running.push({ process: start(), files: 0 });
  return running[0]!;
};

/**
 * Again and alone: a process may have been large from files before or from making this one, the machine busy. The file is
 * written by one process and read by another.
 */
const confirm = async (request: Request, file: string): Promise<Outcome> => {
  const [maker, reader] = [start(), start()];
  await ask(maker, { ...request, write: file });
  maker.kill('SIGKILL');
  // What takes so much only to be made is no file that anybody sends.
  if (!existsSync(file)) return { kind: 'none', problem: '' };
  const made = JSON.parse(readFileSync(file, 'utf8')) as { name: string; bytes: string };
  const outcome = await ask(reader, { target: request.target, ...made });
  reader.kill('SIGKILL');
  return outcome;
};

const tryOne = async (id: string): Promise<void> => {
  const number = counts.get(id) ?? 0;
  counts.set(id, number + 1);
  const child = childNow();
  const request = { target: id, corpus: values.corpus, seed, number };
  child.files++;
  const answer = await ask(child.process, request);
  if (answer.kind === 'none') return;
  stop();
  const file = join(values.to || tmpdir(), `${id}-${seed}-${number}.json`);
  const { kind, problem } = await confirm(request, file);
  if (kind === 'none' || values.to === '') rmSync(file, { force: true });
  if (kind === 'none') return;
  const key = `${id}: ${kind}${kind === 'crash' ? ` at ${firstPlace(problem)}` : ''}`;
  if (found.has(key)) return;
  found.set(key, file);
  process.stdout.write(`${key} (file ${number})\n  ${problem.split('\n').slice(0, 6).join('\n  ')}\n`);
  if (values.to)
    writeFileSync(
      file,
      JSON.stringify({ target: id, ...JSON.parse(readFileSync(file, 'utf8')), problem: key }),
    );
};

while (Date.now() < until && chosen.length > 0)
  for (const { id } of chosen) {
    const turn = Date.now() + TURN_MS;
    await tryOne(id);
    while (Date.now() < Math.min(turn, until)) await tryOne(id);
  }
stop();
const tried = [...counts.values()].reduce((a, b) => a + b, 0);
process.stdout.write(
  `seed ${seed}: ${tried} files tried on ${chosen.length} readers (${[...counts].map(([id, n]) => `${id} ${n}`).join(', ')}); ${found.size} kinds of finding\n`,
);
process.exit(found.size === 0 ? 0 : 1);
