import type { Expr, Fn } from '../sources/ir.ts';
import { enterHandler } from './doors.ts';
import type { Frame } from './frame.ts';
import { methodsOf } from './handlers.ts';
import { isPattern } from './lookup.ts';
import { named } from './members.ts';
import type { DoorRow } from './models.ts';
import { holds } from './sinks.ts';
import { type ClassInfo, type FnInfo, type Scope, type Value, valueWith } from './value.ts';
import { valueAt } from './walk-expressions.ts';
import { pathText } from './walk-statements.ts';

/** Handlers by their decorators and annotations, classes that are handlers, and what a file exports as one. */

/** Paths a decorator may go by: resolved where its object is known, and as it is spelled. */
const pathsOf = (f: Frame, callee: Expr): string[] => {
  const text = pathText(callee);
  const spelled = text.includes('.') ? (text.startsWith('?') ? text : `?.${text}`) : text;
  const known =
    callee.kind === 'member' || callee.kind === 'name'
      ? valueAt(f, callee).refs.flatMap((r) => (r.kind === 'external' ? [r.path] : []))
      : [];
  return [...known, spelled, text];
};

const literalOf = (d: Expr): string => {
  const found =
    d.kind === 'call'
      ? d.args.find(
          (a) =>
            (a.name === undefined || /^(?:name|value|path|uri)$/.test(a.name)) &&
            a.value.kind === 'literal' &&
            a.value.isString,
        )?.value
      : undefined;
  return found?.kind === 'literal' ? (found.value ?? '') : '';
};

/** What a decorator or annotation makes of a function. */
const doorOf = (f: Frame, d: Expr): { door: DoorRow; name: string } | null => {
  const callee = d.kind === 'call' ? d.callee : d;
  const { language } = f.module.module;
  const name = literalOf(d);
  for (const path of pathsOf(f, callee))
    for (const door of f.engine.knows.decorators(path, language)) {
      const args = d.kind === 'call' ? d.args.map((a) => ({ ...a, value: valueAt(f, a.value) })) : [];
      if (!door.when.every((c) => holds(c, args, valueWith({}), d))) continue;
      const last = pathText(callee).split('.').at(-1) ?? '';
      const isRoute = door.kind === 'http' || door.kind === 'message';
      return {
        door,
        name: isRoute ? `${last.toUpperCase()} ${name}`.trim() : /\s/.test(name) ? '' : name,
      };
    }
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
    const found = doorOf(f, d);
    if (!found) continue;
    const { door } = found;
    // `call_tool` serves every tool: which one, its own branches say.
    const serves = door.gives?.[0] === 'name' || door.gives?.[0] === 'request';
    enterHandler(f, door, found.name || (serves ? '' : fn.name), { fn: info, scope, self }, null);
    return;
  }
};

/** What a class extends, by path where that is known and as it is spelled. */
const basesOf = (f: Frame, cls: ClassInfo): string[] =>
  cls.cls.bases.flatMap((b) => {
    const text = pathText(b);
    const known = b.kind === 'name' ? named(f.engine.program, cls.module, b.name) : valueAt(f, b);
    const paths = (known?.refs ?? []).flatMap((r) => (r.kind === 'external' ? [r.path] : []));
    return [...paths, text, text.split('.').at(-1)!];
  });

const extendsOne = (at: string, bases: readonly string[]): boolean =>
  at === '*' ||
  bases.some((b) =>
    isPattern(at)
      ? new RegExp(at.slice(1, -1)).test(b.slice(b.lastIndexOf('.') + 1))
      : at.startsWith('*.')
        ? b.endsWith(at.slice(2))
        : b === at,
  );

const has = (cls: ClassInfo, member: string): boolean =>
  cls.cls.fields.some((x) => x.name === member) || cls.methods.has(member);

/** Methods that decorators make handlers, and classes that are one. */
export const classEntries = (f: Frame, cls: ClassInfo): void => {
  const self = valueWith({ refs: [{ kind: 'object', cls }] });
  for (const method of cls.methods.values()) decorated(f, method, method.fn, cls.module.scope, self);
  const bases = basesOf(f, cls);
  for (const door of f.engine.knows.others('class', cls.module.module.language)) {
    if (!door.at.some((at) => extendsOne(at, bases))) continue;
    if (door.named !== undefined && !new RegExp(door.named).test(cls.cls.name)) continue;
    if (door.beside.length > 0 && !door.beside.some((m) => has(cls, m))) continue;
    const field = cls.cls.fields.find((x) => x.name === 'name')?.value;
    const literal = field?.kind === 'literal' ? (field.value ?? '') : cls.cls.name;
    const schema = cls.cls.fields.find((x) => /^(?:schema|inputSchema|parameters|argsSchema)$/.test(x.name));
    const own = door.methods.filter((m) => cls.methods.has(m));
    // A tool has one method that runs it; a resource of a web framework has one for each verb.
    const entered =
      door.kind === 'tool' && !door.at.some((a) => !isPattern(a) && a !== '*') ? own.slice(0, 1) : own;
    for (const ref of methodsOf(f, self, entered))
      enterHandler(
        f,
        door,
        door.kind === 'http' ? `${ref.fn.fn.name} ${cls.cls.name}` : literal,
        ref,
        schema ? (cls.fields.get(schema.name) ?? null) : null,
      );
  }
};

/** Functions that a framework finds by the file they are exported from. */
export const exportEntries = (f: Frame): void => {
  const { module } = f.module;
  for (const door of f.engine.knows.others('export', module.language)) {
    if (!new RegExp(door.named ?? '.').test(module.path)) continue;
    const exported = (name: string): Value | null => {
      const [first, inner] = name.split('.');
      const local =
        module.language === 'javascript'
          ? module.exports.find((e) => e.name === first && e.from === null)?.local
          : first;
      const value = local === undefined ? null : (f.scope.vars.get(local) ?? null);
      return inner === undefined ? value : (value?.fields?.get(inner) ?? null);
    };
    if (door.beside.length > 0 && !door.beside.some((b) => exported(b) !== null)) continue;
    for (const name of door.at) {
      const value = exported(name);
      const file = module.path
        .split('/')
        .at(-1)!
        .replace(/\.\w+$/, '');
      for (const ref of value?.refs ?? [])
        if (ref.kind === 'function')
          enterHandler(f, door, door.kind === 'http' ? `${name} ${module.path}` : file, ref, null);
    }
  }
};
