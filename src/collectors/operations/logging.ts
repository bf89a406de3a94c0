import { count, listed, plural, tally } from '../../analysis/files/words.ts';
import { type Spot, spot } from '../../analysis/sources/server-sources.ts';
import { matchesIn, type Source } from '../../analysis/sources/source.ts';
import { type LogCall, logLibraries } from '../../analysis/weaknesses/log-calls.ts';
import { fact, type ItemDraft, placed, strength } from '../collector.ts';

const CHECKS = ['3.3.1'];

const LEVEL =
  /\b(?:[A-Z]+_)?LOG_?LEVEL\b|\blog[_-]?level\b|\bRUST_LOG\b|--verbose\b|\blevel\s*=\s*logging\.\w+|setLevel\(|SetLevel\(/g;
const STRUCTURED =
  /\bJSONRenderer\b|\bJSONFormatter\b|\bJsonFormatter\b|format\.json\(\)|NewJSONHandler|\bserialize\s*=\s*True|\.json\(\)\s*\.with_writer|\bpino\s*\(|zap\.NewProduction|\bJSON(?:Encoder|Layout)\b/g;
const FILES =
  /\b(?:Timed)?RotatingFileHandler\s*\(|\bFileHandler\s*\(|transports\.(?:File|DailyRotateFile)\b|\bDailyRotateFile\b|\blumberjack\.Logger\b|tracing_appender|\bRollingFile\w*\b|\blogger\.add\(\s*["'(]|["'`][\w./~-]{0,80}\.log["'`]/g;
const METRICS =
  /(?:from\s+|require\()["'](?:@opentelemetry\/[\w-]+|prom-client|@sentry\/[\w-]+|hot-shots|dd-trace|newrelic|applicationinsights)["']|\b(?:from|import)\s+(?:opentelemetry|prometheus_client|ddtrace|sentry_sdk|statsd|logfire)\b|"(?:go\.opentelemetry\.io\/[\w./-]+|github\.com\/prometheus\/client_golang\/[\w./-]+)"|\buse\s+(?:opentelemetry|prometheus|metrics)\b|\bio\.micrometer\b|\bio\.opentelemetry\b/g;
const HEALTH =
  /["'`]\/(?:[\w-]+\/){0,2}(?:health|healthz|healthcheck|health-check|ready|readyz|readiness|live|livez|liveness|ping|status)["'`/]|\bgrpc_health\b|\bHealthIndicator\b|spring-boot-starter-actuator/g;

const each = (sources: readonly Source[], pattern: RegExp, most = 5): (Spot & { words: string })[] =>
  sources.flatMap((s) =>
    matchesIn(s, 'code', pattern, most).map((m) => ({
      ...spot(s, m.index + m[0].search(/\S/)),
      words: m[0].trim(),
    })),
  );
const places = (found: readonly Spot[]) =>
  placed(found.slice(0, 40).map(({ path, startLine }) => ({ path, startLine })));

/** Libraries, levels, destinations, metrics and health. */
export const loggingItems = (
  sources: readonly Source[],
  logs: ReadonlyMap<string, readonly LogCall[]>,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const libraries = new Map<string, string[]>();
  for (const s of sources)
    for (const { name } of logLibraries(s)) libraries.set(name, [...(libraries.get(name) ?? []), s.path]);
  const all = [...logs.values()].flat();
  const levels = tally(all.map((l) => (l.level === 'print' ? 'print' : l.level)));
  const silent = sources.filter((s) => (logs.get(s.path) ?? []).length === 0).length;
  const first = all[0]?.at;
  items.push(
    fact(
      'logging',
      CHECKS,
      all.length === 0
        ? `No log call in ${plural(sources.length, 'source file')}`
        : `${plural(all.length, 'log call')}, ${libraries.size > 0 ? `with ${listed([...libraries.keys()], 3)}` : 'none through a logging library'}`,
      {
        measures: { calls: all.length },
        detail: [
          ...[...libraries].map(
            ([name, paths]) => `${name}: ${plural(paths.length, 'file')}, first ${paths[0]}`,
          ),
          ...(levels.length > 0
            ? [`By level: ${levels.map(([l, n]) => `${l} ${count(n)}`).join(', ')}.`]
            : []),
          `${count(silent)} of ${plural(sources.length, 'source file')} log nothing.`,
        ].join('\n'),
        ...(first
          ? { at: first }
          : { reproduce: "git grep -nE 'log(ger|ging)?\\.|console\\.|print\\(' {commit}" }),
      },
    ),
  );
  const level = each(sources, LEVEL, 3);
  if (all.length > 0)
    items.push(
      level.length > 0
        ? fact('log-level', CHECKS, 'The level of the log can be set', {
            detail: listed([...new Set(level.map((l) => l.words))], 6),
            ...places(level),
          })
        : fact('log-level', CHECKS, 'No setting for the level of the log was found', {
            detail: 'Looked for LOG_LEVEL, RUST_LOG, setLevel, --verbose and the like.',
            at: first!,
          }),
    );
  const structured = each(sources, STRUCTURED, 2);
  if (structured.length > 0)
    items.push(
      strength('structured-log', CHECKS, 'Logs can be written in a structured form', {
        detail: listed([...new Set(structured.map((l) => l.words))], 4),
        ...places(structured),
      }),
    );
  const files = each(sources, FILES, 3);
  if (files.length > 0)
    items.push(
      fact(
        'log-file',
        [...CHECKS, '2.3.4'],
        `Logs go to files in ${plural(new Set(files.map((f) => f.path)).size, 'source file')}`,
        {
          advice: 'See where they lie, who may read them, and whether they are ever cut or removed.',
          detail: `${files
            .slice(0, 15)
            .map((f) => `${f.path}:${f.startLine} ${f.words}`)
            .join('\n')}`,
          ...places(files),
        },
      ),
    );
  const metrics = each(sources, METRICS, 2);
  items.push(
    metrics.length > 0
      ? fact(
          'metrics',
          CHECKS,
          `Metrics, traces or error reports: ${listed([...new Set(metrics.map((m) => m.words.replace(/^(?:from|import|use)\s+|["']/g, '')))], 3)}`,
          {
            measures: { places: metrics.length },
            ...places(metrics),
          },
        )
      : fact('metrics', CHECKS, 'No library for metrics or traces was found', {
          measures: { places: 0 },
          detail: 'Looked for OpenTelemetry, Prometheus, Sentry, Datadog, StatsD, Micrometer and the like.',
          reproduce: "git grep -niE 'opentelemetry|prom-client|prometheus|sentry|statsd|micrometer' {commit}",
        }),
  );
  const health = each(sources, HEALTH, 3);
  if (health.length > 0)
    items.push(
      fact(
        'health',
        CHECKS,
        `A place to ask for health: ${listed([...new Set(health.map((h) => h.words.replace(/["'`]/g, '')))], 3)}`,
        places(health),
      ),
    );
  return items;
};
