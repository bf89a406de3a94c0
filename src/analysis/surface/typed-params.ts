import type { Expr, Param as FnParam } from '../sources/ir.ts';
import { typeHead } from '../sources/services.ts';
import { type At, type Call, lastOf, type Program } from './program.ts';
import type { Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { itemOf, plainWord } from './type-text.ts';
import { typeNamed } from './values.ts';

/** Parameters of handlers in languages with attributes: C# and PHP. */

const calls = (decorators: readonly Expr[] | undefined, name: RegExp): Call[] =>
  (decorators ?? []).flatMap((d) => (d.kind === 'call' && name.test(lastOf(d.callee)) ? [d] : []));

const LIMITS: Readonly<Record<string, string>> = {
  Range: 'range',
  StringLength: 'maxLength',
  MaxLength: 'maxLength',
  MinLength: 'minLength',
  RegularExpression: 'pattern',
  AllowedValues: 'one of',
  Url: 'url',
  EmailAddress: 'email',
};

const typeWord = (program: Program, raw: string, at: At, depth = 0): string => {
  const type = raw.replace(/\?$/, '').replace(/^\?/, '').trim();
  const item =
    itemOf(type) ?? /^I?(?:Enumerable|List|Collection|ReadOnlyList|HashSet)<(.+)>$/.exec(type)?.[1];
  if (item && depth < 3) return `array of ${typeWord(program, item, at, depth + 1)}`;
  const plain = plainWord(type);
  if (plain !== null) return plain;
  const known = typeNamed(program, typeHead(type), at);
  if (!known || known.cls.fields.length === 0 || depth > 1) return typeHead(type).slice(0, 120) || 'unknown';
  const names = known.cls.fields.slice(0, 12).map((f) => f.name);
  return `object(${names.join(', ')}${known.cls.fields.length > 12 ? ', …' : ''})`;
};

const textArg = (
  program: Program,
  call: Call | undefined,
  at: At,
  position: number,
  ...names: string[]
): string => {
  const arg =
    call?.args.find((a) => a.name !== undefined && names.includes(a.name)) ??
    call?.args.filter((a) => a.name === undefined)[position];
  return arg ? textOf(program, { expr: arg.value, site: at.site }).text : '';
};

export const attributedParam = (program: Program, p: FnParam, at: At): Param => {
  const limits = (p.decorators ?? []).flatMap((d) => {
    const name = lastOf(d.kind === 'call' ? d.callee : d);
    if (!Object.hasOwn(LIMITS, name)) return [];
    const says =
      d.kind === 'call'
        ? d.args.map((a) => String(plainOf(program, { expr: a.value, site: at.site }) ?? ''))
        : [];
    return [`${LIMITS[name]} ${says.join(' ')}`.trim().slice(0, 100)];
  });
  const schema = calls(p.decorators, /^Schema$/)[0]?.args ?? [];
  for (const a of schema)
    if (a.name !== undefined && !/^(?:description|type|title)$/.test(a.name)) {
      const says = JSON.stringify(plainOf(program, { expr: a.value, site: at.site })) ?? '(computed)';
      limits.push(`${a.name} ${says}`.slice(0, 100));
    }
  const property = calls(p.decorators, /^McpToolProperty$/)[0];
  const described = calls(p.decorators, /^(?:Description|Schema|McpParameter)$/)[0];
  const optional = p.defaultValue !== null || /\?$|^\?/.test(p.type) || p.rest;
  return {
    name: textArg(program, property, at, 0, 'propertyName') || p.name,
    type: typeWord(program, p.type, at),
    constraints: [...limits, ...(optional ? ['optional'] : [])],
    description:
      textArg(program, described, at, 0, 'description', 'Description') ||
      textArg(program, property, at, 1, 'description'),
  };
};
