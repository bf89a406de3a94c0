// Replays what an assistant did on three servers, call by call, and counts. docs/assist.md holds the figures.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { openClones } from '../test/bench/evidence/clones.ts';
import { type CollectedItem, nearTo } from '../test/bench/evidence/whole-audits.ts';

/** test/bench/corpus/assisted-audits.json: no line of the servers is in it, quotations are read again. */
type Call = {
  tool: string;
  arguments: Record<string, unknown> & { citations?: string[]; finding?: { positive?: boolean } };
  /** Quoted without the blanks it begins with, as it was then. */
  unindented?: boolean;
  person?: { decision: 'accepted' | 'rejected' | 'asked'; edited: boolean };
};
type Worked = { repo: string; commit: string; language: string; calls: readonly Call[] };

const { values } = parseArgs({ options: { clones: { type: 'string' } } });
if (!values.clones) throw new Error('--clones DIR is needed: clones of the servers of the corpus');
const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist', 'cli.js');
const clones = openClones(values.clones);
const scratch = mkdtempSync(join(tmpdir(), 'bench-assist-'));
const env = { ...process.env, MCP_AUDIT_HOME: join(scratch, 'home') } as Record<string, string>;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const placeOf = (citation: string): { path: string; start: number; end: number } => {
  const [, path = '', start, end] = /^(.*):(\d+)-(\d+)$/.exec(citation) ?? [];
  return { path, start: Number(start), end: Number(end) };
};

const isWeakness = (c: Call): boolean =>
  c.tool === 'propose_finding' && c.arguments.finding?.positive !== true;

const replay = async (worked: Worked, session: string): Promise<{ taken: number; refused: number }> => {
  const client = new Client({ name: 'Replay', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [cli, 'assist', session],
      env,
      stderr: 'ignore',
    }),
  );
  const ask = async (name: string, given: Record<string, unknown>) => {
    const r = await client.callTool({ name, arguments: given });
    return {
      error: r.isError === true,
      text: (r.content as { text: string }[]).map((c) => c.text).join('\n'),
    };
  };
  /** The lines as read_file shows them, without their numbers. */
  const quoted = async (citation: string, unindented: boolean) => {
    const { path, start, end } = placeOf(citation);
    const { text } = await ask('read_file', { path, start_line: start, end_line: end });
    const lines = text.split('\n').flatMap((l) => /^\d+\| (.*)$/.exec(l)?.[1] ?? []);
    const quote = lines.map((l) => (unindented ? l.trimStart() : l)).join('\n');
    return { path, start_line: start, end_line: end, quote };
  };
  const count = { taken: 0, refused: 0 };
  for (const { tool, arguments: given, unindented = false } of worked.calls) {
    if (!tool.startsWith('propose_')) {
      await ask(tool, given);
      continue;
    }
    const citations = await Promise.all((given.citations ?? []).map((c) => quoted(c, unindented)));
    const { error, text } = await ask(tool, { ...given, commit: worked.commit, citations });
    if (error) say(`  refused: ${text.split('\n')[0]}`);
    count[error ? 'refused' : 'taken'] += 1;
  }
  await client.close();
  return count;
};

try {
  for (const worked of JSON.parse(
    readFileSync(join(root, 'test', 'bench', 'corpus', 'assisted-audits.json'), 'utf8'),
  ) as Worked[]) {
    const gitDir = clones.gitDirOf(worked.repo, worked.commit);
    if (!gitDir) {
      say(`${worked.repo}: no clone has ${worked.commit}`);
      continue;
    }
    const tree = basename(gitDir) === '.git' ? dirname(gitDir) : gitDir;
    const out = join(scratch, 'out.json');
    const run = (...args: string[]): string =>
      execFileSync(process.execPath, [cli, ...args], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    run('collect', tree, '--ref', worked.commit, '--json', out);
    const { items } = JSON.parse(readFileSync(out, 'utf8')) as { items: CollectedItem[] };
    const asking = items.filter((i) => i.kind === 'lead' || i.kind === 'question');
    const { session } = JSON.parse(run('start', tree, '--ref', worked.commit, '--json')) as {
      session: string;
    };
    say(`${worked.repo} (${worked.language}, ${clones.sourceLines(worked.repo, worked.commit, '')} lines)`);
    const { taken, refused } = await replay(worked, session);
    const held = worked.calls.filter((c) => isWeakness(c) && c.person?.decision === 'accepted');
    const near = held.filter((c) => {
      const sites = (c.arguments.citations ?? []).map(placeOf).map((p) => ({ file: p.path, line: p.start }));
      return asking.some((i) => nearTo(i, { sites }));
    });
    const said = (decision: string): number =>
      worked.calls.filter((c) => c.person?.decision === decision).length;
    say(`  ${worked.calls.length} calls; ${taken} proposals taken, ${refused} refused`);
    say(
      `  the person: ${said('accepted')} accepted (${worked.calls.filter((c) => c.person?.edited).length} in their words), ${said('rejected')} rejected, ${said('asked')} asked back`,
    );
    say(
      `  weaknesses: ${worked.calls.filter((c) => isWeakness(c) && c.person).length} proposed, ${held.length} held; near one of ${asking.length} leads and questions: ${near.length}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
