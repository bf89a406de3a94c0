import { readMarkdown } from '../../analysis/files/markdown.ts';
import { below, depthOf, isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import { count, listed, plural } from '../../analysis/files/words.ts';
import { type CollectContext, fact, type ItemDraft, lead, placed } from '../collector.ts';

type Place = { path: string; startLine: number };
export type DockerRun = { command: string; at: Place };

const MOST_DOCUMENTS = 150;
/** What a start command must not give without need. */
const GRANTS: readonly { rule: string; say: string; pattern: RegExp; strength: 'strong' | 'moderate' }[] = [
  { rule: 'privileged', say: '--privileged', pattern: /\s--privileged\b/, strength: 'strong' },
  {
    rule: 'socket',
    say: 'the engine’s socket',
    pattern: /(?:docker|containerd|podman)\.sock/,
    strength: 'strong',
  },
  {
    rule: 'host-network',
    say: 'the host’s network',
    pattern: /--(?:network|net)[ =]host\b/,
    strength: 'moderate',
  },
  { rule: 'host-pid', say: 'the host’s processes', pattern: /--pid[ =]host\b/, strength: 'strong' },
  { rule: 'capability', say: 'a capability', pattern: /--cap-add\b/, strength: 'moderate' },
  { rule: 'unconfined', say: 'no confinement', pattern: /unconfined/, strength: 'moderate' },
  { rule: 'root', say: 'root', pattern: /\s(?:--user|-u)[ =](?:0|root)\b/, strength: 'moderate' },
  {
    rule: 'home',
    say: 'a whole home or root folder',
    pattern:
      /(?:-v|--volume)[ =]["']?(?:\/|~\/?|\$HOME|\$\{HOME\}|%USERPROFILE%):|source=(?:\/|\$HOME|\$\{HOME\}|~),/,
    strength: 'moderate',
  },
];
const CONFINES: readonly [string, RegExp][] = [
  ['--read-only', /--read-only\b/],
  ['--cap-drop', /--cap-drop\b/],
  ['no-new-privileges', /no-new-privileges/],
  ['--memory', /(?:--memory|\s-m)[ =]\d/],
  ['--cpus', /--cpus\b/],
  ['--pids-limit', /--pids-limit\b/],
  ['--user', /(?:--user|\s-u)[ =]\S/],
  ['--network none', /--network[ =]none\b/],
  ['127.0.0.1 for published ports', /-p[ =]?127\.0\.0\.1:/],
];

/** `docker run` as documents, client settings and scripts tell people to write it. */
export const dockerRuns = async ({
  tree,
  target,
  signal,
}: CollectContext): Promise<{ runs: DockerRun[]; read: number }> => {
  const files = tree.allEntries
    .filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        e.size < 1_000_000 &&
        /\.(?:md|mdx|rst|adoc|sh)$|(^|\/)(Makefile|\.?mcp\.json|server\.json|smithery\.yaml)$/i.test(
          e.path,
        ) &&
        !/(^|\/)(CHANGELOG|LICEN[CS]E)[^/]*$/i.test(e.path) &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_DOCUMENTS);
  const runs: DockerRun[] = [];
  for await (const { entry, text } of readTexts(tree, files, signal)) {
    if (!text || !/docker|podman/.test(text)) continue;
    const { lines } = readMarkdown(text);
    lines.forEach(({ text: line, line: number }, i) => {
      const json = /"command"\s{0,3}:\s{0,3}"(?:docker|podman)"/.test(line);
      if (!json && !/\b(?:docker|podman)\s{1,4}run\s/.test(line)) return;
      let command = line;
      for (let k = i + 1; k < Math.min(lines.length, i + 30); k++) {
        const next = lines[k]!.text;
        if (
          json
            ? /"env"|\]\s{0,40},?\s{0,40}$/.test(command) && k > i + 1 && /\]/.test(command)
            : !/[\\`^]\s*$/.test(command)
        )
          break;
        command = `${command.replace(/[\\`^]\s*$/, '')} ${next.trim()}`;
      }
      const words = json ? command.replace(/["',[\]]/g, ' ').replace(/\s+/g, ' ') : command;
      runs.push({ command: words.trim().slice(0, 1000), at: { path: entry.path, startLine: number } });
    });
    if (runs.length > 500) break;
  }
  return { runs, read: files.length };
};

export const documentedItems = (runs: readonly DockerRun[]): ItemDraft[] => {
  if (runs.length === 0) return [];
  const items: ItemDraft[] = [];
  const given = runs.flatMap((r) =>
    GRANTS.filter((g) => g.pattern.test(r.command)).map((g) => ({ ...r, ...g })),
  );
  const order = { strong: 0, moderate: 1 } as const;
  const ranked = [...given].sort((a, b) => order[a.strength] - order[b.strength]);
  if (ranked[0])
    items.push(
      lead(
        'documented-privilege',
        ['3.1.2', '3.1.4'],
        `Documented start commands give the container ${listed([...new Set(ranked.map((g) => g.say))], 3)}`,
        {
          class: 'container',
          cwe: ['CWE-250'],
          strength: ranked[0].strength,
          detail: ranked
            .slice(0, 20)
            .map((g) => `${g.at.path}:${g.at.startLine} ${g.say}: ${g.command.slice(0, 140)}`)
            .join('\n'),
          ...placed(ranked.map((g) => g.at)),
        },
      ),
    );
  items.push(
    fact(
      'documented-confinement',
      ['3.1.3', '3.1.2'],
      `${plural(runs.length, 'documented start command')} of containers: ${
        listed(
          CONFINES.filter(([, p]) => runs.some((r) => p.test(r.command))).map(([name]) => name),
          4,
        ) || 'none confines it further'
      }`,
      {
        class: 'container',
        detail: CONFINES.map(
          ([name, p]) =>
            `${name}: ${count(runs.filter((r) => p.test(r.command)).length)} of ${count(runs.length)}`,
        ).join('\n'),
        ...placed(runs.slice(0, 40).map((r) => r.at)),
      },
    ),
  );
  return items;
};
