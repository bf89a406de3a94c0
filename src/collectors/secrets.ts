import { lineWith } from '../analysis/files/lines.ts';
import { baseName, below } from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { byCodePoint, bytes, count, listed, plural } from '../analysis/files/words.ts';
import {
  MOST_LINTED,
  openSecretScanner,
  type SecretHit,
  type SecretScanner,
} from '../analysis/repository/secret-scan.ts';
import { noHistoryWords } from '../domain/snapshot.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  type Memory,
} from './collector.ts';
import { scanHistory } from './secrets/history.ts';
import {
  byPath,
  CHECKS,
  COMMON,
  capital,
  MOST_ITEMS,
  MOST_PER_FILE,
  setting,
  weigh,
} from './secrets/weigh.ts';

/** Files that hold credentials by their nature. */
const SECRET_FILES: readonly [string, RegExp][] = [
  ['environment file', /(^|\/)\.env(\.(?!example|sample|template|dist|defaults?|test|schema|spec)[\w-]+)*$/],
  ['private key file', /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|[^/]+\.(key|ppk|p12|pfx|jks|keystore))$/],
  [
    'credentials file',
    /(^|\/)(\.netrc|\.pypirc|\.npmrc|\.docker\/config\.json|credentials\.json|service[-_]account[\w-]*\.json|client_secret[\w.-]*\.json|\.aws\/credentials|kubeconfig|\.htpasswd)$/,
  ],
];

/** Whether an .npmrc writes a credential out: what it takes from the environment (`${NPM_TOKEN}`) is not in it. */
const writesOut = (npmrc: string): boolean =>
  npmrc.split('\n').some((line) => {
    const at = line.indexOf('=');
    const value = line.slice(at + 1).trim();
    return (
      at > 0 &&
      !/^\s*[#;]/.test(line) &&
      /_auth|_password|authToken/i.test(line.slice(0, at)) &&
      value !== '' &&
      !/^["']?\$\{[^}]*\}["']?$/.test(value)
    );
  });

/** Most texts hold no credential, and of those that do nothing is remembered. */
const remembering = (scan: SecretScanner, memory: Memory | undefined): SecretScanner =>
  memory === undefined
    ? scan
    : async (path, text) => {
        if (memory.knows([path, text])) return [];
        const hits = await scan(path, text);
        if (hits.length === 0) memory.learn([path, text]);
        return hits;
      };

type Found = { path: string; hit: SecretHit };

export const secrets: Collector = {
  id: 'secrets',
  title: 'Secrets in the tree and its history',
  about:
    'Credentials in every text of the tree and of the history, masked, with the commit that brought them in.',
  timeoutMs: 600_000,
  async collect(context) {
    const scan = remembering(await openSecretScanner(), context.memory);
    const items: ItemDraft[] = [];
    const tree = await scanTree(context, scan, items);
    items.push(...(await secretFiles(context, tree.found)));
    const searched = `${plural(tree.read, 'file')} of the tree`;
    const snapshot = await context.history.snapshot?.();
    if (snapshot) {
      items.push(
        gap('no-history', CHECKS, 'There is no history in which secrets could have stood', {
          ...COMMON,
          detail: noHistoryWords(snapshot.note),
        }),
      );
      return gathered(`${searched}; no history`, items);
    }
    try {
      const history = await scanHistory(context, scan, new Set(tree.found.map((f) => f.hit.value)), items);
      return gathered(`${searched}, ${plural(history.read, 'older version')} of files in the history`, items);
    } catch (error) {
      context.signal.throwIfAborted();
      // What the tree showed is worth keeping when the history cannot be read (a partial or damaged clone).
      items.push(
        gap('history-unreadable', CHECKS, 'The history could not be scanned to its end for secrets', {
          ...COMMON,
          detail: error instanceof Error ? error.message.slice(0, 300) : '',
        }),
      );
      return gathered(`${searched}; the history only in part`, items);
    }
  },
};

const scanTree = async (
  { tree, target, signal, progress }: CollectContext,
  scan: SecretScanner,
  items: ItemDraft[],
): Promise<{ found: Found[]; read: number }> => {
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
    for (const hit of (await scan(entry.path, text)).slice(0, MOST_PER_FILE))
      found.push({ path: entry.path, hit });
  }
  const weighed = found.map((f) => ({ ...f, ...weigh(below(f.path, target.subdir), f.hit) }));
  const ranked = weighed
    .filter((f) => f.strength !== 'weak')
    .sort(
      (a, b) =>
        Number(b.strength === 'strong') - Number(a.strength === 'strong') ||
        byCodePoint(a.path, b.path) ||
        a.hit.startLine - b.hit.startLine,
    );
  for (const same of byValue(ranked).slice(0, MOST_ITEMS)) {
    const { path, hit, strength, why } = same[0]!;
    const many = same.length > 1 ? ` (${plural(same.length, 'place')})` : '';
    items.push(
      lead(`tree-${hit.id}`, CHECKS, `${capital(hit.label)} in ${baseName(path)}: ${hit.masked}${many}`, {
        ...COMMON,
        strength,
        detail: why,
        at: { path, startLine: hit.startLine, endLine: hit.endLine },
        places: same
          .slice(1)
          .map((f) => ({ path: f.path, startLine: f.hit.startLine, endLine: f.hit.endLine })),
        redactedSnippet: hit.snippet,
      }),
    );
  }
  // What is hardly a secret is shown by file: an example file may hold thirty of them.
  for (const group of byPath(
    weighed.filter((f) => f.strength === 'weak').map((f) => ({ ...f, key: f.path })),
  ).slice(0, MOST_ITEMS)) {
    const { path, hit } = group[0]!;
    items.push(
      fact(
        'tree-unlikely',
        CHECKS,
        group.length === 1
          ? `${capital(hit.label)} in ${baseName(path)}, unlikely to be real: ${hit.masked}`
          : `${plural(group.length, 'value')} like secrets in ${baseName(path)}, unlikely to be real`,
        {
          ...COMMON,
          strength: 'weak',
          detail: group
            .slice(0, 20)
            .map((g) => `line ${g.hit.startLine}: ${g.hit.label} ${g.hit.masked}. ${g.why}`)
            .join('\n'),
          at: { path, startLine: hit.startLine, endLine: hit.endLine },
          redactedSnippet: hit.snippet,
        },
      ),
    );
  }
  if (ranked.length > MOST_ITEMS)
    items.push(
      fact(
        'more-in-tree',
        CHECKS,
        `${count(ranked.length - MOST_ITEMS)} more places that look like secrets`,
        {
          reproduce: 'git ls-tree -r --name-only {commit}',
          class: 'hardcoded-secret',
          detail: listed([...new Set(ranked.slice(MOST_ITEMS).map((r) => r.path))], 40),
        },
      ),
    );
  if (unread.large.length > 0)
    items.push(
      gap('oversized-files', CHECKS, `${plural(unread.large.length, 'file')} too large to scan for secrets`, {
        class: 'hardcoded-secret',
        detail: listed(unread.large, 20),
      }),
    );
  if (unread.unlinted.length > 0)
    items.push(
      gap(
        'large-files',
        CHECKS,
        `${plural(unread.unlinted.length, 'large file')} scanned with this tool's own patterns only`,
        {
          class: 'hardcoded-secret',
          detail: `The rules of secretlint were left out above ${bytes(MOST_LINTED)}: ${listed(unread.unlinted, 20)}`,
        },
      ),
    );
  if (unread.binary > 0)
    items.push(
      gap(
        'binary-files',
        CHECKS,
        `${plural(unread.binary, 'file')} not scanned for secrets: binary, or not UTF-8`,
        {
          class: 'hardcoded-secret',
          detail: 'Images, archives and databases may hold secrets too.',
          reproduce: 'git ls-tree -r --long {commit}',
        },
      ),
    );
  return { found, read };
};

/** One key is one thing to revoke, in however many places it stands; in the order of the places that come first. */
const byValue = <T extends Found>(found: readonly T[]): T[][] => {
  const groups = new Map<string, T[]>();
  for (const f of found) {
    const key = `${f.hit.id} ${f.hit.value}`;
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }
  return [...groups.values()];
};

const secretFiles = async (
  { tree, target }: CollectContext,
  found: readonly Found[],
): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  const seen = new Map<string, ItemDraft>();
  for (const entry of tree.entries.filter((e) => e.kind !== 'submodule')) {
    const kind = SECRET_FILES.find(([, pattern]) => pattern.test(entry.path))?.[0];
    if (!kind) continue;
    const text = entry.kind === 'symlink' ? null : await tree.text(entry.path);
    if (kind === 'credentials file' && /\.npmrc$/.test(entry.path) && (text === null || !writesOut(text)))
      continue;
    const hits = found.filter((f) => f.path === entry.path).length;
    const values = (text ?? '').split('\n').filter((l) => /^\s*(?:export\s+)?\w+\s*=\s*\S/.test(l)).length;
    if (kind === 'environment file' && text !== null && values === 0) continue;
    const strength = setting(below(entry.path, target.subdir)) ? 'weak' : hits > 0 ? 'strong' : 'moderate';
    const content = `${kind} ${strength} ${text ?? entry.oid}`;
    const copy = seen.get(content);
    if (copy) {
      copy.places = [...(copy.places ?? []), { path: entry.path, startLine: 1 }];
      continue;
    }
    const item = lead(
      'secret-file',
      [...CHECKS, '2.3.3'],
      `${capital(kind)} in the repository: ${entry.path}`,
      {
        class: 'hardcoded-secret',
        cwe: ['CWE-538'],
        strength,
        detail:
          kind === 'environment file'
            ? `${plural(values, 'variable')} with a value, ${plural(hits, 'of them', 'of them')} ${hits === 1 ? 'looks' : 'look'} like a secret.`
            : `${bytes(entry.size)}. Such files do not belong into a repository, even encrypted or empty.`,
        at: { path: entry.path, startLine: 1 },
        redactedSnippet: `(${kind}, ${bytes(entry.size)}; contents not shown)`,
      },
    );
    seen.set(content, item);
    items.push(item);
  }
  const ignore = tree.allEntries.find((e) => e.path === '.gitignore');
  const ignored = ignore ? await tree.text('.gitignore') : null;
  const line = ignored ? lineWith(ignored, '.env') : null;
  if (ignored !== null && line)
    items.push(
      fact('env-ignored', [...CHECKS, '2.3.3'], '.gitignore keeps .env files out', {
        at: { path: '.gitignore', startLine: line },
      }),
    );
  return items;
};
