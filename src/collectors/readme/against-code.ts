import { depthOf, extensionOf } from '../../analysis/files/paths.ts';
import { byCodePoint, every, listed, plural, share } from '../../analysis/files/words.ts';
import { isAmbientVariable } from '../../analysis/repository/environment-variables.ts';
import { mayHoldSecret, namesSecretVariable } from '../../analysis/repository/secret-variables.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead, placed, strength } from '../collector.ts';
import { CHECKS } from './sections.ts';
import { CHOSEN_LATER, type Place, type Shown, TRANSPORTS } from './sources.ts';

const MOST_DOCUMENTS = 60;
const MOST_TEXT = 1_000_000;
const MOST_SECRETS = 30;

const where = (places: readonly Place[]): string =>
  listed(
    places.map((p) => `${p.path}:${p.startLine}`),
    3,
  );

/** The README and what else tells an operator how to set the server up. */
export const documentsOf = async (
  { tree }: CollectContext,
  readme: string | null,
): Promise<{ path: string; text: string }[]> => {
  const paths = tree.allEntries
    .map((e) => e.path)
    .filter(
      (p) =>
        p !== readme &&
        (/(^|\/)(\.?env[\w.-]*(?:example|sample|template|dist)|(?:example|sample)\.env|server\.json|manifest\.json|smithery\.yaml)$/.test(
          p,
        ) ||
          (extensionOf(p) === 'md' && depthOf(p) <= 2 && !/(^|\/)CHANGELOG/i.test(p))),
    )
    .slice(0, MOST_DOCUMENTS);
  const documents: { path: string; text: string }[] = [];
  for (const path of [...(readme ? [readme] : []), ...paths]) {
    const text = await tree.text(path);
    if (text !== null) documents.push({ path, text: text.slice(0, MOST_TEXT) });
  }
  return documents;
};

const environment = (
  shown: Shown,
  documents: readonly { path: string; text: string }[],
  subdir: string,
): ItemDraft[] => {
  const names = [...shown.variables.keys()].filter((n) => !isAmbientVariable(n)).sort(byCodePoint);
  const items: ItemDraft[] = [];
  if (names.length > 0) {
    const words = new Set(documents.flatMap((d) => d.text.match(/[A-Za-z_][A-Za-z0-9_]+/g) ?? []));
    const undocumented = names.filter((n) => !words.has(n));
    const at = shown.variables.get(undocumented[0] ?? names[0]!)![0]!;
    items.push(
      undocumented.length === 0
        ? strength(
            'environment-variables',
            [...CHECKS, '2.3.3'],
            `${every(names.length, 'environment variable read in the code is', 'environment variables read in the code are')} documented`,
            { class: 'configuration', detail: listed(names, 60), at },
          )
        : fact(
            'undocumented-variables',
            [...CHECKS, '2.3.3'],
            `${share(undocumented.length, names.length)} environment variables are read but not documented`,
            {
              class: 'configuration',
              detail: listed(
                undocumented.map((n) => `${n} at ${where(shown.variables.get(n)!)}`),
                60,
                '\n',
              ),
              at,
            },
          ),
    );
  }
  if (shown.computed.length > 0)
    items.push(
      gap(
        'computed-variables',
        [...CHECKS, '2.2.1', '2.3.3'],
        `Which variables are read is computed in ${plural(shown.computed.length, 'place')}: ${shown.computed[0]!.words}`,
        {
          class: 'configuration',
          detail: listed(
            shown.computed.map((c) => `${c.at.path}:${c.at.startLine} ${c.words}`),
            20,
            '\n',
          ),
          at: shown.computed[0]!.at,
        },
      ),
    );
  // In a monorepo the other packages' documents speak of other programs.
  const unread = unreadVariables(
    shown,
    documents.filter((d) => subdir === '' || d.path.startsWith(`${subdir}/`)),
  );
  // A restriction that is only promised is worse than none.
  // Where names are computed, none is missing for certain.
  const promised = unread.filter((u) => RESTRICTS.test(u.name) && shown.computed.length === 0);
  for (const [list, make] of [
    [promised, lead],
    [unread.filter((u) => !promised.includes(u)), fact],
  ] as const)
    if (list.length > 0)
      items.push(
        make(
          make === lead ? 'promised-variables' : 'unread-variables',
          [...CHECKS, '2.3.3', ...(make === lead ? ['4.2.3'] : [])],
          make === lead
            ? `Documented to restrict the server, not found in the code: ${listed(
                list.map((u) => u.name),
                3,
              )}`
            : `${plural(list.length, 'documented variable')} ${list.length === 1 ? 'is' : 'are'} not found in the code`,
          {
            class: 'configuration',
            ...(make === lead ? { strength: 'moderate' as const, cwe: ['CWE-1059'] } : {}),
            detail: `Left over from an earlier version, read by a library, or put together from parts${
              shown.computed.length > 0 ? ': names are computed in the code' : ''
            }.\n${list
              .slice(0, 40)
              .map((u) => `${u.path}:${u.startLine} ${u.name}`)
              .join('\n')}`,
            ...placed(list.map(({ path, startLine }) => ({ path, startLine }))),
          },
        ),
      );
  const entering = names.filter((n) => namesSecretVariable(n) || mayHoldSecret(n));
  for (const name of entering.slice(0, MOST_SECRETS))
    items.push(
      fact(
        'secret-variable',
        ['2.2.1'],
        namesSecretVariable(name)
          ? `A secret enters by the environment: ${name}`
          : `An address that may hold a secret enters by the environment: ${name}`,
        {
          class: 'secret-exposure',
          detail: where(shown.variables.get(name)!),
          at: shown.variables.get(name)![0]!,
        },
      ),
    );
  if (entering.length > MOST_SECRETS)
    items.push(
      fact(
        'more-secret-variables',
        ['2.2.1'],
        `${plural(entering.length - MOST_SECRETS, 'more variable')} named like a secret`,
        {
          class: 'secret-exposure',
          detail: listed(entering.slice(MOST_SECRETS), 60),
          at: shown.variables.get(entering[MOST_SECRETS]!)![0]!,
        },
      ),
    );
  return items;
};

/** Where documents set a variable: an assignment in an example, a table or list entry, a client's `env`. */
const SETS =
  /(?:^|[`"'\s|*-])(?:export\s{1,3})?([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})(?=[`"'\s]{0,3}(?:[=:|`]|\s-\s))/g;
/** Read by tools, runtimes and libraries, never by the server's own code. */
const OF_OTHERS =
  /^(?:npm|NPM|NODE|PYTHON|UV|PIP|JAVA|GO|CARGO|RUST|DOCKER|COMPOSE|AWS|AZURE|GOOGLE|GITHUB|OTEL|LC|XDG|SSL|REQUESTS|CURL|GIT|MCP_TIMEOUT|MAX_MCP|FASTMCP)(?:_|$)|_VERSION$/;

/** Names that promise a limit on what the server may do. */
const RESTRICTS =
  /(?:^|_)(?:ALLOW(?:ED|LIST)?|DENY|DENIED|BLOCK(?:ED)?|READ_?ONLY|SANDBOX|RESTRICT\w*|DISABLE|SAFE|SECUR\w*|REQUIRE|WHITELIST|BLACKLIST|MAX|LIMIT|RATE)(?:_|$)|AUTH_(?:ENABLED|REQUIRED)$/;

const unreadVariables = (
  shown: Shown,
  documents: readonly { path: string; text: string }[],
): { name: string; path: string; startLine: number }[] => {
  // Without any variable read by name the code reads them in a way not known here.
  if (shown.files === 0 || shown.variables.size === 0) return [];
  const known = (name: string): boolean => {
    const lower = name.toLowerCase();
    return (
      shown.words.has(lower) ||
      shown.words.has(lower.replaceAll('_', '')) ||
      [...shown.prefixes].some(
        (p) =>
          lower.startsWith(p) &&
          [lower.slice(p.length).replace(/^_/, ''), lower.slice(p.length).replaceAll('_', '')].some((w) =>
            shown.words.has(w),
          ),
      ) ||
      // The rest of a name whose beginning is computed.
      (shown.computed.length > 0 && shown.words.has(lower.slice(lower.indexOf('_') + 1)))
    );
  };
  const found = new Map<string, { name: string; path: string; startLine: number }>();
  // Client settings and lists of variables stand in the README and in the manifests; other pages speak of other programs.
  for (const { path, text } of documents.filter((d, i) => i === 0 || !/\.md$/i.test(d.path)))
    text.split('\n').forEach((line, i) => {
      // What is handed to a container may be for another program's image.
      if (line.length > 2000 || /\bdocker\b|--env[= ]/.test(line)) return;
      for (const match of line.matchAll(SETS)) {
        const name = match[1]!;
        if (
          found.has(name) ||
          isAmbientVariable(name) ||
          OF_OTHERS.test(name) ||
          /^(?:YOUR|MY|EXAMPLE)_/.test(name) ||
          known(name)
        )
          continue;
        found.set(name, { name, path, startLine: i + 1 });
      }
    });
  return [...found.values()];
};

const transports = (shown: Shown, documents: readonly { path: string; text: string }[]): ItemDraft[] => {
  const all = documents.map((d) => d.text).join('\n');
  const items: ItemDraft[] = [];
  const found = TRANSPORTS.filter((t) => shown.transports.has(t.name));
  const documented = TRANSPORTS.filter((t) => t.documented.test(all));
  if (found.length === 0 || documents.length === 0) return [];
  const hidden = found.filter((t) => !documented.includes(t));
  const absent = documented.filter((t) => !found.includes(t));
  const first = shown.transports.get((hidden[0] ?? found[0]!).name)!;
  const network = hidden.filter((t) => t.network);
  items.push(
    (network.length > 0 ? lead : fact)(
      'transports-documented',
      [...CHECKS, ...(network.length > 0 ? ['3.2.1'] : [])],
      hidden.length > 0
        ? `In the code but in no document: ${listed(hidden.map((t) => t.name))}`
        : `The documents name every transport found in the code: ${listed(found.map((t) => t.name))}`,
      {
        ...(network.length > 0 ? { class: 'configuration' as const, strength: 'weak' as const } : {}),
        detail: [
          ...[...found.map((t) => t.name), CHOSEN_LATER]
            .filter((name) => shown.transports.has(name))
            .map((name) => `${name}: ${where(shown.transports.get(name)!)}`),
          ...(absent.length > 0
            ? [
                `In the documents, not seen in the code by the names the SDKs use: ${listed(absent.map((t) => t.name))}.`,
              ]
            : []),
        ].join('\n'),
        at: first[0]!,
      },
    ),
  );
  return items;
};

const scopes = (shown: Shown, documents: readonly { text: string }[]): ItemDraft[] => {
  const names = [...shown.scopes.keys()].sort(byCodePoint);
  if (names.length === 0) return [];
  const all = documents.map((d) => d.text).join('\n');
  const missing = names.filter((n) => !all.includes(n) && !all.includes(n.split('/').at(-1)!));
  return [
    (missing.length === 0 ? strength : fact)(
      'scopes-documented',
      [...CHECKS, '2.2.4'],
      missing.length === 0
        ? `${every(names.length, 'permission scope the code names is', 'permission scopes the code names are')} documented`
        : `${share(missing.length, names.length)} permission scopes the code names are not documented`,
      {
        class: 'oauth',
        detail: names
          .slice(0, 30)
          .map((n) => `${n}${missing.includes(n) ? ' (not documented)' : ''}: ${where(shown.scopes.get(n)!)}`)
          .join('\n'),
        at: shown.scopes.get(missing[0] ?? names[0]!)![0]!,
      },
    ),
  ];
};

/** What the documents say against what the code does: variables, transports, permissions. */
export const againstCode = (
  shown: Shown,
  documents: readonly { path: string; text: string }[],
  subdir: string,
): ItemDraft[] => [
  ...environment(shown, documents, subdir),
  ...transports(shown, documents),
  ...scopes(shown, documents),
];
