// Long, because it is one list: the twins of what the interface does, for scripts.
import { carriedCheckOf, whyLook } from '../domain/carried.ts';
import type { Cited } from '../domain/citations.ts';
import { isRefusal } from '../domain/decide.ts';
import { disclosureOf, graveFindings, publicationWarning } from '../domain/disclosure.ts';
import type { CollectorRun } from '../domain/evidence.ts';
import { missingParts, stageOf } from '../domain/finding.ts';
import { checksOf, collectorsOf, type Methodology } from '../domain/methodology.ts';
import { observationsOf, triedLeads } from '../domain/observations.ts';
import { scoresText } from '../domain/scoring/severity.ts';
import { findingsOf, indexEvidence, progress, verdictWord, workedHours } from '../domain/selectors.ts';
import { toJson } from '../domain/session.ts';
import type { Snapshot } from '../engine/store.ts';
import { openWritten } from '../io/session/written.ts';
import { noAdvisory } from '../report/formats/osv.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { chosenCopy } from './advisories.ts';
import { applyAnswers, readAnswers } from './answer.ts';
import { changedLines } from './changed-evidence.ts';
import { citedAnywhere } from './cited.ts';
import { parseFormat, writeAll, writtenAs } from './formats.ts';
import { type Host, json } from './host.ts';
import {
  describeWritten,
  isClean,
  loadTop10,
  noteWritten,
  readinessOf,
  refuseEarly,
  reportModelOf,
  stateOf,
  writeReport,
} from './report.ts';
import { createTakeIn } from './take-in.ts';
import { closeSession, exitCode, withSession } from './with-session.ts';
import { allowLookups, bringTarget, type StartOptions, startAudit, type Workspace } from './workspace.ts';

/** The twins of what the interface does, for scripts and for terminals that are none. Exit codes: 0 done, 1 not as asked. */

const say = (host: Host, text: string): void => host.stdout(`${visible(redactSecrets(text))}\n`);

const runSummary = (snapshot: Snapshot) =>
  collectorsOf(snapshot.methodology).map((id) => {
    const run = snapshot.session.runs.get(id);
    const result = snapshot.evidence.get(id)?.run;
    return {
      id,
      outcome: snapshot.missing.has(id) ? ('missing' as const) : (run?.outcome ?? ('not-run' as const)),
      message: snapshot.missing.get(id) ?? result?.message ?? '',
      searched: result?.searched ?? '',
      counts: run?.counts ?? null,
    };
  });

/** Whether a run saw what it was to look at: what could not look has answered nothing. */
export const hasLooked = (run: CollectorRun | undefined): boolean =>
  run !== undefined && run.outcome !== 'failed' && run.outcome !== 'unavailable';

export const collectAll = async (
  host: Host,
  w: Workspace,
  ids: readonly string[],
  quiet: boolean,
): Promise<boolean> => {
  const said = await w.store.collect(ids);
  const { session, failedSave } = w.store.snapshot();
  if (!quiet)
    for (const id of ids) {
      const run = said.get(id);
      const words = run ? run.message || run.searched : (failedSave?.message ?? 'stopped before it was done');
      // What an earlier run saw is still there, and is not what this one says.
      const stays =
        run && run.outcome !== session.runs.get(id)?.outcome ? ' (its earlier evidence stays)' : '';
      say(host, `  ${id.padEnd(16)} ${(run?.outcome ?? 'not kept').padEnd(15)} ${words}${stays}`);
    }
  return ids.every((id) => hasLooked(said.get(id)));
};

export const start = async (
  host: Host,
  options: StartOptions & { json?: boolean | undefined; collect?: boolean | undefined },
): Promise<number> => {
  const w = await startAudit(host, { ...options, progress: options.json ? undefined : host.progress });
  try {
    const { session, methodology } = w.store.snapshot();
    if (!options.json) {
      say(host, `session ${w.id}`);
      say(host, `target  ${session.target?.name} at ${session.target?.commit}`);
      for (const n of w.notices) say(host, `note    ${n}`);
    }
    const ok =
      options.collect === false ||
      (await collectAll(host, w, collectorsOf(methodology), options.json ?? false));
    if (options.json)
      json(host, {
        session: w.id,
        folder: w.dir,
        target: session.target,
        collectors: runSummary(w.store.snapshot()),
        notices: w.notices,
      });
    else {
      say(host, `next    ${host.again([w.id])}`);
      say(host, `or      ${host.again(['answer', '--session', w.id, '--from', 'FILE'])}`);
    }
    return exitCode(w, ok ? 0 : 1);
  } finally {
    await closeSession(host, w);
  }
};

export const answer = (
  host: Host,
  options: { session?: string | undefined; from: string; json?: boolean | undefined },
): Promise<number> => {
  const answers = readAnswers(options.from);
  return withSession(host, options.session, async (w) => {
    const done = await applyAnswers(w.store, answers);
    if (options.json) json(host, { session: w.id, ...done });
    else {
      say(
        host,
        `${w.id}: ${done.recorded} recorded, ${done.unchanged} already so, ${done.refused.length} refused`,
      );
      for (const f of done.findings)
        say(host, `  ${f.id} ${f.outcome}: ${f.title}${f.notReviewed ? ' (recorded, not as reviewed)' : ''}`);
      for (const r of done.refused) say(host, `  refused ${r.what}: ${r.why} (${r.hint})`);
      for (const u of done.unread) say(host, `  ${u.check}: ${u.said}`);
    }
    return done.refused.length === 0 ? 0 : 1;
  });
};

/** One decision, as a key of the interface would make it. */
export const single = (
  host: Host,
  session: string | undefined,
  command: Parameters<Workspace['store']['dispatch']>[0],
): Promise<number> =>
  withSession(host, session, async (w) => {
    const result = w.store.dispatch(command);
    if (isRefusal(result) && result.refused === 'nothing changed') {
      say(host, `${w.id}: it is so already`);
      return 0;
    }
    if (isRefusal(result)) {
      host.stderr(`${visible(result.refused)}\n${visible(result.hint)}\n`);
      return 1;
    }
    say(host, `${w.id}: recorded as event ${result.seq}`);
    return 0;
  });

const statusJson = (w: Workspace, snapshot: Snapshot, methodology: Methodology, cited: Cited) => {
  const index = indexEvidence(snapshot.evidence, triedLeads(snapshot.session));
  return {
    session: w.id,
    folder: w.dir,
    target: snapshot.session.target,
    methodology: { id: methodology.id, version: methodology.version },
    progress: progress(snapshot.session, checksOf(methodology)),
    workedHours: workedHours(snapshot.session),
    collectors: runSummary(snapshot),
    checks: checksOf(methodology).map((c) => ({
      id: c.id,
      title: c.title,
      verdict: snapshot.session.answers.get(c.id)?.verdict ?? null,
      note: snapshot.session.answers.get(c.id)?.note ?? '',
      // Of an earlier audit, waiting to be looked at again; null where there is none.
      carried: carriedCheckOf(snapshot.session, c.id),
      items: (index.get(c.id) ?? []).length,
      leads: (index.get(c.id) ?? []).filter((i) => i.kind === 'lead').length,
      questions: (index.get(c.id) ?? []).filter((i) => i.kind === 'question').length,
      // Seen of the running server: beside the items, never among them.
      observations: observationsOf(snapshot.session, c.id).map((o) => o.id),
    })),
    findings: findingsOf(snapshot.session).map((f) => ({
      ...f,
      stage: stageOf(f),
      missing: missingParts(f),
      score: scoresText(f.scores),
    })),
    disclosure: {
      ...disclosureOf(snapshot.session),
      findings: graveFindings(snapshot.session).map((f) => f.id),
    },
    readiness: readinessOf(snapshot, cited),
    state: toJson(snapshot.session),
  };
};

export const status = (
  host: Host,
  options: { session?: string | undefined; json?: boolean | undefined },
): Promise<number> =>
  withSession(
    host,
    options.session,
    async (w) => {
      const snapshot = w.store.snapshot();
      const { session, methodology } = snapshot;
      const cited = await citedAnywhere(snapshot, w.store);
      if (options.json) {
        json(host, statusJson(w, snapshot, methodology, cited));
        return 0;
      }
      const p = progress(session, checksOf(methodology));
      say(host, `${w.id}  ${session.target?.name} @ ${session.target?.commit.slice(0, 12)}`);
      say(
        host,
        `${p.answered} of ${p.total} checks answered, ${plural(session.findings.size, 'finding')}, ${workedHours(session)} h`,
      );
      for (const c of checksOf(methodology)) {
        const a = session.answers.get(c.id);
        const note = a?.note ? `  ${a.note.split('\n')[0]}` : '';
        say(host, `  ${c.id.padEnd(7)} ${verdictWord(a?.verdict ?? null).padEnd(15)} ${c.title}${note}`);
        const carried = carriedCheckOf(session, c.id);
        if (carried?.verdict)
          say(
            host,
            `          carried, not yet looked at again: ${verdictWord(carried.verdict)} (${whyLook(session, carried) ?? 'its evidence is the same'})`,
          );
        for (const o of observationsOf(session, c.id)) say(host, `          observed: ${o.said}`);
      }
      say(host, 'collectors');
      for (const r of runSummary(snapshot))
        say(host, `  ${r.id.padEnd(16)} ${r.outcome.padEnd(15)} ${r.message}`);
      for (const f of findingsOf(session))
        say(
          host,
          `  ${f.id} ${f.severity.padEnd(9)} ${stageOf(f).padEnd(9)} ${f.title}${scoresText(f.scores) ? `  ${scoresText(f.scores)}` : ''}${missingParts(f).length > 0 ? `  (to fill: ${missingParts(f).join(', ')})` : ''}`,
        );
      for (const r of readinessOf(snapshot, cited))
        if (r.level !== 'ok') say(host, `  ${r.level}: ${r.text} (${r.fix})`);
      return 0;
    },
    true,
  );

export const collectAgain = (
  host: Host,
  options: {
    session?: string | undefined;
    checks?: readonly string[];
    osv?: string | undefined;
    allowNetwork?: boolean | undefined;
    /** Where the target is, when it is no longer where it was, or the session came from elsewhere. */
    source?: string | undefined;
  },
): Promise<number> => {
  const osv = options.osv ? chosenCopy(options.osv) : null;
  return withSession(host, options.session, async (w) => {
    const { commit = '' } = w.store.snapshot().session.target ?? {};
    if (options.source)
      for (const n of await bringTarget(host, w.dir, commit, options.source)) say(host, `note    ${n}`);
    allowLookups(host, w, osv, options.allowNetwork ?? false);
    const { methodology } = w.store.snapshot();
    const ids = options.checks?.length
      ? [
          ...new Set(
            checksOf(methodology)
              .filter((c) => options.checks?.includes(c.id))
              .flatMap((c) => c.collectors),
          ),
        ]
      : collectorsOf(methodology);
    const { evidence: before } = w.store.snapshot();
    const looked = await collectAll(host, w, ids, false);
    for (const line of changedLines(before, w.store.snapshot().evidence, ids)) say(host, line);
    return looked ? 0 : 1;
  });
};

export const report = (
  host: Host,
  options: {
    session?: string | undefined;
    to: string;
    format?: string | undefined;
    json?: boolean | undefined;
  },
): Promise<number> =>
  withSession(host, options.session, async (w) => {
    // What assistants left until now belongs to it.
    createTakeIn(w.store, w.dir).all();
    const format = parseFormat(options.format ?? 'submission');
    if (format !== 'submission') {
      const state = await stateOf(w.store, await loadTop10());
      const model = await reportModelOf(state, w.store.readQuoted);
      // Advisories are made to be published; the other formats may be for the maintainers themselves.
      if (format === 'osv') refuseEarly(state.snapshot);
      const early = publicationWarning(state.snapshot.session);
      if (early && format !== 'private') host.stderr(`not for the public yet: ${visible(early)}\n`);
      const texts = writtenAs(format, model, state.snapshot.session);
      if (options.to === '-') for (const text of texts.values()) host.stdout(text);
      else {
        const files = writeAll(texts, options.to, openWritten(w.dir));
        if (options.json) json(host, { session: w.id, format, files });
        else for (const path of files) say(host, path);
        if (files.length === 0) say(host, noAdvisory(model));
      }
      return 0;
    }
    const written = await writeReport(
      await stateOf(w.store, await loadTop10()),
      options.to,
      w.store.readQuoted,
      openWritten(w.dir),
    );
    const unnoted = noteWritten(w.store, written);
    if (unnoted) host.stderr(`${visible(unnoted)}\n`);
    const clean = isClean(written.diagnostics);
    if (options.json) json(host, { session: w.id, ...written, clean });
    else {
      say(host, written.folder);
      host.stdout(`${describeWritten(written)}\n`);
    }
    return unnoted ? 2 : clean ? 0 : 1;
  });
