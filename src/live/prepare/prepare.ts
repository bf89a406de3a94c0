import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceTree } from '../../collectors/collector.ts';
import { type Package, packageWords } from '../../domain/package-name.ts';
import { checkOut } from '../../io/scan/checkout.ts';
import type { Environment } from '../../io/scan/find-executable.ts';
import { redactSecrets } from '../../text/redact.ts';
import { record } from '../client/protocol.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import { openBox } from '../sandbox/box.ts';
import { PATH_INSIDE, type Shape, TOOLS } from '../sandbox/bubblewrap.ts';
import { SERVER_LIMITS, STEP_LIMITS } from '../sandbox/limits.ts';
import { handOver, reachable } from '../sandbox/reach.ts';
import { besides, serverFolder } from './beside.ts';
import { throwAwayFolder } from './folder.ts';
import { BUILT, CACHE, DEPS, PKG, type Plan, type Step, shownStep } from './plan.ts';
import { binOf } from './plan-node.ts';
import { metadataFiles } from './plan-python.ts';
import { served } from './served.ts';
import { javaHere, npmHere, programHere, pythonHere, rustHere, type Toolchain } from './toolchain.ts';

/** Carries a plan out, each step in a sandbox of its own, in a throw-away copy of the commit's files. */

export type StepDone = {
  what: string;
  command: string[];
  /** Who was asked over the network; '' for a step without one. */
  network: string;
  ok: boolean;
  seconds: number;
  /** The end of what it said, when it failed. */
  words: string;
};

export type Prepared = {
  steps: StepDone[];
  launch: Launch;
  open: OpenBox;
  notes: string[];
  /** Removes everything that was made. */
  remove(): void;
};

/** What configures the tools that fetch: a target may not tell them where to ask, or what to run. */
export const FETCHER_SETTINGS =
  /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|pip\.conf|\.pypirc|uv\.toml|\.netrc|go\.work(?:\.sum)?|\.gitconfig|\.cargo\/config(?:\.toml)?|rust-toolchain(?:\.toml)?|\.mvn\/.{1,200})$/;

export class PrepareError extends Error {
  readonly steps: StepDone[];
  constructor(message: string, steps: StepDone[]) {
    super(message);
    this.steps = steps;
  }
}

const NETWORK_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
/** Files with further certificates, which are shown to a step that has the network. */
const CERTIFICATE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'];

const toolchains = (plan: Plan, env: Environment): Toolchain[] => {
  const needsNpm = plan.steps.some((s) => shownStep(s)[0] === 'npm');
  const program = plan.argv[0] ?? '';
  return [
    ...(needsNpm ? [npmHere(env)] : []),
    ...(plan.runtime === 'python' ? [pythonHere(env)] : []),
    ...(plan.runtime === 'go' ? [programHere('go', env)] : []),
    ...(plan.runtime === 'rust' ? [rustHere(env)] : []),
    ...(plan.runtime === 'java' ? javaHere(env) : []),
    ...(plan.runtime === 'other' && !program.includes('/') ? [programHere(program, env)] : []),
  ];
};

/** Lines that say something; Maven ends with where to read on. */
const telling = (words: string): string[] =>
  words
    .split('\n')
    .filter((l) => l.trim() !== '' && !/^\[ERROR\]\s{0,20}(?:$|\[Help|To see|Re-run|For more|->)/.test(l));

const programOf = (plan: Plan, step: Step, env: Environment): readonly string[] => {
  const [name = '', ...args] = step.argv;
  if (!(plan.runtime === 'go' && name === 'go') && !(plan.runtime === 'rust' && name === 'cargo'))
    return step.argv;
  const found = name === 'go' ? programHere('go', env) : rustHere(env);
  return 'program' in found ? [found.program, ...args] : step.argv;
};

/** The file a published npm package starts with. */
const packageEntry = (pkg: string, p: Package): string => {
  const folder = join(pkg, 'node_modules', p.name);
  const manifest = record(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const bin = binOf(manifest);
  if (bin === null) throw new Error(`${packageWords(p)} names no program`);
  return `${PKG}/node_modules/${p.name}/${bin.replace(/^\.\//, '')}`;
};

const pypiEntry = (deps: string, p: Package): string => {
  const bin = join(deps, 'bin');
  const names = existsSync(bin) ? readdirSync(bin).sort() : [];
  const wanted = [p.name, p.name.replaceAll('_', '-'), p.name.replaceAll('-', '_')];
  const name = names.find((n) => wanted.includes(n)) ?? names.find((n) => /mcp/.test(n));
  if (name === undefined)
    throw new Error(`${packageWords(p)} brings no program of its name: name one with --cmd`);
  return `${DEPS}/bin/${name}`;
};

/**
 * Prepares and returns how to start it. Asks nothing: whoever calls has the auditor's consent for the plan as it was shown.
 *
 * @throws PrepareError when a step fails, with its words
 */
export const prepare = async (o: {
  plan: Plan;
  /** Absent for a package without a commit. */
  tree: SourceTree | null;
  package: Package | null;
  bwrap: string;
  env: Environment;
  cwd?: string | undefined;
  /** `NAME=value` of the auditor's. */
  set: Readonly<Record<string, string>>;
  url: string;
  progress(text: string): void;
  signal?: AbortSignal | undefined;
}): Promise<Prepared> => {
  const folder = throwAwayFolder();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    return await prepareIn(folder, remove, o);
  } catch (error) {
    remove();
    throw error;
  }
};

/**
 * Dependencies that lie beside the package, as pnpm and yarn write them: npm refuses the whole manifest for one of them, so
 * they are left out of the copy.
 */
const withoutLinks = async (tree: SourceTree, pkg: string): Promise<string[]> => {
  const notes: string[] = [];
  for (const e of tree.entries.filter((x) => /^(?:[^/]+\/){0,3}package\.json$/.test(x.path)).slice(0, 50)) {
    const text = (await tree.text(e.path)) ?? '';
    if (!/"(?:link|portal):/.test(text)) continue;
    const manifest = record(JSON.parse(text));
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      for (const [name, version] of Object.entries(record(manifest[kind])))
        if (/^(?:link|portal):/.test(String(version))) {
          delete record(manifest[kind])[name];
          notes.push(`${e.path} links ${name} to a folder beside it, which npm does not read: left out`);
        }
    writeFileSync(join(pkg, e.path), JSON.stringify(manifest, null, 2));
  }
  return notes;
};

const prepareIn = async (
  folder: string,
  remove: () => void,
  o: Parameters<typeof prepare>[0],
): Promise<Prepared> => {
  const { plan, env } = o;
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  const at = (name: string): string => join(folder, name);
  const notes = [...plan.notes];
  for (const name of ['pkg', 'deps', 'built', 'cache']) mkdirSync(at(name), { mode: 0o755 });
  if (o.tree) {
    o.progress('laying out the files of the commit');
    const whole = { ...o.tree, entries: o.tree.allEntries };
    const done = await checkOut(whole, at('pkg'), FETCHER_SETTINGS, o.signal);
    if (done.leftOut.length > 0)
      notes.push(
        `left out of the copy: ${done.leftOut
          .slice(0, 5)
          .map((l) => `${l.path} (${l.why})`)
          .join(', ')}`,
      );
    if (plan.runtime === 'node') notes.push(...(await withoutLinks(o.tree, at('pkg'))));
    for (const e of o.tree.entries.filter((x) => /(?:^|\/)pyproject\.toml$/.test(x.path)).slice(0, 20))
      for (const f of metadataFiles((await o.tree.text(e.path)) ?? '')) {
        mkdirSync(join(at('deps'), dirname(f.path)), { recursive: true, mode: 0o755 });
        writeFileSync(join(at('deps'), f.path), f.text);
      }
  }
  for (const f of plan.files ?? []) writeFileSync(join(at('deps'), f.name), f.text);
  for (const name of ['pkg', 'deps', 'built', 'cache']) handOver(at(name));

  const chains = toolchains(plan, env);
  const missing = chains.find((c) => 'problem' in c);
  if (missing && 'problem' in missing) throw new PrepareError(missing.problem, []);
  const tools = chains
    .flatMap((c) => ('mounts' in c ? c.mounts : []))
    .map((m) => ({ ...m, from: reachable(m.from, folder) }));
  const path = chains.flatMap((c) => ('path' in c && c.path ? [c.path] : [])).join(':');
  const own = (write: boolean): Shape['mounts'] => [
    ...tools,
    ...(write ? [{ from: at('pkg'), at: PKG, write }] : besides(at('pkg'), PKG, serverFolder(plan, argv))),
    { from: at('deps'), at: DEPS, write },
    { from: at('built'), at: BUILT, write },
  ];
  const box = (shape: Shape, signal = o.signal) => openBox({ bwrap: o.bwrap, env, folder, shape, signal });

  const steps: StepDone[] = [];
  const runStep = async (step: Step): Promise<boolean> => {
    o.progress(`${step.what}: ${shownStep(step).join(' ')}`);
    const began = performance.now();
    const certificates =
      step.network === '' ? [] : CERTIFICATE_VARIABLES.filter((n) => existsSync(env[n] ?? ''));
    const b = await box({
      mounts: [
        ...own(true),
        { from: at('cache'), at: CACHE, write: true },
        ...certificates.map((n) => ({ from: env[n]!, at: `${TOOLS}/certificates/${n}` })),
      ],
      network: step.network !== '',
      limits: STEP_LIMITS,
    });
    let words = '';
    const hear = (c: Buffer): void => {
      words = (words + c.toString('utf8')).slice(-6000);
    };
    b.stdout.on('data', hear);
    b.stderr.on('data', hear);
    const network =
      step.network === ''
        ? {}
        : Object.fromEntries([
            ...NETWORK_VARIABLES.flatMap((n) => (env[n] ? [[n, env[n]]] : [])),
            ...certificates.map((n) => [n, `${TOOLS}/certificates/${n}`]),
          ]);
    let ok = false;
    try {
      await b.start(programOf(plan, step, env), {
        cwd: step.cwd,
        env: { ...step.env, ...network, ...(path === '' ? {} : { PATH: `${path}:${PATH_INSIDE}` }) },
        quiet: true,
      });
      const ended = await b.ended();
      ok = ended.code === 0 && b.stopped() === '';
      if (!ok)
        words += `\n${b.stopped() || ended.problem || `it ended with exit code ${ended.code ?? ended.signal}`}`;
    } finally {
      await b.close();
    }
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    steps.push({
      what: step.what,
      command: shownStep(step),
      network: step.network,
      ok,
      seconds,
      words: ok ? '' : redactSecrets(words).trim().slice(-1500),
    });
    return ok;
  };
  const made = (step: Step): boolean => {
    if (step.makes === undefined || !existsSync(join(at('pkg'), step.makes))) return false;
    notes.push(`${shownStep(step).join(' ')} complained, and made ${step.makes} all the same`);
    return true;
  };
  const unused: Step[] = [];
  for (const step of plan.steps) {
    let ok = (await runStep(step)) || made(step);
    if (ok && step.otherwise) unused.push(step.otherwise);
    for (let next = step.otherwise; !ok && next; next = next.otherwise) ok = await runStep(next);
    // A lockfile that leaves things out is followed without a complaint, and is missed here.
    for (let more = ok ? null : (unused.pop() ?? null); !ok && more; more = more.otherwise)
      ok = (await runStep(more)) && ((await runStep(step)) || made(step));
    if (ok || step.optional) continue;
    const last = steps.at(-1)!;
    throw new PrepareError(
      `${last.command.join(' ')} failed: ${telling(last.words).slice(-3).join(' · ')}`,
      steps,
    );
  }

  let argv = [...plan.argv];
  if (o.package?.registry === 'npm' && argv[1]?.startsWith(`${PKG}/node_modules/`))
    argv[1] = packageEntry(at('pkg'), o.package);
  if (o.package?.registry === 'pypi' && argv[1]?.startsWith(`${DEPS}/bin/`))
    argv[1] = pypiEntry(at('deps'), o.package);
  if (plan.runtime === 'other' && !argv[0]?.includes('/')) {
    const program = programHere(argv[0] ?? '', env);
    if ('program' in program) argv = [program.program, ...argv.slice(1)];
  }
  const launch: Launch = {
    argv,
    cwd: o.cwd ? (o.cwd.startsWith('/') ? o.cwd : `${PKG}/${o.cwd}`) : '/work',
    env: { ...plan.env, ...o.set },
    url: o.url,
    files: served(),
  };
  // The target's own code runs only from here on, and none of what it is made of can be written.
  return {
    steps,
    launch,
    notes,
    open: (signal) => box({ mounts: own(false), network: false, limits: SERVER_LIMITS }, signal),
    remove,
  };
};
