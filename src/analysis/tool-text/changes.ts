import { codeIn, type Language, linesAround, matchesIn, type Source } from '../sources/source.ts';
import { inLiteral } from '../weaknesses/matching.ts';

/** Places where what a client approved can become something else. */

export type Change = {
  rule: 'description-changed' | 'tool-changed' | 'list-changed-sent' | 'definitions-from-elsewhere';
  kind: 'lead' | 'fact';
  strength: 'strong' | 'moderate' | 'weak';
  title: string;
  detail: string;
  advice?: string;
  source: Source;
  start: number;
};

type Spec = Omit<Change, 'source' | 'start'> & {
  on: Partial<Record<Language, RegExp>>;
  /** What must stand near, else it is something else of the same name. */
  near?: RegExp;
};

const SPECS: readonly Spec[] = [
  {
    rule: 'description-changed',
    kind: 'lead',
    strength: 'strong',
    title: "A tool's description is set while the server runs",
    detail:
      'Where that happens after the tools were listed, what the user approved is no longer what the model reads.',
    advice: 'See what triggers it and where the new text comes from.',
    on: {
      script: /\b\w*[tT]ool\w*(?:\.\w+|\[[^\]\n]{1,40}\]){0,2}\.description\s*\+?=(?!=)/g,
      python: /\b\w+\.__doc__\s*\+?=(?!=)|\btools?\w*(?:\[[^\]\n]{1,40}\])?\.description\s*\+?=(?!=)/g,
      go: /\b\w*[tT]ool\w*\.Description\s*\+?=(?!=)/g,
    },
    near: /\btools?\b|mcp/i,
  },
  {
    rule: 'tool-changed',
    kind: 'lead',
    strength: 'weak',
    title: 'Tools are added, changed or switched while the server runs',
    detail: 'The list a client approved changes afterwards.',
    advice: 'See what decides it: configuration is one thing, a call or a remote answer another.',
    on: {
      script:
        /\b\w*[tT]ool\w*(?:\.\w+|\[[^\]\n]{1,40}\]|\.get\([^)\n]{1,40}\)!?\??)?\??\.(?:update|enable|disable|remove)\s*\(|\bremoveTool\s*\(/g,
      python: /\b(?:mcp|server|app|self\.mcp)\.(?:remove_tool|disable_tool|enable_tool)\s*\(/g,
      go: /\.(?:DeleteTools|RemoveTools|DeleteSessionTools|AddSessionTool)\s*\(/g,
    },
  },
  {
    rule: 'list-changed-sent',
    kind: 'fact',
    strength: 'weak',
    title: 'The server tells clients that its tools have changed',
    detail: '',
    advice: 'Find what makes it do so, and compare the list before and after.',
    on: {
      script: /\bsendToolListChanged\s*\(|["']notifications\/tools\/list_changed["']/g,
      python: /\bsend_tool_list_changed\s*\(|\bToolListChangedNotification\b/g,
      go: /\bMethodNotificationToolsListChanged\b|["`]notifications\/tools\/list_changed["`]/g,
      rust: /\bnotify_tool_list_changed\b/g,
      java: /\bnotifyToolsListChanged\b/g,
    },
  },
  {
    rule: 'definitions-from-elsewhere',
    kind: 'lead',
    strength: 'moderate',
    title: 'Tool definitions come from another server or a download',
    detail: 'Whoever runs the other side writes what the model reads.',
    advice: 'Look for a pin, a hash or a list of what is accepted.',
    on: {
      script: /\b\w{0,80}[cC]lient\w{0,80}\.listTools\s{0,40}\(/g,
      python: /\b\w*(?:client|session)\w*\.list_tools\s*\(/g,
      go: /\b\w{0,80}[cC]lient\w{0,80}\.ListTools\s{0,40}\(/g,
    },
  },
];

/** A file that lists tools of others and registers some: a proxy, not a client or a test of one. */
const offersTools = (source: Source): boolean =>
  !/(^|\/)(clients?|scripts?|evals?|tests?)(\/|[._-])|smoke|(^|\/)test[^/]*\.[cm]?[jt]s$/i.test(
    source.path,
  ) &&
  /(?:\b(?:add_?tools?|register\w{0,30}tools?)|tool_manager|ListToolsRequestSchema|list_tools\s*\(\s*\)\s*(?:->|:))\b|\.tool\(|@\w+\.list_tools/i.test(
    source.bare,
  );

/** Text set while a definition is made is a computed description; set by the tool's own body, it is a trap. */
const rewritesItself = (source: Source, m: RegExpExecArray): boolean => {
  if (source.language !== 'python')
    return /handler|async|=>/.test(codeIn(source, linesAround(source, m.index, 6, 0)));
  const name = /^(\w+)\.__doc__/.exec(m[0])?.[1];
  if (!name) return false;
  const lines = source.bare.slice(0, m.index).split('\n');
  let indent = (lines.pop() ?? '').length;
  // Upwards through the lines that hold this one: the first function among them is the one it stands in.
  for (let i = lines.length - 1; i >= 0 && i > lines.length - 400; i--) {
    const line = lines[i]!;
    const own = line.search(/\S/);
    if (own < 0 || own >= indent) continue;
    indent = own;
    const def = /^\s*(?:async\s+)?def\s+(\w+)/.exec(line);
    if (def) return def[1] === name;
  }
  return false;
};

export const changesIn = (source: Source): Change[] =>
  SPECS.flatMap(({ on, near, ...what }) => {
    const pattern = on[source.language];
    if (!pattern) return [];
    return matchesIn(source, 'code', pattern, 50)
      .filter((m) => what.rule === 'list-changed-sent' || !inLiteral(source, m.index))
      .filter((m) => !near || near.test(codeIn(source, linesAround(source, m.index, 30, 3))))
      .filter(() => what.rule !== 'definitions-from-elsewhere' || offersTools(source))
      .map((m) => ({
        ...what,
        ...(what.rule === 'description-changed' && !rewritesItself(source, m)
          ? { strength: 'weak' as const }
          : {}),
        source,
        start: m.index,
      }));
  });
