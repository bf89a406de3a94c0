import { count, every, listed, plural, share } from '../../analysis/files/words.ts';
import type { FoundEntry, ScannedSurface } from '../../analysis/surface/surface-entry.ts';
import { hintProblems, writingWord } from '../../analysis/tool-text/annotation-claims.ts';
import { withoutEnd } from '../../text/ends.ts';
import { type CollectContext, fact, type ItemDraft, lead, strength } from '../collector.ts';
import { place } from './overview.ts';

export const hints = (tools: readonly FoundEntry[]): ItemDraft[] => {
  const known = tools.filter((t) => t.certainty !== 'dynamic');
  if (known.length === 0) return [];
  const items: ItemDraft[] = [];
  const checks = ['2.4.2'];
  for (const t of known)
    for (const problem of hintProblems(t.name, t.annotations))
      items.push(
        lead(problem.rule, checks, `${t.name}: ${problem.say}`, {
          class: 'annotation-mismatch',
          strength: problem.rule === 'read-only-on-writer' ? 'strong' : 'moderate',
          detail: 'Clients may skip the confirmation because of the hint.',
          advice: 'Compare with what the handler does.',
          at: place(t),
        }),
      );
  const hinted = known.filter((t) => Object.keys(t.annotations).some((k) => k.endsWith('Hint')));
  const bareWriters = known.filter(
    (t) =>
      writingWord(t.name) &&
      t.annotations.readOnlyHint === undefined &&
      t.annotations.destructiveHint === undefined,
  );
  const counts = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
    .map(
      (h) =>
        `${h} ${count(known.filter((t) => t.annotations[h] === true).length)} true, ${count(known.filter((t) => t.annotations[h] === false).length)} false`,
    )
    .join('; ');
  items.push(
    (hinted.length === known.length ? strength : fact)(
      'hints',
      checks,
      `${share(hinted.length, known.length)} tools carry behaviour hints`,
      {
        class: 'annotation-mismatch',
        detail: `${counts}. Without hints a client must assume that a tool destroys and reaches the outside.`,
        at: place(hinted[0] ?? known[0]!),
      },
    ),
  );
  if (bareWriters.length > 0)
    items.push(
      fact(
        'writers-without-hints',
        checks,
        `${plural(bareWriters.length, 'tool')} whose name says it changes things ${bareWriters.length === 1 ? 'has' : 'have'} neither readOnlyHint nor destructiveHint`,
        {
          class: 'annotation-mismatch',
          detail: bareWriters
            .slice(0, 30)
            .map((t) => `${t.name} (${t.path}:${t.line})`)
            .join('\n'),
          at: place(bareWriters[0]!),
        },
      ),
    );
  return items;
};

export const transports = (found: ScannedSurface): ItemDraft[] =>
  (['stdio', 'http', 'sse', 'websocket', 'unknown'] as const).flatMap((kind) => {
    const places = found.transports.filter((t) => t.kind === kind);
    if (places.length === 0) return [];
    const name = {
      stdio: 'stdio',
      http: 'streamable HTTP',
      sse: 'HTTP with SSE (the deprecated transport)',
      websocket: 'WebSocket',
      unknown: 'one chosen at run time',
    }[kind];
    return [
      fact(
        `transport-${kind}`,
        kind === 'stdio' ? ['1.2.1'] : ['1.2.1', '2.2.3', '3.2.1'],
        `Transport: ${name}`,
        {
          detail: listed(
            places.map((p) => `${p.path}:${p.line}`),
            8,
          ),
          at: { path: places[0]!.path, startLine: places[0]!.line },
        },
      ),
    ];
  });

export const documented = async (
  { tree, target }: CollectContext,
  tools: readonly FoundEntry[],
): Promise<ItemDraft[]> => {
  const names = [...new Set(tools.map((t) => t.name))];
  if (names.length === 0) return [];
  const readme = [target.subdir ? `${target.subdir}/README.md` : '', 'README.md'].find(
    (p) => p !== '' && tree.allEntries.some((e) => e.path === p),
  );
  const text = readme ? await tree.text(readme) : null;
  if (!readme || text === null) return [];
  const words = new Set(
    text.match(/[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}/g)?.map((w) => withoutEnd(w, './-')) ?? [],
  );
  const missing = names.filter((n) => !words.has(n));
  if (missing.length === 0)
    return [
      strength(
        'documented-tools',
        ['1.2.2'],
        `${every(names.length, 'tool is', 'tools are')} named in ${readme}`,
        {
          at: { path: readme, startLine: 1 },
        },
      ),
    ];
  return [
    fact(
      'documented-tools',
      ['1.2.2'],
      `${share(missing.length, names.length)} tools are not named in ${readme}`,
      { detail: listed(missing, 60), at: { path: readme, startLine: 1 } },
    ),
  ];
};
