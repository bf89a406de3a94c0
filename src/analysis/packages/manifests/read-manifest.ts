import { baseName } from '../../files/paths.ts';
import { denoJson } from './deno.ts';
import { composerJson, packageJson } from './json-manifests.ts';
import { coreMetadata, gemfile, goMod, gradle, requirements, setupCfg } from './line-manifests.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { cargoToml, pipfile, pyprojectToml, versionCatalogue } from './toml-manifests.ts';
import { pomXml, projectXml } from './xml-manifests.ts';

/** Those read by a few of their lines or elements find nothing in anything: what has none of these is none of them. */
const SIGNS = new Map<ManifestReader, RegExp>([
  [setupCfg, /^\s{0,40}(?:[#;]|\[\w[\w.: -]{0,100}\]\s*$)/m],
  [pomXml, /<project[\s>]/],
  [projectXml, /<Project[\s>]/],
  [
    gradle,
    /(?:^|[\s{;])(?:plugins|dependencies|apply|(?:all|sub)projects|repositories|buildscript|tasks?|group|version|description|java|kotlin|android|ext|configurations|publishing|import|rootProject|include|def|val)\b\s{0,40}[\w"'({.=:]|^\s{0,40}\/[/*]/m,
  ],
  [
    gemfile,
    /^\s{0,40}(?:#|(?:source|gem|gemspec|group|ruby|git|git_source|path|platforms?|plugin|install_if|eval_gemfile|require|require_relative|if|unless|def)\b\s{0,40}["'(:\w]|gemspec\s{0,40}$)|Gem::Specification/m,
  ],
]);

/** The reader for a manifest by its file name, or null when the file is none. */
export const manifestReader = (path: string): ManifestReader | null => {
  const read = readerOf(path);
  const sign = read && SIGNS.get(read);
  return read && sign
    ? (at, source) =>
        sign.test(source) || (source.trim() === '' && read !== pomXml && read !== projectXml)
          ? read(at, source)
          : { ok: false, reason: `Nothing in it reads as ${baseName(at)}.` }
    : read;
};

const readerOf = (path: string): ManifestReader | null => {
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
  if (/(?:^|\/)[^/]{1,200}\.dist-info\/METADATA$|^PKG-INFO$/.test(path)) return coreMetadata;
  if (/\.(?:cs|fs|vb)proj$/.test(name)) return projectXml;
  if (/\.gemspec$/.test(name)) return gemfile;
  return null;
};
