import { packageFolders, sharedNames } from '../analysis/files/package-folders.ts';
import {
  below,
  extensionOf,
  isBrowserPath,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
} from '../analysis/files/paths.ts';
import { isLfsPointer, LFS_POINTER } from '../analysis/files/read-texts.ts';
import { count, plural, tally } from '../analysis/files/words.ts';
import { type Cause, causesOf } from '../analysis/flow/causes.ts';
import { indexRules, parseRules } from '../analysis/flow/knowledge.ts';
import { leadsOf } from '../analysis/flow/leads.ts';
import type { OriginKind } from '../analysis/flow/value.ts';
import type { Module, Reader } from '../analysis/sources/ir.ts';
import { isMinified } from '../analysis/sources/minified.ts';
import { languages, unparsedPart } from '../analysis/sources/readers.ts';
import { type Started, startedFiles, withStarted } from '../analysis/sources/started.ts';
import { unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { serverSurface } from '../analysis/surface/server-surface.ts';
import { apartFrom } from './code-flow/apart.ts';
import { hintItems } from './code-flow/hints.ts';
import { toItem } from './code-flow/item.ts';
import { callsByName } from './code-flow/lost.ts';
import {
  type CollectContext,
  type Collector,
  gap,
  gathered,
  type ItemDraft,
  type TreeEntry,
} from './collector.ts';

/** Hand-written sources are smaller than this, and have shorter lines. */
const MOST_BYTES = 1_000_000;
const LONGEST_MEAN_LINE = 1000;
/** Of tiny files; it is their text that takes memory. */
const MOST_FILES = 150_000;
const MOST_TOTAL = 40_000_000;

const CHECKS = ['2.1.2'];
const MOST_LEADS = 600;

type Unread = { path: string; why: string };

const wantsReading = (path: string): boolean =>
  !/\.d\.[cm]?ts$|(^|\/)(?:[\w.-]+\.config|\.eslintrc)\.[cm]?[jt]s$/.test(path);

/** Why a text is not handed to a parser; null when it is. */
const unreadable = (path: string, text: string | null): string | null => {
  if (text !== null && isLfsPointer(text)) return LFS_POINTER;
  if (text === null) return 'binary or too large';
  if (text.length > MOST_BYTES) return 'larger than hand-written sources are';
  return isMinified(path, text, LONGEST_MEAN_LINE) ? 'minified or generated' : null;
};

/**
 * `readRules` gives the texts of the rule files by name, those of the auditor's own folder after ours.
 */
export const codeFlow = (readRules: () => Promise<ReadonlyMap<string, string>>): Collector => ({
  id: 'code-flow',
  title: 'What tool inputs can reach',
  about:
    'Follows what tools, resources, prompts and routes receive to commands, files, addresses, queries and code.',
  timeoutMs: 240_000,
  large: true,
  async collect(context) {
    const { tree, target, reading, signal, progress } = context;
    const { rules, models, problems } = parseRules(await readRules());
    const items: ItemDraft[] = problems.slice(0, 10).map((p) =>
      gap('unusable-rules', CHECKS, `A rule in ${p.file} was left out`, {
        detail: `${p.path}${p.line === undefined ? '' : ` (line ${p.line})`}: expected ${p.expected}, found ${p.found}`,
      }),
    );
    const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
    const isCode = (e: TreeEntry): boolean =>
      !isTestPath(below(e.path, target.subdir)) && !isVendoredPath(e.path) && wantsReading(e.path);
    const secondary = (e: TreeEntry): boolean =>
      isGeneratedPath(below(e.path, target.subdir)) || isExamplePath(below(e.path, target.subdir));
    const code = files.filter(isCode);
    const isRead = (e: TreeEntry): boolean =>
      languages.some((l) => l.extensions.includes(extensionOf(e.path)));
    const known = code.filter(isRead);
    const primary = known.filter((e) => !secondary(e));
    const started = await startedFiles({ tree, reading, subdir: target.subdir, signal });
    const chosen = withStarted(primary.length > 0 ? primary : known, files.filter(isRead), started);

    const readers = new Map<string, Reader>();
    for (const language of languages) {
      if (!chosen.some((e) => language.extensions.includes(extensionOf(e.path)))) continue;
      try {
        const reader = await reading.reader(language.extensions[0]!);
        if (reader) for (const extension of language.extensions) readers.set(extension, reader);
      } catch (error) {
        items.push(
          gap('missing-parser', CHECKS, `${language.name} could not be read: its parser is missing`, {
            detail: error instanceof Error ? error.message : String(error),
          }),
        );
      }
    }

    const { modules, unread, texts } = await readAll(context, chosen, readers);
    items.push(...gapsFor(unread));
    items.push(...(await unreadCodeGap({ tree, reading, subdir: target.subdir, signal }, 'flows')));
    if (modules.length === 0)
      return items.length > 0
        ? gathered('no source file in a language whose code is followed', items)
        : {
            outcome: 'not-applicable',
            searched: 'no source file in a language whose code is followed',
            message: `Code is followed in ${languages.map((l) => l.name).join(', ')}.`,
          };

    progress(`following values through ${count(modules.length)} files`);
    const { analyse } = await import('../analysis/flow/analyse.ts');
    const flows = await analyse(modules, indexRules(rules, models), () => pause(signal));
    if (flows.limits.size > 0)
      items.push(
        gap(
          'not-followed',
          CHECKS,
          `Values were not followed all the way in ${plural(flows.limits.size, 'file')}`,
          {
            detail: [...flows.limits]
              .sort()
              .slice(0, 20)
              .map(([path, why]) => `${path}: ${why}`)
              .join('\n'),
          },
        ),
      );
    const surface = await serverSurface({ tree, reading, subdir: target.subdir, signal, progress: () => {} });
    items.push(...unmodelledGap(flows.unmodelled));
    const leads = leadsOf(flows.hits);
    const packageOf = packageFolders(tree.allEntries);
    const causes = causesOf(leads, packageOf).map((c) =>
      inBrowser(c, target.subdir)
        ? { ...c, aside: true }
        : besideServer(c, target.subdir, surface.where === 'server', started),
    );
    const lineOf = (path: string, line: number): string =>
      (
        texts
          .get(path)
          ?.split('\n', line)
          .at(line - 1) ?? ''
      )
        .trim()
        .slice(0, 200);
    const shared = sharedNames(
      surface.found.entries.filter((e) => e.kind === 'tool' && e.certainty !== 'dynamic'),
      packageOf,
    );
    const besides = (name: string, path: string): string[] =>
      (shared.get(name) ?? []).filter((folder) => folder !== packageOf(path));
    const calls = callsByName(modules, causes);
    const withDoors = new Set(
      flows.handlers.filter((h) => PROTOCOL.has(h.kind)).map((h) => packageOf(h.at.path)),
    );
    items.push(
      ...causes
        .slice(0, MOST_LEADS)
        .map((c) => toItem(c, lineOf, besides, calls, withDoors.has(packageOf(c.leads[0].at.path)))),
    );
    items.push(...hintItems(leads, surface.found.entries));
    if (causes.length > MOST_LEADS)
      items.push(
        gap('too-many-leads', CHECKS, `${count(causes.length - MOST_LEADS)} weaker leads were left out`),
      );
    if (flows.handlers.length === 0)
      items.push(
        gap(
          'no-handlers',
          CHECKS,
          'No tool handler was recognised: only functions nobody calls were followed',
          {
            detail: 'The server may register its tools in a way that is not known here.',
            advice: 'Follow the handlers by hand.',
          },
        ),
      );
    items.push(
      ...apartFrom(
        flows.handlers.filter(
          (h) => surface.where !== 'server' || !isHelperPath(below(h.at.path, target.subdir)),
        ),
        surface.found.entries,
      ),
    );
    const kinds = tally(flows.handlers.map((h) => h.kind)).map(([kind, n]) => plural(n, `${kind} handler`));
    return gathered(
      `${plural(modules.length, 'file')}, ${kinds.length > 0 ? kinds.join(', ') : 'no handler'}, ${plural(rules.length, 'rule')}`,
      items,
    );
  },
});

/** What a client of the protocol calls. */
const PROTOCOL: ReadonlySet<OriginKind> = new Set(['tool', 'resource', 'prompt']);

const MOST_NAMED = 24;

/** What no model speaks of, and a value from outside went into: unseen there is said, and counted. */
const unmodelledGap = (calls: ReadonlyMap<string, number>): ItemDraft[] => {
  if (calls.size === 0) return [];
  const sorted = [...calls].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const shown = sorted.slice(0, MOST_NAMED).map(([path, n]) => `${path}${n > 1 ? ` (${n} times)` : ''}`);
  const rest = sorted.length - shown.length;
  return [
    gap(
      'unmodelled-calls',
      CHECKS,
      `${plural(calls.size, 'call')} into libraries without a model ${calls.size === 1 ? 'takes' : 'take'} values from outside`,
      {
        detail: [
          'What comes out of them was taken for what went in, and none of them was known to do harm by itself:',
          ...shown,
          ...(rest > 0 ? [`and ${count(rest)} more`] : []),
        ].join('\n'),
      },
    ),
  ];
};

const CLIENTS: ReadonlySet<OriginKind> = new Set(['tool', 'resource', 'prompt', 'http', 'message', 'remote']);

/** A page asks for what its own server gives it: what its functions are handed is nobody's request to the server. */
const inBrowser = (cause: Cause, subdir: string): boolean =>
  cause.leads.every((l) => !CLIENTS.has(l.origin) && isBrowserPath(below(l.sink.path, subdir)));

/** What whoever builds, installs or releases the server gives to their own programs is so, and nothing to judge first. */
const besideServer = (cause: Cause, subdir: string, elsewhere: boolean, started: Started): Cause =>
  cause.leads.every(
    (l) =>
      isHelperPath(below(l.at.path, subdir)) &&
      !started.has(l.at.path) &&
      // Tools in such a folder count where the server is nowhere else.
      (!CLIENTS.has(l.origin) || (elsewhere && l.doors.every((d) => isHelperPath(below(d.path, subdir))))),
  )
    ? { ...cause, aside: true }
    : cause;

const pause = async (signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  await new Promise<void>((go) => setImmediate(go));
};

const readAll = async (
  { reading, signal, progress }: CollectContext,
  entries: readonly TreeEntry[],
  readers: ReadonlyMap<string, Reader>,
): Promise<{ modules: Module[]; unread: Unread[]; texts: Map<string, string> }> => {
  const modules: Module[] = [];
  const unread: Unread[] = [];
  const texts = new Map<string, string>();
  let total = 0;
  for (const { path } of entries) {
    if (!readers.has(extensionOf(path))) continue;
    await pause(signal);
    const text = await reading.text(path);
    const why = unreadable(path, text);
    if (text === null || why !== null) {
      unread.push({ path, why: why ?? '' });
      continue;
    }
    if (modules.length >= MOST_FILES || total + text.length > MOST_TOTAL) {
      unread.push({ path, why: 'past the limit of what is read at once' });
      continue;
    }
    total += text.length;
    texts.set(path, text);
    const module = await reading.module(path, text);
    const unparsed = unparsedPart(module);
    if (unparsed !== null) unread.push({ path, why: unparsed });
    modules.push(module);
    if (modules.length % 100 === 0)
      progress(`read ${count(modules.length)} of ${count(entries.length)} files`);
  }
  return { modules, unread, texts };
};

const gapsFor = (unread: readonly Unread[]): ItemDraft[] =>
  unread.length === 0
    ? []
    : [
        gap('unread-sources', CHECKS, `${plural(unread.length, 'source file')} not read, or not completely`, {
          detail:
            unread
              .slice(0, 20)
              .map((u) => `${u.path}: ${u.why}`)
              .join('\n') + (unread.length > 20 ? `\nand ${count(unread.length - 20)} more` : ''),
        }),
      ];
