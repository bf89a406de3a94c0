import { describe, expect, it } from 'vitest';
import { capabilities } from '../../src/collectors/capabilities.ts';
import { run } from './fake-context.ts';

const found = async (files: Record<string, string>) => {
  const { items } = await run(capabilities, { files });
  return Object.fromEntries(
    items.map((i) => [
      i.rule,
      [i.at, ...(i.places ?? [])].flatMap((p) => (p ? [`${p.path}:${p.startLine}`] : [])),
    ]),
  );
};

describe('what the code can do', () => {
  it('is seen by the library of each call, however it was imported', async () => {
    expect(
      await found({
        'src/a.ts': `import { exec as run } from 'node:child_process';
import { promisify } from 'util';
import * as fs from 'fs/promises';
import axios from 'axios';
const { readFileSync } = require('fs');
const later = promisify(run);
run('ls');
await fs.writeFile('x', 'y');
readFileSync('x');
await fs.rm('x');
await axios.get('https://x.example');
eval('1');
registry.exec('not one of ours');
await later('pwd');
const more = async () => { const { readFile: rf } = await import('node:fs/promises'); await rf('x'); };
`,
        'src/b.py': `import subprocess, os, httpx
subprocess.run(['ls'])
open('a')
open('a', 'w')
os.remove('a')
httpx.get('https://x.example')
`,
        'src/c.go':
          'package main\nimport ("os/exec"; "os")\nfunc main() { exec.Command("ls").Run(); os.Remove("x") }\n',
      }),
    ).toEqual({
      programs: ['src/a.ts:6', 'src/a.ts:7', 'src/a.ts:14', 'src/b.py:2', 'src/c.go:3'],
      code: ['src/a.ts:12'],
      'files-read': ['src/a.ts:9', 'src/a.ts:15', 'src/b.py:3'],
      'files-written': ['src/a.ts:8', 'src/b.py:4'],
      'files-deleted': ['src/a.ts:10', 'src/b.py:5', 'src/c.go:3'],
      network: ['src/a.ts:11', 'src/b.py:6'],
    });
  });

  it('is nothing for code that does nothing, and a gap for code that is not read', async () => {
    expect(
      (await run(capabilities, { files: { 'src/a.ts': 'export const add = (a, b) => a + b;\n' } })).gathered,
    ).toMatchObject({ outcome: 'nothing-found' });
    expect(await found({ 'src/a.ts': `var a=1;${'b();'.repeat(5000)}` })).toHaveProperty('unread-sources');
    expect((await run(capabilities, { files: { 'README.md': '# x' } })).gathered).toMatchObject({
      outcome: 'not-applicable',
    });
  });
});
