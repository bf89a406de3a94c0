import type { Diagnostic } from '../diagnostic.ts';
import { type JsonRead, readJson } from '../json-read.ts';

/** One file as the rules read it. `text` is null for what is not UTF-8 text. */
export type TextFile = { path: string; text: string | null; lines: readonly string[] };

/** One audit folder. Paths are those of the files given; `own` are relative to the audit folder. */
export type AuditFolder = {
  id: string;
  /** Path of the folder in what was given; '' when it is the folder itself. */
  path: string;
  own: ReadonlyMap<string, TextFile>;
  repository: RepositoryFolder;
};

export type RepositoryFolder = {
  path: string;
  /** From the path, as far as it says. */
  host: string | null;
  owner: string | null;
  name: string | null;
  metadata: TextFile | null;
  /** False when only one audit folder was given, and where metadata.json would lie was not. */
  metadataSeen: boolean;
  audits: AuditFolder[];
};

export type TargetFile = (commit: string, path: string) => string | null | undefined;

/** What a clone of the audited repository says: commit by tag name. */
export type TargetRepository = { hasCommit: boolean; tags: ReadonlyMap<string, string> };

/** By the address and commit of a manifest; null when no clone of it was at hand. */
export type FindRepository = (url: string, commit: string) => TargetRepository | null;

export type RuleContext = { strict: boolean; target?: TargetFile; repository?: FindRepository };

export type Report = (d: Omit<Diagnostic, 'line'> & { line?: number | null }) => void;

export const readText = (path: string, bytes: Uint8Array): TextFile => {
  let text: string | null = null;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    text = null;
  }
  if (text?.includes('\u0000')) text = null;
  return {
    path,
    text,
    lines: text === null ? [] : text.split('\n').map((l) => (l.endsWith('\r') ? l.slice(0, -1) : l)),
  };
};

export type JsonObject = Record<string, unknown>;

export const isObject = (v: unknown): v is JsonObject =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** The value at a dotted path. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((v, key) => (isObject(v) && Object.hasOwn(v, key) ? v[key] : undefined), value);

export type JsonFile = Extract<JsonRead, { ok: true }> & { file: string };

/** The parsed object of a JSON file, or null when it is missing, broken or no object: other rules say so. */
export const objectOf = (file: TextFile | null | undefined): (JsonFile & { value: JsonObject }) | null => {
  if (!file || file.text === null) return null;
  const read = readJson(file.text);
  return read.ok && isObject(read.value) ? { ...read, value: read.value, file: file.path } : null;
};

/** Findings by file name without `.md`, in order. */
export const findingFiles = (audit: AuditFolder): Map<string, TextFile> =>
  new Map(
    [...audit.own]
      .filter(([path]) => /^findings\/[^/]+\.md$/.test(path))
      .map(([path, file]): [string, TextFile] => [path.slice('findings/'.length, -'.md'.length), file])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** `**Name**: value` of a Markdown file's header, with its line. Values lose their trailing spaces. */
export const boldField = (file: TextFile, name: string): { value: string; line: number } | null => {
  const start = `**${name}**:`;
  const index = file.lines.findIndex((l) => l.startsWith(start));
  return index < 0 ? null : { value: file.lines[index]!.slice(start.length).trim(), line: index + 1 };
};
