import { linesOf } from '../../analysis/files/lines.ts';
import { text as asText, bag, list } from '../../analysis/files/shape.ts';
import { listed } from '../../analysis/files/words.ts';
import type { Ecosystem, Manifest } from '../../analysis/packages/dependency.ts';
import { type CollectContext, fact, gap, type ItemDraft, strength } from '../collector.ts';
import { UPDATES } from './describe.ts';

const ECOSYSTEM_OF_BOT: Record<string, Ecosystem> = {
  npm: 'npm',
  bun: 'npm',
  pip: 'PyPI',
  uv: 'PyPI',
  gomod: 'Go',
  cargo: 'crates.io',
  maven: 'Maven',
  gradle: 'Maven',
  nuget: 'NuGet',
  bundler: 'RubyGems',
  composer: 'Packagist',
};

export const updateBots = async (
  { tree }: CollectContext,
  manifests: readonly Manifest[],
): Promise<ItemDraft[]> => {
  const find = (pattern: RegExp): string | undefined =>
    tree.allEntries.find((e) => e.kind === 'file' && pattern.test(e.path))?.path;
  const dependabot = find(/^\.github\/dependabot\.ya?ml$/);
  const renovate = find(/^(\.github\/|\.gitlab\/)?(renovate\.json5?|\.renovaterc(\.json)?)$/);
  const needed = [...new Set(manifests.filter((m) => m.dependencies.length > 0).map((m) => m.ecosystem))];
  const items: ItemDraft[] = [];
  if (dependabot) {
    const { parseYaml } = await import('../../analysis/files/parse-yaml.ts');
    const source = await tree.text(dependabot);
    const parsed = source === null ? null : parseYaml(source);
    if (!parsed?.ok)
      items.push(
        gap('unreadable-dependabot', UPDATES, `${dependabot} could not be read`, {
          detail: parsed ? parsed.reason : 'Binary, or too large.',
        }),
      );
    else {
      const updates = list(bag(parsed.value).updates).map(bag);
      if (updates.length === 0)
        items.push(
          gap('unreadable-dependabot', UPDATES, `${dependabot} names no updates`, {
            detail: 'An update is a package ecosystem, a folder and a schedule.',
            at: { path: dependabot, startLine: 1 },
          }),
        );
      const covered = updates.map((u) =>
        `${asText(u['package-ecosystem'])} in ${asText(u.directory) || listed(list(u.directories).map(asText), 4)} ${asText(bag(u.schedule).interval)}`.trim(),
      );
      const ecosystems = new Set(updates.map((u) => ECOSYSTEM_OF_BOT[asText(u['package-ecosystem'])]));
      const missing = needed.filter((e) => !ecosystems.has(e));
      const actions = updates.some((u) => u['package-ecosystem'] === 'github-actions');
      items.push(
        (missing.length === 0 ? strength : fact)(
          'dependabot',
          UPDATES,
          `Dependabot covers ${listed([...new Set(updates.map((u) => asText(u['package-ecosystem'])))], 5) || 'nothing'}${missing.length > 0 ? `, not ${listed(missing, 4)}` : ''}`,
          {
            class: 'supply-chain',
            detail: `${covered.slice(0, 20).join('\n')}\n${actions ? 'Actions of workflows are covered.' : 'Actions of workflows are not covered.'}`,
            at: { path: dependabot, startLine: parsed.lineOf(['updates']) },
          },
        ),
      );
    }
  }
  if (renovate) {
    const source = await tree.text(renovate);
    const lines = linesOf(source ?? '');
    // JSON5 as well, which no parser of ours knows: after comments, names with values begin.
    const first = lines.find((l) => l.trim() !== '' && !/^\s*(?:\/\/|\/\*|\*)/.test(l));
    if (!first?.trimStart().startsWith('{'))
      items.push(
        gap('unreadable-renovate', UPDATES, `${renovate} could not be read`, {
          detail: source === null ? 'Binary, or too large.' : 'It holds no names with values.',
        }),
      );
    else
      items.push(
        strength(
          'renovate',
          UPDATES,
          `Renovate is configured${lines.some((l) => /"enabled"\s*:\s*false/.test(l)) ? ', with parts switched off' : ''}`,
          {
            class: 'supply-chain',
            detail: listed(
              lines
                .filter((l) => /"(?:extends|enabledManagers|automerge|pinDigests|schedule)"/.test(l))
                .map((l) => l.trim().slice(0, 120)),
              6,
            ),
            at: { path: renovate, startLine: 1 },
          },
        ),
      );
  }
  if (!dependabot && !renovate && needed.length > 0)
    items.push(
      fact('no-update-bot', UPDATES, 'No Dependabot or Renovate configuration', {
        class: 'supply-chain',
        detail: `${listed(needed)}: updates depend on somebody thinking of them. Security updates can be switched on in the hosting site's settings without a file.`,
        reproduce: 'git ls-tree -r --name-only {commit} | grep -iE "dependabot|renovate"',
      }),
    );
  return items;
};
