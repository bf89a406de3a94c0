import { isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { type Spot, spot } from '../../analysis/sources/server-sources.ts';
import { type Language, matchesIn, type Source } from '../../analysis/sources/source.ts';
import { type CollectContext, fact, type ItemDraft, placed } from '../collector.ts';

const CHECKS = ['3.3.4', '2.3.4'];

const STORES =
  /(?:from\s+|require\(|import\()["'](?:better-sqlite3|sqlite3|node:sqlite|lowdb|level|keyv|node-persist|conf|electron-store|nedb|@libsql\/client|lmdb|@lancedb\/lancedb|hnswlib-node|chromadb|vectra|usearch)["']|\b(?:import|from)\s+(?:sqlite3|aiosqlite|sqlalchemy|diskcache|shelve|lancedb|chromadb|tinydb|peewee|duckdb|faiss|qdrant_client|milvus_lite|dbm|sqlmodel)\b|"(?:modernc\.org\/sqlite|github\.com\/mattn\/go-sqlite3|go\.etcd\.io\/bbolt|github\.com\/dgraph-io\/badger[\w/]*)"|\buse\s+(?:rusqlite|sled|redb|sqlx)\b|\bjava\.sql\b/g;
const WRITES: Record<Language, RegExp> = {
  script:
    /\b(?:writeFile(?:Sync)?|appendFile(?:Sync)?|createWriteStream|outputFile|writeJson(?:Sync)?|Bun\.write|Deno\.writeTextFile)\s*\(/g,
  python:
    /\bopen\s*\([^()\n]{1,120},\s*["'](?:w|a|x|wb|ab|w\+)["']|\.write_(?:text|bytes)\s*\(|\bjson\.dump\s*\(|\bpickle\.dump\s*\(|\b(?:wb|workbook|doc|document|prs|presentation|img|image|fig|plt)\.save(?:fig)?\s*\(|\.to_(?:csv|excel|parquet|json)\s*\(\s*\w|\bshutil\.(?:copy\w*|move)\s*\(|\bNamedTemporaryFile\s*\(|\bmkstemp\s*\(/g,
  go: /\bos\.(?:WriteFile|Create|OpenFile|CreateTemp)\s*\(|\bioutil\.WriteFile\s*\(/g,
  rust: /\b(?:fs::write|File::create|OpenOptions::new|tokio::fs::write|NamedTempFile::new)\s*\(/g,
  java: /\bFiles\.(?:write|writeString|newBufferedWriter|createTempFile)\s*\(|\bnew\s+FileWriter\s*\(|\bnew\s+FileOutputStream\s*\(/g,
  csharp:
    /\bFile\.(?:Write|Append)(?:AllText|AllLines|AllBytes|AllLinesAsync|AllTextAsync|AllBytesAsync)\s*\(|\bFile\.(?:Create|OpenWrite|Copy|Move)\s*\(|\bnew\s+(?:StreamWriter|FileStream)\s*\(/g,
  php: /\b(?:file_put_contents|fwrite|fputs|fputcsv|move_uploaded_file|tempnam)\s*\(|\bStorage::(?:put|append|prepend)\w*\s*\(/g,
  ruby: /\bFile\.(?:write|binwrite)\s*\(|\bFile\.open\s*\([^()\n]{1,120},\s*["'][wa]|\bIO\.write\s*\(|\bFileUtils\.(?:cp|mv|copy\w*)\b/g,
  kotlin:
    /\.(?:writeText|appendText|writeBytes|appendBytes|bufferedWriter|printWriter)\s*[({]|\bFiles\.(?:write|writeString|copy|move)\s*\(/g,
};
const RETENTION =
  /\b(?:cleanup|cleanUp|clean_up|prune(?=_?(?:old|expired|stale|logs?|files?|sessions?|caches?|history|entries|backups?)|\s*[=(:])|purge|evict|expire[sd]?|expiry|expires_?at|ttl|TTL|retention|sweep)\w*\s*[=(:]|\b(?:unlink(?:Sync)?|rmSync|rmtree|os\.Remove(?:All)?|fs::remove_\w+|Files\.delete\w*|os\.(?:remove|unlink))\s*\(/g;
const RESTORE =
  /\b(?:function|def|func|fn|async)\s+\(?[^\n()]{0,60}?\w*(?:backup|restore|export_?data|import_?data|dump_?(?:db|database|state))\w*\s*\(|\b\w*(?:backup|restore)\w*\s*[=:]\s*(?:async\s*)?(?:function|\()/gi;
const ATOMIC = /\b(?:renameSync|rename|os\.replace|os\.rename|os\.Rename|fs::rename|Files\.move)\s*\(/g;
const MIGRATIONS =
  /(^|\/)(migrations?|alembic|db\/migrate|prisma\/migrations|flyway|liquibase|schema_migrations|changelog\/db)\/[^/]+\.(?:sql|py|ts|js|rb|xml|ya?ml|go|rs)$|(^|\/)V\d+__[\w.-]+\.sql$/i;

const places = (found: readonly Spot[]) =>
  placed(found.slice(0, 60).map(({ path, startLine }) => ({ path, startLine })));
const shown = (found: readonly (Spot & { words: string })[]): string =>
  found
    .slice(0, 20)
    .map((f) => `${f.path}:${f.startLine} ${f.words}`)
    .join('\n');

/** What the server keeps, how it is removed, and how it comes back after a loss. */
export const stateItems = async (
  { tree }: CollectContext,
  sources: readonly Source[],
  documents: readonly { path: string; text: string }[],
): Promise<ItemDraft[]> => {
  const each = (pattern: RegExp | Record<Language, RegExp>, most = 10): (Spot & { words: string })[] =>
    sources.flatMap((s) =>
      matchesIn(s, 'code', pattern instanceof RegExp ? pattern : pattern[s.language], most).map((m) => ({
        ...spot(s, m.index),
        words: m[0].trim().replace(/\s+/g, ' ').slice(0, 80),
      })),
    );
  const items: ItemDraft[] = [];
  const stores = each(STORES, 3);
  const writes = each(WRITES);
  const keeps = stores.length + writes.length > 0;
  if (stores.length > 0)
    items.push(
      fact(
        'stores',
        CHECKS,
        `Embedded stores: ${listed([...new Set(stores.map((s) => s.words.replace(/^(?:import|from|use|require)[\s(]+|["'(]/g, '')))], 4)}`,
        {
          detail: shown(stores),
          ...places(stores),
        },
      ),
    );
  if (writes.length > 0)
    items.push(
      fact(
        'files-written',
        CHECKS,
        `${plural(writes.length, 'place')} in ${plural(new Set(writes.map((w) => w.path)).size, 'file')} write files`,
        {
          detail: `State, caches, temporary files, or what a tool is for.\n${shown(writes)}`,
          advice: 'Read the lines.',
          ...places(writes),
        },
      ),
    );
  if (!keeps)
    items.push(
      fact('no-state', CHECKS, 'No code that keeps state on this machine was found', {
        detail: `${plural(sources.length, 'source file')} read for embedded stores and for writing files.`,
        reproduce: "git grep -nE 'writeFile|open\\(|WriteFile|fs::write|sqlite' {commit}",
      }),
    );
  const retention = each(RETENTION, 5);
  if (keeps || retention.length > 0)
    items.push(
      fact(
        'retention',
        ['2.3.4'],
        retention.length > 0
          ? `${plural(retention.length, 'place')} remove or expire something`
          : 'Nothing that removes or expires what is kept was found',
        {
          detail:
            retention.length > 0
              ? shown(retention)
              : 'Looked for deletion, cleanup, expiry and retention by their usual names.',
          ...(retention.length > 0 ? { advice: 'See whether what is kept is among it.' } : {}),
          ...(retention.length > 0 ? places(retention) : places([...stores, ...writes])),
        },
      ),
    );
  const migrations = tree.entries.filter(
    (e) => MIGRATIONS.test(e.path) && !isVendoredPath(e.path) && !isTestPath(e.path),
  );
  if (migrations.length > 0)
    items.push(
      fact('migrations', ['3.3.4'], `${plural(migrations.length, 'migration')} of stored data`, {
        detail: listed(
          migrations.map((m) => m.path),
          10,
        ),
        at: { path: migrations[0]!.path, startLine: 1 },
      }),
    );
  const restore = each(RESTORE, 5);
  const told = documents.flatMap((d) =>
    d.text
      .split('\n')
      .flatMap((line, i) =>
        line.length < 1000 &&
        /^#{1,6}\s.*\b(?:back(?:ing)? ?ups?|restor(?:e|ing|ation)|recovery|disaster|(?:export|import)(?:ing)? (?:your |all |the )?data)\b/i.test(
          line,
        )
          ? [{ path: d.path, startLine: i + 1, words: line.trim() }]
          : [],
      ),
  );
  if (restore.length + told.length > 0)
    items.push(
      fact(
        'backup',
        ['3.3.4'],
        `Backup, restore or export: ${plural(restore.length, 'place')} in code, ${plural(told.length, 'heading')} in documents`,
        {
          detail: shown([...restore, ...told]),
          ...places([...restore, ...told]),
        },
      ),
    );
  else if (keeps)
    items.push(
      fact('backup', ['3.3.4'], 'It writes or stores data; nothing on backup, restore or export was found', {
        detail: `Looked for functions and headings by those words in ${plural(sources.length, 'source file')} and ${plural(documents.length, 'document')}.`,
        ...places([...stores, ...writes]),
      }),
    );
  const atomic = each(ATOMIC, 3);
  if (writes.length > 0 && atomic.length > 0)
    items.push(
      fact(
        'atomic-writes',
        ['3.3.4'],
        'Files are renamed in places: a sign that writing them cannot leave half a file',
        {
          detail: shown(atomic),
          ...places(atomic),
        },
      ),
    );
  return items;
};
