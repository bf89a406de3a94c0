import { below, isExamplePath, isTestPath, isVendoredPath } from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { count, listed, plural } from '../analysis/files/words.ts';
import type { Ecosystem, Manifest } from '../analysis/packages/dependency.ts';
import { looksLike, type Registry } from '../analysis/packages/look-alikes.ts';
import { inlineScripts } from '../analysis/packages/manifests/inline-script.ts';
import { manifestReader } from '../analysis/packages/manifests/read-manifest.ts';
import { type Collector, fact, gap, gathered, type ItemDraft, lead, placed } from './collector.ts';

const CHAIN = ['1.3.4'];
const MOST_MANIFESTS = 300;
const COMPARED: ReadonlySet<Ecosystem> = new Set<Ecosystem>(['npm', 'PyPI', 'crates.io']);

/** Letters of other scripts that look like Latin ones have no place in a package's name. */
const PLAIN = /^[\x21-\x7e]+$/;

export const lookAlikes: Collector = {
  id: 'look-alikes',
  title: 'Look-alike names',
  about:
    'Names of direct dependencies, and of the package itself, that are easily taken for a well-known one.',
  async collect({ tree, target, signal }) {
    const files = tree.entries.filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        manifestReader(e.path) &&
        !isVendoredPath(below(e.path, target.subdir)),
    );
    const scripts = tree.entries.filter((e) => !isVendoredPath(below(e.path, target.subdir)));
    const manifests: { path: string; text: string; manifest: Manifest }[] = [];
    const unread: string[] = [];
    for await (const { entry, text } of readTexts(tree, files.slice(0, MOST_MANIFESTS), signal)) {
      const read = text === null ? null : manifestReader(entry.path)!(entry.path, text);
      if (read?.ok)
        for (const manifest of [read.manifest, ...(read.also ?? [])])
          manifests.push({ path: entry.path, text: text ?? '', manifest });
      else unread.push(entry.path);
    }
    for await (const { entry, read } of inlineScripts(tree, scripts, signal))
      if (read.ok) manifests.push({ path: entry.path, text: '', manifest: read.manifest });
      else unread.push(entry.path);
    if (files.length + manifests.length + unread.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(tree.entries.length, 'entry', 'entries')} by name, and the comments of Python scripts`,
        message: 'There is no manifest that names dependencies.',
      };
    const found = new Map<
      string,
      { name: string; ecosystem: Ecosystem; at: { path: string; startLine: number } }
    >();
    const own = new Map<string, { name: string; ecosystem: Ecosystem; path: string; line: number }>();
    for (const { path, text, manifest } of manifests) {
      const { ecosystem, name, dependencies } = manifest;
      const secondary = isTestPath(below(path, target.subdir)) || isExamplePath(below(path, target.subdir));
      if (name && !secondary) {
        const line = text.split('\n').findIndex((l) => l.includes(name)) + 1;
        own.set(`${ecosystem} ${name}`, { name, ecosystem, path, line: Math.max(1, line) });
      }
      for (const d of dependencies) {
        const key = `${ecosystem} ${d.name}`;
        if (d.kind !== 'path' && d.kind !== 'workspace' && !found.has(key))
          found.set(key, { name: d.name, ecosystem, at: { path, startLine: d.line } });
      }
    }
    const items: ItemDraft[] = [];
    const compared = [...found.values()].filter(
      (d) => COMPARED.has(d.ecosystem) && PLAIN.test(d.name) && !own.has(`${d.ecosystem} ${d.name}`),
    );
    const like = compared.flatMap((d) => {
      const match = looksLike(d.ecosystem as Registry, d.name);
      return match ? [{ ...d, ...match }] : [];
    });
    if (like.length > 0)
      items.push(
        lead(
          'look-alike-dependency',
          CHAIN,
          `${like.length === 1 ? 'A dependency’s name is' : `${count(like.length)} dependencies’ names are`} easily taken for another: ${listed(
            like.map((l) => `${l.name} for ${l.known}`),
            2,
          )}`,
          {
            class: 'supply-chain',
            cwe: ['CWE-1357'],
            strength: 'moderate',
            advice: 'Both may be honest: look at who publishes it, since when, and what it does on install.',
            detail: `${like
              .slice(0, 20)
              .map((l) => `${l.at.path}:${l.at.startLine} ${l.name} for ${l.known}: ${l.how}`)
              .join('\n')}`,
            ...placed(like.map((l) => l.at)),
          },
        ),
      );
    const foreign = [...found.values()].filter((d) => !PLAIN.test(d.name));
    if (foreign.length > 0)
      items.push(
        lead(
          'foreign-letters',
          CHAIN,
          `${plural(foreign.length, 'dependency’s name', 'dependencies’ names')} with letters outside ASCII`,
          {
            class: 'supply-chain',
            cwe: ['CWE-1007'],
            strength: 'strong',
            detail: foreign
              .slice(0, 10)
              .map((d) =>
                [...d.name]
                  .map((c) => (PLAIN.test(c) ? c : `<U+${c.codePointAt(0)!.toString(16).toUpperCase()}>`))
                  .join(''),
              )
              .join('\n'),
            ...placed(foreign.map((d) => d.at)),
          },
        ),
      );
    for (const o of own.values()) {
      const match = COMPARED.has(o.ecosystem) ? looksLike(o.ecosystem as Registry, o.name) : null;
      if (match)
        items.push(
          lead(
            'look-alike-package',
            ['1.1.1'],
            `This package’s name ${o.name} is easily taken for ${match.known}`,
            {
              class: 'supply-chain',
              cwe: ['CWE-1007'],
              strength: 'moderate',
              detail: `How: ${match.how}.`,
              advice: 'Compare owners, and which of the two came first.',
              at: { path: o.path, startLine: o.line },
            },
          ),
        );
    }
    const others = [...found.values()].filter((d) => !COMPARED.has(d.ecosystem));
    if (compared.length > 0 && like.length + foreign.length === 0)
      items.push(
        fact(
          'no-look-alike',
          CHAIN,
          `None of ${plural(compared.length, 'direct dependency', 'direct dependencies')} is easily taken for a well-known name`,
          {
            class: 'supply-chain',
            detail:
              'Compared with the names this program knows: one letter apart, other separators, signs that look alike. Dependencies of dependencies were not compared.',
            at: compared[0]!.at,
          },
        ),
      );
    if (others.length > 0)
      items.push(
        gap(
          'names-not-compared',
          CHAIN,
          `${plural(others.length, 'name')} not compared with well-known ones`,
          {
            class: 'supply-chain',
            detail: `There is no list for ${listed([...new Set(others.map((d) => d.ecosystem))])}: ${listed(
              others.map((d) => d.name),
              15,
            )}`,
          },
        ),
      );
    if (unread.length > 0 || files.length > MOST_MANIFESTS)
      items.push(
        gap(
          'unread-manifest-names',
          CHAIN,
          `${plural(unread.length + Math.max(0, files.length - MOST_MANIFESTS), 'manifest')} not read for names`,
          {
            class: 'supply-chain',
            detail: listed(unread, 10),
          },
        ),
      );
    return gathered(
      `${plural(files.length, 'manifest')}, ${plural(found.size, 'direct dependency', 'direct dependencies')}`,
      items,
    );
  },
};
