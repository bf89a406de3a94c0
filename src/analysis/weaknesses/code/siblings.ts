import type { Class, Expr, Fn, Module, Span, Stmt } from '../../sources/ir.ts';
import { expressionsIn, expressionsOf, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { lastNameOf, literalText } from './names.ts';

/**
 * Handlers that change something without asking whether the caller may, beside others of the same class or file that do
 * ask (CWE-862). What a handler is, and what it does, is taken from how it is registered and from its name.
 */
export type Unasked = Span & { name: string; asked: readonly string[] };

type Handler = { name: string; fn: Fn; group: string; asks: boolean; cls?: Class };

/** `@Tool`, `@mcp.tool()`, `@PostMapping`, `@router.delete("/x")`, `#[tool]`. */
const REGISTERS =
  /^(?:tool|mcp_?tool|resource|prompt|get|post|put|patch|delete|route|api_route|command|(?:get|post|put|patch|delete|request)mapping|mutation|query|path|action|procedure)$/i;
/** `server.tool("name", …, handler)`, `router.post("/x", handler)`. */
const TAKES_HANDLER =
  /^(?:tool|registerTool|addTool|post|put|patch|delete|HandleFunc|Handle|POST|PUT|PATCH|DELETE|AddTool)$/;

const ACTS =
  /^(?:handle_?)?_?(?:create|update|delete|apply|remove|write|put|set|add|insert|modify|patch|deploy|execute|run|manage|start|stop|terminate|drop|upload|send|publish|grant|revoke|trigger|build|rebuild|replay|cancel|abort|kill|restart|scale|import|merge|approve|assign|transfer|rename|move|edit|install|uninstall|register|reset|enable|disable|schedule|submit|close|archive|restore)(?:[A-Z_:-]|$)/;

const ASKS =
  /^_?(?:check|require|ensure|assert|verify|validate|enforce|has|is|can|may|authorize|must)_?(?:\w*(?:permi\w*|access\w*|auth\w*|roles?|scopes?|privilege\w*|owner\w*|allowed|admin\w*|writ\w*|read_?only\w*|granted))?$/i;
const NAMES_RIGHT = /permi|access|auth|role|scope|privilege|owner|allowed|admin|writ|read_?only|granted/i;
const SWITCH = /^_?(?:allow_?(?:write|\w{3,20}_?access)s?|(?:is_?)?read_?only(?:_?mode)?|writes?_?enabled)$/i;
const GUARDS_BY_MARK =
  /^(?:PreAuthorize|PostAuthorize|Secured|RolesAllowed|RequiresPermissions|RequiresRoles|login_required|permission_required|permissions?|roles?|authorized?|authenticated|require\w*|requires\w*|Guard|UseGuards|protected|scopes?|check_\w+|ensure_\w+)$/i;

/** What a framework has to get for a handler before it runs, and that refuses whoever is nobody. */
const DEPENDS_ON = /^_?(?:require|verify|authenticate|enforce)_?\w+$/i;

const asksWhether = (fn: Fn): boolean => {
  if (fn.decorators.some((d) => GUARDS_BY_MARK.test(lastNameOf(d)))) return true;
  if (
    fn.params.some(
      (p) =>
        p.defaultValue &&
        /^(?:Depends|Security)$/.test(lastNameOf(p.defaultValue)) &&
        (asksIn(p.defaultValue) || [...within(p.defaultValue)].some((x) => DEPENDS_ON.test(lastNameOf(x)))),
    )
  )
    return true;
  for (const e of expressionsIn(fn.body)) {
    if (e.kind === 'call' && asksIn(e.callee)) return true;
    if ((e.kind === 'name' || e.kind === 'member') && SWITCH.test(lastNameOf(e))) return true;
    if (e.kind === 'function' && asksWhether(e.fn)) return true;
  }
  return false;
};

const asksIn = (e: Expr): boolean =>
  [...within(e)].some((x) => {
    const name = lastNameOf(x);
    return ASKS.test(name) && NAMES_RIGHT.test(name);
  });

const mark = (d: Expr): string => lastNameOf(d);

const decorated = (fn: Fn, group: string): Handler[] =>
  fn.name !== '' && fn.decorators.some((d) => REGISTERS.test(mark(d)))
    ? [{ name: fn.name, fn, group, asks: asksWhether(fn) }]
    : [];

/** Functions handed to a registration by a literal name; one named elsewhere in the file is looked up. */
const handedOver = (body: readonly Stmt[], named: ReadonlyMap<string, Fn>): Handler[] => {
  const found: Handler[] = [];
  for (const s of statementsIn(body))
    for (const top of expressionsOf(s))
      for (const e of within(top)) {
        if (e.kind !== 'call' || !TAKES_HANDLER.test(lastNameOf(e.callee))) continue;
        const name = literalText(e.args[0]?.value);
        const last = e.args.at(-1)?.value;
        if (name === null || !last) continue;
        const fn = last.kind === 'function' ? last.fn : named.get(lastNameOf(last));
        if (fn)
          found.push({
            name,
            fn,
            group: 'calls',
            asks: asksWhether(fn) || e.args.slice(1, -1).some((a) => asksIn(a.value)),
          });
      }
  return found;
};

/** Functions that take the call's request or context, in the types that SDKs have for it: handlers in a table or a switch. */
const TAKES_CALL = /CallToolRequest|ToolRequest|http\.Request|\bContext\b|Parameters</;

const alike = (fn: Fn, cls: Class | null): Handler[] => {
  const types = fn.params.map((p) => p.type.replaceAll(/\s/g, '').replace(/^([^<]*)<.*>/, '$1'));
  const takes = fn.params.some((p) => TAKES_CALL.test(p.type) || /^(?:ctx|context)$/.test(p.name));
  return takes && fn.name !== ''
    ? [
        {
          name: fn.name,
          fn,
          // A method's further parameters are its own; functions are alike in all of theirs.
          group: cls ? `methods ${cls.name}` : `like ${types.join()}`,
          asks: asksWhether(fn),
          ...(cls && { cls }),
        },
      ]
    : [];
};

const handlersOf = (m: Module): Handler[] => {
  const functions = functionsOf(m);
  const named = new Map(functions.flatMap(({ fn }) => (fn.name ? [[fn.name, fn] as const] : [])));
  return functions.flatMap(({ fn, cls }) => {
    const marked = decorated(fn, `class ${cls?.name ?? ''}`);
    return [...(marked.length > 0 ? marked : alike(fn, cls)), ...handedOver(fn.body, named)];
  });
};

const callsOf = (fn: Fn): Set<string> => {
  const names = new Set<string>();
  const look = (body: readonly Stmt[]): void => {
    for (const e of expressionsIn(body)) {
      if (e.kind === 'member') names.add(e.property);
      if (e.kind === 'function') look(e.fn.body);
    }
  };
  look(fn.body);
  return names;
};

/** Methods that one which asks calls, or hands on, itself or through others of its class: they stand behind its question. */
const behind = (cls: Class | undefined, asking: readonly Fn[]): ReadonlySet<Fn> => {
  const reached = new Set<Fn>();
  const go = (fn: Fn): void => {
    const names = callsOf(fn);
    for (const m of cls?.methods ?? [])
      if (names.has(m.name) && m !== fn && !reached.has(m)) {
        reached.add(m);
        go(m);
      }
  };
  for (const fn of asking) go(fn);
  return reached;
};

/** One that asks is a habit only if those that do not are few beside those that do. */
const MOST = 2;

/** The line a person would put the question on: the first that does something. */
const firstLine = (fn: Fn): number =>
  fn.body.find((s) => s.kind !== 'expr' || s.value.kind !== 'literal')?.at.line ?? fn.at.line;

export const unaskedHandlers = (m: Module): Unasked[] => {
  const groups = Map.groupBy(
    handlersOf(m).filter((h) => ACTS.test(h.name)),
    (h) => h.group,
  );
  const found = new Map<string, Unasked>();
  for (const handlers of groups.values()) {
    const asked = handlers.filter((h) => h.asks);
    const reached = behind(
      asked.find((h) => h.cls)?.cls,
      asked.map((h) => h.fn),
    );
    const open = handlers.filter((h) => !h.asks && !reached.has(h.fn));
    if (asked.length === 0 || open.length > asked.length * MOST) continue;
    for (const h of open) {
      const line = firstLine(h.fn);
      found.set(`${line}`, {
        line,
        endLine: h.fn.body.at(-1)?.at.endLine ?? line,
        name: h.name,
        asked: asked.map((a) => a.name),
      });
    }
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
};
