import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectorsOf } from '../domain/methodology.ts';
import { entriesIn, named, type Place, placeName, refusePlace } from '../io/open-folder.ts';
import { openWritten } from '../io/session/written.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { applyAnswers, readAnswers } from './answer.ts';
import type { Host } from './host.ts';
import { describeWritten, isClean, loadTop10, stateOf, writeReport } from './report.ts';
import { startSample } from './workspace.ts';

/** The answers of the demonstration lie beside the sample server: above `dist/`, or above `src/commands/`. */
const answersOfSample = (): string => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    const file = join(dir, 'sample', 'answers.yml');
    if (existsSync(file)) return file;
  }
  throw new Error('sample/answers.yml is not in the package');
};

/** Whoever filled the folder before does not choose where the session goes, nor what is read as one. */
const refuseLinks = (place: Place, folder: string): void => {
  for (const { name, kind } of entriesIn(place, folder) ?? []) {
    const path = `${folder}/${name}`;
    if (kind === 'folder') refuseLinks(place, path);
    else if (kind !== 'file') throw refusePlace(placeName(place, path), kind);
  }
};

/** A whole audit of the sample server in a folder of its own: nothing of the auditor's own sessions is touched. */
export const demo = async (host: Host, to: string | undefined): Promise<number> => {
  const folder = to ? resolve(to) : mkdtempSync(join(tmpdir(), 'mcp-audit-demo-'));
  if (to) refuseLinks(named(folder), 'data');
  const own: Host = { ...host, dataDir: join(folder, 'data'), reposDir: join(folder, 'data', 'repos') };
  const say = (text: string): void => host.stdout(`${visible(text)}\n`);
  const w = await startSample(own);
  try {
    const { session, methodology } = w.store.snapshot();
    say(`1  pinned    ${session.target?.name} at ${session.target?.commit}`);
    await w.store.collect(collectorsOf(methodology));
    for (const [id, run] of w.store.snapshot().session.runs)
      say(
        `2  gathered  ${id.padEnd(16)} ${run.outcome.padEnd(15)} ${plural(run.counts.lead, 'lead')}, ${plural(run.counts.gap, 'gap')}`,
      );
    const done = await applyAnswers(w.store, readAnswers(answersOfSample()));
    say(`3  answered  ${done.recorded} decisions recorded, ${done.refused.length} refused`);
    for (const r of done.refused) say(`             ${r.what}: ${r.why} (${r.hint})`);
    const written = await writeReport(
      await stateOf(w.store, await loadTop10()),
      join(folder, 'submission'),
      w.store.readQuoted,
      openWritten(w.dir),
    );
    w.store.dispatch({ type: 'report-written', audit: written.audit, sha256: written.sha256 });
    say(`4  written   ${written.folder}`);
    host.stdout(`5  validated\n${describeWritten(written)}\n`);
    say(`look at it   ${host.again([w.id], { MCP_AUDIT_HOME: join(folder, 'data') })}`);
    say(`check it     ${host.again(['validate', join(folder, 'submission')])}`);
    return done.refused.length === 0 && isClean(written.diagnostics) ? 0 : 1;
  } finally {
    await w.store.close(null);
  }
};
