import { folderOf } from '../files/paths.ts';
import type { Module } from '../sources/ir.ts';
import { bodiesOf, type Seen } from './acts.ts';
import type { Behaviour } from './behaviours.ts';
import { hostIn } from './marks.ts';

/** What runs when a package is installed or built: scripts of package.json, setup.py, build.rs. */

const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];
/** Inline programs, downloads and shells; everything else starts a tool by its name. */
const INLINE =
  /\bnode\s+(?:-e|--eval|-p)\b|\b(?:curl|wget|iwr|Invoke-WebRequest|powershell|nc|ncat)\b|\b(?:ba|z)?sh\s+-c\b|\bpython3?\s+-c\b|\beval\b|base64\s+(?:-d|--decode)|\bosascript\b/i;
const SCRIPT =
  /(?<![\w-])node\s+(?:--[\w-]+\s+)*\.?\/?([\w./-]+\.[cm]?js)\b|\b(?:sh|bash)\s+\.?\/?([\w./-]+\.sh)\b/;
const REACHES: readonly Seen['act'][] = [
  'net',
  'socket',
  'dns',
  'download-run',
  'secret-file',
  'env-all',
  'decoded-run',
  'startup',
  'client-config',
];

/** What no building of a package needs; files it only names are not among it. */
const RUNS_FROM: readonly Seen['act'][] = ['net', 'socket', 'dns', 'download-run', 'decoded-run'];

const hook = (path: string, line: number, say: string, more: Behaviour['seen'] = []): Behaviour => ({
  rule: 'install-hook',
  strength: 'strong',
  class: 'supply-chain',
  cwe: 'CWE-506',
  checks: ['1.3.4', '2.4.1'],
  title: 'What runs at installation reaches beyond the package',
  seen: [{ path, line, say }, ...more],
  tools: [],
});

const lineOf = (text: string, part: string): number => {
  const at = text.indexOf(part);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
};

/** The program a script starts, as a path of the tree; null where it starts a tool by its name. */
const programOf = (path: string, command: string): string | null => {
  const script = SCRIPT.exec(command);
  const file = script?.[1] ?? script?.[2];
  return file ? [folderOf(path), file.replace(/^\.\//, '')].filter(Boolean).join('/') : null;
};

export type InstallScript = { path: string; name: string; command: string; file: string | null };

/** What package.json files, by their paths, let run at installation. */
export const installScripts = (manifests: ReadonlyMap<string, string>): InstallScript[] =>
  [...manifests].flatMap(([path, text]) => {
    let scripts: unknown;
    try {
      scripts = (JSON.parse(text) as { scripts?: unknown } | null)?.scripts;
    } catch {
      return [];
    }
    if (scripts === null || typeof scripts !== 'object') return [];
    return HOOKS.flatMap((name) => {
      const command = (scripts as Record<string, unknown>)[name];
      return typeof command === 'string' ? [{ path, name, command, file: programOf(path, command) }] : [];
    });
  });

/** `manifests` are texts of package.json files by path. */
export const hooksOfPackages = (
  manifests: ReadonlyMap<string, string>,
  modules: ReadonlyMap<string, Module>,
): Behaviour[] =>
  installScripts(manifests).flatMap(({ path, name, command, file }): Behaviour[] => {
    const line = lineOf(manifests.get(path) ?? '', `"${name}"`);
    if (
      INLINE.test(command) &&
      (hostIn(command) || /https?:|fetch\(|child_process|base64|\beval\b|\|\s*(?:ba)?sh/.test(command))
    )
      return [hook(path, line, `${name}: ${command.slice(0, 160)}`)];
    const module = file === null ? undefined : modules.get(file);
    const seen = module ? bodiesOf(module).flatMap((b) => b.seen.filter((s) => REACHES.includes(s.act))) : [];
    const grave = seen.some((s) => s.act !== 'net');
    return module && seen[0] && grave
      ? [
          hook(
            path,
            line,
            `${name}: ${command.slice(0, 160)}`,
            seen.slice(0, 4).map((s) => ({ path: module.path, line: s.line, say: s.what })),
          ),
        ]
      : [];
  });

/** setup.py and build.rs: programs that run before anything was looked at. */
export const hooksOfBuilds = (modules: readonly Module[]): Behaviour[] =>
  modules.flatMap((m): Behaviour[] => {
    if (!/(^|\/)(?:setup\.py|build\.rs)$/.test(m.path)) return [];
    if (m.path.endsWith('.py') && !m.imports.some((i) => /^(?:setuptools|distutils)\b/.test(i.module)))
      return [];
    const seen = bodiesOf(m).flatMap((b) => b.seen.filter((s) => RUNS_FROM.includes(s.act)));
    const [first] = seen;
    return first
      ? [
          hook(
            m.path,
            first.line,
            first.what,
            seen.slice(1, 4).map((s) => ({ path: m.path, line: s.line, say: s.what })),
          ),
        ]
      : [];
  });
