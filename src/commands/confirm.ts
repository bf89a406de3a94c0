import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceItem } from '../domain/evidence.ts';
import type { Confirmation } from '../domain/observation.ts';
import { compareItems } from '../domain/standing.ts';
import { itemsNamed } from '../engine/locate.ts';
import { writeFile } from '../io/write-files.ts';
import { transcriptText } from '../live/client/transcript.ts';
import { notTried } from '../live/confirm/confirm.ts';
import { whyNotTried } from '../live/confirm/why-not-tried.ts';
import { jsonText } from '../text/json-text.ts';
import { visibleLines } from '../text/visible.ts';
import type { Host } from './host.ts';
import { withPrepared } from './live-start.ts';
import { type LiveOptions, withLiveTarget } from './live-target.ts';
import { confirmSummary, observe } from './observe.ts';
import { CONFIRM_BUDGET_S, confirmDoes, tryLeads } from './try-leads.ts';
import type { Workspace } from './workspace.ts';

export type ConfirmOptions = LiveOptions & {
  all?: boolean | undefined;
  transcript?: string | undefined;
  /** Seconds for all of it. */
  budget?: string | undefined;
};

/** The leads that are meant, most worth trying first. */
const leadsOf = (w: Workspace, names: readonly string[], all: boolean): EvidenceItem[] => {
  const { evidence, session } = w.store.snapshot();
  const items = all
    ? [...evidence.values()]
        .flatMap((r) => r.items)
        .filter((i) => session.triage.get(i.id)?.decision !== 'dismissed')
    : names.flatMap((name) => {
        const found = itemsNamed(evidence, name);
        if (isRefusal(found)) throw new UserError(`${found.refused}; nothing was started`, found.hint);
        return found;
      });
  const leads = [...new Map(items.filter((i) => i.kind === 'lead').map((i) => [i.id, i])).values()];
  if (leads.length === 0)
    throw new UserError(
      'no lead was named, so nothing was started',
      'name evidence by its id, collector/rule or collector/rule@path, or take --all',
    );
  return leads.sort(compareItems);
};

const line = (c: Confirmation): string => {
  const mark = { confirmed: '!', 'not-reached': '–', 'not-tried': '?' }[c.result];
  const said = c.result === 'confirmed' ? c.shown : c.why;
  return `${mark} ${c.result.padEnd(11)} ${c.item.slice(0, 8)} ${c.title}\n      ${said}${c.ms > 0 ? ` (${c.ms} ms)` : ''}`;
};

/** 0 when each lead was tried or says why not; 1 when nothing was started. What is confirmed is no verdict. */
export const confirm = (host: Host, names: readonly string[], o: ConfirmOptions): Promise<number> => {
  if (o.package)
    throw new UserError('leads are of the commit, so the commit is what is started', 'leave --package out');
  const budget = Number(o.budget ?? CONFIRM_BUDGET_S);
  if (!(budget > 0))
    throw new UserError(`--budget "${o.budget}" is no number of seconds`, 'for instance --budget 120');
  // Where it listens inside the sandbox names no target.
  return withLiveTarget(host, undefined, { ...o, url: undefined }, async (target) => {
    const w = target?.workspace;
    if (!target || !w) throw new UserError('there is no session', 'begin one with mcp-audit start');
    const leads = leadsOf(w, names, o.all ?? false);
    const can = leads.filter((l) => whyNotTried(l) === '');
    const others = leads.filter((l) => whyNotTried(l) !== '').map((l) => notTried(l, whyNotTried(l)));
    if (can.length === 0)
      throw new UserError(
        leads.length === 1
          ? `it cannot be tried by calls, so nothing was started: ${others[0]?.why}`
          : `none of these ${leads.length} leads can be tried by calls, so nothing was started`,
        'look at the code: mcp-audit opens it at the lead',
      );
    const done = await withPrepared(
      host,
      undefined,
      o,
      target,
      confirmDoes(can.length, others.length),
      async (prepared, context) => {
        const abort = new AbortController();
        const stop = (): void => abort.abort();
        process.once('SIGINT', stop);
        try {
          if (!o.json) for (const c of others) host.stdout(`${visibleLines(line(c))}\n`);
          return await tryLeads({
            leads: can,
            surface: target.surface,
            ready: { prepared, context },
            budgetS: budget,
            signal: abort.signal,
            told: (c, n) => {
              host.progress(`${n} of ${can.length} leads`);
              if (!o.json) host.stdout(`${visibleLines(line(c))}\n`);
            },
          });
        } finally {
          process.removeListener('SIGINT', stop);
        }
      },
    );
    if (!done) return 1;
    const { report, lines } = done;
    if (o.transcript) writeFile(o.transcript, transcriptText(lines), { replaces: () => true });
    // Recorded is what was tried, as in the workbench; told is all that was asked for.
    observe(host, w, done, o.json ?? false);
    if (o.json) host.stdout(jsonText({ ...report, results: [...report.results, ...others] }));
    else host.stdout(`${confirmSummary(report)}\n`);
    return 0;
  });
};
