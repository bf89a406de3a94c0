import { isManifest } from '../analysis/files/package-folders.ts';
import {
  below,
  extensionOf,
  folderOf,
  isBrowserPath,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
} from '../analysis/files/paths.ts';
import { isLfsPointer, readTexts } from '../analysis/files/read-texts.ts';
import { byCodePoint, count, listed, plural } from '../analysis/files/words.ts';
import type { Module } from '../analysis/sources/ir.ts';
import { isMinified } from '../analysis/sources/minified.ts';
import type { Source } from '../analysis/sources/source.ts';
import { weaknessLanguage } from '../analysis/sources/source.ts';
import { startedFiles, withStarted } from '../analysis/sources/started.ts';
import { unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { packagesOf } from '../analysis/weaknesses/packages.ts';
import { mergeMatches } from './code-weaknesses/merge.ts';
import { type Collector, gap, gathered, type ItemDraft, type TreeEntry } from './collector.ts';

/** Folders of programs around a repository: assistants, editors, hosting sites, hooks. */
const OF_TOOLS =
  /(^|\/)\.(?:claude|cursor|vscode|idea|github|gitlab|husky|githooks|devcontainer|circleci|windsurf|kiro|gemini|codex|copilot)\//i;
/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_000_000;
const LONGEST_MEAN_LINE = 1000;
const SERVES = /modelcontextprotocol|McpServer|fastmcp|mcp\.server|mcp-go/i;

/** Three layers of a text are kept while its package is read. */
const MOST_TOTAL_BYTES = 30_000_000;

export const codeWeaknesses: Collector = {
  id: 'code-weaknesses',
  title: 'Weaknesses seen in the code',
  about:
    'Listeners, sessions, tokens, ciphers, filters, logs and limits that are weak as written, in TypeScript, JavaScript, Python, Go, Rust, Java, and in part C#, PHP and Ruby.',
  timeoutMs: 300_000,
  large: true,
  async collect({ tree, target, reading, signal, progress }) {
    const files = tree.entries.filter(
      (e) => (e.kind === 'file' || e.kind === 'executable') && weaknessLanguage(e.path) !== null,
    );
    const unreadGap = await unreadCodeGap(
      { tree, reading, subdir: target.subdir, signal },
      'weaknesses',
      (path) => weaknessLanguage(path) !== null,
    );
    if (files.length + unreadGap.length === 0)
      return {
        outcome: 'not-applicable',
        searched: 'no file in TypeScript, JavaScript, Python, Go, Rust, Java, C#, PHP or Ruby',
        message: 'There is no source in a language this tool reads for weaknesses.',
      };
    const read = (e: TreeEntry): boolean =>
      !/\.d\.[cm]?ts$/.test(e.path) &&
      !isBrowserPath(below(e.path, target.subdir)) &&
      ![isTestPath, isVendoredPath, isGeneratedPath, isExamplePath].some((is) =>
        is(below(e.path, target.subdir)),
      );
    const handWritten = files.filter(read);
    // Where nothing is written by hand, what was built, or shown as an example, is the server.
    const started = await startedFiles({ tree, reading, subdir: target.subdir, signal });
    const chosen =
      handWritten.length > 0
        ? handWritten
        : files.filter(
            (e) =>
              !/\.d\.[cm]?ts$/.test(e.path) &&
              ![isTestPath, isVendoredPath].some((is) => is(below(e.path, target.subdir))),
          );
    const primary = withStarted(chosen, files, started);
    const { rules } = await import('../analysis/weaknesses/rules/index.ts');

    const manifests = new Map<string, string>();
    for await (const { entry, text } of readTexts(
      tree,
      tree.allEntries.filter((e) => isManifest(e.path) && !isVendoredPath(e.path)).slice(0, 2000),
      signal,
    ))
      manifests.set(
        folderOf(entry.path),
        `${manifests.get(folderOf(entry.path)) ?? ''}${(text ?? '').slice(0, 100_000)}\n`,
      );

    const modules = new Map<string, Module>();
    const sources: Source[] = [];
    const unread: string[] = [];
    let total = 0;
    for await (const { entry, text } of readTexts(tree, primary, signal)) {
      const language = weaknessLanguage(entry.path);
      if (
        text === null ||
        language === null ||
        text.length > MOST_BYTES ||
        isLfsPointer(text) ||
        isMinified(entry.path, text, LONGEST_MEAN_LINE) ||
        total + text.length > MOST_TOTAL_BYTES
      ) {
        unread.push(entry.path);
        continue;
      }
      const local = below(entry.path, target.subdir);
      // What assistants, editors and pipelines run is not the server, whatever it defines.
      if (!started.has(entry.path) && isHelperPath(local) && (OF_TOOLS.test(local) || !SERVES.test(text)))
        continue;
      total += text.length;
      sources.push(await reading.source(entry.path, text));
      if (await reading.reader(extensionOf(entry.path)).catch(() => null))
        modules.set(entry.path, await reading.module(entry.path, text));
      if (sources.length % 100 === 0) progress(`${count(sources.length)} of ${count(primary.length)} files`);
    }

    const items: ItemDraft[] = [...unreadGap];
    const packages = packagesOf(sources, manifests, modules);
    for (const pack of packages) {
      for (const rule of rules) {
        signal.throwIfAborted();
        items.push(...mergeMatches(rule, pack, rule.find(pack)));
      }
      // Long runs leave room for what else waits on this thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
    items.sort(
      (a, b) =>
        byCodePoint(a.at?.path ?? '', b.at?.path ?? '') ||
        (a.at?.startLine ?? 0) - (b.at?.startLine ?? 0) ||
        byCodePoint(a.rule, b.rule),
    );
    if (unread.length > 0)
      items.push(
        gap(
          'unread-sources',
          ['2.1.2', '2.2.3'],
          `${plural(unread.length, 'source file')} not read for weaknesses`,
          {
            detail: `Too large, minified, not text, a Git LFS pointer, or past the limit of what is read at once: ${listed(unread, 12)}`,
          },
        ),
      );
    return gathered(
      `${plural(sources.length, 'source file')} in ${plural(packages.length, 'package')} against ${plural(rules.length, 'rule')}; tests, examples, build scripts, browser code, generated and vendored files left out`,
      items,
    );
  },
};
