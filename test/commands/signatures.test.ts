import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../src/io/put-in-place.ts';
import { findExecutable } from '../../src/io/scan/find-executable.ts';
import { readSessionFile } from '../../src/io/session/import-session.ts';
import { signaturesJson } from '../../src/report/formats/signatures-json.ts';
import { forge } from '../io/session/forge.ts';
import { audited, type Machine, machine } from './two-auditors.ts';

const here = (name: string): boolean => findExecutable(name, process.env) !== null;

/** An SSH key of somebody's own, and what says whose it is. Nothing of whoever runs the tests is read. */
const withKey = (m: Machine, as: string) => {
  const home = join(m.dir, 'home-of-keys');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  Object.assign(m.host.env, { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' });
  const key = join(home, '.ssh', 'id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', as, '-f', key]);
  return { key, line: `${as} ${readFileSync(`${key}.pub`, 'utf8')}` };
};
const headOf = (file: string) => {
  const { events, lastHash } = readSessionFile(readFileSync(file));
  return { events: events.length, hash: lastHash };
};
const parsed = (text: string) => signaturesJson.parse(JSON.parse(text));

const signedBy = async () => {
  const a = await audited();
  const { key, line } = withKey(a.jane, 'jane@example.org');
  const signers = a.jane.file('allowed_signers', line);
  const verify = async (what: string, m: Machine = a.jane) => {
    const { code, text } = await m.run('verify-signature', what, '--allowed-signers', signers, '--json');
    return { code, ...parsed(text) };
  };
  return { ...a, key, line, signers, verify };
};

describe.runIf(here('ssh-keygen'))('a signature with an SSH key', () => {
  it('is of a submission and of the session it was written from, and names what changed since', async () => {
    const { jane, signers, session, verify } = await signedBy();
    const report = JSON.parse((await jane.run('report', '--to', jane.file('out'), '--json')).text);
    expect((await verify(report.folder)).code).toBe(1);
    const signed = await jane.run('sign', report.folder, '--json');
    expect([signed.code, JSON.parse(signed.text).kind]).toEqual([0, 'ssh']);
    const good = await verify(report.folder);
    expect(good).toMatchObject({
      code: 0,
      signatures: [{ by: 'jane@example.org', claimed: 'jane', holds: true, changed: [] }],
    });
    // Without this program: the list is one that sha256sum reads.
    if (here('sha256sum'))
      execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'artifacts/signatures/jane.SHA256SUMS'], {
        cwd: report.folder,
      });
    const validate = () => jane.run('validate', report.folder, '--allowed-signers', signers, '--json');
    const rules = (text: string) =>
      (JSON.parse(text).diagnostics as { rule: string; level: string; message: string }[]).filter(
        (d) => d.rule === 'SIGNATURE',
      );
    expect(rules((await validate()).text)).toMatchObject([
      { level: 'info', message: expect.stringContaining('holds') },
    ]);
    expect((await jane.run('validate', report.folder)).text).toContain(
      'made with that key; no allowed-signers file',
    );

    // The manifest, a file more, a file less: each named.
    const manifest = join(report.folder, 'audit-manifest.json');
    const was = readFileSync(manifest);
    appendFileSync(manifest, '\n');
    writeFileSync(join(report.folder, 'artifacts', 'more.txt'), 'x');
    rmSync(join(report.folder, 'raw-notes.md'));
    const changed = await verify(report.folder);
    expect([changed.code, changed.signatures[0]?.holds]).toEqual([1, true]);
    expect(changed.signatures[0]?.changed.sort()).toEqual([
      'artifacts/more.txt was added',
      'audit-manifest.json was changed',
      'raw-notes.md is gone',
    ]);
    expect(rules((await validate()).text)).toMatchObject([
      { level: 'blocking', message: expect.stringContaining('audit-manifest.json was changed') },
    ]);
    writeFileSync(manifest, was);

    // The list itself, and the signature.
    const sums = join(report.folder, 'artifacts', 'signatures', 'jane.SHA256SUMS');
    const list = readFileSync(sums, 'utf8');
    writeFileSync(sums, list.replace('# audit jane', '# audit june'));
    expect((await verify(report.folder)).signatures[0]).toMatchObject({
      holds: false,
      said: expect.stringContaining('not of this text'),
    });
    writeFileSync(sums, list);
    rmSync(`${sums}.sig`);
    expect((await verify(report.folder)).signatures[0]).toMatchObject({
      holds: false,
      said: 'its signature is gone',
    });

    // The session was signed with it, goes on, and says what came since.
    await jane.answer('checks: {B-2: {verdict: pass, note: logged}}');
    const later = await verify(session);
    expect(later).toMatchObject({
      code: 0,
      kind: 'session',
      signatures: [{ holds: true, by: 'jane@example.org' }],
    });
    expect(later.signatures[0]?.changed).toEqual([expect.stringContaining('B-2 pass — logged (jane)')]);
  });

  it('holds for one folder, all that lies in it, and who is allowed to sign alone', async () => {
    const { jane, signers, verify } = await signedBy();
    const { folder } = JSON.parse((await jane.run('report', '--to', jane.file('out'), '--json')).text);
    await jane.run('sign', folder);
    const id = basename(folder);
    const sums = (of: string) => join(of, 'artifacts', 'signatures', 'jane.SHA256SUMS');
    /** A copy that somebody changed, under the name it had or another. */
    const copy = (change: (at: string) => void, name = id): string => {
      const at = join(mkdtempSync(join(jane.dir, 'copy-')), name);
      cpSync(folder, at, { recursive: true });
      change(at);
      return at;
    };
    const blocks = async (at: string): Promise<string> => {
      const { code, text } = await jane.run('validate', at, '--allowed-signers', signers, '--json');
      const found = (JSON.parse(text).diagnostics as { rule: string; level: string; message: string }[])
        .filter((d) => d.rule === 'SIGNATURE' && d.level === 'blocking')
        .map((d) => d.message);
      if (found.length > 0) expect(code).toBe(1);
      return found.join('\n');
    };
    const words = async (at: string): Promise<string> => {
      const { code, text } = await jane.run('verify-signature', at, '--allowed-signers', signers);
      expect(code).toBe(1);
      return text;
    };
    const honest = copy(() => {});
    expect([(await verify(honest)).code, await blocks(honest)]).toEqual([0, '']);
    // Whose key it is: nobody can tell without a file that says it, and a file that was misspelt says nothing.
    const untold = await jane.run('verify-signature', honest);
    expect([untold.code, untold.text]).toEqual([1, expect.stringContaining('not verified')]);
    expect((await jane.run('verify-signature', honest, '--allowed-signers', `${signers}x`)).code).toBe(2);

    // Git's own file is about commits: whom it does not name is unknown, and not turned away.
    const others = jane.file('others', 'bob@example.org ssh-ed25519 AAAA\n');
    writeFileSync(
      join(jane.dir, 'home-of-keys', '.gitconfig'),
      `[gpg "ssh"]\n\tallowedSignersFile = ${others}\n`,
    );
    const unknown = await jane.run('verify-signature', honest, '--json');
    expect([unknown.code, parsed(unknown.text).signatures]).toMatchObject([
      1,
      [{ holds: null, said: expect.stringContaining('others does not name') }],
    ]);

    // a: edited, and signed again by somebody else in her name.
    const mallory = machine('mallory');
    const { key } = withKey(mallory, 'mallory@example.org');
    const hers = execFileSync('ssh-keygen', ['-l', '-f', key], { encoding: 'utf8' }).split(' ')[1] ?? '?';
    const other = copy((at) => {
      const edited = readFileSync(join(at, 'raw-notes.md'), 'utf8');
      appendFileSync(join(at, 'raw-notes.md'), 'more');
      const list = readFileSync(sums(at), 'utf8');
      writeFileSync(sums(at), list.replace(sha256(edited), sha256(`${edited}more`)));
      rmSync(`${sums(at)}.sig`);
      execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'mcp-audit', '-f', key, sums(at)], {
        stdio: 'ignore',
      });
    });
    for (const text of [await words(other), await blocks(other)]) {
      expect(text).toContain('by jane (as it says)');
      expect(text).toContain('DOES NOT HOLD; made with that key, which');
      expect(text).toContain(`[${hers}]`);
    }
    expect((await verify(other)).signatures[0]).toMatchObject({ by: '', key: hers, changed: [] });

    // b, c: what nobody signed lies in the folder.
    const added = copy((at) => {
      for (const path of ['.git/x.md', 'node_modules/x.md', 'artifacts/signatures/findings/F-09.md']) {
        mkdirSync(dirname(join(at, path)), { recursive: true });
        writeFileSync(join(at, path), 'x');
      }
      if (process.platform !== 'win32') symlinkSync('/etc/passwd', join(at, 'extra.md'));
      for (const name of ['README.md', 'bob.SHA256SUMS.txt'])
        writeFileSync(join(at, 'artifacts', 'signatures', name), 'x');
    });
    const named = [
      'artifacts/signatures/README.md was added',
      'artifacts/signatures/bob.SHA256SUMS.txt was added',
      'artifacts/signatures/findings/F-09.md was added',
      ".git was added and is not covered: it is git's own folder",
      ...(process.platform === 'win32'
        ? []
        : ['extra.md was added and is not covered: it is a symbolic link']),
      'node_modules was added and is not covered: it is a folder of installed packages',
    ];
    const { changed = [] } = (await verify(added)).signatures[0] ?? {};
    expect(changed).toEqual(named.map((n) => expect.stringContaining(n)));
    for (const name of named) expect(await words(added)).toContain(name);
    expect(await blocks(added)).toContain('artifacts/signatures/README.md was added');
    // Words beside a signature, a list without one, a signature whose list is gone.
    const beside = copy((at) => appendFileSync(`${sums(at)}.sig`, 'and words that nobody signed\n'));
    expect(await words(beside)).toContain('it is no signature of SSH or GPG');
    const orphan = copy((at) => rmSync(sums(at)));
    expect(await words(orphan)).toContain('the list of files it is of is gone');
    expect(await blocks(orphan)).toContain('the list of files it is of is gone');
    expect((await jane.run('sign', orphan)).code).toBe(0);
    expect((await verify(orphan)).code).toBe(0);

    // d: edited and unsigned, with a signed one in it; nothing of it is counted, nor signed over.
    const nested = copy((at) => {
      rmSync(join(at, 'artifacts', 'signatures'), { recursive: true });
      appendFileSync(join(at, 'raw-notes.md'), 'x');
      cpSync(folder, join(at, 'artifacts', 'earlier'), { recursive: true });
    });
    expect(await words(nested)).toContain(`${id}: nobody signed it`);
    for (const text of [await words(nested), await blocks(nested)])
      expect(text).toContain('it lies in artifacts/earlier: it is of another submission');
    const refused = await jane.run('sign', nested);
    expect([refused.code, refused.text]).toEqual([
      2,
      expect.stringContaining('a signature of another submission'),
    ]);
    // In a whole database too, where each is of its own audit.
    const database = join(jane.dir, 'database');
    const place = join(database, 'audits', 'github.com', 'acme', 'server', 'audits', id);
    cpSync(folder, place, { recursive: true });
    expect(await blocks(database)).toBe('');
    cpSync(folder, join(place, 'artifacts', 'earlier'), { recursive: true });
    expect(await blocks(database)).toContain('/artifacts/earlier: it is of another submission');

    // e: under the name of another audit.
    const renamed = copy(() => {}, 'jane-2099-01-01-001');
    for (const text of [await words(renamed), await blocks(renamed)])
      expect(text).toContain(`it is of ${id}, and this folder is jane-2099-01-01-001: another submission`);
    // No signature at all is no error of a submission, and none that was verified.
    const bare = copy((at) => rmSync(join(at, 'artifacts', 'signatures'), { recursive: true }));
    expect(await words(bare)).toContain('nobody signed it');
    expect(await blocks(bare)).toBe('');
  });

  it('shows a journal that was written anew, and a key that is another', async () => {
    const { jane, session, verify, signers } = await signedBy();
    await jane.run('sign');
    const file = jane.file('signed.zip');
    await jane.run('export', '--to', file);
    expect(await verify(file)).toMatchObject({ code: 0, id: session });
    const forged = jane.file('forged.zip');
    writeFileSync(
      forged,
      forge(readFileSync(file), (events) =>
        events.map((e) =>
          e.type === 'check.answered' && e.answer ? { ...e, answer: { ...e.answer, note: 'x' } } : e,
        ),
      ),
    );
    expect((await verify(forged)).signatures).toMatchObject([
      { holds: false, said: expect.stringContaining('the journal was written anew: its event') },
    ]);
    // Somebody else's key says nothing of jane, and does not pass for hers.
    const mallory = machine('mallory');
    await mallory.run('import', forged);
    withKey(mallory, 'jane@example.org');
    await mallory.run('sign');
    const other = await mallory.run('verify-signature', session, '--allowed-signers', signers, '--json');
    expect(other.code).toBe(1);
    expect(parsed(other.text).signatures.at(-1)).toMatchObject({
      by: '',
      said: expect.stringContaining('does not name'),
    });
  });

  it('of a review counter-signs the history it is of', async () => {
    const { jane, session, exported, server, verify, signers, line } = await signedBy();
    const bob = machine('bob');
    const { line: his } = withKey(bob, 'bob@example.org');
    writeFileSync(signers, `${line}${his}`);
    await bob.run('review', exported, '--source', server);
    await bob.answer('remarks: {A-2: {stance: objects, reason: it is kept}}');
    await bob.run('sign');
    const review = bob.file('review.zip');
    await bob.run('export', '--to', review);
    await jane.run('import', review);
    expect((await verify(session)).signatures).toMatchObject([
      { role: 'counter-signature', claimed: 'BOB', by: 'bob@example.org', holds: true },
    ]);
    // What jane writes anew on her own does not pass where the review is kept.
    const forged = jane.file('forged.zip');
    writeFileSync(
      forged,
      forge(readFileSync(exported), (events) =>
        events.map((e) =>
          e.type === 'check.answered' && e.answer ? { ...e, answer: { ...e.answer, note: 'x' } } : e,
        ),
      ),
    );
    expect(await verify(forged, bob)).toMatchObject({
      code: 1,
      signatures: [
        {
          role: 'counter-signature',
          holds: false,
          said: expect.stringContaining('written anew since that review'),
        },
      ],
    });
    // Nor with a review of her own making under the name of the kept one.
    const hers = machine('jane');
    await hers.run('import', forged);
    const made = jane.file('made.zip');
    writeFileSync(
      made,
      forge(readFileSync(review), (events) =>
        events.flatMap((e) =>
          e.type === 'session.started' && e.review
            ? [{ ...e, review: { ...e.review, head: headOf(forged) } }]
            : e.type === 'head.signed'
              ? []
              : [e],
        ),
      ),
    );
    expect((await hers.run('import', made)).code).toBe(0);
    const hidden = jane.file('hidden.zip');
    await hers.run('export', '--to', hidden);
    expect(await verify(hidden, bob)).toMatchObject({
      code: 1,
      signatures: [
        { holds: false, said: expect.stringContaining('kept on this machine tells another history') },
        { holds: false, said: expect.stringContaining('written anew since that review') },
      ],
    });
    // A review whose signature is not of it.
    const false_ = jane.file('false.zip');
    writeFileSync(
      false_,
      forge(readFileSync(review), (events) =>
        events.map((e) =>
          e.type === 'remark.recorded' && e.value
            ? { ...e, value: { ...e.value, stance: 'agrees' as const } }
            : e,
        ),
      ),
    );
    const other = machine('jane');
    Object.assign(other.host.env, jane.host.env);
    await other.run('import', exported);
    const refused = await other.run('import', false_);
    expect(refused.code).toBe(2);
    expect(refused.text).toContain('its signature is not of what it says');
  });
});

describe('without a key or a program for it', () => {
  it('says so, and signs nothing', async () => {
    const { jane, session } = await audited();
    expect(await jane.run('sign')).toMatchObject({
      code: 2,
      text: expect.stringContaining('neither ssh-keygen nor gpg is on this machine'),
    });
    const home = join(jane.dir, 'empty');
    mkdirSync(home);
    Object.assign(jane.host.env, { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' });
    if (here('ssh-keygen'))
      expect((await jane.run('sign')).text).toContain('no key was found to sign with, so nothing was signed');
    expect(await jane.run('verify-signature', session)).toMatchObject({
      code: 1,
      text: expect.stringContaining('nobody signed it'),
    });
    expect(JSON.parse((await jane.run('status', '--json')).text).state.seq).toBeGreaterThan(1);
  });
});

describe.runIf(here('gpg') && process.platform !== 'win32')('a signature with a GPG key', () => {
  it('holds where the keyring has the key, and is not told elsewhere', async () => {
    const { jane, session } = await audited();
    // A socket of gpg's agent needs a short path.
    const ring = mkdtempSync(join(tmpdir(), 'g-'));
    const env = { ...process.env, GNUPGHOME: ring, HOME: ring };
    onTestFinished(() => {
      execFileSync('gpgconf', ['--homedir', ring, '--kill', 'all']);
      rmSync(ring, { recursive: true, force: true });
    });
    execFileSync(
      'gpg',
      [
        '--batch',
        '--quiet',
        '--passphrase',
        '',
        '--quick-generate-key',
        'Jane <jane@example.org>',
        'ed25519',
        'sign',
        'never',
      ],
      { env, stdio: 'ignore' },
    );
    Object.assign(jane.host.env, { PATH: process.env.PATH, HOME: ring, GNUPGHOME: ring });
    expect((await jane.run('sign', '--key', 'jane@example.org')).code).toBe(0);
    const held = await jane.run('verify-signature', session, '--json');
    expect(parsed(held.text).signatures).toMatchObject([
      { holds: true, by: 'Jane <jane@example.org>', key: expect.stringMatching(/^[0-9A-F]{40}$/) },
    ]);
    // Who names the SSH keys that will do has named no key of a keyring.
    const signers = jane.file('allowed_signers', 'jane@example.org ssh-ed25519 AAAA\n');
    const given = await jane.run('verify-signature', session, '--allowed-signers', signers);
    expect([given.code, given.text]).toEqual([1, expect.stringContaining('names SSH keys alone')]);
    const empty = mkdtempSync(join(tmpdir(), 'g-'));
    onTestFinished(() => rmSync(empty, { recursive: true, force: true }));
    Object.assign(jane.host.env, { GNUPGHOME: empty });
    const untold = await jane.run('verify-signature', session, '--json');
    expect(untold.code).toBe(1);
    expect(parsed(untold.text).signatures).toMatchObject([
      { holds: null, said: expect.stringContaining('does not have the key') },
    ]);
    expect(readdirSync(ring).length).toBeGreaterThan(0);
  });
});
