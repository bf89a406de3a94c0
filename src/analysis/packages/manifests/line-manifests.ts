import { linesOf } from '../../files/lines.ts';
import { type Dependency, gemKind, MOST_DEPENDENCIES, mavenKind, pythonRequirement } from '../dependency.ts';
import type { ManifestReader } from './read-manifest.ts';

const MOST_LINE = 2000;
const shortLines = (source: string): string[] => linesOf(source).map((l) => l.slice(0, MOST_LINE));

export const requirements: ManifestReader = (path, source) => {
  const dependencies: Dependency[] = [];
  const includes: { path: string; line: number }[] = [];
  const scope: Dependency['scope'] = /dev|test|lint|docs?|ci/i.test(
    path
      .split('/')
      .at(-1)!
      .replace(/requirements/i, ''),
  )
    ? 'development'
    : 'runtime';
  shortLines(source).forEach((raw, i) => {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '' || dependencies.length >= MOST_DEPENDENCIES) return;
    const included = /^(?:-r|-c|--requirement|--constraint)[=\s]*(\S+)$/.exec(line)?.[1];
    if (included && includes.length < 50 && !/^[a-z]+:/i.test(included))
      includes.push({ path: included, line: i + 1 });
    const direct = /^(?:-e\s+|--editable[= ]\s*)?((?:git\+|https?:\/\/)\S+)/.exec(line)?.[1];
    if (direct)
      dependencies.push({
        name: /[#&]egg=([\w.-]+)/.exec(direct)?.[1] ?? direct.slice(0, 80),
        specifier: direct,
        kind: direct.startsWith('git+') ? 'git' : 'url',
        scope,
        line: i + 1,
      });
    else if (/^(?:-e\s+|--editable[= ]\s*)?\.{0,2}\//.test(line) || /^-e\s+\./.test(line))
      dependencies.push({
        name: line.replace(/^-e\s+/, ''),
        specifier: line,
        kind: 'path',
        scope,
        line: i + 1,
      });
    else if (!line.startsWith('-')) {
      const read = pythonRequirement(line.replace(/\s--hash=.*$/, '').replace(/\\$/, ''));
      if (read) dependencies.push({ ...read, scope, line: i + 1 });
    }
  });
  return {
    ok: true,
    manifest: { path, ecosystem: 'PyPI', name: '', dependencies, scripts: [], includes },
  };
};

export const setupCfg: ManifestReader = (path, source) => {
  const dependencies: Dependency[] = [];
  let section = '';
  let key = '';
  let name = '';
  shortLines(source).forEach((line, i) => {
    const header = /^\[([^\]]{1,100})\]/.exec(line)?.[1];
    const pair = /^([\w.-]{1,60})\s*=\s*(.*)$/.exec(line);
    if (header) [section, key] = [header.trim(), ''];
    else if (pair) {
      key = pair[1]!;
      if (section === 'metadata' && key === 'name') name = pair[2]!.trim();
    }
    const wanted =
      (section === 'options' && (key === 'install_requires' || key === 'setup_requires')) ||
      section === 'options.extras_require';
    const value = (pair ? pair[2]! : line).trim();
    if (!wanted || header || value === '' || value.startsWith('#')) return;
    const read = pythonRequirement(value);
    if (read && dependencies.length < MOST_DEPENDENCIES)
      dependencies.push({
        ...read,
        scope: section === 'options' ? (key === 'setup_requires' ? 'build' : 'runtime') : 'optional',
        line: i + 1,
      });
  });
  return { ok: true, manifest: { path, ecosystem: 'PyPI', name, dependencies, scripts: [] } };
};

export const goMod: ManifestReader = (path, source) => {
  const dependencies: Dependency[] = [];
  const replaced: Dependency[] = [];
  let block = '';
  let name = '';
  shortLines(source).forEach((line, i) => {
    const opening = /^\s*(require|replace|exclude)\s*\(/.exec(line)?.[1];
    if (opening) {
      block = opening;
      return;
    }
    if (/^\s*\)/.test(line)) block = '';
    name ||= /^module\s+(\S+)/.exec(line)?.[1] ?? '';
    const single = /^\s*(require|replace)\s+(?!\()(.*)$/.exec(line);
    const kind = single?.[1] ?? block;
    const body = single?.[2] ?? line;
    const required = /^\s*([\w.~/-]+\.[\w.~/-]+)\s+(v\S+)(.*)$/.exec(body);
    const replace = /^\s*(\S+)(?:\s+v\S+)?\s*=>\s*(\S+)(?:\s+(v\S+))?/.exec(body);
    if (
      kind === 'require' &&
      required &&
      dependencies.length < MOST_DEPENDENCIES &&
      !/\/\/\s*indirect/.test(required[3]!)
    )
      dependencies.push({
        name: required[1]!,
        specifier: required[2]!,
        kind: 'exact',
        scope: 'runtime',
        line: i + 1,
      });
    else if (kind === 'replace' && replace)
      replaced.push({
        name: `${replace[1]} => ${replace[2]}`,
        specifier: replace[3] ?? replace[2]!,
        kind: replace[3] ? 'git' : 'path',
        scope: 'runtime',
        line: i + 1,
      });
  });
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'Go',
      name,
      dependencies: [...dependencies, ...replaced.slice(0, 200)],
      scripts: [],
    },
  };
};

export const gradle: ManifestReader = (path, source) => {
  const dependencies: Dependency[] = [];
  shortLines(source).forEach((line, i) => {
    const match =
      /^\s*(api|implementation|compileOnly|runtimeOnly|testImplementation|testRuntimeOnly|annotationProcessor|kapt|ksp|classpath)\b\s*\(?\s*(.*)$/.exec(
        line,
      );
    if (!match || dependencies.length >= MOST_DEPENDENCIES) return;
    const scope: Dependency['scope'] = match[1]!.startsWith('test')
      ? 'development'
      : match[1] === 'classpath' || /kapt|ksp|annotation/.test(match[1]!)
        ? 'build'
        : 'runtime';
    const coordinates = /["']([\w.-]+:[\w.-]+)(?::([^"':]+))?(?::[^"']+)?["']/.exec(match[2]!);
    const catalog = /\blibs\.([\w.]+)/.exec(match[2]!)?.[1];
    const project = /project\(\s*["']([^"']+)/.exec(match[2]!)?.[1];
    if (project) dependencies.push({ name: project, specifier: '', kind: 'workspace', scope, line: i + 1 });
    else if (coordinates)
      dependencies.push({
        name: coordinates[1]!,
        specifier: coordinates[2] ?? '',
        kind: mavenKind(coordinates[2] ?? ''),
        scope,
        line: i + 1,
      });
    else if (catalog)
      dependencies.push({ name: `libs.${catalog}`, specifier: '', kind: 'managed', scope, line: i + 1 });
  });
  return { ok: true, manifest: { path, ecosystem: 'Maven', name: '', dependencies, scripts: [] } };
};

export const gemfile: ManifestReader = (path, source) => {
  const dependencies: Dependency[] = [];
  let group = '';
  shortLines(source).forEach((line, i) => {
    const block = /^\s*group\s*\(?(.*?)\)?\s*do\b/.exec(line)?.[1];
    if (block !== undefined) group = block;
    else if (/^\s*end\b/.test(line)) group = '';
    const match =
      /^\s*(?:gem|\w+\.add_(?:runtime_|development_)?dependency)\s*\(?\s*["']([\w.-]+)["']\s*(.*)$/.exec(
        line,
      );
    if (!match || dependencies.length >= MOST_DEPENDENCIES) return;
    const specifier = /^,\s*["']([^"']*)["']/.exec(match[2]!)?.[1] ?? '';
    const kind = /\b(?:git|github):|:git\s*=>/.test(match[2]!)
      ? 'git'
      : /\bpath:/.test(match[2]!)
        ? 'path'
        : gemKind(specifier);
    dependencies.push({
      name: match[1]!,
      specifier,
      kind,
      scope:
        /add_development_dependency|groups?:.*(?:development|test)/.test(line) ||
        /development|test/.test(group)
          ? 'development'
          : 'runtime',
      line: i + 1,
    });
  });
  return { ok: true, manifest: { path, ecosystem: 'RubyGems', name: '', dependencies, scripts: [] } };
};
