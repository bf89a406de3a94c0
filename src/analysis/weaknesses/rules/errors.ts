import { folderOf } from '../../files/paths.ts';
import {
  bareIn,
  closing,
  codeIn,
  inside,
  type Language,
  linesAround,
  matchesIn,
  type Source,
} from '../../sources/source.ts';
import { unmarkedFailures } from '../code/lifetimes.ts';
import { logCalls } from '../log-calls.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, inEachModule, type Match, type Package, type Rule } from '../rule.ts';

/** What a caller learns from failures, and what gets into the protocol's own channel. */

const PRINT: Partial<Record<Language, RegExp>> = {
  script: /\bconsole\.(?:log|info|debug|table)\s*\(|process\.stdout\.write\s*\(/g,
  python: /(?<![\w.])print\s*\(|sys\.stdout\.write\s*\(/g,
  go: /\bfmt\.(?:Print|Println|Printf)\s*\(/g,
  rust: /\b(?:println|print)!\s*\(/g,
  java: /\bSystem\.out\.print\w*\s*\(/g,
};

/** Programs beside the server may print as they like. */
const BESIDE =
  /(^|\/)(scripts?|bin|cli|tools?\/build|setup|install\w{0,60}|migrations?|seeds?|clients?|cmd\/(?!.{0,300}server)|hooks|www|public|frontend|ui|build\w{0,60})(\/|\.[a-z]{1,10}$)|(^|\/)(cli|setup|install|build|postinstall|[^/]{0,100}\.config)\.[cm]?[jt]s$|(^|\/)(setup|cli|__main__)\.py$/i;

/** `clientName` where it was given what a cleaner returned. */
const isEscapedBefore = (code: string, value: string): boolean => {
  const name = /^\s{0,20}([A-Za-z_$][\w$]{0,60})\s{0,20}(?:$|\|\||\?\?)/.exec(value)?.[1];
  return (
    name !== undefined &&
    new RegExp(
      `\\b${name.replaceAll('$', '\\$')}\\s{0,4}=[^=;\\n]{0,160}(?:escape|encode|sanit|purify)`,
      'i',
    ).test(code)
  );
};

/** The calls a place stands in the arguments of, innermost first: `logger.error(`, `json(`. */
const callsAround = (source: Source, at: number): string[] => {
  const found: string[] = [];
  let depth = 0;
  for (let i = at - 1; i > Math.max(0, at - 1200) && found.length < 4; i--) {
    const c = source.bare[i];
    if (c === ')') depth++;
    else if (c === '(' && depth > 0) depth--;
    else if (c === '(')
      found.push(/[\w.$?!]{0,80}\s{0,4}$/.exec(source.bare.slice(Math.max(0, i - 84), i))?.[0].trim() ?? '');
  }
  return found;
};

/** Calls whose arguments go to a log, or into an error that somebody else has to hand on. */
const KEEPS_TO_ITSELF =
  /(?:^|\.)(?:log\w*|debug|info|warn\w*|error|exception|critical|print\w*|write)$|Error$|Exception$|^console\./;

const printsIn = (source: Source) => {
  const pattern = PRINT[source.language];
  // What writes the protocol itself is the transport.
  if (!pattern || BESIDE.test(source.path) || /stdio|transport/i.test(source.path)) return [];
  return matchesIn(source, 'bare', pattern, 500).flatMap((m) => {
    const open = m.index + m[0].length - 1;
    const end = closing(source, open);
    const args = end < 0 ? '' : bareIn(source, inside(source, open));
    if (source.language === 'python' && /file\s*=/.test(args)) return [];
    const near = codeIn(source, linesAround(source, m.index, 14, 0));
    // Help and version texts, and what only the HTTP branch says, never meet a stdio client.
    if (
      /--help|--version|[vV]ersion\(|showHelp|printHelp|usage\(|transport\w{0,60}\s{0,40}(?:===?|==)\s{0,40}["'](?:http|sse|streamable)|listening|\.listen\(|__main__|if\s{0,40}\(?\s{0,40}(?:!\s{0,40})?(?:is|use)(?:Http|Sse)/i.test(
        near,
      )
    )
      return [];
    return [{ source, start: m.index, end: m.index + m[0].length }];
  });
};

const speaksStdio = (pack: Package): boolean => pack.transports.stdio.length > 0;

export const errorRules: readonly Rule[] = [
  {
    id: 'failure-not-marked',
    kind: 'lead',
    strength: 'weak',
    class: 'hygiene',
    cwe: ['CWE-755'],
    checks: ['2.1.3'],
    languages: ['script'],
    title: 'Failures are returned as ordinary results',
    detail:
      'The text says that it failed, and the result is not marked with `isError` (MCP specification, tools, error handling): a client that counts on the mark takes it for a success.',
    merge: 'package',
    find: inEachModule((m) => unmarkedFailures(m)),
  },
  {
    id: 'stdout-written',
    kind: 'lead',
    strength: 'weak',
    class: 'hygiene',
    cwe: ['CWE-684'],
    checks: ['2.1.3'],
    languages: everyLanguage,
    title: 'A server that speaks over stdio also writes to stdout',
    detail:
      'Over stdio, stdout carries protocol messages only. What else is written there breaks the session, or lets text of others pose as messages.',
    merge: 'package',
    weakIsFact: true,
    find: (pack) => {
      if (!speaksStdio(pack)) return [];
      const near = new Set(pack.transports.stdio.map((m) => folderOf(m.source.path)));
      return pack.sources
        .filter((s) => [...near].some((f) => f === '' || s.path.startsWith(`${f}/`)))
        .flatMap(printsIn);
    },
  },
  {
    id: 'stack-to-client',
    kind: 'lead',
    strength: 'moderate',
    class: 'information-disclosure',
    cwe: ['CWE-209'],
    checks: ['2.1.3', '3.2.4'],
    languages: ['script', 'python', 'go', 'java'],
    title: 'A stack trace becomes part of what is returned',
    detail: 'Traces show paths, versions and values. They belong into the log.',
    merge: 'package',
    find: matching({
      layer: 'bare',
      on: {
        script: /\b(?:err|error|e|ex|exception)\w*\??\.stack\b/g,
        python: /\btraceback\.(?:format_exc|format_exception)\s*\(/g,
        go: /\bdebug\.Stack\s*\(\)/g,
        java: /\bgetStackTrace\s*\(\)|ExceptionUtils\.getStackTrace/g,
      },
      accept: (source, m) => {
        const line = codeIn(source, linesAround(source, m.index, 0, 0));
        const near = codeIn(source, linesAround(source, m.index, 6, 4));
        const offset = m.index;
        if (logCalls(source).some((call) => call.start <= offset && offset < call.end)) return false;
        if (/\bif\s*\(\s*!?\w+\??\.stack\s*\)/.test(line)) return false;
        if (
          /console\.|log(?:ger|ging)?\b|\.debug|\.error\(|\.warn|stderr|print\(|write\(|captureException/i.test(
            line,
          )
        )
          return false;
        return /\breturn\b|res\.(?:json|send|status|end)|content\s*:|["']?text["']?\s*:|TextContent|isError|JSONResponse|jsonify|\.Write\(|ResponseEntity/.test(
          near,
        );
      },
    }),
  },
  {
    id: 'error-text-to-client',
    kind: 'lead',
    strength: 'weak',
    class: 'information-disclosure',
    cwe: ['CWE-209'],
    checks: ['2.1.3', '3.2.4'],
    languages: ['script', 'python', 'go'],
    title: 'Texts of errors and answers of other services are returned to the client',
    detail: 'They may name paths, hosts, statements and versions, and reach the model with the answer.',
    advice:
      'Common, and often wanted by the model. Read the places where an upstream body, a path or a query gets into the text.',
    merge: 'package',
    weakIsFact: true,
    find: inEach(['script', 'python'], (source) =>
      matchesIn(
        source,
        'bare',
        source.language === 'script'
          ? /\b(?:err|error|e)\w*\??\.(?:message|data|response\??\.data|body|stderr)\b|String\(\s*(?:err|error|e)\s*\)/g
          : /\bstr\(\s*(?:e|err|error|exc|ex)\s*\)|\{(?:e|err|error|exc|ex)(?:!r)?\}|\b(?:e|exc|err)\.(?:stderr|output|response\.text)\b/g,
      ).flatMap((m) => {
        const line = codeIn(source, linesAround(source, m.index, 0, 0));
        const near = codeIn(source, linesAround(source, m.index, 3, 1));
        if (
          /console\.|log(?:ger|ging)?\w*[.(]|stderr\.|print\(|new \w*Error\(|raise\b|throw\b|if\s*\(|includes\(/i.test(
            line,
          )
        )
          return [];
        if (callsAround(source, m.index).some((c) => KEEPS_TO_ITSELF.test(c))) return [];
        if (!/\breturn\b|res\.(?:json|send|status)|["']?text["']?\s*[:=]|TextContent/.test(near)) return [];
        const upstream = /response\??\.data|response\.text|\.body\b/.test(m[0]);
        return [
          {
            source,
            start: m.index,
            end: m.index + m[0].length,
            ...(upstream ? { strength: 'moderate' as const } : {}),
          },
        ];
      }),
    ),
  },
  {
    id: 'html-not-escaped',
    kind: 'lead',
    strength: 'weak',
    class: 'xss',
    cwe: ['CWE-79'],
    checks: ['2.1.2'],
    languages: ['script'],
    title: 'Values are put into HTML without escaping',
    detail: 'No escaping was seen at the place. It matters where a client or a browser renders the document.',
    advice: 'See whose text the values carry: a page, a file or a device is an outsider too.',
    merge: 'file',
    find: inEach(['script'], (source) =>
      /text\/html|innerHTML|ui:\/\/|\.send\(|rawHtml/.test(source.code)
        ? source.literals.flatMap((l): Match[] => {
            if (l.complete || l.end - l.start > 60_000) return [];
            const raw = source.text.slice(l.start, l.end);
            if (!/<\/(?:div|span|p|td|li|html|script|button|h\d|a|pre|code|label|option)>/i.test(raw))
              return [];
            return [...raw.matchAll(/\$\{([^{}`]{1,120})\}/g)]
              .filter(
                (v) =>
                  !/escape|encode|sanit|stringify|purify|\.map\(|\.length|\.join\(|css|style|colou?r|width|height|index|count|^\s{0,40}(?:[A-Z_]+|\d.*|i|n)\s{0,40}$|\?\s{0,40}["']/i.test(
                    v[1]!,
                  ) && !isEscapedBefore(source.code, v[1]!),
              )
              .slice(0, 20)
              .map((v) => ({
                source,
                start: l.start + v.index,
                end: l.start + v.index + v[0].length,
                say: v[1]!.trim(),
                // In a script or an attribute that runs, a quote is enough.
                strength: /\bon\w+="[^"<>]*$|\bon\w+='[^'<>]*$|<script\b[^<]*$/i.test(
                  raw.slice(Math.max(0, v.index - 200), v.index),
                )
                  ? ('moderate' as const)
                  : ('weak' as const),
              }));
          })
        : [],
    ),
  },
  {
    id: 'debug-on',
    kind: 'lead',
    strength: 'moderate',
    class: 'configuration',
    cwe: ['CWE-489'],
    checks: ['2.3.3', '3.2.4'],
    languages: ['script', 'python'],
    title: 'Debug mode is on by default',
    detail: 'Debug modes of web frameworks show code and values to callers; some let them run code.',
    merge: 'file',
    find: matching({
      on: {
        script: /\bDEBUG["']?\]?\s*(?:\|\||\?\?)\s*["']?(?:true|1)\b/g,
        python:
          /\b(?:app|FastAPI|Flask|Starlette)\b[^\n]{0,80}\bdebug\s*=\s*True|\bgetenv\(\s*["']\w*DEBUG["']\s*,\s*["']?(?:[Tt]rue|1)|^\s{0,8}(?:APP_|FLASK_)?DEBUG\s*(?::\s*bool\s*)?=\s*True/gm,
      },
      accept: (source, m) => !inLiteral(source, m.index + m[0].search(/\S/)),
    }),
  },
];
