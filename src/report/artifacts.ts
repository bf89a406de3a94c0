import { jsonText } from '../text/json-text.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { assistanceFile } from './assistance.ts';
import { safeFileName } from './ids.ts';
import { type JsonObject, labelCode, labelJson } from './labels.ts';
import { transcriptFile } from './observed.ts';
import type { ReportModel } from './report-model.ts';

/** Extensions whose files carry `//` comments, and those with `#`; everything else is kept as `.txt`. */
const SLASHES = new Set([
  'ts',
  'tsx',
  'mts',
  'cts',
  'js',
  'jsx',
  'mjs',
  'cjs',
  'go',
  'rs',
  'java',
  'kt',
  'cs',
  'swift',
  'php',
  'c',
  'h',
  'cpp',
]);
const HASHES = new Set(['py', 'rb', 'sh', 'yml', 'yaml', 'toml']);

const MAX_BYTES = 5_000_000;

/** The cited lines of each finding, one file a place, as the database's reviewers know them. */
const codeSamples = (m: ReportModel): [string, string][] =>
  m.findings.flatMap((f) =>
    f.locations.map((l, i): [string, string] => {
      const extension = /\.([A-Za-z]{1,5})$/.exec(l.path)?.[1]?.toLowerCase() ?? '';
      const known = SLASHES.has(extension) || HASHES.has(extension);
      const comment = SLASHES.has(extension) ? '//' : '#';
      const first = `${comment} File: ${visible(l.path)} (lines ${l.startLine}-${l.endLine})`;
      const text = labelCode(`${first}\n\n${visibleLines(l.snippet.toWellFormed()).replace(/\n$/, '')}\n`, 1);
      return [`code-samples/${f.fileId}-${i + 1}.${known ? extension : 'txt'}`, text];
    }),
  );

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);

/** A collector's document under a safe name; JSON stays JSON (an array only when it needs a label), else it becomes text. */
const collected = (name: string, content: string): [string, string] => {
  const safe = safeFileName(name);
  if (/\.json$/i.test(safe)) {
    const value = parsed(content);
    if (isObject(value)) return [safe, jsonText(labelJson(value))];
    if (value === undefined) return [`${safe}.txt`, labelCode(visibleLines(content.toWellFormed()))];
    const wrapped = labelJson({ content: value });
    return [safe, jsonText('_meta' in wrapped ? wrapped : value)];
  }
  return [safe, labelCode(visibleLines(content.toWellFormed()))];
};

const unused = (name: string, taken: ReadonlySet<string>): string => {
  const dot = name.indexOf('.', 1);
  const [stem, tail] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  let candidate = name;
  for (let n = 2; taken.has(candidate.toLowerCase()); n++) candidate = `${stem}-${n}${tail}`;
  return candidate;
};

/**
 * Files of `artifacts/`, by path below it: the evidence in its public format, the surface, the cited code, and what
 * collectors made and the auditor attached as text. A document over 5 MB is replaced by a note that says so.
 */
export const artifacts = (m: ReportModel): Map<string, string> => {
  const files = new Map<string, string>([
    ['evidence.json', jsonText(labelJson({ ...m.evidence }))],
    ['surface.json', jsonText(labelJson({ ...m.surface }))],
    ...codeSamples(m),
  ]);
  for (const o of m.observations)
    if (o.lines !== null) files.set(transcriptFile(o.id), labelCode(visibleLines(o.lines.toWellFormed())));
  for (const a of m.assistance?.connections ?? [])
    if (a.lines !== null)
      files.set(assistanceFile(a.connection), labelCode(visibleLines(a.lines.toWellFormed())));
  const documents = [
    ...m.artifacts.map((a) => ({ folder: '', ...a })),
    ...m.attachments.flatMap(({ name, content }) =>
      content === null ? [] : [{ folder: 'attachments/', collector: 'the auditor', name, content }],
    ),
  ];
  const taken = new Set([...files.keys()].map((k) => k.toLowerCase()));
  for (const a of documents) {
    const [name, text] =
      a.content.length > MAX_BYTES
        ? [
            `${safeFileName(a.name)}.txt`,
            `Left out: ${a.content.length} characters, the limit is ${MAX_BYTES}. It came from ${visible(a.collector)}\n`,
          ]
        : collected(a.name, a.content);
    const free = unused(`${a.folder}${name}`, taken);
    taken.add(free.toLowerCase());
    files.set(free, text);
  }
  return files;
};
