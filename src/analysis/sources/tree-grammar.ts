import type { Language, Parser } from '@vscode/tree-sitter-wasm';
import { copyTree, type NodeTypes, type ParsedTree } from './tree-node.ts';

/** A parser of one language. */
export type Grammar = {
  /** The tree of a text, or null when parsing it takes more than a text of its length may. */
  parse(source: string, shift?: number): ParsedTree | null;
};

export type GrammarName = 'python' | 'go' | 'java' | 'rust' | 'c-sharp' | 'php' | 'ruby';

/** The parser asks for a text in pieces of this length. */
const PIECE = 8192;
/** How often a text may be asked for in all, since the parser goes back; programs need it less than three times. */
const MOST_READS = 12;
/**
 * The parser reports once in 100 steps how far it is. Programs take it 145 characters a report at the least (4,000 real files);
 * where it recovers from errors it gets on by some 30, and a step may take as long as all there is before it. So what gets on
 * by less than this is given up once it has had enough reports for any small file: a megabyte made for it would last half an
 * hour.
 */
const CHARACTERS_A_REPORT = 120;
const REPORTS_BEFORE = 600;
/** Grammars whose tables are so large that recovering takes several times as long. */
const SLOW: ReadonlySet<GrammarName> = new Set(['c-sharp', 'ruby']);
const REPORTS_BEFORE_SLOW = 200;
/** Offsets are told in bytes of UTF-16. */
const BYTES_A_CHARACTER = 2;

const typesOf = (language: Language): NodeTypes => {
  const ids = Array.from({ length: language.nodeTypeCount }, (_, id) => id);
  const names = ids.map((id) => language.nodeTypeForId(id) ?? '');
  return {
    names,
    roles: ids.map((id) => {
      const name = names[id] as string;
      if (language.nodeTypeIsNamed(id)) return /comment$/.test(name) ? 'comment' : 'node';
      return /^[()[\]{},;:."'`]+$/.test(name) ? 'mark' : 'word';
    }),
    fields: language.fields.map((f) => f ?? ''),
  };
};

/**
 * Loads a grammar (some 20 ms). They are WebAssembly: what a hostile text does to a parser stays in its own memory, and
 * there is one build for every platform. Rejects when the package is not installed whole.
 */
export const loadGrammar = async (name: GrammarName): Promise<Grammar> => {
  const loaded = await import('@vscode/tree-sitter-wasm');
  // A CommonJS package: Node names only its default export, a bundler all of them.
  const library = (loaded as unknown as { default?: typeof loaded }).default ?? loaded;
  await library.Parser.init();
  const place = new URL(import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`));
  // It hands what it is given to Node's readFile, which takes a URL as well; a path of Windows would have to be made of it.
  const language = await library.Language.load(place as unknown as string);
  const parser = new library.Parser();
  parser.setLanguage(language);
  return grammarOf(parser, typesOf(language), SLOW.has(name) ? REPORTS_BEFORE_SLOW : REPORTS_BEFORE);
};

const grammarOf = (parser: Parser, types: NodeTypes, reportsBefore: number): Grammar => ({
  parse(source, shift = 0) {
    let left = MOST_READS * (source.length + PIECE);
    let reports = 0;
    const tree = parser.parse(
      (at) => {
        const piece = source.slice(at, at + PIECE);
        left -= piece.length;
        return piece;
      },
      null,
      // Counted, not timed: what is found must not depend on the machine.
      {
        progressCallback: ({ currentOffset }) =>
          left < 0 ||
          (++reports > reportsBefore && currentOffset / BYTES_A_CHARACTER < reports * CHARACTERS_A_REPORT),
      },
    );
    if (!tree) {
      parser.reset();
      return null;
    }
    const copy = copyTree(tree, types, shift);
    tree.delete();
    return copy;
  },
});
