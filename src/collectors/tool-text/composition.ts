import { listed, plural } from '../../analysis/files/words.ts';
import type { Source } from '../../analysis/sources/source.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import { changesIn } from '../../analysis/tool-text/changes.ts';
import { type Leg, legsOf, toxicCombination } from '../../analysis/tool-text/toxic.ts';
import { fact, type ItemDraft, lead } from '../collector.ts';
import { handlerText } from './handler.ts';

const MOST_ITEMS = 40;

/** What can change the definitions after they were approved; one item a kind and file. */
export const changing = (sources: readonly Source[]): ItemDraft[] => {
  const groups = new Map<string, ReturnType<typeof changesIn>>();
  for (const source of sources)
    for (const c of changesIn(source)) {
      const key = c.kind === 'fact' || c.strength === 'weak' ? c.rule : `${c.rule} ${source.path}`;
      groups.set(key, [...(groups.get(key) ?? []), c]);
    }
  return [...groups.values()].slice(0, MOST_ITEMS).map((all) => {
    const first = all[0]!;
    const line = (c: typeof first): number => c.source.lineOf(c.start);
    return (first.kind === 'fact' ? fact : lead)(first.rule, ['2.4.4'], first.title, {
      class: 'tool-poisoning',
      ...(first.kind === 'lead' ? { cwe: ['CWE-494'], strength: first.strength } : {}),
      ...(first.advice ? { advice: first.advice } : {}),
      detail: `${first.detail}${
        all.length > 1
          ? `\nAlso at ${listed(
              all.slice(1).map((c) => `${c.source.path}:${line(c)}`),
              12,
            )}.`
          : ''
      }`,
      at: { path: first.source.path, startLine: line(first) },
    });
  });
};

const FETCHES =
  /\bfetch\(|\baxios\b|\brequests\.(?:get|post|request)\b|\bhttpx\b|\baiohttp\b|\.goto\(|page\.(?:content|innerText|evaluate)|urlopen\(|http\.(?:Get|Do)\b|open\([^)\n]{0,80}\)|readFile(?:Sync)?\(|\.read_text\(/;
const MARKS =
  /untrusted|<external|<\/?(?:document|content|data|result)s?>|delimit|boundary|not instructions|do not follow|spotlight|sanitiz/i;

/** Prompts and resources made of their arguments, and tools that hand on what others wrote. */
export const untrusted = (
  entries: readonly FoundEntry[],
  texts: ReadonlyMap<string, string>,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const echo: { e: FoundEntry; line: number; param: string }[] = [];
  const handing: FoundEntry[] = [];
  for (const e of entries) {
    const body = handlerText(e, texts);
    if (!body || !e.handler) continue;
    if (e.kind !== 'tool') {
      const names = [
        ...(e.params ?? []).map((p) => p.name),
        ...[
          ...body
            .split('\n')
            .slice(0, 3)
            .join(' ')
            .matchAll(/\b(\w{2,40})\s*:\s*(?:str|string)\b/g),
        ].map((m) => m[1]!),
      ].filter((n, i, all) => n.length < 60 && /^\w+$/.test(n) && all.indexOf(n) === i);
      for (const name of names) {
        const at = body.search(
          new RegExp(
            `(?:\\breturn\\b|text\\s*[:=])[^\\n]{0,400}(?:\\$\\{|[fF]["'][^"'\\n]{0,300}\\{)\\s*(?:args\\.|params\\.)?${name}\\b`,
          ),
        );
        if (at < 0) continue;
        echo.push({ e, line: e.handler.startLine + body.slice(0, at).split('\n').length - 1, param: name });
        break;
      }
    } else if (FETCHES.test(body) && !MARKS.test(body) && legsOf(e).includes('untrusted')) handing.push(e);
  }
  const resources = echo.filter(({ e }) => e.kind === 'resource');
  for (const { e, line, param } of resources.slice(0, MOST_ITEMS))
    items.push(
      lead(
        'echoed-argument',
        ['2.4.3'],
        `Resource ${e.name} puts its argument ${param} into the text it returns`,
        {
          class: 'prompt-injection',
          cwe: ['CWE-1427'],
          strength: 'weak',
          detail: 'Whoever writes the address writes text that the model reads as the content of a resource.',
          at: { path: e.handler!.path, startLine: line },
        },
      ),
    );
  const prompts = echo.filter(({ e }) => e.kind === 'prompt');
  if (prompts.length > 0)
    items.push(
      fact(
        'prompt-arguments',
        ['2.4.3'],
        `${plural(prompts.length, 'prompt')} ${prompts.length === 1 ? 'is' : 'are'} built from arguments`,
        {
          class: 'prompt-injection',
          detail: prompts
            .slice(0, 20)
            .map(({ e, param, line }) => `${e.name}: ${param} (${e.handler!.path}:${line})`)
            .join('\n'),
          at: { path: prompts[0]!.e.handler!.path, startLine: prompts[0]!.line },
        },
      ),
    );
  if (handing.length > 0) {
    const first = handing[0]!;
    items.push(
      lead(
        'unmarked-content',
        ['2.4.3'],
        `${plural(handing.length, 'tool')} may hand on text of others without marking it`,
        {
          class: 'prompt-injection',
          cwe: ['CWE-1427'],
          strength: 'weak',
          detail: `The model cannot tell what a page, an issue or a mail says from what its user says. No delimiter or warning was seen.\n${listed(
            handing.map((e) => `${e.name} (${e.path}:${e.line})`),
            30,
            '\n',
          )}`,
          at: { path: first.handler!.path, startLine: first.handler!.startLine },
        },
      ),
    );
  }
  return items;
};

const LEG_WORDS: Record<Leg, string> = {
  private: 'private data',
  untrusted: 'text of others',
  outbound: 'a way out',
  destructive: 'lasting changes',
};

/** One item a server: the tools between which an injected order can carry data out or do harm. */
export const combined = (
  entries: readonly FoundEntry[],
  packageOf: (path: string) => string,
): ItemDraft[] => {
  const servers = new Map<string, FoundEntry[]>();
  for (const e of entries) {
    if (e.kind !== 'tool' || e.certainty === 'dynamic') continue;
    const folder = packageOf(e.path);
    servers.set(folder, [...(servers.get(folder) ?? []), e]);
  }
  return [...servers].flatMap(([, tools]) => {
    const found = toxicCombination(tools);
    if (!found) return [];
    const legs = (Object.keys(found.tools) as Leg[]).filter((l) => found.tools[l].length > 0);
    const source = tools.find((t) => t.name === found.tools.untrusted[0]) ?? tools[0]!;
    return [
      lead(
        'toxic-combination',
        ['2.4.5'],
        `Tools that together give ${listed(
          legs.map((l) => LEG_WORDS[l]),
          4,
        )}`,
        {
          class: 'toxic-flow',
          cwe: ['CWE-1427'],
          strength: found.whole ? 'moderate' : 'weak',
          detail: `An order hidden in text of others can make the model use the rest. By names and descriptions, not by what the handlers do.\n${legs
            .map((l) => `${LEG_WORDS[l]}: ${listed(found.tools[l], 8)}`)
            .join('\n')}`,
          at: { path: source.path, startLine: source.line },
        },
      ),
    ];
  });
};
