import type { Module } from '../sources/ir.ts';
import type { FoundEntry } from '../surface/surface-entry.ts';
import { type Body, bodiesOf, type Seen, type Special } from './acts.ts';

/** What runs when: from a tool's handler, or when the program is loaded, with all that it calls. */

/** One function, or one handler with what it calls: what is done together. */
export type Reached = {
  /** The tools whose handlers lead here; empty for what runs when the program is loaded, or from no tool. */
  tools: readonly FoundEntry[];
  /** Runs when the program is loaded. */
  loads: boolean;
  body: Body;
  seen: (Seen & { path: string })[];
  hosts: ReadonlySet<string>;
  /** Acts of a function whose result is given to what reaches the network, with that. */
  handedOut: { what: Seen & { path: string }; out: Seen & { path: string } }[];
  branches: {
    test: Special;
    line: number;
    what: string;
    path: string;
    inside: (Seen & { path: string })[];
  }[];
};

const DEEPEST = 5;
const MOST_BODIES = 60_000;
/** Names so common that a call by them means nobody's function in particular. */
const MOST_NAMESAKES = 2;

export const reachedIn = (modules: readonly Module[], entries: readonly FoundEntry[]): Reached[] => {
  const bodies: Body[] = [];
  for (const m of modules) if (bodies.length < MOST_BODIES) bodies.push(...bodiesOf(m));
  const byName = new Map<string, Body[]>();
  for (const b of bodies) if (b.name !== '') byName.set(b.name, [...(byName.get(b.name) ?? []), b]);
  const called = (name: string, from: Body): readonly Body[] => {
    const all = byName.get(name) ?? [];
    const own = all.filter((b) => b.module === from.module);
    const near = own.length > 0 ? own : all;
    return near.length <= MOST_NAMESAKES ? near : [];
  };
  const closure = (start: Body, calls: ReadonlySet<string>): Set<Body> => {
    const reached = new Set<Body>();
    let round: [Body, ReadonlySet<string>][] = [[start, calls]];
    for (let depth = 0; depth < DEEPEST && round.length > 0; depth++) {
      const next: typeof round = [];
      for (const [from, names] of round)
        for (const name of names)
          for (const b of called(name, from))
            if (b !== start && !reached.has(b)) {
              reached.add(b);
              next.push([b, b.calls]);
            }
      round = next;
    }
    return reached;
  };
  const handlers = new Map<Body, FoundEntry[]>();
  for (const e of entries) {
    if (e.kind !== 'tool' || !e.handler) continue;
    const { path, startLine, endLine } = e.handler;
    // The smallest function around the handler: itself, or the one it is written in.
    const around = bodies
      .filter((b) => b.module.path === path && b.name !== '' && b.line <= endLine && b.endLine >= startLine)
      .sort((a, b) => a.endLine - a.line - (b.endLine - b.line));
    const inside = around.find((b) => b.line >= startLine - 3 && b.endLine <= endLine + 1) ?? around[0];
    const own = inside ?? bodies.find((b) => b.module.path === path && b.name === '');
    if (own) handlers.set(own, [...(handlers.get(own) ?? []), e]);
  }
  const fromTools = new Map<Body, FoundEntry[]>();
  for (const [b, tools] of handlers)
    for (const r of [b, ...closure(b, b.calls)]) fromTools.set(r, [...(fromTools.get(r) ?? []), ...tools]);
  const at = (b: Body) => (s: Seen) => ({ ...s, path: b.module.path });
  const SECRETS: readonly Seen['act'][] = ['secret-file', 'env-all'];
  const OUT: readonly Seen['act'][] = ['net', 'socket', 'dns'];
  /** `send(gather())`: what one function gathers and another sends, where this one hands the first to the second. */
  const handedOut = (body: Body): Reached['handedOut'] =>
    body.passes.flatMap(({ to, names, line }) => {
      const own = body.seen.find((s) => OUT.includes(s.act) && s.line === line);
      const out = own
        ? at(body)(own)
        : called(to, body).flatMap((b) => b.seen.filter((s) => OUT.includes(s.act)).map(at(b)))[0];
      if (!out) return [];
      const here = body.seen.find((s) => s.act === 'secret-file' && s.line === line);
      const what = here
        ? at(body)(here)
        : [...names]
            .flatMap((n) => called(n, body))
            .flatMap((b) => b.seen.filter((s) => SECRETS.includes(s.act)).map(at(b)))[0];
      return what ? [{ what, out }] : [];
    });
  return bodies.map((body) => {
    const all = closure(body, body.calls);
    // What the program does when it is loaded stands there itself; functions that are only handed on run later.
    const tools = body.name === '' ? (handlers.get(body) ?? []) : (fromTools.get(body) ?? []);
    return {
      tools,
      loads: body.name === '',
      body,
      seen: [...body.seen.map(at(body)), ...[...all].flatMap((b) => b.seen.map(at(b)))],
      handedOut: handedOut(body),
      hosts: new Set([body, ...all].flatMap((b) => [...b.hosts])),
      branches: body.branches.map((br) => ({
        ...br,
        path: body.module.path,
        inside: [
          ...br.inside.map(at(body)),
          ...[...closure(body, br.calls)].flatMap((b) => b.seen.map(at(b))),
        ],
      })),
    };
  });
};
