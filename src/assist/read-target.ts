import { z } from 'zod';
import { redactSecrets } from '../text/redact.ts';
import { byName } from '../text/shown-path.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { listed, quoted, Refused, said } from './answer.ts';
import { LIMITS } from './desk.ts';
import { BOTH, tool } from './tool.ts';

/** Tools that read the target: its objects at the pinned commit, and nothing else of this machine. */

const path = z.string().min(1).max(4_096).describe('Relative to the repository, as list_files names it');

const shownLine = (line: string): string =>
  line.length > LIMITS.line
    ? `${line.slice(0, LIMITS.line)} [${line.length - LIMITS.line} characters more]`
    : line;

/** A line among many: as it stands, so that it can be quoted from there. */
const shortLine = (line: string): string =>
  line.length > 300 ? `${line.slice(0, 300)} [${line.length - 300} characters more]` : line.trimEnd();

/** A file's lines as they may be shown: masked as a whole, then split. */
const linesOf = (text: string): string[] => {
  const lines = visibleLines(redactSecrets(text)).split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
};

export const listFiles = tool({
  name: 'list_files',
  title: 'Files',
  description: 'Files of the audited commit with their sizes, below a folder or all of them.',
  roles: BOTH,
  input: z.strictObject({
    under: z.string().max(4_096).default('').describe('Only below this folder'),
    offset: z.number().int().min(0).max(1_000_000).default(0),
  }),
  run: async (desk, { under, offset }) => {
    const { entries } = await desk.target.sourceTree();
    const folder = under === '' || under.endsWith('/') ? under : `${under}/`;
    const found = entries.filter((e) => e.path.startsWith(folder));
    const rows = found.slice(offset, offset + 400);
    return [
      said(
        `${found.length} files.${offset + rows.length < found.length ? ` ${found.length - offset - rows.length} more: offset ${offset + rows.length}.` : ''}`,
      ),
      quoted(
        `files${folder === '' ? '' : ` below ${folder}`}`,
        rows.map((e) => `${visible(e.path)}  ${e.kind === 'file' ? '' : `${e.kind} `}${e.size}`).join('\n'),
      ),
    ];
  },
});

export const readFile = tool({
  name: 'read_file',
  title: 'Read a file',
  description:
    'Lines of a file at the audited commit, each with its number, credentials masked. Quote lines without their numbers. What evidence says of the file stands above them.',
  roles: BOTH,
  input: z.strictObject({
    path,
    start_line: z.number().int().min(1).max(10_000_000).default(1),
    end_line: z.number().int().min(1).max(10_000_000).optional(),
  }),
  run: async (desk, { path: name, start_line: first, end_line: last }) => {
    const text = await desk.target.readText(name);
    if (text === null)
      throw new Refused(
        'That is no text file of the audited commit. The path is relative to the repository; list_files names them.',
      );
    const lines = linesOf(text);
    if (first > lines.length) throw new Refused(`The file has ${lines.length} lines.`);
    const to = Math.min(lines.length, last ?? Number.POSITIVE_INFINITY, first + LIMITS.lines - 1);
    if (to < first) throw new Refused('end_line lies before start_line.');
    let size = 0;
    let end = first - 1;
    const shown: string[] = [];
    while (end < to && size < LIMITS.answer - 4_000) {
      const line = `${end + 1}| ${shownLine(lines[end]!)}`;
      shown.push(line);
      size += line.length + 1;
      end += 1;
    }
    // A second assistant is told the claim alone: what others made of the file would lead it.
    const items =
      desk.role === 'refuter'
        ? []
        : [...(await desk.snapshot()).evidence.values()]
            .flatMap((r) => r.items)
            .filter(
              (i) =>
                i.location?.path === name &&
                i.location.startLine <= end &&
                i.location.endLine >= first &&
                i.kind !== 'fact',
            )
            .slice(0, 30);
    return [
      said(
        `Lines ${first} to ${end} of ${lines.length}.${end < lines.length ? ` The rest: start_line ${end + 1}.` : ''}`,
      ),
      ...(items.length === 0
        ? []
        : [
            listed(
              'evidence about these lines',
              items.map((i) => ({
                item: i.id,
                kind: i.kind,
                lines: `${i.location!.startLine}-${i.location!.endLine}`,
                title: i.title,
              })),
            ),
          ]),
      quoted(`${name}, lines ${first} to ${end}`, shown.join('\n')),
    ];
  },
});

export const searchText = tool({
  name: 'search',
  title: 'Search',
  description:
    'Lines that hold a text, as it stands (no patterns), in all files of the audited commit or below a folder. Each as PATH:LINE| and the line whole, with the blanks it begins with.',
  roles: BOTH,
  input: z.strictObject({
    text: z.string().min(2).max(200),
    under: z.string().max(4_096).default(''),
    ignore_case: z.boolean().default(true),
    offset: z.number().int().min(0).max(100_000).default(0),
  }),
  run: async (desk, { text, under, ignore_case, offset }) => {
    const { entries, text: read } = await desk.target.sourceTree();
    const fold = (t: string): string => (ignore_case ? t.toLowerCase() : t);
    const wanted = fold(text);
    const hits: string[] = [];
    let seen = 0;
    let files = 0;
    for (const e of entries) {
      if (!e.path.startsWith(under) || e.kind === 'submodule' || e.kind === 'symlink') continue;
      const whole = await read(e.path);
      if (whole === null) continue;
      files += 1;
      if (!fold(whole).includes(wanted)) continue;
      for (const [i, line] of linesOf(whole).entries()) {
        if (!fold(line).includes(wanted)) continue;
        seen += 1;
        if (seen > offset && hits.length < LIMITS.rows)
          hits.push(`${visible(e.path)}:${i + 1}| ${shortLine(line)}`);
      }
      if (seen > offset + LIMITS.rows * 5) break;
    }
    const rest = seen - offset - hits.length;
    return [
      said(
        `${files} files were read.${rest > 0 ? ` There are more lines: offset ${offset + hits.length}.` : ''}${hits.length === 0 ? ' No line holds it.' : ''}`,
      ),
      ...(hits.length === 0 ? [] : [quoted('lines found', hits.join('\n'))]),
    ];
  },
});

export const findName = tool({
  name: 'find_name',
  title: 'Definition and uses of a name',
  description:
    'Where a name is defined and used, as the parser sees it (by the text in languages that are not read). Definitions first.',
  roles: BOTH,
  input: z.strictObject({ name: z.string().min(2).max(120) }),
  run: async (desk, { name }) => {
    const { places, complete, silent } = await desk.target.findWord(name);
    return [
      said(
        `${places.length} places${complete ? '' : ', and more'}; ${silent} more lines have it in a comment or text alone.`,
      ),
      quoted(
        'places',
        places
          .slice(0, LIMITS.rows)
          .map(
            (p) =>
              `${visible(p.path)}:${p.line}: ${p.role}${p.guessed ? ' (guessed)' : ''}| ${shortLine(p.text)}`,
          )
          .join('\n') || 'none',
      ),
    ];
  },
});

export const lineHistory = tool({
  name: 'line_history',
  title: 'Who last changed a line',
  description: 'The commit that last changed a line of a file.',
  roles: BOTH,
  input: z.strictObject({ path, line: z.number().int().min(1).max(10_000_000) }),
  run: async (desk, { path: name, line }) => {
    const { allEntries } = await desk.target.sourceTree();
    const entry = byName(allEntries).get(name);
    if (!entry) throw new Refused('That is no file of the audited commit. list_files names them.');
    const commit = await desk.target.lastChange(entry.path, line);
    if (!commit) throw new Refused('git cannot say who changed that line last.');
    return [
      listed(`commit that last changed line ${line}`, {
        hash: commit.hash,
        author: commit.author.name,
        at: commit.authoredAt,
        message: commit.message.slice(0, 2_000),
      }),
    ];
  },
});
