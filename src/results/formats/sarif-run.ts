import { advisoriesIn, cweIn, field, lineAt, listAt, textAt } from '../field.ts';
import { strengthOf, type Tool, type ToolResult } from '../tool-result.ts';

/** What a SARIF run says around its results, and a result read with it. */

export type Rule = { id: string; level: string; cwe: string[]; title: string; tags: string };
export type Run = {
  tool: Tool;
  rules: Rule[];
  byId: Map<string, Rule>;
  artifacts: string[];
  bases: Map<string, { uri: string; base: string }>;
};

export const newRun = (): Run => ({
  tool: { name: '', version: '' },
  rules: [],
  byId: new Map(),
  artifacts: [],
  bases: new Map(),
});

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

const ruleOfResult = (run: Run, value: unknown): Rule => {
  const id = textAt(value, 'ruleId') || textAt(value, 'rule', 'id');
  const index = field(value, 'ruleIndex') ?? field(value, 'rule', 'index');
  const known =
    run.byId.get(id) ??
    // "a/b" may name the sub-rule b of the rule a.
    run.byId.get(id.replace(/\/[^/]*$/, '')) ??
    (typeof index === 'number' ? run.rules[index] : undefined);
  return known ? { ...known, id: id || known.id } : { id, level: '', cwe: [], title: '', tags: '' };
};

export const resultOf = (run: Run, value: unknown): ToolResult => {
  const rule = ruleOfResult(run, value);
  const message =
    textAt(value, 'message', 'text') ||
    textAt(value, 'message', 'markdown') ||
    textAt(value, 'message', 'id');
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
