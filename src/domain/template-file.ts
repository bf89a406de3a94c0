import { z } from 'zod';
import { type SinkPosition, sinkPosition, weaknessClass } from './evidence.ts';
import { rating } from './finding.ts';
import { cweId, severity } from './methodology.ts';
import { type Problem, readYaml } from './read-yaml.ts';
import { TEMPLATE_WORDS, type TemplateWord } from './template-words.ts';

/** Texts for the common weaknesses of MCP servers (`checklists/findings/`), to start a finding from. */
const sentence = z.string().trim().min(1);

export const LANGUAGES = {
  typescript: {
    name: 'TypeScript',
    extensions: /\.[cm]?[jt]sx?$|(?:^|\/)(?:package(?:-lock)?\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/,
  },
  python: {
    name: 'Python',
    extensions:
      /\.pyi?$|(?:^|\/)(?:pyproject\.toml|uv\.lock|poetry\.lock|pdm\.lock|Pipfile(?:\.lock)?|requirements[\w.-]*\.txt)$/,
  },
  go: { name: 'Go', extensions: /\.go$|(?:^|\/)go\.(?:mod|sum)$/ },
  rust: { name: 'Rust', extensions: /\.rs$|(?:^|\/)Cargo\.(?:toml|lock)$/ },
  java: {
    name: 'Java',
    extensions: /\.(?:java|kt)$|(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|gradle\.lockfile)$/,
  },
} as const;
export type Language = keyof typeof LANGUAGES;

/**
 * What a template suggests to the auditor: how such a weakness is usually told, rated and tried. It is shown beside each part
 * and taken over by hand; nothing of it is published by itself, since no evidence holds it.
 */
const advice = z.strictObject({
  title: sentence,
  severity: severity.describe('Where the auditor starts from; the score decides'),
  summary: sentence,
  description: sentence,
  impact: z.strictObject({
    confidentiality: rating,
    integrity: rating,
    availability: rating,
    exploitability: rating,
    scope: sentence,
  }),
  reproduction: z.array(sentence).min(1).describe('How to try it: what a safe server does, and a weak one'),
  risks: z.array(sentence).min(1),
  business: sentence.describe('What it may mean for whoever runs it in production'),
});

const remediation = z.strictObject({
  immediate: z.array(sentence).min(1),
  shortTerm: z.array(sentence).min(1),
  longTerm: z.array(sentence).min(1),
});
const examples = z.strictObject({
  typescript: sentence,
  python: sentence,
  go: sentence.optional(),
  rust: sentence.optional(),
  java: sentence.optional(),
});

/** What is said instead where a value is known to land in one of these positions, in every way that was seen. */
const fitting = z.strictObject({
  positions: z.array(sinkPosition).min(1),
  remediation: remediation.partial().optional(),
  examples: examples.optional(),
  validation: z.array(sentence).min(1).optional(),
  advice: advice.partial().optional(),
});

export const template = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id of small letters, digits and dashes'),
  name: sentence.describe('What an auditor chooses it by'),
  classes: z.array(weaknessClass).min(1).describe('Classes of evidence it may be chosen for'),
  rules: z
    .array(z.string().regex(/^[a-z0-9-]+$/))
    .min(1)
    .optional()
    .describe('Ids of the rules whose leads it fits, each; without any it is chosen by hand alone'),
  category: sentence,
  cwe: cweId,
  remediation,
  examples: examples.describe('How to mend it in code; Go, Rust and Java where it differs'),
  validation: z.array(sentence).min(1),
  references: z.array(z.url({ protocol: /^https$/ })).describe('Beside the link to its CWE'),
  advice,
  fitting: z
    .array(fitting)
    .min(1)
    .optional()
    .describe('What holds in some positions only: a payload first of all. What stands above holds in any'),
});
export type FindingTemplate = z.infer<typeof template>;

export const templateFile = z.strictObject({ templates: z.array(template).min(1) });

/** Every `{{…}}` of the template but GitHub's `${{ … }}`. */
const PLACEHOLDERS = /(?<!\$)\{\{\s{0,40}([^{}]*?)\s{0,40}\}\}/g;

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

/** Reads the template files by name. What is wrong is said with file and line; what is right is used. */
export const parseTemplates = (
  files: ReadonlyMap<string, string>,
): { templates: FindingTemplate[]; problems: Problem[] } => {
  const templates: FindingTemplate[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [file, text] of files) {
    const read = readYaml(file, text, templateFile);
    problems.push(...read.problems);
    for (const [i, t] of (read.value?.templates ?? []).entries()) {
      const at = ['templates', i] as const;
      if (seen.has(t.id)) problems.push(read.problem([...at, 'id'], 'an id of its own', t.id));
      seen.add(t.id);
      const unknown = textsOf(t)
        .flatMap((s) => [...s.matchAll(PLACEHOLDERS)].map((m) => m[1] ?? ''))
        .find((word) => !TEMPLATE_WORDS.includes(word as TemplateWord));
      if (unknown !== undefined)
        problems.push(read.problem(at, `one of ${TEMPLATE_WORDS.join(', ')} in {{…}}`, unknown));
      templates.push(t);
    }
  }
  return { templates, problems };
};

type Some<T> = { [K in keyof T]?: T[K] | undefined };
const over = <T extends object>(base: T, part: Some<T> | undefined): T => ({
  ...base,
  ...(Object.fromEntries(Object.entries(part ?? {}).filter(([, v]) => v !== undefined)) as Partial<T>),
});

/** The template as it fits an item: worded for the position its value lands in, where that is known of every way. */
export const fitted = (
  t: FindingTemplate,
  positions: readonly SinkPosition[] | undefined,
): FindingTemplate => {
  const { fitting: variants = [], ...base } = t;
  if (!positions || positions.length === 0) return base;
  const fits = variants.find((v) => positions.every((p) => v.positions.includes(p)));
  if (!fits) return base;
  return {
    ...base,
    remediation: over(base.remediation, fits.remediation),
    examples: fits.examples ?? base.examples,
    validation: fits.validation ?? base.validation,
    advice: over(base.advice, fits.advice),
  };
};
