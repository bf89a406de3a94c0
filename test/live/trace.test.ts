import { expect, it } from 'vitest';
import { createTracer } from '../../src/live/attendant/trace.ts';

const hex = (text: string): string =>
  [...Buffer.from(text)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('');
const quoted = (text: string): string => `"${hex(text)}"`;

it('of what a program asked of the kernel, what is worth it is told, calls that were broken off too', () => {
  const ends: unknown[] = [];
  const t = createTracer((...end) => ends.push(end));
  const question = `\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04evil\x07example\x00\x00\x01\x00\x01`;
  for (const line of [
    // Ours: the shell that lets go of the descriptor, then the server.
    `10 execve(${quoted('/bin/sh')}, [${quoted('sh')}], 0x1 /* 3 vars */) = 0`,
    `10 execve(${quoted('/usr/bin/node')}, [${quoted('node')}], 0x1 /* 3 vars */) = 0`,
    `10 openat(AT_FDCWD<${hex('/work')}>, ${quoted('/usr/lib/x.so')}, O_RDONLY|O_CLOEXEC) = 3<${hex('/usr/lib/x.so')}>`,
    `10 openat(AT_FDCWD<${hex('/data/root')}>, ${quoted('../beside/a b.txt')}, O_RDONLY) = 3<${hex('/data/beside/a b.txt')}>`,
    `10 openat(AT_FDCWD<${hex('/work')}>, ${quoted('/home/user/.ssh/id_rsa')}, O_RDONLY) = -1 ENOENT (No such file or directory)`,
    `11 unlink(${quoted('/data/root/x')} <unfinished ...>`,
    `12 execve(${quoted('/bin/ls')}, [${quoted('ls')}, ${quoted('-l')}], 0x1 /* 3 vars */) = 0`,
    '11 <... unlink resumed>) = 0',
    `10 connect(4<${hex('socket:[1]')}>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(${quoted('10.1.2.3')})}, 16) = -1 ENETUNREACH (Network is unreachable)`,
    `10 connect(4<${hex('socket:[1]')}>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(${quoted('127.0.0.1')})}, 16) = 0`,
    `10 sendto(4<${hex('socket:[1]')}>, ${quoted(question)}, 30, MSG_NOSIGNAL, NULL, 0) = 30`,
    'no line of strace',
    '10 +++ exited with 3 +++',
  ])
    t.line(line);
  expect(t.since(0).map((x) => [x.kind, x.how, x.what, x.ok])).toEqual([
    ['read', 'opened', '/data/beside/a b.txt', true],
    ['read', 'looked for', '/home/user/.ssh/id_rsa', false],
    ['run', 'ran', '/bin/ls -l', true],
    ['change', 'removed', '/data/root/x', true],
    ['ask', 'connected to', '10.1.2.3:443', false],
    ['ask', 'asked for the address of', 'evil.example', true],
  ]);
  expect(t.since(5)).toHaveLength(1);
  expect(ends).toEqual([[10, 3, null]]);
});
