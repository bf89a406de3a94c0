/**
 * Scanners an auditor may have, as data: what each adds to an audit, and how it is run on a checkout of the pinned commit so
 * that nothing of the target decides what it looks at. Nothing is run here.
 */

export type ScanPlan = {
  /** Relative to the checkout, in which it runs. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** What leaves this machine, or is fetched, in words; null: nothing. */
  network: string | null;
};

export type ScanRequest = {
  /** Where the results go: an absolute path outside of the checkout; a plain name where the command is only shown. */
  out: string;
  /** What the auditor gives it: rules, or a database; '' when nothing. */
  given: string;
  /** Files of the tree, for scanners that are told each file. */
  files: readonly string[];
};

export type Scan = {
  /** Id of the format its results are read as. */
  format: string;
  /** Results go to standard output, not to a file it is told. */
  toStdout: boolean;
  /** Exit codes after which the results are whole. */
  complete: readonly number[];
  /** What `--with` gives it, in words; null when it needs nothing. */
  takes: { what: string; required: boolean } | null;
  /** Which of its own settings in the target are switched off, and how. */
  ignores: string;
  plan(request: ScanRequest): ScanPlan;
};

export type Scanner = {
  /** Name of the executable. */
  id: string;
  /** What it would add to an audit. */
  adds: string;
  /** The checks its results speak to most. */
  checks: readonly string[];
  /** Also for `--version`: switches off what would call home. */
  env?: Readonly<Record<string, string>>;
  scan: Scan | null;
};

/** Settings of scanners that a target may hold. They are left out of the checkout: the target does not say where to look. */
export const SCANNER_SETTINGS =
  /(^|\/)(\.semgrepignore|\.semgrep(\.ya?ml)?|\.bandit|bandit\.ya?ml|\.gitleaks(ignore|\.toml)|\.?osv-scanner\.toml|\.trivyignore(\.ya?ml)?|trivy(-secret)?\.ya?ml|\.hadolint\.ya?ml)(\/|$)/i;

const QUIET_SEMGREP = { SEMGREP_SEND_METRICS: 'off', SEMGREP_ENABLE_VERSION_CHECK: '0' };

/** Rules that semgrep would fetch: names of its registry, and addresses. */
const isFetched = (rules: string): boolean => /^(auto$|[prs]\/|https?:)/i.test(rules);

const isDockerfile = (path: string): boolean =>
  /(^|\/)((Docker|Container)file(\.[^/]+)?|[^/]+\.dockerfile)$/i.test(path);

export const scanners: readonly Scanner[] = [
  {
    id: 'semgrep',
    adds: 'patterns of weak code in thirty languages, as far as the rules you give it go',
    checks: ['2.1.1', '2.1.2', '2.3.1'],
    env: QUIET_SEMGREP,
    scan: {
      format: 'semgrep',
      toStdout: false,
      complete: [0],
      takes: {
        what: 'a file or folder of rules, or a name of its registry such as p/security-audit',
        required: true,
      },
      ignores:
        '# nosemgrep comments (--disable-nosem) and .gitignore (--no-git-ignore); .semgrepignore is left out',
      plan: ({ out, given }) => ({
        // A name that begins with a dash would be taken for an option.
        args: [
          'scan',
          '--json',
          `--output=${out}`,
          '--metrics=off',
          '--disable-version-check',
          '--disable-nosem',
          '--no-git-ignore',
          '--quiet',
          `--config=${given}`,
          '.',
        ],
        env: QUIET_SEMGREP,
        network: isFetched(given)
          ? `the rules ${given} are fetched from semgrep.dev; nothing of the target is sent`
          : null,
      }),
    },
  },
  {
    id: 'gitleaks',
    adds: 'secrets in files, by about 200 patterns of providers',
    checks: ['2.2.2'],
    scan: {
      format: 'gitleaks',
      toStdout: false,
      complete: [0],
      takes: null,
      ignores:
        'gitleaks:allow comments (--ignore-gitleaks-allow); .gitleaks.toml and .gitleaksignore are left out',
      plan: ({ out }) => ({
        args: [
          'dir',
          '.',
          '--report-format=json',
          `--report-path=${out}`,
          '--redact=100',
          '--ignore-gitleaks-allow',
          '--exit-code=0',
          '--no-banner',
          '--log-level=error',
        ],
        env: {},
        network: null,
      }),
    },
  },
  {
    id: 'osv-scanner',
    adds: 'known vulnerabilities of dependencies in the lockfiles of all ecosystems',
    checks: ['1.3.2'],
    scan: {
      format: 'osv-scanner',
      toStdout: true,
      // 1: something was found. 127 and 128 mean that it could not look, or found nothing to look at.
      complete: [0, 1],
      takes: {
        what: 'a folder with an offline copy of OSV; without it the network is asked',
        required: false,
      },
      ignores: '.gitignore (--no-ignore); osv-scanner.toml is left out',
      plan: ({ given }) => ({
        args: [
          'scan',
          'source',
          '--recursive',
          '--format=json',
          '--all-packages',
          '--no-ignore',
          ...(given ? ['--offline'] : []),
          '.',
        ],
        env: given ? { OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: given } : {},
        network: given ? null : 'names and versions of the dependencies are sent to api.osv.dev and deps.dev',
      }),
    },
  },
  {
    id: 'trivy',
    adds: 'vulnerable dependencies, misconfigured containers and clusters, and secrets in one pass',
    checks: ['1.3.2', '3.1.1', '2.2.2'],
    scan: {
      format: 'trivy',
      toStdout: false,
      complete: [0],
      takes: {
        what: "a folder with trivy's own cache; without it its databases are fetched",
        required: false,
      },
      ignores: '.trivyignore, trivy.yaml and trivy-secret.yaml are left out',
      plan: ({ out, given }) => ({
        args: [
          'filesystem',
          '--format=json',
          `--output=${out}`,
          '--scanners=vuln,misconfig,secret',
          '--exit-code=0',
          '--quiet',
          '--disable-telemetry',
          ...(given
            ? ['--skip-db-update', '--skip-check-update', '--offline-scan', `--cache-dir=${given}`]
            : []),
          '.',
        ],
        env: {},
        network: given
          ? null
          : 'its databases are fetched from mirror.gcr.io and ghcr.io; nothing of the target is sent',
      }),
    },
  },
  {
    id: 'bandit',
    adds: 'weak calls and settings in Python code',
    checks: ['2.1.2', '2.1.3', '2.3.1'],
    scan: {
      format: 'bandit',
      toStdout: false,
      complete: [0],
      takes: null,
      ignores: '# nosec comments (--ignore-nosec); .bandit is left out',
      plan: ({ out }) => ({
        args: [
          '--recursive',
          '.',
          '--format',
          'json',
          '--output',
          out,
          '--ignore-nosec',
          '--exit-zero',
          '--quiet',
        ],
        env: {},
        network: null,
      }),
    },
  },
  {
    id: 'hadolint',
    adds: 'bad practice in Dockerfiles, and in the shell lines within them',
    checks: ['3.1.1'],
    scan: {
      format: 'sarif',
      toStdout: true,
      complete: [0],
      takes: null,
      ignores: 'hadolint ignore comments (--disable-ignore-pragma); .hadolint.yaml is left out',
      plan: ({ files }) => ({
        args: [
          '--format',
          'sarif',
          '--no-fail',
          '--disable-ignore-pragma',
          '--',
          ...files.filter(isDockerfile).map((f) => `./${f}`),
        ],
        env: {},
        network: null,
      }),
    },
  },
  {
    id: 'docker',
    adds: 'the escape and privilege tests of 3.1 by hand, on an image you build yourself',
    checks: ['3.1.2', '3.1.4'],
    scan: null,
  },
  {
    id: 'bwrap',
    adds: 'a sandbox without a network, for starting a server by hand to see what it says and opens',
    checks: ['3.1.4', '3.2.1'],
    scan: null,
  },
  {
    id: 'gh',
    adds: 'pull requests, reviews and advisories on GitHub, which no clone holds',
    checks: ['1.1.4', '1.2.3'],
    scan: null,
  },
];
