import type { Module, Reader } from './ir.ts';
import type { Grammar, GrammarName } from './tree-grammar.ts';

/** A language the flow engine reads. `load` may take its parser from a package that is not there. */
export type Language = {
  name: string;
  /** Without the dot. */
  extensions: readonly string[];
  load(): Promise<Reader>;
};

const grammar = async (name: GrammarName): Promise<Grammar> =>
  (await import('./tree-grammar.ts')).loadGrammar(name);

/** Every language there is a reader for, each loaded when a tree has files of it. */
export const languages: readonly Language[] = [
  {
    name: 'TypeScript and JavaScript',
    extensions: ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'],
    load: async () => (await import('./read-javascript.ts')).readJavascript,
  },
  {
    name: 'Python',
    extensions: ['py'],
    load: async () => (await import('./read-python.ts')).readPython(await grammar('python')),
  },
  {
    name: 'Go',
    extensions: ['go'],
    load: async () => (await import('./read-go.ts')).readGo(await grammar('go')),
  },
  {
    name: 'Java',
    extensions: ['java'],
    load: async () => (await import('./read-java.ts')).readJava(await grammar('java')),
  },
  {
    name: 'Rust',
    extensions: ['rs'],
    load: async () => (await import('./read-rust.ts')).readRust(await grammar('rust')),
  },
  {
    name: 'C#',
    extensions: ['cs', 'csx'],
    load: async () => (await import('./read-csharp.ts')).readCSharp(await grammar('c-sharp')),
  },
  {
    name: 'PHP',
    extensions: ['php', 'phtml'],
    load: async () => (await import('./read-php.ts')).readPhp(await grammar('php')),
  },
  {
    name: 'Ruby',
    extensions: ['rb'],
    load: async () => (await import('./read-ruby.ts')).readRuby(await grammar('ruby')),
  },
];

/** What of a file its parser could not make sense of, in words; null when it read all of it. */
export const unparsedPart = ({ errors: [first], body }: Module): string | null => {
  if (!first) return null;
  return body.length > 0 ? `lines ${first.line}-${first.endLine} could not be parsed` : 'could not be parsed';
};
