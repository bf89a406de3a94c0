import { count, listed, plural, share } from '../../analysis/files/words.ts';
import { type Spot, spot } from '../../analysis/sources/server-sources.ts';
import { matchesIn, type Source } from '../../analysis/sources/source.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import type { LogCall } from '../../analysis/weaknesses/log-calls.ts';
import { fact, type ItemDraft, placed, strength } from '../collector.ts';

const CHECKS = ['3.3.2'];

/** Code every call of a tool passes: a dispatcher, a middleware, a wrapper. */
const DISPATCH =
  /CallToolRequestSchema|@\w*(?:server|app)\.call_tool\b|\bon_call_tool\b|\badd_middleware\s*\(|\bAddReceivingMiddleware\b|\bWithToolHandlerMiddleware\b|\bcall_tool\s*\(\s*&?self|\bServerHandler\b|\btools\/call\b|\bsetRequestHandler\b|class\s+\w*Middleware\b/g;
/** Lines after such a place that belong to it. */
const DISPATCH_LINES = 60;

const REFUSAL =
  /\b(?:throw\s+new\s+\w*(?:Auth|Forbidden|Unauthori[sz]ed|Permission|Access|Denied|Security)\w*|raise\s+\w*(?:Auth|Forbidden|Unauthori[sz]ed|Permission|Access|Denied|Security)\w*)|\bstatus\(\s*40[13]\s*\)|\bstatus_code\s*=\s*(?:40[13]|status\.HTTP_40[13]\w*)|\bStatus(?:Unauthorized|Forbidden)\b|StatusCode::(?:UNAUTHORIZED|FORBIDDEN)|HttpStatus\.(?:UNAUTHORIZED|FORBIDDEN)|writeHead\(\s*40[13]\b/g;
const LIMITER =
  /(?:from\s+|require\()["'](?:express-rate-limit|rate-limiter-flexible|@fastify\/rate-limit|limiter|bottleneck|p-limit|p-queue|p-throttle|hono-rate-limiter)["']|\b(?:from|import)\s+(?:slowapi|limits|ratelimit|aiolimiter|pyrate_limiter)\b|"golang\.org\/x\/time\/rate"|"github\.com\/(?:ulule\/limiter|didip\/tollbooth)[\w./-]*"|\btower_governor\b|\buse\s+governor\b|\bbucket4j\b|\bRateLimiter\b|\brateLimit(?:er)?\s*\(|\brate_limit(?:er)?\s*\(|\bSemaphore\s*\(|\bsemaphore\.NewWeighted\b|\bRateLimitingMiddleware\b/g;
const AUDIT =
  /\baudit(?:_?log|_?event|_?trail|or|Logger|Log|Event|Trail)?\w{0,12}\s*[.(]|["'`]audit[\w.: -]{0,30}["'`]|\bAuditMiddleware\b/gi;
/** Values a caller chose, put into the text of a log line. */
const FROM_CALLER =
  /\$\{\s*(?:args|params|input|request|req)\b[^}]{0,80}\}|\{\s*(?:args|arguments|params|kwargs|request|query|url|command)\b[^}]{0,40}\}|(?:,|\+)\s*(?:args|params|input|req\.(?:body|query|headers)|arguments)\b/;

const places = (found: readonly Spot[]) =>
  placed(found.slice(0, 60).map(({ path, startLine }) => ({ path, startLine })));

/** `"at", "audit", "avg",`: one bare word in a list of words, of a language for example, says nothing of what is written down. */
const isListed = (code: string, start: number, end: number): boolean =>
  /^["'`]/.test(code[start] ?? '') &&
  /(?:["'`][\w.-]{1,30}["'`],\s{0,20}){2}$/.test(code.slice(Math.max(0, start - 120), start)) &&
  /^,\s{0,20}["'`]/.test(code.slice(end, end + 40));

/** Whether what matters for noticing an attack is written down: calls, refusals, floods. */
export const noticeItems = (
  sources: readonly Source[],
  logs: ReadonlyMap<string, readonly LogCall[]>,
  tools: readonly FoundEntry[],
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const logsIn = (path: string, from: number, to: number): boolean =>
    (logs.get(path) ?? []).some((l) => l.at.startLine >= from && l.at.startLine <= to);

  const handled = tools.filter((t) => t.handler !== null);
  const silent = handled.filter((t) => !logsIn(t.handler!.path, t.handler!.startLine, t.handler!.endLine));
  const central = sources.flatMap((s) =>
    matchesIn(s, 'code', DISPATCH, 10)
      .map((m) => spot(s, m.index))
      .filter((d) => logsIn(d.path, d.startLine, d.startLine + DISPATCH_LINES)),
  );
  const at = (t: FoundEntry): Spot => ({ path: t.handler!.path, startLine: t.handler!.startLine });
  if (handled.length > 0) {
    const none = silent.length >= handled.length * 0.9 && central.length === 0;
    items.push(
      (silent.length === 0 ? strength : fact)(
        'handlers-without-log',
        [...CHECKS, '3.3.1'],
        silent.length === 0
          ? `A log call in each of ${plural(handled.length, 'tool handler')}`
          : `${share(silent.length, handled.length)} tool handlers hold no log call${central.length > 0 ? '; code that all calls go through logs' : ''}`,
        {
          class: 'hygiene',
          // A call that code around the handlers writes down is no silent one.
          measures: {
            silentPercent: central.length > 0 ? 0 : Math.floor((100 * silent.length) / handled.length),
          },
          ...(none ? { cwe: ['CWE-778'] } : {}),
          detail: [
            central.length > 0
              ? `A log call stands near code every call may go through: ${listed(
                  central.map((c) => `${c.path}:${c.startLine}`),
                  4,
                )}.`
              : silent.length === 0
                ? ''
                : 'No log call was seen near code that every call goes through (a dispatcher, a middleware) either. Functions a handler calls may log.',
            ...silent.slice(0, 30).map((t) => `${t.handler!.path}:${t.handler!.startLine} ${t.name}`),
            ...(silent.length > 30 ? [`and ${count(silent.length - 30)} more`] : []),
          ]
            .filter(Boolean)
            .join('\n'),
          ...(central.length > 0 || silent.length === 0
            ? { advice: 'See whether it names the tool, the caller and the outcome.' }
            : {}),
          ...places(silent.length > 0 ? silent.map(at) : handled.map(at)),
        },
      ),
    );
  }

  const refusals = sources.flatMap((s) => matchesIn(s, 'bare', REFUSAL, 60).map((m) => spot(s, m.index)));
  if (refusals.length > 0) {
    const logged = refusals.filter((r) => logsIn(r.path, r.startLine - 6, r.startLine + 3));
    items.push(
      fact(
        'refusals-logged',
        CHECKS,
        `${share(logged.length, refusals.length)} refusals (401, 403, denied) have a log call beside them`,
        {
          detail: `A middleware may log all of them.\nWithout one:\n${refusals
            .filter((r) => !logged.includes(r))
            .slice(0, 20)
            .map((r) => `${r.path}:${r.startLine}`)
            .join('\n')}`,
          ...places(
            refusals.filter((r) => !logged.includes(r)).length > 0
              ? refusals.filter((r) => !logged.includes(r))
              : refusals,
          ),
        },
      ),
    );
  }
  const audit = sources.flatMap((s) =>
    matchesIn(s, 'code', AUDIT, 10)
      .filter((m) => !isListed(s.code, m.index, m.index + m[0].length))
      .map((m) => ({ ...spot(s, m.index), words: m[0] })),
  );
  items.push(
    audit.length > 0
      ? fact(
          'audit-events',
          CHECKS,
          `Audit is spoken of in ${plural(new Set(audit.map((a) => a.path)).size, 'file')}`,
          {
            measures: { places: audit.length },
            detail: audit
              .slice(0, 12)
              .map((a) => `${a.path}:${a.startLine} ${a.words}`)
              .join('\n'),
            ...places(audit),
          },
        )
      : fact('audit-events', CHECKS, 'No audit log of its own was found', {
          measures: { places: 0 },
          detail: 'Looked for the word in calls, names and texts of the code.',
          reproduce: 'git grep -niw audit {commit}',
        }),
  );
  const limits = sources.flatMap((s) =>
    matchesIn(s, 'code', LIMITER, 5).map((m) => ({ ...spot(s, m.index), words: m[0].trim() })),
  );
  items.push(
    limits.length > 0
      ? fact(
          'rate-limit',
          CHECKS,
          `Limits on how much is done at once or in a time: ${listed([...new Set(limits.map((l) => l.words.replace(/["'(]/g, '').trim()))], 3)}`,
          {
            advice: 'See whether they bind callers, or only spare the service behind.',
            detail: `${limits
              .slice(0, 12)
              .map((l) => `${l.path}:${l.startLine}`)
              .join('\n')}`,
            ...places(limits),
          },
        )
      : fact('rate-limit', CHECKS, 'No limit on the rate or number of calls was found', {
          detail: 'Looked for the libraries and names such limits have.',
          reproduce: "git grep -niE 'rate.?limit|throttl|semaphore|p-limit|bottleneck' {commit}",
        }),
  );
  const quoted = [...logs.values()].flat().filter((l) => FROM_CALLER.test(l.words));
  if (quoted.length > 0)
    items.push(
      fact(
        'arguments-in-log',
        [...CHECKS, '3.3.1'],
        `${plural(quoted.length, 'log call puts', 'log calls put')} values that may be the caller’s into the text`,
        {
          class: 'log-injection',
          cwe: ['CWE-117'],
          detail: `A line end in such a value writes a line of its own; a secret in it is kept.\n${quoted
            .slice(0, 20)
            .map((l) => `${l.at.path}:${l.at.startLine} ${l.words.replace(/\s+/g, ' ').slice(0, 80)}`)
            .join('\n')}`,
          advice: 'See whether the format escapes, and what is masked.',
          ...places(quoted.map((l) => l.at)),
        },
      ),
    );
  return items;
};
