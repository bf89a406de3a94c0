import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceItem } from '../domain/evidence.ts';
import { CONFIRM_SCHEMA, type Confirmation, type ConfirmReport } from '../domain/observation.ts';
import { compareItems } from '../domain/standing.ts';
import { itemsNamed } from '../engine/locate.ts';
import { writeFile } from '../io/write-files.ts';
import { createTranscript, transcriptText } from '../live/client/transcript.ts';
import { confirmLead } from '../live/confirm/confirm.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { visibleLines } from '../text/visible.ts';
import type { Host } from './host.ts';
import { checksExist, type LiveOptions, sandboxText, withLiveTarget, withPrepared } from './live-target.ts';
import { confirmSummary, observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

export type ConfirmOptions = LiveOptions & {
  all?: boolean | undefined;
  transcript?: string | undefined;
  /** Seconds for all of it. */
  budget?: string | undefined;
};

const DEFAULT_BUDGET_S = 600;

/** The leads that are meant, most worth trying first. */
const leadsOf = (w: Workspace, names: readonly string[], all: boolean): EvidenceItem[] => {
  const { evidence } = w.store.snapshot();
  const items = all
    ? [...evidence.values()].flatMap((r) => r.items)
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
  if (o.url)
    throw new UserError('leads are tried on standard streams only', 'mcp-audit probe --url asks over HTTP');
  const budget = Number(o.budget ?? DEFAULT_BUDGET_S);
  if (!(budget > 0))
    throw new UserError(`--budget "${o.budget}" is no number of seconds`, 'for instance --budget 120');
  return withLiveTarget(host, undefined, { ...o, session: o.session ?? undefined }, async (target) => {
    const w = target?.workspace;
    if (!target || !w) throw new UserError('there is no session', 'begin one with mcp-audit start');
    const leads = leadsOf(w, names, o.all ?? false);
    const does = `Then ${plural(leads.length, 'lead')} ${leads.length === 1 ? 'is' : 'are'} tried, each in a sandbox of its own: tools are called with harmless canaries, and what they did there is looked at.`;
    const done = await withPrepared(host, undefined, o, target, does, async (prepared, context) => {
      // Preparing takes as long as it takes: the time is for the leads.
      const began = performance.now();
      const transcript = createTranscript();
      const abort = new AbortController();
      const stop = (): void => abort.abort();
      process.once('SIGINT', stop);
      const results: Confirmation[] = [];
      try {
        for (const item of leads) {
          const left = budget * 1000 - (performance.now() - began);
          const skipped = abort.signal.aborted
            ? 'it was called off before'
            : left <= 0
              ? `the time of ${budget} s was over before`
              : '';
          results.push(
            skipped
              ? {
                  item: item.id,
                  title: item.title,
                  class: item.class,
                  checks: item.checks,
                  result: 'not-tried',
                  shown: '',
                  why: skipped,
                  calls: [],
                  ms: 0,
                }
              : await confirmLead({
                  item,
                  surface: target.surface,
                  open: prepared.open,
                  launch: prepared.launch,
                  transcript,
                  signal: abort.signal,
                }),
          );
          host.progress(`${results.length} of ${leads.length} leads`);
          if (!o.json) host.stdout(`${visibleLines(line(results.at(-1)!))}\n`);
        }
      } finally {
        process.removeListener('SIGINT', stop);
      }
      const report: ConfirmReport = { schema: CONFIRM_SCHEMA, ...context, results };
      return { report, lines: transcript.lines() };
    });
    if (!done) return 1;
    const { report, lines } = done;
    if (o.transcript) writeFile(o.transcript, transcriptText(lines), { replaces: () => true });
    const tried = report.results.filter((r) => r.result !== 'not-tried');
    observe(host, w, 'confirm', {
      summary: confirmSummary(report),
      command: report.command,
      sandbox: sandboxText(report.sandbox),
      checks: checksExist(
        w,
        tried.flatMap((r) => r.checks),
      ),
      results: report.results.map(({ item, result, shown, why }) => ({ item, result, shown, why })),
      report,
      lines,
      quiet: o.json ?? false,
    });
    if (o.json) host.stdout(jsonText(report));
    else host.stdout(`${confirmSummary(report)}\n`);
    return 0;
  });
};
