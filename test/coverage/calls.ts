import type { Language } from '../../src/analysis/flow/lookup.ts';
import type { Model } from '../../src/analysis/flow/models.ts';

/** How a sink of a model is written in its language, from its path and the argument that matters. */

/** `text` has VALUE where the value goes. */
export type SinkCall = { imports: readonly string[]; text: string };

type Row = Model['sinks'][number];

const NOTHING: Record<Language, string> = {
  python: 'None',
  javascript: 'undefined',
  go: 'nil',
  java: 'null',
  rust: 'None',
  csharp: 'null',
  php: 'null',
  ruby: 'nil',
  kotlin: 'null',
};

/** The arguments of a call with the value at the first position that can be written. */
const argumentsFor = (language: Language, row: Row): string | null => {
  const positions = Array.isArray(row.argument) ? row.argument : [row.argument];
  const nothing = NOTHING[language];
  const value = row.shape === 'joined' ? JOINED[language] : row.shape === 'url-path' ? null : 'VALUE';
  if (value === null) return null;
  for (const p of positions) {
    if (typeof p === 'number') return [...Array.from({ length: p }, () => nothing), value].join(', ');
    if (p === 'all' || p === 'rest:0') return value;
    const property = /^property:(\w+)$/.exec(p)?.[1];
    if (property && language === 'javascript') return `{ ${property}: ${value} }`;
    if (/^\w+$/.test(p) && p !== 'object' && language === 'python') return `${p}=${value}`;
  }
  return null;
};

const JOINED: Record<Language, string> = {
  python: '"x " + VALUE',
  javascript: "'x ' + VALUE",
  go: '"x " + VALUE',
  java: '"x " + VALUE',
  rust: '&format!("x {}", VALUE)',
  csharp: '"x " + VALUE',
  php: '"x " . VALUE',
  ruby: '"x " + VALUE',
  kotlin: '"x " + VALUE',
};

const GLOBALS =
  /^(?:eval|Function|AsyncFunction|GeneratorFunction|fetch|import|require|RegExp|setTimeout|setInterval|setImmediate|Bun|Deno|Reflect|globalThis|window|global|document|Response|WebSocket|EventSource|page|chrome|process|Class|Runtime|System|open|exec|compile|execfile|getattr|setattr|delattr|send_file|__import__)\b/;

/** The callee as code, with what it needs imported; null where a path cannot be written as one. */
const calleeOf = (
  language: Language,
  m: Model,
  path: string,
): { imports: string[]; callee: string } | null => {
  if (path.startsWith('*.'))
    return /\(\)/.test(path)
      ? null
      : {
          imports: [],
          callee: language === 'php' ? `$thing->${path.slice(2)}` : `thing.${path.slice(2)}`,
        };
  if (path.startsWith('/') || path === 'new *') return null;
  switch (language) {
    case 'python': {
      const names = path.split('.');
      const end = names.findIndex((n, i) => /^[A-Z_]|\(\)$/.test(n) || i === names.length - 1);
      const module = names.slice(0, end).join('.');
      return { imports: module === '' ? [] : [`import ${module}`], callee: path.replace(/\(\)/g, '()') };
    }
    case 'javascript': {
      const known = [...m.imports]
        .sort((a, b) => b.length - a.length)
        .find((i) => path === i || path.startsWith(`${i}.`) || path.startsWith(`${i}(`));
      if (!known || GLOBALS.test(path)) {
        if (GLOBALS.test(path)) return { imports: [], callee: path };
        const module = /^(?:@[\w-]+\/)?[\w./-]+?(?=\.[\w$]+(?:\(\))?(?:\.|$)|\(|$)/.exec(path)?.[0];
        return module && !GLOBALS.test(module)
          ? { imports: [`import * as lib from '${module}';`], callee: `lib${path.slice(module.length)}` }
          : null;
      }
      const call = `lib${path.slice(known.length)}`;
      return {
        imports: [`import * as lib from '${known}';`],
        callee: /(?:^lib|\.[A-Z]\w*)$/.test(call) && /\.[A-Z]\w*$/.test(call) ? `new ${call}` : call,
      };
    }
    case 'go': {
      const slash = path.lastIndexOf('/');
      const dot = path.indexOf('.', slash + 1);
      if (
        dot < 0 ||
        (/\.[A-Z]\w*\(\)\.[A-Z]/.test(path.slice(slash)) &&
          !/\.(?:New|Open|Must)\w*\(\)/.test(path.slice(slash)))
      )
        return null;
      const module = path.slice(0, dot);
      const name = module
        .replace(/\/v\d+$/, '')
        .split('/')
        .at(-1)!
        .replace(/^go-/, '')
        .replace(/\W/g, '');
      return { imports: [`${name} "${module}"`], callee: name + path.slice(dot) };
    }
    case 'java': {
      const names = path.split('.');
      const cls = names.findIndex((n) => /^[A-Z]/.test(n));
      if (cls < 0) return null;
      const bare = names[cls]!.replace('()', '');
      const rest = names.slice(cls + 1).join('.');
      const made = names[cls]!.endsWith('()');
      return {
        imports: cls > 0 ? [`import ${[...names.slice(0, cls), bare].join('.')};`] : [],
        callee:
          rest === ''
            ? `new ${bare}`
            : /^[A-Z]/.test(rest)
              ? `new ${bare}.${rest}`
              : `${made ? `new ${bare}()` : bare}.${rest}`,
      };
    }
    case 'csharp':
    case 'kotlin': {
      const names = path.split('.');
      const cls = names.findIndex(
        (n, i) => /^[A-Z]\w*(?:\(\))?$/.test(n) && (i === names.length - 1 || !NAMESPACES.test(n)),
      );
      if (cls < 0) return null;
      const bare = names[cls]!.replace('()', '');
      const rest = names.slice(cls + 1).join('.');
      const make = language === 'csharp' ? 'new ' : '';
      const module = names.slice(0, cls).join('.');
      return {
        imports:
          module === '' ? [] : [language === 'csharp' ? `using ${module};` : `import ${module}.${bare}`],
        callee:
          rest === ''
            ? `${make}${bare}`
            : `${names[cls]!.endsWith('()') ? `${make}${bare}()` : bare}.${rest}`,
      };
    }
    case 'php': {
      const [head, ...rest] = path.split('()');
      const names = head!.split('.');
      // A function, a static call, a method of an object.
      if (names.length === 1 && rest.length === 0)
        return { imports: [], callee: /^[A-Z]/.test(path) ? `new ${path}` : path };
      const last = names.at(-1)!;
      const isClass = /^[A-Z]/.test(last);
      const cls = isClass ? names : names.slice(0, -1);
      const made = `new \\${cls.join('\\')}`;
      if (rest.length === 0) return { imports: [], callee: isClass ? made : `\\${cls.join('\\')}::${last}` };
      return { imports: [], callee: `(${made}())${rest.join('()').replaceAll('.', '->')}` };
    }
    case 'ruby':
      return /\(\)/.test(path)
        ? null
        : {
            imports: [],
            callee: path.replace(/\.(?=[A-Z])/g, '::').replace(/(^|::)([A-Z]\w*)$/, '$1$2.new'),
          };
    case 'rust': {
      const [head, ...tail] = path.split('()');
      // `Client()` is what a parameter was declared as: no call makes one.
      if (tail.length > 0 && /\.[A-Z]\w*$/.test(head!)) return null;
      return {
        imports: [],
        callee: head!.replaceAll('.', '::') + (tail.length > 0 ? `()${tail.join('()')}` : ''),
      };
    }
  }
};

/** Parts of namespaces among the names of a path: `IO` of `System.IO.File`. */
const NAMESPACES =
  /^(?:System|IO|Net|Http|Sockets|Data|SqlClient|Sqlite|SQLite|Diagnostics|Text|RegularExpressions|Xml|Compression|Reflection|Runtime|Serialization|Formatters|Binary|Soap|Web|UI|CodeAnalysis|CSharp|Scripting|Microsoft|AspNetCore|Html|Npgsql|MySql|MySqlClient|MySqlConnector|Oracle|ManagedDataAccess|Client|OleDb|Odbc|DuckDB|NET|RestSharp|Flurl|HtmlAgilityPack|Renci|SshNet|Jint|Scriban|HandlebarsDotNet|DotLiquid|Linq|Dynamic|Core|DirectoryServices)$/;

/** Every call a row names that can be written, by its path; one for the row where it says itself how it is written. */
export const callOf = (language: Language, m: Model, row: Row): { name: string; call: SinkCall }[] => {
  if (row.example !== undefined) {
    if (row.example === '') return [];
    const name = row.calls[0]!;
    return [
      { name, call: { imports: importsIn(language, m, row), text: named(language, m, row.example) } },
      ...plain(language, m, row),
    ];
  }
  return plain(language, m, row);
};

const plain = (language: Language, m: Model, row: Row): { name: string; call: SinkCall }[] => {
  if (row.hint !== undefined || row.when.length > 0) return [];
  const args = argumentsFor(language, row);
  if (args === null) return [];
  return row.calls.flatMap((path) => {
    const written = calleeOf(language, m, path);
    if (!written) return [];
    return [{ name: path, call: { imports: written.imports, text: `${written.callee}(${args})` } }];
  });
};

/** What an example spells by a short name: `child_process.spawn`, `simpleGit.simpleGit()`. */
const importsIn = (language: Language, m: Model, row: Row): string[] => {
  const text = row.example!;
  if (language === 'python')
    return [
      ...new Set([...text.matchAll(/\b([a-z_]\w*(?:\.[a-z_]\w*)*)\.(?:[A-Za-z_]\w*)\(/g)].map((x) => x[1]!)),
    ]
      .filter((x) => m.imports.some((i) => x === i || x.startsWith(`${i}.`) || i.startsWith(`${x}.`)))
      .map((x) => `import ${x}`);
  if (language === 'javascript')
    return m.imports
      .filter((i) => new RegExp(`(?<![\\w.'"-])${local(i)}\\b`).test(text) && !GLOBALS.test(local(i)))
      .map((i) => `import ${local(i)} from '${i}';`);
  if (language === 'java')
    return [
      ...new Set([...text.matchAll(/\b(XPathFactory)\b/g)].map(() => 'import javax.xml.xpath.XPathFactory;')),
    ];
  return [];
};

const local = (module: string): string =>
  module
    .replace(/^@[\w-]+\//, '')
    .replace(/\/client$/, '')
    .replace(/-(\w)/g, (_m, c: string) => c.toUpperCase())
    .replace(/\W/g, '_');

const named = (_language: Language, _m: Model, example: string): string => example;
