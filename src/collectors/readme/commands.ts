import { readMarkdown } from '../../analysis/files/markdown.ts';
import { baseName, below, depthOf, isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import { byCodePoint, count, every, listed, plural } from '../../analysis/files/words.ts';
import {
  imagesBuilt,
  type Launch,
  launchesIn,
  pipedDownloads,
} from '../../analysis/repository/launch-commands.ts';
import { before } from '../../text/ends.ts';
import { type CollectContext, fact, type ItemDraft, lead, placed, strength } from '../collector.ts';
import type { Place, Shown } from './sources.ts';

const CHAIN = ['1.3.4'];
const MOST_DOCUMENTS = 200;
const MOST_PLACES = 60;
/** Run by those who build and release it, not by those who run it. */
const BESIDE = /(^|\/)(scripts?|hack|ci|tools|\.[\w-]+)\/|Makefile$|(^|\/)setup\.py$/i;

type Found = { launch: Launch; places: Place[]; inCode: boolean };

/** Documents and client configurations, those nearest to the root first. */
const documentsOf = ({ tree, target }: CollectContext) =>
  tree.allEntries
    .filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        (/\.(md|mdx|rst|txt|adoc)$/i.test(e.path) ||
          /(^|\/)(\.mcp\.json|mcp\.json|gemini-extension\.json|claude_desktop_config[\w.-]*\.json|smithery\.yaml|manifest\.json|devcontainer\.json)$/.test(
            e.path,
          )) &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)) &&
        !/(^|\/)(CHANGELOG|LICEN[CS]E|requirements)[^/]*$|(^|\/)\.?changes(et)?\//i.test(e.path),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path) || byCodePoint(a.path, b.path))
    .slice(0, MOST_DOCUMENTS);

/** Names the package managers of this tree publish: starting those is starting the audited server itself. */
const ownNames = async ({ tree, target }: CollectContext): Promise<Set<string>> => {
  const names = new Set([target.name.split('/').at(-1)!.toLowerCase()]);
  for (const { path } of tree.allEntries
    .filter(
      (e) =>
        /^(package\.json|pyproject\.toml|server\.json)$/.test(baseName(e.path)) && !isVendoredPath(e.path),
    )
    .slice(0, 100)) {
    const text = ((await tree.text(path)) ?? '').slice(0, 200_000);
    for (const match of text.matchAll(/^\s{0,8}"?(?:name|identifier)"?\s{0,4}[:=]\s{0,4}"([^"\n]{1,214})"/gm))
      names.add(match[1]!.toLowerCase());
  }
  return names;
};

const nameOf = ({ target }: Launch): string => {
  const address = target.replace(/^git\+/, '');
  // A scope begins with the sign that a version follows.
  const version = address.slice(1).search(/@|==|>=|~=|<=/);
  const name = version === -1 ? address : address.slice(0, version + 1);
  return before(name.replace(/:[\w.-]+$/, ''), '[').toLowerCase();
};

const goesOn = (line: string | undefined): boolean => /\\\s{0,4}$/.test(line ?? '');

/** Where a command ends that goes on behind a backslash, as far as anybody writes one. */
const endOfCommand = (lines: readonly { text: string }[], from: number): number => {
  let end = from;
  while (goesOn(lines[end]?.text) && end < from + 40) end++;
  return end + 1;
};

export const commandItems = async (
  context: CollectContext,
  shown: Shown,
): Promise<{ items: ItemDraft[]; documents: number }> => {
  const documents = documentsOf(context);
  const launches = new Map<string, Found>();
  const add = (launch: Launch, at: Place, inCode: boolean): void => {
    const key = `${launch.tool} ${launch.target}`;
    const known = launches.get(key);
    if (!known) launches.set(key, { launch, places: [at], inCode });
    else {
      if (!known.places.some((p) => p.path === at.path && p.startLine === at.startLine))
        known.places.push(at);
      known.inCode ||= inCode;
    }
  };
  for (const { launch, at } of shown.launches) add(launch, at, !BESIDE.test(at.path));
  const piped = [...shown.piped];
  const { built } = shown;
  for await (const { entry, text } of readTexts(context.tree, documents, context.signal)) {
    const prose = /\.(md|mdx|rst)$/i.test(entry.path);
    const { lines } = readMarkdown(text ?? '');
    lines.forEach(({ text: line, line: number, fenced }, i) => {
      const at = { path: entry.path, startLine: number };
      // Read with the line it goes on from.
      if (goesOn(lines[i - 1]?.text)) return;
      // Client configuration puts the command and its arguments on neighbouring lines.
      const together = lines.slice(i, /"command"\s{0,3}:/.test(line) ? i + 16 : endOfCommand(lines, i));
      const text = together.map((l) => l.text.replace(/\\\s{0,4}$/, ' ')).join(' ');
      for (const image of imagesBuilt(text)) built.add(image);
      const quoted =
        fenced || !prose || /"command"/.test(line)
          ? [text]
          : (line.match(/`[^`\n]{3,400}`/g) ?? []).map((q) => q.slice(1, -1));
      for (const part of quoted)
        for (const launch of launchesIn(part)) {
          const named = goesOn(line) ? together.find((l) => l.text.includes(launch.target)) : undefined;
          add(launch, { ...at, startLine: named?.line ?? number }, false);
        }
      for (const command of pipedDownloads(line)) piped.push({ text: command, at });
    });
  }

  const own = await ownNames(context);
  const all = [...launches.values()].filter(
    (l) => !(l.launch.tool === 'docker run' && built.has(l.launch.target)),
  );
  return { items: [...unpinned(all, own), ...downloads(piped)], documents: documents.length };
};

/** "1 in code, 2 in documents"; what there is none of is not said. */
const parts = (counted: readonly (readonly [number, string])[]): string =>
  counted.flatMap(([n, of]) => (n === 0 ? [] : [`${count(n)} ${of}`])).join(', ');

const unpinned = (all: readonly Found[], own: ReadonlySet<string>): ItemDraft[] => {
  const loose = all.filter((l) => l.launch.pin !== 'exact');
  if (all.length === 0) return [];
  if (loose.length === 0)
    return [
      strength(
        'pinned-launch',
        CHAIN,
        `${every(all.length, 'command that fetches code names', 'commands that fetch code name')} an exact version`,
        { class: 'supply-chain', ...placed(all.flatMap((l) => l.places).slice(0, MOST_PLACES)) },
      ),
    ];
  const isOwn = (l: Found): boolean =>
    own.has(nameOf(l.launch)) || own.has(nameOf(l.launch).split('/').at(-1)!);
  // What the code itself starts comes first, then what others publish: both run without the operator choosing it.
  const ranked = [...loose].sort(
    (a, b) =>
      Number(b.inCode) - Number(a.inCode) ||
      Number(isOwn(a)) - Number(isOwn(b)) ||
      b.places.length - a.places.length,
  );
  const inCode = loose.filter((l) => l.inCode);
  const foreign = loose.filter((l) => !isOwn(l));
  return [
    // Nearly every server's document says `npx its-own-name`: that is a habit to know of. Code that fetches, and what belongs to
    // somebody else, has to be judged.
    (inCode.length > 0 || foreign.length > 0 ? lead : fact)(
      'unpinned-launch',
      CHAIN,
      `Fetched without an exact version: ${count(loose.length)} of ${plural(all.length, 'command')}, first ${ranked[0]!.launch.tool} ${ranked[0]!.launch.target}`,
      {
        class: 'supply-chain',
        cwe: ['CWE-494'],
        strength: inCode.length > 0 ? 'moderate' : 'weak',
        detail: [
          `Whatever is published at that moment runs with the user's rights. ${parts([
            [inCode.length, 'in code'],
            [loose.length - inCode.length, 'in documents and scripts'],
          ])}; ${parts([
            [foreign.length, 'of packages or images of others'],
            [loose.length - foreign.length, 'of its own'],
          ])}.`,
          ...ranked.slice(0, 30).map(
            (l) =>
              `${l.launch.tool} ${l.launch.target} (${l.launch.pin === 'none' ? 'no version' : 'a version that moves'}${isOwn(l) ? ', its own' : ''}): ${listed(
                l.places.map((p) => `${p.path}:${p.startLine}`),
                2,
              )}`,
          ),
          ...(ranked.length > 30 ? [`and ${count(ranked.length - 30)} more`] : []),
        ].join('\n'),
        ...placed(ranked.flatMap((l) => l.places).slice(0, MOST_PLACES)),
      },
    ),
  ];
};

const downloads = (piped: readonly { text: string; at: Place }[]): ItemDraft[] =>
  piped.length === 0
    ? []
    : [
        lead(
          'piped-download',
          CHAIN,
          `${plural(piped.length, 'command')} pipe${piped.length === 1 ? 's' : ''} a download into a shell`,
          {
            class: 'supply-chain',
            cwe: ['CWE-494'],
            strength: 'moderate',
            detail: [...new Set(piped.map((p) => p.text))].slice(0, 15).join('\n'),
            ...placed(piped.slice(0, MOST_PLACES).map((p) => p.at)),
          },
        ),
      ];
