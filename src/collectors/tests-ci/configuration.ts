import { parseJson } from '../../analysis/files/parse-json.ts';
import { parseToml } from '../../analysis/files/parse-toml.ts';
import { baseName, isExamplePath, isVendoredPath } from '../../analysis/files/paths.ts';
import { text as asText, bag } from '../../analysis/files/shape.ts';
import { listed } from '../../analysis/files/words.ts';
import { type CollectContext, fact, type ItemDraft, lead, strength } from '../collector.ts';
import { CHECKS } from './pipelines.ts';

/** Files whose presence says that a linter, type checker or coverage tool is configured. */
const CONFIGS: readonly [string, RegExp][] = [
  [
    'linter',
    /(^|\/)(\.?eslint(rc(\.\w+)?|\.config\.[cm]?[jt]s)|biome\.jsonc?|\.?oxlintrc\.json|\.?ruff\.toml|\.flake8|\.pylintrc|\.golangci\.ya?ml|clippy\.toml|\.rubocop\.yml)$/,
  ],
  ['type checker', /(^|\/)(tsconfig(\.[\w-]+)?\.json|mypy\.ini|\.mypy\.ini|pyrightconfig\.json)$/],
  ['formatter', /(^|\/)(\.prettierrc(\.\w+)?|prettier\.config\.\w+|\.editorconfig|rustfmt\.toml)$/],
  ['coverage', /(^|\/)(\.coveragerc|\.?codecov\.ya?ml|\.nycrc(\.json)?|\.c8rc\.json)$/],
  ['commit hooks', /(^|\/)(\.pre-commit-config\.yaml|\.husky\/[\w-]+|lefthook\.ya?ml)$/],
];

export const configurationItems = async ({ tree }: CollectContext): Promise<ItemDraft[]> => {
  const found = new Map<string, { path: string; line: number }[]>();
  const add = (kind: string, path: string, line = 1): void => {
    found.set(kind, [...(found.get(kind) ?? []), { path, line }]);
  };
  const items: ItemDraft[] = [];
  const threshold = (value: unknown, path: string, line: number): void => {
    items.push(
      strength(
        'coverage-threshold',
        CHECKS,
        `Coverage below ${JSON.stringify(value)?.slice(0, 60)} breaks the build`,
        { at: { path, startLine: line } },
      ),
    );
  };
  for (const { path } of tree.allEntries.filter((e) => !isVendoredPath(e.path)))
    for (const [kind, pattern] of CONFIGS) if (pattern.test(path)) add(kind, path);
  for (const { path } of tree.entries
    .filter(
      (e) =>
        /^(package\.json|pyproject\.toml)$/.test(baseName(e.path)) &&
        !isVendoredPath(e.path) &&
        !isExamplePath(e.path),
    )
    .slice(0, 20)) {
    const source = await tree.text(path);
    const parsed = source === null ? null : path.endsWith('.json') ? parseJson(source) : parseToml(source);
    if (!parsed?.ok) continue;
    const root = bag(parsed.value);
    if (path.endsWith('.json')) {
      const jest = bag(bag(root.jest).coverageThreshold);
      if (Object.keys(jest).length > 0)
        threshold(jest.global ?? jest, path, parsed.lineOf(['jest', 'coverageThreshold']));
      const scripts = bag(root.scripts);
      if (/no test specified/.test(asText(scripts.test)))
        items.push(
          lead('placeholder-test-script', CHECKS, `${path}: the test script only prints a message`, {
            strength: 'weak',
            at: { path, startLine: parsed.lineOf(['scripts', 'test']) },
          }),
        );
      if (root.eslintConfig) add('linter', path, parsed.lineOf(['eslintConfig']));
    } else {
      const tool = bag(root.tool);
      for (const [name, kind] of [
        ['ruff', 'linter'],
        ['flake8', 'linter'],
        ['pylint', 'linter'],
        ['mypy', 'type checker'],
        ['pyright', 'type checker'],
        ['black', 'formatter'],
        ['coverage', 'coverage'],
      ] as const)
        if (name in tool) add(kind, path, parsed.lineOf(['tool', name]));
      const under = bag(bag(tool.coverage).report).fail_under;
      if (under !== undefined)
        threshold(under, path, parsed.lineOf(['tool', 'coverage', 'report', 'fail_under']));
    }
  }
  for (const { path } of tree.entries
    .filter((e) => /(^|\/)(vitest|vite|jest)\.config\.[cm]?[jt]s$/.test(e.path))
    .slice(0, 10)) {
    const source = (await tree.text(path)) ?? '';
    const at = /\b(?:thresholds|coverageThreshold)\s*:/.exec(source);
    if (at)
      items.push(
        strength('coverage-threshold', CHECKS, 'Coverage thresholds are configured', {
          at: { path, startLine: source.slice(0, at.index).split('\n').length },
        }),
      );
    else if (/\bcoverage\s*:/.test(source)) add('coverage', path);
  }
  for (const [kind, places] of [...found].sort(([a], [b]) => (a < b ? -1 : 1)))
    items.push(
      fact(
        `config-${kind.replace(/\s/g, '-')}`,
        CHECKS,
        `${kind[0]!.toUpperCase()}${kind.slice(1)} configured: ${listed([...new Set(places.map((p) => baseName(p.path)))], 4)}`,
        {
          detail: listed(
            places.map((p) => p.path),
            12,
          ),
          at: { path: places[0]!.path, startLine: places[0]!.line },
        },
      ),
    );
  if (!found.has('linter'))
    items.push(
      fact('config-linter', CHECKS, 'No linter configuration found', {
        reproduce: 'git ls-tree -r --name-only {commit}',
      }),
    );
  return items;
};
