import type { ToolWords } from '../analysis/tool-text/toxic.ts';
import { parsePackage } from '../domain/package-name.ts';
import type { StartFact, StartRule } from '../policy/subject.ts';
import { redactSecrets } from '../text/redact.ts';
import { acrossServers, type Beside } from './across.ts';
import { clientTitle, type Scope, type Shape } from './clients.ts';
import type { DiscoveredServer, KnownAuditOf, SeenFile } from './discovery.ts';
import { type Configured, readConfiguration } from './read-configuration.ts';
import { masker, type PlainSecret, secretsOf } from './secrets-of.ts';
import { type Start, startOf } from './start.ts';

/** From the texts of configurations to servers with answers. Pure. */

/** A configuration, as it was found. */
export type FoundFile = {
  client: string;
  scope: Scope;
  shape: Shape;
  path: string;
  /** Whose it is: the folder of a home, '*' for everybody's, '' where that is not known. */
  home: string;
  project: string;
  read: { text: string } | { why: string };
  /** Null where permissions say nothing: of a copy, and where the system has none. */
  access: { mode: number; readableByOthers: boolean; writableByOthers: boolean } | null;
};

/** A server of a file, before it is held against others. */
export type Entry = {
  file: FoundFile;
  configured: Configured;
  approved: string[];
  secrets: PlainSecret[];
  shown(text: string): string;
  start: Start;
  key: string;
  project: string;
};

/** An audit that is here, as far as it says which server it is of. */
export type AuditKnown = {
  kind: 'session' | 'submission';
  id: string;
  day: string;
  commit: string;
  tags: readonly string[];
  /** As it was opened: `npm:x@1.2.3`; '' for a repository. */
  source: string;
  ids: readonly string[];
  /** What the audited repository publishes as, by its own word. */
  claims: readonly string[];
  /** The folder it was opened from; '' for none. */
  folder: string;
  tools: readonly ToolWords[] | null;
};

export type Described = { files: SeenFile[]; entries: Entry[]; projects: { home: string; path: string }[] };

/** Files that hold much else: without a word of servers in them they are none of ours to list. */
const ASIDE: ReadonlySet<Shape> = new Set([
  'vscode-settings',
  'claude-settings',
  'devcontainer',
  'zed',
  'continue-json',
]);

/** The file's own words for a project, as its folders are named in `projectOf`. */
export const describeFiles = (
  files: readonly FoundFile[],
  projectOf: (home: string, path: string) => string = (_, path) => path,
): Described => {
  const described: Described = { files: [], entries: [], projects: [] };
  const approvals = new Map<string, { all: string[]; projects: string[] }>();
  for (const file of files) {
    const { read } = file;
    const found =
      'why' in read
        ? { ok: false as const, why: read.why }
        : readConfiguration(file.path, file.shape, read.text);
    const servers = found.ok ? found.servers : [];
    const says = found.ok ? [...found.approved, ...found.approvedOfProjects] : [];
    if (found.ok && ASIDE.has(file.shape) && servers.length + found.odd.length + says.length === 0) continue;
    described.files.push({
      client: file.client,
      scope: file.scope,
      path: file.path,
      project: file.project,
      state: found.ok ? 'read' : 'could-not-read',
      why: found.ok ? redactSecrets(found.odd.join('; ')) : found.why,
      servers: servers.length,
      says,
      mode: file.access && `0${(file.access.mode & 0o777).toString(8).padStart(3, '0')}`,
    });
    if (!found.ok) continue;
    const of = `${file.home}\0${file.client}`;
    const before = approvals.get(of) ?? { all: [], projects: [] };
    approvals.set(of, {
      all: [...before.all, ...found.approved],
      projects: [...before.projects, ...found.approvedOfProjects],
    });
    described.projects.push(...found.projects.map((path) => ({ home: file.home, path })));
    for (const configured of servers) {
      const secrets = secretsOf(configured);
      const shown = masker(configured, secrets);
      const project = configured.project === '' ? file.project : projectOf(file.home, configured.project);
      described.entries.push({
        file,
        configured,
        approved: configured.approved,
        secrets,
        shown,
        start: startOf(configured, shown, project),
        key: [file.client, file.path, project, shown(configured.name), configured.line].join('|'),
        project,
      });
    }
  }
  for (const e of described.entries) {
    const whole = approvals.get(`${e.file.home}\0${e.file.client}`);
    const said = [...(whole?.all ?? []), ...(e.file.scope === 'project' ? (whole?.projects ?? []) : [])];
    e.approved = [...new Set([...e.approved, ...said])].map(e.shown);
  }
  return described;
};

const seen = (says: string[]): StartFact => ({ state: 'seen', says });
const notSeen = (...says: string[]): StartFact => ({ state: 'not-seen', says });
const couldNot = (why: string): StartFact => ({ state: 'could-not-look', says: [why] });

const NO_ACCESS = 'permissions of a copy, or of this system, say nothing here';

const secretFact = (e: Entry): StartFact => {
  const real = e.secrets.filter((s) => s.placeholder === null);
  if (real.length > 0) return seen([...new Set(real.map((s) => e.shown(s.at)))]);
  return notSeen(...new Set(e.secrets.map((s) => `${e.shown(s.at)}: ${s.placeholder}`)));
};

const answersOf = (
  e: Entry,
  localWritable: boolean | null,
): Omit<Record<StartRule, StartFact>, 'duplicate' | 'shadowing' | 'toxic'> => {
  const { access } = e.file;
  const secret = secretFact(e);
  const writable = [
    ...(access?.writableByOthers ? [e.file.path] : []),
    ...(localWritable ? [e.shown(e.start.file)] : []),
  ];
  return {
    unpinned: e.start.unpinned,
    remote: e.start.remote,
    shell: e.start.shell,
    'plain-secret': secret,
    'plain-http': e.start.plainHttp,
    'readable-by-others':
      secret.state !== 'seen'
        ? notSeen('no credential stands in it')
        : !access
          ? couldNot(NO_ACCESS)
          : access.readableByOthers
            ? seen([e.file.path])
            : notSeen(),
    'writable-by-others': writable.length > 0 ? seen(writable) : access ? notSeen() : couldNot(NO_ACCESS),
    'approved-unasked': e.approved.length > 0 ? seen(e.approved) : notSeen(),
  };
};

const inside = (path: string, folder: string): boolean =>
  folder !== '' && (path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`));

const speaksOf = (a: AuditKnown, { start }: Entry): boolean =>
  [...a.ids, ...a.claims].some((id) => start.ids.some((own) => own.toLowerCase() === id.toLowerCase())) ||
  (start.kind === 'local' && start.file !== '' && inside(start.file, a.folder));

/** Whether an audit is of what is started. */
const sameAs = (a: AuditKnown, { start }: Entry): Pick<KnownAuditOf, 'same' | 'why'> => {
  const started = parsePackage(start.source);
  const audited = parsePackage(a.source);
  if (started && audited) {
    if (!start.exact) return { same: 'not-known', why: 'which version is started is not fixed' };
    return started.version === audited.version
      ? { same: 'yes', why: '' }
      : {
          same: 'no',
          why: `version ${audited.version || 'of its day'} was audited, ${started.version} is started`,
        };
  }
  const ref = /#([0-9a-f]{40})$/.exec(start.source)?.[1];
  if (ref)
    return ref === a.commit
      ? { same: 'yes', why: '' }
      : { same: 'no', why: `another commit is started: ${ref.slice(0, 12)}` };
  if (start.kind === 'local') return { same: 'not-known', why: 'the folder may be another one since' };
  const tag = started && a.tags.find((t) => t.replace(/^v/, '') === started.version);
  return {
    same: 'not-known',
    why: tag
      ? `the audited commit has the tag ${tag}; whether the package was built from it was not compared`
      : 'whether what is started was built from the audited commit was not compared',
  };
};

/**
 * Answers for every server; `localWritable` says of a file of this machine whether others may change it, `noDatabase` that the
 * audits of others could not be looked up.
 */
export const assemble = (
  { entries }: Described,
  audits: readonly AuditKnown[],
  where: { noDatabase?: boolean; localWritable?: ((path: string) => boolean | null) | undefined } = {},
): DiscoveredServer[] => {
  const localWritable = where.localWritable ?? (() => null);
  const known = entries.map((e) =>
    audits.filter((a) => speaksOf(a, e)).sort((a, b) => (a.day < b.day ? 1 : -1)),
  );
  const at = (e: Entry): string =>
    `${clientTitle(e.file.client)}, ${e.file.path}:${e.configured.line}${e.project === '' || e.file.scope === 'project' ? '' : ` for ${e.project}`}`;
  const words = entries.map((e) =>
    e.shown(
      e.configured.url !== '' ? e.configured.url : [e.configured.command, ...e.configured.args].join(' '),
    ),
  );
  const withTools = known.map((of) => of.find((a) => a.tools !== null) ?? null);
  const across = acrossServers(
    entries.map(
      (e, i): Beside => ({
        key: e.key,
        name: e.shown(e.configured.name),
        client: e.file.client,
        home: e.file.home,
        project: e.project,
        enabled: e.configured.enabled,
        ids: e.start.ids,
        words: words[i]!,
        at: at(e),
        tools: withTools[i]?.tools ?? null,
      }),
    ),
  );
  return entries.map((e, i): DiscoveredServer => {
    const { file, configured: c, start } = e;
    return {
      key: e.key,
      name: e.shown(c.name),
      client: file.client,
      scope: file.scope,
      project: e.project,
      path: file.path,
      line: c.line,
      enabled: c.enabled,
      start: {
        kind: start.kind,
        words: words[i] || '(built in)',
        target: start.source,
        env: c.env.map(([name]) => e.shown(name)),
        headers: c.headers.map(([name]) => e.shown(name)),
      },
      ids: start.ids,
      answers: {
        ...answersOf(e, start.file === '' ? null : localWritable(start.file)),
        ...across.get(e.key)!,
      },
      audited:
        known[i]!.length > 0
          ? seen(known[i]!.map((a) => a.id))
          : where.noDatabase
            ? couldNot('no session here, and no clone of the audit database is known')
            : notSeen('no session here, and no audit by its name in the clone of the database'),
      audits: known[i]!.map((a) => ({
        kind: a.kind,
        id: a.id,
        day: a.day,
        commit: a.commit,
        ...sameAs(a, e),
      })),
      tools: withTools[i] ? { from: withTools[i]!.id, names: withTools[i]!.tools!.map((t) => t.name) } : null,
    };
  });
};
