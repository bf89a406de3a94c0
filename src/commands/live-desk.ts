import { UserError } from '../domain/errors.ts';
import type { ConfirmReport, ProbeReport } from '../domain/observation.ts';
import type { Store } from '../engine/store.ts';
import type { Line } from '../live/client/transcript.ts';
import { splitWords } from '../live/prepare/make-plan.ts';
import type { LivePort, Start } from '../ui/ports.ts';
import type { Host } from './host.ts';
import { describePlanned, prepareReady, type Ready } from './live-start.ts';
import {
  type LiveOptions,
  type LiveTarget,
  type Planned,
  planFor,
  readEnv,
  requireSandbox,
  targetOfSession,
} from './live-target.ts';
import { confirmSummary, keepObservation, probeSummary } from './observe.ts';
import { PROBE_DOES, probeReady } from './probe.ts';
import { CONFIRM_BUDGET_S, confirmDoes, tryLeads } from './try-leads.ts';

/**
 * The running server as the interface has it: planned and shown first, started only as it was agreed to. What was prepared
 * is kept while the session is open, so that the next lead waits for nothing but its own sandbox.
 */

const optionsOf = (start: Start): LiveOptions => ({
  cmd: start.cmd || undefined,
  cwd: start.cwd || undefined,
  env: splitWords(start.env),
});

const keyOf = (store: Store, start: Start): string => {
  const { target } = store.snapshot().session;
  return JSON.stringify([target?.url, target?.commit, target?.subdir, start]);
};

type Agreed = { key: string; target: LiveTarget; planned: Planned; ready: Promise<Ready> | null };

const kept = (store: Store, seen: { report: ProbeReport | ConfirmReport; lines: readonly Line[] }): void => {
  const id = keepObservation(store, seen);
  if (typeof id !== 'string') throw new UserError(`it was seen, and not recorded: ${id.refused}`, id.hint);
};

export type LiveDesk = Omit<LivePort, 'untriable'> & {
  /** Removes what was prepared. */
  close(): Promise<void>;
};

export const createLiveDesk = (host: Pick<Host, 'env'>): LiveDesk => {
  let agreed: Agreed | null = null;

  const drop = async (): Promise<void> => {
    const { ready = null } = agreed ?? {};
    agreed = null;
    // What could not be prepared left nothing.
    await ready?.then(({ prepared }) => prepared.remove()).catch(() => {});
  };

  /** Hints of the command line are of no use here: what starts it is said on a screen. */
  const planHere = async (options: LiveOptions, target: LiveTarget): Promise<Planned> => {
    try {
      return await planFor(host, undefined, options, target);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(error.message, 'e on the live screen (8) says how it is started');
    }
  };

  /** What was agreed to, prepared; the first who asks waits for it. */
  const readyFor: (
    store: Store,
    start: Start,
    o: Parameters<LivePort['probe']>[2],
  ) => Promise<{ ready: Ready; target: LiveTarget }> = async (store, start, { progress, signal }) => {
    const means = await requireSandbox(host);
    const key = keyOf(store, start);
    if (agreed?.key !== key) throw new Error('it was not agreed to');
    const now = agreed;
    const { target, planned } = now;
    now.ready ??= prepareReady({ env: host.env, progress }, optionsOf(start), target, planned, means, signal);
    try {
      const ready = await now.ready;
      // What was gathered since it was prepared counts.
      return { ready, target: await targetOfSession(store) };
    } catch (error) {
      now.ready = null;
      throw error instanceof UserError
        ? new UserError(error.message, 'prepare it by hand and say what starts it: e on the live screen (8)')
        : error;
    }
  };

  return {
    plan: async (store, start, does) => {
      const options = optionsOf(start);
      readEnv(options.env);
      const means = await requireSandbox(host);
      const key = keyOf(store, start);
      const words = does.kind === 'probe' ? PROBE_DOES : confirmDoes(does.leads, does.others);
      if (agreed?.key === key && agreed.ready)
        return { words: describePlanned(agreed.planned, options, means, words), agreed: true };
      const target = await targetOfSession(store);
      const planned = await planHere(options, target);
      await drop();
      agreed = { key, target, planned, ready: null };
      return { words: describePlanned(planned, options, means, words), agreed: false };
    },
    probe: async (store, start, o) => {
      const { ready, target } = await readyFor(store, start, o);
      o.progress('asking the server');
      const seen = await probeReady(
        ready,
        { surface: target.surface, lock: null, items: target.items },
        o.signal,
      );
      if (o.signal.aborted) return '';
      kept(store, seen);
      return probeSummary(seen.report);
    },
    confirm: async (store, start, leads, o) => {
      const { ready, target } = await readyFor(store, start, o);
      o.progress('trying the first lead');
      const seen = await tryLeads({
        leads,
        surface: target.surface,
        ready,
        budgetS: CONFIRM_BUDGET_S,
        signal: o.signal,
        told: (c, n) =>
          o.told(n, `${c.result === 'confirmed' ? 'confirmed' : c.result.replace('-', ' ')}: ${c.title}`),
      });
      // What was called off before it began is no observation of anything.
      const results = o.signal.aborted
        ? seen.report.results.filter((r) => r.calls.length > 0 || r.result !== 'not-tried')
        : seen.report.results;
      const report = { ...seen.report, results };
      if (results.length === 0) return { summary: 'called off before anything was tried', results };
      kept(store, { ...seen, report });
      return { summary: confirmSummary(report), results };
    },
    close: drop,
  };
};
