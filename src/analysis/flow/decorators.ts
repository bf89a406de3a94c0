import type { Expr, Fn } from '../sources/ir.ts';
import { enterHandler, type Style } from './doors.ts';
import type { Frame } from './frame.ts';
import { SAYS_TOOL } from './handlers.ts';
import { type ClassInfo, type FnInfo, type OriginKind, type Scope, type Value, valueWith } from './value.ts';
import { pathText } from './walk-statements.ts';

/** Handlers by their decorators and annotations, and classes that are one tool each. */

type Door = { kind: OriginKind; name: string; style: Style };

/** What a decorator or annotation makes of a function. */
export const decoratorKind = (d: Expr): Door | null => {
  const call = d.kind === 'call' ? d : null;
  const path = pathText(call ? call.callee : d);
  const last = path.slice(path.lastIndexOf('.') + 1);
  const named = call?.args.find(
    (a) => (a.name === undefined || a.name === 'name') && a.value.kind === 'literal' && a.value.isString,
  )?.value;
  const name = named?.kind === 'literal' ? (named.value ?? '') : '';
  // `@audited_tool(mcp, 'name')`: a server's own decorator around the framework's.
  if (
    /^(?:tool|Tool|McpTool|ToolMethod|tool_fn)$/.test(last) ||
    /^(?!(?:call|get|list|use|find|has|is|on|run|test|remove|delete|no)_)[a-z]\w*_tool$/.test(last)
  )
    return { kind: 'tool', name: /\s/.test(name) ? '' : name, style: 'arguments' };
  if (last === 'call_tool') return { kind: 'tool', name: '', style: 'named' };
  if (/^(?:resource|McpResource|resource_template)$/.test(last))
    return { kind: 'resource', name, style: 'arguments' };
  if (last === 'read_resource') return { kind: 'resource', name: '', style: 'named' };
  if (/^(?:prompt|McpPrompt)$/.test(last)) return { kind: 'prompt', name, style: 'arguments' };
  if (last === 'get_prompt') return { kind: 'prompt', name: '', style: 'named' };
  if (
    /^(?:get|post|put|delete|patch|route|api_route|websocket|custom_route)$/.test(last) &&
    path.includes('.') &&
    name.startsWith('/')
  )
    return { kind: 'http', name: `${last.toUpperCase()} ${name}`, style: 'arguments' };
  if (/^(?:Get|Post|Put|Delete|Patch|Request)Mapping$/.test(last))
    return { kind: 'http', name, style: 'arguments' };
  return null;
};

/** Enters a function that its decorators make a handler. */
export const decorated = (
  f: Frame,
  info: FnInfo,
  fn: Fn,
  scope: Scope | null,
  self: Value | null = null,
): void => {
  for (const d of fn.decorators) {
    const door = decoratorKind(d);
    if (door) {
      enterHandler(
        f,
        door.kind,
        door.name || (door.style === 'named' ? '' : fn.name),
        { fn: info, scope, self },
        door.style,
        null,
      );
      return;
    }
  }
};

const TOOL_METHODS = ['execute', 'run', 'handle', 'call', 'invoke', 'handler', '_run', '_execute', 'apply'];

/** Methods that decorators make handlers, and classes that are one tool each. */
export const classEntries = (f: Frame, cls: ClassInfo): void => {
  const self = valueWith({ refs: [{ kind: 'object', cls }] });
  for (const method of cls.methods.values()) decorated(f, method, method.fn, cls.module.scope, self);
  const bases = cls.cls.bases.map(pathText).join(' ');
  const name = cls.cls.fields.find((x) => x.name === 'name')?.value;
  const isTool = /Tool\w*$/.test(cls.cls.name) || /Tool/.test(bases);
  const describes =
    cls.cls.fields.some((x) => SAYS_TOOL.includes(x.name)) ||
    cls.methods.has('description') ||
    cls.methods.has('inputSchema');
  if (!isTool || !(name || describes || /Tool/.test(bases))) return;
  const method = TOOL_METHODS.map((m) => cls.methods.get(m)).find((m) => m);
  const literal = name?.kind === 'literal' ? (name.value ?? '') : cls.cls.name;
  const schema = cls.cls.fields.find((x) => /^(?:schema|inputSchema|parameters|argsSchema)$/.test(x.name));
  if (method)
    enterHandler(
      f,
      'tool',
      literal,
      { fn: method, scope: cls.module.scope, self },
      'arguments',
      schema ? (cls.fields.get(schema.name) ?? null) : null,
    );
};
