import { assistanceFile, assistanceWords } from './assistance.ts';
import { type Block, h2, list, para, table } from './blocks.ts';
import type { ReportModel } from './report-model.ts';
import { code, fromAuditor, fromSession, long } from './statement.ts';

/** What a submission says of assistants. */

const time = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

/** Of a finding that began as a proposal: whose, and who took it over. */
export const takenOver = (m: ReportModel, tag: string): Block[] =>
  (m.assistance?.proposals ?? [])
    .filter((p) => p.finding === tag)
    .map((p) =>
      para(
        fromSession(
          'assistance',
        )`Proposed by an assistant (${p.client}, by the name it gives itself), and taken over by ${p.by}${p.edited ? ' in other words' : ''}.`,
      ),
    );

const STATE = { open: 'left open', asked: 'asked back', rejected: 'rejected', accepted: 'accepted' } as const;

/** Work with assistants, as the database asks of tool-assisted audits: who, how much, and what the auditor made of it. */
export const assistanceBlocks = (m: ReportModel): Block[] => {
  const { assistance: a } = m;
  if (!a) return [];
  const of = fromSession('assistance');
  return [
    h2('Assistance'),
    para(of`${long(assistanceWords(a), 1_000)}`),
    table(
      ['Assistant', 'From', 'To', 'Calls', 'Files', 'Proposed', 'Refused', 'Transcript'],
      a.connections.map((c) => [
        of`${c.clients.join(', ')}${c.role === 'refuter' ? ', second reader' : ''}`,
        of`${time(c.began)}`,
        of`${time(c.last)}`,
        of`${c.calls}`,
        of`${c.files}`,
        of`${c.proposed}`,
        of`${c.refused}`,
        of`${code(c.lines === null ? 'cannot be read' : `artifacts/${assistanceFile(c.connection)}`, 200)}`,
      ]),
    ),
    list(
      a.proposals.map((p) =>
        p.words === '' || p.state === 'accepted'
          ? of`${code(p.id)} ${p.kind} by ${p.client}, at ${code(p.where, 300)}: ${STATE[p.state]}${p.finding === '' ? '' : ` as ${p.finding}`}${p.edited ? ", in the auditor's words" : ''}.`
          : fromAuditor(
              p.by,
              `answer to ${p.id}`,
            )`${code(p.id)} ${p.kind} by ${p.client}, at ${code(p.where, 300)}: ${STATE[p.state]}: ${long(p.words, 2_000)}`,
      ),
    ),
  ];
};
