import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { shellQuote } from '../engine/reproduce.ts';
import type { Store } from '../engine/store.ts';
import { readInputFile } from '../io/input-file.ts';
import { checkOut } from '../io/scan/checkout.ts';
import { scrubbedEnvironment } from '../io/scan/find-executable.ts';
import { runScanner } from '../io/scan/run-scanner.ts';
import { MAX_IMPORT_BYTES } from '../results/read-results.ts';
import { SCANNER_SETTINGS, type Scan, type Scanner, type ScanPlan, scanners } from '../results/scanners.ts';
import { plural } from '../results/tool-result.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Found, findScanners } from './doctor.ts';
import { type Host, json } from './host.ts';
import { describeImport, type ImportedFile, importedFile } from './import.ts';
import { withSession } from './with-session.ts';
import { allowNetwork } from './workspace.ts';

/** Running a scanner of the auditor's on the audited commit: planned and shown first, run only when that was agreed to. */

const TIMEOUT_MS = 15 * 60_000;

export type PlannedScan = {
  scanner: Scanner;
  scan: Scan;
  found: Found;
  given: string;
  /** The command as it is shown, and recorded. */
  command: string[];
  network: string | null;
};

/** What a scanner needs to reach the network from where it may; only when its plan says so. */
const NETWORK_VARIABLES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
];

const requestOf = (planned: { given: string }, out: string, files: readonly string[]) => ({
  out,
  given: planned.given,
  files,
});

/** A path the auditor gives becomes absolute, since the scanner runs in the checkout; anything else stays as it is. */
const givenPath = (given: string): string => {
  if (given === '' || isAbsolute(given)) return given;
  try {
    statSync(given);
    return resolve(given);
  } catch {
    return given;
  }
};

/** @throws UserError when the scanner is unknown, is not here, or lacks what it needs */
export const planScan = async (
  host: Host,
  id: string,
  given = '',
  known: readonly Found[] = [],
): Promise<PlannedScan> => {
  const scanner = scanners.find((s) => s.id === id);
  const able = scanners.filter((s) => s.scan).map((s) => s.id);
  if (!scanner?.scan)
    throw new UserError(
      scanner
        ? `${id} is not run from here: it adds ${scanner.adds}`
        : `"${visible(id)}" is no scanner that can be run`,
      `one of: ${able.join(', ')}`,
    );
  // To ask for a version takes some of them seconds: what was found a moment ago is still so.
  const found = known.find((f) => f.id === id) ?? (await findScanners(host, [id]))[0];
  if (!found?.path)
    throw new UserError(
      `${id} is not on this machine, so nothing was looked at`,
      'install it, or run it elsewhere and take its results in with mcp-audit import',
    );
  const { scan } = scanner;
  const path = givenPath(given);
  if (scan.takes?.required && path === '')
    throw new UserError(`${id} looks at nothing without ${scan.takes.what}`, 'name it with --with');
  if (path.startsWith('-'))
    throw new UserError(
      `"${visible(path)}" is no path, but an option of ${id}`,
      'name a file or folder with --with',
    );
  const plan = scan.plan(requestOf({ given: path }, `${id}.json`, []));
  return {
    scanner,
    scan,
    found,
    given: path,
    command: [...Object.entries(plan.env).map(([k, v]) => `${k}=${v}`), id, ...plan.args],
    network: plan.network,
  };
};

/** What will happen, for people: the exact command, where it runs, and what leaves the machine. */
export const describePlan = (p: PlannedScan): string =>
  [
    `  ${p.command.map(shellQuote).join(' ')}`,
    '',
    `${p.found.path}${p.found.version ? `, version ${p.found.version}` : ''}, in a fresh checkout of the audited commit without links, hooks or submodules, and with no setting or credential of yours in its environment.`,
    `Not honoured: ${p.scan.ignores}.`,
    p.network === null ? 'Nothing leaves this machine.' : `Network: ${p.network}.`,
  ].join('\n');

const readable = (path: string): Buffer => {
  try {
    return readInputFile(path, MAX_IMPORT_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
};

type Outcome = { bytes: Buffer; failure: string; leftOut: string; files: number; roots: string[] };

const execute = async (
  host: Host,
  p: PlannedScan,
  store: Store,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Outcome> => {
  const [tree, home, results] = [join(folder, 'tree'), join(folder, 'home'), join(folder, 'results.json')];
  mkdirSync(tree, { mode: 0o700 });
  mkdirSync(home, { mode: 0o700 });
  const source = await store.sourceTree();
  const checkout = await checkOut(source, tree, SCANNER_SETTINGS, signal);
  const whys = Map.groupBy(checkout.leftOut, (l) => l.why);
  const leftOut = [...whys]
    .map(
      ([why, list]) =>
        `${plural(list.length, 'file')} left out, ${why}: ${list
          .slice(0, 3)
          .map((l) => l.path)
          .join(', ')}`,
    )
    .join('; ');
  const plan: ScanPlan = p.scan.plan(
    requestOf(
      p,
      results,
      source.entries.filter((e) => e.kind !== 'symlink').map((e) => e.path),
    ),
  );
  const network = plan.network === null ? [] : NETWORK_VARIABLES;
  const ran = await runScanner({
    path: p.found.path,
    args: plan.args,
    cwd: tree,
    env: {
      ...scrubbedEnvironment(host.env, home),
      ...Object.fromEntries(network.flatMap((n) => (host.env[n] ? [[n, host.env[n] as string]] : []))),
      ...plan.env,
    },
    stdout: p.scan.toStdout ? results : null,
    results,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_IMPORT_BYTES,
    signal,
  });
  const whole = ran.stopped === '' && ran.code !== null && p.scan.complete.includes(ran.code);
  const failure = whole
    ? ''
    : `${ran.stopped || `it ended with exit code ${ran.code ?? 'none'}`}: ${ran.words.trim().slice(-600) || 'it said nothing'}`;
  return {
    bytes: readable(results),
    failure,
    leftOut,
    files: checkout.files,
    roots: [tree, realpathSync(tree)],
  };
};

/**
 * Runs the scanner and takes in what it found. A run that failed is recorded as one that could not look, with what it said.
 * Nothing is asked here: whoever calls has the auditor's consent. Throws UserError when the network is needed and not allowed.
 */
export const runScan = async (
  host: Host,
  store: Store,
  p: PlannedScan,
  signal?: AbortSignal,
): Promise<ImportedFile> => {
  if (p.network !== null && !store.snapshot().session.networkAllowed)
    throw new UserError(
      `${p.scanner.id} needs the network, which this session does not allow: ${p.network}; nothing was run`,
      'allow it (N on the Session screen, --allow-network without a terminal), or give it what it needs with --with',
    );
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-scan-'));
  try {
    const { bytes, failure, leftOut, files, roots } = await execute(host, p, store, folder, signal);
    return await importedFile(store, {
      name: `${p.scanner.id}.${p.scan.format === 'sarif' ? 'sarif' : 'json'}`,
      bytes: failure ? Buffer.from(failure) : bytes,
      mediaType: failure
        ? 'text/plain'
        : p.scan.format === 'sarif'
          ? 'application/sarif+json'
          : 'application/json',
      format: p.scan.format,
      ranHere: {
        command: p.command,
        tool: { name: p.scanner.id, version: p.found.version },
        failure,
        roots,
        checkout: `${plural(files, 'file')} of the commit${leftOut ? ` (${leftOut})` : ''}`,
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The scanners on this machine that can be run here, with what each takes. */
export const runnable = async (host: Host): Promise<(Found & Pick<Scan, 'takes'>)[]> => {
  const able = scanners.flatMap((s) => (s.scan ? [{ id: s.id, takes: s.scan.takes }] : []));
  const found = await findScanners(
    host,
    able.map((s) => s.id),
  );
  return found.flatMap((f) => {
    const takes = able.find((s) => s.id === f.id)?.takes ?? null;
    return f.path ? [{ ...f, takes }] : [];
  });
};

export const scan = (
  host: Host,
  id: string,
  options: {
    session?: string | undefined;
    with?: string | undefined;
    yes?: boolean | undefined;
    allowNetwork?: boolean | undefined;
    json?: boolean | undefined;
  },
): Promise<number> =>
  withSession(host, options.session, async (w) => {
    const planned = await planScan(host, id, options.with);
    if (!options.yes) {
      host.stdout(`${visibleLines(describePlan(planned))}\n\nNothing was run: add --yes to run it.\n`);
      return 1;
    }
    if (options.allowNetwork) allowNetwork(host, w);
    if (!options.json) host.stdout(`${visibleLines(describePlan(planned))}\n\n`);
    const done = await runScan(host, w.store, planned);
    if (options.json) json(host, { session: w.id, command: planned.command, ...done });
    else host.stdout(`${visibleLines(describeImport(done))}\n`);
    return done.outcome === 'refused' || done.failed ? 1 : 0;
  });
