import { linesOf } from '../../files/lines.ts';
import { add, emptyLock, type LockReader } from './lock.ts';

/**
 * Go has no lockfile of its own: since Go 1.17 go.mod names every module that is needed to build, in the version that is
 * taken, and go.sum holds the hashes; of more modules than are used, since it keeps those that were only looked at.
 */
export const goMod: LockReader = (path, source) => {
  const lock = emptyLock(path, 'go.mod', 'Go', { hashes: false });
  const replaced = new Map<string, { name: string; version: string }>();
  const required: { name: string; version: string; line: number; direct: boolean }[] = [];
  let block = '';
  let go = '';
  linesOf(source).forEach((raw, i) => {
    const line = raw.slice(0, 2000);
    const opening = /^\s*(require|replace|exclude|retract|tool|ignore)\s*\(/.exec(line)?.[1];
    if (opening) {
      block = opening;
      return;
    }
    if (/^\s*\)/.test(line)) {
      block = '';
      return;
    }
    go ||= /^go\s+(\d+\.\d+)/.exec(line)?.[1] ?? '';
    const single = /^\s{0,40}(require|replace)\s{1,40}(.*)$/.exec(line);
    const kind = single?.[1] ?? block;
    const body = (single?.[2] ?? line).trim();
    if (kind === 'require') {
      const parts = /^"?([^\s"]+)"?\s{1,40}(v\S+)(?!\S)(.*)$/.exec(body);
      if (parts)
        required.push({
          name: parts[1]!,
          version: parts[2]!,
          line: i + 1,
          direct: !/\/\/\s*indirect/.test(parts[3]!),
        });
    } else if (kind === 'replace') {
      const parts = /^(\S+)(?:\s+(v\S+))?\s*=>\s*(\S+)(?:\s+(v\S+))?/.exec(body);
      if (parts)
        replaced.set(parts[2] ? `${parts[1]}@${parts[2]}` : parts[1]!, {
          name: parts[3]!,
          version: parts[4] ?? '',
        });
    }
  });
  for (const r of required) {
    const other = replaced.get(`${r.name}@${r.version}`) ?? replaced.get(r.name);
    // A replacement by a folder is code of this repository, or of nobody's.
    if (other && other.version === '') continue;
    add(lock, other?.name ?? r.name, other?.version ?? r.version, r.line, {
      direct: r.direct,
      development: null,
      elsewhere: other && other.name !== r.name ? `replaces ${r.name}` : '',
    });
  }
  const [major = 0, minor = 0] = go.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < 17))
    lock.remark = `Its "go ${go || '(none)'}" line is older than 1.17: what its modules need in turn is not all named in it.`;
  return { ok: true, lock };
};

/** Hashes by `module version`; go.mod says which of them are in use. */
export const goSum: LockReader = (path, source) => {
  const lock = emptyLock(path, 'go.sum', 'Go', {
    remark: 'go.sum keeps hashes of more modules than are used; go.mod says which.',
  });
  linesOf(source).forEach((raw, i) => {
    const match = /^(\S{1,300}) (v\S{1,200}?)(\/go\.mod)? (h1:\S+)/.exec(raw.slice(0, 800));
    if (match && !match[3]) add(lock, match[1]!, match[2]!, i + 1, { hash: match[4]! });
  });
  return { ok: true, lock };
};
