import { hintProblems, writingWord } from '../analysis/annotation-claims.ts';
import { hiddenCharacters, paddedAway } from '../analysis/hidden-characters.ts';
import { linesOf } from '../analysis/lines.ts';
import { below, extensionOf, isExamplePath, isGeneratedPath, isTestPath, isVendoredPath, languageOf } from '../analysis/paths.ts';
import { readTexts } from '../analysis/read-texts.ts';
import type { FoundEntry, ScannedSurface } from '../analysis/surface-entry.ts';
import { byCodePoint, count, listed, plural, share, tally } from '../analysis/words.ts';
import { type Surface, surface } from '../domain/evidence.ts';
import { redactSecrets } from '../text/redact.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type ItemDraft, lead, strength, type TreeEntry } from './collector.ts';

const SCRIPT = /^(?:[cm]?[jt]sx?)$/;
/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_500_000;
const LONGEST_MEAN_LINE = 2000;
const MOST_TOTAL_BYTES = 60_000_000;
/** Past this many leads of one kind a list says more than single items. */
const MOST_LEADS = 40;

/** Signs of an MCP server in languages that are not read for tools yet. */
const OTHER_SDK: Record<string, RegExp> = {
  Go: /mark3labs\/mcp-go|modelcontextprotocol\/go-sdk|metoro-io\/mcp-golang/,
  Rust: /\brmcp\b|\brust_mcp|mcp_server|#\[tool\b/,
  Java: /modelcontextprotocol|@McpTool\b|spring-ai-.{0,20}mcp|quarkiverse\.mcp/,
  Kotlin: /modelcontextprotocol/,
  'C#': /ModelContextProtocol|McpServerTool/,
  Ruby: /\bfast_mcp\b|\bMCP::Server\b|model_context_protocol/,
  PHP: /PhpMcp|php-mcp|McpTool|Mcp\\Server/,
  Swift: /import MCP\b/,
};

export const toolSurface: Collector = {
  id: 'tool-surface',
  title: 'Tools, resources and prompts',
  about: 'What the server offers to a client, as its TypeScript, JavaScript and Python sources define it.',
  async collect(context) {
    const { tree, target, signal, progress } = context;
    const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
    const scripts = files.filter((e) => SCRIPT.test(extensionOf(e.path)) && !/\.d\.[cm]?ts$/.test(e.path));
    const python = files.filter((e) => extensionOf(e.path) === 'py');
    const secondary = (e: TreeEntry): boolean => [isTestPath, isVendoredPath, isGeneratedPath, isExamplePath].some((is) => is(below(e.path, target.subdir)));
    const primary = [...scripts, ...python].filter((e) => !secondary(e));

    const items: ItemDraft[] = [];
    const unread: { path: string; why: string }[] = [];
    const { readTypescriptSurface } = await import('../analysis/surface-typescript.ts');
    const { readPythonSurface } = await import('../analysis/surface-python.ts');
    const read = async (entries: readonly TreeEntry[]): Promise<{ found: ScannedSurface; read: number }> => {
      const sources: Record<'script' | 'python', { path: string; text: string }[]> = { script: [], python: [] };
      let total = 0;
      for await (const { entry, text } of readTexts(tree, entries, signal)) {
        if (text === null) unread.push({ path: entry.path, why: 'binary or too large' });
        else if (text.length > MOST_BYTES || text.length / (linesOf(text).length || 1) > LONGEST_MEAN_LINE) unread.push({ path: entry.path, why: 'minified or generated' });
        else if (total + text.length > MOST_TOTAL_BYTES) unread.push({ path: entry.path, why: 'past the limit of what is read at once' });
        else {
          total += text.length;
          sources[extensionOf(entry.path) === 'py' ? 'python' : 'script'].push({ path: entry.path, text });
        }
      }
      progress(`reading tools in ${count(sources.script.length + sources.python.length)} files`);
      const a = readTypescriptSurface(sources.script);
      const b = readPythonSurface(sources.python);
      return {
        found: { entries: [...a.entries, ...b.entries], unused: [...a.unused, ...b.unused], transports: [...a.transports, ...b.transports], listHandlers: [...a.listHandlers, ...b.listHandlers] },
        read: sources.script.length + sources.python.length,
      };
    };

    let { found, read: filesRead } = await read(primary);
    let where = 'tests, examples, generated and vendored files left out';
    if (!found.entries.some((e) => e.kind === 'tool')) {
      const rest = [...scripts, ...python].filter((e) => secondary(e) && !isTestPath(below(e.path, target.subdir)) && !isVendoredPath(below(e.path, target.subdir)));
      const more = await read(rest);
      filesRead += more.read;
      if (more.found.entries.some((e) => e.kind === 'tool')) {
        found = more.found;
        where = 'found only in examples or generated files';
      }
    }

    items.push(...(await otherLanguages(context, files)));
    if (unread.length > 0)
      items.push(gap('unread-sources', ['2.1.1', '2.4.1'], `${plural(unread.length, 'source file')} not read for tools`, { detail: unread.slice(0, 10).map((u) => `${u.path}: ${u.why}`).join('\n') }));

    await describeFromFiles(context, found.entries);
    // A loop over definitions registers what is listed anyway; only without any such list is it the sole trace of a tool.
    const literal = found.entries.filter((e) => e.kind === 'tool' && e.certainty !== 'dynamic');
    const entries = found.entries.filter((e) => !(e.relisted && e.kind === 'tool' && literal.length > 0)).sort((a, b) => byCodePoint(a.path, b.path) || a.line - b.line || byCodePoint(a.name, b.name));
    const computed = found.entries.filter((e) => e.kind === 'tool' && e.certainty === 'dynamic');
    const tools = entries.filter((e) => e.kind === 'tool');

    items.push(...overview(entries, found, computed), ...describeTools(tools), ...hidden(entries), ...hints(tools), ...transports(found));
    items.push(...(await documented(context, literal)));
    const searched = `${plural(filesRead, 'TypeScript, JavaScript or Python file')}, ${where}`;
    if (scripts.length + python.length === 0 && items.length === 0)
      return { outcome: 'not-applicable', searched: 'no TypeScript, JavaScript or Python file', message: 'There is no source in a language this tool reads for MCP definitions.' };
    return gathered(searched, items, { surface: toSurface(entries, found) });
  },
};

const place = (e: FoundEntry): { path: string; startLine: number; endLine: number } => ({ path: e.path, startLine: e.line, endLine: Math.min(e.endLine, e.line + 12) });

const toSurface = (entries: readonly FoundEntry[], found: ScannedSurface): Surface => {
  const common = (e: FoundEntry) => ({ name: e.name, path: e.path, line: e.line, description: redactSecrets(e.description), certainty: e.certainty });
  const of = (kind: FoundEntry['kind']) => entries.filter((e) => e.kind === kind);
  return surface.parse({
    tools: of('tool').map((e) => ({ ...common(e), params: (e.params ?? []).map(({ name, type, constraints }) => ({ name, type, constraints })), annotations: e.annotations, handler: e.handler, sinks: [] })),
    resources: of('resource').map(common),
    prompts: of('prompt').map(common),
    transports: found.transports,
  });
};

const overview = (entries: readonly FoundEntry[], found: ScannedSurface, computed: readonly FoundEntry[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const tools = entries.filter((e) => e.kind === 'tool' && e.certainty !== 'dynamic');
  const checks = ['2.1.1', '2.4.1'];
  if (tools.length > 0)
    items.push(
      fact('tools', checks, `${plural(tools.length, 'tool')} defined in ${plural(new Set(tools.map((t) => t.path)).size, 'file')}`, {
        class: 'tool-poisoning',
        detail: `${listed(tools.map((t) => t.name), 60)}.\n${count(tools.filter((t) => t.certainty === 'derived').length)} of the names were followed through constants or enums.`,
        at: place(tools[0]!),
      }),
    );
  for (const e of computed.slice(0, 10))
    items.push(
      lead('computed-tool-name', ['2.1.1', '2.4.4'], `A tool's name is computed here: ${e.name}`, {
        class: 'tool-poisoning',
        strength: e.relisted && tools.length > 0 ? 'weak' : 'moderate',
        detail: tools.length > 0 ? 'It may register the tools listed, or others: from configuration, a remote list, or a file.' : 'No tool name stands in the sources: what is offered is only known at run time. List the tools of the running server.',
        at: place(e),
      }),
    );
  if (tools.length === 0 && computed.length === 0 && found.listHandlers.length > 0)
    items.push(lead('computed-tool-list', ['2.1.1', '2.4.4'], 'tools/list is answered here, but no definition was recognised', { class: 'tool-poisoning', strength: 'moderate', detail: 'The list may come from a file, from another server, or be built in a way this tool does not follow.', at: { path: found.listHandlers[0]!.path, startLine: found.listHandlers[0]!.line } }));
  const repeated = tally(tools.map((t) => t.name)).filter(([, n]) => n > 1);
  if (repeated.length > 0)
    items.push(fact('repeated-tool-name', ['2.4.1'], `${plural(repeated.length, 'tool name')} defined more than once`, { class: 'tool-poisoning', detail: repeated.slice(0, 10).map(([name]) => `${name}: ${tools.filter((t) => t.name === name).map((t) => `${t.path}:${t.line}`).join(', ')}`).join('\n'), at: place(tools.find((t) => t.name === repeated[0]![0])!) }));
  for (const kind of ['prompt', 'resource'] as const) {
    const those = entries.filter((e) => e.kind === kind);
    if (those.length > 0) items.push(fact(`${kind}s`, kind === 'prompt' ? ['2.1.1', '2.4.3'] : ['2.1.1', '2.3.2', '2.4.3'], `${plural(those.length, kind)}: ${listed(those.map((e) => e.name), 4)}`, { class: 'prompt-injection', detail: those.slice(0, 30).map((e) => `${e.name} (${e.path}:${e.line})`).join('\n'), at: place(those[0]!) }));
  }
  for (const e of found.unused.slice(0, 10)) items.push(fact('unused-definition', ['2.1.1'], `${e.kind} ${e.name} is defined but nothing refers to it`, { at: place(e) }));
  return items;
};

/** A limit on what a string may be; "optional" and a default are none. */
const bounded = (constraints: readonly string[]): boolean =>
  constraints.some((c) => /^(?:items )?(?:one of|enum|const|max|length|regex|pattern|email|url|uri|uuid|guid|ip|cidr|datetime|date|format|startsWith|endsWith|refine|superRefine|max_length|maxLength)\b/.test(c));
/** Where a text by this name tends to end up: a shell, a file system, a query, a request, an interpreter. */
const TELLING_NAME =
  /(?:^|_|(?<=[a-z]))(?:path|file|filename|dir|directory|folder|url|uri|href|host|hostname|endpoint|webhook|command|cmd|shell|script|code|expression|expr|eval|sql|query|where|filter|selector|jsonpath|xpath|regex|pattern|template|args|arguments|flags|options|ref|branch|revision|sha|vars|html|xml|yaml)s?(?:_|$|(?=[A-Z]))/i;
const isText = (type: string): boolean => /^(?:array of )?(?:string|str)\b|^(?:Optional|list)\[str\]|^str \| None/i.test(type);
const isAnything = (type: string): boolean => /^(?:any|unknown|record|dict|Any|object|passthrough|Dict)\b/.test(type.replace(/^array of /, ''));

const describeTools = (tools: readonly FoundEntry[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const known = tools.filter((t) => t.certainty !== 'dynamic');
  if (known.length === 0) return items;

  const silent = known.filter((t) => t.description.trim() === '' && t.descriptionFrom === null);
  for (const t of silent.slice(0, MOST_LEADS)) items.push(lead('no-description', ['2.4.1'], `Tool ${t.name} has no description`, { class: 'tool-poisoning', strength: 'weak', at: place(t) }));
  const elsewhere = known.filter((t) => t.description.trim() === '' && t.descriptionFrom !== null);
  if (elsewhere.length > 0)
    items.push(
      gap('computed-description', ['2.4.1', '2.4.4'], `${share(elsewhere.length, known.length)} descriptions are computed and were not read`, {
        class: 'tool-poisoning',
        detail: elsewhere.slice(0, 15).map((t) => `${t.name}: ${t.descriptionFrom} (${t.path}:${t.line})`).join('\n'),
      }),
    );

  const readable = known.filter((t) => t.params !== null);
  const all = readable.flatMap((t) => (t.params ?? []).map((p) => ({ t, p })));
  const strings = all.filter(({ p }) => isText(p.type));
  const free = strings.filter(({ p }) => !bounded(p.constraints));
  const open = all.filter(({ p }) => isAnything(p.type));
  items.push(
    fact('parameters', ['2.1.1'], `${plural(all.length, 'parameter')} in ${plural(readable.length, 'tool')}, ${count(strings.length)} of them text`, {
      class: 'configuration',
      detail: readable.slice(0, 40).map((t) => `${t.name}(${(t.params ?? []).map((p) => p.name).join(', ')})`).join('\n'),
      at: place(readable[0] ?? known[0]!),
    }),
  );
  if (strings.length > 0 && free.length === 0) items.push(strength('bounded-parameters', ['2.1.1', '2.1.4'], `All ${plural(strings.length, 'text parameter')} carry a length, pattern or list of values`, { class: 'resource-limit', at: place(strings[0]!.t) }));
  const freeByTool = known.map((t) => ({ t, names: free.filter((f) => f.t === t).map((f) => f.p.name) })).filter((f) => f.names.length > 0);
  const telling = freeByTool.map(({ t, names }) => ({ t, names: names.filter((n) => TELLING_NAME.test(n)) })).filter((f) => f.names.length > 0);
  for (const { t, names } of telling.slice(0, MOST_LEADS))
    items.push(
      lead('free-text-parameter', ['2.1.1', '2.1.2'], `${t.name}: ${listed(names, 3)} ${names.length === 1 ? 'takes' : 'take'} any text`, {
        class: 'configuration',
        cwe: ['CWE-20'],
        strength: 'weak',
        detail: `The name${names.length === 1 ? ' says' : 's say'} where it may end up; no length, pattern or list bounds it.\n${(t.params ?? []).filter((p) => names.includes(p.name)).map((p) => `${p.name}: ${p.type}${p.constraints.length > 0 ? ` (${p.constraints.join(', ')})` : ''}`).join('\n')}`,
        at: place(t),
      }),
    );
  if (freeByTool.length > 0) items.push(fact('unbounded-text', ['2.1.1', '2.1.4'], `${share(free.length, strings.length)} text parameters have no length, pattern or list of values`, { class: 'resource-limit', detail: freeByTool.slice(0, 60).map((f) => `${f.t.name}: ${f.names.join(', ')}`).join('\n'), at: place(freeByTool[0]!.t) }));
  for (const { t, p } of open.slice(0, MOST_LEADS)) items.push(lead('untyped-parameter', ['2.1.1'], `${t.name}: parameter ${p.name} takes anything (${p.type})`, { class: 'configuration', cwe: ['CWE-20'], strength: 'weak', at: place(t) }));
  const unreadable = known.filter((t) => t.params === null);
  if (unreadable.length > 0) items.push(gap('unread-schema', ['2.1.1'], `The input schema of ${share(unreadable.length, known.length)} tools could not be read`, { detail: unreadable.slice(0, 20).map((t) => `${t.name} (${t.path}:${t.line})`).join('\n') }));
  return items;
};

const hidden = (entries: readonly FoundEntry[]): ItemDraft[] =>
  entries.flatMap((e) => {
    const texts: [string, string][] = [['name', e.name], ['description', e.description], ...(e.params ?? []).flatMap((p): [string, string][] => [[`parameter ${p.name}`, p.name], [`description of ${p.name}`, p.description]]), ['title', typeof e.annotations.title === 'string' ? e.annotations.title : '']];
    return texts.flatMap(([what, text]) => [
      ...hiddenCharacters(text).map((run) =>
        lead('hidden-characters', ['2.4.1'], `${run.kind} in the ${what} of ${e.name}`, {
          class: 'tool-poisoning',
          cwe: ['CWE-1007'],
          strength: run.kind === 'tag characters' || run.kind === 'bidirectional controls' || run.decoded !== '' ? 'strong' : 'moderate',
          detail: `${plural(run.count, 'character')}: ${run.codes.join(' ')}.${run.decoded ? ` They spell: ${run.decoded}` : ''}`,
          at: place(e),
        }),
      ),
      ...(paddedAway(text) ? [lead('padded-text', ['2.4.1'], `A long blank stretch in the ${what} of ${e.name} may hide what follows`, { class: 'tool-poisoning', strength: 'moderate', at: place(e) })] : []),
    ]);
  });

const hints = (tools: readonly FoundEntry[]): ItemDraft[] => {
  const known = tools.filter((t) => t.certainty !== 'dynamic');
  if (known.length === 0) return [];
  const items: ItemDraft[] = [];
  const checks = ['2.4.2'];
  for (const t of known)
    for (const problem of hintProblems(t.name, t.annotations))
      items.push(lead(problem.rule, checks, `${t.name}: ${problem.say}`, { class: 'annotation-mismatch', strength: problem.rule === 'read-only-on-writer' ? 'strong' : 'moderate', detail: 'Clients may skip the confirmation because of the hint. Compare with what the handler does.', at: place(t) }));
  const hinted = known.filter((t) => Object.keys(t.annotations).some((k) => k.endsWith('Hint')));
  const bareWriters = known.filter((t) => writingWord(t.name) && t.annotations.readOnlyHint === undefined && t.annotations.destructiveHint === undefined);
  const counts = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'].map((h) => `${h} ${count(known.filter((t) => t.annotations[h] === true).length)} true, ${count(known.filter((t) => t.annotations[h] === false).length)} false`).join('; ');
  items.push(
    (hinted.length === known.length ? strength : fact)('hints', checks, `${share(hinted.length, known.length)} tools carry behaviour hints`, {
      class: 'annotation-mismatch',
      detail: `${counts}. Without hints a client must assume that a tool destroys and reaches the outside.`,
      at: place(hinted[0] ?? known[0]!),
    }),
  );
  if (bareWriters.length > 0)
    items.push(lead('writers-without-hints', checks, `${plural(bareWriters.length, 'tool')} whose name says it changes things ${bareWriters.length === 1 ? 'has' : 'have'} no hint`, { class: 'annotation-mismatch', strength: 'weak', detail: bareWriters.slice(0, 30).map((t) => `${t.name} (${t.path}:${t.line})`).join('\n'), at: place(bareWriters[0]!) }));
  return items;
};

const transports = (found: ScannedSurface): ItemDraft[] =>
  (['stdio', 'http', 'sse', 'websocket', 'unknown'] as const).flatMap((kind) => {
    const places = found.transports.filter((t) => t.kind === kind);
    if (places.length === 0) return [];
    const name = { stdio: 'stdio', http: 'streamable HTTP', sse: 'HTTP with SSE (the deprecated transport)', websocket: 'WebSocket', unknown: 'one chosen at run time' }[kind];
    return [fact(`transport-${kind}`, kind === 'stdio' ? ['1.2.1'] : ['1.2.1', '2.2.3', '3.2.1'], `Transport: ${name}`, { detail: listed(places.map((p) => `${p.path}:${p.line}`), 8), at: { path: places[0]!.path, startLine: places[0]!.line } })];
  });

/** A description read from a text file by a helper: `load("area/name")` with one file of that name in the tree. */
const describeFromFiles = async ({ tree, signal }: CollectContext, entries: readonly FoundEntry[]): Promise<void> => {
  const wanted = entries.filter((e) => e.description === '' && e.descriptionFrom !== null).slice(0, 1000);
  if (wanted.length === 0) return;
  const bySuffix = new Map<string, string[]>();
  for (const { path } of tree.entries.filter((t) => /\.(md|txt|prompt|jinja2?|j2|rst)$/.test(t.path))) {
    const parts = path.replace(/\.[^./]+$/, '').split('/');
    for (const length of [1, 2, 3]) {
      const key = parts.slice(-length).join('/');
      bySuffix.set(key, [...(bySuffix.get(key) ?? []).slice(0, 3), path]);
    }
  }
  for (const e of wanted) {
    signal.throwIfAborted();
    const argument = /\("([\w./-]{1,200})"\)$/.exec(e.descriptionFrom ?? '')?.[1]?.replace(/\.(md|txt|prompt|jinja2?|j2|rst)$/, '');
    const paths = argument ? bySuffix.get(argument.split('/').slice(-3).join('/')) : undefined;
    const text = paths?.length === 1 ? await tree.text(paths[0]!) : null;
    if (text) e.description = text.slice(0, 20_000).trim();
  }
};

const documented = async ({ tree, target }: CollectContext, tools: readonly FoundEntry[]): Promise<ItemDraft[]> => {
  const names = [...new Set(tools.map((t) => t.name))];
  if (names.length === 0) return [];
  const readme = [target.subdir ? `${target.subdir}/README.md` : '', 'README.md'].find((p) => p !== '' && tree.allEntries.some((e) => e.path === p));
  const text = readme ? await tree.text(readme) : null;
  if (!readme || text === null) return [];
  const words = new Set(text.match(/[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}/g)?.map((w) => w.replace(/[./-]+$/, '')) ?? []);
  const missing = names.filter((n) => !words.has(n));
  if (missing.length === 0) return [strength('documented-tools', ['1.2.2'], `All ${plural(names.length, 'tool')} are named in ${readme}`, { at: { path: readme, startLine: 1 } })];
  return [fact('documented-tools', ['1.2.2'], `${share(missing.length, names.length)} tools are not named in ${readme}`, { detail: listed(missing, 60), at: { path: readme, startLine: 1 } })];
};

const otherLanguages = async ({ tree, target, signal }: CollectContext, files: readonly TreeEntry[]): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  for (const [language, pattern] of Object.entries(OTHER_SDK)) {
    const sources = files.filter((e) => languageOf(e.path) === language && !isTestPath(below(e.path, target.subdir)) && !isVendoredPath(e.path));
    const using: string[] = [];
    for await (const { entry, text } of readTexts(tree, sources.slice(0, 2000), signal)) if (text && pattern.test(text.slice(0, 200_000))) using.push(entry.path);
    if (using.length > 0)
      items.push(gap('unread-language', ['2.1.1', '2.1.2', '2.4.1', '2.4.2'], `${plural(using.length, `${language} file`)} with MCP definitions not read for tools`, { class: 'tool-poisoning', detail: `Tools are read from TypeScript, JavaScript and Python only. Look at: ${listed(using, 12)}` }));
  }
  return items;
};
