import type { Expr } from '../sources/ir.ts';
import { remember, setPlace } from './assign.ts';
import type { Frame } from './frame.ts';
import { basesIn, longer, methodOf } from './members.ts';
import type { Given } from './summary.ts';
import { type FnInfo, type Ref, type Value, valueWith, withField } from './value.ts';

/** What is called where that is neither a function nor a method by its name. */

type Call = Extract<Expr, { kind: 'call' }>;
type FunctionRef = Extract<Ref, { kind: 'function' }>;

/** `ring(x)` of an object whose class says what calling it does. */
export const calledObjects = (f: Frame, target: Value, isMember: boolean): FunctionRef[] =>
  f.module.module.language !== 'python'
    ? []
    : target.refs.flatMap((r) => {
        const fn = r.kind === 'object' ? methodOf(r.cls, '__call__', basesIn(f.engine.program)) : null;
        const self = fn && isMember ? valueWith({ refs: [r] }) : target;
        return fn ? [{ kind: 'function' as const, fn, scope: fn.module.scope, self }] : [];
      });

/** Whether what is called is only promised: an interface, which a function may stand for too. */
export const isInterface = (object: Value, name: string): boolean =>
  object.refs.some((r) => r.kind === 'object' && r.cls.methods.get(name)?.fn.body.length === 0);

/** What a record answers under the name of one of its parts. */
export const isAccessor = (object: Value, name: string): boolean =>
  object.refs.some(
    (r) => r.kind === 'object' && !r.cls.methods.has(name) && r.cls.cls.fields.some((x) => x.name === name),
  );

/** `setattr(thing, "name", value)`. */
export const setMember = (f: Frame, expr: Call, args: readonly Given[]): void => {
  const object = expr.args[0]?.value;
  const property = args[1]?.value.literal;
  if (!object || !args[2]) return;
  const at = expr.at;
  const index: Expr = { at, kind: 'literal', value: property ?? null, isString: true };
  setPlace(f, { at, kind: 'index', object, index }, args[2].value);
};

/** Methods whose name many things have, in and out of the tree. */
export const COMMON =
  /^(?:get|set|has|add|delete|run|call|execute|exec|query|send|write|read|open|close|start|stop|init|list|find|create|update|remove|connect|disconnect|on|once|off|emit|handle|parse|format|toString|toJSON|map|filter|forEach|push|pop|then|catch|apply|bind|next|error|info|debug|warn|log|test|match|replace|split|join|keys|values|items|append|copy|clear|save|load|fetch|post|put|patch|head|all|use|end|request|process|validate|invoke|build|render|encode|decode|name|value|type|data|clone|dispose|register|resolve|reject|listen|setup|reset)$/;

/** An object known by an interface only: methods of that name in the tree, when there are few. */
export const byName = (f: Frame, name: string): readonly FnInfo[] => {
  if (COMMON.test(name) || name.length < 5) return [];
  const found = f.engine.program.methodsNamed(name, f.module.module.language);
  return found.length <= 8 ? found : [];
};

/** Logs, consoles, and what errors are made with. */
export const isSaid = (callee: Expr): boolean =>
  callee.kind === 'name'
    ? /(?:Error|Exception|Warning)$|^(?:print|println|panic|eprintln)$/.test(callee.name)
    : callee.kind === 'member' &&
      (/(?:Error|Exception|Errorf)$/.test(callee.property) ||
        (/^(?:log|debug|info|warn|warning|error|trace|fatal|critical|exception|notice|[DIWE]\w*f?|print\w*|Print\w*)$/.test(
          callee.property,
        ) &&
          /^_?(?:console|log|logger|logging|slog|winston|pino|fmt|zap|tracing)$/i.test(
            lastOf(callee.object),
          )));

const lastOf = (e: Expr): string =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? e.property : e.kind === 'call' ? lastOf(e.callee) : '';

/** Of an object nobody knows, or of a package that is somebody's own: what it does may be anything, a check too. */
export const isUnread = (paths: readonly string[]): boolean =>
  paths.every(
    (path) =>
      /^[?.@]|^[\w-]+\.[a-z]+\//.test(path) &&
      // A class by its whole name is a package's: `reactor.core.publisher.Mono.just`.
      !/^\?(?:\.[a-z]\w*){2,}\.[A-Z]/.test(path),
  );

/** What a request has that its sender does not decide. */
export const isClean = (f: Frame, object: Value, name: string): boolean =>
  object.refs.some(
    (r) =>
      r.kind === 'external' &&
      f.engine.knows.typeOf(r.path, f.module.module.language)?.row.clean.includes(name) === true,
  );

/** What a call goes by where models are asked: its paths, or what it is spelled. */
export const namesOf = (
  object: Value,
  isMember: boolean,
  name: string,
  paths: readonly string[],
): readonly string[] => {
  if (isMember && object.literal !== null && /^\/.+\/[a-z]*$/.test(object.literal))
    return [`RegExp().${name}`];
  if (paths.length > 0) return paths;
  return [isMember || name === '' || name === '[]' ? longer('?', `.${name || '()'}`) : name];
};

/** What a method keeps in its object, the variable it was called on holds from then on. */
export const storing = (f: Frame, expr: Call): ((field: string, value: Value) => void) | undefined => {
  const { callee } = expr;
  if (callee.kind !== 'member' || callee.object.kind !== 'name') return undefined;
  const { name } = callee.object;
  if (!f.scope.vars.has(name) || name === 'this' || name === 'self') return undefined;
  return (field, value) => {
    remember(f, name);
    f.scope.vars.set(name, withField(f.scope.vars.get(name)!, field, value));
  };
};
