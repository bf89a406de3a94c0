/** What a path holds after a commit; null removes it. */
export type ImportedFile =
  | { mode: '100644' | '100755' | '120000'; content: string | Uint8Array }
  | { mode: '160000'; commit: string }
  | null;

export type ImportedCommit = {
  files: readonly (readonly [path: string, file: ImportedFile])[];
  message: string;
  /** `Name <address>`, also the committer. */
  author: string;
  /** ISO 8601 with offset or `Z`. */
  date: string;
  /** Lightweight tags on this commit. */
  tags?: readonly string[];
  /** Annotated tags on this commit. */
  annotatedTags?: readonly string[];
};

/** Git's raw date, keeping the offset that was written. */
const rawDate = (iso: string): string => {
  const offset = /([+-]\d\d):?(\d\d)$/.exec(iso.slice(10));
  return `${Date.parse(iso) / 1000} ${offset ? `${offset[1]}${offset[2]}` : '+0000'}`;
};

export const fastImportData = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
};

/** fast-import reads a path in C quotes: the only form that holds every byte. */
export const fastImportPath = (path: string | Uint8Array): string =>
  `"${[...Buffer.from(path)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;

const fileCommand = (path: string, file: ImportedFile): Buffer => {
  if (file === null) return Buffer.from(`D ${fastImportPath(path)}\n`);
  if (file.mode === '160000') return Buffer.from(`M 160000 ${file.commit} ${fastImportPath(path)}\n`);
  return Buffer.concat([
    Buffer.from(`M ${file.mode} inline ${fastImportPath(path)}\n`),
    fastImportData(file.content),
  ]);
};

/**
 * Input for `git fast-import --date-format=raw`: commits in a line on one branch. The same commits give the same bytes, and so the
 * same hashes on every machine.
 */
export const fastImportStream = (branch: string, commits: readonly ImportedCommit[]): Buffer => {
  const parts: Buffer[] = [];
  commits.forEach((commit, index) => {
    const mark = `:${index + 1}`;
    const who = `${commit.author} ${rawDate(commit.date)}`;
    parts.push(
      Buffer.from(`commit refs/heads/${branch}\nmark ${mark}\nauthor ${who}\ncommitter ${who}\n`),
      fastImportData(commit.message),
      ...commit.files.map(([path, file]) => fileCommand(path, file)),
    );
    for (const tag of commit.tags ?? []) parts.push(Buffer.from(`reset refs/tags/${tag}\nfrom ${mark}\n\n`));
    for (const tag of commit.annotatedTags ?? [])
      parts.push(Buffer.from(`tag ${tag}\nfrom ${mark}\ntagger ${who}\n`), fastImportData(tag));
  });
  return Buffer.concat(parts);
};
