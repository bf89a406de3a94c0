import type { Expr, Field, Param as FnParam } from '../sources/ir.ts';
import { classNamed, valueNamed } from './names.ts';
import { type At, type ClassAt, type FnAt, lastOf, type Program, pathOf } from './program.ts';
import { dataOf, isObject, paramsOfData } from './schemas.ts';
import type { Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { settled } from './values.ts';

/** Parameters of a tool in Python: of its function, of a model, or of a JSON schema written as a dictionary. */

/** Arguments a framework fills in, which no client sends. */
const INJECTED = /\b(?:Context|RequestContext|ServerSession|Depends|Request)\b|Context$/;
const FIELD_LIMITS = [
  'ge',
  'gt',
  'le',
  'lt',
  'min_length',
  'max_length',
  'pattern',
  'regex',
  'multiple_of',
  'max_digits',
];
const DEEPEST_BASES = 4;

/** `Annotated[T, …]` without what is said beside T. */
const withoutNotes = (type: string): string =>
  /Annotated\[\s*((?:[^[\],]|\[[^\]]{0,100}\])+)/.exec(type)?.[1]?.trim() ?? type;

const brief = (program: Program, at: At): string => {
  const plain = plainOf(program, at);
  if (plain !== undefined) return JSON.stringify(plain).slice(0, 80);
  return at.expr.kind === 'name' || at.expr.kind === 'member' ? pathOf(at.expr).slice(0, 80) : '(computed)';
};

/** A name for a type with notes, declared elsewhere: `Path = Annotated[str, Field(…)]`. */
const aliasOf = (program: Program, type: string, at: At): { type: Expr | null; notes: At[] } | null => {
  if (!/^\w+$/.test(type)) return null;
  const value = valueNamed(program, { expr: { at: at.expr.at, kind: 'name', name: type }, site: at.site });
  if (value?.expr.kind !== 'index' || lastOf(value.expr.object) !== 'Annotated') return null;
  const parts = value.expr.index.kind === 'other' ? value.expr.index.parts : [value.expr.index];
  return { type: parts[0] ?? null, notes: parts.slice(1).map((expr) => ({ expr, site: value.site })) };
};

type Declared = Pick<FnParam, 'name' | 'type' | 'decorators'> & { value: Expr | null };

/** A parameter or a model's field: `Annotated[T, Field(…)] = …`, `T = Field(…)`, `T | None = None`. */
const describe = (program: Program, p: Declared, at: At): Param => {
  const constraints: string[] = [];
  const alias = aliasOf(program, p.type, at);
  const named = alias?.type ? pathOf(alias.type) : '';
  const type = named !== '' && !named.includes('?') ? named : withoutNotes(p.type) || 'any';
  let description = '';
  const note = ({ expr, site }: At): void => {
    if (expr.kind === 'literal' && expr.isString) description ||= expr.value ?? '';
    if (expr.kind !== 'call' || !/^(?:Field|Query|Body|Path)$/.test(lastOf(expr.callee))) return;
    for (const { name, value } of expr.args) {
      if (name === 'description') description = textOf(program, { expr: value, site }).text || description;
      else if (name && FIELD_LIMITS.includes(name))
        constraints.push(`${name} ${brief(program, { expr: value, site })}`);
      else if (name === 'default')
        constraints.push(
          value.kind === 'literal' && value.value === null
            ? 'optional'
            : `default ${brief(program, { expr: value, site })}`,
        );
    }
  };
  for (const n of alias?.notes ?? []) note(n);
  for (const expr of p.decorators ?? []) note({ expr, site: at.site });
  const literal = /\bLiteral\[([^\]]{1,120})\]/.exec(p.type)?.[1];
  if (literal) constraints.push(`one of ${literal}`);
  if (p.value?.kind === 'call') note({ expr: p.value, site: at.site });
  else if (p.value)
    constraints.push(
      p.value.kind === 'literal' && p.value.value === null
        ? 'optional'
        : `default ${brief(program, { expr: p.value, site: at.site })}`,
    );
  return { name: p.name, type: type.slice(0, 120), constraints: [...new Set(constraints)], description };
};

export const paramsOfFunction = (program: Program, f: FnAt): Param[] =>
  f.fn.params
    .filter(
      (p) => p.name !== '' && !/^(?:self|cls)$/.test(p.name) && !INJECTED.test(p.type.split('[')[0] ?? ''),
    )
    .filter(
      (p) =>
        !(
          p.defaultValue?.kind === 'call' &&
          /^(?:Depends|CurrentContext)$/.test(lastOf(p.defaultValue.callee))
        ),
    )
    .map((p) => {
      const at: At = {
        expr: { at: f.fn.at, kind: 'name', name: '' },
        site: { ...f.site, fns: f.site.fns.slice(0, -1) },
      };
      return describe(program, { ...p, name: p.rest ? `*${p.name}` : p.name, value: p.defaultValue }, at);
    });

const fieldsOf = (program: Program, c: ClassAt, depth = 0): Param[] => {
  const site = { module: c.module, fns: [], cls: c.cls, given: null };
  const here = (f: Field): At => ({ expr: { at: f.at, kind: 'name', name: '' }, site });
  const inherited =
    depth > DEEPEST_BASES
      ? []
      : c.cls.bases.flatMap((b) => {
          const base = classNamed(program, b, { expr: b, site });
          return base ? fieldsOf(program, base, depth + 1) : [];
        });
  const own = c.cls.fields
    .filter((f) => !/^(?:model_config|Config|__\w+)$/.test(f.name))
    .map((f) => describe(program, f, here(f)));
  return [...inherited.filter((p) => !own.some((o) => o.name === p.name)), ...own];
};

/** `Model.model_json_schema()`, `Model.schema()`, `TypeAdapter(Model).json_schema()`: the model. */
const modelOf = (program: Program, at: At): ClassAt | null => {
  const { expr, site } = at;
  if (expr.kind !== 'call' || expr.callee.kind !== 'member') return null;
  if (!/^(?:model_json_schema|schema|json_schema)$/.test(expr.callee.property)) return null;
  const { object } = expr.callee;
  const model = object.kind === 'call' ? (object.args[0]?.value ?? object) : object;
  const known = classNamed(program, model, { expr: model, site });
  if (known) return known;
  const all = (program.classes.get(lastOf(model)) ?? []).filter((c) => c.module.language === 'python');
  return all.find((c) => c.module === site.module) ?? all[0] ?? null;
};

export const paramsOfPythonSchema = (program: Program, at: At): Param[] | null => {
  // `args_schema=Model`: the class itself.
  const named = classNamed(program, at.expr, at);
  if (named) return fieldsOf(program, named);
  const end = at.expr.kind === 'name' || at.expr.kind === 'member' ? settled(program, at) : at;
  const model = modelOf(program, end);
  if (model) return fieldsOf(program, model);
  const data = dataOf(program, end);
  if (!isObject(data)) return null;
  return paramsOfData(data) ?? [];
};
