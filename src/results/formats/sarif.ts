import { entriesAt, field, listAt, textAt } from '../field.ts';
import { type Part, readParts } from '../json-parts.ts';
import { type Format, FormatError, keepGaps, keepGravest, plural, type Tool } from '../tool-result.ts';
import { fileOf, newRun, type Run, resultOf, ruleOf } from './sarif-run.ts';

/**
 * SARIF 2.1.0 of any tool, as the OASIS standard describes it. Read twice: results may stand before the rules, artifacts
 * and base folders they speak of.
 */

/** No tool has more rules, and no run speaks of more files, than a person will ever see the results of. */
const MAX_RULES = 100_000;
const MAX_ARTIFACTS = 500_000;
const MAX_RUNS = 1000;
const MAX_ROOTS = 1000;
const MAX_EXTENSIONS = 1000;

/** `.../runs/3/...`: which run a part is of. Runs beyond any use share one. */
const runOf = (runs: Map<number, Run>, path: readonly (string | number)[]): Run => {
  const key = Math.min(Number(path[1]), MAX_RUNS);
  const known = runs.get(key) ?? newRun();
  runs.set(key, known);
  return known;
};

/** Kinds of result that say all is well, or say nothing. */
const QUIET = new Set(['pass', 'notApplicable', 'informational']);

const readRuns = (bytes: Uint8Array) => {
  const runs = new Map<number, Run>();
  const seen = { version: '', external: 0, revision: '', rules: 0, artifacts: 0, runs: false };
  const roots: string[] = [];
  const failures = keepGaps();
  const fails = (tool: Tool, text: string): void =>
    failures.add({
      tool,
      title: `${tool.name || 'the tool'} could not look at everything: ${text.split('\n')[0]}`,
      detail: text,
    });
  const of = (path: readonly (string | number)[]) => runOf(runs, path);
  const addRule = (value: unknown, path: readonly (string | number)[]): void => {
    if (++seen.rules > MAX_RULES) return;
    const run = of(path);
    const rule = ruleOf(value);
    const extension = path[3] === 'extensions' ? Math.min(Number(path[4]), MAX_EXTENSIONS) : null;
    const rules = extension === null ? run.rules : (run.extensions[extension] ?? []);
    rules.push(rule);
    if (extension !== null) run.extensions[extension] = rules;
    // Of two rules with one id the first stands, as an index would find it.
    if (rule.id && !run.byId.has(rule.id)) run.byId.set(rule.id, rule);
  };
  const word = (at: readonly string[], take: (run: Run, text: string) => void): Part => ({
    at: ['runs', '*', ...at],
    take: (value, path) => {
      if (typeof value === 'string') take(of(path), value.slice(0, 200));
    },
  });
  const parts: Part[] = [
    {
      at: ['version'],
      take: (v) => {
        seen.version = String(v);
      },
    },
    word(['tool', 'driver', 'name'], (run, text) => {
      run.tool.name = text;
    }),
    word(['tool', 'driver', 'version'], (run, text) => {
      run.tool.version = text;
    }),
    word(['tool', 'driver', 'semanticVersion'], (run, text) => {
      run.tool.version ||= text;
    }),
    { at: ['runs', '*', 'tool', 'driver', 'rules', '*'], take: addRule },
    { at: ['runs', '*', 'tool', 'extensions', '*', 'rules', '*'], take: addRule },
    {
      at: ['runs', '*', 'tool', 'extensions', '*', 'name'],
      take: (v, p) => {
        if (typeof v === 'string' && Number(p[4]) < MAX_EXTENSIONS)
          of(p).extensionNames[Number(p[4])] = v.slice(0, 200);
      },
    },
    {
      at: ['runs', '*', 'artifacts', '*', 'location'],
      take: (v, p) => {
        const index = p[3] as number;
        if (++seen.artifacts <= MAX_ARTIFACTS && index < MAX_ARTIFACTS)
          of(p).artifacts[index] = textAt(v, 'uri');
      },
    },
    {
      at: ['runs', '*', 'originalUriBaseIds'],
      take: (v, p) => {
        for (const [id, base] of entriesAt(v)) {
          const uri = textAt(base, 'uri');
          of(p).bases.set(id, { uri, base: textAt(base, 'uriBaseId') });
          if (/^file:/i.test(uri) && roots.length < MAX_ROOTS) roots.push(fileOf(uri));
        }
      },
    },
    {
      at: ['runs', '*', 'versionControlProvenance', '*'],
      take: (v) => {
        seen.revision ||= textAt(v, 'revisionId');
      },
    },
    {
      at: ['runs', '*', 'invocations', '*'],
      take: (v, p) => {
        const folder = textAt(v, 'workingDirectory', 'uri');
        if (/^file:/i.test(folder) && roots.length < MAX_ROOTS) roots.push(fileOf(folder));
        const told = [
          ...listAt(v, 'toolExecutionNotifications'),
          ...listAt(v, 'toolConfigurationNotifications'),
        ];
        for (const n of told)
          if (textAt(n, 'level') === 'error') fails(of(p).tool, textAt(n, 'message', 'text'));
        if (field(v, 'executionSuccessful') === false)
          fails(of(p).tool, textAt(v, 'exitCodeDescription') || 'it says that its run did not succeed');
      },
    },
    {
      at: ['runs', '*', 'externalPropertyFileReferences'],
      take: () => {
        seen.external += 1;
      },
    },
  ];
  const { passedOver } = readParts(bytes, parts);
  return { runs, seen, roots, failures, passedOver };
};

export const sarif: Format = {
  id: 'sarif',
  title: 'SARIF 2.1.0',
  recognises: ({ keys }) =>
    keys.has('runs') || (keys.has('$schema') && keys.has('version') && !keys.has('results')),
  read(bytes) {
    const { runs, seen, roots, failures, passedOver } = readRuns(bytes);
    if (!seen.version.startsWith('2.1'))
      throw new FormatError(
        seen.version
          ? `its SARIF version is ${seen.version.slice(0, 40)}, and only 2.1.0 is read`
          : 'it does not say which SARIF version it is, and only 2.1.0 is read',
      );
    for (const run of runs.values()) run.tool.name ||= 'a tool without a name';
    const kept = keepGravest();
    const spoke = new Set<Run>();
    const quiet = new Map<string, number>();
    const count = (what: string): void => void quiet.set(what, (quiet.get(what) ?? 0) + 1);
    const { passedOver: lost } = readParts(bytes, [
      {
        at: ['runs', '*', 'results', '*'],
        take: (value, path) => {
          spoke.add(runOf(runs, path));
          const kind = textAt(value, 'kind');
          if (QUIET.has(kind)) return count(`say ${kind}`);
          if (textAt(value, 'baselineState') === 'absent')
            return count('are marked as gone since a baseline');
          kept.add(resultOf(runOf(runs, path), value));
        },
      },
    ]);
    const tools = [...runs.values()].map((r) => r.tool);
    const first = tools[0] ?? { name: 'a tool without a name', version: '' };
    const gaps = failures.gaps(first, lost + passedOver);
    // Where no run reports anything, that is said of the whole file.
    if (spoke.size > 0)
      for (const run of runs.values())
        if (!spoke.has(run))
          gaps.push({
            tool: run.tool,
            title: `${run.tool.name} reports nothing in a run of its own, which does not say what it looked at`,
            detail:
              'Make sure that it ran on this commit, and to its end, before you take this for an answer.',
          });
    if (seen.external > 0)
      gaps.push({
        tool: first,
        title: 'Results may stand in other files that this one refers to',
        detail: 'The SARIF file names external property files, which were not imported.',
      });
    const silent = [...quiet].map(([what, n]) => `${n.toLocaleString('en')} ${what}`).join(', ');
    return {
      format: 'sarif',
      tools,
      results: kept.results(),
      total: kept.total(),
      gaps,
      searched: [
        plural(runs.size, 'run'),
        plural(seen.rules, 'rule'),
        ...(seen.artifacts > 0 ? [`${plural(seen.artifacts, 'file')} named`] : []),
        ...(silent ? [`of its results ${silent}`] : []),
      ].join(', '),
      looked: null,
      roots,
      revision: seen.revision,
    };
  },
};
