import { createHash } from 'node:crypto';
import type { Refusal } from '../domain/decide.ts';
import type { EvidenceItem, Location } from '../domain/evidence.ts';
import type { Evidence } from '../domain/selectors.ts';
import { redactSecrets } from '../text/redact.ts';

/** A finding cites what a reader can take in; more than this is a file, not a citation. */
export const MAX_CITED_LINES = 200;

/**
 * What `path:first-last` stands for at the pinned commit. Never typed by hand: citations that were copied by eye are how
 * published audits came to point at the wrong lines.
 */
export const locate = async (
  references: readonly string[],
  readText: (path: string) => Promise<string | null>,
): Promise<Location[] | Refusal> => {
  const found: Location[] = [];
  for (const ref of references) {
    const match = /^(.+?):(\d+)(?:-(\d+))?$/.exec(ref.trim());
    if (!match?.[1] || !match[2])
      return { refused: `"${ref}" is no place`, hint: 'Write path:line or path:first-last.' };
    const [, path] = match;
    const startLine = Number(match[2]);
    const endLine = Number(match[3] ?? match[2]);
    const text = await readText(path);
    if (text === null)
      return {
        refused: `${path} is not a text file of the audited commit`,
        hint: 'The path is relative to the repository, as git ls-files writes it.',
      };
    // A cited secret must not be published by its citation: what is kept is what the report will show. The file is masked,
    // not the lines: those of a private key say nothing by themselves.
    const lines = redactSecrets(text).split('\n');
    const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
    if (startLine < 1 || endLine < startLine || endLine > count)
      return {
        refused: `${ref}: the file has ${count} lines`,
        hint: 'Cite lines that are there, first before last.',
      };
    if (endLine - startLine >= MAX_CITED_LINES)
      return {
        refused: `${ref} cites more than ${MAX_CITED_LINES} lines`,
        hint: 'Cite the lines that matter; a finding can cite several places.',
      };
    const snippet = lines.slice(startLine - 1, endLine).join('\n');
    found.push({
      path,
      startLine,
      endLine,
      snippet,
      sha256: createHash('sha256').update(snippet).digest('hex'),
    });
  }
  return found;
};

const SHORTEST_PREFIX = 4;

/**
 * Items by id or the beginning of one, by `collector/rule`, or by `collector/rule@path`; never none. A beginning that several
 * share is refused with their names.
 */
export const itemsNamed = (evidence: Evidence, name: string): EvidenceItem[] | Refusal => {
  const all = [...evidence.values()].flatMap((r) => r.items);
  const byId = all.filter((i) => i.id === name);
  if (byId.length > 0) return byId;
  const match = /^([^/]+)\/([^@]+)(?:@(.+))?$/.exec(name);
  if (match) {
    const [, collector, rule, path] = match;
    const found = all.filter(
      (i) =>
        i.collector === collector && i.rule === rule && (path === undefined || i.location?.path === path),
    );
    if (found.length > 0) return found;
  }
  const begun = name.length < SHORTEST_PREFIX ? [] : all.filter((i) => i.id.startsWith(name));
  if (begun.length === 1) return begun;
  if (begun.length > 1)
    return {
      refused: `"${name}" is the beginning of ${begun.length} evidence items`,
      hint: `Say which: ${begun
        .slice(0, 5)
        .map((i) => `${i.id} (${i.title})`)
        .join(', ')}.`,
    };
  return {
    refused: `there is no evidence "${name}"`,
    hint: 'Name an item by its id or the beginning of it, collector/rule, or collector/rule@path.',
  };
};
