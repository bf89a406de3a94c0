import { type Spot, spot } from '../sources/server-sources.ts';
import { codeIn, inside, type Language, matchesIn, type Source } from '../sources/source.ts';

/** `start` and `end` are offsets into the source: of the call's name, and past its last argument. */
export type LogCall = { level: string; words: string; at: Spot; start: number; end: number };

/** Libraries that log, by the name under which they are loaded. */
const LIBRARIES: readonly { name: string; of: Language; loaded: RegExp; levels: boolean }[] = [
  { name: 'winston', of: 'script', loaded: /["']winston["']/, levels: true },
  { name: 'pino', of: 'script', loaded: /["']pino(?:-http)?["']/, levels: true },
  { name: 'bunyan', of: 'script', loaded: /["']bunyan["']/, levels: true },
  { name: 'log4js', of: 'script', loaded: /["']log4js["']/, levels: true },
  { name: 'tslog', of: 'script', loaded: /["']tslog["']/, levels: true },
  { name: 'debug', of: 'script', loaded: /(?:from\s+|require\()["']debug["']/, levels: false },
  { name: 'loguru', of: 'python', loaded: /\bfrom\s+loguru\b|\bimport\s+loguru\b/, levels: true },
  { name: 'structlog', of: 'python', loaded: /\bimport\s+structlog\b|\bfrom\s+structlog\b/, levels: true },
  { name: 'logging (Python)', of: 'python', loaded: /\bimport\s+logging\b|\bfrom\s+logging\b/, levels: true },
  { name: 'zap', of: 'go', loaded: /"go\.uber\.org\/zap"/, levels: true },
  { name: 'zerolog', of: 'go', loaded: /"github\.com\/rs\/zerolog/, levels: true },
  { name: 'logrus', of: 'go', loaded: /"github\.com\/sirupsen\/logrus"/, levels: true },
  { name: 'slog', of: 'go', loaded: /"log\/slog"/, levels: true },
  { name: 'log (Go)', of: 'go', loaded: /^\s{0,40}(?:import\s{1,40})?"log"\s{0,40}$/m, levels: false },
  {
    name: 'tracing (Rust)',
    of: 'rust',
    loaded: /\buse\s+tracing\b|\btracing::(?:info|warn|error|debug|trace|instrument)\b|tracing_subscriber/,
    levels: true,
  },
  { name: 'log (Rust)', of: 'rust', loaded: /\buse\s+log::|\benv_logger\b/, levels: true },
  { name: 'slf4j', of: 'java', loaded: /\borg\.slf4j\b|@Slf4j\b/, levels: true },
  { name: 'log4j', of: 'java', loaded: /\borg\.apache\.logging\.log4j\b/, levels: true },
  { name: 'java.util.logging', of: 'java', loaded: /\bjava\.util\.logging\b/, levels: true },
  {
    name: 'Microsoft.Extensions.Logging',
    of: 'csharp',
    loaded: /\bMicrosoft\.Extensions\.Logging\b|\bILogger(?:<|\b)/,
    levels: true,
  },
  { name: 'Serilog', of: 'csharp', loaded: /\bSerilog\b/, levels: true },
  { name: 'NLog', of: 'csharp', loaded: /\bNLog\b/, levels: true },
  { name: 'PSR-3', of: 'php', loaded: /\bPsr\\Log\b|\bLoggerInterface\b/, levels: true },
  { name: 'Monolog', of: 'php', loaded: /\bMonolog\\/, levels: true },
  { name: 'Laravel Log', of: 'php', loaded: /\bFacades\\Log\b/, levels: true },
  {
    name: 'Logger (Ruby)',
    of: 'ruby',
    loaded: /\brequire\s+["']logger["']|\bLogger\.new\b|\bRails\.logger\b/,
    levels: true,
  },
  { name: 'slf4j', of: 'kotlin', loaded: /\borg\.slf4j\b|\bKotlinLogging\b/, levels: true },
  { name: 'kermit', of: 'kotlin', loaded: /\bco\.touchlab\.kermit\b/, levels: true },
];
export const logLibraries = (source: Source): { name: string; levels: boolean }[] =>
  LIBRARIES.filter((l) => l.of === source.language && l.loaded.test(source.code)).map(({ name, levels }) => ({
    name,
    levels,
  }));

const CALLS: Record<Language, RegExp> = {
  script:
    /\b(?:console|(?:this\.|ctx\.|context\.|server\.|app\.)?(?:\w*[lL]ogger|log))\s*\??\.\s*(trace|debug|verbose|info|notice|log|warn|warning|error|fatal|critical|audit|sendLoggingMessage|crit)\s*\(|\b(?:log(?:Info|Error|Warn|Warning|Debug|Event)|sendLoggingMessage|process\.stderr\.write)\s*\(/g,
  python:
    /\b(?:self\.|ctx\.|mcp\.)?(?:_?log(?:ger|ging)?|LOG(?:GER)?|_LOGGER|ctx|context|\w*_logger)\s*\.\s*(debug|info|warning|warn|error|exception|critical|log|audit)\s*\(|\bprint\s*\(/g,
  go: /\b(?:log|slog|logger|Logger|zap\.[LS]\(\)|\w*[lL]ogger|logrus|l|lg)\s*\.\s*(Debug|Info|Warn|Warning|Error|Fatal|Panic|Print|Trace|Log)(?:f|ln|w|Context)?\s*\(/g,
  rust: /\b(?:tracing::|log::)?(trace|debug|info|warn|error)!\s*\(|#\[(?:tracing::)?(instrument)\b|\be?println!\s*\(/g,
  java: /\b(?:log(?:ger)?|LOG(?:GER)?)\s*\.\s*(trace|debug|info|warn|error|fine|warning|severe|atInfo|atWarn|atError)\s*\(/g,
  csharp:
    /\b_?(?:[lL]og|\w{0,40}[lL]ogger)\s*\??\.\s*Log(Trace|Debug|Information|Warning|Error|Critical)?\s*\(|\bLog\.(Verbose|Debug|Information|Warning|Error|Fatal)\s*\(|\bConsole\.(?:Error\.)?Write(?:Line)?(?:Async)?\s*\(/g,
  php: /(?:->|\bLog::|\blogger\(\)->)(debug|info|notice|warning|error|critical|alert|emergency)\s*\(|\b(?:error_log|syslog|trigger_error)\s*\(/g,
  ruby: /\b(?:@?\w{0,30}logger|Rails\.logger|LOG(?:GER)?)\.(debug|info|warn|error|fatal|unknown)\s*\(?|\$stderr\.puts\s*\(?|\bwarn\s*\(/g,
  kotlin:
    /\b(?:log(?:ger)?|LOG(?:GER)?|Log|Timber)\s*\.\s*(trace|debug|info|warn|error|severe|[vdiwe])\s*[({]|\b(?:System\.err\.)?println\s*\(/g,
};

export const logCalls = (source: Source): LogCall[] =>
  matchesIn(source, 'bare', CALLS[source.language], 2000).map((match) => {
    const open = match.index + match[0].length - 1;
    const range = inside(source, open);
    return {
      level: (match[1] ?? match[2] ?? 'print').toLowerCase(),
      words: codeIn(source, { start: range.start, end: Math.min(range.end, range.start + 400) }),
      at: spot(source, match.index),
      start: match.index,
      end: range.end,
    };
  });
