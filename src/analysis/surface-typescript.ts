import { brief, entryOf, plainValue, type Value } from './literal-value.ts';
import { type Param, paramsOf } from './schema-javascript.ts';
import { around, type FunctionRange, type Project, projectOf, readScript, resolve, type ScriptFile, unwrap } from './scope-javascript.ts';
import { emptyScan, type FoundEntry, type ScannedSurface, TOOL_NAME } from './surface-entry.ts';
import { readExpression, skipTypeArguments } from './values-javascript.ts';

/**
 * The MCP surface of JavaScript and TypeScript sources: registrations by call, tool objects, and classes, with names
 * followed through constants, enums and imports. Reads text only; what is computed at run time is said to be.
 */

const MCP = /modelcontextprotocol|\bMcpServer\b|fastmcp|mcp-framework|\bmcp\b/i;

const CALLS: Record<string, FoundEntry['kind']> = {
  tool: 'tool', registerTool: 'tool', registerToolTask: 'tool', addTool: 'tool', registerAppTool: 'tool',
  prompt: 'prompt', registerPrompt: 'prompt', addPrompt: 'prompt',
  resource: 'resource', registerResource: 'resource', addResource: 'resource', addResourceTemplate: 'resource',
};
/** These words are too common to be a registration unless called on something. */
const NEEDS_RECEIVER = new Set(['tool', 'prompt', 'resource']);

const SCHEMA_KEYS = ['inputSchema', 'input_schema', 'parametersSchema', 'paramsSchema', 'parameters', 'schema', 'argsSchema', 'inputs'];
const SURE_SCHEMA_KEYS = new Set(['inputSchema', 'input_schema', 'parametersSchema', 'paramsSchema']);
const HANDLER_KEYS = ['handler', 'execute', 'run', 'handle', 'callback', 'cb', 'logic', 'func', 'fn', 'call', 'invoke'];

const TRANSPORTS: Record<string, 'stdio' | 'http' | 'sse' | 'websocket'> = {
  StdioServerTransport: 'stdio', StreamableHTTPServerTransport: 'http', WebStandardStreamableHTTPServerTransport: 'http',
  NodeStreamableHTTPServerTransport: 'http', StreamableHTTPTransport: 'http', SSEServerTransport: 'sse', WebSocketServerTransport: 'websocket',
};

/** A function that passes its own parameters on to a registration: calls of it are registrations too. */
type Wrapper = { file: ScriptFile; range: FunctionRange; kind: FoundEntry['kind']; name: number; description: number; schema: number; annotations: number };

type Parts = { name: Value | undefined; description: Value | undefined; schema: Value | undefined; annotations: Value | undefined; handler: Value | undefined };

const textOf = (project: Project, file: ScriptFile, value: Value | undefined): { text: string; from: string | null; followed: boolean } => {
  if (!value) return { text: '', from: null, followed: false };
  const found = resolve(project, file, value);
  if (found?.value.kind === 'string') return { text: found.value.value, from: found.value.complete ? null : 'partly computed', followed: found.followed };
  if (value.kind === 'call' && value.callee && /^(?:trim|trimStart|trimEnd)$/.test(value.callee) && value.target) return textOf(project, file, value.target);
  if (value.kind === 'call' && /^\[?join/.test(value.callee) && value.target?.kind === 'array')
    return { text: value.target.items.map((v) => textOf(project, file, v).text).join(value.args[0]?.kind === 'string' ? value.args[0].value : ','), from: null, followed: false };
  return { text: '', from: value.kind === 'call' ? `${value.callee}(${value.args.slice(0, 1).map(brief).join('')})` : value.kind === 'name' ? value.path : 'computed', followed: false };
};

const handlerOf = (project: Project, file: ScriptFile, value: Value | undefined): FoundEntry['handler'] => {
  const found = value && resolve(project, file, value);
  if (found?.value.kind !== 'function') return null;
  return { path: found.file.path, startLine: found.value.line, endLine: Math.max(found.value.line, found.value.endLine) };
};

const partsOfObject = (value: Value): Parts => {
  const annotations = entryOf(value, 'annotations');
  return {
    name: entryOf(value, 'name', 'uriTemplate', 'uri'),
    description: entryOf(value, 'description'),
    schema: entryOf(value, ...SCHEMA_KEYS),
    annotations,
    handler: entryOf(value, ...HANDLER_KEYS),
  };
};

/** Arguments of `register(name, …)` in all the orders the SDKs know. */
const partsOfCall = (project: Project, file: ScriptFile, args: readonly Value[]): Parts => {
  const [first, ...rest] = args;
  const handler = rest.findLast((v) => v.kind === 'function') ?? (rest.length > 1 ? rest.at(-1) : undefined);
  const parts: Parts = { name: first, description: undefined, schema: undefined, annotations: undefined, handler };
  for (const arg of rest) {
    const value = resolve(project, file, arg)?.value ?? arg;
    if (value.kind === 'string' && !parts.description && !parts.schema) parts.description = arg;
    else if (value.kind === 'object') {
      const keys = value.entries.map((e) => e.key);
      if (keys.some((k) => SURE_SCHEMA_KEYS.has(k)) || (keys.includes('description') && !keys.includes('type')) || (keys.includes('annotations') && keys.length <= 4)) {
        const config = partsOfObject(value);
        parts.description ??= config.description;
        parts.schema ??= config.schema ?? entryOf(value, 'argsSchema');
        parts.annotations ??= config.annotations;
      } else if (keys.length > 0 && keys.every((k) => /Hint$|^title$/.test(k))) parts.annotations ??= arg;
      else parts.schema ??= arg;
    } else if ((value.kind === 'call' || value.kind === 'name') && arg !== handler && !parts.schema && parts.description) parts.schema = arg;
  }
  return parts;
};

const entryFrom = (project: Project, file: ScriptFile, kind: FoundEntry['kind'], parts: Parts, whole: Value): FoundEntry | null => {
  if (!parts.name) return null;
  const name = textOf(project, file, parts.name);
  const known = name.text !== '' && name.from === null;
  if (known && kind === 'tool' && !TOOL_NAME.test(name.text)) return null;
  const description = textOf(project, file, parts.description);
  const annotations = parts.annotations && resolve(project, file, parts.annotations)?.value;
  const params = parts.schema ? paramsOf(project, file, parts.schema) : kind === 'tool' ? ([] as Param[]) : null;
  return {
    kind,
    name: known ? name.text.slice(0, 300) : `<${(name.from === 'partly computed' ? name.text : (name.from ?? 'computed')).slice(0, 100)}>`,
    certainty: !known ? 'dynamic' : name.followed ? 'derived' : 'literal',
    path: file.path,
    line: parts.name.line,
    endLine: Math.max(parts.name.line, whole.endLine),
    description: description.text.slice(0, 20_000),
    descriptionFrom: description.from,
    params,
    annotations: (plainValue(annotations) as Record<string, unknown> | undefined) ?? {},
    handler: handlerOf(project, file, parts.handler),
    relisted: !known && parts.name.kind === 'name' && /\.name$/.test(parts.name.path),
  };
};

export const readTypescriptSurface = (sources: readonly { path: string; text: string }[]): ScannedSurface => {
  const relevant = new Set<string>();
  const files = sources.map(({ path, text }) => {
    if (MCP.test(text) || MCP.test(path)) relevant.add(path);
    return readScript(path, text);
  });
  const project = projectOf(files);
  const out = emptyScan();
  const wrappers: Wrapper[] = [];
  for (const file of files) readFile(project, file, relevant.has(file.path), out, wrappers);
  for (const wrapper of wrappers.slice(0, 20)) readWrapperCalls(project, wrapper, out);
  return settle(project, out);
};

const readFile = (project: Project, file: ScriptFile, mcp: boolean, out: ScannedSurface, wrappers: Wrapper[]): void => {
  const { list, partner } = file.tokens;
  const text = (i: number): string => (list[i]?.type === 'string' ? '' : (list[i]?.text ?? ''));
  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    if (token.type === 'punctuation') {
      if (token.text === '{' && (partner[i] as number) > i) readToolObject(project, file, i, mcp, out);
      continue;
    }
    if (token.type !== 'name') continue;
    if (text(i - 1) === 'new' && Object.hasOwn(TRANSPORTS, token.text)) out.transports.push({ kind: TRANSPORTS[token.text]!, path: file.path, line: token.line });
    if (token.text === 'class' && mcp) readToolClass(project, file, i, out);
    const open = text(i + 1) === '(' ? i + 1 : skipTypeArguments(file.tokens, i + 1);
    if (open < 0 || (partner[open] as number) < open) continue;
    if (token.text === 'setRequestHandler' && /^ListTools/.test(text(open + 1))) out.listHandlers.push({ path: file.path, line: token.line });
    if (token.text === 'setRequestHandler' && list[open + 1]?.type === 'string' && list[open + 1]?.text === 'tools/list') out.listHandlers.push({ path: file.path, line: token.line });
    if (!Object.hasOwn(CALLS, token.text) || !mcp) continue;
    const member = text(i - 1) === '.' || text(i - 1) === '?.';
    if (!member && (NEEDS_RECEIVER.has(token.text) || text(i - 1) === 'function')) continue;
    if (text((partner[open] as number) + 1) === '{' || (!member && text((partner[open] as number) + 1) === ':')) continue; // a declaration, not a call
    const call = readExpression(file.tokens, member || open === i + 1 ? i : i).value;
    if (call.kind !== 'call') continue;
    readRegistration(project, file, CALLS[token.text]!, call, wrappers, out, text(i - 2));
  }
};

const readRegistration = (project: Project, file: ScriptFile, kind: FoundEntry['kind'], call: Extract<Value, { kind: 'call' }>, wrappers: Wrapper[], out: ScannedSurface, receiver: string): void => {
  let args = call.args;
  // `registerAppTool(server, 'name', …)`: the server comes first.
  if (args.length > 2 && args[0]?.kind === 'name' && args[1]?.kind === 'string') args = args.slice(1);
  const first = args[0];
  if (!first) return;
  const object = resolve(project, file, first);
  const unwrapped = object && unwrap(object.value);
  if (unwrapped?.kind === 'object') {
    // Objects written in place are found as tool objects; those of few keys only here.
    if (!out.entries.some((e) => e.path === object!.file.path && e.line === entryOf(unwrapped, 'name', 'uriTemplate', 'uri')?.line)) {
      const entry = entryFrom(project, object!.file, kind, partsOfObject(unwrapped), unwrapped);
      if (entry) out.entries.push(entry);
    }
    return;
  }
  if (args.length < 2 && first.kind !== 'string') {
    if (/server|mcp|app/i.test(receiver)) out.entries.push({ ...dynamicAt(file, kind, first, call), relisted: first.kind === 'name' });
    return;
  }
  const parts = partsOfCall(project, file, args);
  // A name that is a parameter of the function around it makes that function a wrapper.
  if (first.kind === 'name' && !first.path.includes('.')) {
    const range = around(file, call.token).find((f) => f.params.includes(first.path));
    if (range?.name) {
      const index = (value: Value | undefined): number => (value?.kind === 'name' ? range.params.indexOf(value.path) : -1);
      wrappers.push({ file, range, kind, name: index(first), description: index(parts.description ?? entryNamed(args, 'description')), schema: index(parts.schema), annotations: index(parts.annotations) });
      return;
    }
  }
  const entry = entryFrom(project, file, kind, parts, call);
  if (entry && !(entry.certainty === 'dynamic' && !/server|mcp|app|this/i.test(receiver))) out.entries.push(entry);
};

const entryNamed = (args: readonly Value[], key: string): Value | undefined => args.map((a) => entryOf(a, key)).find((v) => v !== undefined);

const dynamicAt = (file: ScriptFile, kind: FoundEntry['kind'], name: Value, whole: Value): FoundEntry => ({
  kind, name: `<${name.kind === 'name' ? name.path.slice(0, 100) : name.kind === 'call' ? `${name.callee}()`.slice(0, 100) : 'computed'}>`, certainty: 'dynamic', path: file.path,
  line: name.line, endLine: Math.max(name.line, whole.endLine), description: '', descriptionFrom: 'computed', params: null, annotations: {}, handler: null, relisted: false,
});

/** First-level keys of the object literal that opens at `open`, without reading what is in it. */
const keysAt = (file: ScriptFile, open: number): Set<string> => {
  const { list, partner } = file.tokens;
  const keys = new Set<string>();
  const close = partner[open] as number;
  for (let i = open + 1; i < close; i++) {
    const token = list[i]!;
    const before = list[i - 1]!;
    if (
      (token.type === 'name' || token.type === 'string') &&
      (i === open + 1 || (before.type === 'punctuation' && before.text === ',') || (before.type === 'name' && before.text === 'async')) &&
      list[i + 1]?.type === 'punctuation' &&
      [':', ',', '(', '}'].includes(list[i + 1]!.text)
    )
      keys.add(token.text);
    if ((partner[i] as number) > i) i = partner[i] as number;
  }
  return keys;
};

const readToolObject = (project: Project, file: ScriptFile, open: number, mcp: boolean, out: ScannedSurface): void => {
  const { list } = file.tokens;
  const keys = keysAt(file, open);
  if (!keys.has('name') && !keys.has('uriTemplate') && !keys.has('uri')) return;
  const sure = [...SURE_SCHEMA_KEYS].some((k) => keys.has(k));
  const likely = mcp && keys.has('description') && SCHEMA_KEYS.some((k) => keys.has(k)) && (HANDLER_KEYS.some((k) => keys.has(k)) || keys.has('annotations'));
  const isTool = keys.has('name') && !keys.has('uriTemplate') && !keys.has('uri') && (sure || likely);
  const isPrompt = !isTool && mcp && keys.has('name') && keys.has('description') && keys.has('arguments') && !keys.has('id') && !keys.has('params');
  const isResource = !isTool && mcp && keys.has('name') && (keys.has('uriTemplate') || (keys.has('uri') && (keys.has('mimeType') || keys.has('description')))) && !keys.has('text') && !keys.has('type');
  if (!isTool && !isPrompt && !isResource) return;
  // `interface X {` and `type X = {` describe tools, they do not define one. Nor does a pattern that takes one apart.
  const before = [1, 2, 3].map((back) => list[open - back]);
  if (before.some((t) => t?.type === 'name' && t.text === 'interface') || (before[0]?.text === '=' && before.some((t) => t?.text === 'type'))) return;
  const closing = file.tokens.partner[open] as number;
  const after = list[closing + 1];
  if (after?.type === 'punctuation' && (after.text === '=' || after.text === '=>')) return;
  const value = readExpression(file.tokens, open).value;
  const object = value.kind === 'object' ? value : null;
  if (!object) return;
  const parts = partsOfObject(object);
  if (isResource) parts.name = entryOf(object, 'uriTemplate', 'uri');
  if (parts.name?.kind === 'name' && /^(string|number|any|unknown|z|type)$/.test(parts.name.path)) return;
  if (parts.name?.kind === 'call' && /^(z|zod|t|Type|s)\./.test(parts.name.callee)) return;
  const entry = entryFrom(project, file, isTool ? 'tool' : isPrompt ? 'prompt' : 'resource', parts, object);
  if (entry && !(entry.certainty === 'dynamic' && !isTool)) out.entries.push(entry);
};

/** `class SearchTool extends MCPTool { name = 'search'; … }` */
const readToolClass = (project: Project, file: ScriptFile, i: number, out: ScannedSurface): void => {
  const name = file.tokens.list[i + 1]?.text ?? '';
  const around = file.tokens.list.slice(i + 2, i + 8);
  if (!around.some((t) => t.type === 'name' && /Tool$/.test(t.text)) || !around.some((t) => t.text === 'extends' || t.text === 'implements')) return;
  const field = (key: string): Value | undefined => file.declarations.get(`${name}.${key}`)?.[0]?.value();
  const parts: Parts = { name: field('name'), description: field('description'), schema: SCHEMA_KEYS.map(field).find((v) => v), annotations: field('annotations'), handler: undefined };
  if (!parts.name) return;
  const entry = entryFrom(project, file, 'tool', parts, parts.name);
  if (entry && entry.certainty !== 'dynamic') out.entries.push(entry);
};

const readWrapperCalls = (project: Project, wrapper: Wrapper, out: ScannedSurface): void => {
  for (const file of project.files) {
    if (file !== wrapper.file && !file.imports.has(wrapper.range.name)) continue;
    const { list } = file.tokens;
    list.forEach((token, i) => {
      if (token.type !== 'name' || token.text !== wrapper.range.name || (file === wrapper.file && i >= wrapper.range.from && i < wrapper.range.to)) return;
      if (list[i - 1]?.text === 'function' || (list[i + 1]?.text !== '(' && skipTypeArguments(file.tokens, i + 1) < 0)) return;
      const call = readExpression(file.tokens, i).value;
      if (call.kind !== 'call') return;
      const arg = (index: number): Value | undefined => (index >= 0 ? call.args[index] : undefined);
      const entry = entryFrom(project, file, wrapper.kind, { name: arg(wrapper.name), description: arg(wrapper.description), schema: arg(wrapper.schema), annotations: arg(wrapper.annotations), handler: call.args.findLast((a) => a.kind === 'function') }, call);
      if (entry) out.entries.push(entry);
    });
  }
};

/** Drops what was found twice, and sets definitions aside that nothing refers to. */
const settle = (project: Project, out: ScannedSurface): ScannedSurface => {
  const seen = new Set<string>();
  const unique = out.entries.filter((e) => {
    const key = `${e.kind} ${e.path}:${e.line} ${e.certainty === 'dynamic' ? '' : e.name}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const mentions = new Map<string, number>();
  for (const file of project.files)
    for (const [i, token] of file.tokens.list.entries())
      if (token.type === 'name' && !isBinding(file, i)) mentions.set(token.text, (mentions.get(token.text) ?? 0) + 1);
  const isUnused = (e: FoundEntry): boolean => {
    if (e.certainty === 'dynamic') return false;
    const file = project.files.find((f) => f.path === e.path);
    const owner = file && [...file.declarations.values()].flat().find((d) => {
      if (d.name.includes('.') || around(file, d.at).length > 0) return false;
      const value = unwrap(d.value());
      return value.kind === 'object' && entryOf(value, 'name', 'uri', 'uriTemplate')?.line === e.line && value.line <= e.line && value.endLine >= e.line;
    });
    return owner !== undefined && (mentions.get(owner.name) ?? 0) === 0;
  };
  return { ...out, entries: unique.filter((e) => !isUnused(e)), unused: unique.filter(isUnused) };
};

/** Declarations, imports and re-exports name a thing without using it. */
const isBinding = (file: ScriptFile, i: number): boolean => {
  const { list } = file.tokens;
  const before = list[i - 1]?.text ?? '';
  if (before === 'const' || before === 'let' || before === 'var' || before === 'function' || before === 'class') return true;
  for (let k = i - 1; k >= 0 && k > i - 120; k--) {
    const token = list[k]!;
    if (token.type === 'name' || (token.type === 'punctuation' && token.text === ',')) {
      if (token.text === 'import') return true;
      continue;
    }
    if (token.type === 'punctuation' && token.text === '{') {
      const lead = list[k - 1]?.text ?? '';
      return lead === 'import' || lead === 'export' || lead === 'type';
    }
    return false;
  }
  return false;
};
