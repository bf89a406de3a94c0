import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { finishInterrupted, interruptedAbove } from '../../src/io/interrupted.ts';
import { entriesIn, named, ours, readIn } from '../../src/io/open-folder.ts';
import { sha256 } from '../../src/io/put-in-place.ts';
import { readFolder } from '../../src/io/read-folder.ts';
import { openWritten } from '../../src/io/session/written.ts';
import { type Change, changeFiles, putFile, writeFile } from '../../src/io/write-files.ts';
import { onFailingDisk } from '../support/faults.ts';
import { fill, tinyDisk } from '../support/tiny-disk.ts';

/** A folder somebody else filled, and beside it what belongs to the auditor and must stay as it is. */
const scene = () => {
  const root = fs.mkdtempSync(join(tmpdir(), 'mcp-audit-write-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const outside = join(root, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(join(outside, 'precious'), 'PRECIOUS');
  const db = join(root, 'db');
  fs.mkdirSync(join(db, 'a/b'), { recursive: true });
  const untouched = () => {
    expect(fs.readdirSync(outside)).toEqual(['precious']);
    expect(fs.readFileSync(join(outside, 'precious'), 'utf8')).toBe('PRECIOUS');
  };
  return { root, outside, db, untouched };
};

const tree = (dir: string): string[] =>
  fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => !e.isDirectory())
    .map((e) => join(e.parentPath, e.name).slice(dir.length + 1))
    .sort();

const put = (path: string, text = 'new', was: string | null = null): Change => ({ path, text, was });

describe('links', () => {
  it.each<[string, (db: string, outside: string) => void]>([
    ['the file', (db, out) => fs.symlinkSync(join(out, 'precious'), join(db, 'a/b/f'))],
    ['a file that is not there', (db, out) => fs.symlinkSync(join(out, 'gone'), join(db, 'a/b/f'))],
    ['a relative one', (db) => fs.symlinkSync('../../../outside/precious', join(db, 'a/b/f'))],
    ['a loop', (db) => fs.symlinkSync('f', join(db, 'a/b/f'))],
    [
      'a folder on the way',
      (db, out) => {
        fs.rmdirSync(join(db, 'a/b'));
        fs.symlinkSync(out, join(db, 'a/b'));
      },
    ],
    [
      'the first folder',
      (db, out) => {
        fs.rmSync(join(db, 'a'), { recursive: true });
        fs.symlinkSync(out, join(db, 'a'));
      },
    ],
    [
      'a folder that is not there',
      (db, out) => {
        fs.rmdirSync(join(db, 'a/b'));
        fs.symlinkSync(join(out, 'gone'), join(db, 'a/b'));
      },
    ],
    [
      'the folder by a link in the same tree',
      (db) => {
        fs.renameSync(join(db, 'a/b'), join(db, 'a/c'));
        fs.symlinkSync('c', join(db, 'a/b'));
      },
    ],
  ])('are neither written nor read through: %s', (_, lay) => {
    const s = scene();
    lay(s.db, s.outside);
    const before = tree(s.db);
    expect(() => changeFiles(ours(s.db), [put('a/b/f')])).toThrow(/symbolic link/);
    expect(() => putFile(ours(s.db), 'a/b/f', 'new', { replaces: () => true })).toThrow(/symbolic link/);
    expect(() => readIn(ours(s.db), 'a/b/f')).toThrow(/symbolic link/);
    expect(tree(s.db)).toEqual(before);
    s.untouched();
  });

  it('as what the auditor named, below where they work: refused; the system’s own at the top is followed', () => {
    const s = scene();
    fs.symlinkSync(s.outside, join(s.db, 'link'));
    expect(() => writeFile(join(s.db, 'link/report.html'), 'x')).toThrow(/link is a symbolic link/);
    expect(() => changeFiles(named(join(s.db, 'link')), [put('x/y')])).toThrow(/symbolic link/);
    expect(() => writeFile(join(s.db, 'link'), 'x', { replaces: () => true })).toThrow(/symbolic link/);
    s.untouched();
    expect(named('/proc/self').anchor).toBe('/');
    expect(named(join(tmpdir(), 'a/b'))).toEqual({ anchor: tmpdir(), below: 'a/b' });
    expect(named('x/y')).toEqual({ anchor: process.cwd(), below: 'x/y' });
  });

  it('with the names drafts used to have are left alone', () => {
    const s = scene();
    fs.symlinkSync(join(s.outside, 'precious'), join(s.db, 'a/b/f.part'));
    changeFiles(ours(s.db), [put('a/b/f')]);
    expect(fs.readFileSync(join(s.db, 'a/b/f'), 'utf8')).toBe('new');
    expect(fs.lstatSync(join(s.db, 'a/b/f.part')).isSymbolicLink()).toBe(true);
    s.untouched();
  });

  it('that appear between looking and writing are not followed', () => {
    const s = scene();
    const swapFile = () => fs.symlinkSync(join(s.outside, 'precious'), join(s.db, 'a/b/f'));
    expect(() => changeFiles(ours(s.db), [put('a/b/f')], { ready: swapFile })).toThrow(/symbolic link/);
    fs.rmSync(join(s.db, 'a/b/f'));
    const swapFolder = () => {
      fs.renameSync(join(s.db, 'a/b'), join(s.db, 'a/c'));
      fs.symlinkSync(s.outside, join(s.db, 'a/b'));
    };
    expect(() => changeFiles(ours(s.db), [put('a/b/f')], { ready: swapFolder })).toThrow(/symbolic link/);
    const swapNew = () => fs.symlinkSync(s.outside, join(s.db, 'n'));
    expect(() => changeFiles(ours(s.db), [put('n/m/f')], { ready: swapNew })).toThrow(/not what it was/);
    s.untouched();
    expect(fs.readdirSync(s.db).some((n) => n.startsWith('.mcp-audit'))).toBe(false);
  });

  it('that are swapped in and out all the time never lead outside', async () => {
    const s = scene();
    const script = `const fs=require('fs');const [db,out]=process.argv.slice(1);
      fs.mkdirSync(db+'/x');fs.symlinkSync(out,db+'/l');process.stdout.write('.');
      for(let i=0;;i++){try{fs.renameSync(db+'/x',db+'/y')}catch{};try{fs.renameSync(db+'/l',db+'/x')}catch{};
      try{fs.renameSync(db+'/x',db+'/l')}catch{};try{fs.renameSync(db+'/y',db+'/x')}catch{}}`;
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['-e', script, s.db, s.outside]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((r) => child.stdout.once('data', r));
    let refused = 0;
    // How often the two meet is for the machine to say: it goes on until they have met once.
    for (let n = 0; n < 120 || (refused === 0 && n < 5000); n += 1)
      try {
        changeFiles(ours(s.db), [put(`x/f${n}`)]);
        readIn(ours(s.db), `x/f${n}`);
      } catch {
        refused += 1;
      }
    child.kill('SIGKILL');
    expect(refused).toBeGreaterThan(0);
    s.untouched();
  });

  it('hard ones: what has another name elsewhere is replaced here and stays there', () => {
    const s = scene();
    fs.linkSync(join(s.outside, 'precious'), join(s.db, 'a/b/f'));
    changeFiles(ours(s.db), [put('a/b/f', 'new', sha256('PRECIOUS'))]);
    expect(fs.readFileSync(join(s.db, 'a/b/f'), 'utf8')).toBe('new');
    s.untouched();
  });
});

describe('what is there', () => {
  it.each(['../x', 'a/../../x', '/etc/x', 'a//x', './x', ''])(
    'a path never leaves the folder: %j',
    (path) => {
      const s = scene();
      expect(() => changeFiles(ours(s.db), [put(path)])).toThrow(/leads out of|a folder where a file/);
      expect(tree(s.root)).toEqual(['outside/precious']);
    },
  );

  it('stays when it is not what was looked at, or differs only by case', () => {
    const s = scene();
    fs.writeFileSync(join(s.db, 'a/b/f'), 'theirs');
    expect(() => changeFiles(ours(s.db), [put('a/b/f')])).toThrow(/not what it was/);
    expect(() => changeFiles(ours(s.db), [put('a/b/f', 'new', sha256('older'))])).toThrow(/not what it was/);
    expect(() => changeFiles(ours(s.db), [put('a/b/F')])).toThrow(/some systems cannot hold both/);
    expect(() => putFile(ours(s.db), 'a/b/f', 'new')).toThrow(/is there already/);
    expect(() => changeFiles(ours(s.db), [put('a/b/f/g')])).toThrow(/a file where a folder should be/);
    expect(() => changeFiles(ours(s.db), [put('a/b')])).toThrow(/a folder where a file should be/);
    expect(fs.readFileSync(join(s.db, 'a/b/f'), 'utf8')).toBe('theirs');
    expect(tree(s.db)).toEqual(['a/b/f']);
  });

  it.skipIf(process.platform === 'win32')('a pipe is refused, never opened', () => {
    const s = scene();
    execFileSync('mkfifo', [join(s.db, 'a/b/f')]);
    expect(() => readIn(ours(s.db), 'a/b/f')).toThrow(/device, pipe or socket/);
    expect(() => changeFiles(ours(s.db), [put('a/b/f')])).toThrow(/device, pipe or socket/);
    expect(readFolder(s.db).unread).toEqual([
      { path: 'a/b/f', what: 'a device, pipe or socket, which is never opened', leadsAway: true },
    ]);
  });
});

describe('all or nothing', () => {
  const changes = (): Change[] => [
    put('a/b/f', 'new f', sha256('old f')),
    { path: 'a/b/g', text: null, was: sha256('old g') },
    put('a/b/new'),
    put('n/one'),
    put('n/m/two'),
    put('z', 'new z', sha256('old z')),
  ];
  const laid = (db: string) => {
    fs.mkdirSync(join(db, 'a/b'), { recursive: true });
    for (const [path, text] of [
      ['a/b/f', 'old f'],
      ['a/b/g', 'old g'],
      ['z', 'old z'],
      ['a/b/theirs', 'theirs'],
    ] as const)
      fs.writeFileSync(join(db, path), text);
  };
  const held = (db: string) => tree(db).map((p) => [p, fs.readFileSync(join(db, p), 'utf8')]);

  it('replaces, removes, adds, and leaves no draft', () => {
    const s = scene();
    laid(s.db);
    changeFiles(ours(s.db), changes());
    expect(held(s.db)).toEqual([
      ['a/b/f', 'new f'],
      ['a/b/new', 'new'],
      ['a/b/theirs', 'theirs'],
      ['n/m/two', 'new'],
      ['n/one', 'new'],
      ['z', 'new z'],
    ]);
  });

  it('takes back what was put in place when a later step is refused', () => {
    const s = scene();
    laid(s.db);
    const before = held(s.db);
    // The last of them is changed by somebody else when all drafts are there.
    const ready = () => fs.writeFileSync(join(s.db, 'z'), 'theirs');
    expect(() => changeFiles(ours(s.db), changes(), { ready })).toThrow(/not what it was/);
    expect(held(s.db)).toEqual(before.map(([p, t]) => [p, p === 'z' ? 'theirs' : t]));
    expect(entriesIn(ours(s.db), '')?.map((e) => e.name)).toEqual(['a', 'z']);
  });

  const inPlace = (db: string) => held(db).filter(([p]) => !/^\.mcp-audit-[0-9a-f]{24}\//.test(p!));
  /** Every file is the old or the new one, and a folder that was missing is whole or not there. */
  const oldOrNew = (db: string, old: unknown[][], made: unknown[][]): boolean => {
    const of = (list: unknown[][]) => new Map(list.map(([p, t]) => [p, t]));
    const [now, a, b] = [of(inPlace(db)), of(old), of(made)];
    const each = [...new Set([...now.keys(), ...a.keys(), ...b.keys()])].every(
      (p) => now.get(p) === a.get(p) || now.get(p) === b.get(p),
    );
    return each && now.has('n/one') === now.has('n/m/two');
  };
  const sessionIn = (root: string): string => {
    const session = join(root, 'session');
    fs.mkdirSync(session);
    return session;
  };
  const made = (() => {
    const root = fs.mkdtempSync(join(tmpdir(), 'mcp-audit-write-'));
    laid(root);
    changeFiles(ours(root), changes());
    const files = held(root);
    fs.rmSync(root, { recursive: true });
    return files;
  })();

  it('killed at any change of the disk: each is old or new, and the next command makes all of them one of the two', async () => {
    let between = 0;
    for (let at = 1; ; at += 1) {
      const s = scene();
      laid(s.db);
      const old = held(s.db);
      const session = sessionIn(s.root);
      const run = await onFailingDisk({ how: 'killed', at }, () =>
        changeFiles(ours(s.db), changes(), { drafts: openWritten(session) }),
      );
      if (!run.error) break;
      expect(oldOrNew(s.db, old, made), `killed at ${at}`).toBe(true);
      const half = ![old, made].some((one) => JSON.stringify(one) === JSON.stringify(inPlace(s.db)));
      const named = interruptedAbove(join(s.db, 'a/b'));
      finishInterrupted(ours(s.db), openWritten(session));
      const now = held(s.db);
      expect([old, made], `killed at ${at}, and finished`).toContainEqual(now);
      expect(fs.readdirSync(s.db).some((n) => n.startsWith('.mcp-audit'))).toBe(false);
      expect(interruptedAbove(join(s.db, 'a/b'))).toEqual([]);
      if (half) {
        between += 1;
        expect(named, `killed at ${at}`).toHaveLength(1);
      }
    }
    expect(between).toBeGreaterThan(3);
  });

  it('killed while it finishes what was killed: the one after that does', async () => {
    const s = scene();
    laid(s.db);
    const session = sessionIn(s.root);
    expect(await killedAtRename(s.db, session)).toBe(true);
    for (let at = 1; ; at += 1) {
      const again = scene();
      fs.cpSync(s.db, again.db, { recursive: true });
      fs.cpSync(session, join(again.root, 'session'), { recursive: true });
      const drafts = () => openWritten(join(again.root, 'session'));
      const db = again.db;
      const run = await onFailingDisk({ how: 'killed', at }, () => finishInterrupted(ours(db), drafts()));
      finishInterrupted(ours(db), drafts());
      expect(held(db), `killed at ${at}`).toEqual(made);
      expect(fs.readdirSync(db).some((n) => n.startsWith('.mcp-audit'))).toBe(false);
      if (!run.error) break;
    }
  });

  /** Killed after the folder that was missing is in place, and before anything else is. */
  const killedAtRename = async (db: string, session: string): Promise<boolean> => {
    const before = held(db);
    for (let at = 1; at < 200; at += 1) {
      const run = await onFailingDisk({ how: 'killed', at }, () =>
        changeFiles(ours(db), changes(), { drafts: openWritten(session) }),
      );
      if (!run.error) return false;
      if (fs.existsSync(join(db, 'n'))) return true;
      for (const name of fs.readdirSync(db))
        if (name.startsWith('.mcp-audit')) fs.rmSync(join(db, name), { recursive: true });
      expect(held(db)).toEqual(before);
    }
    return false;
  };

  it('full from any change of the disk on: nothing is changed, nothing is left behind, and it says so', async () => {
    let refused = 0;
    for (let at = 1; ; at += 1) {
      const s = scene();
      laid(s.db);
      const before = held(s.db);
      const session = sessionIn(s.root);
      const run = await onFailingDisk({ how: 'full', at }, () =>
        changeFiles(ours(s.db), changes(), { drafts: openWritten(session) }),
      );
      if (!run.error) {
        expect(held(s.db)).toEqual(made);
        break;
      }
      refused += 1;
      expect((run.error as Error).message, `full from ${at} on`).toMatch(/the disk is full/);
      finishInterrupted(ours(s.db), openWritten(session));
      // A rename that was done cannot be taken back where no rename finds room: then all of them are finished later.
      expect([before, made], `full from ${at} on`).toContainEqual(held(s.db));
      expect(
        fs
          .readdirSync(s.db)
          .filter((n) => n !== 'n')
          .sort(),
      ).toEqual(['a', 'z']);
    }
    expect(refused).toBeGreaterThan(5);
  });

  it('acts on drafts that its own store remembers, with the plan it remembers, and on no others', async () => {
    const begun = async () => {
      const s = scene();
      laid(s.db);
      const session = sessionIn(s.root);
      expect(await killedAtRename(s.db, session)).toBe(true);
      const name = fs.readdirSync(s.db).find((n) => n.startsWith('.mcp-audit'))!;
      const drafts = join(s.db, name);
      return { ...s, session, drafts, plan: join(drafts, 'plan.json') };
    };
    // Somebody else's store: nothing is touched, and it is named.
    const other = await begun();
    const before = held(other.db);
    fs.mkdirSync(join(other.root, 'other'));
    finishInterrupted(ours(other.db), openWritten(join(other.root, 'other')));
    expect(held(other.db)).toEqual(before);
    expect(interruptedAbove(join(other.db, 'a'))).toEqual([`../${other.drafts.slice(other.db.length + 1)}`]);

    // A plan that somebody changed, though the name is known: what is there stays, and the drafts go.
    const planted = await begun();
    const text = fs.readFileSync(planted.plan, 'utf8');
    fs.writeFileSync(planted.plan, text.replaceAll('a/b/new', 'a/b/planted'));
    const there = inPlace(planted.db);
    finishInterrupted(ours(planted.db), openWritten(planted.session));
    expect(held(planted.db)).toEqual(there);

    // A draft that somebody changed: that one is not put in place, the others are.
    const swapped = await begun();
    const draft = fs
      .readdirSync(swapped.drafts)
      .find((n) => n.startsWith('new-') && fs.readFileSync(join(swapped.drafts, n), 'utf8') === 'new z')!;
    fs.writeFileSync(join(swapped.drafts, draft), 'planted');
    finishInterrupted(ours(swapped.db), openWritten(swapped.session));
    expect(held(swapped.db)).toEqual(made.map(([p, t]) => [p, p === 'z' ? 'old z' : t]));

    // A draft that became a link, and a goal that did.
    const linked = await begun();
    fs.rmSync(join(linked.drafts, draft));
    fs.symlinkSync(join(linked.outside, 'precious'), join(linked.drafts, draft));
    fs.rmSync(join(linked.db, 'a/b/f'));
    fs.symlinkSync(join(linked.outside, 'precious'), join(linked.db, 'a/b/f'));
    finishInterrupted(ours(linked.db), openWritten(linked.session));
    expect(fs.readFileSync(join(linked.db, 'z'), 'utf8')).toBe('old z');
    expect(fs.lstatSync(join(linked.db, 'a/b/f')).isSymbolicLink()).toBe(true);
    linked.untouched();

    // What the auditor edited since is left as it is.
    const edited = await begun();
    fs.writeFileSync(join(edited.db, 'z'), 'edited');
    finishInterrupted(ours(edited.db), openWritten(edited.session));
    expect(held(edited.db)).toEqual(made.map(([p, t]) => [p, p === 'z' ? 'edited' : t]));
  });

  it('clears away the drafts of its own that a kill left behind, and no others', () => {
    const s = scene();
    const [left, theirs] = ['a', 'b'].map((c) => `.mcp-audit-${c.repeat(24)}`);
    for (const name of [left!, theirs!]) {
      fs.mkdirSync(join(s.db, name));
      fs.symlinkSync(s.outside, join(s.db, name, 'tree-0'));
    }
    const session = sessionIn(s.root);
    openWritten(session).add([{ name: 'draft', text: left! }]);
    finishInterrupted(ours(s.db), openWritten(session));
    expect(fs.readdirSync(s.db).sort()).toEqual([theirs, 'a']);
    s.untouched();
  });

  it('changes nothing on a disk of any fullness, and says so', (context) => {
    const disk = tinyDisk('1m');
    if (disk === null) return context.skip();
    laid(disk);
    const before = held(disk);
    const many = [...changes(), put('a/b/large', 'x'.repeat(20_000)), put('n/large', 'x'.repeat(20_000))];
    fs.writeFileSync(join(disk, 'ballast'), '');
    fill(join(disk, 'ballast'));
    const full = fs.statSync(join(disk, 'ballast')).size;
    let refused = 0;
    for (let free = 0; ; free += 4096) {
      fs.truncateSync(join(disk, 'ballast'), full - free);
      try {
        changeFiles(ours(disk), many);
        break;
      } catch (error) {
        expect((error as Error).message).toMatch(/the disk is full/);
        refused += 1;
        expect(held(disk).filter(([p]) => p !== 'ballast')).toEqual(before);
        expect(fs.readdirSync(disk).sort()).toEqual(['a', 'ballast', 'z']);
      }
    }
    expect(refused).toBeGreaterThan(3);
    expect(held(disk).filter(([p]) => p !== 'ballast')).toHaveLength(8);
  });
});
