import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clones } from './clones.ts';
import { readOutput, type ToolOutput } from './measure.ts';

/** One thing to look at: a server, at a commit. `subdir` is '' for the whole repository. */
export type Job = { repo: string; commit: string; subdir: string; language: string };

export type ToolRun = ToolOutput & {
  /** `ok`, `timeout`, or what went wrong. */
  status: string;
  seconds: number;
  /** Lines of source that were there to look at. */
  lines: number;
  /** The last words on standard error of a run that failed. */
  said: string;
};

export type ToolOptions = {
  /** Shell template with `{dir}` or `{root}`, or `{clone}` and `{commit}`; `{subdir}`, `{language}`, `{out}`. */
  command: string;
  /** Part of the cache key: a new value when the tool changed and the command did not. */
  version: string;
  environment: NodeJS.ProcessEnv;
  timeoutSeconds: number;
  cacheDir: string;
  /** False runs again and replaces what was kept. */
  readCache: boolean;
  treesDir: string;
  /** Called before a program looks at a clone. */
  prepare?: ((clone: string) => Promise<void>) | undefined;
};

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** Fills a shell template; every value is one word of the shell. */
export const fillTemplate = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : quoted(value);
  });

const TAIL = 2000;

const shell = (
  command: string,
  options: ToolOptions,
): Promise<{ status: string; seconds: number; said: string }> =>
  new Promise((resolve) => {
    const began = performance.now();
    // Its own process group, so that a time-out ends what the shell started too.
    const child = spawn('/bin/bash', ['-c', command], {
      env: options.environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    }, options.timeoutSeconds * 1000);
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-TAIL);
    });
    const end = (status: string): void => {
      clearTimeout(timer);
      resolve({ status: late ? 'timeout' : status, seconds: (performance.now() - began) / 1000, said });
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => end(`exit ${code}`));
  });

/** Paths that a tool gave from the folder it was handed, made paths from the repository's root. */
const fromRoot = (output: ToolOutput, subdir: string, exists: (path: string) => boolean): void => {
  if (subdir === '') return;
  for (const place of output.findings.flatMap((f) => f.at))
    if (!exists(place.path) && exists(`${subdir}/${place.path}`)) place.path = `${subdir}/${place.path}`;
};

/** Runs each job at most once, one after the other, and keeps what came out below `cacheDir`. */
export const createRunner = (clones: Clones, options: ToolOptions): ((job: Job) => Promise<ToolRun>) => {
  const known = new Map<string, boolean>();
  return async ({ repo, commit, subdir, language }) => {
    const key = createHash('sha256')
      .update(JSON.stringify([repo, commit, subdir, language, options.command, options.version]))
      .digest('hex')
      .slice(0, 32);
    const cached = join(options.cacheDir, `${key}.json`);
    if (options.readCache && existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8')) as ToolRun;
    const clone = clones.gitDirOf(repo, commit);
    if (!clone) throw new Error(`no clone has ${repo} ${commit}`);
    await options.prepare?.(clone);
    const root = /\{(dir|root)\}/.test(options.command) ? clones.layTree(repo, commit, options.treesDir) : '';
    const folder = mkdtempSync(join(tmpdir(), 'bench-out-'));
    try {
      const out = join(folder, 'out.json');
      const dir = subdir ? join(root, subdir) : root;
      const filled = fillTemplate(options.command, { dir, root, clone, commit, subdir, language, out });
      const { status: ended, seconds, said } = await shell(filled, options);
      let status = ended;
      let output: ToolOutput = { findings: [], tools: [] };
      if (status !== 'timeout')
        try {
          output = readOutput(JSON.parse(readFileSync(out, 'utf8')));
          status = 'ok';
        } catch (error) {
          status = existsSync(out)
            ? `bad output: ${error instanceof Error ? error.message : error}`.slice(0, 160)
            : `${status}, no output`;
        }
      fromRoot(output, subdir, (path) => {
        const at = `${repo} ${commit} ${path}`;
        if (!known.has(at)) known.set(at, clones.hasFile(repo, commit, path));
        return known.get(at) ?? false;
      });
      const lines = clones.sourceLines(repo, commit, subdir);
      const run: ToolRun = { ...output, status, seconds, lines, said: status === 'ok' ? '' : said };
      if (status === 'ok' || status === 'timeout') {
        mkdirSync(options.cacheDir, { recursive: true });
        writeFileSync(`${cached}.part`, JSON.stringify(run));
        renameSync(`${cached}.part`, cached);
      }
      return run;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
};
