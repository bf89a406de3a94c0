import type { Expr, Fn, Module, Span } from '../../sources/ir.ts';
import { expressionsIn, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { lastNameOf, literalText, rootOf } from './names.ts';

/**
 * Bodies of requests and answers that are taken into memory whole, whatever their size (CWE-770), where the library sets
 * no bound by itself. aiohttp (1 MB), Express' own parsers (100 kB), axum's extractors (2 MB) and Spring's multipart do.
 */

/** Requests: what a service of the operator's own choice answers is as large as that service makes it. */
const MESSAGE = /^_?(?:r|req|request|exchange|body|ctx|context|http_?req\w*)$/i;

/** `request.getInputStream()`, `exchange.getRequestBody()`, `r.Body`: the stream of a message. */
const isStream = (e: Expr): boolean =>
  [...within(e)].some(
    (x) =>
      (x.kind === 'member' && /^(?:Body|rfile)$/.test(x.property)) ||
      (x.kind === 'call' &&
        /^(?:getRequestBody|getInputStream|getReader|getBody)$/.test(lastNameOf(x.callee)) &&
        MESSAGE.test(rootOf(x.callee))),
  );

const hasMessage = (e: Expr): boolean => [...within(e)].some((x) => MESSAGE.test(rootOf(x)));

const readsAll = (e: Expr & { kind: 'call' }, language: Module['language']): boolean => {
  const name = lastNameOf(e.callee);
  const object = e.callee.kind === 'member' ? e.callee.object : null;
  switch (language) {
    case 'javascript':
      return (
        name === 'on' &&
        literalText(e.args[0]?.value) === 'data' &&
        object !== null &&
        MESSAGE.test(lastNameOf(object))
      );
    case 'python':
      return (
        (name === 'read' && object !== null && lastNameOf(object) === 'rfile') ||
        (/^(?:body|stream|get_data)$/.test(name) &&
          object !== null &&
          /^req(?:uest)?$/i.test(lastNameOf(object)))
      );
    case 'go':
      return (
        /^(?:ReadAll|NewDecoder)$/.test(name) && e.args.some((a) => isStream(a.value) && hasMessage(a.value))
      );
    case 'java':
      return (
        (/^(?:readAllBytes|transferTo|readLine|lines)$/.test(name) && object !== null && isStream(object)) ||
        (name === 'getReader' && object !== null && MESSAGE.test(lastNameOf(object))) ||
        (/^(?:toString|toByteArray|copy|copyToString|copyToByteArray|fromJson|readValue|readTree)$/.test(
          name,
        ) &&
          e.args.some((a) => isStream(a.value)))
      );
    case 'rust':
      return (
        (name === 'to_bytes' &&
          e.args.some((a) => hasMessage(a.value)) &&
          (e.args.length === 1 || lastNameOf(e.args[1]!.value) === 'MAX')) ||
        (name === 'disable' && /DefaultBodyLimit/.test(rootOf(e.callee)))
      );
    // Kestrel (28 MB), PHP (post_max_size) and Puma's callers set bounds of their own, or a proxy does; Ktor reads what comes.
    case 'csharp':
    case 'php':
    case 'ruby':
    case 'kotlin':
      return false;
  }
};

/** Something of the function asks how much there is, or hands the stream to what does. */
const bounds = (fn: Fn): boolean => {
  const sizes = (e: Expr): boolean =>
    [...within(e)].some(
      (x) =>
        /(?:max|limit|size|length|bytes|total)/i.test(x.kind === 'call' ? '' : lastNameOf(x)) ||
        literalText(x)?.toLowerCase() === 'content-length',
    );
  for (const s of statementsIn(fn.body))
    if (s.kind === 'if') for (const e of within(s.test)) if (e.kind === 'test' && sizes(e)) return true;
  for (const e of expressionsIn(fn.body)) {
    if (
      e.kind === 'call' &&
      /^(?:LimitReader|MaxBytesReader|limit|limited|readNBytes|BoundedInputStream|Limited|take)$/.test(
        lastNameOf(e.callee),
      )
    )
      return true;
    // A smaller function inside counts too: `req.on('data', (c) => { if (n > LIMIT) … })`.
    if (e.kind === 'function' && bounds(e.fn)) return true;
  }
  return false;
};

export const unboundedBodies = (m: Module): Span[] =>
  functionsOf(m).flatMap(({ fn }) => {
    const reads = [...expressionsIn(fn.body)].filter((e) => e.kind === 'call' && readsAll(e, m.language));
    return reads.length === 0 || bounds(fn)
      ? []
      : reads.map((e) => ({ line: e.at.line, endLine: e.at.line }));
  });
