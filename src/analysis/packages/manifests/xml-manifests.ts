import { lineFinder } from '../../files/lines.ts';
import { type Dependency, MOST_DEPENDENCIES, mavenKind, nugetKind } from '../dependency.ts';
import type { ManifestReader } from './manifest-reader.ts';

/**
 * Maven and NuGet, read by their few flat elements. No XML parser: nothing in here needs entities or name spaces, and a
 * parser of them would be one more thing for a hostile file to play with.
 */
const MOST_BYTES = 1_000_000;

/** The bodies of all elements of a name, with their offsets; an element without its end is left out. */
const elements = (text: string, name: string): { body: string; at: number }[] => {
  const found: { body: string; at: number }[] = [];
  let from = 0;
  while (found.length < MOST_DEPENDENCIES) {
    const open = text.indexOf(`<${name}>`, from);
    if (open === -1) break;
    const close = text.indexOf(`</${name}>`, open);
    if (close === -1) break;
    found.push({ body: text.slice(open + name.length + 2, close), at: open });
    from = close;
  }
  return found;
};

const child = (body: string, name: string): string =>
  elements(body.slice(0, 5000), name)[0]?.body.trim() ?? '';

/** Comments become blanks, so that lines stay where they are. */
const withoutComments = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('<!--', from);
    const close = open === -1 ? -1 : text.indexOf('-->', open + 4);
    if (close === -1) break;
    parts.push(text.slice(from, open), text.slice(open, close + 3).replace(/[^\n]/g, ' '));
    from = close + 3;
  }
  return parts.join('') + text.slice(from);
};

export const pomXml: ManifestReader = (path, source) => {
  if (source.length > MOST_BYTES) return { ok: false, reason: `larger than ${MOST_BYTES} characters` };
  const line = lineFinder(source);
  const text = withoutComments(source);
  const managed = spans(text, 'dependencyManagement');
  const plugins = [...spans(text, 'build'), ...spans(text, 'reporting')];
  const inside = (at: number, parts: readonly [number, number][]): boolean =>
    parts.some(([from, to]) => at >= from && at < to);
  const dependencies: Dependency[] = [];
  const management: Record<string, string> = Object.create(null);
  for (const { body, at } of elements(text, 'dependency')) {
    const name = `${child(body, 'groupId')}:${child(body, 'artifactId')}`;
    const specifier = child(body, 'version');
    if (inside(at, managed)) {
      management[name] = specifier;
      continue;
    }
    dependencies.push({
      name,
      specifier,
      kind: mavenKind(specifier),
      scope: inside(at, plugins)
        ? 'build'
        : /test/.test(child(body, 'scope'))
          ? 'development'
          : child(body, 'optional') === 'true'
            ? 'optional'
            : 'runtime',
      line: line(at),
    });
  }
  const [parent] = elements(text, 'parent');
  const own = parent ? text.slice(0, parent.at) + text.slice(text.indexOf('</parent>', parent.at) + 9) : text;
  const head = own.slice(
    0,
    firstOf(own, ['<dependencies>', '<dependencyManagement>', '<build>', '<modules>', '<profiles>']),
  );
  const properties: Record<string, string> = Object.create(null);
  for (const { body } of elements(text, 'properties'))
    for (const match of body.matchAll(/<([\w.-]{1,100})>([^<]{0,200})<\/\1>/g))
      properties[match[1]!] ??= match[2]!.trim();
  const version = child(head, 'version') || (parent ? child(parent.body, 'version') : '');
  if (version !== '') properties['project.version'] ??= version;
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'Maven',
      name: child(head, 'artifactId'),
      dependencies,
      scripts: [],
      maven: {
        group: child(head, 'groupId') || (parent ? child(parent.body, 'groupId') : ''),
        parent: parent ? child(parent.body, 'artifactId') : '',
        properties,
        management,
      },
    },
  };
};

const spans = (text: string, name: string): [number, number][] =>
  elements(text, name).map(({ body, at }) => [at, at + body.length]);

const firstOf = (text: string, marks: readonly string[]): number =>
  Math.min(text.length, ...marks.map((m) => text.indexOf(m)).filter((i) => i !== -1));

const REFERENCE = /<(PackageReference|PackageVersion)\s([^>]{1,600})>/g;

export const projectXml: ManifestReader = (path, source) => {
  if (source.length > MOST_BYTES) return { ok: false, reason: `larger than ${MOST_BYTES} characters` };
  const line = lineFinder(source);
  const dependencies: Dependency[] = [];
  for (const match of source.matchAll(REFERENCE)) {
    const attribute = (name: string): string =>
      new RegExp(`\\b${name}="([^"]{0,200})"`, 'i').exec(match[2]!)?.[1] ?? '';
    const name = attribute('Include') || attribute('id') || attribute('Update');
    const body = match[2]!.endsWith('/')
      ? ''
      : source.slice(match.index, match.index + 500).split('</PackageReference>')[0]!;
    const specifier = attribute('Version') || /<Version>([^<]{0,100})</.exec(body)?.[1] || '';
    if (name && dependencies.length < MOST_DEPENDENCIES)
      dependencies.push({
        name,
        specifier,
        kind: nugetKind(specifier),
        scope: 'runtime',
        line: line(match.index),
      });
  }
  return { ok: true, manifest: { path, ecosystem: 'NuGet', name: '', dependencies, scripts: [] } };
};
