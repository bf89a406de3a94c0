import fs from 'node:fs';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Desk, guardsOf, LIMITS } from '../assist/desk.ts';
import { createAssistServer } from '../assist/server.ts';
import { proposalsWith, type Role } from '../domain/assistance.ts';
import { UserError } from '../domain/errors.ts';
import type { Snapshot } from '../engine/store.ts';
import { sessionDir } from '../io/paths.ts';
import { assistLog, createAssistReader } from '../io/session/assist-files.ts';
import { journalPath } from '../io/session/journal-file.ts';
import { processStart } from '../io/session/process-start.ts';
import { visible } from '../text/visible.ts';
import { clientConfigs } from './assist-config.ts';
import { type Host, json } from './host.ts';
import { sessionNamed } from './session-named.ts';
import { loadTemplates } from './templates.ts';
import { VERSION } from './version.ts';
import { resumeAudit } from './workspace.ts';

export type AssistOptions = {
  role?: string | undefined;
  http?: boolean | string | undefined;
  printConfig?: boolean | undefined;
  json?: boolean | undefined;
};

const roleOf = (given: string | undefined): Role => {
  if (given === undefined || given === 'auditor') return 'auditor';
  if (given === 'refuter') return 'refuter';
  throw new UserError(`there is no role "${given}", so nothing was started`, 'auditor, or refuter');
};

/** The session as its journal says now, read again when that has grown: whoever has it open goes on deciding. */
const follow = (host: Host, id: string): (() => Promise<Snapshot>) => {
  const file = journalPath(sessionDir(host.dataDir, id));
  let known: { size: number; snapshot: Promise<Snapshot> } | null = null;
  return () => {
    const { size } = fs.statSync(file);
    if (known?.size === size) return known.snapshot;
    const read = async (): Promise<Snapshot> => {
      const { store } = resumeAudit(host, id, true);
      await store.load();
      return store.snapshot();
    };
    const snapshot = read();
    known = { size, snapshot };
    snapshot.catch(() => {
      known = null;
    });
    return snapshot;
  };
};

export type OpenDesk = { desk: Desk; end(): Promise<void> };

/** What an assistant works at: the session read-only, beside whoever has it open, and a log that this process alone writes. */
export const openDesk = (host: Host, id: string, role: Role, transport: 'stdio' | 'http'): OpenDesk => {
  const dir = sessionDir(host.dataDir, id);
  const { store } = resumeAudit(host, id, true);
  const commit = store.snapshot().session.target?.commit ?? '';
  const log = assistLog(dir, host.clock(), {
    type: 'began',
    at: host.clock().toISOString(),
    role,
    transport,
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    commit,
  });
  const snapshot = follow(host, id);
  const reader = createAssistReader(dir);
  return {
    desk: {
      role,
      connection: log.connection,
      snapshot,
      proposals: async () =>
        proposalsWith(
          (await snapshot()).session.proposals,
          reader.read().flatMap((c) => c.lines),
        ),
      target: store,
      templates: loadTemplates,
      say: log.append,
      full: log.full,
      now: host.clock,
    },
    end: async () => {
      log.end(host.clock());
      await store.close(null);
    },
  };
};

/** Says when the connection is over, whichever side ended it. */
class EndingTransport extends StdioServerTransport {
  readonly #ended: () => void;
  constructor(ended: () => void) {
    super(process.stdin, process.stdout, { maxBufferSize: LIMITS.message });
    this.#ended = ended;
  }
  override async close(): Promise<void> {
    await super.close();
    this.#ended();
  }
}

const overStdio = async (host: Host, open: OpenDesk): Promise<void> => {
  const guards = guardsOf(() => performance.now());
  await new Promise<void>((resolve) => {
    const handle = serveStdio(() => createAssistServer(open.desk, guards, VERSION), {
      transport: new EndingTransport(resolve),
      onerror: (error) => host.stderr(`mcp-audit assist: ${visible(error.message)}\n`),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void handle.close().finally(resolve));
  });
};

/** Serves a session to an assistant until the connection ends. Only proposals are written, and only beside the session. */
export const assist = async (asked: Host, given: string | undefined, o: AssistOptions): Promise<number> => {
  const role = roleOf(o.role);
  const { host, id } = sessionNamed(asked, given);
  if (o.printConfig) {
    const configs = clientConfigs(host, id, role);
    if (o.json) json(host, { session: id, clients: configs });
    else {
      for (const c of configs) host.stdout(`${c.client}\n  ${c.how}\n\n${c.text}\n\n`);
      host.stdout('What the assistant says is proposed, never decided: see mcp-audit proposals.\n');
    }
    return 0;
  }
  const open = openDesk(host, id, role, o.http ? 'http' : 'stdio');
  try {
    if (o.http) await (await import('./assist-http.ts')).overHttp(host, open, o.http);
    else {
      if (process.stdin.isTTY)
        host.stderr(
          `This speaks the Model Context Protocol with a program, for session ${id}; Ctrl+D ends it.\nmcp-audit assist --print-config prints the line to add to yours.\n`,
        );
      await overStdio(host, open);
    }
  } finally {
    await open.end();
  }
  return 0;
};
