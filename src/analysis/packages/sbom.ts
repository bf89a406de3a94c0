import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License';
import {
  ComponentScope,
  ComponentType,
  ExternalReferenceType,
  HashAlgorithm,
} from '@cyclonedx/cyclonedx-library/Enums';
import {
  Bom,
  Component as BomComponent,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
  LicenseRepository,
  Metadata,
  Property,
  PropertyRepository,
} from '@cyclonedx/cyclonedx-library/Models';
import { JSON as CycloneDxJson, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { PackageURL } from 'packageurl-js';
import spdxExpression from 'spdx-expression-parse';
import { before } from '../../text/ends.ts';
import type { Shortfall } from './completeness.ts';
import { type Ecosystem, registryName } from './dependency.ts';
import { type Component, componentKey } from './inventory.ts';

/** JSR has no type among the package URLs of the specification: its packages go without one. */
const PURL_TYPES: Record<Exclude<Ecosystem, 'JSR'>, string> = {
  npm: 'npm',
  PyPI: 'pypi',
  Go: 'golang',
  'crates.io': 'cargo',
  Maven: 'maven',
  NuGet: 'nuget',
  RubyGems: 'gem',
  Packagist: 'composer',
};

/** The package URL of a component, or '' when its name or version cannot be one. */
export const purlOf = (c: Pick<Component, 'ecosystem' | 'name' | 'version'>): string => {
  if (c.ecosystem === 'JSR') return '';
  const name = c.ecosystem === 'PyPI' ? registryName('PyPI', c.name) : c.name;
  const split = c.ecosystem === 'Maven' ? name.indexOf(':') : name.lastIndexOf('/');
  try {
    return new PackageURL(
      PURL_TYPES[c.ecosystem],
      split === -1 ? null : name.slice(0, split),
      name.slice(split + 1),
      c.version,
    ).toString();
  } catch {
    return '';
  }
};

const ALGORITHMS: readonly [prefix: RegExp, algorithm: HashAlgorithm, bytes: number, base64: boolean][] = [
  [/^sha512-/, HashAlgorithm['SHA-512'], 64, true],
  [/^sha384-/, HashAlgorithm['SHA-384'], 48, true],
  [/^sha256-/, HashAlgorithm['SHA-256'], 32, true],
  [/^sha1-/, HashAlgorithm['SHA-1'], 20, true],
  [/^sha256[:=]/, HashAlgorithm['SHA-256'], 32, false],
  [/^(?=[0-9a-f]{64}$)/, HashAlgorithm['SHA-256'], 32, false],
];

const hashesOf = (hash: string): HashDictionary => {
  const hashes = new HashDictionary();
  const known = ALGORITHMS.find(([prefix]) => prefix.test(hash));
  if (!known) return hashes;
  const [prefix, algorithm, bytes, base64] = known;
  const value = before(hash.replace(prefix, ''), '?');
  const hex = base64 ? hexOfBase64(value) : value;
  if (new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(hex)) hashes.set(algorithm, hex);
  return hashes;
};

/**
 * The hash of the one file that is installed. A PyPI release has many, so that a hash of one of them is none of the
 * component: they stand with their files, as references of the type "distribution".
 */
const hashOf = (c: Component): HashDictionary =>
  c.ecosystem === 'PyPI' && c.files.length !== 1 ? new HashDictionary() : hashesOf(c.hash);

const filesOf = (c: Component): ExternalReferenceRepository =>
  new ExternalReferenceRepository(
    c.files
      .filter((f) => f.url !== '')
      .map(
        (f) => new ExternalReference(f.url, ExternalReferenceType.Distribution, { hashes: hashesOf(f.hash) }),
      ),
  );

const hexOfBase64 = (text: string): string => {
  if (!/^[A-Za-z0-9+/]{10,100}={0,2}$/.test(text)) return '';
  const digits = text.replace(/={1,3}$/, '');
  // No number of bytes has so many digits.
  if (digits.length % 4 === 1) return '';
  return [...atob(digits)].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
};

const licences = new Factories.LicenseFactory((expression) => void spdxExpression(expression));

const licenceOf = (text: string): LicenseRepository => {
  const repository = new LicenseRepository();
  if (text !== '') repository.add(licences.makeFromString(text.slice(0, 500)));
  return repository;
};

/** A UUID (version 8, RFC 9562) that is a function of the commit and the audited folder alone. */
const serialOf = (commit: string, subdir: string): string => {
  let hash = 0x811c9dc5;
  for (const c of subdir) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  const folder = subdir === '' ? commit.slice(24, 32) : hash.toString(16).padStart(8, '0');
  return `urn:uuid:${commit.slice(0, 8)}-${commit.slice(8, 12)}-8${commit.slice(13, 16)}-a${commit.slice(17, 20)}-${commit.slice(20, 24)}${folder}`;
};

/**
 * The library has no compositions yet (https://cyclonedx.org/docs/1.6/json/#compositions): without this a reader takes a
 * part of the packages for all of them.
 */
const incomplete = (text: string): string =>
  JSON.stringify(
    {
      ...JSON.parse(text),
      compositions: [{ aggregate: 'incomplete', assemblies: ['target'], dependencies: ['target'] }],
    },
    null,
    1,
  );

export type SbomTarget = { name: string; url: string; commit: string; subdir: string; committedAt: string };

/**
 * A CycloneDX 1.6 document of everything the tree pins. It is a function of the commit: no clock, no random serial
 * number, one order. What `shortfalls` name makes it say that it is incomplete. Components for development alone have the scope "excluded", as the specification means it.
 */
export const cycloneDx = (
  target: SbomTarget,
  components: readonly Component[],
  shortfalls: readonly Shortfall[] = [],
): string => {
  const at = new Date(target.committedAt);
  const root = new BomComponent(ComponentType.Application, target.name || 'target', {
    bomRef: 'target',
    version: target.commit,
  });
  const metadata = new Metadata({ component: root });
  if (!Number.isNaN(at.getTime())) metadata.timestamp = at;
  if (target.subdir !== '') metadata.properties.add(new Property('mcp-audit:subdir', target.subdir));
  if (target.url !== '') metadata.properties.add(new Property('mcp-audit:repository', target.url));
  const bom = new Bom({ metadata, serialNumber: serialOf(target.commit, target.subdir) });
  const made = new Map<string, BomComponent>();
  for (const c of components) {
    const key = componentKey(c.ecosystem, c.name, c.version);
    const purl = purlOf(c);
    const split = c.ecosystem === 'Maven' ? c.name.indexOf(':') : c.name.lastIndexOf('/');
    const component = new BomComponent(ComponentType.Library, c.name.slice(split + 1), {
      bomRef: purl || key,
      version: c.version,
      scope: c.development === true ? ComponentScope.Excluded : ComponentScope.Required,
      hashes: hashOf(c),
      externalReferences: filesOf(c),
      licenses: licenceOf(c.licence),
      properties: new PropertyRepository([
        new Property('mcp-audit:direct', c.direct === null ? 'unknown' : String(c.direct)),
        ...c.places.map((p) => new Property('mcp-audit:pinned-by', `${p.path}:${p.line}`)),
      ]),
    });
    if (purl !== '') component.purl = purl;
    if (split > 0) component.group = c.name.slice(0, split);
    made.set(key, component);
    bom.components.add(component);
  }
  for (const c of components) {
    const component = made.get(componentKey(c.ecosystem, c.name, c.version))!;
    if (c.direct) root.dependencies.add(component.bomRef);
    for (const need of c.needs) {
      const needed = made.get(need);
      if (needed) component.dependencies.add(needed.bomRef);
    }
  }
  for (const s of shortfalls)
    metadata.properties.add(new Property('mcp-audit:incomplete', `${s.ecosystem}: ${s.path}: ${s.why}`));
  const text = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6)).serialize(bom, {
    sortLists: true,
    space: 1,
  });
  return shortfalls.length === 0 ? text : incomplete(text);
};
