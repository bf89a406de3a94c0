import { count, every, listed, plural, share } from '../../analysis/files/words.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import { fact, gap, type ItemDraft, lead, strength } from '../collector.ts';
import { place } from './overview.ts';

/** Past this many leads of one kind a list says more than single items. */
const MOST_LEADS = 40;

/** A limit on what a string may be; "optional" and a default are none. */
const bounded = (constraints: readonly string[]): boolean =>
  constraints.some((c) =>
    /^(?:items )?(?:one of|enum|const|max|length|regex|pattern|email|url|uri|uuid|guid|ip|cidr|datetime|date|format|startsWith|endsWith|refine|superRefine|max_length|maxLength)\b/.test(
      c,
    ),
  );

/** Where a text by this name tends to end up: a shell, a file system, a query, a request, an interpreter. */
const TELLING_NAME =
  /(?:^|_|(?<=[a-z]))(?:path|file|filename|dir|directory|folder|url|uri|href|host|hostname|endpoint|webhook|command|cmd|shell|script|code|expression|expr|eval|sql|query|where|filter|selector|jsonpath|xpath|regex|pattern|template|args|arguments|flags|options|ref|branch|revision|sha|vars|html|xml|yaml)s?(?:_|$|(?=[A-Z]))/i;

const isText = (type: string): boolean =>
  /^(?:array of )?(?:string|str)\b|^(?:Optional|list)\[str\]|^str \| None/i.test(type);

const isAnything = (type: string): boolean =>
  /^(?:any|unknown|record|dict|Any|object|passthrough|Dict)\b(?!\()/.test(type.replace(/^array of /, ''));

/** Whether one package defines a name more than once: then definitions are counted, not tools. */
const repeats = (known: readonly FoundEntry[], packageOf: (path: string) => string): boolean =>
  new Set(known.map((t) => `${packageOf(t.path)}\0${t.name}`)).size < known.length;

export const describeTools = (
  tools: readonly FoundEntry[],
  packageOf: (path: string) => string,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const known = tools.filter((t) => t.certainty !== 'dynamic');
  if (known.length === 0) return items;

  const silent = known.filter((t) => t.description.trim() === '' && t.descriptionFrom === null);
  const [one, ...others] = silent;
  if (one)
    items.push(
      lead(
        'no-description',
        ['2.4.1'],
        others.length === 0
          ? `Tool ${one.name} has no description`
          : `${plural(silent.length, 'tool')} have no description, first ${one.name}`,
        {
          class: 'tool-poisoning',
          strength: 'weak',
          at: place(one),
          ...(others.length > 0 && {
            detail: silent
              .slice(0, MOST_LEADS)
              .map((t) => `${t.name} (${t.path}:${t.line})`)
              .join('\n'),
            places: others.slice(0, MOST_LEADS).map((t) => place(t)),
          }),
        },
      ),
    );
  const elsewhere = known.filter((t) => t.description.trim() === '' && t.descriptionFrom !== null);
  if (elsewhere.length > 0)
    items.push(
      gap(
        'computed-description',
        ['2.4.1', '2.4.4'],
        `${share(elsewhere.length, known.length)} descriptions are computed and were not read`,
        {
          class: 'tool-poisoning',
          detail: elsewhere
            .slice(0, 15)
            .map((t) => `${t.name}: ${t.descriptionFrom} (${t.path}:${t.line})`)
            .join('\n'),
        },
      ),
    );

  const readable = known.filter((t) => t.params !== null);
  const what: [string, string] = repeats(known, packageOf)
    ? ['definition of tools', 'definitions of tools']
    : ['tool', 'tools'];
  const declared = readable.flatMap((t) => (t.params ?? []).map((p) => ({ t, p })));
  const all = declared.filter(({ p }) => !p.more);
  const partly = readable.filter((t) => t.params?.some((p) => p.more));
  const strings = all.filter(({ p }) => isText(p.type));
  const free = strings.filter(({ p }) => !bounded(p.constraints));
  const open = all.filter(({ p }) => isAnything(p.type));
  items.push(
    fact(
      'parameters',
      ['2.1.1'],
      readable.length === 0
        ? `No parameter was read of ${plural(known.length, ...what)}`
        : `${partly.length > 0 ? 'At least ' : ''}${plural(all.length, 'parameter')} in ${
            readable.length === known.length
              ? plural(known.length, ...what)
              : `${count(readable.length)} of ${plural(known.length, ...what)}`
          }, ${count(strings.length)} of them text`,
      {
        class: 'configuration',
        detail: readable
          .slice(0, 40)
          .map((t) => `${t.name}(${(t.params ?? []).map((p) => p.name).join(', ')})`)
          .join('\n'),
        at: place(readable[0] ?? known[0]!),
      },
    ),
  );
  if (strings.length > 0 && free.length === 0)
    items.push(
      strength(
        'bounded-parameters',
        ['2.1.1', '2.1.4'],
        `${every(strings.length, 'text parameter carries', 'text parameters carry')} a length, pattern or list of values`,
        { class: 'resource-limit', at: place(strings[0]!.t) },
      ),
    );
  const freeByTool = known
    .map((t) => ({ t, names: free.filter((f) => f.t === t).map((f) => f.p.name) }))
    .filter((f) => f.names.length > 0);
  const telling = freeByTool
    .map(({ t, names }) => ({ t, names: names.filter((n) => TELLING_NAME.test(n)) }))
    .filter((f) => f.names.length > 0);
  for (const { t, names } of telling.slice(0, MOST_LEADS))
    items.push(
      // Where such a parameter ends up is for code-flow to say: a lead for each would bury the few that matter.
      fact(
        'free-text-parameter',
        ['2.1.1', '2.1.2'],
        `${t.name}: ${listed(names, 3)} ${names.length === 1 ? 'takes' : 'take'} any text`,
        {
          class: 'configuration',
          cwe: ['CWE-20'],
          strength: 'weak',
          detail: `The name${names.length === 1 ? ' says' : 's say'} where it may end up; no length, pattern or list bounds it.\n${(
            t.params ?? []
          )
            .filter((p) => names.includes(p.name))
            .map(
              (p) =>
                `${p.name}: ${p.type}${p.constraints.length > 0 ? ` (${p.constraints.join(', ')})` : ''}`,
            )
            .join('\n')}`,
          at: place(t),
        },
      ),
    );
  if (freeByTool.length > 0)
    items.push(
      fact(
        'unbounded-text',
        ['2.1.1', '2.1.4'],
        `${share(free.length, strings.length)} text parameters have no length, pattern or list of values`,
        {
          class: 'resource-limit',
          detail: freeByTool
            .slice(0, 60)
            .map((f) => `${f.t.name}: ${f.names.join(', ')}`)
            .join('\n'),
          at: place(freeByTool[0]!.t),
        },
      ),
    );
  if (open.length > 0)
    items.push(
      fact('untyped-parameter', ['2.1.1'], `${plural(open.length, 'parameter')} of tools may be anything`, {
        class: 'configuration',
        cwe: ['CWE-20'],
        detail: listed(
          open.map(({ t, p }) => `${t.name}: ${p.name} (${p.type})`),
          60,
          '\n',
        ),
        at: place(open[0]!.t),
        places: open.map(({ t }) => place(t)),
      }),
    );
  const unreadable = known.filter((t) => t.params === null);
  if (unreadable.length > 0)
    items.push(
      gap(
        'unread-schema',
        ['2.1.1'],
        `The input schema of ${share(unreadable.length, known.length)} tools could not be read`,
        {
          detail: listed(
            unreadable.map((t) => `${t.name} (${t.path}:${t.line})`),
            20,
            '\n',
          ),
        },
      ),
    );
  if (partly.length > 0)
    items.push(
      gap(
        'partly-read-schema',
        ['2.1.1'],
        `The input schema of ${share(partly.length, known.length)} tools was read in part`,
        {
          detail: `Each takes over more from something that is computed or stands elsewhere.\n${listed(
            partly.map((t) => `${t.name} (${t.path}:${t.line})`),
            20,
            '\n',
          )}`,
        },
      ),
    );
  return items;
};
