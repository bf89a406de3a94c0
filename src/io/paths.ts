import path from 'node:path';
import envPaths from 'env-paths';

/** Where sessions and target clones live: `$MCP_AUDIT_HOME`, or the system's folder for a program's data. */
export const dataDir = (env: NodeJS.ProcessEnv): string =>
  env.MCP_AUDIT_HOME ? path.resolve(env.MCP_AUDIT_HOME) : envPaths('mcp-audit', { suffix: '' }).data;

/** Bare clones of targets, shared by all sessions. */
export const reposDir = (data: string): string => path.join(data, 'repos');

export const sessionsDir = (data: string): string => path.join(data, 'sessions');

/** The folder of one session. `id` must be a session id: see `isSessionId`. */
export const sessionDir = (data: string, id: string): string => path.join(sessionsDir(data), id);
