import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { checksOf, collectorsOf } from '../domain/methodology.ts';
import { CONFIGURATION, type Configuration, readConfiguration } from '../domain/pipeline/configuration.ts';
import { conditionsOf } from '../domain/pipeline/fail-on.ts';
import type { Problem } from '../domain/read-yaml.ts';
import { readInputFile } from '../io/input-file.ts';
import { readLock } from '../live/probe/lock.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, todayOf } from './host.ts';
import { problemLine, readBaseline } from './own-policy.ts';
import { loadMethodology } from './workspace.ts';

/** `mcp-audit config lint`: what of a configuration would not do what its author means. */

const MOST_BYTES = 32 * 1024 * 1024;

const textAt = (folder: string, path: string): string | { why: string } => {
  try {
    return readInputFile(join(folder, path), MOST_BYTES).toString('utf8');
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
};

const problem = (path: string, expected: string, found: string, line?: number): Problem => ({
  file: CONFIGURATION,
  path,
  ...(line === undefined ? {} : { line }),
  expected,
  found,
});

const wordsOf = (error: unknown): string => {
  if (error instanceof UserError) return error.message;
  throw error;
};

const filesOf = (folder: string, c: Configuration): Problem[] => {
  const wrong: Problem[] = [];
  if (c.baseline !== undefined) {
    const text = textAt(folder, c.baseline);
    if (typeof text !== 'string') wrong.push(problem('baseline', 'a file that can be read', text.why));
    else
      try {
        readBaseline(c.baseline, text);
      } catch (error) {
        wrong.push(problem('baseline', 'what --write-baseline wrote', wordsOf(error)));
      }
  }
  if (c.toolsLock !== undefined) {
    const text = textAt(folder, c.toolsLock);
    const lock = typeof text === 'string' ? readLock(text) : text.why;
    if (typeof lock === 'string') wrong.push(problem('toolsLock', 'a tools.lock.json', lock));
  }
  return wrong;
};

export const configLint = async (host: Host, folder: string, options: { json: boolean }): Promise<number> => {
  const text = textAt(folder, CONFIGURATION);
  if (typeof text !== 'string')
    throw new UserError(
      `there is no ${CONFIGURATION} in ${visible(folder)} that can be read: ${text.why}`,
      'name the folder it lies in, the root of your repository',
    );
  const { value, suppressionLines, problems } = readConfiguration(CONFIGURATION, text);
  const found: Problem[] = [...problems];
  const notes: string[] = [];
  if (value) {
    const methodology = await loadMethodology();
    const checks = new Set(checksOf(methodology).map((c) => c.id));
    const collectors = new Set(collectorsOf(methodology));
    for (const [i, id] of (value.checks ?? []).entries())
      if (!checks.has(id)) found.push(problem(`checks[${i}]`, `a check of ${methodology.id}`, id));
    try {
      conditionsOf(value.failOn ?? []);
    } catch (error) {
      found.push(problem('failOn', 'what --fail-on takes', wordsOf(error)));
    }
    const today = todayOf(host);
    for (const [i, s] of (value.suppress ?? []).entries()) {
      const at = `suppress[${i}]`;
      if (s.rule !== undefined && !collectors.has(s.rule.split('/')[0]!))
        found.push(problem(`${at}.rule`, 'a collector before the /', s.rule, suppressionLines[i]));
      if (s.expires < today)
        found.push(problem(`${at}.expires`, `${today} or later`, s.expires, suppressionLines[i]));
    }
    found.push(...filesOf(folder, value));
    if ((value.failOn ?? []).some((f) => f.split('+').includes('new')) && value.baseline === undefined)
      notes.push(
        'failOn asks for what is new: without a baseline here, each run needs --baseline, --base or --changed-since',
      );
  }
  if (options.json) json(host, { ok: found.length === 0, problems: found, notes });
  else {
    for (const p of found) host.stdout(`${visible(problemLine(p))}\n`);
    for (const n of notes) host.stdout(`note: ${n}\n`);
    host.stdout(
      `${CONFIGURATION}: ${found.length === 0 ? 'no problems' : plural(found.length, 'problem')}, ${plural(value?.suppress?.length ?? 0, 'suppression')}\n`,
    );
  }
  return found.length === 0 ? 0 : 1;
};
