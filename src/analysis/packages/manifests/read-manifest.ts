import { baseName } from '../../files/paths.ts';
import { denoJson } from './deno.ts';
import { composerJson, packageJson } from './json-manifests.ts';
import { gemfile, goMod, gradle, requirements, setupCfg } from './line-manifests.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { cargoToml, pipfile, pyprojectToml, versionCatalogue } from './toml-manifests.ts';
import { pomXml, projectXml } from './xml-manifests.ts';

/** The reader for a manifest by its file name, or null when the file is none. */
export const manifestReader = (path: string): ManifestReader | null => {
  const name = baseName(path);
  switch (name) {
    case 'package.json':
      return packageJson;
    case 'deno.json':
    case 'deno.jsonc':
      return denoJson;
    case 'composer.json':
      return composerJson;
    case 'pyproject.toml':
      return pyprojectToml;
    case 'Pipfile':
      return pipfile;
    case 'Cargo.toml':
      return cargoToml;
    case 'libs.versions.toml':
      return versionCatalogue;
    case 'go.mod':
      return goMod;
    case 'setup.cfg':
      return setupCfg;
    case 'pom.xml':
      return pomXml;
    case 'build.gradle':
    case 'build.gradle.kts':
      return gradle;
    case 'Gemfile':
      return gemfile;
    case 'Directory.Packages.props':
      return projectXml;
  }
  if (
    /^(?:.{0,200}[-_.])?requirements(?:[-_.].{0,200})?\.(?:txt|in)$/i.test(name) ||
    /(^|\/)requirements\/[^/]+\.(?:txt|in)$/.test(path)
  )
    return requirements;
  if (/\.(?:cs|fs|vb)proj$/.test(name)) return projectXml;
  if (/\.gemspec$/.test(name)) return gemfile;
  return null;
};
