// Long, because all the ways a TypeScript server registers something are read in one place.
import {
  dynamicAt,
  entryFrom,
  HANDLER_KEYS,
  type Parts,
  partsOfCall,
  partsOfObject,
  SCHEMA_KEYS,
  SURE_SCHEMA_KEYS,
} from './entry-javascript.ts';
import { entryOf, type Value } from './literal-value.ts';
import {
  around,
  type FunctionRange,
  type Project,
  projectOf,
  readScript,
  resolve,
  type ScriptFile,
  unwrap,
} from './scope-javascript.ts';
import { settle } from './settle-javascript.ts';
import { emptyScan, type FoundEntry, MOST_ENTRIES, type ScannedSurface } from './surface-entry.ts';
import { readExpression, skipTypeArguments } from './values-javascript.ts';

/**
 * The MCP surface of JavaScript and TypeScript sources: registrations by call, tool objects, and classes, with names
 * followed through constants, enums and imports. Reads text only; what is computed at run time is said to be.
 */

const MCP = /modelcontextprotocol|\bMcpServer\b|fastmcp|mcp-framework|\bmcp\b/i;

const CALLS: Record<string, FoundEntry['kind']> = {
  tool: 'tool',
  registerTool: 'tool',
  registerToolTask: 'tool',
  addTool: 'tool',
  registerAppTool: 'tool',
  prompt: 'prompt',
  registerPrompt: 'prompt',
  addPrompt: 'prompt',
  resource: 'resource',
  registerResource: 'resource',
  addResource: 'resource',
  addResourceTemplate: 'resource',
};

/** These words are too common to be a registration unless called on something. */
const NEEDS_RECEIVER = new Set(['tool', 'prompt', 'resource']);

const TRANSPORTS: Record<string, 'stdio' | 'http' | 'sse' | 'websocket'> = {
  StdioServerTransport: 'stdio',
  StreamableHTTPServerTransport: 'http',
  WebStandardStreamableHTTPServerTransport: 'http',
  NodeStreamableHTTPServerTransport: 'http',
  StreamableHTTPTransport: 'http',
  SSEServerTransport: 'sse',
  WebSocketServerTransport: 'websocket',
};

/** A function that passes its own parameters on to a registration: calls of it are registrations too. */
type Wrapper = {
  file: ScriptFile;
  range: FunctionRange;
  kind: FoundEntry['kind'];
  name: number;
  description: number;
  schema: number;
  annotations: number;
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
  const handlers: NamedHandler[] = [];
  // A file of tools need not say whose; one server in the tree is enough.
  const toolish = (path: string): boolean => relevant.size > 0 && /tool/i.test(path);
  for (const file of files)
    readFile(project, file, relevant.has(file.path) || toolish(file.path), out, wrappers, handlers);
  for (const wrapper of wrappers.slice(0, 20)) readWrapperCalls(project, wrapper, out);
  for (const e of out.entries) {
    const own = e.handler === null && e.kind === 'tool' ? handlers.filter((h) => h.name === e.name) : [];
    if (own.length === 1) e.handler = own[0]!.handler;
  }
  return settle(project, out);
};

/** What a tool does, written apart from what it is: `list: tool({ ...definitions.list, execute })`. */
type NamedHandler = { name: string; handler: FoundEntry['handler'] };

const readFile = (
  project: Project,
  file: ScriptFile,
  mcp: boolean,
  out: ScannedSurface,
  wrappers: Wrapper[],
  handlers: NamedHandler[],
): void => {
  const { list, partner } = file.tokens;
  const text = (i: number): string => (list[i]?.type === 'string' ? '' : (list[i]?.text ?? ''));
  for (let i = 0; i < list.length; i++) {
    if (out.entries.length > MOST_ENTRIES) {
      out.truncated = true;
      return;
    }
    const token = list[i]!;
    if (token.type === 'punctuation') {
      if (token.text === '{' && (partner[i] as number) > i)
        readToolObject(project, file, i, mcp, out, handlers);
      continue;
    }
    if (token.type !== 'name') continue;
    if (text(i - 1) === 'new' && Object.hasOwn(TRANSPORTS, token.text))
      out.transports.push({ kind: TRANSPORTS[token.text]!, path: file.path, line: token.line });
    if (token.text === 'class' && mcp) readToolClass(project, file, i, out);
    const open = text(i + 1) === '(' ? i + 1 : skipTypeArguments(file.tokens, i + 1);
    if (open < 0 || (partner[open] as number) < open) continue;
    if (token.text === 'setRequestHandler' && /^ListTools/.test(text(open + 1)))
      out.listHandlers.push({ path: file.path, line: token.line });
    if (
      token.text === 'setRequestHandler' &&
      list[open + 1]?.type === 'string' &&
      list[open + 1]?.text === 'tools/list'
    )
      out.listHandlers.push({ path: file.path, line: token.line });
    if (!Object.hasOwn(CALLS, token.text) || !mcp) continue;
    const member = text(i - 1) === '.' || text(i - 1) === '?.';
    if (!member && (NEEDS_RECEIVER.has(token.text) || text(i - 1) === 'function')) continue;
    if (
      text((partner[open] as number) + 1) === '{' ||
      (!member && text((partner[open] as number) + 1) === ':')
    )
      continue; // a declaration, not a call
    const call = readExpression(file.tokens, i).value;
    if (call.kind !== 'call') continue;
    readRegistration(project, file, CALLS[token.text]!, call, wrappers, out, member ? text(i - 2) : '');
  }
};

const readRegistration = (
  project: Project,
  file: ScriptFile,
  kind: FoundEntry['kind'],
  call: Extract<Value, { kind: 'call' }>,
  wrappers: Wrapper[],
  out: ScannedSurface,
  receiver: string,
): void => {
  let args = call.args;
  // `registerAppTool(server, 'name', …)`: the server comes first.
  if (receiver === '' && args.length > 2 && args[0]?.kind === 'name' && args[1]?.kind === 'string')
    args = args.slice(1);
  const first = args[0];
  if (!first) return;
  const object = resolve(project, file, first);
  const unwrapped = object && unwrap(object.value);
  if (unwrapped?.kind === 'object') {
    // Objects written in place are found as tool objects; those of few keys only here.
    if (
      !out.entries.some(
        (e) =>
          e.path === object!.file.path && e.line === entryOf(unwrapped, 'name', 'uriTemplate', 'uri')?.line,
      )
    ) {
      const entry = entryFrom(project, object!.file, kind, partsOfObject(unwrapped), unwrapped);
      if (entry) out.entries.push(entry);
    }
    return;
  }
  if (args.length < 2 && first.kind !== 'string') {
    if (/server|mcp|app/i.test(receiver))
      out.entries.push({ ...dynamicAt(file, kind, first, call), relisted: first.kind === 'name' });
    return;
  }
  const parts = partsOfCall(project, file, args);
  // A name that is a parameter of the function around it makes that function a wrapper.
  if (first.kind === 'name' && !first.path.includes('.')) {
    const range = around(file, call.token).find((f) => f.params.includes(first.path));
    if (range?.name) {
      const index = (value: Value | undefined): number =>
        value?.kind === 'name' ? range.params.indexOf(value.path) : -1;
      wrappers.push({
        file,
        range,
        kind,
        name: index(first),
        description: index(parts.description ?? entryNamed(args, 'description')),
        schema: index(parts.schema),
        annotations: index(parts.annotations),
      });
      return;
    }
  }
  const entry = entryFrom(project, file, kind, parts, call);
  if (entry && !(entry.certainty === 'dynamic' && !/server|mcp|app|this/i.test(receiver)))
    out.entries.push(entry);
};

const entryNamed = (args: readonly Value[], key: string): Value | undefined =>
  args.map((a) => entryOf(a, key)).find((v) => v !== undefined);

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
      (i === open + 1 ||
        (before.type === 'punctuation' && before.text === ',') ||
        (before.type === 'name' && before.text === 'async')) &&
      list[i + 1]?.type === 'punctuation' &&
      [':', ',', '(', '}'].includes(list[i + 1]!.text)
    )
      keys.add(token.text);
    if ((partner[i] as number) > i) i = partner[i] as number;
  }
  return keys;
};

const readToolObject = (
  project: Project,
  file: ScriptFile,
  open: number,
  mcp: boolean,
  out: ScannedSurface,
  handlers: NamedHandler[],
): void => {
  const { list } = file.tokens;
  const keys = keysAt(file, open);
  if (!keys.has('name') && !keys.has('uriTemplate') && !keys.has('uri')) {
    if (mcp) readNamedByKey(project, file, open, keys, out, handlers);
    return;
  }
  const sure = [...SURE_SCHEMA_KEYS].some((k) => keys.has(k));
  const likely =
    mcp &&
    keys.has('description') &&
    SCHEMA_KEYS.some((k) => keys.has(k)) &&
    (HANDLER_KEYS.some((k) => keys.has(k)) || keys.has('annotations'));
  const isTool = keys.has('name') && !keys.has('uriTemplate') && !keys.has('uri') && (sure || likely);
  const isPrompt =
    !isTool &&
    mcp &&
    keys.has('name') &&
    keys.has('description') &&
    keys.has('arguments') &&
    !keys.has('id') &&
    !keys.has('params');
  const isResource =
    !isTool &&
    mcp &&
    keys.has('name') &&
    (keys.has('uriTemplate') || (keys.has('uri') && (keys.has('mimeType') || keys.has('description')))) &&
    !keys.has('text') &&
    !keys.has('type');
  if (!isTool && !isPrompt && !isResource) return;
  // `interface X {` and `type X = {` describe tools, they do not define one. Nor does a pattern that takes one apart.
  const before = [1, 2, 3].map((back) => list[open - back]);
  if (
    before.some((t) => t?.type === 'name' && t.text === 'interface') ||
    (before[0]?.text === '=' && before.some((t) => t?.text === 'type'))
  )
    return;
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

/** Keys that say what an object is to its parent, not what a tool is called. */
const ROLES =
  /^(?:tool|tools|definition|def|config|spec|schema|metadata|meta|options|function|default|params|parameters|args|arguments|inputSchema|outputSchema|properties|items|prompt|resource|handler|info|annotations|data|input|output|result|response)$/i;

/** `{ list_tables: tool({ description, parameters, execute }) }`: a table of tools by their names. */
const readNamedByKey = (
  project: Project,
  file: ScriptFile,
  open: number,
  keys: ReadonlySet<string>,
  out: ScannedSurface,
  handlers: NamedHandler[],
): void => {
  const does = HANDLER_KEYS.some((k) => keys.has(k));
  const whole =
    keys.has('description') &&
    SCHEMA_KEYS.some((k) => keys.has(k)) &&
    (does || keys.has('annotations') || keys.has('outputSchema'));
  if (!whole && !does) return;
  const { list } = file.tokens;
  let at = open - 1;
  if (list[at]?.text === '(') {
    if (list[at - 1]?.type !== 'name' || !/[Tt]ool$/.test(list[at - 1]!.text)) return;
    at -= 2;
    while (list[at]?.text === '.') at -= 2;
  }
  const key = list[at - 1];
  const before = list[at - 2]?.text ?? '';
  if (list[at]?.text !== ':' || list[at]?.type !== 'punctuation' || !key) return;
  if ((key.type !== 'name' && key.type !== 'string') || ROLES.test(key.text) || !/^[{,]$/.test(before))
    return;
  const value = readExpression(file.tokens, open).value;
  if (value.kind !== 'object') return;
  const { line } = key;
  if (!whole) {
    const { handler } = partsOfObject(value);
    if (value.spreads.length > 0 && handler?.kind === 'function')
      handlers.push({
        name: key.text,
        handler: {
          path: file.path,
          startLine: handler.line,
          endLine: Math.max(handler.line, handler.endLine),
        },
      });
    return;
  }
  const name: Value = { kind: 'string', value: key.text, complete: true, token: at - 1, line, endLine: line };
  const entry = entryFrom(project, file, 'tool', { ...partsOfObject(value), name }, value);
  if (entry) out.entries.push(entry);
};

/** `class SearchTool extends MCPTool { name = 'search'; … }` */
const readToolClass = (project: Project, file: ScriptFile, i: number, out: ScannedSurface): void => {
  const name = file.tokens.list[i + 1]?.text ?? '';
  const around = file.tokens.list.slice(i + 2, i + 8);
  if (
    !around.some((t) => t.type === 'name' && /Tool$/.test(t.text)) ||
    !around.some((t) => t.text === 'extends' || t.text === 'implements')
  )
    return;
  const field = (key: string): Value | undefined => file.declarations.get(`${name}.${key}`)?.[0]?.value();
  const parts: Parts = {
    name: field('name'),
    description: field('description'),
    schema: SCHEMA_KEYS.map(field).find((v) => v),
    annotations: field('annotations'),
    handler: undefined,
  };
  if (!parts.name) return;
  const entry = entryFrom(project, file, 'tool', parts, parts.name);
  if (entry && entry.certainty !== 'dynamic') out.entries.push(entry);
};

const readWrapperCalls = (project: Project, wrapper: Wrapper, out: ScannedSurface): void => {
  for (const file of project.files) {
    if (file !== wrapper.file && !file.imports.has(wrapper.range.name)) continue;
    const { list } = file.tokens;
    list.forEach((token, i) => {
      if (
        token.type !== 'name' ||
        token.text !== wrapper.range.name ||
        (file === wrapper.file && i >= wrapper.range.from && i < wrapper.range.to)
      )
        return;
      if (
        list[i - 1]?.text === 'function' ||
        (list[i + 1]?.text !== '(' && skipTypeArguments(file.tokens, i + 1) < 0)
      )
        return;
      const call = readExpression(file.tokens, i).value;
      if (call.kind !== 'call') return;
      const arg = (index: number): Value | undefined => (index >= 0 ? call.args[index] : undefined);
      const entry = entryFrom(
        project,
        file,
        wrapper.kind,
        {
          name: arg(wrapper.name),
          description: arg(wrapper.description),
          schema: arg(wrapper.schema),
          annotations: arg(wrapper.annotations),
          handler: call.args.findLast((a) => a.kind === 'function'),
        },
        call,
      );
      if (entry) out.entries.push(entry);
    });
  }
};
