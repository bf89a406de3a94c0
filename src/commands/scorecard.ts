import { isRefusal } from '../domain/decide.ts';
import { scorecardOf, totalWords } from '../domain/scorecard.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { withSession } from './with-session.ts';

export type ScorecardOptions = {
  session?: string | undefined;
  /** Of one criterion: `0` to `4`, `none` (cannot be rated), or `proposal` (what is proposed stands again). */
  rate?: string | undefined;
  criterion?: string | undefined;
  because?: string | undefined;
  json?: boolean | undefined;
};

/** Shows the scorecard; with a criterion and a rating records that first. */
export const scorecard = (host: Host, options: ScorecardOptions): Promise<number> =>
  withSession(
    host,
    options.session,
    async (w) => {
      if (options.criterion !== undefined) {
        const rating =
          options.rate === 'proposal'
            ? null
            : {
                value: options.rate === 'none' ? null : Number(options.rate ?? Number.NaN),
                reason: options.because ?? '',
              };
        const result = w.store.dispatch({ type: 'rate', criterion: options.criterion, rating });
        if (isRefusal(result) && result.refused !== 'nothing changed') {
          host.stderr(`${visible(result.refused)}\n${visible(result.hint)}\n`);
          return 1;
        }
      }
      const card = scorecardOf(w.store.snapshot());
      if (options.json) {
        json(host, { session: w.id, ...card });
        return 0;
      }
      const shown = (v: number | null): string =>
        v === null ? '–' : Number.isInteger(v) ? String(v) : v.toFixed(1);
      for (const d of card.dimensions) {
        host.stdout(`${d.title.padEnd(26)} ${shown(d.value).padEnd(4)} ${d.weight} % of the total\n`);
        for (const c of d.criteria) {
          const by = c.by === 'auditor' ? 'rated' : c.value === null ? 'not rated' : 'proposed';
          host.stdout(
            `  ${visible(`${c.id.padEnd(24)} ${shown(c.value).padEnd(4)} ${by.padEnd(10)} ${c.reason}`)}\n`,
          );
        }
      }
      host.stdout(`total: ${totalWords(card)}\n`);
      return 0;
    },
    options.criterion === undefined,
  );
