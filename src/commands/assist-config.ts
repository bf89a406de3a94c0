import type { Role } from '../domain/assistance.ts';
import { shellQuote } from '../engine/reproduce.ts';
import type { Host } from './host.ts';
import { type Started, startWords } from './own-command.ts';

export type ClientConfig = { client: string; how: string; text: string };

/** How the common clients are told of the assist server of one session. Nothing is written: the person adds it themselves. */
export const clientConfigs = (
  { env, dataDir }: Host,
  id: string,
  role: Role,
  started: Pick<Started, 'env' | 'script' | 'node'> = {
    env,
    script: process.argv[1] ?? '',
    node: process.execPath,
  },
): ClientConfig[] => {
  const name = role === 'refuter' ? 'mcp-audit-refuter' : 'mcp-audit';
  // An assistant starts it from anywhere, perhaps without this environment.
  const [command = 'mcp-audit', ...words] = startWords(started);
  const args = [...words, 'assist', id, ...(role === 'refuter' ? ['--role', 'refuter'] : [])];
  const variables = { MCP_AUDIT_HOME: dataDir };
  const line = [command, ...args].map(shellQuote).join(' ');
  const entry = { command, args, env: variables };
  return [
    {
      client: 'Claude Code',
      how: 'Run this line:',
      text: `claude mcp add ${name} --env MCP_AUDIT_HOME=${shellQuote(dataDir)} -- ${line}`,
    },
    {
      client: 'Codex',
      how: 'Run this line:',
      text: `codex mcp add ${name} --env MCP_AUDIT_HOME=${shellQuote(dataDir)} -- ${line}`,
    },
    {
      client: 'VS Code',
      how: 'Run this line:',
      text: `code --add-mcp ${shellQuote(JSON.stringify({ name, ...entry }))}`,
    },
    {
      client: 'Claude Desktop, Cursor, Windsurf and others',
      how: 'Add this to the file of their MCP servers (claude_desktop_config.json, .cursor/mcp.json, mcp_config.json):',
      text: JSON.stringify({ mcpServers: { [name]: entry } }, null, 2),
    },
  ];
};
