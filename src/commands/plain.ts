import { createInterface } from 'node:readline/promises';
import { UserError } from '../domain/errors.ts';
import { collectorsOf } from '../domain/methodology.ts';
import type { OpenTargetOptions } from '../io/git/open-target.ts';
import { openWritten } from '../io/session/written.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { runPlain } from '../ui/plain/plain.ts';
import { citedAnywhere } from './cited.ts';
import type { Host } from './host.ts';
import { describeWritten, loadTop10, readinessOf, stateOf, writeReport } from './report.ts';
import { resumeAudit, startAudit } from './workspace.ts';

export type PlainRequest =
  | { kind: 'resume'; id: string; readOnly: boolean }
  | {
      kind: 'start';
      source: string;
      fetch?: OpenTargetOptions['fetch'];
      subdir: string;
      methodology: string;
      rules: string;
      url: string;
    };

/** The linear interface on standard input and output; returns when the auditor leaves or the input ends. */
export const openPlain = async (host: Host, request: PlainRequest): Promise<number> => {
  const print = (text: string): void => host.stdout(`${text}\n`);
  const w =
    request.kind === 'resume'
      ? resumeAudit(host, request.id, request.readOnly)
      : await startAudit(host, { ...request, progress: host.progress });
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise<null>((done) => lines.once('close', () => done(null)));
  let check: string | null = null;
  try {
    for (const n of w.notices) print(visible(n));
    await w.store.load();
    const { methodology, session, readOnly } = w.store.snapshot();
    const missing = collectorsOf(methodology).filter((c) => !session.runs.has(c));
    if (missing.length > 0 && !readOnly) {
      print(`Gathering evidence with ${plural(missing.length, 'collector')}.`);
      await w.store.collect(missing);
    }
    const top10 = await loadTop10();
    check = await runPlain({
      store: w.store,
      print,
      ask: (prompt) => Promise.race([lines.question(prompt).catch(() => null), ended]),
      templates: async () => (await import('./templates.ts')).loadTemplates(),
      locate: async (references, store) =>
        (await import('../engine/locate.ts')).locate(references, (path) => store.readText(path)),
      auditor: {
        get: () => host.settings().auditor.get(),
        set: (auditor) => host.settings().auditor.set(auditor),
      },
      planByHand: async (store, of, n) => (await import('./by-hand.ts')).planByHand(host, store, of, n),
      runByHand: async (store, of, n) => (await import('./by-hand.ts')).runByHand(host, store, of, n),
      readiness: async () => {
        const snapshot = w.store.snapshot();
        return readinessOf(snapshot, await citedAnywhere(snapshot, w.store));
      },
      write: async (folder) => {
        try {
          const written = await writeReport(
            await stateOf(w.store, top10),
            folder,
            w.store.readQuoted,
            openWritten(w.dir),
          );
          w.store.dispatch({ type: 'report-written', audit: written.audit, sha256: written.sha256 });
          return `${written.folder}\n${describeWritten(written)}`;
        } catch (error) {
          if (error instanceof UserError) return `Not written: ${error.message}. ${error.hint}`;
          throw error;
        }
      },
    });
  } finally {
    lines.close();
    await w.store.close(check);
  }
  print(`Saved. Come back with: ${host.again(['resume', w.id, '--plain'])}`);
  return 0;
};
