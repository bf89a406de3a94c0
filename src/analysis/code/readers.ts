import type { Reader } from './ir.ts';

/** A language the flow engine reads. `load` may take its parser from a package that is not there. */
export type Language = {
  name: string;
  extensions: readonly string[];
  load(): Promise<Reader>;
};

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
    load: async () => {
      const { loadGrammar } = await import('./tree-grammar.ts');
      const { readPython } = await import('./read-python.ts');
      return readPython(await loadGrammar('python'));
    },
  },
];
