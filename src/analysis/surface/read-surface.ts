import { extensionOf } from '../files/paths.ts';
import type { Module } from '../sources/ir.ts';
import { languages, unparsedPart } from '../sources/readers.ts';
import type { Reading } from '../sources/reading.ts';
import { emptyScan, type FoundEntry, MOST_ENTRIES, type ScannedSurface } from './surface-entry.ts';

/** The MCP surface of sources in every language there is a reader for. */

export const SURFACE_LANGUAGES = 'TypeScript, JavaScript, Python, Go, Java, Rust, C#, PHP and Ruby';

export type SurfaceSource = { path: string; text: string };

export type ReadSurface = {
  found: ScannedSurface;
  /** Files that could not be read, or not completely. */
  unread: { path: string; why: string }[];
  /** How many sources were looked at. */
  read: number;
};

const SCRIPT = /^[cm]?[jt]sx?$/;
/** Read by what the flow engine's readers make of them; the others by their tokens. */
const CODE = /^(?:go|java|rs|csx?|php|phtml|rb)$/;

/** A program in which no such word stands offers nothing by this protocol. */
const MCP = /mcp|modelcontextprotocol|model-context-protocol/i;
/** Where other libraries have tools too, a file has to say the word. */
const SAYS: Record<string, RegExp> = {
  js: /modelcontextprotocol|\bMcpServer\b|fastmcp|mcp-framework|\bmcp\b/i,
  py: /\bmcp\b|fastmcp|modelcontextprotocol|_mcp\b|\bmcp_/i,
};

/** Whether a file may define tools in a language that is read: hand-written declarations of types do not. */
export const mayDefineTools = (path: string): boolean => {
  const extension = extensionOf(path);
  return (
    extension === 'py' || CODE.test(extension) || (SCRIPT.test(extension) && !/\.d\.[cm]?ts$/.test(path))
  );
};

/** `pause` is awaited between files, and may throw to stop. */
export const readSurface = async (
  sources: readonly SurfaceSource[],
  reading: Pick<Reading, 'reader' | 'module'>,
  pause: () => Promise<void> = async () => {},
): Promise<ReadSurface> => {
  const scans: ScannedSurface[] = [];
  const unread: ReadSurface['unread'] = [];
  for (const language of languages) {
    const own = sources.filter((s) => language.extensions.includes(extensionOf(s.path)));
    const word = Object.entries(SAYS).find(([e]) => language.extensions.includes(e))?.[1] ?? MCP;
    const says = new Set(own.filter((s) => word.test(s.text) || word.test(s.path)).map((s) => s.path));
    if (says.size === 0) continue;
    const reader = await reading.reader(language.extensions[0]!).catch((error: unknown) => {
      const why = `the parser for ${language.name} is missing: ${error instanceof Error ? error.message : String(error)}`;
      unread.push(...own.map((s) => ({ path: s.path, why })));
      return null;
    });
    if (!reader) continue;
    const modules: Module[] = [];
    for (const { path, text } of own) {
      await pause();
      const module = await reading.module(path, text);
      const why = unparsedPart(module);
      if (why !== null) unread.push({ path, why });
      modules.push(module);
    }
    await pause();
    const { readCodeSurface } = await import('./scan-program.ts');
    const scan = readCodeSurface(modules, says);
    if (scan.cut)
      unread.push({
        path: own[0]!.path,
        why: `and the other ${language.name} files: not followed to the end`,
      });
    scans.push(scan);
  }
  const all = emptyScan();
  for (const s of scans) {
    all.entries.push(...s.entries);
    all.unused.push(...s.unused);
    all.transports.push(...s.transports);
    all.listHandlers.push(...s.listHandlers);
    all.truncated ||= s.truncated || all.entries.length > MOST_ENTRIES;
  }
  for (const e of all.entries) placeAtName(e);
  return { found: all, unread, read: sources.length };
};

/** A tool stands where its name is written, when that is the file of its definition: `const NAME = 'x'` above it. */
const placeAtName = (e: FoundEntry): void => {
  const line = Number(e.nameAt.slice(e.nameAt.lastIndexOf(':') + 1));
  if (e.certainty !== 'derived' || e.nameAt !== `${e.path}:${line}` || line < 1) return;
  e.endLine = Math.max(e.endLine, e.line, line);
  e.line = line;
};
