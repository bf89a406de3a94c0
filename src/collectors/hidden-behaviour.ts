import type { Behaviour } from '../analysis/behaviour/behaviours.ts';
import type { InstallScript } from '../analysis/behaviour/hooks.ts';
import { below, extensionOf, isVendoredPath } from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { byCodePoint, count, listed, plural } from '../analysis/files/words.ts';
import type { Module } from '../analysis/sources/ir.ts';
import { readServerSources } from '../analysis/sources/server-sources.ts';
import { unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { serverSurface } from '../analysis/surface/server-surface.ts';
import { type Collector, gap, gathered, type ItemDraft, lead } from './collector.ts';

const MOST_HOOK_BYTES = 300_000;
/** Sources that run at installation, which are no part of the server. */
const HOOK_FILE =
  /(^|\/)(?:setup\.py|build\.rs)$|(^|\/)(?:scripts?|install|bin|tools?)\/[^/]+\.[cm]?js$|^[^/]+\.[cm]?js$/;

/** All that this collector speaks to. */
const CHECKS = ['1.3.4', '2.1.2', '2.1.4', '2.2.1', '2.2.4', '2.3.2', '2.4.1', '2.4.4', '3.2.1'];

const ADVICE: Record<string, string> = {
  'secrets-sent': 'Follow what was read to what is sent, and whose host that is.',
  'install-hook': 'Read what it runs before installing anything: it runs first.',
  trigger: 'See what happens on the other side of the test, and who can bring it about.',
};

const itemOf = (b: Behaviour): ItemDraft => {
  const [first] = b.seen;
  return lead(b.rule, [...b.checks], b.title, {
    class: b.class,
    cwe: [b.cwe],
    strength: b.strength,
    detail: [
      ...b.seen.map((s) => `${s.path}:${s.line} ${s.say}`),
      ...(b.tools.length > 0
        ? [`Reached from ${listed([...new Set(b.tools.map((t) => t.name))], 6)}, whose text does not say so.`]
        : []),
    ].join('\n'),
    advice: ADVICE[b.rule] ?? 'See whether any text announces this, and what it is for.',
    at: { path: first!.path, startLine: first!.line },
    places: b.seen.slice(1).map((s) => ({ path: s.path, startLine: s.line })),
  });
};

/** What a script of installation starts was not read: then nobody knows what runs first. */
const unreadPrograms = (
  scripts: readonly InstallScript[],
  read: ReadonlyMap<string, Module>,
): ItemDraft[] => {
  const lost = scripts.filter((s) => s.file !== null && !read.has(s.file));
  return lost.length === 0
    ? []
    : [
        gap(
          'installation-not-read',
          ['1.3.4', '2.4.1'],
          `${plural(lost.length, 'program')} of installation ${lost.length === 1 ? 'was' : 'were'} not read: ${listed(
            lost.map((s) => s.file!),
            3,
          )}`,
          {
            class: 'supply-chain',
            detail: lost.map((s) => `${s.path} ${s.name}: ${s.command.slice(0, 160)}`).join('\n'),
            advice: 'Read it before installing anything: it runs first.',
          },
        ),
      ];
};

export const hiddenBehaviour: Collector = {
  id: 'hidden-behaviour',
  title: 'Behaviour that no text announces',
  about:
    'Secrets read and sent, code decoded or downloaded and run, profiles and client configurations written, triggers, install hooks, and tools that do more than they say.',
  timeoutMs: 300_000,
  large: true,
  async collect({ tree, target, reading, signal, progress }) {
    const sources = await readServerSources(tree, reading, target.subdir, signal);
    const modules: Module[] = [];
    const texts = new Map<string, string>();
    for (const s of sources.sources) {
      signal.throwIfAborted();
      texts.set(s.path, s.text);
      if (await reading.reader(extensionOf(s.path)).catch(() => null))
        modules.push(await reading.module(s.path, s.text));
    }
    const files = tree.entries.filter(
      (e) => (e.kind === 'file' || e.kind === 'executable') && !isVendoredPath(below(e.path, target.subdir)),
    );
    const manifests = new Map<string, string>();
    for await (const { entry, text } of readTexts(
      tree,
      files.filter((e) => /(^|\/)package\.json$/.test(e.path)).slice(0, 500),
      signal,
    ))
      if (text !== null) manifests.set(entry.path, text);
    const hooks: Module[] = [];
    for await (const { entry, text } of readTexts(
      tree,
      files
        .filter((e) => HOOK_FILE.test(e.path) && e.size <= MOST_HOOK_BYTES && !texts.has(e.path))
        .slice(0, 300),
      signal,
    ))
      if (text !== null && (await reading.reader(extensionOf(entry.path)).catch(() => null)))
        hooks.push(await reading.module(entry.path, text));
    const unread = await unreadCodeGap({ tree, reading, subdir: target.subdir, signal }, 'hidden behaviour');
    if (modules.length + manifests.size + hooks.length + unread.length === 0)
      return {
        outcome: 'not-applicable',
        searched: 'no source of a server and no package.json',
        message: 'There is no source in a language this tool follows.',
      };
    const surface = await serverSurface({
      tree,
      reading,
      subdir: target.subdir,
      signal,
      progress: (n) => progress(`reading definitions in ${count(n)} files`),
    });
    const { reachedIn } = await import('../analysis/behaviour/reach.ts');
    const { behavioursIn } = await import('../analysis/behaviour/behaviours.ts');
    const { hooksOfBuilds, hooksOfPackages, installScripts } = await import('../analysis/behaviour/hooks.ts');
    const { describedElsewhere, listsThatVary } = await import('../analysis/behaviour/lists.ts');
    const { entries, listHandlers } = surface.found;
    const byPath = new Map([...modules, ...hooks].map((m) => [m.path, m]));
    const found: Behaviour[] = [];
    const languages = new Set(modules.map((m) => m.language));
    for (const language of languages) {
      signal.throwIfAborted();
      const reached = reachedIn(
        modules.filter((m) => m.language === language),
        entries,
      );
      found.push(...behavioursIn(reached, entries), ...describedElsewhere(entries, reached, texts));
    }
    found.push(
      ...listsThatVary(listHandlers, texts),
      ...hooksOfPackages(manifests, byPath),
      ...hooksOfBuilds([...modules, ...hooks]),
    );
    const items: ItemDraft[] = found.map(itemOf);
    items.sort(
      (a, b) =>
        byCodePoint(a.at?.path ?? '', b.at?.path ?? '') ||
        (a.at?.startLine ?? 0) - (b.at?.startLine ?? 0) ||
        byCodePoint(a.rule, b.rule),
    );
    const unseen = [...new Set(sources.unread)];
    const missed: ItemDraft[] =
      unseen.length === 0
        ? []
        : [
            gap(
              'unread-sources',
              CHECKS,
              `${plural(unseen.length, 'source file')} not read for hidden behaviour`,
              {
                detail: `Too large, minified, not text, or past the limit of what is read at once: ${listed(unseen, 12)}`,
              },
            ),
          ];
    const scripts = installScripts(manifests);
    const besides = hooks.length > 0 ? `, ${plural(hooks.length, 'program')} of builds beside them` : '';
    return gathered(
      `${plural(modules.length, 'source file')}${besides}, ${plural(manifests.size, 'manifest')} with ${plural(scripts.length, 'script')} of installation, against what ${plural(entries.length, 'definition')} say`,
      [...items, ...missed, ...unreadPrograms(scripts, byPath), ...unread],
    );
  },
};
