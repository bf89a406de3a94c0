import { parseJson } from '../../files/parse-json.ts';
import { bag, entriesOf, text } from '../../files/shape.ts';
import { type Dependency, MOST_DEPENDENCIES, npmKind } from '../dependency.ts';
import type { ManifestReader } from './manifest-reader.ts';

/**
 * deno.json: `imports` maps what code writes to a specifier, `npm:zod@3`, `jsr:@std/path@^1`, a URL or a path; `scopes` does
 * so for parts of the tree. Sources may name packages without it (`import "npm:zod"`), which is said.
 * https://docs.deno.com/runtime/fundamentals/configuration/
 */
export type DenoSpecifier = { registry: 'npm' | 'JSR'; name: string; version: string };

/** `npm:@scope/name@^1/sub`, `jsr:@std/path@^1`; null for what is no package of a registry. */
export const denoSpecifier = (specifier: string): DenoSpecifier | null => {
  const match = /^(npm|jsr):\/?((?:@[^/@\s]{1,200}\/)?[^/@\s]{1,200})(?:@([^/\s]{0,200}))?(?:\/|$)/.exec(
    specifier,
  );
  return match
    ? { registry: match[1] === 'npm' ? 'npm' : 'JSR', name: match[2]!, version: match[3] ?? '' }
    : null;
};

export const denoJson: ManifestReader = (path, source) => {
  const parsed = parseJson(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const dependencies: Record<'npm' | 'JSR', Dependency[]> = { npm: [], JSR: [] };
  const read = (imports: unknown, ...at: string[]): void => {
    for (const [alias, value] of entriesOf(imports).slice(0, MOST_DEPENDENCIES)) {
      const specifier = text(value);
      const line = parsed.lineOf([...at, alias]);
      const found = denoSpecifier(specifier);
      if (found)
        dependencies[found.registry].push({
          name: found.name,
          specifier: found.version,
          kind: npmKind(found.version),
          scope: 'runtime',
          line,
          ...(found.name === alias.replace(/\/$/, '') ? {} : { as: { name: alias, specifier } }),
        });
      else if (/^https?:/.test(specifier))
        dependencies.npm.push({ name: alias, specifier, kind: 'url', scope: 'runtime', line });
    }
  };
  read(root.imports, 'imports');
  for (const [scope, imports] of entriesOf(root.scopes)) read(imports, 'scopes', scope);
  const elsewhere = text(root.importMap);
  const manifest = {
    path,
    ecosystem: 'npm' as const,
    name: text(root.name),
    licence: text(root.license),
    dependencies: dependencies.npm,
    scripts: [],
    partial: [
      elsewhere ? `Its imports stand in ${elsewhere.slice(0, 200)}, which is not read.` : '',
      'Deno also takes packages that sources name themselves (import "npm:…", "jsr:…", "https:…"): deno.lock lists them all.',
    ]
      .filter((l) => l !== '')
      .join(' '),
  };
  return {
    ok: true,
    manifest,
    ...(dependencies.JSR.length > 0
      ? {
          also: [
            {
              path,
              ecosystem: 'JSR' as const,
              name: manifest.name,
              dependencies: dependencies.JSR,
              scripts: [],
            },
          ],
        }
      : {}),
  };
};
