import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRefusal, nextFindingId } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { draftFinding, missingParts } from '../domain/finding.ts';
import {
  checksFor,
  type FindingTemplate,
  findingFromEvidence,
  LANGUAGES,
  parseTemplates,
} from '../domain/finding-template.ts';
import { findCheck } from '../domain/methodology.ts';
import { triedLeads } from '../domain/observations.ts';
import { findingsOf } from '../domain/selectors.ts';
import { surfaceOf } from '../domain/surface.ts';
import { itemsNamed } from '../engine/locate.ts';
import { bundledChecklists, readMethodologyFolder } from '../io/methodology-files.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { withSession } from './with-session.ts';

let loaded: Promise<readonly FindingTemplate[]> | null = null;

/** The packaged finding templates, read once a process. @throws UserError when the package is damaged */
export const loadTemplates = (): Promise<readonly FindingTemplate[]> => {
  loaded ??= readTemplates();
  return loaded;
};

const readTemplates = async (): Promise<FindingTemplate[]> => {
  const { templates, problems } = parseTemplates(
    await readMethodologyFolder(join(bundledChecklists(), 'findings')),
  );
  const [first] = problems;
  if (first)
    throw new UserError(
      `The packaged finding templates are damaged (${first.file}: ${first.path}: expected ${first.expected}, found ${first.found}), so findings start empty.`,
      'Install mcp-audit again.',
    );
  return templates;
};

/** The template files beside a methodology, for its lint; none when it brings none. */
export const templateFilesOf = async (dir: string): Promise<Map<string, string>> =>
  existsSync(join(dir, 'findings')) ? readMethodologyFolder(join(dir, 'findings')) : new Map();

const shown = (t: FindingTemplate): string =>
  [
    `${t.id}: ${t.name}`,
    `category  ${t.category}   ${t.cwe}`,
    `classes   ${t.classes.join(', ')}`,
    `rules     ${t.rules?.join(', ') ?? 'none: chosen by hand'}`,
    '',
    'Fix now',
    ...t.remediation.immediate.map((r) => `  - ${r}`),
    'Fix soon',
    ...t.remediation.shortTerm.map((r) => `  - ${r}`),
    'Fix for good',
    ...t.remediation.longTerm.map((r) => `  - ${r}`),
    ...Object.entries(t.examples).map(
      ([language, text]) => `${LANGUAGES[language as keyof typeof LANGUAGES].name}: ${text}`,
    ),
    '',
    'Suggested to the auditor, published only when taken over by hand:',
    `title     ${t.advice.title}`,
    `severity  ${t.advice.severity}`,
    t.advice.summary,
    t.advice.description,
    'Reproduction',
    ...t.advice.reproduction.map((r, i) => `  ${i + 1}. ${r}`),
    'Risks',
    ...t.advice.risks.map((r) => `  - ${r}`),
    t.advice.business,
  ].join('\n');

/** Lists the finding templates, or prints one as a person reads it. Exit 1 when there is no such template. */
export const showTemplates = async (
  host: Host,
  id: string | undefined,
  options: { json?: boolean | undefined },
): Promise<number> => {
  const templates = (await loadTemplates()).filter((t) => id === undefined || t.id === id);
  if (id !== undefined && templates.length === 0) {
    host.stderr(`there is no template "${visible(id)}"\nmcp-audit checklist templates lists them\n`);
    return 1;
  }
  if (options.json) json(host, templates);
  else if (id === undefined)
    for (const t of templates)
      host.stdout(
        `${t.id.padEnd(24)} ${t.cwe.padEnd(9)} ${t.advice.severity.padEnd(9)} ${visible(t.name)}\n`,
      );
  else for (const t of templates) host.stdout(`${visibleLines(shown(t))}\n`);
  return 0;
};

export type RaiseOptions = {
  session?: string | undefined;
  check?: string | undefined;
  template?: string | undefined;
  json?: boolean | undefined;
};

/** Begins a finding from evidence as `f` in the interface does, and says what is still to write. Exit 1 when refused. */
export const raise = async (host: Host, evidence: string, options: RaiseOptions): Promise<number> => {
  const templates = await loadTemplates();
  if (options.template && !templates.some((t) => t.id === options.template))
    throw new UserError(
      `there is no template "${options.template}", so nothing was recorded`,
      'mcp-audit checklist templates lists them',
    );
  return withSession(host, options.session, async (w) => {
    const { session, methodology, evidence: known } = w.store.snapshot();
    const items = itemsNamed(known, evidence);
    if (isRefusal(items)) {
      host.stderr(`${visible(items.refused)}\n${visible(items.hint)}\n`);
      return 1;
    }
    const item = items[0]!;
    const check = findCheck(methodology, options.check ?? item.checks[0] ?? '');
    if (!check) {
      host.stderr(`the evidence belongs to no check of ${methodology.id}\nname one with --check\n`);
      return 1;
    }
    const draft = {
      ...draftFinding(nextFindingId(session), check),
      // A check that was named is meant; else all the evidence was gathered for.
      ...(options.check ? {} : { checks: checksFor(item, check.id, methodology, session) }),
    };
    const finding = findingFromEvidence(draft, item, {
      templates,
      surface: surfaceOf(known.values()),
      server: session.target?.name ?? '',
      tried: triedLeads(session).get(item.id),
      ...(options.template ? { template: options.template } : {}),
    });
    // Given again, the same evidence does not begin the same finding a second time.
    const there = findingsOf(session).find(
      (f) => f.checks[0] === check.id && f.title === finding.title && f.evidence.includes(item.id),
    );
    if (there) {
      const missing = missingParts(there);
      if (options.json) json(host, { session: w.id, finding: there, missing, outcome: 'unchanged' });
      else
        host.stdout(
          `${visible(`${there.id} ${there.title}`)}\nwas begun from it already: nothing changed\nstill to fill: ${missing.join(', ') || 'nothing'}\n`,
        );
      return 0;
    }
    const result = w.store.dispatch({ type: 'record-finding', finding });
    if (isRefusal(result)) {
      host.stderr(`${visible(result.refused)}\n${visible(result.hint)}\n`);
      return 1;
    }
    if (options.json) json(host, { session: w.id, finding, missing: missingParts(finding), outcome: 'new' });
    else
      host.stdout(
        `${visible(`${finding.id} ${finding.title}`)}\nstill to fill: ${missingParts(finding).join(', ') || 'nothing'}\n${finding.template.id ? `suggestions: mcp-audit checklist templates ${finding.template.id}\n` : ''}`,
      );
    return 0;
  });
};
