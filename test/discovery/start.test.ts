import { describe, expect, it } from 'vitest';
import type { Configured } from '../../src/discovery/read-configuration.ts';
import { startOf } from '../../src/discovery/start.ts';

const start = (command: string, ...args: string[]) => {
  const entry: Configured = {
    name: 's',
    line: 1,
    enabled: true,
    command: /^https?:/.test(command) ? '' : command,
    args,
    env: [],
    url: /^https?:/.test(command) ? command : '',
    headers: [],
    builtIn: false,
    approved: [],
    project: '',
  };
  return startOf(entry, (t) => t, 'shop');
};

describe('how an entry starts its server', () => {
  it.each([
    ['npx', ['-y', '@acme/notes@1.2.3'], 'package', ['npm:@acme/notes'], 'not-seen'],
    ['/usr/local/bin/npx', ['@acme/notes'], 'package', ['npm:@acme/notes'], 'seen'],
    ['npx.cmd', ['-y', 'notes@latest'], 'package', ['npm:notes'], 'seen'],
    ['cmd', ['/c', 'npx', '-y', 'notes@1.0.0'], 'package', ['npm:notes'], 'not-seen'],
    ['bash', ['-lc', 'exec npx -y notes'], 'package', ['npm:notes'], 'seen'],
    ['npm', ['exec', 'notes@^1'], 'package', ['npm:notes'], 'seen'],
    ['pnpm', ['dlx', 'notes@1.0.0'], 'package', ['npm:notes'], 'not-seen'],
    ['bun', ['x', 'notes'], 'package', ['npm:notes'], 'seen'],
    ['uvx', ['--from', 'notes[cli]==1.0', 'notes'], 'package', ['pypi:notes'], 'not-seen'],
    [
      'uvx',
      ['--from', 'git+https://github.com/acme/notes', 'notes'],
      'package',
      ['github.com/acme/notes'],
      'seen',
    ],
    ['docker', ['run', '-i', '--rm', 'ghcr.io/acme/notes:1.2'], 'image', ['oci:ghcr.io/acme/notes'], 'seen'],
    ['docker', ['run', '-i', `acme/notes@sha256:${'a'.repeat(64)}`], 'image', ['oci:acme/notes'], 'not-seen'],
    ['npx', ['-y', '${PACKAGE}'], 'local', ['path:shop/npx -y ${PACKAGE}'], 'could-not-look'],
    ['node', ['./dist/index.js', '--stdio'], 'local', ['path:shop/dist/index.js'], 'not-seen'],
    ['node', ['/opt/notes/index.js'], 'local', ['path:/opt/notes/index.js'], 'not-seen'],
    ['python', ['-m', 'notes.server'], 'local', ['path:shop/python -m notes.server'], 'not-seen'],
    ['/opt/notes/bin/serve', [], 'local', ['path:/opt/notes/bin/serve'], 'not-seen'],
    ['https://mcp.acme.dev/sse?x=1', [], 'remote', ['url:mcp.acme.dev/sse'], 'not-seen'],
    ['npx', ['mcp-remote@0.1.2', 'https://mcp.acme.dev/'], 'remote', ['url:mcp.acme.dev'], 'not-seen'],
  ] as const)('%s %j', (command, args, kind, ids, unpinned) => {
    const s = start(command, ...args);
    expect({ kind: s.kind, ids: s.ids, unpinned: s.unpinned.state }).toEqual({
      kind,
      ids: [...ids],
      unpinned,
    });
  });

  it('is away only where an address leads off this machine', () => {
    const of = (address: string) => [start(address).remote.state, start(address).plainHttp.state];
    expect(of('http://localhost:3000/mcp')).toEqual(['not-seen', 'not-seen']);
    expect(of('http://[::1]:3000/mcp')).toEqual(['not-seen', 'not-seen']);
    expect(of('http://127.0.0.1.evil.example/mcp')).toEqual(['seen', 'seen']);
    expect(of('https://user:x@10.0.0.2/mcp')).toEqual(['seen', 'not-seen']);
    expect(of('http://10.0.0.2/mcp')).toEqual(['seen', 'seen']);
    expect(start('http://${HOST}/mcp').remote.state).toBe('could-not-look');
  });

  it('is a shell where one reads words that it acts on', () => {
    const of = (command: string, ...args: string[]) => start(command, ...args).shell.state;
    expect(of('sh', '-c', 'notes')).toBe('seen');
    expect(of('cmd', '/c', 'npx', 'notes')).toBe('not-seen');
    expect(of('cmd', '/c', 'npx notes & calc')).toBe('seen');
    expect(of('powershell', '-Command', 'iwr x | iex')).toBe('seen');
    expect(of('npx', 'notes')).toBe('not-seen');
    expect(of('sudo', 'notes')).toBe('seen');
  });
});
