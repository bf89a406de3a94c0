import { listed, plural } from '../../analysis/files/words.ts';
import { spot } from '../../analysis/sources/server-sources.ts';
import { matchesIn, type Source } from '../../analysis/sources/source.ts';
import { fact, type ItemDraft, lead, placed, strength } from '../collector.ts';

const CHECKS = ['3.2.4'];

const ROUTE =
  /(?:\.(?:get|all|use|route|add_route|HandleFunc|Handle|GET|custom_route|add_api_route)\s*\(|@(?:app|router|mcp|server)\.\w+\(|@(?:GetMapping|RequestMapping)\(|Route\(|route\()\s*["'`](\/[\w./{}:-]{0,80})["'`]/g;
const TELLING =
  /^\/(?:[\w.-]+\/){0,3}(debug|env|config|configuration|settings|actuator|pprof|heapdump|dump|trace|status|info|version|metrics|openapi(?:\.json)?|docs|swagger|sessions|admin|internal|stats)\b/i;
const GRAVE =
  /^\/(?:[\w.-]+\/){0,3}(?:debug|env|config|configuration|settings|actuator|pprof|heapdump|dump|sessions)\b/i;

/** Routes, headers and handlers that tell callers about the server. */
export const disclosure = (sources: readonly Source[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const routes = sources.flatMap((s) =>
    matchesIn(s, 'code', ROUTE, 200).flatMap((m) =>
      TELLING.test(m[1]!) ? [{ route: m[1]!, at: spot(s, m.index) }] : [],
    ),
  );
  const grave = routes.filter((r) => GRAVE.test(r.route));
  const plain = routes.filter((r) => !GRAVE.test(r.route));
  for (const [list, make] of [
    [grave, lead],
    [plain, fact],
  ] as const)
    if (list.length > 0)
      items.push(
        make(
          make === lead ? 'debug-routes' : 'telling-routes',
          CHECKS,
          `Routes that tell about the server: ${listed([...new Set(list.map((r) => r.route))], 4)}`,
          {
            class: 'information-disclosure',
            ...(make === lead ? { strength: 'weak' as const, cwe: ['CWE-200'] } : {}),
            advice: 'See who may call them, and what the answer holds.',
            detail: `${list
              .slice(0, 20)
              .map((r) => `${r.at.path}:${r.at.startLine} ${r.route}`)
              .join('\n')}`,
            ...placed(list.map((r) => r.at)),
          },
        ),
      );
  const one = (pattern: RegExp) =>
    sources.flatMap((s) => matchesIn(s, 'code', pattern, 5).map((m) => spot(s, m.index)));
  const express = one(/\bexpress\(\s*\)|\bcreateMcpExpressApp\s*\(/g);
  const hidden = one(/\bhelmet\s*\(|disable\(\s*["']x-powered-by["']\s*\)|poweredByHeader\s*:\s*false/g);
  if (express.length > 0)
    items.push(
      (hidden.length > 0 ? strength : fact)(
        'banner',
        CHECKS,
        hidden.length > 0
          ? 'Express is kept from naming itself in answers'
          : 'Express names itself in every answer (X-Powered-By)',
        { class: 'information-disclosure', ...placed(hidden.length > 0 ? hidden : express) },
      ),
    );
  const fastapi = one(/\bFastAPI\s*\(/g);
  const closed = one(/\b(?:docs_url|openapi_url)\s*=\s*None/g);
  if (fastapi.length > 0)
    items.push(
      fact(
        'api-documents',
        CHECKS,
        closed.length > 0
          ? 'FastAPI documents are switched off in places'
          : 'FastAPI serves its API documents at /docs and /openapi.json',
        {
          class: 'information-disclosure',
          ...placed(closed.length > 0 ? closed : fastapi),
        },
      ),
    );
  const handlers = one(
    /\.use\(\s{0,40}\(?\s{0,40}(?:err|error)\s{0,40}(?::\s{0,40}\w{1,60})?\s{0,40},|\bexception_handler\s{0,40}\(|\badd_exception_handler\s{0,40}\(|@ControllerAdvice|@ExceptionHandler|\bsetErrorHandler\s{0,40}\(|\bonError\s{0,40}\(|\brecover\(\)|CatchPanicLayer/g,
  );
  const servers = one(
    /\bexpress\(\s*\)|\bFastAPI\s*\(|\bStarlette\s*\(|\bFlask\s*\(|\bfastify\s*\(|\bnew\s+Hono\b|http\.NewServeMux|\bRouter::new\b/g,
  );
  if (servers.length > 0)
    items.push(
      fact(
        'error-handler',
        CHECKS,
        handlers.length > 0
          ? `${plural(handlers.length, 'handler')} decide what callers see of errors`
          : 'No handler of its own decides what callers see of errors',
        {
          class: 'information-disclosure',
          detail:
            handlers.length > 0
              ? ''
              : 'The framework’s default answers; some show stack traces unless a mode for production is set.',
          ...placed(handlers.length > 0 ? handlers : servers),
        },
      ),
    );
  return items;
};
