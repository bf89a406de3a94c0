import { linesOf } from '../analysis/files/lines.ts';
import { parseJson } from '../analysis/files/parse-json.ts';
import { parseToml } from '../analysis/files/parse-toml.ts';
import { depthOf } from '../analysis/files/paths.ts';
import { bag, list, text } from '../analysis/files/shape.ts';
import { listed, plural } from '../analysis/files/words.ts';
import { licenceMatches, normaliseLicence, recogniseLicence } from '../analysis/repository/licence.ts';
import {
  type Collector,
  fact,
  gathered,
  type ItemDraft,
  lead,
  type SourceTree,
  strength,
} from './collector.ts';

const CHECKS = ['1.2.3'];

/** What a security policy needs to be of use to somebody who found a weakness. */
const POLICY_PARTS: readonly { name: string; pattern: RegExp }[] = [
  {
    name: 'a contact',
    pattern:
      /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}|\/security\/advisories|hackerone\.com|bugcrowd\.com|intigriti|private(?:ly)? (?:vulnerability )?report|report a vulnerability/i,
  },
  {
    name: 'a response time',
    pattern:
      /\bwithin\b[^.\n]{0,40}\b(?:\d+|one|two|three|five|seven|ten)\b[^.\n]{0,20}\b(?:hours?|days?|weeks?)\b|\b\d+ (?:business |working )?(?:hours?|days?)\b/i,
  },
  {
    name: 'supported versions',
    pattern:
      /supported versions?|versions? (?:we|that are|currently)? ?support|security updates? (?:for|are)/i,
  },
  {
    name: 'a disclosure process',
    pattern:
      /disclos|embargo|do not (?:open|create|file|report)[^.\n]{0,40}(?:issue|public)|please (?:do not|don['’]t)[^.\n]{0,40}(?:issue|public)|coordinated/i,
  },
];

export const securityFiles: Collector = {
  id: 'security-files',
  title: 'Security policy, licence, change log',
  about:
    'Whether a security policy with a way to report exists, which licence the text is, and whether changes are recorded.',
  async collect({ tree }) {
    const items: ItemDraft[] = [];
    const paths = tree.allEntries.filter((e) => e.kind !== 'submodule').map((e) => e.path);
    const first = (pattern: RegExp) =>
      paths.filter((p) => pattern.test(p)).sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))[0];

    items.push(
      ...(await securityPolicy(tree, first(/^(\.github\/|docs\/)?SECURITY(\.(md|rst|txt|adoc))?$/i))),
    );

    const securityTxt = first(/(^|\/)\.well-known\/security\.txt$/i);
    if (securityTxt) {
      const source = (await tree.text(securityTxt)) ?? '';
      const expires = /^Expires:\s*(\S+)/im.exec(source)?.[1];
      items.push(
        fact(
          'security-txt',
          CHECKS,
          `security.txt${/^Contact:/im.test(source) ? ' with a contact' : ' without a contact'}`,
          {
            detail: expires ? `Expires ${expires}` : 'No Expires field.',
            at: { path: securityTxt, startLine: 1 },
          },
        ),
      );
    }

    items.push(...(await licence(tree, paths)));

    const changes = first(/^(docs\/)?(CHANGELOG|CHANGES|HISTORY|RELEASES?|NEWS)(\.(md|rst|txt|adoc))?$/i);
    if (changes) {
      const lines = linesOf(((await tree.text(changes)) ?? '').slice(0, 500_000));
      const newest = lines.findIndex((l) => /^(#{1,3}\s|\[|v?\d)[^\n]{0,40}?\d+\.\d+/.test(l));
      const security = lines.findIndex((l) => /\b(?:security|CVE-\d{4}-\d+|GHSA-|vulnerabilit)/i.test(l));
      items.push(
        fact(
          'changelog',
          CHECKS,
          newest < 0
            ? `${changes} names no version`
            : `${changes}, newest entry: ${lines[newest]!.replace(/^#+\s*/, '').slice(0, 60)}`,
          { at: { path: changes, startLine: Math.max(1, newest + 1) } },
        ),
      );
      if (security >= 0)
        items.push(
          fact('changelog-security', [...CHECKS, '3.3.3'], `${changes} mentions security`, {
            detail: lines[security]!.trim().slice(0, 200),
            at: { path: changes, startLine: security + 1 },
          }),
        );
    } else
      items.push(
        fact('changelog', CHECKS, 'No change log', {
          measures: { files: 0 },
          detail: 'Releases on the hosting site may hold the notes instead.',
          reproduce: 'git ls-tree --name-only {commit}',
        }),
      );

    return gathered(
      `${plural(paths.length, 'path')}: security policy, security.txt, licences, change log`,
      items,
    );
  },
};

/** What a template asks to be replaced. */
const LEFT_OPEN = /yourdomain|@example\.(?:com|org|net)\b|\[insert|5\.1\.x/i;

/** The lines outside of fenced code. */
const proseLines = (lines: readonly string[]): number[] => {
  let fenced = false;
  return lines.flatMap((l, i) => {
    const fence = /^\s{0,3}(?:```|~~~)/.test(l);
    if (fence) fenced = !fenced;
    return fenced || fence ? [] : [i];
  });
};

const securityPolicy = async (tree: SourceTree, path: string | undefined): Promise<ItemDraft[]> => {
  if (!path)
    return [
      fact('security-policy', [...CHECKS, '3.3.3'], 'No SECURITY.md', {
        measures: { files: 0 },
        detail:
          'Looked for at the root, in .github/ and docs/. An organisation may publish one for all its repositories in .github; private reporting may also be switched on without a file.',
        reproduce: 'git ls-tree -r --name-only {commit} | grep -i security',
      }),
    ];
  const source = (await tree.text(path)) ?? '';
  const lines = linesOf(source.slice(0, 200_000));
  const seen = POLICY_PARTS.map((part) => ({
    ...part,
    line: lines.findIndex((l) => part.pattern.test(l.slice(0, 2000))) + 1,
  }));
  const present = seen.filter((p) => p.line > 0);
  const absent = seen.filter((p) => p.line === 0).map((p) => p.name);
  const contact = seen[0]!;
  const place = { path, startLine: contact.line || 1 };
  // An address of a code sample is an example.
  const left = proseLines(lines).find((i) => LEFT_OPEN.test(lines[i]!.slice(0, 2000))) ?? -1;
  if (contact.line === 0)
    return [
      lead('security-policy', [...CHECKS, '3.3.3'], `${path} names no mail address and no reporting page`, {
        strength: 'moderate',
        detail: present.length > 0 ? `It has ${listed(present.map((p) => p.name))}.` : '',
        at: place,
      }),
    ];
  const detail =
    present.map((p) => `${p.name}: line ${p.line}`).join('\n') +
    (absent.length > 0 ? `\nNot found: ${listed(absent)}.` : '');
  return [
    (absent.length <= 1 ? strength : fact)(
      'security-policy',
      [...CHECKS, '3.3.3'],
      `${path} has ${listed(
        present.map((p) => p.name),
        4,
      )}`,
      { detail, at: place },
    ),
    ...(left >= 0
      ? [
          lead('security-policy-template', CHECKS, `${path} holds text of the kind templates come with`, {
            strength: 'weak',
            detail: `Line ${left + 1}: ${lines[left]!.trim().slice(0, 160)}`,
            at: { path, startLine: left + 1 },
          }),
        ]
      : []),
  ];
};

/** Manifests at the root that have a field for the licence. */
const DECLARING = /^(package\.json|pyproject\.toml|Cargo\.toml)$/;

/** What manifests declare, with the place. */
const declaredLicences = async (
  tree: SourceTree,
  paths: readonly string[],
): Promise<{ path: string; line: number; declared: string }[]> => {
  const found: { path: string; line: number; declared: string }[] = [];
  for (const path of paths
    .filter((p) => depthOf(p) <= 2 && /(^|\/)(package\.json|pyproject\.toml|Cargo\.toml)$/.test(p))
    .slice(0, 20)) {
    const source = await tree.text(path);
    const parsed = source === null ? null : path.endsWith('.json') ? parseJson(source) : parseToml(source);
    if (!parsed?.ok) continue;
    const root = bag(parsed.value);
    if (path.endsWith('package.json')) {
      const declared =
        text(root.license) ||
        text(bag(root.license).type) ||
        list(root.licenses)
          .map((l) => text(bag(l).type))
          .join(' OR ');
      if (declared)
        found.push({
          path,
          line: parsed.lineOf([root.license === undefined ? 'licenses' : 'license']),
          declared,
        });
    } else if (path.endsWith('Cargo.toml')) {
      const declared = text(bag(root.package).license);
      if (declared) found.push({ path, line: parsed.lineOf(['package', 'license']), declared });
    } else {
      const project = bag(root.project);
      const declared =
        text(project.license) || text(bag(project.license).text) || text(bag(bag(root.tool).poetry).license);
      const classifier = list(project.classifiers)
        .map(text)
        .find((c) => c.startsWith('License ::'));
      if (declared && declared.length < 100)
        found.push({ path, line: parsed.lineOf(['project', 'license']), declared });
      else if (classifier)
        found.push({
          path,
          line: parsed.lineOf(['project', 'classifiers']),
          declared: classifier.split('::').at(-1)!.trim(),
        });
    }
  }
  return found;
};

const licence = async (tree: SourceTree, paths: readonly string[]): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  const files = paths
    .filter((p) => depthOf(p) === 0 && /^(LICEN[CS]E|COPYING|UNLICENSE)([.-][\w.-]+)?$/i.test(p))
    .slice(0, 10);
  const recognised: { path: string; id: string | null }[] = [];
  for (const path of files) recognised.push({ path, id: recogniseLicence((await tree.text(path)) ?? '') });
  const declared = await declaredLicences(tree, paths);
  const manifests = declared.length > 0 || paths.some((p) => DECLARING.test(p));
  if (files.length === 0)
    items.push(
      lead('licence', CHECKS, 'No licence file at the root', {
        measures: { files: 0 },
        strength: 'moderate',
        detail:
          declared.length > 0
            ? `Manifests declare ${listed(
                declared.map((d) => `${d.declared} (${d.path})`),
                4,
              )}, without the text nobody has that permission in writing.`
            : 'Without a licence nobody may use the code.',
        reproduce: 'git ls-tree --name-only {commit}',
      }),
    );
  for (const { path, id } of recognised)
    items.push(
      id
        ? fact('licence', CHECKS, `${path} is the text of ${id}`, {
            at: { path, startLine: 1 },
            // Go and others have no manifest that could say it too.
            ...(manifests || recognised.length > 1 ? {} : { measures: { onlyWord: 1 } }),
          })
        : lead('licence', CHECKS, `${path} is not the text of a licence this tool knows`, {
            strength: 'weak',
            advice: 'Read it: terms of its own, several licences in one file, or a short notice.',
            at: { path, startLine: 1 },
          }),
    );
  for (const { path, line, declared: raw } of declared) {
    const expression = normaliseLicence(raw);
    const known = recognised.flatMap((r) => (r.id ? [r.id] : []));
    const place = { path, startLine: line };
    if (!expression)
      items.push(
        fact('declared-licence', CHECKS, `${path} declares "${raw.slice(0, 40)}", no SPDX licence`, {
          at: place,
        }),
      );
    else if (known.length === 0)
      items.push(fact('declared-licence', CHECKS, `${path} declares ${expression}`, { at: place }));
    else if (known.some((id) => licenceMatches(id, expression)))
      items.push(
        fact('declared-licence', CHECKS, `${path} declares ${expression}, as the licence file says`, {
          at: place,
          measures: { agrees: 1 },
        }),
      );
    else
      items.push(
        lead(
          'licence-differs',
          CHECKS,
          `${path} declares ${expression}, the licence file is ${known.join(', ')}`,
          { strength: 'moderate', at: place },
        ),
      );
  }
  if (declared.length === 0 && manifests)
    items.push(
      fact('declared-licence', CHECKS, 'No manifest at the root declares a licence', {
        measures: { agrees: 0 },
        reproduce: 'git grep -n -i license {commit} -- package.json pyproject.toml Cargo.toml',
      }),
    );
  return items;
};
