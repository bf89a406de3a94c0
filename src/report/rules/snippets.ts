import { plural } from '../../text/plural.ts';
import { redactSecrets } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';
import {
  type AuditFolder,
  at,
  findingFiles,
  objectOf,
  type Report,
  type RuleContext,
  type TextFile,
} from './folder.ts';
import { fenceAfter, isLabelLine } from './markdown-read.ts';

/** AVP 3.3: does quoted code stand where the finding says, at the commit of the manifest? */
export type Citation = {
  path: string;
  startLine: number;
  endLine: number;
  snippet: readonly string[];
  line: number;
};

/** A line of a file with its path in backticks and `lines a-b`, followed by a fence. */
const LOCATION =
  /\*\*[^*]{1,80}\*\*:\s{0,9}(`{1,9})\s?([^`\n]{1,500}?)\s?\1\s{1,9}\(?lines?\s{1,3}(\d{1,7})(?:\s{0,2}[-–]\s{0,2}(\d{1,7}))?/;

/** `File: path (lines a-b)`, as the first comment of a code sample says it. */
const SAMPLE =
  /^\s{0,9}(?:\/\/|#|--|\/?\*{1,2})\s{0,9}File:\s{1,9}([^\n]{1,500}?)\s{0,9}(?:\(|,\s)lines?\s(\d{1,7})(?:\s{0,2}[-–]\s{0,2}(\d{1,7}))?\)?\s{0,9}$/;

/** A code sample cites one range, and the rest of the file is what stands there; notes around it make it unreadable to us. */
export const sampleCitation = (file: TextFile): Citation | null => {
  const first = file.lines.findIndex((l) => l.trim() !== '' && !isLabelLine(l));
  const [, path, start, end] = SAMPLE.exec(file.lines[first] ?? '') ?? [];
  if (!path || !start) return null;
  const snippet = file.lines.slice(first + 1).filter((l) => !isLabelLine(l));
  return {
    path,
    startLine: Number(start),
    endLine: Number(end ?? start),
    snippet: snippet.slice(
      snippet.findIndex((l) => l.trim() !== ''),
      snippet.findLastIndex((l) => l.trim() !== '') + 1,
    ),
    line: first + 1,
  };
};

export const citationsOf = (file: TextFile): Citation[] =>
  file.lines.flatMap((text, i) => {
    const [, , path, start, end] = LOCATION.exec(text) ?? [];
    const fence = path ? fenceAfter(file.lines, i + 1) : null;
    if (!path || !start || !fence) return [];
    return [
      { path, startLine: Number(start), endLine: Number(end ?? start), snippet: fence.lines, line: i + 1 },
    ];
  });

const GAP = /^\s{0,80}(?:\/\/|#|--|;|\/\*|<!--|%|\*)?\s{0,9}(?:\.\.\.|…)[^\n]{0,200}$/;

/** The snippet's pieces between gap lines, empty lines at their ends taken off. */
const piecesOf = (snippet: readonly string[]): string[][] => {
  const pieces: string[][] = [[]];
  for (const l of snippet) {
    if (GAP.test(l)) pieces.push([]);
    else pieces.at(-1)!.push(l);
  }
  return pieces
    .map((p) =>
      p.slice(
        p.findIndex((l) => l.trim() !== ''),
        p.findLastIndex((l) => l.trim() !== '') + 1,
      ),
    )
    .filter((p) => p.some((l) => l.trim() !== ''));
};

const shown = (line: string): string => visible(line.replaceAll('\t', '  ')).trimEnd();
const squeezed = (line: string): string => line.replace(/\s+/g, '');

type Range = { start: number; end: number };

/** Lines such as `}` come thousands of times: more places than this tell nothing. */
const MAX_SAME = 2_000;

/** Where the pieces stand, in order, from index `from` on. */
const locate = (source: readonly string[], pieces: readonly string[][], from: number): Range | null => {
  const index = new Map<string, number[]>();
  source.forEach((l, i) => {
    const list = index.get(l);
    if (!list) index.set(l, [i]);
    else if (list.length < MAX_SAME) list.push(i);
  });
  for (const start of (index.get(pieces[0]![0]!) ?? []).filter((i) => i >= from).slice(0, 500)) {
    let next = start;
    let ok = true;
    for (const [n, piece] of pieces.entries()) {
      const candidates =
        n === 0 ? [start] : (index.get(piece[0]!) ?? []).filter((i) => i >= next).slice(0, 500);
      const found = candidates.find((i) => piece.every((l, k) => source[i + k] === l));
      if (found === undefined) {
        ok = false;
        break;
      }
      next = found + piece.length;
    }
    if (ok) return { start: start + 1, end: next };
  }
  return null;
};

export type Match =
  | { kind: 'exact' }
  | { kind: 'moved'; start: number; end: number }
  | { kind: 'semantic'; start: number; end: number }
  | { kind: 'partial'; found: number; of: number; around: Range | null }
  | { kind: 'none' };

/** Compares a citation with the file's text; invisible characters compare by what a reader of the report sees. */
export const matchSnippet = (citation: Citation, source: string): Match => {
  const lines = source.split('\n').map(shown);
  const pieces = piecesOf(citation.snippet.map(shown));
  if (pieces.length === 0) return { kind: 'none' };
  const there = locate(lines, pieces, citation.startLine - 1);
  // Empty lines and gaps at the ends of a quotation may be cut: the range must hold it, not equal it.
  if (there && there.start >= citation.startLine && there.end <= citation.endLine) return { kind: 'exact' };
  const moved = locate(lines, pieces, 0);
  if (moved) return { kind: 'moved', ...moved };
  const dense = lines.map((l, i) => ({ text: squeezed(l), number: i + 1 })).filter((l) => l.text !== '');
  const densePieces = pieces.map((p) => p.map(squeezed).filter((l) => l !== ''));
  const like = locate(
    dense.map((l) => l.text),
    densePieces,
    0,
  );
  if (like)
    return { kind: 'semantic', start: dense[like.start - 1]!.number, end: dense[like.end - 1]!.number };
  const places = new Map<string, number[]>();
  for (const l of dense) places.set(l.text, [...(places.get(l.text) ?? []).slice(0, 1), l.number]);
  const telling = densePieces.flat().filter((l) => l.length > 3);
  const found = telling.filter((l) => places.has(l));
  if (found.length === 0 || found.length * 4 < telling.length) return { kind: 'none' };
  // Only lines that the file holds once say where the rest may be.
  const once = found.flatMap((l) => (places.get(l)!.length === 1 ? places.get(l)! : []));
  const around = once.length === 0 ? null : { start: Math.min(...once), end: Math.max(...once) };
  return { kind: 'partial', found: found.length, of: telling.length, around };
};

const ORDER = ['exact', 'semantic', 'moved', 'partial', 'none'];

const better = (a: Match, b: Match): Match => (ORDER.indexOf(b.kind) < ORDER.indexOf(a.kind) ? b : a);

/** As {@link matchSnippet}. Credentials are masked in what we quote: then the masked file is what must agree. */
export const compareSnippet = (citation: Citation, source: string): Match => {
  const plain = matchSnippet(citation, source);
  return plain.kind === 'exact' ? plain : better(plain, matchSnippet(citation, redactSecrets(source)));
};

const RULE = 'AVP-3.3';

const checkOne = (
  file: TextFile,
  c: Citation,
  commit: string,
  context: RuleContext,
  report: Report,
): void => {
  const cited = `${c.path.slice(0, 200)} lines ${c.startLine}-${c.endLine}`;
  const say = (level: 'warning' | 'info', message: string, fix: string) =>
    report({ rule: RULE, level, file: file.path, line: c.line, message, fix });
  const source = context.target?.(commit, c.path);
  if (source === undefined) {
    const fix = 'look at it by hand, or validate beside a clone that has the commit';
    say('info', `${cited} was not compared with the target`, fix);
    return;
  }
  if (source === null) {
    const missing = `${c.path.slice(0, 200)} does not exist at commit ${commit.slice(0, 12)}`;
    say('warning', missing, 'correct the path or the commit');
    return;
  }
  const match = compareSnippet(c, source);
  if (match.kind === 'moved')
    say(
      'warning',
      `${cited}: the code stands at lines ${match.start}-${match.end}`,
      `write lines ${match.start}-${match.end}`,
    );
  else if (match.kind === 'semantic')
    say(
      match.start >= c.startLine && match.end <= c.endLine ? 'info' : 'warning',
      `${cited}: the code stands at lines ${match.start}-${match.end}, with other white space`,
      `quote it as it stands, lines ${match.start}-${match.end}`,
    );
  else if (match.kind === 'partial') {
    const near = match.around ? `, around lines ${match.around.start}-${match.around.end}` : '';
    const how =
      match.found === match.of
        ? `its ${plural(match.of, 'line stands', 'lines stand')} in the file, but not together`
        : `${match.found} of its ${match.of} lines stand in the file`;
    say('warning', `${cited}: ${how}${near}`, 'quote the code as it stands, and mark gaps by a line // ...');
  } else if (match.kind === 'none')
    say(
      'warning',
      `${cited}: the quoted code is not in the file`,
      'quote the code as it stands at the commit',
    );
};

/** All quotations of an audit that name their lines, with the file each stands in. */
export const citationsIn = (audit: AuditFolder): { file: TextFile; citation: Citation }[] => [
  ...[...findingFiles(audit).values()].flatMap((file) =>
    citationsOf(file).map((citation) => ({ file, citation })),
  ),
  ...[...audit.own]
    .filter(([own]) => own.startsWith('artifacts/code-samples/'))
    .flatMap(([, file]) => {
      const citation = sampleCitation(file);
      return citation ? [{ file, citation }] : [];
    }),
];

export const checkSnippets = (audit: AuditFolder, context: RuleContext, report: Report): void => {
  if (!context.target) return;
  const manifest = objectOf(audit.own.get('audit-manifest.json'));
  const commit = manifest && at(manifest.value, 'target.commit_hash');
  if (typeof commit !== 'string' || !/^[0-9a-f]{7,64}$/i.test(commit)) {
    report({
      rule: RULE,
      level: 'info',
      file: audit.path || audit.id || '.',
      message: 'no commit is known, so no quotation was compared with the target',
      fix: 'put the commit into the manifest',
    });
    return;
  }
  const citations = citationsIn(audit);
  const unseen = citations.filter(({ citation }) => context.target?.(commit, citation.path) === undefined);
  if (citations.length > 0 && unseen.length === citations.length) {
    report({
      rule: RULE,
      level: 'info',
      file: audit.path || audit.id || '.',
      message: `none of its ${citations.length} quotations was compared with the target`,
      fix: 'validate beside a clone that has the commit (--target), or compare them by hand',
    });
    return;
  }
  for (const { file, citation } of citations) checkOne(file, citation, commit, context, report);
};
