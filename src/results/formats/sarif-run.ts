import { advisoriesIn, cweIn, entriesAt, field, lineAt, listAt, textAt } from '../field.ts';
import { strengthOf, type Tool, type ToolResult } from '../tool-result.ts';

/** What a SARIF run says around its results, and a result read with it. */

export type Rule = {
  id: string;
  level: string;
  cwe: string[];
  title: string;
  tags: string;
  /** Texts that results name by their ids. */
  messages: ReadonlyMap<string, string>;
};
export type Run = {
  tool: Tool;
  rules: Rule[];
  /** Of extensions, by their index: a result names a rule of one by both numbers. */
  extensions: Rule[][];
  extensionNames: string[];
  byId: Map<string, Rule>;
  artifacts: string[];
  bases: Map<string, { uri: string; base: string }>;
};

export const newRun = (): Run => ({
  tool: { name: '', version: '' },
  rules: [],
  extensions: [],
  extensionNames: [],
  byId: new Map(),
  artifacts: [],
  bases: new Map(),
});

/** No rule has more texts than a person could tell apart. */
const MAX_MESSAGES = 100;

export const ruleOf = (value: unknown): Rule => {
  const tags = listAt(value, 'properties', 'tags').filter((t) => typeof t === 'string');
  const related = listAt(value, 'relationships').map((r) =>
    /cwe/i.test(textAt(r, 'target', 'toolComponent', 'name'))
      ? `CWE-${textAt(r, 'target', 'id').replace(/^cwe-?/i, '')}`
      : textAt(r, 'target', 'id'),
  );
  const named = field(value, 'properties', 'cwe');
  const cwe = Array.isArray(named) ? named.join(' ') : String(named ?? '');
  return {
    id: textAt(value, 'id'),
    level: textAt(value, 'defaultConfiguration', 'level'),
    cwe: cweIn([...tags, ...related, cwe].join(' ')),
    title: (
      textAt(value, 'shortDescription', 'text') ||
      textAt(value, 'fullDescription', 'text') ||
      textAt(value, 'name')
    ).slice(0, 300),
    tags: tags.join(' ').slice(0, 500),
    messages: new Map(
      entriesAt(value, 'messageStrings')
        .slice(0, MAX_MESSAGES)
        .map(([id, m]) => [id, textAt(m, 'text') || textAt(m, 'markdown')]),
    ),
  };
};

/** A place's address with its base folders before it, as far as the run names them. */
export const resolveUri = (bases: Run['bases'], uri: string, baseId: string): string => {
  let resolved = uri;
  let next = baseId;
  for (let depth = 0; next && depth < 8; depth += 1) {
    if (/^[a-z][a-z0-9+.-]+:|^\//i.test(resolved)) break;
    const base = bases.get(next);
    if (!base) break;
    resolved = `${base.uri}${base.uri && !base.uri.endsWith('/') ? '/' : ''}${resolved}`;
    next = base.base;
  }
  return resolved;
};

export const fileOf = (uri: string): string => {
  const path = /^file:/i.test(uri) ? uri.replace(/^file:\/*(?=[A-Za-z]:)|^file:\/\/[^/]*|^file:/i, '') : uri;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const placeOf = (run: Run, value: unknown): { place: ToolResult['place']; quoted: string } => {
  for (const location of listAt(value, 'locations')) {
    const physical = field(location, 'physicalLocation');
    const artifact = field(physical, 'artifactLocation');
    const index = field(artifact, 'index');
    const uri = textAt(artifact, 'uri') || (typeof index === 'number' ? (run.artifacts[index] ?? '') : '');
    if (!uri) continue;
    const startLine = lineAt(physical, 'region', 'startLine');
    return {
      place: {
        path: fileOf(resolveUri(run.bases, uri, textAt(artifact, 'uriBaseId'))),
        startLine,
        endLine: lineAt(physical, 'region', 'endLine') ?? startLine,
      },
      quoted: textAt(physical, 'region', 'snippet', 'text'),
    };
  }
  return { place: null, quoted: '' };
};

/** The rules of the component a result names: the driver's, unless it points at an extension by number or name. */
const rulesNamed = (run: Run, value: unknown): readonly Rule[] => {
  const component = field(value, 'rule', 'toolComponent');
  const index = field(component, 'index');
  if (typeof index === 'number' && index >= 0) return run.extensions[index] ?? [];
  const name = textAt(component, 'name');
  const named = name === '' ? -1 : run.extensionNames.indexOf(name);
  return named < 0 ? run.rules : (run.extensions[named] ?? []);
};

const ruleOfResult = (run: Run, value: unknown): Rule => {
  const id = textAt(value, 'ruleId') || textAt(value, 'rule', 'id');
  const index = field(value, 'rule', 'index') ?? field(value, 'ruleIndex');
  const byIndex = typeof index === 'number' ? rulesNamed(run, value)[index] : undefined;
  const agrees = byIndex && (id === '' || id === byIndex.id || id.startsWith(`${byIndex.id}/`));
  const known =
    (agrees ? byIndex : undefined) ??
    run.byId.get(id) ??
    // "a/b" may name the sub-rule b of the rule a.
    run.byId.get(id.replace(/\/[^/]*$/, '')) ??
    byIndex;
  return known
    ? { ...known, id: id || known.id }
    : { id, level: '', cwe: [], title: '', tags: '', messages: new Map() };
};

/** `[words](1)` points at one of the result's own places: only the words say something here. */
const withoutLinks = (text: string): string => text.replace(/\[([^\]\n]{1,300})\]\(\d{1,9}\)/g, '$1');

/** What a result says: its own text, or the rule's by its id with the arguments put in. */
const messageOf = (value: unknown, rule: Rule): string => {
  const own = textAt(value, 'message', 'text') || textAt(value, 'message', 'markdown');
  const id = textAt(value, 'message', 'id');
  const text = own || (rule.messages.get(id) ?? '');
  const given = listAt(value, 'message', 'arguments');
  return withoutLinks(
    text.replace(/\{(\d{1,3})\}/g, (whole, n: string) => {
      const argument = given[Number(n)];
      return typeof argument === 'string' ? argument : whole;
    }),
  ).slice(0, 4000);
};

export const resultOf = (run: Run, value: unknown): ToolResult => {
  const rule = ruleOfResult(run, value);
  const message = messageOf(value, rule);
  const level = textAt(value, 'level') || rule.level || 'warning';
  const suppressed = listAt(value, 'suppressions').length > 0;
  const secret = /secret|credential|gitleaks|trufflehog|password/i.test(
    `${rule.id} ${rule.tags} ${run.tool.name}`,
  );
  const { place, quoted } = placeOf(run, value);
  const cwe = [
    ...new Set([
      ...cweIn(
        listAt(value, 'taxa')
          .map((t) => `CWE-${textAt(t, 'id')}`)
          .join(' '),
      ),
      ...rule.cwe,
    ]),
  ];
  const advisory = advisoriesIn(`${rule.id} ${message}`).length > 0;
  return {
    tool: run.tool,
    rule: rule.id,
    title: message.split('\n')[0] || rule.title || rule.id || 'a result without a message',
    detail: [
      message,
      rule.title && rule.title !== message ? rule.title : '',
      suppressed ? 'The tool says that it is suppressed in the source.' : '',
      place && place.startLine === null
        ? 'The tool names no line: what is shown is the beginning of the file.'
        : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
    level,
    strength: suppressed ? 'weak' : strengthOf(level),
    cwe,
    ...(secret && cwe.length === 0 ? { class: 'hardcoded-secret' as const } : {}),
    ...(advisory ? { class: 'supply-chain' as const, checks: ['1.3.2'] } : {}),
    place,
    quoted,
    secrets: secret && quoted ? [quoted] : [],
  };
};
