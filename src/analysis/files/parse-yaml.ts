import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { tooManyParts } from '../../domain/yaml-parts.ts';
import { onlyMap, type Parsed } from './parse-json.ts';

/** Workflows, compose files and the like are small; more than this is not worth a parser's time. */
const MOST_BYTES = 1_000_000;
/** Enough for honest anchors; a "billion laughs" file needs far more. */
const MOST_ALIASES = 100;

/** More documents in one file than any manifest has. */
const MOST_DOCUMENTS = 300;

const MOST_DEPTH = 100;

/** The parser recurses once per bracket, and slows down long before the stack ends. Brackets in quotes count as well. */
const tooDeep = (text: string): boolean => {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5b || c === 0x7b) {
      if (++depth > MOST_DEPTH) return true;
    } else if (c === 0x5d || c === 0x7d) depth = Math.max(0, depth - 1);
    // Scripts in block text may leave brackets open; a new document or an unindented key starts afresh.
    else if (c === 0x0a && /[A-Za-z-]/.test(text[i + 1] ?? '')) depth = 0;
  }
  return false;
};

const refused = (text: string): string | null => {
  if (text.length > MOST_BYTES) return `larger than ${MOST_BYTES} characters`;
  return tooDeep(text) ? 'nested too deeply' : tooManyParts(text);
};

const because = (error: unknown): Parsed => ({
  ok: false,
  reason: error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 120) ?? '') : 'not YAML',
});

const options = (lineCounter: LineCounter) =>
  // Compose files share settings by `<<`.
  // Words with the line they stand in for each of a million errors of a long line take hours; one is said.
  ({ lineCounter, logLevel: 'silent', uniqueKeys: false, merge: true, prettyErrors: false }) as const;

const words = ({ message, pos }: YAMLError, lines: LineCounter): string => {
  const { line, col } = lines.linePos(pos[0]);
  return `${message.split('\n')[0]} at line ${line}, column ${col}:`.slice(0, 120);
};

const readDocument = (document: Document.Parsed, lines: LineCounter): Parsed => {
  const [error] = document.errors;
  if (error) return { ok: false, reason: words(error, lines) };
  const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  return {
    ok: true,
    value,
    lineOf(path) {
      let node: unknown = document.contents;
      let offset = document.contents?.range?.[0] ?? 0;
      for (const step of path) {
        if (isMap(node)) {
          const pair = node.items.find(
            (p) => (isScalar(p.key) ? String(p.key.value) : String(p.key)) === String(step),
          );
          if (!pair) break;
          offset = (pair.key as Node).range?.[0] ?? offset;
          node = pair.value;
        } else if (isSeq(node) && typeof step === 'number') {
          node = node.items[step];
          offset = (node as Node | undefined)?.range?.[0] ?? offset;
        } else break;
      }
      return Math.max(1, lines.linePos(offset).line);
    },
  };
};

/** Names with values in YAML 1.2, first document. Alias bombs and hostile depth end as a reason, never as an exception. */
export const parseYaml = (text: string): Parsed => {
  const reason = refused(text);
  if (reason) return { ok: false, reason };
  const lines = new LineCounter();
  try {
    return onlyMap(readDocument(parseDocument(text, options(lines)), lines));
  } catch (error) {
    return because(error);
  }
};

/** Every document of a file, as manifests are strung together; lines are those of the file. */
export const parseYamlDocuments = (text: string): Parsed[] => {
  const reason = refused(text);
  if (reason) return [{ ok: false, reason }];
  if ((text.match(/^---/gm)?.length ?? 0) > MOST_DOCUMENTS)
    return [{ ok: false, reason: `more than ${MOST_DOCUMENTS} documents in one file` }];
  const lines = new LineCounter();
  try {
    const all = parseAllDocuments(text, options(lines));
    return ('empty' in all ? [] : all).map((d) => {
      try {
        return readDocument(d, lines);
      } catch (error) {
        return because(error);
      }
    });
  } catch (error) {
    return [because(error)];
  }
};
