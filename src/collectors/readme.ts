import { environmentReads, isAmbientVariable } from '../analysis/environment-variables.ts';
import { type Launch, launchesIn, pipedDownloads } from '../analysis/launch-commands.ts';
import { readMarkdown } from '../analysis/markdown.ts';
import {
  baseName,
  below,
  depthOf,
  extensionOf,
  isExamplePath,
  isGeneratedPath,
  isTestPath,
  isVendoredPath,
  languageOf,
} from '../analysis/paths.ts';
import { readTexts } from '../analysis/read-texts.ts';
import { byCodePoint, count, listed, plural, share } from '../analysis/words.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gathered,
  type ItemDraft,
  lead,
  strength,
} from './collector.ts';

const CHECKS = ['1.2.2'];

/** What an operator needs to know, by the headings it is usually found under; `text` counts where no heading does. */
const SECTIONS: readonly { name: string; heading: RegExp; text?: RegExp }[] = [
  { name: 'installation', heading: /install|getting started|quick ?start|set ?up|usage with/i },
  { name: 'configuration', heading: /config|settings|options|parameters|arguments|set ?up/i },
  {
    name: 'environment variables',
    heading: /environment|env(?:ironment)?[ .]?vars?|\.env/i,
    text: /environment variables?/i,
  },
  {
    name: 'transports',
    heading: /transport|streamable|\bsse\b|\bstdio\b|\bhttp\b|remote server/i,
    text: /\bstdio\b|streamable[- ]http|\bSSE\b/,
  },
  { name: 'security', heading: /security|safety|threat|trust|risk/i },
  {
    name: 'permissions',
    heading: /permission|scope|access control|auth|capabilit|read[- ]only/i,
    text: /\b(?:scopes?|permissions?|read[- ]only)\b/i,
  },
  { name: 'tools', heading: /tools?\b|features|capabilit|commands|functions/i },
  { name: 'removal', heading: /uninstall|remov|clean ?up/i, text: /\buninstall/i },
  {
    name: 'data and privacy',
    heading: /privacy|telemetry|data (?:collection|handling|retention)|analytics/i,
    text: /telemetry|privacy policy/i,
  },
];

/** A switch or a limit that only speaks of secrets. */
const ABOUT_SECRETS =
  /^(?:MASK|HIDE|REDACT|ENABLE|DISABLE|ALLOW|USE|MAX|MIN|LOG)_|(?:^|_)(?:MAX|MIN)_|_(?:TTL|TIMEOUT|LIMIT|COUNT|BUDGET|TYPE|HEADER|NAME|EXPIRY|EXPIRATION|EXPIRES_IN|ENDPOINT|URL|ALGORITHM)$|_TOKENS$|KEYWORD|MONKEY/;

const MOST_DOCUMENTS = 200;
const MOST_LEADS = 25;

export const readme: Collector = {
  id: 'readme',
  title: 'Documentation for operators',
  about:
    'Which parts an operator needs are documented, which variables are, and which commands run unpinned code.',
  async collect(context) {
    const { tree, target } = context;
    const items: ItemDraft[] = [];
    const path = tree.allEntries
      .map((e) => e.path)
      .filter(
        (p) =>
          /^readme(\.(md|rst|txt|adoc|markdown))?$/i.test(baseName(p)) &&
          (target.subdir !== '' && p.startsWith(`${target.subdir}/`)
            ? depthOf(below(p, target.subdir)) === 0
            : depthOf(p) === 0),
      )
      .sort((a, b) => depthOf(b) - depthOf(a) || byCodePoint(a, b))[0];
    const source = path ? await tree.text(path) : null;
    if (!path || source === null)
      items.push(
        lead('no-readme', CHECKS, path ? `${path} could not be read` : 'No README', {
          strength: 'moderate',
          detail: path
            ? 'It is binary or larger than this tool reads.'
            : 'Looked for at the root and in the audited folder.',
          reproduce: 'git ls-tree --name-only {commit}',
        }),
      );
    else items.push(...sections(path, source));
    const variables = await environment(context, path ?? null, source ?? '');
    const commands = await documentCommands(context);
    items.push(...variables.items, ...commands.items);
    return gathered(
      `${path ?? 'no README'}, ${plural(commands.documents, 'document')}, ${plural(variables.files, 'source file')} for environment variables`,
      items,
    );
  },
};

const sections = (path: string, source: string): ItemDraft[] => {
  const { headings, lines } = readMarkdown(source);
  const seen = SECTIONS.map((s) => {
    const heading = headings.find((h) => s.heading.test(h.title));
    return {
      name: s.name,
      line: heading?.line ?? lines.find((l) => s.text?.test(l.text))?.line ?? 0,
      title: heading?.title ?? '',
    };
  });
  const present = seen.filter((s) => s.line > 0);
  const missing = seen.filter((s) => s.line === 0).map((s) => s.name);
  return [
    fact('sections', CHECKS, `${path}: ${present.length} of ${SECTIONS.length} parts an operator needs`, {
      detail: `${present.map((s) => `${s.name}: line ${s.line}${s.title ? ` "${s.title.slice(0, 60)}"` : ' (in the text)'}`).join('\n')}${missing.length > 0 ? `\nNot found: ${missing.join(', ')}.` : ''}`,
      at: { path, startLine: present[0]?.line ?? 1 },
    }),
    ...(missing.includes('security')
      ? [
          lead('no-security-section', [...CHECKS, '4.2.3'], `${path} has no section on security`, {
            strength: 'weak',
            detail: `${plural(headings.length, 'heading')}: ${listed(
              headings.filter((h) => h.level < 4).map((h) => h.title.slice(0, 40)),
              20,
            )}`,
            at: { path, startLine: 1 },
          }),
        ]
      : []),
    ...seen
      .filter((s) => s.name === 'security' && s.line > 0)
      .map((s) =>
        fact('security-section', [...CHECKS, '4.2.3'], `${path} says something on security`, {
          detail: s.title,
          at: { path, startLine: s.line, endLine: s.line + 12 },
        }),
      ),
  ];
};

const environment = async (
  { tree, target, signal }: CollectContext,
  readmePath: string | null,
  readmeText: string,
): Promise<{ items: ItemDraft[]; files: number }> => {
  const sources = tree.entries.filter((e) => {
    const p = below(e.path, target.subdir);
    return (
      (e.kind === 'file' || e.kind === 'executable') &&
      languageOf(e.path) !== null &&
      ![isTestPath, isExamplePath, isVendoredPath, isGeneratedPath].some((no) => no(p))
    );
  });
  const read = new Map<string, { path: string; line: number }[]>();
  for await (const { entry, text } of readTexts(tree, sources, signal))
    for (const { name, line } of environmentReads(text ?? '')) {
      const places = read.get(name);
      if (places) places.push({ path: entry.path, line });
      else read.set(name, [{ path: entry.path, line }]);
    }
  const names = [...read.keys()].filter((n) => !isAmbientVariable(n)).sort(byCodePoint);
  if (names.length === 0) return { items: [], files: sources.length };

  const documents = [
    readmePath,
    ...tree.allEntries
      .map((e) => e.path)
      .filter(
        (p) =>
          /(^|\/)(\.env\.(example|sample|template)|server\.json|manifest\.json|smithery\.yaml)$/.test(p) ||
          (extensionOf(p) === 'md' && depthOf(p) <= 2 && p !== readmePath),
      ),
  ]
    .filter((p) => p !== null)
    .slice(0, 60);
  const words = new Set<string>(readmeText.match(/[A-Za-z_][A-Za-z0-9_]+/g) ?? []);
  for (const path of documents.slice(1))
    for (const w of ((await tree.text(path)) ?? '').slice(0, 1_000_000).match(/[A-Za-z_][A-Za-z0-9_]+/g) ??
      [])
      words.add(w);
  const undocumented = names.filter((n) => !words.has(n));
  const where = (n: string) =>
    `${n}: ${listed(
      read.get(n)!.map((p) => `${p.path}:${p.line}`),
      3,
    )}`;
  const first = read.get((undocumented[0] ?? names[0])!)![0]!;
  const at = { path: first.path, startLine: first.line };
  const items: ItemDraft[] = [
    undocumented.length === 0
      ? strength(
          'environment-variables',
          [...CHECKS, '2.3.3'],
          `All ${plural(names.length, 'environment variable')} read in the code are documented`,
          { class: 'configuration', detail: listed(names, 60), at },
        )
      : fact(
          'undocumented-variables',
          [...CHECKS, '2.3.3'],
          `${share(undocumented.length, names.length)} environment variables are read but not documented`,
          { class: 'configuration', detail: undocumented.slice(0, 40).map(where).join('\n'), at },
        ),
  ];
  const secret = names.filter(
    (n) => /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE/i.test(n) && !ABOUT_SECRETS.test(n),
  );
  for (const name of secret.slice(0, 30))
    items.push(
      fact('secret-variable', ['2.2.1'], `A secret enters by the environment: ${name}`, {
        class: 'secret-exposure',
        detail: where(name),
        at: { path: read.get(name)![0]!.path, startLine: read.get(name)![0]!.line },
      }),
    );
  return { items, files: sources.length };
};

const documentCommands = async ({
  tree,
  target,
  signal,
}: CollectContext): Promise<{ items: ItemDraft[]; documents: number }> => {
  const documents = tree.allEntries
    .filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        (/\.(md|mdx|rst|txt|adoc)$/i.test(e.path) ||
          /(^|\/)(\.mcp\.json|mcp\.json|gemini-extension\.json|claude_desktop_config\.json|smithery\.yaml)$/.test(
            e.path,
          )),
    )
    .filter(
      (e) =>
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)) &&
        !/(^|\/)(CHANGELOG|LICEN[CS]E|requirements)[^/]*$|(^|\/)\.?changes(et)?\//i.test(e.path),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path) || byCodePoint(a.path, b.path))
    .slice(0, MOST_DOCUMENTS);
  const launches = new Map<string, { launch: Launch; places: { path: string; line: number }[] }>();
  const piped: { path: string; line: number; text: string }[] = [];
  for await (const { entry, text } of readTexts(tree, documents, signal)) {
    const { lines } = readMarkdown(text ?? '');
    lines.forEach(({ text: line, line: number, fenced }, i) => {
      // Client configuration puts the command and its arguments on neighbouring lines.
      const joined = /"command"\s{0,3}:|\\$/.test(line)
        ? [line, ...lines.slice(i + 1, i + 8).map((l) => l.text)].join(' ')
        : line;
      if (fenced || /`/.test(line) || /"command"/.test(line) || !/\.(md|mdx|rst)$/i.test(entry.path))
        for (const launch of launchesIn(joined.replace(/\\ /g, ' '))) {
          const key = `${launch.tool} ${launch.target}`;
          const known = launches.get(key);
          if (known) known.places.push({ path: entry.path, line: number });
          else launches.set(key, { launch, places: [{ path: entry.path, line: number }] });
        }
      for (const command of pipedDownloads(line))
        piped.push({ path: entry.path, line: number, text: command });
    });
  }
  const items: ItemDraft[] = [];
  const all = [...launches.values()];
  const loose = all.filter((l) => l.launch.pin !== 'exact');
  for (const { launch, places } of loose.slice(0, MOST_LEADS))
    items.push(
      lead(
        'unpinned-launch',
        ['1.3.4'],
        `Documented: ${launch.tool} ${launch.target}${launch.pin === 'none' ? ', no version' : ', a version that moves'}`,
        {
          class: 'supply-chain',
          cwe: ['CWE-494'],
          strength: 'weak',
          detail: `Whatever is published at that moment runs with the user's rights. In ${plural(places.length, 'place')}: ${listed(
            places.map((p) => `${p.path}:${p.line}`),
            6,
          )}`,
          at: { path: places[0]!.path, startLine: places[0]!.line },
        },
      ),
    );
  if (loose.length > MOST_LEADS)
    items.push(
      fact('unpinned-launch-more', ['1.3.4'], `${count(loose.length - MOST_LEADS)} more unpinned commands`, {
        reproduce: "git grep -n -E 'npx|uvx|docker run' {commit} -- '*.md'",
        class: 'supply-chain',
        detail: listed(
          loose.slice(MOST_LEADS).map((l) => `${l.launch.tool} ${l.launch.target}`),
          40,
        ),
      }),
    );
  if (all.length > 0 && loose.length === 0)
    items.push(
      strength(
        'pinned-launch',
        ['1.3.4'],
        `All ${plural(all.length, 'documented command')} that fetch code name an exact version`,
        { class: 'supply-chain', at: { path: all[0]!.places[0]!.path, startLine: all[0]!.places[0]!.line } },
      ),
    );
  for (const p of piped.slice(0, MOST_LEADS))
    items.push(
      lead('piped-download', ['1.3.4'], 'Documented: a download piped into a shell', {
        class: 'supply-chain',
        cwe: ['CWE-494'],
        strength: 'moderate',
        detail: p.text,
        at: { path: p.path, startLine: p.line },
      }),
    );
  return { items, documents: documents.length };
};
