import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { type EvidenceItem, emptySurface, type Surface } from '../../src/domain/evidence.ts';
import { argumentsFor } from '../../src/live/client/arguments.ts';
import { lastWords } from '../../src/live/client/last-words.ts';
import { aimsOf } from '../../src/live/confirm/aims.ts';
import { makePlan } from '../../src/live/prepare/make-plan.ts';
import { isPlan, shownStep, standInFor } from '../../src/live/prepare/plan.ts';
import { bestScript, startsServer } from '../../src/live/prepare/plan-python.ts';
import { DATABASE, served } from '../../src/live/prepare/served.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-scene-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what a server is given to serve', () => {
  for (const f of served()) {
    const path = join(dir, f.path);
    mkdirSync(f.folder ? path : dirname(path), { recursive: true });
    if (!f.folder)
      writeFileSync(path, f.base64 === undefined ? (f.text ?? '') : Buffer.from(f.base64, 'base64'));
  }

  it('is a git repository of one commit, whole as git sees it', () => {
    const git = (...args: string[]) =>
      spawnSync('git', ['-C', join(dir, 'data/root'), '-c', 'safe.directory=*', ...args], {
        encoding: 'utf8',
      });
    expect(git('fsck', '--strict').status).toBe(0);
    expect(git('show', 'HEAD:example.md').stdout).toContain('# Example');
  });

  it('holds a database that can be read and written', () => {
    const db = new DatabaseSync(join(dir, DATABASE));
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.exec("INSERT INTO notes VALUES (2, 'b', 'c', 'd')");
    expect(db.prepare('SELECT count(*) AS n, min(tag) AS tag FROM notes').get()).toEqual({ n: 2, tag: 'c' });
    db.close();
  });
});

describe('what no lockfile fixes', () => {
  const tree = (files: Record<string, string>) => ({
    paths: new Set(Object.keys(files)),
    text: (path: string) => Promise.resolve(files[path] ?? null),
  });
  const day = '2025-03-01T10:00:00Z';

  it("is taken as it was on the commit's day, and as it is today where that cannot be had: npm", async () => {
    const plan = await makePlan(
      tree({ 'package.json': '{"name":"x","bin":"i.js","dependencies":{"a":"^1"}}', 'i.js': '' }),
      '',
      { env: process.env, day },
    );
    if (!isPlan(plan)) throw new Error(plan.problem);
    const [step] = plan.steps;
    expect(shownStep(step!)).toContain(`--before=${day}`);
    expect(shownStep(step!.otherwise!)).not.toContain(`--before=${day}`);
  });

  it('the same for Python, whose server is found by what its file does', async () => {
    const plan = await makePlan(
      tree({
        'requirements.txt': 'mcp\n',
        'tool.py': 'import os\n',
        'stats.py':
          "from mcp.server.fastmcp import FastMCP\nif __name__ == '__main__':\n    FastMCP('x').run()\n",
      }),
      '',
      { env: process.env, day },
    );
    if (!isPlan(plan)) throw new Error(plan.problem);
    expect(plan.argv.slice(1)).toEqual(['/pkg/stats.py']);
    const last = plan.steps.at(-1)!;
    expect(shownStep(last).join(' ')).toContain(`--uploaded-prior-to ${day} mcp`);
    expect(shownStep(last.otherwise!).join(' ')).not.toContain('prior');
  });

  it('of several files the one that is named as a server is started', () => {
    expect(bestScript(['a/tools/run.py', 'a/server.py', 'main.py'])).toBe('a/server.py');
    expect(bestScript([])).toBeNull();
    expect(startsServer('x.py', "import mcp\nprint('no')\n")).toBe(false);
  });
});

describe('programs in Rust and Java', () => {
  const plan = (files: Record<string, string>) =>
    makePlan(
      { paths: new Set(Object.keys(files)), text: (path) => Promise.resolve(files[path] ?? null) },
      '',
      { env: process.env, day: '' },
    );

  it('are fetched by what fixes their versions, and built without network', async () => {
    const rust = await plan({
      'Cargo.toml': '[package]\nname = "notes-mcp"\n[[bin]]\nname = "helper"\n',
      'Cargo.lock': '',
      'src/main.rs': '',
    });
    if (!isPlan(rust)) throw new Error(rust.problem);
    expect(rust.steps.map((s) => [shownStep(s).join(' '), s.network !== ''])).toEqual([
      ['cargo fetch --locked', true],
      ['cargo build --offline --locked --bin notes-mcp', false],
    ]);
    expect(rust.argv).toEqual(['/built/target/debug/notes-mcp']);
    const java = await plan({ 'pom.xml': '<project></project>' });
    if (!isPlan(java)) throw new Error(java.problem);
    expect(java.steps.map((s) => [s.argv.at(-1), s.network !== ''])).toEqual([
      [expect.stringContaining('go-offline'), true],
      ['package', false],
    ]);
  });

  it('that would run code of their choice while there is a network are not', async () => {
    const refused = async (files: Record<string, string>) => {
      const p = await plan(files);
      return isPlan(p) ? '' : p.problem;
    };
    expect(
      await refused({
        'pom.xml': '<build><extensions><extension><groupId>x</groupId></extension></extensions></build>',
      }),
    ).toMatch(/extends Maven/);
    expect(await refused({ 'build.gradle.kts': '' })).toMatch(/Gradle/);
    expect(await refused({ 'Cargo.toml': '[workspace]\nmembers = ["a"]\n' })).toMatch(/--subdir|no program/);
  });
});

describe('stand-ins', () => {
  it("keep the author's plain words, and nothing that may be a secret or a place of theirs", () => {
    expect(standInFor('MCP_LOG_LEVEL', 'info')).toBe('info');
    expect(standInFor('READ_ONLY', 'false')).toBe('false');
    expect(standInFor('API_KEY', 'info')).toBe('x');
    expect(standInFor('NOTES_DIR', '/home/me/notes')).toBe('/data/root');
    expect(standInFor('MODE', 'your mode here')).toBe('x');
  });

  it('of arguments are what their names mean, where the schema says only text', () => {
    const text = { type: 'string' };
    expect(
      argumentsFor({
        properties: { repo_path: text, filePath: text, url: text, branch: text, title: text },
        required: ['repo_path', 'filePath', 'url', 'branch', 'title'],
      }),
    ).toEqual({
      repo_path: '/data/root',
      filePath: '/data/root/example.md',
      url: 'http://127.0.0.1:9/',
      branch: 'HEAD',
      title: 'example',
    });
  });
});

describe('a value that a description names', () => {
  it('is taken where the schema says no more than text', () => {
    const shell = (description: string) =>
      argumentsFor({ properties: { shell: { type: 'string', description } }, required: ['shell'] }).shell;
    expect(shell("Shell to use. Available: ['bash', 'sh']")).toBe('bash');
    expect(shell('One of quick, full')).toBe('quick');
    expect(shell('The shell')).toBe('example');
  });
});

describe('a tool whose schema was lost', () => {
  it('is called as its source says', () => {
    const surface: Surface = {
      ...emptySurface(),
      tools: [
        {
          name: 'scan',
          path: 'i.ts',
          line: 1,
          description: '',
          certainty: 'literal',
          params: [
            { name: 'target', type: 'string', constraints: [] },
            { name: 'fast', type: 'boolean', constraints: [] },
            { name: 'kind', type: 'enum', constraints: ['one of "quick", "full"'] },
          ],
          annotations: {},
          handler: null,
          sinks: [],
        },
      ],
    };
    const item = {
      id: '0'.repeat(16),
      kind: 'lead',
      class: 'command-injection',
      title: '`target` of tool scan reaches a shell',
      detail: '',
      flow: [],
      location: null,
    } as unknown as EvidenceItem;
    const { aims } = aimsOf(item, surface, [{ name: 'scan', definition: { inputSchema: {} } }]);
    expect(aims.map((a) => [a.tool, a.with('x')])).toEqual([
      ['scan', { target: 'x', fast: false, kind: 'quick' }],
    ]);
  });
});

describe('last words', () => {
  it('are the line that says what was lacking, not the frame around it', () => {
    expect(lastWords('Error: Cannot find module x\n    at y\n\nNode.js v24.1.0\n')).toBe(
      'Error: Cannot find module x',
    );
    expect(lastWords('  | ValueError: no key\n  +------------------------------------\n')).toBe(
      'ValueError: no key',
    );
    expect(lastWords('\n')).toBe('');
  });
});
