import { z } from 'zod';
import { placeWords } from '../domain/evidence.ts';
import { missingParts } from '../domain/finding.ts';
import { toInput } from '../domain/finding-input.ts';
import { findingsOf } from '../domain/selectors.ts';
import { listed, quoted, Refused, recorded, said } from './answer.ts';
import { LIMITS } from './desk.ts';
import { tool } from './tool.ts';

/** Tools that read what the person recorded, what was seen running, and the documents that were made. */

export const listFindings = tool({
  name: 'list_findings',
  title: 'Findings',
  description: "The person's findings. With an id, one of them whole, and what is still to be written of it.",
  input: z.strictObject({ finding: z.string().max(12).optional().describe('For instance F-03') }),
  run: async (desk, { finding }) => {
    const { session } = await desk.snapshot();
    if (finding === undefined)
      return [
        recorded(
          'findings',
          findingsOf(session).map((f) => ({
            finding: f.id,
            checks: f.checks,
            title: f.title,
            severity: f.severity,
            cwe: f.cwe,
            where: f.locations.map(placeWords),
            missing: missingParts(f),
          })),
        ),
      ];
    const found = session.findings.get(finding);
    if (!found) throw new Refused(`There is no finding ${finding}. list_findings tells those there are.`);
    return [
      said(`Still to be written: ${missingParts(found).join(', ') || 'nothing'}.`),
      recorded(`finding ${finding}`, toInput(found)),
    ];
  },
});

export const dependencies = tool({
  name: 'dependencies',
  title: 'Dependencies',
  description:
    'What the server depends on, as its lockfiles and manifests say: the documents of the collectors about packages, page by page.',
  input: z.strictObject({
    document: z.string().max(200).optional().describe('One of the documents; the list of them when left out'),
    offset: z.number().int().min(0).max(100_000_000).default(0).describe('Skip so many characters'),
  }),
  run: async (desk, { document, offset: from }) => {
    const s = await desk.snapshot();
    const documents = [...s.evidence.values()].flatMap((r) => r.artifacts);
    const found = documents.find((d) => d.name === document);
    if (!found)
      return [
        said(
          documents.length === 0
            ? `No table of dependencies was gathered: ${s.evidence.get('dependencies')?.run.message || 'the collector has not run'}.`
            : `Documents: ${documents.map((d) => `${d.name} (${d.content.length} characters)`).join(', ')}.`,
        ),
        listed(
          'facts about dependencies',
          (s.evidence.get('dependencies')?.items ?? [])
            .slice(0, 60)
            .map((i) => ({ item: i.id, kind: i.kind, title: i.title })),
        ),
      ];
    const text = found.content.slice(from, from + LIMITS.answer - 2_000);
    return [
      said(
        from + text.length < found.content.length
          ? `${found.content.length - from - text.length} characters more: offset ${from + text.length}.`
          : 'To its end.',
      ),
      quoted(found.name, text),
    ];
  },
});

export const observations = tool({
  name: 'observations',
  title: 'What was seen of the running server',
  description:
    'Observations of the server running in a sandbox, which the person started. No function of the commit. You cannot start it: ask for a trial with try_lead in a proposal.',
  input: z.strictObject({}),
  run: async (desk) => {
    const { session } = await desk.snapshot();
    return [
      listed(
        'observations',
        [...session.observations].map(([id, o]) => ({
          id,
          at: o.at,
          summary: o.summary,
          sandbox: o.sandbox,
          results: o.results,
        })),
      ),
    ];
  },
});

export const templates = tool({
  name: 'templates',
  title: 'Texts findings start from',
  description: 'Templates for findings, with advice on impact, risks and how to mend each weakness.',
  input: z.strictObject({ template: z.string().max(80).optional() }),
  run: async (desk, { template }) => {
    const all = await desk.templates();
    if (template === undefined)
      return [said(all.map((t) => `${t.id}: ${t.name} (${t.cwe}; ${t.classes.join(', ')})`).join('\n'))];
    const found = all.find((t) => t.id === template);
    if (!found) throw new Refused(`There is no template ${template}. templates without a name lists them.`);
    return [said(JSON.stringify(found, null, 1))];
  },
});
