import { z } from 'zod';
import { toolViews } from '../domain/attack-surface.ts';
import type { EvidenceItem } from '../domain/evidence.ts';
import { placeWords } from '../domain/evidence.ts';
import { checksOf, findCheck } from '../domain/methodology.ts';
import { triedLeads } from '../domain/observations.ts';
import {
  findingsOfCheck,
  indexEvidence,
  judgedItems,
  progress,
  raisedAs,
  runState,
  sectionsOf,
  verdictOf,
  verdictWord,
} from '../domain/selectors.ts';
import { surfaceOf } from '../domain/surface.ts';
import { itemsNamed } from '../engine/locate.ts';
import type { Snapshot } from '../engine/store.ts';
import { listed, quoted, Refused, recorded, said } from './answer.ts';
import { LIMITS } from './desk.ts';
import { tool } from './tool.ts';

/** Tools that read the audit: method, progress, evidence, findings. */

const offset = z.number().int().min(0).max(100_000).default(0).describe('Skip so many rows');
const limit = z.number().int().min(1).max(LIMITS.rows).default(60).describe('Rows of this answer');

const more = (shown: number, from: number, total: number): string =>
  from + shown < total ? ` ${total - from - shown} more: ask again with offset ${from + shown}.` : '';

const row = (s: Snapshot, judged: ReadonlySet<string>) => (i: EvidenceItem) => ({
  item: i.id,
  kind: i.kind,
  strength: i.strength,
  rule: `${i.collector}/${i.rule}`,
  checks: i.checks,
  title: i.title,
  place: i.location ? placeWords(i.location) : null,
  judged: s.session.triage.get(i.id)?.decision ?? (judged.has(i.id) ? 'cited by a finding' : null),
});

export const auditStatus = tool({
  name: 'audit_status',
  title: 'Where the audit stands',
  description:
    'Begin here. What is audited, at which commit, what is answered and what is open, and what could not be looked at. Every proposal names this commit.',
  input: z.strictObject({}),
  run: async (desk) => {
    const s = await desk.snapshot();
    const { session, methodology } = s;
    const all = progress(session, checksOf(methodology));
    const index = indexEvidence(s.evidence, triedLeads(session));
    const judged = judgedItems(session);
    const unread = (kind: string) =>
      new Set(
        [...index.values()].flatMap((items) =>
          items.filter((i) => i.kind === kind && !judged.has(i.id)).map((i) => i.id),
        ),
      ).size;
    const blind = [...new Set(checksOf(methodology).flatMap((c) => c.collectors))]
      .map((c) => [c, runState(session, c)] as const)
      .filter(([, state]) => !['collected', 'nothing-found', 'not-applicable'].includes(state));
    return [
      said(
        [
          `Audited commit: ${session.target?.commit}`,
          `Methodology: ${methodology.title} ${methodology.version}; ${all.answered} of ${all.total} checks have a verdict.`,
          `Not judged yet: ${unread('lead')} leads, ${unread('question')} questions. Findings: ${session.findings.size}.`,
          `Proposals waiting for the person: ${[...(await desk.proposals()).values()].filter((p) => p.decided === null).length} (list_proposals shows what became of yours).`,
          blind.length === 0
            ? 'Every collector could look.'
            : `Could not look, which never means clean: ${blind.map(([c, state]) => `${c} (${state})`).join(', ')}.`,
          'Sections, with what is open in each:',
          ...sectionsOf(methodology).map((section) => {
            const p = progress(session, section.checks);
            return `  ${section.id} ${section.title}: ${p.answered} of ${p.total} answered`;
          }),
        ].join('\n'),
      ),
      quoted('name and address of the target', `${session.target?.name} ${session.target?.url}`),
    ];
  },
});

export const listChecks = tool({
  name: 'list_checks',
  title: 'Checks of the methodology',
  description: 'The checks with their verdicts and how much evidence each has. get_check tells one whole.',
  input: z.strictObject({
    section: z.string().max(40).optional().describe('Only this section, such as 2.1'),
    open: z.boolean().default(false).describe('Only those without a verdict'),
  }),
  run: async (desk, { section, open }) => {
    const s = await desk.snapshot();
    const index = indexEvidence(s.evidence, triedLeads(s.session));
    const judged = judgedItems(s.session);
    const sections = sectionsOf(s.methodology).filter((one) => section === undefined || one.id === section);
    if (sections.length === 0)
      throw new Refused(
        `There is no section ${section}. There are: ${sectionsOf(s.methodology)
          .map((one) => one.id)
          .join(', ')}.`,
      );
    return [
      said(
        sections
          .flatMap((one) => one.checks)
          .filter((c) => !open || verdictOf(s.session, c.id) === null)
          .map((c) => {
            const items = (index.get(c.id) ?? []).filter((i) => i.kind === 'lead' || i.kind === 'question');
            return `${c.id} ${c.title} [${verdictWord(verdictOf(s.session, c.id))}; ${items.length} leads and questions, ${items.filter((i) => !judged.has(i.id)).length} not judged; ${findingsOfCheck(s.session, c.id).length} findings]`;
          })
          .join('\n') || 'None.',
      ),
    ];
  },
});

export const getCheck = tool({
  name: 'get_check',
  title: 'One check, whole',
  description:
    'Why a check matters, what to look for, when it passes and fails, what the person said of it so far, and the best of its evidence.',
  input: z.strictObject({ check: z.string().max(40).describe('Id of the check, such as 2.1.2') }),
  run: async (desk, { check: id }) => {
    const s = await desk.snapshot();
    const check = findCheck(s.methodology, id);
    if (!check) throw new Refused(`There is no check ${id}. list_checks tells those there are.`);
    const index = indexEvidence(s.evidence, triedLeads(s.session)).get(id) ?? [];
    const answer = s.session.answers.get(id);
    const judged = judgedItems(s.session);
    return [
      said(
        [
          `${check.id} ${check.title} (section ${sectionsOf(s.methodology).find((one) => one.checks.includes(check))?.id})`,
          `Why: ${check.why}`,
          'Look:',
          ...check.look.map((l, i) => `  ${i + 1}. ${l}`),
          `Passes when: ${check.passesWhen}`,
          `Fails when: ${check.failsWhen}`,
          `Weaknesses: ${check.references.cwe.join(', ') || 'none named'}`,
          `Collectors: ${check.collectors.map((c) => `${c} (${runState(s.session, c)})`).join(', ') || 'none: read by hand'}`,
          `Verdict so far: ${verdictWord(answer?.verdict ?? null)}`,
        ].join('\n'),
      ),
      ...(answer?.note ? [recorded(`the person's note on ${id}`, answer.note)] : []),
      listed(
        `evidence of ${id}, most worth reading first${more(Math.min(25, index.length), 0, index.length) && '; list_evidence tells the rest'}`,
        index.slice(0, 25).map(row(s, judged)),
      ),
    ];
  },
});

export const listEvidence = tool({
  name: 'list_evidence',
  title: 'Evidence',
  description:
    'What the collectors gathered at the commit: leads (places to judge), questions, facts, strengths, gaps (what could not be looked at). Filter, and page with offset.',
  input: z.strictObject({
    check: z.string().max(40).optional(),
    kind: z.enum(['lead', 'question', 'fact', 'strength', 'gap']).optional(),
    collector: z.string().max(80).optional(),
    path: z.string().max(1_000).optional().describe('Only evidence in this file'),
    open: z.boolean().default(false).describe('Only what nobody judged'),
    offset,
    limit,
  }),
  run: async (desk, q) => {
    const s = await desk.snapshot();
    const judged = judgedItems(s.session);
    const all =
      q.check === undefined
        ? [...s.evidence.values()].flatMap((r) => r.items)
        : [...(indexEvidence(s.evidence, triedLeads(s.session)).get(q.check) ?? [])];
    const found = all.filter(
      (i) =>
        (q.kind === undefined || i.kind === q.kind) &&
        (q.collector === undefined || i.collector === q.collector) &&
        (q.path === undefined || i.location?.path === q.path) &&
        (!q.open || !judged.has(i.id)),
    );
    const rows = found.slice(q.offset, q.offset + q.limit).map(row(s, judged));
    return [
      said(`${found.length} items of evidence.${more(rows.length, q.offset, found.length)}`),
      listed('evidence', rows),
    ];
  },
});

export const getEvidence = tool({
  name: 'get_evidence',
  title: 'One item of evidence, whole',
  description:
    'An item with its words, its lines, the way of a value through the code, what was observed of it, and what the person said.',
  input: z.strictObject({ item: z.string().max(120).describe('Its id, or collector/rule@path') }),
  run: async (desk, { item: name }) => {
    const s = await desk.snapshot();
    const found = itemsNamed(s.evidence, name);
    if ('refused' in found) throw new Refused(`${found.refused}. ${found.hint}`);
    const tried = triedLeads(s.session);
    return found.slice(0, 5).flatMap((i) => [
      listed(`evidence ${i.id}`, {
        ...i,
        advice: undefined,
        location: i.location && { ...i.location, sha256: undefined },
      }),
      said(
        [
          i.advice ? `How to judge it: ${i.advice}` : '',
          `Judged: ${s.session.triage.get(i.id)?.decision ?? (raisedAs(s.session, i.id).join(', ') || 'not yet')}`,
          `Tried on the running server: ${tried.get(i.id)?.result ?? 'no'}`,
        ]
          .filter(Boolean)
          .join('\n'),
      ),
      ...(s.session.triage.has(i.id)
        ? [recorded('why it was judged so', s.session.triage.get(i.id)!.reason)]
        : []),
    ]);
  },
});

export const surface = tool({
  name: 'surface',
  title: 'Attack surface',
  description:
    'Tools, resources, prompts and transports of the server as its source declares them, and what each tool reaches.',
  input: z.strictObject({
    tool: z.string().max(200).optional().describe('One tool whole: parameters, description, handler'),
    offset,
    limit,
  }),
  run: async (desk, { tool: name, offset: from, limit: most }) => {
    const s = await desk.snapshot();
    const all = surfaceOf(s.evidence.values());
    if (name !== undefined) {
      const found = all.tools.filter((t) => t.name === name);
      if (found.length === 0)
        throw new Refused(`The source declares no tool of the name ${JSON.stringify(name)}.`);
      return [listed(`tool ${name}`, found.slice(0, 5))];
    }
    const views = toolViews(s.evidence);
    return [
      said(
        `${all.tools.length} tools, ${all.resources.length} resources, ${all.prompts.length} prompts.${more(Math.min(most, views.length - from), from, views.length)}`,
      ),
      listed('surface', {
        tools: views.slice(from, from + most).map(({ tool: t }) => ({
          name: t.name,
          place: `${t.path}:${t.line}`,
          handler: t.handler && placeWords(t.handler),
          params: t.params.map((p) => `${p.name}: ${p.type}`),
          sinks: t.sinks,
          description: t.description.slice(0, 400),
        })),
        resources: all.resources.slice(0, LIMITS.rows),
        prompts: all.prompts.slice(0, LIMITS.rows),
        transports: all.transports,
      }),
    ];
  },
});
