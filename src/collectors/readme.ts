import { baseName, below, depthOf } from '../analysis/files/paths.ts';
import { byCodePoint, plural } from '../analysis/files/words.ts';
import { type Collector, gathered, type ItemDraft, lead } from './collector.ts';
import { againstCode, documentsOf } from './readme/against-code.ts';
import { claimed } from './readme/claimed.ts';
import { commandItems } from './readme/commands.ts';
import { CHECKS, sections } from './readme/sections.ts';
import { readSources } from './readme/sources.ts';

export const readme: Collector = {
  id: 'readme',
  title: 'Documentation and launch commands',
  about:
    'Which parts an operator needs are documented, how documents and code agree on variables, transports, permissions and protections, and which commands run unpinned code.',
  async collect(context) {
    const { tree, target } = context;
    const items: ItemDraft[] = [];
    const path = tree.allEntries
      .map((e) => e.path)
      .filter(
        (p) =>
          /^readme(\.(md|rst|txt|adoc|markdown))?$/i.test(baseName(p)) &&
          (target.subdir !== '' && p.startsWith(`${target.subdir}/`)
            ? depthOf(below(p, target.subdir)) === 0
            : depthOf(p) === 0),
      )
      .sort((a, b) => depthOf(b) - depthOf(a) || byCodePoint(a, b))[0];
    const source = path ? await tree.text(path) : null;
    if (!path || source === null)
      items.push(
        lead('no-readme', CHECKS, path ? `${path} could not be read` : 'No README', {
          strength: 'moderate',
          detail: path
            ? 'It is binary or larger than this tool reads.'
            : 'Looked for at the root and in the audited folder.',
          reproduce: 'git ls-tree --name-only {commit}',
        }),
      );
    else items.push(...sections(path, source));
    const shown = await readSources(context);
    const documents = await documentsOf(context, source === null ? null : (path ?? null));
    const commands = await commandItems(context, shown);
    items.push(
      ...againstCode(shown, documents, target.subdir),
      ...(await claimed(context, shown, documents)),
      ...commands.items,
    );
    return gathered(
      `${path ?? 'no README'}, ${plural(commands.documents, 'document')}, ${plural(shown.files, 'source file')}`,
      items,
    );
  },
};
