import { closing, matchesIn, type Source } from '../sources/source.ts';
import type { Match } from './rule.ts';

/** Handlers of one file of which some ask whether they may write, and some do not. */

const GUARD =
  /\b(?:self\.)?_?(?:allow_(?:write|sensitive_data_access|\w{3,20}_access)|read_?only(?:_mode)?|is_read_?only|readOnly|allowWrite|writes?_enabled|check_(?:write|permission)s?|require_\w{2,30}|ensure_(?:writable|write)\w*|_check_write_\w+)\b/;
const WRITES =
  /^(?:create|update|delete|apply|remove|write|put|set|add|insert|modify|patch|deploy|execute|run|manage|start|stop|terminate|drop|upload|send|publish|grant|revoke)(?:_|$)/;

/** Where a Python function begins to do something: past its parameters and what it says of itself. */
const firstStatement = (source: Source, open: number): number | null => {
  const end = closing(source, open);
  const colon = end < 0 ? -1 : source.bare.indexOf(':\n', end);
  if (colon < 0) return null;
  let at = colon + 1 + source.bare.slice(colon + 1, colon + 200).search(/\S/);
  const doc = source.literals.find((l) => l.start === at);
  if (doc) at = doc.end + Math.max(0, source.bare.slice(doc.end, doc.end + 400).search(/\S/));
  return at > colon ? at : null;
};

/** Where the decorators of a Python function begin, as far as they stand right above it; else the function itself. */
const decorated = (source: Source, at: number): number => {
  const lines = source.bare
    .slice(Math.max(0, at - 4000), at)
    .split('\n')
    .slice(0, -1);
  let offset = at;
  let start = at;
  for (const line of lines.reverse()) {
    if (line.trim() === '' || /^\s*(?:async\s|def\s|class\s)/.test(line)) break;
    offset -= line.length + 1;
    if (/^\s*@/.test(line)) start = offset;
  }
  return start;
};

/** Functions of one Python file that write, some of which ask whether they may. */
export const unguardedSiblings = (source: Source): Match[] => {
  const found: { name: string; start: number; guarded: boolean; indent: number }[] = [];
  const defs = matchesIn(source, 'bare', /^([ \t]{0,12})(?:async\s+)?def\s+(\w{1,80})\s*\(/gm, 400);
  defs.forEach((m, i) => {
    const indent = m[1]!.length;
    const next = defs.slice(i + 1).find((d) => d[1]!.length <= indent);
    // What decorates the next function says nothing of this one.
    const body = source.bare.slice(
      m.index + m[0].length,
      next ? decorated(source, next.index) : source.bare.length,
    );
    const before = source.bare.slice(decorated(source, m.index), m.index);
    const name = m[2]!;
    if (!WRITES.test(name)) return;
    const takesContext = /\bctx\b|\bcontext\b\s*:/.test(body.slice(0, 1500));
    found.push({
      name,
      start: firstStatement(source, m.index + m[0].length - 1) ?? m.index + indent,
      guarded: GUARD.test(body) || GUARD.test(before),
      indent: takesContext ? indent : -1,
    });
  });
  const handlers = found.filter((f) => f.indent >= 0);
  const guarded = handlers.filter((f) => f.guarded);
  const open = handlers.filter((f) => !f.guarded);
  if (guarded.length < 1 || open.length === 0 || open.length > guarded.length * 2) return [];
  return open.map((f) => ({
    source,
    start: f.start,
    say: `${f.name} does not ask; ${guarded
      .slice(0, 3)
      .map((g) => g.name)
      .join(', ')} ${guarded.length === 1 ? 'does' : 'do'}`,
  }));
};
