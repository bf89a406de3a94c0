import { eachOnce } from '../../files/each-once.ts';
import type { Expr, Module, Span } from '../../sources/ir.ts';
import {
  expressionsIn,
  expressionsInside,
  functionsOf,
  insideExpression,
  within,
} from '../../sources/walk.ts';
import { lastNameOf } from './names.ts';

type Call = Extract<Expr, { kind: 'call' }>;

const ENDS = /^(?:kill\w*|terminate\w*|tree_?kill|abort|send_signal|close_fds|stop|destroy|cancel)$/i;
const STARTS_JS = /^(?:spawn|exec|execFile|fork)$/;
const SETTLES = /^(?:reject|resolve|rej|res|done|callback|cb|settle|finish)$/i;

const callsOf = (all: Iterable<Expr>): Call[] => [...all].filter((e) => e.kind === 'call');

const named = (calls: readonly Call[], pattern: RegExp): boolean =>
  calls.some((c) => pattern.test(lastNameOf(c.callee)));

/** Options by which the library itself ends what it started. */
const endsByItself = (c: Call): boolean =>
  c.args.some((a) =>
    [...within(a.value)].some(
      (e) =>
        e.kind === 'record' && e.entries.some((x) => /^(?:timeout|signal|killSignal|\.\.\.)$/.test(x.key)),
    ),
  );

/** A wait with an end, after which the program that was waited for goes on. */
const outlivedInPython = (calls: readonly Call[]): Call[] =>
  named(calls, ENDS)
    ? []
    : calls.filter((c) => {
        const name = lastNameOf(c.callee);
        if (name === 'wait_for')
          return c.args.some((a) => named(callsOf(insideExpression(a.value)), /^(?:communicate|wait)$/));
        return (
          /^(?:communicate|wait)$/.test(name) &&
          c.args.some((a) => a.name === 'timeout') &&
          named(calls, /^Popen$/)
        );
      });

const outlivedInJavaScript = (calls: readonly Call[]): Call[] => {
  const started = calls.filter(
    (c) =>
      STARTS_JS.test(lastNameOf(c.callee)) && c.callee.kind !== 'index' && !isPattern(c) && !endsByItself(c),
  );
  if (started.length === 0 || named(calls, ENDS)) return [];
  const gaveUp = calls.some(
    (c) =>
      lastNameOf(c.callee) === 'setTimeout' &&
      c.args[0] &&
      named(callsOf(insideExpression(c.args[0].value)), SETTLES),
  );
  return gaveUp ? started : [];
};

/** `/x/.exec(text)`, `pattern.exec(text)`: a regular expression's own. */
const isPattern = (c: Call): boolean =>
  lastNameOf(c.callee) === 'exec' &&
  c.callee.kind === 'member' &&
  !/^(?:child_process|childProcess|cp|util)$/.test(lastNameOf(c.callee.object));

/** Programs that go on when the server has stopped waiting for them (CWE-404): nothing in the function ends them. */
export const outlivedPrograms = (m: Module): Span[] => {
  if (m.language !== 'python' && m.language !== 'javascript') return [];
  const found = functionsOf(m)
    .filter(({ fn }) => fn.name !== '' || fn.params.length > 0)
    .flatMap(({ fn }) => {
      const calls = callsOf(expressionsInside(fn.body));
      return m.language === 'python' ? outlivedInPython(calls) : outlivedInJavaScript(calls);
    })
    .map((c) => c.at);
  return eachOnce(found, (at) => at.line);
};

const SAYS_FAILURE =
  /^\W{0,5}(?:error|failed|failure|could not|unable to|exception|unexpected)\b(?! ?(?:code|message|log|rate|count))/i;

/** What a text begins with. */
const beginning = (e: Expr | undefined): string => {
  if (!e) return '';
  if (e.kind === 'literal') return e.isString ? (e.value ?? '') : '';
  if (e.kind === 'text') return beginning(e.parts[0]);
  if (e.kind === 'choice') return e.of.map(beginning).find((t) => t !== '') ?? '';
  return '';
};

/** A result of a tool that says in its text that it failed, and not in `isError`. */
const unmarkedIn = (e: Expr): Span | null => {
  if (e.kind !== 'record') return null;
  const content = e.entries.find((x) => x.key === 'content');
  if (content?.value.kind !== 'list') return null;
  if (e.entries.some((x) => /^(?:isError|is_error|\.\.\.)$/.test(x.key) || x.key === '')) return null;
  const failed = content.value.items.some(
    (item) =>
      item.kind === 'record' &&
      item.entries.some((x) => x.key === 'text' && SAYS_FAILURE.test(beginning(x.value))),
  );
  return failed ? e.at : null;
};

/**
 * Results that say a failure in words alone. The protocol's own mark is `isError` (MCP specification, tools, error handling):
 * without it the model and the client take the text for what the tool found.
 */
export const unmarkedFailures = (m: Module): Span[] => {
  if (m.language !== 'javascript') return [];
  const found = functionsOf(m).flatMap(({ fn }) =>
    [...expressionsIn(fn.body)].flatMap((e) => unmarkedIn(e) ?? []),
  );
  return eachOnce(found, (at) => at.line);
};
