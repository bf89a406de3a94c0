import type { Fn } from '../../sources/ir.ts';
import { expressionsIn } from '../../sources/walk.ts';

/** A check of who calls, told from one of what is asked for and from the states a program is in. */

/** A list of what may be fetched, read or run says nothing of who calls: an empty one is another question. */
export const OF_THINGS =
  /(?:repo\w*|director\w*|dirs?|folders?|paths?|files?|roots?|types?|mime\w*|content\w*|extensions?|formats?|domains?|urls?|schemes?|ports?|commands?|cmds?|programs?|tools?|tables?|schemas?|databases?|models?|modules?|packages?|keywords?|languages?|labels?|tags?|topics?|channels?|fields?|columns?|methods?|kinds?)(?:_?(?:raw|list|set|patterns?|prefix(?:es)?|str|csv|names?))?$/i;

/** States a program is in and things it counts: missing ones are no way past a check. */
export const OF_STATES =
  /count|retr(?:y|ies)|attempts?|pending|needing|remaining|supported|expired?|expiry|errors?$/i;

/** Words of who calls, in what a function is handed or looks at. */
const OF_CALLERS =
  /token|user|caller|client|session|principal|auth(?!_?path)|bearer|credential|api_?key|secret|passw|origin|host|^ip$|_ip$|remote_?addr|peer|roles?$|scopes?$|subject|identity|claims|jwt|headers?|request|^req$|^r$|owner|member|tenant|issuer|audience/i;

/** A check of what is to be read, run or asked for says nothing of who asks: nothing in it is about a caller. */
export const judgesValues = (fn: Fn, setting: string): boolean => {
  const named = [
    ...fn.params.flatMap((p) => [p.name, p.type]),
    ...[...expressionsIn(fn.body)].flatMap((e) =>
      e.kind === 'name' ? [e.name] : e.kind === 'member' ? [e.property] : [],
    ),
  ];
  return fn.params.length > 0 && !OF_CALLERS.test(setting) && !named.some((n) => OF_CALLERS.test(n));
};
