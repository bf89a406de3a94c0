import { ONE_SPACE, type Program } from './program.ts';
import {
  ANY,
  type ClassInfo,
  external,
  type FnInfo,
  type ModuleInfo,
  NOTHING,
  type Ref,
  taintsOfProperty,
  union,
  unionAll,
  unionRefs,
  type Value,
  valueWith,
} from './value.ts';

/** Paths of things from outside grow with every property and call; past this they say nothing new. */
const LONGEST_PATH = 120;

export const longer = (path: string, more: string): string =>
  path.length + more.length > LONGEST_PATH ? `?${more}` : path + more;

/** `import x from 'x'`, `import * as x`, `require('x')` and the default export of any of these are one thing to a rule. */
const packagePath = (module: string): string => module.replace(/^node:/, '').replaceAll('::', '.');

export const functionRef = (fn: FnInfo, self: Value | null = null): Value =>
  valueWith({ refs: [{ kind: 'function', fn, scope: fn.module.scope, self }] });

/** What a module offers under a name; null when nothing is known. Follows re-exports. */
export const exported = (p: Program, info: ModuleInfo, name: string, depth = 0): Value | null => {
  if (depth > 6) return null;
  const { module } = info;
  if (module.language !== 'javascript') {
    const own = named(p, info, name, depth);
    if (own) return own;
    for (const sibling of module.language === 'go' || module.language === 'java' ? p.siblings(module) : []) {
      const found = sibling.scope.vars.get(name);
      if (found) return found;
    }
    // A package's folder stands for its modules.
    const inner = p.resolve(module, module.language === 'python' ? `.${name}` : name);
    return inner && inner !== info ? valueWith({ refs: [{ kind: 'module', module: inner }] }) : null;
  }
  for (const e of module.exports) {
    if (e.name !== name && e.name !== '*') continue;
    if (e.from === null) {
      const own = named(p, info, e.local, depth);
      if (own) return own;
      continue;
    }
    const from = p.resolve(module, e.from);
    if (!from) {
      if (e.name === name)
        return external(
          p.canonical(e.local === '*' ? packagePath(e.from) : `${packagePath(e.from)}.${e.local}`),
        );
      continue;
    }
    if (e.name === name && e.local === '*') return valueWith({ refs: [{ kind: 'module', module: from }] });
    const found = exported(p, from, e.name === '*' ? name : e.local, depth + 1);
    if (found) return found;
  }
  return null;
};

/** What an imported name stands for. */
export const imported = (
  p: Program,
  info: ModuleInfo,
  wanted: { module: string; name: string },
  depth = 0,
): Value => {
  const from = p.resolve(info.module, wanted.module);
  if (from && from !== info) {
    if (wanted.name === '*') return valueWith({ refs: [{ kind: 'module', module: from }] });
    const found = exported(p, from, wanted.name, depth + 1);
    if (found) return found;
    return NOTHING;
  }
  const shared = ONE_SPACE.has(info.module.language) ? info.scope.parent?.vars.get(wanted.name) : undefined;
  if (shared) return shared;
  const path = packagePath(wanted.module);
  // `from a import b` may name a module in the tree as well.
  if (info.module.language === 'python' && wanted.name !== '*') {
    const inner = p.resolve(
      info.module,
      wanted.module.endsWith('.') ? wanted.module + wanted.name : `${wanted.module}.${wanted.name}`,
    );
    if (inner && inner !== info) return valueWith({ refs: [{ kind: 'module', module: inner }] });
  }
  return external(
    p.canonical(wanted.name === '*' || wanted.name === 'default' ? path : `${path}.${wanted.name}`),
  );
};

/** A name at the top level of a module: its own, or imported. */
export const named = (p: Program, info: ModuleInfo, name: string, depth = 0): Value | null => {
  const own = info.scope.vars.get(name);
  if (own) return own;
  const i = info.module.imports.find((x) => x.local === name);
  if (i) return depth > 6 ? null : imported(p, info, i, depth);
  for (const all of depth > 6 ? [] : info.module.imports.filter((x) => x.local === '*')) {
    const from = p.resolve(info.module, all.module);
    const found = from && from !== info ? exported(p, from, name, depth + 1) : null;
    if (found) return found;
  }
  return info.scope.parent?.vars.get(name) ?? null;
};

/** The method of a class or of what it extends. */
export const methodOf = (
  cls: ClassInfo,
  name: string,
  basesOf: (cls: ClassInfo) => readonly ClassInfo[],
  depth = 0,
): FnInfo | null => {
  const own = cls.methods.get(name);
  if (own || depth > 6) return own ?? null;
  for (const base of basesOf(cls)) {
    const found = methodOf(base, name, basesOf, depth + 1);
    if (found) return found;
  }
  return null;
};

export const basesIn =
  (p: Program) =>
  (cls: ClassInfo): readonly ClassInfo[] =>
    cls.cls.bases.flatMap((b) => {
      const found = b.kind === 'name' ? named(p, cls.module, b.name) : null;
      return (found?.refs ?? []).flatMap((r) => (r.kind === 'class' && r.cls !== cls ? [r.cls] : []));
    });

const fieldOf = (p: Program, cls: ClassInfo, name: string, depth = 0): Value | null => {
  const own = cls.fields.get(name);
  if (own || depth > 4) return own ?? null;
  for (const base of basesIn(p)(cls)) {
    const found = fieldOf(p, base, name, depth + 1);
    if (found) return found;
  }
  return null;
};

/** What a class has from one outside the tree, or what only classes that extend it have. */
const inherited = (p: Program, cls: ClassInfo, property: string): Value => {
  const outside = outerBases(p, cls);
  if (outside.length > 0)
    return valueWith({
      refs: outside.map((path) => ({ kind: 'external', path: p.canonical(`${path}().${property}`) })),
    });
  return overriding(p, cls, property);
};

const MOST_BELOW = 24;

/** A method that only says what others have to do: `...`, `pass`, `raise NotImplementedError`. */
const isPromise = (info: FnInfo): boolean =>
  info.fn.body.every((s) => s.kind === 'throw' || (s.kind === 'expr' && s.value.kind === 'literal'));

const MOST_KEEPING = 8;

/** Methods of that name in classes that keep a promise without naming it: protocols of Python, interfaces of Go. */
const keeping = (p: Program, promise: FnInfo, property: string): Value | null => {
  const { language } = promise.module.module;
  if ((language !== 'python' && language !== 'go') || property.length < 4) return null;
  const all = p.methodsNamed(property, language).filter((m) => m !== promise && !isPromise(m));
  if (all.length === 0 || all.length > MOST_KEEPING) return null;
  return unionAll(
    all.map((m) => functionRef(m, m.cls && valueWith({ refs: [{ kind: 'object', cls: m.cls }] }))),
  );
};

/** Methods of an object whose names begin so: `getattr(self, f"do_{name}")`, `this['on' + name]`. */
export const methodsBeginning = (value: Value, prefix: string): Value =>
  unionAll(
    value.refs.flatMap((r) => {
      if (r.kind !== 'object' && r.kind !== 'class') return [];
      const fitting = [...r.cls.methods].filter(
        ([name]) =>
          name.startsWith(prefix) &&
          !/^(?:__|constructor$|<init>$)/.test(name) &&
          (prefix !== '' || !name.startsWith('_')),
      );
      return fitting.length > MOST_BY_NAME ? [] : fitting.map(([, m]) => functionRef(m, value));
    }),
  );
const MOST_BY_NAME = 40;

/** Methods of this name in classes that extend this one. */
const overriding = (p: Program, cls: ClassInfo, property: string): Value => {
  if (property === 'constructor' || property.startsWith('__') || property === '<init>') return NOTHING;
  const below = p.extending(cls.cls.name, cls.module.module.language).slice(0, MOST_BELOW);
  return unionAll(
    below.flatMap((c) => {
      const method = c === cls ? undefined : c.methods.get(property);
      return method ? [functionRef(method, valueWith({ refs: [{ kind: 'object', cls: c }] }))] : [];
    }),
  );
};

/** Paths of what a class, or one it extends, extends outside the tree. */
const outerBases = (p: Program, cls: ClassInfo, depth = 0): string[] =>
  depth > 4
    ? []
    : cls.cls.bases.flatMap((b) => {
        const root =
          b.kind === 'name' ? b : b.kind === 'member' && b.object.kind === 'name' ? b.object : null;
        const found = root?.kind === 'name' ? named(p, cls.module, root.name) : null;
        return (found?.refs ?? []).flatMap((r) => {
          if (r.kind === 'class' && r.cls !== cls) return outerBases(p, r.cls, depth + 1);
          if (r.kind !== 'external') return [];
          return [p.canonical(b.kind === 'member' ? `${r.path}.${b.property}` : r.path)];
        });
      });

const ofRef = (p: Program, ref: Ref, self: Value, property: string): Value => {
  switch (ref.kind) {
    case 'external':
      return external(property === 'default' ? ref.path : p.canonical(longer(ref.path, `.${property}`)));
    case 'module':
      return (
        exported(p, ref.module, property) ?? (property === 'default' ? valueWith({ refs: [ref] }) : NOTHING)
      );
    case 'class':
    case 'object': {
      const method = methodOf(ref.cls, property, basesIn(p));
      if (method) {
        const own = functionRef(method, ref.kind === 'object' ? self : null);
        // An object of this class may be one of a class below, with a method of its own.
        const below = ref.kind === 'object' ? overriding(p, ref.cls, property) : NOTHING;
        if (isPromise(method)) return below === NOTHING ? (keeping(p, method, property) ?? own) : below;
        return below === NOTHING ? own : union(own, below);
      }
      return fieldOf(p, ref.cls, property) ?? inherited(p, ref.cls, property);
    }
    // `fn.bind(x)` and decorated functions stay the function; one of Java is called by the method of its interface.
    case 'function':
      return ref.fn.module.module.language === 'java' && !OF_ANY_FUNCTION.test(property)
        ? valueWith({ refs: [ref] })
        : NOTHING;
  }
};

/** Methods that functional interfaces bring with them, and objects. */
const OF_ANY_FUNCTION =
  /^(?:andThen|compose|negate|and|or|not|identity|equals|hashCode|toString|getClass|reversed|thenComparing|length|name)$/;

/** `value.property`. */
export const member = (p: Program, value: Value, property: string): Value => {
  const field = value.fields?.get(property);
  const any = value.fields?.get(ANY);
  const position = value.items && /^\d+$/.test(property) ? value.items[Number(property)] : undefined;
  const sure = field ?? position;
  const known = sure && any ? union(sure, any) : (sure ?? any);
  let refs: readonly Ref[] = [];
  let more = NOTHING;
  for (const ref of value.refs) {
    const found = ofRef(p, ref, value, property);
    refs = unionRefs(refs, found.refs);
    more = union(more, { ...found, refs: [] });
  }
  const own = known ?? valueWith({ taints: taintsOfProperty(value.taints, property) });
  return refs.length === 0 && more === NOTHING
    ? own
    : { ...union(own, more), refs: unionRefs(own.refs, refs) };
};

/** What a value holds, one or the other: `value[unknown]`, the items of a loop. */
export const elements = (value: Value): Value => {
  const inner = [...(value.items ?? []), ...(value.fields?.values() ?? [])];
  const own = valueWith({ taints: value.taints });
  const externals = value.refs.filter((r) => r.kind === 'external');
  return union(unionAll(inner), externals.length > 0 ? { ...own, refs: externals } : own);
};
