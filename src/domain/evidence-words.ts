import { wholeWords } from '../text/sentences.ts';
import { type EvidenceItem, placeWords, type Surface, type SurfaceTool } from './evidence.ts';
import type { TemplateWord } from './template-words.ts';

/** What evidence says of itself, in words that texts are made of. */

/** Text of the target on its way into a sentence: one line, no mark-up of its own, no words to be filled in. */
export const quoted = (text: string, most = 120): string =>
  `\`${wholeWords(text.replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('{{', '{ {').trim(), most)}\``;

const declares = (tool: SurfaceTool, path: string, line: number): boolean =>
  (tool.path === path && tool.line === line) ||
  (tool.handler?.path === path && line >= tool.handler.startLine && line <= tool.handler.endLine);

/**
 * Where one handler serves many tools, the evidence names the parameter and "a tool": those that take one of that name. Which of
 * them leads there shows only where there is one.
 */
export const toolsTaking = (item: EvidenceItem, surface: Surface): SurfaceTool[] => {
  const parameter = /^`([^`]+)` of a tool$/.exec(item.flow.find((s) => s.role === 'source')?.text ?? '')?.[1];
  return parameter === undefined
    ? []
    : surface.tools.filter((t) => t.params.some((p) => p.name === parameter));
};

/** The way a lead is told by: the others of its cause follow it, each with places of its own. */
const firstWay = (flow: EvidenceItem['flow']): EvidenceItem['flow'] => {
  const end = flow.findIndex((s) => s.role === 'sink');
  return end < 0 ? flow : flow.slice(0, end + 1);
};

/** What comes in by no door that has a name, as the flow collector words it. */
const OF_NO_DOOR =
  /^(?:what (?:a remote server answers|a file holds|standard input brings)|a message of a raw connection)$/;

/** Who decides the value, as the beginning of a sentence. */
const callersOf = (door: string | undefined): string => {
  switch (door) {
    case 'tool':
    case 'prompt':
    case 'resource':
      return 'Whoever can make the model call it, also through text the model only reads,';
    case 'route':
    case 'connection':
      return 'Whoever can send it a request';
    default:
      return 'Whoever decides that value';
  }
};

/** What an evidence item says of itself, as words of a template. Nothing is guessed. */
export const wordsOf = (
  item: EvidenceItem,
  surface: Surface,
  server: string,
): Partial<Record<TemplateWord, string>> => {
  const words: Partial<Record<TemplateWord, string>> = {};
  const flow = firstWay(item.flow);
  const source = flow.find((s) => s.role === 'source');
  const sink = flow.find((s) => s.role === 'sink');
  const guards = flow.filter((s) => s.role === 'guard');
  if (server) words.server = quoted(server);
  const at = item.location;
  if (at) words.place = quoted(placeWords(at));
  if (source) words.source = quoted(`${source.path}:${source.line}`);
  if (sink) words.sink = quoted(sink.text);
  // How the flow collector words a source: `name` of tool export_report, `name` of a tool, what a file holds.
  const [whole, parameter, door, tool] =
    /^(?:`([^`]+)`|input) of (?:a )?(tool|resource|prompt|route|connection|function)(?: (\S.*))?$/.exec(
      source?.text ?? '',
    ) ?? [];
  if (parameter) words.parameter = quoted(parameter);
  else if (source)
    words.parameter = whole ? 'its input' : OF_NO_DOOR.test(source.text) ? source.text : quoted(source.text);
  if (tool && door !== 'function') words.tool = door === 'tool' ? quoted(tool) : `${door} ${quoted(tool)}`;
  words.callers = callersOf(door);
  const [only, another] = tool ? [] : toolsTaking(item, surface);
  if (only && !another) words.tool = quoted(only.name);
  const anchor = source ?? (at ? { path: at.path, line: at.startLine } : null);
  const declared = anchor && surface.tools.find((t) => declares(t, anchor.path, anchor.line));
  if (!words.tool && declared) words.tool = quoted(declared.name);
  if (source && sink)
    words.guard =
      guards.length === 0
        ? (/^(?:Tested on the way|On the way it passes|No guard was seen).*$/m.exec(item.detail)?.[0] ?? '')
        : // That it does not hold is for the auditor to say: the word stays open behind it.
          `On the way stands ${guards.map((g) => `${quoted(g.text)} (${quoted(`${g.path}:${g.line}`)})`).join(' and ')}. It does not hold because {{guard}}.`;
  return words;
};
