import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Language } from '../../src/analysis/flow/lookup.ts';
import type { Model } from '../../src/analysis/flow/models.ts';
import type { Rule } from '../../src/analysis/flow/rules.ts';
import { callOf, type SinkCall } from './calls.ts';

/**
 * Programs put together from the models and from the parts in this folder: each door with each carrier, each carrier with a
 * sink of each rule, each call of each sink, each guard and each look-alike of one. What has to be said of each is known by
 * how it was made.
 */

export const LANGUAGES = [
  'python',
  'javascript',
  'go',
  'java',
  'rust',
  'csharp',
  'php',
  'ruby',
] as const satisfies readonly Language[];

const carrier = z.strictObject({
  top: z.string().default(''),
  code: z.string(),
  out: z.string(),
  joined: z.boolean().default(false),
});
const check = z.strictObject({
  of: z.string().optional(),
  top: z.string().default(''),
  code: z.string(),
  /** What the value is afterwards, where it is not what it was. */
  out: z.string().optional(),
  /** Rules it does guard, or turns away. */
  not: z.array(z.string()).default([]),
});
const parts = z.strictObject({
  doors: z.record(z.string(), z.string()),
  carriers: z.record(z.string(), carrier),
  guards: z.record(z.string(), check),
  lookalikes: z.record(z.string(), check),
});
export type Parts = z.infer<typeof parts>;

export const partsOf = (language: Language): Parts =>
  parts.parse(parse(readFileSync(join(import.meta.dirname, `${language}.yml`), 'utf8')));

/** `found`: a lead as strong as the rule; `guarded`: none, or a weaker one. */
export type Program = {
  language: Language;
  /** What is tried, and with what: the row of the table, and the program's own name. */
  part: 'door' | 'carrier' | 'sink' | 'guard' | 'look-alike';
  name: string;
  rule: string;
  class: string;
  path: string;
  code: string;
  expected: 'found' | 'guarded';
};

const EXTENSION: Record<Language, string> = {
  python: 'py',
  javascript: 'ts',
  go: 'go',
  java: 'java',
  rust: 'rs',
  csharp: 'cs',
  php: 'php',
  ruby: 'rb',
  kotlin: 'kt',
};
const END: Record<Language, string> = {
  python: '',
  javascript: '',
  go: '',
  java: ';',
  rust: ';',
  csharp: ';',
  php: ';',
  ruby: '',
  kotlin: '',
};

const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map((l) => (l === '' ? l : by + l))
    .join('\n');

const GO_PACKAGES: Record<string, string> = {
  context: 'context',
  json: 'encoding/json',
  http: 'net/http',
  net: 'net',
  bufio: 'bufio',
  os: 'os',
  fmt: 'fmt',
  strings: 'strings',
  regexp: 'regexp',
  slices: 'slices',
  filepath: 'path/filepath',
  exec: 'os/exec',
  server: 'github.com/mark3labs/mcp-go/server',
  mcp: 'github.com/mark3labs/mcp-go/mcp',
  gin: 'github.com/gin-gonic/gin',
  echo: 'github.com/labstack/echo/v4',
  fiber: 'github.com/gofiber/fiber/v2',
  chi: 'github.com/go-chi/chi/v5',
  mux: 'github.com/gorilla/mux',
  url: 'net/url',
  html: 'html',
  template: 'text/template',
  sql: 'database/sql',
  io: 'io',
  reflect: 'reflect',
  syscall: 'syscall',
  path: 'path',
  ioutil: 'io/ioutil',
  zip: 'archive/zip',
  browser: 'github.com/pkg/browser',
  grpc: 'google.golang.org/grpc',
  tls: 'crypto/tls',
  smtp: 'net/smtp',
  rpc: 'net/rpc',
  gob: 'encoding/gob',
};
const NAMED_GO: Record<string, string> = {
  sdk: 'github.com/modelcontextprotocol/go-sdk/mcp',
  mcpgolang: 'github.com/metoro-io/mcp-golang',
};

const goImports = (code: string, own: readonly string[]): string => {
  const lines = [
    ...Object.entries(GO_PACKAGES).flatMap(([name, path]) =>
      new RegExp(`\\b${name}\\.`).test(code) ? [`"${path}"`] : [],
    ),
    ...Object.entries(NAMED_GO).flatMap(([name, path]) =>
      new RegExp(`\\b${name}\\.`).test(code) ? [`${name} "${path}"`] : [],
    ),
    ...own,
  ];
  return `package main\n\nimport (\n${[...new Set(lines)].map((l) => `\t${l}\n`).join('')})\n\n`;
};

const JAVA = 'import java.util.*;\nimport java.util.stream.*;\n';
const CSHARP = 'using System;\nusing System.Linq;\nusing System.Collections.Generic;\n';
const RUST = 'use std::collections::HashMap;\n';
const SCRIPT = "import { z } from 'zod';\nimport path from 'node:path';\n";

type Piece = { top: string; imports: readonly string[]; body(value: string): string };

/** The door with what is done to its value written where `USE(…)` stands. */
const assembled = (language: Language, door: string, piece: Piece): { path: string; code: string } => {
  const file = /^(?:#|\/\/)file (\S+)\n/.exec(door);
  const text = file ? door.slice(file[0].length) : door;
  const at = /^([ \t]*)USE\((.+)\)$/m.exec(text);
  if (!at) throw new Error(`no USE in the door:\n${door}`);
  const body = indented(
    piece.body(`(${at[2]!})`).replaceAll('RESULT', language === 'rust' ? 'String::new()' : ''),
    at[1]!,
  );
  const whole = text.replace(at[0], () => body);
  const top = piece.top === '' ? '' : `${piece.top}\n`;
  const imports = piece.imports.map((i) => `${i}\n`).join('');
  const path = file?.[1] ?? `program.${EXTENSION[language]}`;
  switch (language) {
    case 'go':
      return { path, code: goImports(top + whole, piece.imports) + top + whole };
    case 'java':
      return { path: 'Program.java', code: JAVA + imports + top + whole };
    case 'csharp':
      return { path: 'Program.cs', code: CSHARP + imports + top + whole };
    case 'php':
      return { path, code: `<?php\n${imports}${top}${whole}` };
    case 'rust':
      return { path, code: RUST + imports + top + whole };
    case 'javascript':
      return { path, code: SCRIPT + imports + top + whole };
    default:
      return { path, code: imports + top + whole };
  }
};

const SHELL: Record<Language, SinkCall> = {
  python: { imports: ['import os'], text: 'os.system("ring " + VALUE)' },
  javascript: { imports: ["import { exec } from 'node:child_process';"], text: "exec('ring ' + VALUE)" },
  go: { imports: [], text: 'exec.Command("sh", "-c", "ring " + VALUE).Run()' },
  java: { imports: [], text: 'new ProcessBuilder("sh", "-c", "ring " + VALUE).start()' },
  rust: {
    imports: [],
    text: 'std::process::Command::new("sh").arg("-c").arg(format!("ring {}", VALUE)).output()',
  },
  csharp: {
    imports: ['using System.Diagnostics;'],
    text: 'Process.Start("sh", "-c \\"ring " + VALUE + "\\"")',
  },
  php: { imports: [], text: 'shell_exec("ring " . VALUE)' },
  ruby: { imports: [], text: 'system("ring " + VALUE)' },
  kotlin: { imports: [], text: 'ProcessBuilder("sh", "-c", "ring " + VALUE).start()' },
};

const statement = (language: Language, call: SinkCall, value: string): string =>
  call.text.replaceAll('VALUE', () => value).replace(/;?$/, END[language]);

const carried = (language: Language, c: Parts['carriers'][string], call: SinkCall, value: string): string => {
  const own = (v: string): string => statement(language, call, v);
  const put = (text: string): string =>
    text
      .replace(/\bIN\b/g, () =>
        language === 'rust' || language === 'go' ? value.replace(/^\((.+)\)$/s, '$1') : value,
      )
      .replace(/SINK\((\([^()]*(?:\([^()]*\)[^()]*)*\)|[^()]*)\)/g, (_m, v: string) => own(v));
  return c.out === '' ? put(c.code) : `${put(c.code)}\n${own(c.out)}`;
};

const pieceOf = (language: Language, c: Parts['carriers'][string], call: SinkCall): Piece => ({
  top: c.top.replace(/SINK\(([^()]*)\)/g, (_m, v: string) => statement(language, call, v)),
  imports: call.imports,
  body: (value) => carried(language, c, call, value),
});

const DIRECT: Parts['carriers'][string] = { top: '', code: '', out: 'IN', joined: false };
const direct = (language: Language, call: SinkCall): Piece => ({
  top: '',
  imports: call.imports,
  body: (value) => statement(language, call, value),
});

/** How many doors of a language stand in for all where something else is tried. */
const usualDoor = (p: Parts, rule: Rule): string =>
  rule.origins.includes('tool')
    ? Object.values(p.doors)[0]!
    : Object.entries(p.doors).find(([name]) => ROUTES.test(name))![1];
const ROUTES =
  /^(?:flask args|express query|net\/http|spring get|axum query|minimal api|laravel route|sinatra get|ktor get)$/;

/** Whether a rule judges what was carried: one that asks for the beginning of a text says nothing of its end. */
const takesJoined = (rule: Rule, shape: string): boolean =>
  /^(?:any|joined)$/.test(shape) && rule.id !== 'chosen-program';

export const programsOf = (
  language: Language,
  rules: readonly Rule[],
  models: readonly Model[],
): Program[] => {
  const p = partsOf(language);
  const own = models.filter((m) => m.language === language);
  const ruleOf = new Map(rules.map((r) => [r.id, r]));
  const programs: Program[] = [];
  const add = (
    part: Program['part'],
    name: string,
    rule: Rule,
    built: { path: string; code: string },
    expected: Program['expected'],
  ): void => {
    programs.push({ language, part, name, rule: rule.id, class: rule.class, ...built, expected });
  };
  const shell = ruleOf.get('shell-command')!;
  for (const [d, door] of Object.entries(p.doors)) {
    add('door', d, shell, assembled(language, door, direct(language, SHELL[language])), 'found');
    for (const [c, how] of Object.entries(p.carriers))
      add(
        'door',
        `${d} × ${c}`,
        shell,
        assembled(language, door, pieceOf(language, how, SHELL[language])),
        'found',
      );
  }
  // Each sink of each model once, and of each rule the first for everything else.
  const first = new Map<string, { call: SinkCall; shape: string }>();
  for (const m of own)
    for (const s of m.sinks) {
      const rule = ruleOf.get(s.rule);
      if (!rule) continue;
      for (const { name, call } of callOf(language, m, s)) {
        const built = assembled(language, usualDoor(p, rule), direct(language, call));
        add('sink', `${m.library}: ${name}`, rule, built, 'found');
        if (!first.has(rule.id)) first.set(rule.id, { call, shape: s.shape });
      }
    }
  for (const [id, { call, shape }] of first) {
    const rule = ruleOf.get(id)!;
    // What only counts as it came in is not asked for behind something it went through.
    for (const [c, how] of shape === 'direct' ? [] : Object.entries(p.carriers))
      if (!how.joined || takesJoined(rule, shape))
        add(
          'carrier',
          `${c} → ${id}`,
          rule,
          assembled(language, usualDoor(p, rule), pieceOf(language, how, call)),
          'found',
        );
    for (const [g, guard] of Object.entries(p.guards)) {
      // A row with a pattern of its own speaks of what only looks alike.
      const spec = rule.guards.find((x) => x.kind === guard.of && x.matches === undefined);
      const holds =
        spec !== undefined && !spec.ignore && !spec.hole && spec.matches === undefined && !spec.input;
      if (!holds) continue;
      add(
        'guard',
        `${g} before ${id}`,
        rule,
        assembled(language, usualDoor(p, rule), guarded(language, guard, call)),
        'guarded',
      );
    }
    for (const [g, alike] of Object.entries(p.lookalikes))
      if (!alike.not.includes(id))
        add(
          'look-alike',
          `${g} before ${id}`,
          rule,
          assembled(language, usualDoor(p, rule), guarded(language, alike, call)),
          'found',
        );
    for (const m of own)
      for (const g of m.guards)
        if (g.closes.includes(id) && g.example)
          add(
            'guard',
            `${m.library}: ${g.calls[0]} before ${id}`,
            rule,
            assembled(language, usualDoor(p, rule), cleaned(language, g, call)),
            'guarded',
          );
  }
  return programs;
};

const guarded = (language: Language, how: z.infer<typeof check>, call: SinkCall): Piece => ({
  top: how.top,
  imports: call.imports,
  body: (value) =>
    `${assigned(language, 'v0', value)}\n${how.code.replaceAll('VALUE', 'v0')}\n${statement(language, call, how.out ?? variable(language, 'v0'))}`,
});

/** Variables of PHP begin with a sign. */
const variable = (language: Language, name: string): string => (language === 'php' ? `$${name}` : name);

const assigned = (language: Language, name: string, value: string): string =>
  ({
    python: `${name} = ${value}`,
    javascript: `let ${name} = ${value};`,
    go: `${name} := ${value}`,
    java: `String ${name} = ${value};`,
    rust: `let ${name} = ${value.replace(/^\((.+)\)$/s, '$1')};`,
    csharp: `var ${name} = ${value};`,
    php: `$${name} = ${value};`,
    ruby: `${name} = ${value}`,
    kotlin: `var ${name} = ${value}`,
  })[language];

const cleaned = (language: Language, g: Model['guards'][number], call: SinkCall): Piece => {
  const example = g.example!.replaceAll('VALUE', 'v0');
  const imports = importsFor(language, g.calls[0]!);
  return {
    top: '',
    imports: [...new Set([...call.imports, ...imports])],
    body: (value) =>
      `${assigned(language, 'v0', value)}\n${example}\n${statement(language, call, variable(language, 'v0'))}`,
  };
};

const importsFor = (language: Language, path: string): string[] => {
  if (path.startsWith('*.')) return [];
  if (language === 'python')
    return [
      `import ${path.includes('.') ? path.slice(0, path.lastIndexOf('.')).replace(/\.[A-Z].*$/, '') : path}`,
    ];
  if (language !== 'javascript' || !/^[@a-z]/.test(path) || path === 'encodeURIComponent') return [];
  const [module, name] = /^((?:@[\w-]+\/)?[\w.-]+?)(?:\.(\w+))?$/.exec(path)?.slice(1) ?? [];
  const local = (module ?? '').replace(/-(\w)/g, (_m, c: string) => c.toUpperCase()).replace(/\W/g, '');
  return module ? [`import ${local} from '${module}';${name ? '' : ''}`] : [];
};

export { DIRECT };
