import type { Language, Parser, ParseState } from '@vscode/tree-sitter-wasm';
import { onOwnStack, type ParserStack } from './parser-stack.ts';
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
 * The parser reports once in 100 steps how far it is. How many reports a text falls behind this pace (characters a report)
 * tells when it cannot make sense of one: real files stay below half of `behind`; where it recovers from errors it gets on by
 * some 30 to 60 characters, and a step may take as long as all there is before it.
 */
type Allowance = { pace: number; behind: number };
const ALLOWED: Allowance = { pace: 80, behind: 200 };
/** Grammars whose tables are so large that recovering takes several times as long. */
const ALLOWED_SLOW: Allowance = { pace: 100, behind: 100 };
const SLOW: ReadonlySet<GrammarName> = new Set(['c-sharp', 'ruby']);

/**
 * Recovering takes the square of how long it goes on, which the pace does not show. The parser's log does, in which it names
 * each token it skips; keeping one takes seven times as long, so that only long texts are parsed with it. Programs have none
 * skipped, a damaged one some hundreds.
 */
const LONG = 96 * 1024;
const MOST_SKIPPED = 1000;

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

/** The library starts once a process. */
let stack: Promise<ParserStack> | undefined;

const wasmOf = (name: string): URL =>
  new URL(import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/${name}.wasm`));

/**
 * Loads a grammar (some 20 ms). They are WebAssembly: what a hostile text does to a parser stays in its own memory, and
 * there is one build for every platform. Rejects when the package is not installed whole.
 */
export const loadGrammar = async (name: GrammarName): Promise<Grammar> => {
  const loaded = await import('@vscode/tree-sitter-wasm');
  // A CommonJS package: Node names only its default export, a bundler all of them.
  const library = (loaded as unknown as { default?: typeof loaded }).default ?? loaded;
  // Its types know one of the module's options.
  stack ??= onOwnStack(wasmOf('tree-sitter'), (options) => library.Parser.init(options as never));
  const own = await stack;
  // It hands what it is given to Node's readFile, which takes a URL as well; a path of Windows would have to be made of it.
  const language = await library.Language.load(wasmOf(`tree-sitter-${name}`) as unknown as string);
  const start = (): Parser => {
    const parser = new library.Parser();
    parser.setLanguage(language);
    return parser;
  };
  return grammarOf(start, typesOf(language), own, SLOW.has(name) ? ALLOWED_SLOW : ALLOWED);
};

const grammarOf = (start: () => Parser, types: NodeTypes, own: ParserStack, allowed: Allowance): Grammar => {
  let parser = start();
  return {
    parse(source, shift = 0) {
      const { pieces, isTooMuch, log } = watch(source, allowed);
      let copy: ParsedTree | null = null;
      try {
        parser.setLogger(log);
        const tree = parser.parse(pieces, null, { progressCallback: isTooMuch });
        if (tree) {
          copy = copyTree(tree, types, shift);
          tree.delete();
        } else parser.reset();
      } catch {
        // Out of stack or memory in the middle of something; a parser left so is not asked again. That is the file's fault.
        parser = start();
      }
      return own.wasOverrun() ? null : copy;
    },
  };
};

/** What parsing a text may take. Counted, not timed: what is found must not depend on the machine. */
const watch = (source: string, allowed: Allowance) => {
  const end = source.trimEnd().length - 1;
  let left = MOST_READS * (source.length + PIECE);
  let furthest = 0;
  let behind = 0;
  let skipped = 0;
  return {
    pieces(at: number): string {
      const piece = source.slice(at, at + PIECE);
      left -= piece.length;
      return piece;
    },
    isTooMuch({ currentOffset }: ParseState): boolean {
      const at = currentOffset / BYTES_A_CHARACTER;
      // At the end it puts the tree in order, as long as the tree is.
      if (at < end) behind = Math.max(0, behind + 1 - Math.max(0, at - furthest) / allowed.pace);
      furthest = Math.max(furthest, at);
      return left < 0 || behind > allowed.behind || skipped > MOST_SKIPPED;
    },
    log:
      source.length > LONG
        ? (message: string): void => {
            if (message.startsWith('skip_token')) skipped++;
          }
        : null,
  };
};
