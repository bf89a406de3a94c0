import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePath, distinctPaths } from '../../../src/io/git/paths.ts';
import { isoDate, parseCommit, parseTag } from '../../../src/io/git/raw-objects.ts';

const commit = (extra: string, message = 'm', who = 'A <a@b> 1700000000 +0000'): Buffer =>
  Buffer.from(
    `tree ${'0'.repeat(40)}\nparent ${'1'.repeat(40)}\nauthor ${who}\ncommitter ${who}\n${extra}\n${message}`,
    'latin1',
  );

describe('parseCommit', () => {
  it.each([
    ['-----BEGIN PGP SIGNATURE-----', 'gpg'],
    ['-----BEGIN PGP MESSAGE-----', 'gpg'],
    ['-----BEGIN SSH SIGNATURE-----', 'ssh'],
    ['-----BEGIN SIGNED MESSAGE-----', 'x509'],
    ['-----BEGIN NONSENSE-----', 'none'],
  ])('sees by %s that it is signed: %s', (line, signature) => {
    expect(parseCommit('x', commit(`gpgsig ${line}\n abc\n`)).signature).toBe(signature);
    expect(parseCommit('x', commit(`gpgsig-sha256 ${line}\n abc\n`)).signature).toBe(signature);
  });

  it('does not take a signature in the message, or in another header, for one', () => {
    const pgp = '-----BEGIN PGP SIGNATURE-----';
    expect(parseCommit('x', commit('', `m\n\ngpgsig ${pgp}\n`)).signature).toBe('none');
    expect(parseCommit('x', commit(`mergetag object x\n gpgsig ${pgp}\n`)).signature).toBe('none');
  });

  it('reads a message in the encoding it says it has', () => {
    expect(parseCommit('x', commit('encoding ISO-8859-1\n', 'Gr\xfc\xdfe')).message).toBe('Grüße');
    expect(parseCommit('x', commit('encoding no-such-thing\n', 'm')).message).toBe('m');
  });

  it.each([
    ['A B <a@b> 1700000000 +0530', 'A B', 'a@b', '2023-11-15T03:43:20+05:30'],
    ['<a@b> 1700000000 -0800', '', 'a@b', '2023-11-14T14:13:20-08:00'],
    ['A <a> <b> 1700000000 +0000', 'A', 'a> <b', '2023-11-14T22:13:20+00:00'],
    ['nobody at all', 'nobody at all', '', '1970-01-01T00:00:00+00:00'],
    ['A <a@b>', 'A', 'a@b', '1970-01-01T00:00:00+00:00'],
    ['A <a@b> -5 +9999', 'A', 'a@b', '1970-01-01T00:00:00+00:00'],
  ])('reads %s', (who, name, email, at) => {
    expect(parseCommit('x', commit('', 'm', who))).toMatchObject({ author: { name, email }, authoredAt: at });
  });

  it('makes a value of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const parsed = parseCommit('x', Buffer.from(bytes));
        expect(Date.parse(parsed.committedAt)).not.toBeNaN();
        parseTag(Buffer.from(bytes));
      }),
    );
  });
});

it('writes dates that are dates, whatever the seconds and the zone', () => {
  const zone = fc.oneof(fc.string(), fc.stringMatching(/^[+-]\d{4}$/));
  fc.assert(
    fc.property(fc.double(), zone, (seconds, offset) => {
      const date = isoDate(Math.trunc(seconds), offset);
      expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
      expect(Date.parse(date)).not.toBeNaN();
    }),
  );
});

describe('decodePath', () => {
  it('leaves UTF-8 as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodePath(Buffer.from(text))).toBe(text);
      }),
    );
    expect(decodePath(Buffer.from('a\u{FFFD}b'))).toBe('a\u{FFFD}b');
  });

  it('writes out bytes that are no UTF-8, so that different paths stay different', () => {
    expect(decodePath(Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3]))).toBe('a\\xFFé\\xC3');
    expect(decodePath(Buffer.from([0xed, 0xa0, 0x80]))).toBe('\\xED\\xA0\\x80');
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [one, other] = [decodePath(Buffer.from(a)), decodePath(Buffer.from(b))];
        const spelledOut = /\\x[0-9A-F]{2}/.test(
          Buffer.from(a).toString('latin1') + Buffer.from(b).toString('latin1'),
        );
        if (!spelledOut) expect(one === other).toBe(Buffer.from(a).equals(Buffer.from(b)));
        expect(one.isWellFormed()).toBe(true);
      }),
    );
  });

  it('takes a long path in linear time', () => {
    const bytes = Buffer.alloc(1 << 20, 0x61);
    bytes[bytes.length - 1] = 0xff;
    expect(decodePath(bytes)).toHaveLength((1 << 20) + 3);
  });
});

describe('distinctPaths', () => {
  it('names every path of a tree once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'a‹2›', 'a‹3›', 'a‹2›‹2›')), (paths) => {
        const names = paths.map(distinctPaths());
        expect(new Set(names).size).toBe(paths.length);
        expect(names.every((name, i) => name.startsWith(paths[i] ?? ''))).toBe(true);
      }),
    );
  });

  it('is quick about a hundred thousand doubles', () => {
    const name = distinctPaths();
    for (let i = 0; i < 100_000; i++) name('x');
    expect(name('x')).toBe('x‹100001›');
  });
});
