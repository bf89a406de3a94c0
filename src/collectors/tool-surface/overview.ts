import { packageWord, sharedNames } from '../../analysis/files/package-folders.ts';
import { count, listed, plural, tally } from '../../analysis/files/words.ts';
import type { FoundEntry, ScannedSurface } from '../../analysis/surface/surface-entry.ts';
import { fact, gap, type ItemDraft } from '../collector.ts';

/** What is offered at all: names, and where they are computed, repeated, shared or unused. */

export const place = (e: FoundEntry): { path: string; startLine: number; endLine: number } => ({
  path: e.path,
  startLine: e.line,
  endLine: Math.min(e.endLine, e.line + 12),
});

export const overview = (
  entries: readonly FoundEntry[],
  found: ScannedSurface,
  computed: readonly FoundEntry[],
  packageOf: (path: string) => string,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const tools = entries.filter((e) => e.kind === 'tool' && e.certainty !== 'dynamic');
  const checks = ['2.1.1', '2.4.1'];
  const packages = new Map<string, FoundEntry[]>();
  for (const t of tools) packages.set(packageOf(t.path), [...(packages.get(packageOf(t.path)) ?? []), t]);
  // A name that one package defines twice is one tool: which of the definitions counts shows at run time.
  const distinct = [...packages.values()].reduce((n, own) => n + new Set(own.map((t) => t.name)).size, 0);
  const namesOf = (own: readonly FoundEntry[]): string => listed([...new Set(own.map((t) => t.name))], 60);
  if (tools.length > 0)
    items.push(
      fact(
        'tools',
        checks,
        `${plural(distinct, 'tool')} defined in ${distinct < tools.length ? `${plural(tools.length, 'place')} of ` : ''}${plural(new Set(tools.map((t) => t.path)).size, 'file')}${
          packages.size > 1 ? ` of ${plural(packages.size, 'package')}` : ''
        }`,
        {
          class: 'tool-poisoning',
          detail: [
            ...(packages.size > 1
              ? [...packages].map(
                  ([folder, own]) =>
                    `${packageWord(folder)} (${plural(new Set(own.map((t) => t.name)).size, 'tool')}): ${namesOf(own)}`,
                )
              : [`${namesOf(tools)}.`]),
            `${count(tools.filter((t) => t.certainty === 'derived').length)} of the names were followed through constants or enums.`,
          ].join('\n'),
          at: place(tools[0]!),
        },
      ),
    );
  const [first] = computed;
  if (first)
    items.push(
      // Beside names that were read it is a circumstance; where none was, the reader's end: which tools there are was not seen.
      (tools.length > 0 ? fact : gap)(
        'computed-tool-name',
        ['2.1.1', '2.4.4'],
        computed.length === 1
          ? `A tool's name is computed here: ${first.name}`
          : `Names of tools are computed in ${count(computed.length)} places: ${first.name} and others`,
        {
          class: 'tool-poisoning',
          detail:
            tools.length > 0
              ? 'It may register the tools listed, or others: from configuration, a remote list, or a file.'
              : 'No tool with a constant name was seen: what is offered is only known at run time.',
          at: place(first),
          places: computed.map(place),
        },
      ),
    );
  if (tools.length === 0 && computed.length === 0 && found.listHandlers.length > 0)
    items.push(
      gap(
        'computed-tool-list',
        ['2.1.1', '2.4.4'],
        'tools/list is answered here, but no definition was recognised',
        {
          class: 'tool-poisoning',
          detail:
            'The list may come from a file, from another server, or be built in a way this tool does not follow.',
          at: { path: found.listHandlers[0]!.path, startLine: found.listHandlers[0]!.line },
        },
      ),
    );
  const placesOf = (own: readonly FoundEntry[]): string => own.map((t) => `${t.path}:${t.line}`).join(', ');
  const repeated = [...packages.values()].flatMap((own) =>
    tally(own.map((t) => t.name))
      .filter(([, n]) => n > 1)
      .map(([name]) => own.filter((t) => t.name === name)),
  );
  if (repeated.length > 0)
    items.push(
      fact(
        'repeated-tool-name',
        ['2.4.1'],
        `${plural(repeated.length, 'tool name')} defined more than once${packages.size > 1 ? ' in one package' : ''}`,
        {
          class: 'tool-poisoning',
          detail: listed(
            repeated.map((own) => `${own[0]!.name}: ${placesOf(own)}`),
            10,
            '\n',
          ),
          at: place(repeated[0]![0]!),
        },
      ),
    );
  const shared = [...sharedNames(tools, packageOf).keys()];
  if (shared.length > 0)
    items.push(
      fact(
        'tool-name-of-several-packages',
        ['2.4.1'],
        `${plural(shared.length, 'tool name')} used by more than one package of the repository`,
        {
          class: 'tool-poisoning',
          detail: `Each is a tool of its own. A client that connects to both sees two tools of one name.\n${listed(
            shared.map((name) => `${name}: ${placesOf(tools.filter((t) => t.name === name))}`),
            10,
            '\n',
          )}`,
          at: place(tools.find((t) => t.name === shared[0])!),
        },
      ),
    );
  for (const kind of ['prompt', 'resource'] as const) {
    const those = entries.filter((e) => e.kind === kind);
    const known = those.filter((e) => e.certainty !== 'dynamic');
    if (those.length > 0)
      items.push(
        fact(
          `${kind}s`,
          kind === 'prompt' ? ['2.1.1', '2.4.3'] : ['2.1.1', '2.3.2', '2.4.3'],
          `${known.length > 0 ? plural(known.length, kind) : `${kind[0]!.toUpperCase()}${kind.slice(1)}s with computed names`}${
            known.length > 0 && known.length < those.length ? ' and more with computed names' : ''
          }: ${listed(
            those.map((e) => e.name),
            4,
          )}`,
          {
            class: 'prompt-injection',
            detail: those
              .slice(0, 30)
              .map((e) => `${e.name} (${e.path}:${e.line})`)
              .join('\n'),
            at: place(those[0]!),
          },
        ),
      );
  }
  for (const e of found.unused.slice(0, 10))
    items.push(
      fact('unused-definition', ['2.1.1'], `${e.kind} ${e.name} is defined but nothing refers to it`, {
        at: place(e),
      }),
    );
  return items;
};
