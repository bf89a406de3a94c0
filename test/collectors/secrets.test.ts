import { describe, expect, it } from 'vitest';
import { secrets } from '../../src/collectors/secrets.ts';
import { run } from './fake-context.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const github = ['ghp', '9aZ3kQ7xB1mW5pL8vR2tY4nC6jH0dF3gS9wE'].join('_');
const stripe = ['sk', 'live', 'Q9aZ3kT7xB1mW5pL8vR2tY4n'].join('_');

const everything = (value: unknown): string => JSON.stringify(value);

describe('secrets', () => {
  it('finds secrets in the tree and shows none of them', async () => {
    const { gathered, item, items } = await run(secrets, {
      files: {
        'src/a.ts': `const a = 1;\nconst token = "${github}"; // and ${stripe}\n`,
        'test/a.test.ts': `const token = "${github}";\n`,
        '.env': `STRIPE=${stripe}\nEMPTY=\n`,
        'docs/x.md': 'postgres://user:password@localhost/db\n',
        'logo.png': Buffer.from([0, 1, 2]),
      },
    });
    expect(item('tree-github-token')).toMatchObject({
      strength: 'strong',
      at: { path: 'src/a.ts', startLine: 2 },
      checks: ['2.2.2'],
    });
    expect(item('tree-github-token').redactedSnippet).toBe(
      'const token = "ghp_…[40 characters]"; // and sk_l…[32 characters]',
    );
    expect(items.filter((i) => i.rule === 'tree-unlikely').map((i) => i.at?.path)).toEqual([
      'docs/x.md',
      'test/a.test.ts',
    ]);
    expect(item('secret-file')).toMatchObject({ strength: 'strong', at: { path: '.env', startLine: 1 } });
    expect(item('binary-files').kind).toBe('gap');
    for (const secret of [github, stripe]) expect(everything(gathered)).not.toContain(secret.slice(5));
  });

  it('tells one key once, with all its places, and files of one content once', async () => {
    const { items, item } = await run(secrets, {
      files: {
        'src/a.ts': `const token = "${github}";\n`,
        'src/b.ts': `\nconst token = "${github}";\n`,
        'a/.netrc': 'machine x login y password z\n',
        'b/.netrc': 'machine x login y password z\n',
        '.npmrc': '//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n',
      },
    });
    expect(items.filter((i) => i.rule === 'tree-github-token')).toHaveLength(1);
    expect(item('tree-github-token')).toMatchObject({
      at: { path: 'src/a.ts' },
      places: [{ path: 'src/b.ts', startLine: 2 }],
    });
    expect(items.filter((i) => i.rule === 'secret-file')).toHaveLength(1);
    expect(item('secret-file')).toMatchObject({ at: { path: 'a/.netrc' }, places: [{ path: 'b/.netrc' }] });
  });

  it('takes an .npmrc for a credential only where one is written out', async () => {
    const of = async (text: string) =>
      (await run(secrets, { files: { 'pkg/.npmrc': text } })).items.filter((i) => i.rule === 'secret-file')
        .length;
    expect(await of('//registry.npmjs.org/:_authToken=${NPM_TOKEN}')).toBe(0);
    expect(await of('//registry.npmjs.org/:_authToken = "${NPM_TOKEN}"\r\nsave-exact=true\r\n')).toBe(0);
    expect(await of('# _authToken=abcdef\n; _password=abc\nregistry=https://r.example/\n')).toBe(0);
    expect(await of('//r.example/:_authToken=\n')).toBe(0);
    expect(await of('//r.example/:_authToken=${A}\n//s.example/:_password=aGVsbG8=\n')).toBe(1);
    expect(await of('_auth=aGVsbG86d29ybGQ=\n')).toBe(1);
    expect(await of('//r.example/:_authToken=npm_${REST}\n')).toBe(1);
  });

  it('finds what was taken out again, and the commit that brought it', async () => {
    const { gathered, item, items } = await run(secrets, {
      files: { 'a.ts': 'clean\n' },
      blobs: [
        {
          oid: '1'.repeat(40),
          path: 'a.ts',
          content: `x\n\nconst k = "${stripe}";\n`,
          introducedBy: 'c'.repeat(40),
        },
        { oid: '2'.repeat(40), path: 'a.ts', content: `x\n\nconst k = "${stripe}";\ny\n` },
        { oid: '3'.repeat(40), path: 'b.png', content: Buffer.from([0, 1]) },
      ],
    });
    expect(items.filter((i) => i.rule === 'history-stripe-key')).toHaveLength(1);
    expect(item('history-stripe-key').detail).toContain(`Brought in by commit ${'c'.repeat(40)}`);
    expect(item('history-stripe-key').reproduce).toBe(`git cat-file blob ${'1'.repeat(40)} | sed -n 3,3p`);
    expect(item('history-not-read').kind).toBe('gap');
    expect(everything(gathered)).not.toContain(stripe.slice(5));
  });

  it('keeps what the tree showed when the history cannot be read', async () => {
    const context = {
      files: { 'a.ts': `const k = "${stripe}";\n` },
      blobs: [{ oid: '1'.repeat(40), path: 'a.ts', content: 'x' }],
    };
    const { fakeContext } = await import('./fake-context.ts');
    const broken = fakeContext(context);
    broken.history.blobs = async () => Promise.reject(new Error('missing blob object'));
    const gathered = await secrets.collect(broken);
    const rules = 'items' in gathered ? gathered.items.map((i) => i.rule) : [];
    expect(rules).toEqual(expect.arrayContaining(['tree-stripe-key', 'history-unreadable']));
  });

  it('says that it looked and found nothing', async () => {
    const { gathered } = await run(secrets, { files: { 'a.ts': 'const a = 1;\n' } });
    expect(gathered).toEqual({
      outcome: 'nothing-found',
      searched: '1 file of the tree, 0 older versions of files in the history',
      items: [],
    });
  });
});
