import type { Frame } from './frame.ts';
import { elements, member } from './members.ts';
import { type FnInfo, NOTHING, union, type Value, valueWith, withField, withItems } from './value.ts';

/** How arguments meet parameters. */

/** The first parameter of a Python or Rust method is its object. */
export const hasSelf = (info: FnInfo): boolean =>
  info.cls !== null && /^(self|cls|&?(mut )?self)$/.test(info.fn.params[0]?.name ?? '');

export type Given = { name?: string; spread?: boolean; value: Value };

/** Arguments in the order of the parameters. */
export const bind = (f: Frame, info: FnInfo, args: readonly Given[], self: Value | null): Value[] => {
  const { params } = info.fn;
  const bound: Value[] = params.map(() => NOTHING);
  let next = 0;
  if (hasSelf(info)) {
    bound[0] = self ?? NOTHING;
    next = 1;
  }
  for (const { name, spread, value } of args) {
    if (name !== undefined) {
      const i = params.findIndex((p) => p.name === name);
      const rest = params.findLastIndex((p) => p.rest);
      if (i >= 0) bound[i] = value;
      else if (rest >= 0) bound[rest] = withField(bound[rest]!, name, value);
    } else if (spread) {
      params.forEach((p, i) => {
        if (i < next || bound[i] !== NOTHING) return;
        bound[i] = p.rest
          ? value
          : value.fields || value.taints.length > 0
            ? member(f.engine.program, value, p.name)
            : elements(value);
      });
    } else if (params[next]?.rest) bound[next] = withItems(bound[next]!, [value]);
    else if (next < bound.length) bound[next++] = value;
  }
  return bound;
};

/** What functions are given, kept for the next round: objects and modules, no functions (each call has its own). */
export const record = (info: FnInfo, bound: readonly Value[]): void => {
  bound.forEach((v, i) => {
    const refs = v.refs.filter((r) => r.kind !== 'function');
    const fields = v.fields
      ? new Map(
          [...v.fields]
            .filter(([, x]) => x.refs.some((r) => r.kind !== 'function'))
            .slice(0, 16)
            .map(([k, x]) => [k, valueWith({ refs: x.refs.filter((r) => r.kind !== 'function') })]),
        )
      : null;
    if (refs.length > 0 || (fields && fields.size > 0))
      info.given[i] = union(
        info.given[i] ?? NOTHING,
        valueWith({ refs, fields: fields && fields.size > 0 ? fields : null }),
      );
  });
};
