import { baseName, below, isBinaryPath } from '../../analysis/files/paths.ts';
import { byCodePoint, bytes, count, listed, plural } from '../../analysis/files/words.ts';
import { newLineFilter } from '../../analysis/repository/new-lines.ts';
import type { SecretHit, SecretScanner } from '../../analysis/repository/secret-scan.ts';
import { type CollectContext, fact, gap, type HistoricBlob, type ItemDraft, lead } from '../collector.ts';
import { byPath, CHECKS, COMMON, capital, MOST_ITEMS, MOST_PER_FILE, weigh } from './weigh.ts';

const MOST_BLOB_BYTES = 1_000_000;

const MOST_HISTORY_BYTES = 400_000_000;

const MOST_BLOBS = 60_000;

const BATCH = 200;

/** Each needs a walk through the history. */
const MOST_TRACED = 60;

export const scanHistory = async (
  { tree, history, target, signal, progress }: CollectContext,
  scan: SecretScanner,
  known: ReadonlySet<string>,
  items: ItemDraft[],
): Promise<{ read: number }> => {
  const { blobs, complete, missing } = await history.blobs();
  const current = new Set(tree.allEntries.map((e) => e.oid));
  const inScope = (path: string): boolean => target.subdir === '' || path.startsWith(`${target.subdir}/`);
  const older = blobs.filter((b) => !current.has(b.oid) && b.size > 0 && inScope(b.path));
  const readable = older.filter((b) => b.size <= MOST_BLOB_BYTES && !isBinaryPath(b.path));
  const wanted: HistoricBlob[] = [];
  let total = 0;
  for (const blob of readable) {
    if (wanted.length >= MOST_BLOBS || total + blob.size > MOST_HISTORY_BYTES) break;
    total += blob.size;
    wanted.push(blob);
  }

  // One file's versions together, so that each line is scanned once.
  wanted.sort((a, b) => byCodePoint(a.path, b.path));
  let path = '';
  let fresh = newLineFilter(/PRIVATE KEY/);
  const byValue = new Map<string, { blob: HistoricBlob; hit: SecretHit; versions: number }>();
  let read = 0;
  let binary = 0;
  let unreadable = 0;
  for (let from = 0; from < wanted.length; from += BATCH) {
    signal.throwIfAborted();
    progress(`${count(from)} of ${count(wanted.length)} older versions`);
    const batch = new Map(wanted.slice(from, from + BATCH).map((b) => [b.oid, b]));
    for await (const { oid, bytes: content } of history.readBlobs([...batch.keys()])) {
      const blob = batch.get(oid);
      if (!blob) continue;
      if (content === null) {
        unreadable++;
        continue;
      }
      if (content.subarray(0, 8000).includes(0)) {
        binary++;
        continue;
      }
      read++;
      if (blob.path !== path) {
        path = blob.path;
        fresh = newLineFilter(/PRIVATE KEY/);
      }
      const { text, lineOf } = fresh(content.toString('utf8'));
      for (const raw of (await scan(blob.path, text)).slice(0, MOST_PER_FILE)) {
        if (known.has(raw.value)) continue;
        const hit = { ...raw, startLine: lineOf(raw.startLine), endLine: lineOf(raw.endLine) };
        const seen = byValue.get(hit.value);
        if (seen) seen.versions++;
        else byValue.set(hit.value, { blob, hit, versions: 1 });
      }
    }
  }

  const weighed = [...byValue.values()]
    .map((f) => ({ ...f, ...weigh(below(f.blob.path, target.subdir), f.hit) }))
    .sort(
      (a, b) =>
        Number(b.strength === 'strong') - Number(a.strength === 'strong') ||
        byCodePoint(a.blob.path, b.blob.path) ||
        a.hit.startLine - b.hit.startLine ||
        byCodePoint(a.blob.oid, b.blob.oid),
    );
  const found = weighed.filter((f) => f.strength !== 'weak');
  for (const [i, { blob, hit, versions, strength, why }] of found.slice(0, MOST_ITEMS).entries()) {
    signal.throwIfAborted();
    const commit = i < MOST_TRACED ? await history.introducedBy(blob.oid, blob.path) : null;
    items.push(
      lead(
        `history-${hit.id}`,
        CHECKS,
        `${capital(hit.label)} in the history of ${baseName(blob.path)}: ${hit.masked}`,
        {
          ...COMMON,
          strength,
          detail: [
            `${blob.path}, line ${hit.startLine} of an older version; no longer in the pinned tree, still in every clone.`,
            commit
              ? `Brought in by commit ${commit}.`
              : i < MOST_TRACED
                ? 'The commit that brought it in was not found.'
                : 'The commit that brought it in was not looked for.',
            versions > 1 ? `Also under ${plural(versions - 1, 'other path')}. ${why}` : why,
            hit.snippet,
          ].join('\n'),
          reproduce: `git cat-file blob ${blob.oid} | sed -n ${hit.startLine},${hit.endLine}p`,
        },
      ),
    );
  }
  const unlikely = byPath(
    weighed.filter((f) => f.strength === 'weak').map((f) => ({ ...f, key: f.blob.path })),
  ).slice(0, MOST_ITEMS);
  for (const [i, group] of unlikely.entries()) {
    signal.throwIfAborted();
    const { blob, hit } = group[0]!;
    const commit = i < MOST_TRACED ? await history.introducedBy(blob.oid, blob.path) : null;
    items.push(
      fact(
        'history-unlikely',
        CHECKS,
        `${plural(group.length, 'value')} like secrets in the history of ${baseName(blob.path)}, unlikely to be real`,
        {
          ...COMMON,
          strength: 'weak',
          detail: `${blob.path}, older versions; the first came with ${commit ? `commit ${commit}` : 'a commit that was not found or not looked for'}.\n${group
            .slice(0, 20)
            .map((g) => `${g.hit.label} ${g.hit.masked}. ${g.why}`)
            .join('\n')}`,
          reproduce: `git cat-file blob ${blob.oid} | sed -n ${hit.startLine},${hit.endLine}p`,
        },
      ),
    );
  }
  if (found.length > MOST_ITEMS)
    items.push(
      fact(
        'more-in-history',
        CHECKS,
        `${count(found.length - MOST_ITEMS)} more values in the history look like secrets`,
        {
          reproduce: 'git rev-list --objects {commit}',
          class: 'hardcoded-secret',
          detail: listed([...new Set(found.slice(MOST_ITEMS).map((r) => r.blob.path))], 40),
        },
      ),
    );

  if (missing + unreadable > 0)
    items.push(
      gap(
        'history-missing',
        CHECKS,
        `${plural(missing + unreadable, 'file or folder', 'files or folders')} of the history could not be scanned: missing or damaged`,
        {
          class: 'hardcoded-secret',
          detail:
            'The clone leaves them out, or they are damaged. What is no longer in the pinned tree may have been in them.',
          advice: 'A complete clone has them: git fsck tells.',
          reproduce: 'git rev-list --objects --missing=print {commit}',
        },
      ),
    );
  const skipped = older.length - wanted.length + binary;
  if (skipped > 0)
    items.push(
      gap(
        'history-not-read',
        CHECKS,
        `${plural(skipped, 'older version')} of files not scanned for secrets`,
        {
          class: 'hardcoded-secret',
          detail: `${[
            [older.filter((b) => isBinaryPath(b.path)).length + binary, 'binary'] as const,
            [
              older.filter((b) => b.size > MOST_BLOB_BYTES && !isBinaryPath(b.path)).length,
              `over ${bytes(MOST_BLOB_BYTES)}`,
            ] as const,
            [
              readable.length - wanted.length,
              `past the limit of ${count(MOST_BLOBS)} versions or ${bytes(MOST_HISTORY_BYTES)}`,
            ] as const,
          ]
            .flatMap(([n, why]) => (n > 0 ? [`${count(n)} ${why}`] : []))
            .join(', ')}.`,
        },
      ),
    );
  const { shallow } = await history.commits();
  if (shallow || !complete)
    items.push(
      gap('history-incomplete', CHECKS, 'Not the whole history was there to be scanned', {
        class: 'hardcoded-secret',
        detail: shallow ? 'The clone is shallow.' : 'There are more objects than this tool lists.',
        ...(shallow ? { advice: 'git fetch --unshallow' } : {}),
      }),
    );
  return { read };
};
