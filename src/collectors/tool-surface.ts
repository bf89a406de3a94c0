import { packageFolders } from '../analysis/files/package-folders.ts';
import { byCodePoint, count, plural } from '../analysis/files/words.ts';
import { unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { SURFACE_LANGUAGES } from '../analysis/surface/read-surface.ts';
import { serverSurface } from '../analysis/surface/server-surface.ts';
import { type FoundEntry, MOST_ENTRIES, type ScannedSurface } from '../analysis/surface/surface-entry.ts';
import { type Surface, type SurfaceTool, surface } from '../domain/evidence.ts';
import { redactSecrets } from '../text/redact.ts';
import { type CollectContext, type Collector, gap, gathered, type ItemDraft } from './collector.ts';
import { documented, hints, transports } from './tool-surface/claims.ts';
import { describeTools } from './tool-surface/definitions.ts';
import { overview } from './tool-surface/overview.ts';

export const toolSurface: Collector = {
  id: 'tool-surface',
  title: 'Tools, resources and prompts',
  about: 'What the server offers to a client, as its sources define it.',
  timeoutMs: 240_000,
  large: true,
  async collect(context) {
    const { tree, target, reading, signal, progress } = context;
    const items: ItemDraft[] = [];
    const { found, read, where, unread, candidates } = await serverSurface({
      tree,
      reading,
      subdir: target.subdir,
      signal,
      progress: (n) => progress(`reading tools in ${count(n)} files`),
    });

    items.push(...(await unreadCodeGap({ tree, reading, subdir: target.subdir, signal }, 'tools')));
    if (unread.length > 0)
      items.push(
        gap(
          'unread-sources',
          ['2.1.1', '2.4.1'],
          `${plural(unread.length, 'source file')} not read for tools`,
          {
            detail: unread
              .slice(0, 10)
              .map((u) => `${u.path}: ${u.why}`)
              .join('\n'),
          },
        ),
      );

    if (found.truncated)
      items.push(
        gap(
          'too-many-definitions',
          ['2.1.1', '2.4.1'],
          `More than ${count(MOST_ENTRIES)} definitions: the rest was not read`,
          {
            class: 'tool-poisoning',
          },
        ),
      );
    await describeFromFiles(context, found.entries);
    // A loop over definitions registers what is listed anyway; only without any such list is it the sole trace of a tool.
    const literal = found.entries.filter((e) => e.kind === 'tool' && e.certainty !== 'dynamic');
    const entries = found.entries
      .filter((e) => !(e.relisted && e.kind === 'tool' && literal.length > 0))
      .sort((a, b) => byCodePoint(a.path, b.path) || a.line - b.line || byCodePoint(a.name, b.name));
    const computed = found.entries.filter((e) => e.kind === 'tool' && e.certainty === 'dynamic');
    const tools = entries.filter((e) => e.kind === 'tool');

    const packageOf = packageFolders(tree.allEntries);
    items.push(
      ...overview(entries, found, computed, packageOf),
      ...describeTools(tools, packageOf),
      ...hints(tools),
      ...transports(found),
    );
    items.push(...(await documented(context, literal)));
    const leftOut =
      where === 'server'
        ? 'tests, examples, helper scripts, generated and vendored files left out'
        : 'found only in examples, helper scripts or generated files';
    const searched = `${plural(read, 'source file')}; ${leftOut}`;
    if (candidates === 0 && items.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `no file in ${SURFACE_LANGUAGES}`,
        message: 'There is no source in a language this tool reads for MCP definitions.',
      };
    return gathered(searched, items, { surface: toSurface(entries, found) });
  },
};

/** What a definition has and nobody could read: not the same as none. */
const unreadOf = (e: FoundEntry): Pick<SurfaceTool, 'unread'> => {
  const unread = [
    ...(e.params === null ? (['parameters'] as const) : []),
    ...(e.description.trim() === '' && e.descriptionFrom !== null ? (['description'] as const) : []),
  ];
  return unread.length > 0 ? { unread: [...unread] } : {};
};

const toSurface = (entries: readonly FoundEntry[], found: ScannedSurface): Surface => {
  const common = (e: FoundEntry) => ({
    name: e.name,
    path: e.path,
    line: e.line,
    description: redactSecrets(e.description),
    certainty: e.certainty,
  });
  const of = (kind: FoundEntry['kind']) => entries.filter((e) => e.kind === kind);
  return surface.parse({
    tools: of('tool').map((e) => ({
      ...common(e),
      params: (e.params ?? [])
        .filter((p) => !p.more)
        .map(({ name, type, constraints }) => ({ name, type, constraints })),
      annotations: e.annotations,
      handler: e.handler,
      sinks: [],
      ...unreadOf(e),
    })),
    resources: of('resource').map(common),
    prompts: of('prompt').map(common),
    transports: found.transports,
  });
};

/** A description read from a text file by a helper: `load("area/name")` with one file of that name in the tree. */
const describeFromFiles = async (
  { tree, signal }: CollectContext,
  entries: readonly FoundEntry[],
): Promise<void> => {
  const wanted = entries.filter((e) => e.description === '' && e.descriptionFrom !== null).slice(0, 1000);
  if (wanted.length === 0) return;
  const bySuffix = new Map<string, string[]>();
  for (const { path } of tree.entries.filter((t) => /\.(md|txt|prompt|jinja2?|j2|rst)$/.test(t.path))) {
    const parts = path.replace(/\.[^./]+$/, '').split('/');
    for (const length of [1, 2, 3]) {
      const key = parts.slice(-length).join('/');
      bySuffix.set(key, [...(bySuffix.get(key) ?? []).slice(0, 3), path]);
    }
  }
  for (const e of wanted) {
    signal.throwIfAborted();
    const argument = /\("([\w./-]{1,200})"\)$/
      .exec(e.descriptionFrom ?? '')?.[1]
      ?.replace(/\.(md|txt|prompt|jinja2?|j2|rst)$/, '');
    const paths = argument ? bySuffix.get(argument.split('/').slice(-3).join('/')) : undefined;
    const text = paths?.length === 1 ? await tree.text(paths[0]!) : null;
    if (text) e.description = text.slice(0, 20_000).trim();
  }
};
