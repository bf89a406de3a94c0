import type { Expr, Param } from './ir.ts';

/** Parameters that the program or its framework brings to a handler, by their types: nothing a client could send. */

const nameOf = (e: Expr): string =>
  e.kind === 'call' ? nameOf(e.callee) : e.kind === 'member' ? e.property : e.kind === 'name' ? e.name : '';

/** A framework's own objects, and services by interface or by what a type is called. */
const SERVICES =
  /^(?:CancellationToken|I[A-Z]\w{0,80}|McpServer|RequestContext|HttpClient|HttpContext|HttpRequest|ClaimsPrincipal|ToolInvocationContext|FunctionContext|Kernel|\w{0,80}(?:Connection|Service|Services|Client|Context|Logger|Factory|Manager|Provider|Repository|Accessor|Store|Session|Cache|Runner|Executor|Engine|Helper|Registry|Monitor|Handler|Server|Interface|Gateway))$/;
const DATA_INTERFACES = /^I(?:Enumerable|List|Collection|Dictionary|ReadOnly\w{1,20}|Set)$/;

/** The name of a type without what it is of: `List<string>?` is `List`. */
export const typeHead = (type: string): string =>
  type.replace(/\?$/, '').split('<')[0]!.split(/[.\\]/).at(-1)!.trim();

export const isService = (p: Pick<Param, 'type' | 'decorators'>): boolean => {
  const head = typeHead(p.type);
  if ((p.decorators ?? []).some((d) => /^(?:FromServices|FromKeyedServices)$/.test(nameOf(d)))) return true;
  return SERVICES.test(head) && !DATA_INTERFACES.test(head);
};

/** Whether a class with these methods does something, and is not only what is sent. */
export const behaves = (methods: readonly { name: string; params: readonly unknown[] }[]): boolean =>
  methods.some(
    (m) =>
      m.name !== '<init>' &&
      m.params.length > 0 &&
      !/^(?:Equals|CompareTo|Validate|Is[A-Z]\w*)$/.test(m.name),
  );
