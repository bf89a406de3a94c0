import { z } from 'zod';
import { placeWords } from '../domain/evidence.ts';
import { claimWords, stateOf } from '../domain/proposal.ts';
import { recorded, said } from './answer.ts';
import { LIMITS } from './desk.ts';
import { AUDITOR, BOTH, tool } from './tool.ts';

/** Tools that read what was proposed. */

export const listProposals = tool({
  name: 'list_proposals',
  title: 'Proposals and what the person said',
  description:
    'What was proposed in this audit, by you and others: open, accepted, rejected with the reason, or asked back with a question. Answer a question by proposing the same again, with the answer in the reason.',
  roles: AUDITOR,
  input: z.strictObject({
    state: z.enum(['open', 'accepted', 'rejected', 'asked']).optional(),
    mine: z.boolean().default(false),
    offset: z.number().int().min(0).max(100_000).default(0),
  }),
  run: async (desk, { state, mine, offset }) => {
    const found = [...(await desk.proposals()).values()].filter(
      (p) =>
        (state === undefined || stateOf(p) === state) &&
        (!mine || p.voices.some((v) => v.connection === desk.connection)),
    );
    const rows = found.slice(offset, offset + 60);
    return [
      said(
        `${found.length} proposals.${offset + rows.length < found.length ? ` More: offset ${offset + rows.length}.` : ''}`,
      ),
      recorded(
        'proposals, in the words of assistants and of the person',
        rows.map((p) => ({
          proposal: p.id,
          state: stateOf(p),
          claim: claimWords(p.voices[0]!.claim).slice(0, 300),
          places: p.voices[0]!.citations.map(placeWords),
          said: p.decided?.words ?? '',
          mine: p.voices.some((v) => v.connection === desk.connection),
          voices: p.voices.length,
        })),
      ),
    ];
  },
});

/** For whoever tries to break them: the claim and its place, and nothing that argues for it. */
export const listClaims = tool({
  name: 'list_claims',
  title: 'Claims to be broken',
  description:
    'Findings, proposed and recorded, as claim and place alone. Read the code, and say whether each holds.',
  roles: BOTH,
  input: z.strictObject({}),
  run: async (desk) => {
    const { session } = await desk.snapshot();
    const open = [...(await desk.proposals()).values()].flatMap((p) => {
      const { claim, citations } = p.voices[0]!;
      return claim.kind === 'finding' &&
        stateOf(p) === 'open' &&
        !p.voices.some((v) => v.connection === desk.connection)
        ? [{ of: p.id, claim: claim.finding.title, places: citations.map(placeWords) }]
        : [];
    });
    const there = [...session.findings.values()]
      .filter((f) => !f.positive)
      .map((f) => ({ of: f.id, claim: f.title, places: f.locations.map(placeWords) }));
    return [
      said(`Audited commit: ${session.target?.commit}. ${open.length + there.length} claims.`),
      recorded('claims', [...open, ...there].slice(0, LIMITS.rows)),
    ];
  },
});
