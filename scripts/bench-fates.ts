// Measures what is said of labelled weaknesses between the commit that has them and the one that mends them, and of the same
// code only moved, renamed or formatted anew.
import { parseArgs } from 'node:util';
import { placesOf, quotedCode, readCode } from '../src/domain/since/code-text.ts';
import { declares } from '../src/domain/since/declares.ts';
import { type CodeFate, fateOf, type Quoted, type TwoCommits } from '../src/domain/since/fate.ts';
import { type OpenTwoCommits, openTwoCommits } from '../src/io/git/two-commits.ts';
import { openClones } from '../test/bench/evidence/clones.ts';
import { CORPUS_FILES, loadCorpus } from '../test/bench/evidence/corpus.ts';

const USAGE = `usage: npm run bench:fates -- --clones DIR [--only TEXT] [--corpus FILE]... [--places]
  --clones DIR   clones of the servers, as for bench:evidence
  --only TEXT    only entries whose repository or id contains it
  --places       print what is said of each place`;

const { values: args } = parseArgs({
  options: {
    clones: { type: 'string' },
    only: { type: 'string', default: '' },
    corpus: { type: 'string', multiple: true, default: [] },
    places: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (args.help || !args.clones) {
  console.log(USAGE);
  process.exit(args.help ? 0 : 2);
}

const SAYS_MENDED = new Set<CodeFate['fate']>(['removed', 'gone']);
const wordOf = (f: CodeFate): string => (f.fate === 'changed' ? `changed (${f.how})` : f.fate);
const tally = new Map<string, Map<string, number>>();
const note = (of: string, word: string): void => {
  const counts = tally.get(of) ?? new Map<string, number>();
  tally.set(of, counts.set(word, (counts.get(word) ?? 0) + 1));
};

/** The same files, of which one is another text, perhaps elsewhere. */
const madeUp = (real: OpenTwoCommits, path: string, now: string, text: string): TwoCommits => ({
  before: real.before,
  after: async (p) => (p === now ? text : p === path ? null : real.before(p)),
  changes:
    now === path
      ? [{ was: path, now: path }]
      : [
          { was: path, now: null },
          { was: null, now },
        ],
});

const otherNames = (source: string, cite: Quoted): string => {
  // As it is written: every mark is looked for in its line.
  const code = readCode(source, '');
  const names = new Set(
    quotedCode(cite.snippet, cite.path).words.filter((w) => /^[A-Za-z_]\w+$/.test(w) && declares(code, w)),
  );
  // Only names outside of strings, or put into them, are renamed, as a tool for it would.
  const renamed = source.split('\n');
  const columns = renamed.map(() => 0);
  for (const [i, word] of code.words.entries()) {
    const n = code.lines[i]! - 1;
    const at = renamed[n]!.indexOf(word, columns[n]);
    // A quote that is read as another one is no name.
    if (at === -1) continue;
    const now = names.has(word) && code.names[i] ? `${word}_v2` : word;
    renamed[n] = renamed[n]!.slice(0, at) + now + renamed[n]!.slice(at + word.length);
    columns[n] = at + now.length;
  }
  return renamed.join('\n');
};

const indented = (source: string): string =>
  source.replaceAll(/^([ \t]+)/gm, '$1$1').replaceAll(/\n(?=\S)/g, '\n\n');

const corpus = loadCorpus(args.corpus.length > 0 ? args.corpus : CORPUS_FILES);
const clones = openClones(args.clones);
let entries = 0;
let places = 0;
let entriesTold = 0;
let without = 0;
const falsely: string[] = [];
for (const w of corpus.weaknesses) {
  const fixed = w.fixed_commit;
  if (!fixed || !`${w.repo} ${w.id}`.includes(args.only)) continue;
  const dir = clones.gitDirOf(w.repo, w.vulnerable_commit);
  if (!dir || clones.gitDirOf(w.repo, fixed) !== dir) {
    without++;
    continue;
  }
  const two = await openTwoCommits(dir, w.vulnerable_commit, fixed);
  entries++;
  let told = false;
  for (const site of w.sites) {
    const before = await two.before(site.file);
    if (before === null || before === undefined) continue;
    places++;
    const snippet = before
      .split('\n')
      .slice(site.start - 1, site.end)
      .join('\n');
    const cite: Quoted = { path: site.file, startLine: site.start, endLine: site.end, snippet };
    const fate = await fateOf(cite, two);
    // What git itself says, by hunks: nothing of ours has a part in it.
    const mapped = clones.mapSite(w.repo, w.vulnerable_commit, fixed, {
      file: site.file,
      start: site.start,
      end: site.end,
    });
    const label =
      typeof site.touched_by_fix === 'boolean' ? (site.touched_by_fix ? 'touched' : 'left') : 'not labelled';
    note(label, wordOf(fate));
    told ||= fate.fate === 'changed' || SAYS_MENDED.has(fate.fate);
    let by: string | null = null;
    if (SAYS_MENDED.has(fate.fate)) {
      by = await two.removedBy(
        site.file,
        (text, path) => placesOf(quotedCode(snippet, site.file), readCode(text, path)).length,
      );
      note('commit named', by === null ? 'none' : 'one');
    }
    if (args.places)
      console.log(
        `${w.id} ${site.file}:${site.start}-${site.end} ${label} -> ${wordOf(fate)}${'at' in fate && fate.at ? ` ${fate.at.path}:${fate.at.startLine}-${fate.at.endLine}` : ''}${by ? ` by ${by.slice(0, 8)}` : ''}${mapped ? '' : ' [git: no lines left]'}`,
      );
    const variants: [string, string, string][] = [
      ['file moved', `moved/to/${site.file.split('/').at(-1)}`, before],
      ['formatted anew', site.file, indented(before)],
      ['names', site.file, otherNames(before, cite)],
      ['moved and formatted', `moved/to/${site.file.split('/').at(-1)}`, indented(before)],
    ];
    for (const [kind, now, text] of variants) {
      const said = await fateOf(cite, madeUp(two, site.file, now, text));
      note(`made up: ${kind}`, wordOf(said));
      if (SAYS_MENDED.has(said.fate))
        falsely.push(`${w.id} ${site.file}:${site.start}-${site.end} ${kind}: ${said.fate}`);
    }
  }
  if (told) entriesTold++;
  else
    console.log(`nothing told: ${w.id} ${w.repo} ${w.vulnerable_commit.slice(0, 8)}..${fixed.slice(0, 8)}`);
  await two.close();
}
for (const [of, counts] of tally)
  console.log(
    `${of}: ${[...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([w, n]) => `${n} ${w}`)
      .join(', ')}`,
  );
console.log(
  `${entries} weaknesses with both commits at hand (${without} not), ${places} places; ${entriesTold} weaknesses have a place that is changed, removed or gone`,
);
for (const line of falsely.slice(0, 40)) console.log(`said to be gone though it only moved: ${line}`);
console.log(`${falsely.length} made-up changes said to be gone`);
if (falsely.length > 0) process.exitCode = 1;
