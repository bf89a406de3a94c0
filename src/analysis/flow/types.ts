import { before } from '../../text/ends.ts';
import { imported, named } from './members.ts';
import { ONE_SPACE, type Program } from './program.ts';
import { external, type ModuleInfo, NOTHING, type Value, valueWith } from './value.ts';

/** Types that carry no text. */
const HARMLESS =
  /^(?:number|boolean|bool|int|float|integer|double|long|short|byte|usize|isize|[iu](?:8|16|32|64|128)|int(?:8|16|32|64)|uint\d*|float(?:32|64)|Integer|Long|Double|Float|Boolean|Date|datetime|UUID|uuid\.UUID|Guid|DateTime|DateTimeOffset|DateOnly|TimeSpan|decimal|uint|ulong|ushort|sbyte|nint|BigDecimal|Int|Short|Byte)$/;

/** Wrappers around the type that matters. */
const WRAPPED =
  /^(?:Optional|Option|Annotated|Readonly|Partial|Promise|Arc|Rc|Box|Mutex|RwLock|List|list|Vec|Sequence|Iterable|Array|Set|set|Union|Final|ClassVar|Ref|IEnumerable|IList|IReadOnlyList|ICollection|HashSet|Task|ValueTask|Nullable)[[<](.+)[\]>]$/;

/** The type's bare name: without pointers, optionality, generics. */
export const bareType = (type: string, depth = 0): string => {
  const t = type
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^(?:readonly |final |const |mut |&'?\w* ?mut |&'\w+ |[&*]|\[\]|\.\.\.)+/, '')
    .replace(/\s{0,40}\|\s{0,40}(?:null|undefined|None)\b/g, '')
    .replace(/\[\]$|\?$/, '')
    .trim();
  const inner = depth < 3 ? WRAPPED.exec(t)?.[1] : undefined;
  if (inner !== undefined) return bareType(inner.split(',')[0]!, depth + 1);
  return before(t, '[<(').trim();
};

export const isHarmlessType = (type: string): boolean =>
  type !== '' && (HARMLESS.test(bareType(type)) || /^(?:typing\.)?Literal\[/.test(type.trim()));

/** Texts: whatever else is read from one of these is none of it. */
const TEXT = /^(?:str|string|String|&str|bytes|char|rune|StrictStr|EmailStr|Cow|CharSequence)$/;

/** Whether a value of this type is one text or number, and has no members a client could fill. */
export const isPlainType = (type: string): boolean => {
  const all = type.trim().replace(/^(?:typing\.)?Annotated\[([^,[\]]+),.*$/s, '$1');
  if (all === '' || /\b(?:dict|Dict|Map|Mapping|Record|Any|any|object|unknown)\b|[{(]/.test(all))
    return false;
  if (all.split('|').every((part) => /^["'][^"']*["']$/.test(part.trim()))) return true;
  const bare = bareType(all);
  return (
    (TEXT.test(bare) || HARMLESS.test(bare)) &&
    all.split('|').every((part) => {
      const one = bareType(part);
      return TEXT.test(one) || HARMLESS.test(one) || /^(?:null|undefined|None|)$/.test(one);
    })
  );
};

const MOST_KEEPING = 8;

const kept = (p: Program, info: ModuleInfo, name: string): Value => {
  const below = p.extending(name, info.module.language);
  return below.length === 0 || below.length > MOST_KEEPING
    ? NOTHING
    : valueWith({ refs: below.map((cls) => ({ kind: 'object' as const, cls })) });
};

/** The object a declared type promises: one of a class in the tree, or of a package. */
export const typed = (p: Program, info: ModuleInfo, type: string): Value => {
  const bare = bareType(type);
  if (!/^[A-Za-z_][\w.:]*$/.test(bare) || HARMLESS.test(bare)) return NOTHING;
  const [first, ...rest] = bare.split(/\.|::/);
  let value = named(p, info, first!);
  if (!value) {
    const i = info.module.imports.find((x) => x.local === first);
    value = i ? imported(p, info, i) : null;
  }
  // An interface of TypeScript leaves nothing behind but the classes that name it.
  if (!value || value === NOTHING) {
    const below = rest.length === 0 ? kept(p, info, first!) : NOTHING;
    if (below !== NOTHING) return below;
  }
  // `using A.B` does not say whose type it is.
  if (!value && ONE_SPACE.has(info.module.language)) value = external(first!);
  if (!value) return NOTHING;
  const refs = value.refs.flatMap((r) => {
    if (r.kind === 'class' && rest.length === 0) return [{ kind: 'object' as const, cls: r.cls }];
    if (r.kind === 'external')
      return external(p.canonical(`${p.canonical([r.path, ...rest].join('.'))}()`)).refs;
    if (r.kind === 'module' && rest.length === 1) {
      const inner = named(p, r.module, rest[0]!) ?? NOTHING;
      return inner.refs.flatMap((x) => (x.kind === 'class' ? [{ kind: 'object' as const, cls: x.cls }] : []));
    }
    return [];
  });
  return refs.length > 0 ? valueWith({ refs }) : NOTHING;
};
