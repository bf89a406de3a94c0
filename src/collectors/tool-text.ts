import { parseAllDocuments } from 'yaml';
import { packageFolders } from '../analysis/files/package-folders.ts';
import {
  below,
  extensionOf,
  isExamplePath,
  isGeneratedPath,
  isTestPath,
  isVendoredPath,
  languageOf,
} from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { byCodePoint, count, plural } from '../analysis/files/words.ts';
import { isMinified } from '../analysis/sources/minified.ts';
import { readSource, type Source, weaknessLanguage } from '../analysis/sources/source.ts';
import { startedFiles, withStarted } from '../analysis/sources/started.ts';
import { unreadCode, unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { serverSurface } from '../analysis/surface/server-surface.ts';
import type { DefinitionText } from '../analysis/tool-text/definitions.ts';
import { type Collector, gap, gathered, type ItemDraft, type TreeEntry } from './collector.ts';

/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_500_000;
const LONGEST_MEAN_LINE = 2000;
const MOST_TOTAL_BYTES = 12_000_000;
/** Documents that tools are made from: specifications are large, everything else is small. */
const MOST_JSON_BYTES = 3_000_000;
const NO_DEFINITIONS =
  /(^|\/)(package(-lock)?|npm-shrinkwrap|tsconfig[^/]*|composer|deno|biome|renovate|\.[^/]+)\.json$|(^|\/)(pnpm-lock|pnpm-workspace|mkdocs|(docker-)?compose[^/]*|\.[^/]+)\.ya?ml$|(^|\/)(locales?|i18n|translations|node_modules|charts?|templates|\.[^/]+)\//i;

const NO_PROGRAM = new Set([
  'Shell',
  'PowerShell',
  'Batch',
  'SQL',
  'Dockerfile',
  'Makefile',
  'R',
  'CSS',
  'HTML',
]);
/** Files in languages without a reader whose texts are looked at. */
const MOST_OTHERS = 3000;
const MOST_YAML_BYTES = 300_000;

/** What a document says; null for what is none, and for what only points at itself. */
const parsed = (path: string, text: string): unknown => {
  try {
    return path.endsWith('.json')
      ? JSON.parse(text)
      : text.length > MOST_YAML_BYTES
        ? null
        : parseAllDocuments(text).map((d) => ('toJS' in d ? d.toJS({ maxAliasCount: 100 }) : null));
  } catch {
    return null;
  }
};

/** Languages whose texts stand in double quotes and whose comments begin with slashes. */
const QUOTED = /^(?:Swift|C|C\+\+|Objective-C or MATLAB|Dart|Scala|Zig|F#|Groovy|Haxe|Odin|V)$/;

export const toolText: Collector = {
  id: 'tool-text',
  title: 'What tool texts tell the model',
  about:
    'Names, descriptions, parameters, prompts and server instructions as the model reads them: orders, hidden text, changes after approval, and dangerous combinations.',
  timeoutMs: 300_000,
  large: true,
  async collect({ tree, target, reading, signal, progress }) {
    const local = (e: TreeEntry): string => below(e.path, target.subdir);
    const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
    const readable = files.filter((e) => weaknessLanguage(e.path) !== null);
    const sources = readable.filter((e) => !/\.d\.[cm]?ts$/.test(e.path));
    const kept = (e: TreeEntry): boolean =>
      !isTestPath(local(e)) && !isVendoredPath(local(e)) && !isGeneratedPath(local(e));
    const handWritten = sources.filter((e) => kept(e) && !isExamplePath(local(e)));
    // Where nothing is written by hand, what was built is the server.
    const chosen =
      handWritten.length > 0
        ? handWritten
        : sources.filter(
            (e) => !isTestPath(local(e)) && !isVendoredPath(local(e)) && !isExamplePath(local(e)),
          );
    const started = await startedFiles({ tree, reading, subdir: target.subdir, signal });
    const primary = withStarted(chosen, readable, started);
    const documents = files.filter(
      (e) =>
        /^(?:json|ya?ml)$/.test(extensionOf(e.path)) &&
        kept(e) &&
        e.size <= MOST_JSON_BYTES &&
        !NO_DEFINITIONS.test(e.path),
    );
    const unreadGap = await unreadCodeGap({ tree, reading, subdir: target.subdir, signal }, 'tool texts');
    if (sources.length + documents.length + unreadGap.length === 0)
      return {
        outcome: 'not-applicable',
        searched: 'no source and no JSON document',
        message: 'There is nothing that could define a tool in a language this tool reads.',
      };
    const { documentTexts, literalTexts, rustDocTexts, textsOfEntry } = await import(
      '../analysis/tool-text/definitions.ts'
    );
    const { looseTexts, textsOfUnread } = await import('../analysis/tool-text/loose-texts.ts');
    const { askingForSecrets, poisoned } = await import('./tool-text/poisoning.ts');
    const { changing, combined, untrusted } = await import('./tool-text/composition.ts');

    const shared = await serverSurface({
      tree,
      reading,
      subdir: target.subdir,
      signal,
      progress: (n) => progress(`reading definitions in ${count(n)} files`),
    });
    const entries = shared.found.entries.toSorted((a, b) => byCodePoint(a.path, b.path) || a.line - b.line);
    let unread = 0;
    let total = 0;
    const texts = new Map<string, string>();
    const layers: Source[] = [];
    // Some servers are nothing but examples.
    const more =
      shared.where === 'examples'
        ? sources.filter((e) => kept(e) && isExamplePath(local(e)) && !started.has(e.path))
        : [];
    for (const { path } of [...primary, ...more]) {
      signal.throwIfAborted();
      const text = await reading.text(path);
      const language = weaknessLanguage(path);
      if (
        text === null ||
        language === null ||
        text.length > MOST_BYTES ||
        isMinified(path, text, LONGEST_MEAN_LINE) ||
        total + text.length > MOST_TOTAL_BYTES
      ) {
        unread++;
        continue;
      }
      total += text.length;
      texts.set(path, text);
      layers.push(await reading.source(path, text));
    }

    // Of languages with the quotes and comments of C the texts are read by these alone; the gap beside says that no code was.
    const scanned: Source[] = [];
    for (const { path, what, speaks } of await unreadCode({ tree, reading, subdir: target.subdir, signal })) {
      const text = speaks && QUOTED.test(what) ? await reading.text(path) : null;
      if (text !== null && text.length <= MOST_BYTES) scanned.push(readSource(path, text, 'java', null));
    }

    const definitions: DefinitionText[] = entries.flatMap(textsOfEntry);
    const known = new Map<string, string>();
    for (const d of definitions) known.set(d.path, `${known.get(d.path) ?? ''}\n${d.text}`);
    for (const source of [...layers, ...scanned])
      definitions.push(
        ...[...literalTexts(source), ...rustDocTexts(source)].filter(
          (d) => d.kind === 'server' || !known.get(d.path)?.includes(d.text.trim()),
        ),
      );
    let documentsRead = 0;
    for await (const { entry, text } of readTexts(tree, documents.slice(0, 3000), signal)) {
      const root = text === null ? null : parsed(entry.path, text);
      if (text === null || root === null) continue;
      const found = documentTexts(entry.path, text, root);
      if (found.some((d) => d.kind !== 'loose')) documentsRead++;
      definitions.push(...found);
    }
    // Any text of the program may reach a model; what is known as a definition was said above.
    const said = new Set(definitions.map((d) => d.text.trim()));
    for (const source of layers)
      definitions.push(...looseTexts(source).filter((d) => !said.has(d.text.trim())));
    const others = files.filter(
      (e) =>
        kept(e) &&
        !isExamplePath(local(e)) &&
        weaknessLanguage(e.path) === null &&
        languageOf(e.path) !== null &&
        !NO_PROGRAM.has(languageOf(e.path)!) &&
        e.size <= MOST_BYTES,
    );
    for await (const { entry, text } of readTexts(tree, others.slice(0, MOST_OTHERS), signal))
      if (text !== null && !isMinified(entry.path, text, LONGEST_MEAN_LINE))
        definitions.push(...textsOfUnread(entry.path, text));

    signal.throwIfAborted();
    const packageOf = packageFolders(tree.allEntries);
    const items: ItemDraft[] = [
      ...poisoned(definitions, entries, texts),
      ...askingForSecrets(entries),
      ...changing(layers),
      ...untrusted(entries, texts),
      ...combined(entries, packageOf),
      ...unreadGap,
    ];
    if (unread > 0)
      items.push(
        gap('unread-sources', ['2.4.1'], `${plural(unread, 'source file')} not read for tool texts`, {
          class: 'tool-poisoning',
          detail: 'Too large, minified, not text, or past the limit of what is read at once.',
        }),
      );
    return gathered(
      `${plural(definitions.length, 'text')} of ${plural(entries.length, 'definition')} in ${plural(layers.length, 'source file')}${documentsRead > 0 ? ` and ${plural(documentsRead, 'document')}` : ''}`,
      items,
    );
  },
};
