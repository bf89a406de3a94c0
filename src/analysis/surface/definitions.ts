import type { Expr } from '../sources/ir.ts';
import { csharpCreated } from './csharp.ts';
import type { Definition } from './definition.ts';
import { phpAdded } from './php.ts';
import { type At, type Call, lastOf, type Program, pathOf, type Site } from './program.ts';
import { pythonCall } from './python.ts';
import { rubyCalled } from './ruby.ts';
import { scriptCall } from './script.ts';
import type { FoundEntry } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { fnNamed, settled } from './values.ts';

/** Calls that define a tool, a resource or a prompt: objects, constructors and builders of the SDKs. */

const TOOL_TYPE = /^(?:\w*Tool|\w*Tool(?:Definition|Spec|Info|Def|Meta|Metadata|Descriptor|Config))$/;
/** Messages about tools, and the tools of clients of models. */
const NO_TOOL = /^(?:Call|List|Get|Use|Has|Find|Enable|Disable|Function|Chat|Completion)\w*Tool/;
const OF_MODELS = /openai|anthropic|langchain|llms?\.|genai|bedrock|gemini|ollama/i;

const arg = (call: Call, ...names: string[]): Expr | null =>
  call.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null;

const found = (
  kind: FoundEntry['kind'],
  call: Call,
  site: Site,
  parts: Partial<Omit<Definition, 'kind' | 'call' | 'site'>> & { name: Expr },
): Definition => ({
  description: null,
  schemas: [],
  annotations: null,
  rest: [],
  ...parts,
  kind,
  call,
  site,
});

/** `Tool{Name: …, Description: …, InputSchema: …}` in any spelling. */
const ofObject = (call: Call, site: Site): Definition | null => {
  const type = lastOf(call.callee);
  const name = arg(call, 'Name', 'name');
  const description = arg(call, 'Description', 'description');
  const schema = arg(
    call,
    'InputSchema',
    'input_schema',
    'inputSchema',
    'RawInputSchema',
    'Parameters',
    'parameters',
    'Schema',
    'schema',
  );
  const annotations = arg(call, 'Annotations', 'annotations');
  const rest = call.args.map((a) => a.value);
  const uri = arg(call, 'URI', 'URITemplate', 'uri', 'uri_template', 'Uri', 'UriTemplate');
  if (uri && /Resource(?:Template)?$/.test(type))
    return found('resource', call, site, { name: uri, description, rest });
  if (!name) return null;
  if (/^\w*Prompt$/.test(type) && (description || arg(call, 'Arguments', 'arguments')))
    return found('prompt', call, site, { name, description, rest });
  if (!TOOL_TYPE.test(type) || NO_TOOL.test(type) || !(description || schema)) return null;
  return found('tool', call, site, { name, description, schemas: schema ? [schema] : [], annotations, rest });
};

const isTextLike = (program: Program, expr: Expr | undefined, site: Site): boolean => {
  if (!expr) return false;
  const end = settled(program, { expr, site }).expr;
  return (
    end.kind === 'text' || (end.kind === 'literal' && end.isString) || (end !== expr && end.kind === 'name')
  );
};

/** The links of `X.builder().a(…).b(…)`, and what the chain begins with. */
const chainOf = (call: Call): { root: Expr; links: { name: string; args: Call['args'] }[] } => {
  const links: { name: string; args: Call['args'] }[] = [];
  let at: Expr = call;
  while (at.kind === 'call' && at.callee.kind === 'member' && links.length < 60) {
    links.unshift({ name: at.callee.property, args: at.args });
    at = at.callee.object;
  }
  return { root: at, links };
};

const ofBuilder = (call: Call, site: Site): Definition | null => {
  const { root, links } = chainOf(call);
  const begin = links.findIndex((l) => /^(?:builder|Builder)$/.test(l.name));
  if (begin < 0 || begin > 1) return null;
  const type = lastOf(root);
  const link = (...names: string[]): Expr | null =>
    links.findLast((l, i) => i > begin && names.includes(l.name))?.args.at(-1)?.value ?? null;
  const rest = links.flatMap((l) => l.args.map((a) => a.value));
  const description = link('description', 'with_description');
  const uri = link('uri', 'uriTemplate', 'uri_template') ?? null;
  if (/Resource(?:Template)?$/.test(type) && uri)
    return found('resource', call, site, { name: uri, description, rest });
  const name = link('name') ?? links[begin]!.args[0]?.value ?? null;
  if (!name) return null;
  if (/Prompt$/.test(type)) return found('prompt', call, site, { name, description, rest });
  if (!/Tool(?:Definition|Callback)?$/.test(type) || /Specification$/.test(type)) return null;
  const schema = link('inputSchema', 'input_schema', 'schema');
  return found('tool', call, site, {
    name,
    description,
    schemas: schema ? [schema] : [],
    annotations: link('annotations'),
    rest,
  });
};

/** Whether the callee belongs to an SDK: it is called on a package with such a name, or on nothing we know. */
const ofSdk = (call: Call, site: Site): boolean => {
  if (call.callee.kind !== 'member' || call.callee.object.kind !== 'name') return true;
  const on = call.callee.object.name;
  const module = site.module.imports.find((i) => i.local === on)?.module;
  return module === undefined
    ? site.module.language !== 'go' || on === 'mcp'
    : /mcp|modelcontext/i.test(module);
};

const CONSTRUCTORS: readonly [RegExp, FoundEntry['kind']][] = [
  [/^New(?:Raw|Server)?Tool(?:WithRawSchema|WithSchema)?$/, 'tool'],
  [/^NewResource(?:Template)?$/, 'resource'],
  [/^NewPrompt$/, 'prompt'],
];

const RUST: readonly [RegExp, FoundEntry['kind']][] = [
  [/(?:^|\.)Tool\.new(?:_\w+)?$/, 'tool'],
  [/(?:^|\.)(?:Raw)?Resource(?:Template)?\.new(?:_\w+)?$/, 'resource'],
  [/(?:^|\.)Prompt\.new(?:_\w+)?$/, 'prompt'],
];

/** Other libraries of Java have a Tool and a Prompt as well. */
const ofMcpSchema = (path: string, site: Site): boolean =>
  /McpSchema/.test(path) || site.module.imports.some((i) => /modelcontextprotocol|McpSchema/.test(i.module));

const ofConstructor = (program: Program, call: Call, site: Site): Definition | null => {
  const { language } = site.module;
  const path = pathOf(call.callee);
  const last = lastOf(call.callee);
  const [name, second] = call.args;
  if (!name || name.name !== undefined || name.spread) return null;
  const values = call.args.map((a) => a.value);
  const texts = values.slice(1, 4).filter((v) => isTextLike(program, v, site));
  if (call.isNew) {
    const kind =
      language === 'java' ? /^(Tool|Resource|ResourceTemplate|Prompt)$/.exec(last)?.[1] : undefined;
    if (!kind || !second || OF_MODELS.test(path) || !ofMcpSchema(path, site)) return null;
    const isSchema = (e: Expr): boolean => {
      const end = settled(program, { expr: e, site });
      return end.expr.kind === 'call' || textOf(program, end).text.trimStart().startsWith('{');
    };
    const schemas = values.slice(1).filter(isSchema);
    const description =
      values
        .slice(1, 4)
        .filter((v) => !schemas.includes(v))
        .at(kind === 'Tool' ? -1 : 1) ?? null;
    return found(kind === 'Tool' ? 'tool' : kind === 'Prompt' ? 'prompt' : 'resource', call, site, {
      name: name.value,
      description,
      schemas,
      annotations: values.find((v) => /Annotations/.test(v.kind === 'call' ? pathOf(v.callee) : '')) ?? null,
    });
  }
  const kind =
    language === 'rust'
      ? RUST.find(([on]) => on.test(path))?.[1]
      : language === 'go' && ofSdk(call, site)
        ? CONSTRUCTORS.find(([on]) => on.test(last))?.[1]
        : undefined;
  if (!kind || fnNamed(program, call.callee, { expr: call, site })) return null;
  return found(kind, call, site, {
    name: name.value,
    description: second && (texts.includes(second.value) || language === 'rust') ? second.value : null,
    schemas: language === 'rust' || /Schema$/.test(last) ? values.slice(2) : [],
    rest: values.slice(1),
  });
};

/** `server.RegisterTool("name", "what it does", handler)`: the tool is made where it is registered. */
const ofRegistration = (program: Program, call: Call, site: Site): Definition | null => {
  const kind = /^(?:[Rr]egister|[Aa]dd)_?(Tool|Prompt|Resource)(?:Func|Handler)?$/i.exec(
    lastOf(call.callee),
  )?.[1];
  if (!kind || call.callee.kind !== 'member' || call.args.length < 3) return null;
  const [name, second] = call.args;
  if (!name) return null;
  const literal = settled(program, { expr: name.value, site }).expr;
  if (literal?.kind !== 'literal' || !literal.isString) return null;
  if (fnNamed(program, call.callee, { expr: call, site })) return null;
  return found(kind.toLowerCase() as FoundEntry['kind'], call, site, {
    name: name.value,
    description: isTextLike(program, second?.value, site) ? second!.value : null,
    rest: call.args.slice(1).map((a) => a.value),
  });
};

export const definitionOf = (program: Program, call: Call, site: Site): Definition | null => {
  if (site.module.language === 'javascript') return scriptCall(program, call, site);
  if (site.module.language === 'python') return pythonCall(program, call, site);
  if (site.module.language === 'ruby') return rubyCalled(call, site);
  if (site.module.language === 'php') {
    const added = phpAdded(call, site);
    if (added) return added;
  }
  if (site.module.language === 'csharp') {
    const created = csharpCreated(call, site);
    if (created) return created;
  }
  if (call.isNew && call.args.some((a) => a.name !== undefined)) {
    if (OF_MODELS.test(pathOf(call.callee))) return null;
    const object = ofObject(call, site);
    if (object) return object;
  }
  if (lastOf(call.callee) === 'build') {
    const built = ofBuilder(call, site);
    if (built) return built;
  }
  return ofConstructor(program, call, site) ?? ofRegistration(program, call, site);
};

/** A parameter of a named function around it that decides the name: the function makes as many tools as it is called. */
export const decidedBy = (program: Program, name: At, depth = 0): At['site']['fns'][number] | null => {
  const { expr, site } = settled(program, name);
  if (depth > 4) return null;
  if (expr.kind === 'name') {
    const fn = site.fns.findLast((f) => f.params.some((p) => p.name === expr.name));
    return fn && fn.name !== '' && !site.given?.has(expr.name) ? fn : null;
  }
  if (expr.kind === 'member') return decidedBy(program, { expr: expr.object, site }, depth + 1);
  const parts =
    expr.kind === 'text' || expr.kind === 'other'
      ? expr.parts
      : expr.kind === 'call'
        ? expr.args.map((a) => a.value)
        : [];
  for (const part of parts) {
    const fn = decidedBy(program, { expr: part, site }, depth + 1);
    if (fn) return fn;
  }
  return null;
};
