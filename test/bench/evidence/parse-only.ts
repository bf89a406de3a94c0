// Parses all sources of a repository's HEAD with the parsers that the flow engine uses, and does nothing with the trees: what
// reading them costs at the least. Used by scripts/bench-scale.ts.
import { execFileSync } from 'node:child_process';
import { parse } from '@babel/parser';
import * as treeSitter from '@vscode/tree-sitter-wasm';
import { extensionOf } from '../../../src/analysis/files/paths.ts';

const repository = process.argv[2]!;
const GRAMMARS: Record<string, string> = { py: 'python', go: 'go', java: 'java', rs: 'rust' };

const git = (words: readonly string[], input?: string): Buffer =>
  execFileSync('git', ['-C', repository, ...words], { input, maxBuffer: 1 << 30 });

const library = (treeSitter as unknown as { default?: typeof treeSitter }).default ?? treeSitter;
const parsers = new Map<string, InstanceType<typeof library.Parser>>();
const parserOf = async (grammar: string) => {
  const held = parsers.get(grammar);
  if (held) return held;
  await library.Parser.init();
  const place = new URL(import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
  const parser = new library.Parser();
  parser.setLanguage(await library.Language.load(place as unknown as string));
  parsers.set(grammar, parser);
  return parser;
};

const entries = git(['ls-tree', '-r', '-z', 'HEAD'])
  .toString()
  .split('\0')
  .flatMap((line) => {
    const m = /^\d+ blob ([0-9a-f]{40})\t(.+)$/s.exec(line);
    return m ? [{ oid: m[1]!, path: m[2]! }] : [];
  });
const all = git(['cat-file', '--batch'], entries.map((e) => `${e.oid}\n`).join(''));
let at = 0;
for (const { path } of entries) {
  const head = all.indexOf(10, at);
  const size = Number(all.toString('latin1', at, head).split(' ')[2]);
  const text = all.toString('utf8', head + 1, head + 1 + size);
  at = head + size + 2;
  const extension = extensionOf(path);
  const grammar = GRAMMARS[extension];
  if (grammar) (await parserOf(grammar)).parse(text)?.delete();
  else
    try {
      const plugins = extension.includes('ts') ? ['typescript' as const] : [];
      parse(text, {
        sourceType: 'unambiguous',
        errorRecovery: true,
        plugins: [...plugins, 'decorators', ...(extension.endsWith('x') ? ['jsx' as const] : [])],
      });
    } catch {
      // What cannot be parsed has been tried.
    }
}
