import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { type FateVerdict, type Finding, fateVerdict } from '../domain/finding.ts';
import { findingsOf } from '../domain/selectors.ts';
import { locate } from '../engine/locate.ts';
import type { Reaudit } from '../report/formats/reaudit-json.ts';
import { reauditMarkdown } from '../report/formats/reaudit-markdown.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Host, json, todayOf } from './host.ts';
import { readSummary } from './reaudit.ts';
import { withSession } from './with-session.ts';
import type { Workspace } from './workspace.ts';

export type FateOptions = {
  session?: string | undefined;
  note?: string | undefined;
  where?: readonly string[] | undefined;
  json?: boolean | undefined;
};

type FateRow = Reaudit['findings'][number];

const followed = (w: Workspace): Finding[] =>
  findingsOf(w.store.snapshot().session).filter((f) => f.followUp !== null);

/** Where a verdict is seen: what took the place of the cited lines, else where they stand. */
export const seenAt = (row: FateRow | undefined, verdict: FateVerdict): string[] =>
  (row?.places ?? []).flatMap(({ fate, after }) => {
    const stands = fate === 'still-there' || fate === 'moved' || fate === 'changed' || fate === 'regressed';
    return after && (verdict === 'fixed' ? fate !== 'still-there' : stands)
      ? [`${after.path}:${after.startLine}-${after.endLine}`]
      : [];
  });

/** Records what the auditor says became of a finding, cited where that is seen. Gives what was refused. */
export const giveFate = async (
  w: Pick<Workspace, 'store'>,
  on: string,
  of: { finding: string; verdict: FateVerdict | null; note: string; where?: readonly string[] | undefined },
): Promise<{ refused: string; hint: string } | null> => {
  const row = (await readSummary(w).catch(() => null))?.findings.find((f) => f.id === of.finding);
  const places = of.where ?? (of.verdict === null ? [] : seenAt(row, of.verdict));
  const found = places.length > 0 ? await locate(places, w.store.readText) : null;
  if (found && isRefusal(found)) return found;
  const nothing = of.verdict === 'fixed' && places.length === 0;
  const done = w.store.dispatch({
    type: 'judge-fate',
    finding: of.finding,
    verdict: of.verdict,
    note: of.note,
    on,
    ...(found ? { locations: found } : nothing ? { locations: [] } : {}),
  });
  return isRefusal(done) ? done : null;
};

const lines = (f: Finding, row: FateRow | undefined): string[] => [
  `${f.id}  ${(row?.fate ?? 'unread').padEnd(11)} ${f.title}`,
  `      ${row?.why ?? 'what became of it was not read'}${row?.fixedBy ? `, by ${row.fixedBy.slice(0, 12)}` : ''}`,
  `      ${f.followUp?.verdict ? `your word: ${f.followUp.verdict}${f.followUp.note ? `, ${f.followUp.note}` : ''}` : 'nobody said yet what became of it'}`,
];

const excerpts = (row: FateRow | undefined): string[] =>
  (row?.places ?? []).flatMap((p) => [
    '',
    `--- before  ${p.before.path}:${p.before.startLine}-${p.before.endLine}`,
    ...p.before.text.split('\n').map((l) => `- ${l}`),
    ...(p.after
      ? [
          `+++ now     ${p.after.path}:${p.after.startLine}-${p.after.endLine}  ${p.fate}${p.how ? ` (${p.how})` : ''}`,
          ...p.after.text.split('\n').map((l) => `+ ${l}`),
        ]
      : [`+++ now     ${p.fate}: nothing was found that took its place`]),
  ]);

/** The same for the interface. */
export const changesSince = async (w: Pick<Workspace, 'store'>) => {
  const summary = await readSummary(w);
  return {
    text: reauditMarkdown(summary),
    fates: summary.findings.map((f) => ({
      id: f.id,
      title: f.title,
      fate: f.fate,
      why: f.why,
      text: excerpts(f).join('\n'),
    })),
    checks: summary.checks.filter((c) => c.standing === 'changed'),
  };
};

/** What became of the findings of the earlier audit; with a verdict, records it. Exit 1: refused, or one is open. */
export const fate = (
  host: Host,
  finding: string | undefined,
  said: string | undefined,
  o: FateOptions,
): Promise<number> =>
  withSession(
    host,
    o.session,
    async (w) => {
      if (finding !== undefined && said !== undefined) {
        const verdict = said === 'none' ? null : fateVerdict.safeParse(said).data;
        if (verdict === undefined)
          throw new UserError(
            `"${said}" says nothing of a finding, so nothing was recorded`,
            `one of ${fateVerdict.options.join(', ')}; none takes it back`,
          );
        const on = todayOf(host);
        const refused = await giveFate(w, on, { finding, verdict, note: o.note ?? '', where: o.where });
        if (refused) {
          host.stderr(`${visible(refused.refused)}\n${visible(refused.hint)}\n`);
          return 1;
        }
      }
      const summary = await readSummary(w).catch(() => null);
      const rows = followed(w).filter((f) => finding === undefined || f.id === finding);
      const rowOf = (f: Finding) => summary?.findings.find((r) => r.id === f.id);
      if (o.json)
        json(host, {
          session: w.id,
          findings: rows.map((f) => ({
            id: f.id,
            title: f.title,
            followUp: f.followUp,
            code: rowOf(f) ?? null,
          })),
        });
      else {
        if (rows.length === 0)
          host.stdout(
            'No finding of an earlier audit is looked at again here: mcp-audit reaudit begins such an audit.\n',
          );
        for (const f of rows) {
          const text = [...lines(f, rowOf(f)), ...(finding === undefined ? [] : excerpts(rowOf(f)))];
          host.stdout(`${visibleLines(redactSecrets(text.join('\n')))}\n`);
        }
      }
      return rows.some((f) => f.followUp?.verdict === null) ? 1 : 0;
    },
    said === undefined,
  );
