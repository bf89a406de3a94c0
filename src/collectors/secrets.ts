import { lineWith } from '../analysis/lines.ts';
import { newLineFilter } from '../analysis/new-lines.ts';
import { baseName, below, isBinaryPath, isExamplePath, isTestPath, isVendoredPath } from '../analysis/paths.ts';
import { readTexts } from '../analysis/read-texts.ts';
import { MOST_LINTED, openSecretScanner, type SecretHit, type SecretScanner } from '../analysis/secret-scan.ts';
import { byCodePoint, bytes, count, listed, plural } from '../analysis/words.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type HistoricBlob, type ItemDraft, lead } from './collector.ts';

const CHECKS = ['2.2.2'];
const MOST_BLOB_BYTES = 1_000_000;
const MOST_HISTORY_BYTES = 400_000_000;
const MOST_BLOBS = 60_000;
const BATCH = 200;
/** Each needs a walk through the history. */
const MOST_TRACED = 60;
const MOST_ITEMS = 200;
const MOST_PER_FILE = 20;

/** Files that hold credentials by their nature. */
const SECRET_FILES: readonly [string, RegExp][] = [
  ['environment file', /(^|\/)\.env(\.(?!example|sample|template|dist|defaults?|test|schema|spec)[\w-]+)*$/],
  ['private key file', /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|[^/]+\.(key|ppk|p12|pfx|jks|keystore))$/],
  ['credentials file', /(^|\/)(\.netrc|\.pypirc|\.npmrc|\.docker\/config\.json|credentials\.json|service[-_]account[\w-]*\.json|client_secret[\w.-]*\.json|\.aws\/credentials|kubeconfig|\.htpasswd)$/],
];

const COMMON: Pick<ItemDraft, 'class' | 'cwe'> = { class: 'hardcoded-secret', cwe: ['CWE-798'] };

type Found = { path: string; hit: SecretHit };

export const secrets: Collector = {
  id: 'secrets',
  title: 'Secrets in the tree and its history',
  about: 'Credentials in every text of the tree and of the history, masked, with the commit that brought them in.',
  timeoutMs: 600_000,
  async collect(context) {
    const scan = await openSecretScanner();
    const items: ItemDraft[] = [];
    const tree = await scanTree(context, scan, items);
    items.push(...(await secretFiles(context, tree.found)));
    const history = await scanHistory(context, scan, new Set(tree.found.map((f) => f.hit.value)), items);
    return gathered(`${plural(tree.read, 'file')} of the tree, ${plural(history.read, 'older version')} of files in the history`, items);
  },
};

/** Test data and documents seldom hold a working key, but sometimes they do: they come last, they are not hidden. */
const setting = (path: string): string | null => (isTestPath(path) ? 'a test' : isExamplePath(path) || /\.(md|mdx|rst|adoc)$|\.(example|sample|template)$/i.test(path) ? 'an example or a document' : isVendoredPath(path) ? 'vendored code' : null);

const weigh = (path: string, hit: SecretHit): { strength: 'strong' | 'moderate' | 'weak'; why: string } => {
  const where = setting(path);
  if (hit.placeholder) return { strength: 'weak', why: `The value ${hit.placeholder}.` };
  if (where) return { strength: 'weak', why: `It stands in ${where}.` };
  return hit.specific ? { strength: 'strong', why: 'It has the shape of a real one. Whether it still works was not tried.' } : { strength: 'moderate', why: 'The name and the randomness of the value speak for a secret; it has no shape of its own.' };
};

const scanTree = async ({ tree, target, signal, progress }: CollectContext, scan: SecretScanner, items: ItemDraft[]): Promise<{ found: Found[]; read: number }> => {
  const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
  const found: Found[] = [];
  const unread = { binary: 0, large: [] as string[], unlinted: [] as string[] };
  let read = 0;
  for await (const { entry, text } of readTexts(tree, files, signal)) {
    if (text === null) {
      if (entry.size > tree.maxTextBytes) unread.large.push(`${entry.path} (${bytes(entry.size)})`);
      else unread.binary++;
      continue;
    }
    if (++read % 100 === 0) progress(`${count(read)} of ${count(files.length)} files`);
    if (text.length > MOST_LINTED) unread.unlinted.push(`${entry.path} (${bytes(text.length)})`);
    for (const hit of (await scan(entry.path, text)).slice(0, MOST_PER_FILE)) found.push({ path: entry.path, hit });
  }
  const weighed = found.map((f) => ({ ...f, ...weigh(below(f.path, target.subdir), f.hit) }));
  const ranked = weighed
    .filter((f) => f.strength !== 'weak')
    .sort((a, b) => Number(b.strength === 'strong') - Number(a.strength === 'strong') || byCodePoint(a.path, b.path) || a.hit.startLine - b.hit.startLine);
  for (const { path, hit, strength, why } of ranked.slice(0, MOST_ITEMS))
    items.push(lead(`tree-${hit.id}`, CHECKS, `${capital(hit.label)} in ${baseName(path)}: ${hit.masked}`, { ...COMMON, strength, detail: why, at: { path, startLine: hit.startLine, endLine: hit.endLine }, redactedSnippet: hit.snippet }));
  // What is hardly a secret is shown by file: an example file may hold thirty of them.
  for (const group of byPath(weighed.filter((f) => f.strength === 'weak').map((f) => ({ ...f, key: f.path }))).slice(0, MOST_ITEMS)) {
    const { path, hit } = group[0]!;
    items.push(
      lead('tree-unlikely', CHECKS, group.length === 1 ? `${capital(hit.label)} in ${baseName(path)}, unlikely to be real: ${hit.masked}` : `${plural(group.length, 'value')} like secrets in ${baseName(path)}, unlikely to be real`, {
        ...COMMON,
        strength: 'weak',
        detail: group.slice(0, 20).map((g) => `line ${g.hit.startLine}: ${g.hit.label} ${g.hit.masked}. ${g.why}`).join('\n'),
        at: { path, startLine: hit.startLine, endLine: hit.endLine },
        redactedSnippet: hit.snippet,
      }),
    );
  }
  if (ranked.length > MOST_ITEMS) items.push(fact('more-in-tree', CHECKS, `${count(ranked.length - MOST_ITEMS)} more places that look like secrets`, { class: 'hardcoded-secret', detail: listed([...new Set(ranked.slice(MOST_ITEMS).map((r) => r.path))], 40) }));
  if (unread.large.length > 0) items.push(gap('oversized-files', CHECKS, `${plural(unread.large.length, 'file')} too large to scan for secrets`, { class: 'hardcoded-secret', detail: listed(unread.large, 20) }));
  if (unread.unlinted.length > 0) items.push(gap('large-files', CHECKS, `${plural(unread.unlinted.length, 'large file')} scanned with this tool's own patterns only`, { class: 'hardcoded-secret', detail: `The rules of secretlint were left out above ${bytes(MOST_LINTED)}: ${listed(unread.unlinted, 20)}` }));
  if (unread.binary > 0) items.push(gap('binary-files', CHECKS, `${plural(unread.binary, 'binary file')} not scanned for secrets`, { class: 'hardcoded-secret', detail: 'Images, archives and databases may hold secrets too.', reproduce: 'git ls-tree -r --long {commit}' }));
  return { found, read };
};

const byPath = <T extends { key: string }>(found: readonly T[]): T[][] => {
  const groups = new Map<string, T[]>();
  for (const f of found) groups.set(f.key, [...(groups.get(f.key) ?? []), f]);
  return [...groups].sort(([a], [b]) => byCodePoint(a, b)).map(([, group]) => group);
};

const capital = (text: string): string => (text[0] ?? '').toUpperCase() + text.slice(1);

const secretFiles = async ({ tree, target }: CollectContext, found: readonly Found[]): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  for (const entry of tree.entries.filter((e) => e.kind !== 'submodule')) {
    const kind = SECRET_FILES.find(([, pattern]) => pattern.test(entry.path))?.[0];
    if (!kind) continue;
    const text = entry.kind === 'symlink' ? null : await tree.text(entry.path);
    if (kind === 'credentials file' && /\.npmrc$/.test(entry.path) && (text === null || !/_auth|_password|authToken/i.test(text))) continue;
    const hits = found.filter((f) => f.path === entry.path).length;
    const values = (text ?? '').split('\n').filter((l) => /^\s*(?:export\s+)?\w+\s*=\s*\S/.test(l)).length;
    if (kind === 'environment file' && text !== null && values === 0) continue;
    items.push(
      lead('secret-file', [...CHECKS, '2.3.3'], `${capital(kind)} in the repository: ${entry.path}`, {
        class: 'hardcoded-secret',
        cwe: ['CWE-538'],
        strength: setting(below(entry.path, target.subdir)) ? 'weak' : hits > 0 ? 'strong' : 'moderate',
        detail: kind === 'environment file' ? `${plural(values, 'variable')} with a value, ${plural(hits, 'of them', 'of them')} ${hits === 1 ? 'looks' : 'look'} like a secret.` : `${bytes(entry.size)}. Such files do not belong into a repository, even encrypted or empty.`,
        at: { path: entry.path, startLine: 1 },
        redactedSnippet: `(${kind}, ${bytes(entry.size)}; contents not shown)`,
      }),
    );
  }
  const ignore = tree.allEntries.find((e) => e.path === '.gitignore');
  const ignored = ignore ? await tree.text('.gitignore') : null;
  const line = ignored ? lineWith(ignored, '.env') : null;
  if (ignored !== null && line) items.push(fact('env-ignored', [...CHECKS, '2.3.3'], '.gitignore keeps .env files out', { at: { path: '.gitignore', startLine: line } }));
  return items;
};

const scanHistory = async ({ tree, history, target, signal, progress }: CollectContext, scan: SecretScanner, known: ReadonlySet<string>, items: ItemDraft[]): Promise<{ read: number }> => {
  const { blobs, complete } = await history.blobs();
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
  for (let from = 0; from < wanted.length; from += BATCH) {
    signal.throwIfAborted();
    progress(`${count(from)} of ${count(wanted.length)} older versions`);
    const batch = new Map(wanted.slice(from, from + BATCH).map((b) => [b.oid, b]));
    for await (const { oid, bytes: content } of history.readBlobs([...batch.keys()])) {
      const blob = batch.get(oid);
      if (!blob) continue;
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
    .sort((a, b) => Number(b.strength === 'strong') - Number(a.strength === 'strong') || byCodePoint(a.blob.path, b.blob.path) || a.hit.startLine - b.hit.startLine || byCodePoint(a.blob.oid, b.blob.oid));
  const found = weighed.filter((f) => f.strength !== 'weak');
  for (const [i, { blob, hit, versions, strength, why }] of found.slice(0, MOST_ITEMS).entries()) {
    signal.throwIfAborted();
    const commit = i < MOST_TRACED ? await history.introducedBy(blob.oid, blob.path) : null;
    items.push(
      lead(`history-${hit.id}`, CHECKS, `${capital(hit.label)} in the history of ${baseName(blob.path)}: ${hit.masked}`, {
        ...COMMON,
        strength,
        detail: [
          `${blob.path}, line ${hit.startLine} of an older version; no longer in the pinned tree, still in every clone.`,
          commit ? `Brought in by commit ${commit}.` : i < MOST_TRACED ? 'The commit that brought it in was not found.' : 'The commit that brought it in was not looked for.',
          versions > 1 ? `Also under ${plural(versions - 1, 'other path')}. ${why}` : why,
          hit.snippet,
        ].join('\n'),
        reproduce: `git cat-file blob ${blob.oid} | sed -n ${hit.startLine},${hit.endLine}p`,
      }),
    );
  }
  for (const group of byPath(weighed.filter((f) => f.strength === 'weak').map((f) => ({ ...f, key: f.blob.path }))).slice(0, MOST_ITEMS)) {
    const { blob, hit } = group[0]!;
    const commit = await history.introducedBy(blob.oid, blob.path);
    items.push(
      lead('history-unlikely', CHECKS, `${plural(group.length, 'value')} like secrets in the history of ${baseName(blob.path)}, unlikely to be real`, {
        ...COMMON,
        strength: 'weak',
        detail: `${blob.path}, older versions; the first came with ${commit ? `commit ${commit}` : 'a commit that was not found'}.\n${group.slice(0, 20).map((g) => `${g.hit.label} ${g.hit.masked}. ${g.why}`).join('\n')}`,
        reproduce: `git cat-file blob ${blob.oid} | sed -n ${hit.startLine},${hit.endLine}p`,
      }),
    );
  }
  if (found.length > MOST_ITEMS) items.push(fact('more-in-history', CHECKS, `${count(found.length - MOST_ITEMS)} more values in the history look like secrets`, { class: 'hardcoded-secret', detail: listed([...new Set(found.slice(MOST_ITEMS).map((r) => r.blob.path))], 40) }));

  const skipped = older.length - wanted.length + binary;
  if (skipped > 0)
    items.push(
      gap('history-not-read', CHECKS, `${plural(skipped, 'older version')} of files not scanned for secrets`, {
        class: 'hardcoded-secret',
        detail: `${count(older.filter((b) => isBinaryPath(b.path)).length + binary)} binary, ${count(older.filter((b) => b.size > MOST_BLOB_BYTES && !isBinaryPath(b.path)).length)} over ${bytes(MOST_BLOB_BYTES)}, ${count(readable.length - wanted.length)} past the limit of ${count(MOST_BLOBS)} versions or ${bytes(MOST_HISTORY_BYTES)}.`,
      }),
    );
  const { shallow } = await history.commits();
  if (shallow || !complete) items.push(gap('history-incomplete', CHECKS, 'Not the whole history was there to be scanned', { class: 'hardcoded-secret', detail: shallow ? 'The clone is shallow: git fetch --unshallow.' : 'There are more objects than this tool lists.' }));
  return { read };
};
