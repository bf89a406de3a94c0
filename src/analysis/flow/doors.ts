import type { Param } from '../sources/ir.ts';
import { behaves, isService as isBrought } from '../sources/services.ts';
import { type Frame, originOf } from './frame.ts';
import type { Knowledge } from './knowledge.ts';
import { basesIn } from './members.ts';
import type { DoorRow } from './models.ts';
import { constrained } from './schemas.ts';
import { apply, type Given, hasSelf } from './summary.ts';
import { bareType, isHarmlessType, isPlainType, typed } from './types.ts';
import {
  type ClassInfo,
  type FnInfo,
  NOTHING,
  type Origin,
  type OriginKind,
  type Place,
  type Scope,
  type Source,
  taintOf,
  union,
  type Value,
  valueWith,
} from './value.ts';
import { valueAt } from './walk-expressions.ts';
import { pathText } from './walk-statements.ts';

/** What comes in where a client may call: the values each parameter of a handler receives. */

export type Handler = { kind: OriginKind; name: string; at: Place; endLine: number };

export const tainted = (origin: Origin, path: readonly string[] = [], type = ''): Value => {
  const taint = taintOf({ kind: 'origin', origin, path });
  return valueWith({ taints: [isPlainType(type) ? { ...taint, plain: true } : taint] });
};

const holding = (entries: [string, Value][]): Value => valueWith({ fields: new Map(entries) });

/** The protocol's own request around the arguments of a tool, the address of a resource. */
const protocolRequest = (origin: Origin): Value =>
  holding([
    [
      'params',
      holding([
        ['arguments', tainted(origin)],
        ['uri', tainted(origin, ['uri'])],
        ['name', origin.kind === 'tool' ? NOTHING : tainted(origin, ['name'])],
      ]),
    ],
  ]);

/** An object of a type that models know, as a door hands it in. */
export const objectOf = (
  knows: Knowledge,
  path: string,
  language: Parameters<Knowledge['typeOf']>[1],
  from: Value,
): Value => {
  const known = knows.typeOf(path, language);
  const ref = valueWith({ refs: [{ kind: 'external', path }] });
  if (known?.row.is !== 'request') return ref;
  const clean = known.row.clean.map((m): [string, Value] => [m, NOTHING]);
  return { ...from, refs: ref.refs, fields: clean.length > 0 ? new Map(clean) : null };
};

/** Numbers and the like carry no text: what they reach is told, as guarded by their type. */
export const numeric = (source: Source, type: string, at: Place): Value =>
  valueWith({ taints: [taintOf(source, [{ kind: 'schema', detail: `number ${type}`.trim(), at }])] });

type Receiving = { origin: Origin; gives: readonly string[]; schema: Value | null; at: Place };

/** The type models know that a parameter is declared with, or that its default value promises. */
const declared = (f: Frame, info: FnInfo, p: Param) => {
  const { language } = info.module.module;
  const { knows } = f.engine;
  const known = (v: Value) => {
    for (const r of v.refs)
      if (r.kind === 'external') {
        const found = knows.typeOf(r.path, language);
        if (found) return found;
      }
    return null;
  };
  if (p.defaultValue?.kind === 'call') {
    const found = known(valueAt(f, p.defaultValue));
    if (found?.row.is === 'context') return found;
  }
  if (p.type === '') return null;
  const own = typed(f.engine.program, info.module, p.type);
  if (own.refs.some((r) => r.kind === 'object')) return null;
  return known(own) ?? (own.refs.length === 0 ? knows.typeOf(`${bareType(p.type)}()`, language) : null);
};

const DATA =
  /^(?:BaseModel|SQLModel|RootModel|TypedDict|NamedTuple|Struct|Schema|Enum|StrEnum|IntEnum|Serializer|str|dict|\w*Model)$/;

/** Whether a client may send an object of this class: a model, a plain record, an enumeration. */
const isData = (f: Frame, cls: ClassInfo, depth = 0): boolean => {
  if (cls.methods.has('__init__')) return false;
  const bases = cls.cls.bases.map((b) => pathText(b).split('.').at(-1)!);
  if (bases.some((b) => DATA.test(b))) return true;
  if (
    cls.cls.decorators.some((d) =>
      /dataclass|define|attrs|frozen/.test(pathText(d.kind === 'call' ? d.callee : d)),
    )
  )
    return true;
  return depth < 4 && basesIn(f.engine.program)(cls).some((b) => isData(f, b, depth + 1));
};

/** Whether all that a type can be does something: what a client sends only holds. */
const hasBehaviour = (f: Frame, info: FnInfo, p: Param): boolean => {
  const own = typed(f.engine.program, info.module, p.type).refs;
  return own.length > 0 && own.every((r) => r.kind === 'object' && behaves(r.cls.cls.methods));
};

const isService = (f: Frame, info: FnInfo, p: Param): boolean => {
  const own = typed(f.engine.program, info.module, p.type).refs;
  return own.length > 0 && own.every((r) => r.kind === 'object' && !isData(f, r.cls));
};

const receivedBy = (f: Frame, info: FnInfo, p: Param, i: number, all: number, r: Receiving): Value => {
  const { language } = info.module.module;
  const { origin, schema, at } = r;
  const last = r.gives.at(-1);
  const gives = r.gives[i] ?? (last === 'each' ? last : 'nothing');
  const type = declared(f, info, p);
  if (type?.row.is === 'context') return NOTHING;
  // Ruby declares no types: the official SDK hands this keyword in, and documents it as its own.
  if (language === 'ruby' && p.name === 'server_context') return NOTHING;
  if (language === 'rust' && p.name === 'self') return NOTHING;
  if (type?.row.is === 'request' && gives !== 'request')
    return objectOf(f.engine.knows, type.path, language, tainted(origin));
  const source = (path: readonly string[]): Source => ({ kind: 'origin', origin, path });
  switch (gives) {
    case 'nothing':
    case 'name':
      return NOTHING;
    case 'request':
      return protocolRequest(origin);
    case 'input':
      return constrained(schema, source([]), at);
    case 'each': {
      // An object with behaviour of its own is no data a client can send: the program brings it.
      if (language === 'python' && isService(f, info, p)) return NOTHING;
      if ((language === 'csharp' || language === 'php') && (isBrought(p) || hasBehaviour(f, info, p)))
        return NOTHING;
      if (isHarmlessType(p.type)) return numeric(source([p.name]), p.type, at);
      const whole =
        language === 'go' ||
        /(?:Parameters|Params|Request|Args|Input|Map|Json|Form)\b/.test(bareType(p.type));
      return whole && all <= 3 ? tainted(origin) : tainted(origin, [p.name], p.type);
    }
    default:
      return objectOf(f.engine.knows, gives, language, tainted(origin));
  }
};

/** What each parameter of a handler receives. */
const receives = (f: Frame, info: FnInfo, r: Receiving): Given[] => {
  const params = hasSelf(info) ? info.fn.params.slice(1) : info.fn.params;
  const named = info.module.module.language === 'python';
  return params.map((p, i) => {
    let value = receivedBy(f, info, p, i, params.length, r);
    if (value !== NOTHING)
      value = union(value, { ...typed(f.engine.program, info.module, p.type), taints: [] });
    return named && !p.rest && p.name !== '' ? { name: p.name, value } : { value };
  });
};

/** What handlers of a kind get where a model does not say: everything a client sent, first. */
const usual = (language: string): readonly string[] =>
  language === 'javascript' ? ['input', 'nothing'] : ['each'];

/** Walks a handler with what its door lets in. A handler is entered once, by the first door that names it. */
export const enterHandler = (
  f: Frame,
  door: Pick<DoorRow, 'kind' | 'gives' | 'called'>,
  name: string,
  ref: { fn: FnInfo; scope: Scope | null; self: Value | null },
  schema: Value | null,
): void => {
  const e = f.engine;
  if (e.entered.has(ref.fn)) return;
  e.entered.add(ref.fn);
  const { language } = ref.fn.module.module;
  const at: Place = { path: ref.fn.module.module.path, line: ref.fn.fn.at.line };
  // A connection is no request yet: what arrives on it is.
  if (door.called !== 'connection')
    e.handlers.push({ kind: door.kind, name, at, endLine: ref.fn.fn.at.endLine });
  const origin = originOf(e, door.kind, name, at);
  const outer = f.tool;
  f.tool = '';
  const gives = door.gives ?? usual(language);
  apply(f, ref.fn, ref.scope, receives(f, ref.fn, { origin, gives, schema, at }), ref.self, at);
  f.tool = outer;
};
