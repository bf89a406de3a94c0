// Long, because all the ways a Python server registers something are read in one place.
import { brief, namedOf, plainValue, type Value } from './literal-value.ts';
import { classTools } from './python-class-tools.ts';
import { type Mount, mountsIn, prefixOf } from './python-mounts.ts';
import type { Param } from './schema-javascript.ts';
import { calleeOf, paramsOfFunction, paramsOfSchema } from './schema-python.ts';
import {
  type PyFile,
  type PyFunction,
  type PyProject,
  pyProjectOf,
  readPythonFile,
  resolvePython,
} from './scope-python.ts';
import { emptyScan, type FoundEntry, MOST_ENTRIES, type ScannedSurface, TOOL_NAME } from './surface-entry.ts';
import { readPython } from './values-python.ts';

/**
 * The MCP surface of Python sources: decorated functions, `Tool(…)` objects and `add_tool(…)` calls, with names
 * followed through constants and enums.
 */

const MCP = /\bmcp\b|fastmcp|modelcontextprotocol|_mcp\b|\bmcp_/i;

const KINDS: Record<string, FoundEntry['kind']> = { tool: 'tool', prompt: 'prompt', resource: 'resource' };

export const readPythonSurface = (sources: readonly { path: string; text: string }[]): ScannedSurface => {
  const relevant = new Set(sources.filter((s) => MCP.test(s.text)).map((s) => s.path));
  const project = pyProjectOf(sources.map((s) => readPythonFile(s.path, s.text)));
  const out = emptyScan();
  const servers = new Map<FoundEntry, { file: PyFile; path: string }>();
  const mounts: Mount[] = [];
  for (const file of project.files) {
    if (!relevant.has(file.path)) continue;
    if (out.entries.length > MOST_ENTRIES) {
      out.truncated = true;
      break;
    }
    for (const fn of file.functions) readDecorated(project, file, fn, out, servers);
    readCalls(project, file, out, servers);
    mounts.push(...mountsIn(file));
  }
  if (relevant.size > 0) for (const file of project.files) out.entries.push(...classTools(project, file));
  for (const [e, server] of servers) {
    const prefix = prefixOf(project, mounts, server.file, server.path);
    if (prefix === null || e.kind !== 'tool') continue;
    e.name = `${prefix}_${e.name}`;
    if (e.certainty === 'literal') e.certainty = 'derived';
  }
  const seen = new Set<string>();
  out.entries = out.entries.filter((e) => {
    const key = `${e.kind} ${e.path}:${e.line} ${e.name}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  return out;
};

/** What a decorator makes of a function, or null. */
const decoratorKind = (project: PyProject, path: string): FoundEntry['kind'] | null => {
  const parts = path.split('.');
  const last = parts.at(-1) as string;
  const receiver = parts.slice(0, -1).join('.');
  if (receiver !== '')
    return Object.hasOwn(KINDS, last) && !/agent|langchain|llm/i.test(receiver) ? KINDS[last]! : null;
  // A decorator of the project's own: `@acme_tool(…)`.
  const own = /^(?:\w+_)?(tool|prompt|resource)$/.exec(last)?.[1];
  return own && (project.functions.has(last) || project.values.has(last)) ? KINDS[own]! : null;
};

type Servers = Map<FoundEntry, { file: PyFile; path: string }>;

const readDecorated = (
  project: PyProject,
  file: PyFile,
  fn: PyFunction,
  out: ScannedSurface,
  servers: Servers,
): void => {
  for (const decorator of fn.decorators) {
    const path = calleeOf(decorator);
    if (/\.list_tools$/.test(path)) out.listHandlers.push({ path: file.path, line: fn.line });
    const kind = decoratorKind(project, path);
    if (!kind) continue;
    const args = decorator.kind === 'call' ? decorator.args : [];
    const named =
      namedOf(decorator, 'name') ??
      (args[0] &&
      (kind === 'resource' ||
        args[0].kind === 'string' ||
        (args[0].kind === 'name' && resolvePython(project, file, args[0])?.value.kind === 'string'))
        ? args[0]
        : namedOf(decorator, 'uri'));
    const place: Value = {
      kind: 'string',
      value: fn.name,
      complete: true,
      token: fn.at,
      line: fn.line,
      endLine: fn.line,
    };
    const made = entry(
      project,
      file,
      kind,
      named ?? place,
      { ...place, endLine: fn.endLine },
      fn,
      namedOf(decorator, 'description'),
      annotationsOf(project, file, decorator),
      paramsOfFunction(project, file, fn),
      fn.line,
    );
    out.entries.push(made);
    servers.set(made, { file, path: path.slice(0, Math.max(0, path.lastIndexOf('.'))) });
  }
};

/** Hints by keyword, in the specification's spelling or Python's. */
const annotationsOf = (project: PyProject, file: PyFile, call: Value): Record<string, unknown> => {
  const raw = namedOf(call, 'annotations') ?? call;
  const value = resolvePython(project, file, raw)?.value ?? raw;
  const pairs = value.kind === 'call' ? value.named : value.kind === 'object' ? value.entries : [];
  const hints: Record<string, unknown> = {};
  for (const { key, value: hint } of pairs) {
    const name = key.replace(/_([a-z])/g, (_all, c: string) => c.toUpperCase());
    const plain = plainValue(resolvePython(project, file, hint)?.value);
    if (/^(readOnly|destructive|idempotent|openWorld)Hint$/.test(name) && plain !== undefined)
      hints[name] = plain;
    else if (value !== call && name === 'title' && typeof plain === 'string') hints.title = plain;
  }
  return hints;
};

const entry = (
  project: PyProject,
  file: PyFile,
  kind: FoundEntry['kind'],
  named: Value,
  whole: Value,
  fn: PyFunction | null,
  description: Value | undefined,
  annotations: Record<string, unknown>,
  params: Param[] | null,
  line: number,
  handlerFile = file,
): FoundEntry => {
  const found = resolvePython(project, file, named);
  const name =
    found?.value.kind === 'string' &&
    found.value.complete &&
    (kind !== 'tool' || TOOL_NAME.test(found.value.value))
      ? found.value.value
      : null;
  const text = description && resolvePython(project, file, description);
  const given = text?.value.kind === 'string' ? text.value : null;
  return {
    kind,
    name:
      name?.slice(0, 300) ??
      `<${(named.kind === 'name' ? named.path : named.kind === 'string' ? named.value : named.kind === 'call' ? `${named.callee}()` : 'computed').slice(0, 100)}>`,
    certainty: name === null ? 'dynamic' : found?.followed ? 'derived' : 'literal',
    path: file.path,
    line,
    endLine: Math.max(line, whole.endLine),
    nameAt: `${file.path}:${line}`,
    description: (given?.value ?? (description ? '' : (fn?.docstring ?? ''))).slice(0, 20_000),
    descriptionFrom:
      description && !given
        ? description.kind === 'call'
          ? `${description.callee}(${description.args.slice(0, 1).map(brief).join('')})`
          : description.kind === 'name'
            ? description.path
            : 'computed'
        : given && !given.complete
          ? 'partly computed'
          : null,
    params,
    annotations,
    handler: fn ? { path: handlerFile.path, startLine: fn.line, endLine: fn.endLine } : null,
    relisted:
      name === null &&
      ((named.kind === 'name' && /(^|[._])name(\.value)?$/.test(named.path)) ||
        (named.kind === 'call' && /name$/.test(named.callee))),
  };
};

const readCalls = (project: PyProject, file: PyFile, out: ScannedSurface, servers: Servers): void => {
  const { list, partner } = file.tokens;
  list.forEach((token, i) => {
    if (token.type !== 'name' || out.entries.length > MOST_ENTRIES) return;
    if (list[i + 1]?.text !== '(' || list[i + 1]?.type !== 'punctuation' || (partner[i + 1] as number) < i)
      return;
    const before =
      list[i - 1]?.type === 'punctuation' || list[i - 1]?.type === 'name' ? list[i - 1]!.text : '';
    if (before === 'def' || before === 'class' || before === '@') return;
    transport(file, i, out);
    if (/^(?:from_openapi|from_fastapi|FastApiMCP|as_proxy|create_proxy)$/.test(token.text))
      readMadeElsewhere(project, file, i, out);
    if (/Tool(Definition|Spec)?$/.test(token.text) && !/^(?:Base|Call|List)/.test(token.text))
      readToolObject(project, file, i, out, 'tool');
    else if (token.text === 'Prompt') readToolObject(project, file, i, out, 'prompt');
    else if (token.text === 'Resource' || token.text === 'ResourceTemplate')
      readToolObject(project, file, i, out, 'resource');
    else if (
      before === '.' &&
      (token.text === 'add_tool' ||
        (token.text === 'from_function' && list[i - 2]?.text === 'Tool') ||
        token.text === 'tool')
    ) {
      const count = out.entries.length;
      if (
        token.text !== 'tool' ||
        list[(partner[i + 1] as number) + 1]?.text === '(' ||
        handsFunction(project, file, i)
      )
        readAddTool(project, file, i, out);
      for (const made of out.entries.slice(count)) servers.set(made, { file, path: receiverBefore(file, i) });
    }
  });
};

/** Tools made of a description of an interface, or of another server, when the server starts. */
const readMadeElsewhere = (project: PyProject, file: PyFile, i: number, out: ScannedSurface): void => {
  const value = readPython(file.tokens, i).value;
  if (value.kind !== 'call') return;
  const made = entry(
    project,
    file,
    'tool',
    { ...value, target: null },
    value,
    null,
    value,
    {},
    null,
    value.line,
  );
  out.entries.push({ ...made, relisted: false });
};

/** `mcp.tool(function, name="x")`: a registration by the decorator's own name. */
const handsFunction = (project: PyProject, file: PyFile, i: number): boolean => {
  const value = readPython(file.tokens, i).value;
  const [first] = value.kind === 'call' ? value.args : [];
  if (first?.kind !== 'name') return false;
  return functionNamed(project, file, first) !== null || namedOf(value, 'name') !== undefined;
};

/** `a.b` before `.tool(`. */
const receiverBefore = (file: PyFile, i: number): string => {
  const { list } = file.tokens;
  const parts: string[] = [];
  for (let at = i - 1; list[at]?.text === '.' && list[at - 1]?.type === 'name'; at -= 2)
    parts.unshift(list[at - 1]!.text);
  return parts.join('.');
};

/** `Tool(name=…, description=…, inputSchema=…)` and the like, in any project's spelling. */
const readToolObject = (
  project: PyProject,
  file: PyFile,
  i: number,
  out: ScannedSurface,
  kind: FoundEntry['kind'],
): void => {
  const value = readPython(file.tokens, i).value;
  if (value.kind !== 'call') return;
  const fnArg = namedOf(value, 'fn', 'func', 'function', 'handler', 'callable');
  const schema = namedOf(value, 'inputSchema', 'input_schema', 'parameters', 'args_schema');
  const name =
    namedOf(value, 'name') ?? (kind === 'resource' ? namedOf(value, 'uri', 'uriTemplate') : undefined);
  if (kind !== 'tool') {
    if (name && (kind === 'resource' || namedOf(value, 'description', 'arguments')))
      out.entries.push(
        entry(project, file, kind, name, value, null, namedOf(value, 'description'), {}, null, value.line),
      );
    return;
  }
  if (!fnArg && !(name && (schema || namedOf(value, 'description')))) return;
  const target = fnArg ? functionNamed(project, file, fnArg) : null;
  if (!name && !target) return;
  const named: Value = name ?? {
    kind: 'string',
    value: target!.fn.name,
    complete: true,
    token: i,
    line: value.line,
    endLine: value.line,
  };
  const params = target
    ? paramsOfFunction(project, target.file, target.fn)
    : paramsOfSchema(project, file, schema);
  out.entries.push(
    entry(
      project,
      file,
      kind,
      named,
      value,
      target?.fn ?? null,
      namedOf(value, 'description'),
      annotationsOf(project, file, value),
      params,
      value.line,
      target?.file,
    ),
  );
};

const readAddTool = (project: PyProject, file: PyFile, i: number, out: ScannedSurface): void => {
  const value = readPython(file.tokens, i).value;
  if (value.kind !== 'call') return;
  const fnArg = namedOf(value, 'fn', 'func', 'function') ?? value.args[0];
  if (!fnArg || fnArg.kind === 'call') return; // `add_tool(Tool(…))`: the object is read where it stands
  const target = functionNamed(project, file, fnArg);
  const name = namedOf(value, 'name');
  if (!target && !name) {
    if (fnArg.kind === 'name' && !/self|cls/.test(fnArg.path))
      out.entries.push(
        entry(
          project,
          file,
          'tool',
          { ...fnArg, path: `${fnArg.path}.name` },
          value,
          null,
          undefined,
          {},
          null,
          value.line,
        ),
      );
    return;
  }
  const named: Value = name ?? {
    kind: 'string',
    value: target!.fn.name,
    complete: true,
    token: i,
    line: value.line,
    endLine: value.line,
  };
  out.entries.push(
    entry(
      project,
      file,
      'tool',
      named,
      value,
      target?.fn ?? null,
      namedOf(value, 'description'),
      annotationsOf(project, file, value),
      target ? paramsOfFunction(project, target.file, target.fn) : null,
      value.line,
      target?.file,
    ),
  );
};

const functionNamed = (
  project: PyProject,
  file: PyFile,
  value: Value,
): { file: PyFile; fn: PyFunction } | null => {
  // `wrap(fn)`, `partial(fn, …)`: a wrapper that keeps the name of what it wraps.
  if (value.kind === 'call' && value.args[0]?.kind === 'name')
    return functionNamed(project, file, value.args[0]);
  if (value.kind !== 'name') return null;
  const last = value.path.split('.').at(-1) as string;
  const own = file.functions.findLast((f) => f.name === last);
  if (own) return { file, fn: own };
  const elsewhere = project.functions.get(last) ?? [];
  return elsewhere.length === 1 ? elsewhere[0]! : null;
};

const transport = (file: PyFile, i: number, out: ScannedSurface): void => {
  const { list } = file.tokens;
  const word = list[i]!.text;
  const add = (kind: ScannedSurface['transports'][number]['kind']): void => {
    out.transports.push({ kind, path: file.path, line: list[i]!.line });
  };
  if (word === 'stdio_server') add('stdio');
  else if (word === 'SseServerTransport' || word === 'sse_app' || word === 'run_sse_async') add('sse');
  else if (
    word === 'StreamableHTTPSessionManager' ||
    word === 'streamable_http_app' ||
    word === 'http_app' ||
    word === 'run_streamable_http_async'
  )
    add('http');
  else if (word === 'run' && list[i - 1]?.text === '.' && /^(?:uvicorn)$/.test(list[i - 2]?.text ?? ''))
    add('http');
  else if (
    (word === 'run' || word === 'run_async') &&
    list[i - 1]?.text === '.' &&
    /mcp|server|app/i.test(list[i - 2]?.text ?? '')
  ) {
    const call = readPython(file.tokens, i).value;
    const named = namedOf(call, 'transport') ?? (call.kind === 'call' ? call.args[0] : undefined);
    if (named?.kind === 'string')
      add(
        /stdio/.test(named.value)
          ? 'stdio'
          : /sse/.test(named.value)
            ? 'sse'
            : /http/.test(named.value)
              ? 'http'
              : 'unknown',
      );
    else if (!named && /mcp/i.test(list[i - 2]?.text ?? ''))
      add('stdio'); // the SDK's default
    else if (namedOf(call, 'transport')) add('unknown');
  }
};
