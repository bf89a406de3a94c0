/**
 * Where the well-known clients keep which servers they start: their documentation, as data. Paths are below a home, a project or
 * the system's root, in the spelling of Linux, macOS and Windows; all three are looked for everywhere, since a folder may be a
 * copy from another system. `*` is any name, `**` any folders.
 */

export const SCOPES = ['user', 'project', 'managed', 'extension'] as const;
export type Scope = (typeof SCOPES)[number];

export type Format = 'json' | 'toml' | 'yaml';

/** How a file says it: which key holds the servers, by the words of `read-configuration.ts`. */
export type Shape =
  | 'mcpServers'
  | 'servers'
  | 'vscode-settings'
  | 'devcontainer'
  | 'claude-code'
  | 'claude-settings'
  | 'zed'
  | 'codex'
  | 'continue'
  | 'continue-json'
  | 'goose'
  | 'opencode'
  | 'mcpb';

export type ConfigurationFile = {
  client: string;
  scope: Scope;
  shape: Shape;
  path: string;
};

/** Folders of a program's settings on the three systems. */
const SETTINGS = ['.config', 'Library/Application Support', 'AppData/Roaming'];
const each = (bases: readonly string[], ...paths: string[]): string[] =>
  bases.flatMap((base) => paths.map((path) => `${base}/${path}`));
const EDITORS = ['Code', 'Code - Insiders', 'VSCodium'];
const inEditors = (...paths: string[]): string[] =>
  each(SETTINGS, ...EDITORS.flatMap((editor) => paths.map((path) => `${editor}/User/${path}`)));
/** What the remote server of an editor keeps. */
const REMOTE = ['.vscode-server/data/User', '.vscode-server-insiders/data/User'];

type Client = {
  id: string;
  title: string;
  files: readonly (readonly [scope: Scope, shape: Shape, paths: readonly string[]])[];
};

export const CLIENTS: readonly Client[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    files: [
      [
        'user',
        'mcpServers',
        [
          ...each(SETTINGS, 'Claude/claude_desktop_config.json'),
          'AppData/Local/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json',
        ],
      ],
      ['extension', 'mcpb', each(SETTINGS, 'Claude/Claude Extensions/*/manifest.json')],
    ],
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    files: [
      ['user', 'claude-code', ['.claude.json']],
      ['user', 'claude-settings', ['.claude/settings.json', '.claude/settings.local.json']],
      ['project', 'mcpServers', ['.mcp.json']],
      ['project', 'claude-settings', ['.claude/settings.json', '.claude/settings.local.json']],
      ['extension', 'mcpServers', ['.claude/plugins/**/.mcp.json']],
      [
        'managed',
        'mcpServers',
        [
          'etc/claude-code/managed-mcp.json',
          'Library/Application Support/ClaudeCode/managed-mcp.json',
          'Program Files/ClaudeCode/managed-mcp.json',
          'ProgramData/ClaudeCode/managed-mcp.json',
        ],
      ],
    ],
  },
  {
    id: 'cursor',
    title: 'Cursor',
    files: [
      ['user', 'mcpServers', ['.cursor/mcp.json']],
      ['project', 'mcpServers', ['.cursor/mcp.json']],
    ],
  },
  {
    id: 'vscode',
    title: 'VS Code',
    files: [
      ['user', 'servers', [...inEditors('mcp.json', 'profiles/*/mcp.json'), ...each(REMOTE, 'mcp.json')]],
      [
        'user',
        'vscode-settings',
        [...inEditors('settings.json', 'profiles/*/settings.json'), ...each(REMOTE, 'settings.json')],
      ],
      ['project', 'servers', ['.vscode/mcp.json']],
      ['project', 'vscode-settings', ['.vscode/settings.json', '*.code-workspace']],
      [
        'project',
        'devcontainer',
        ['.devcontainer/devcontainer.json', '.devcontainer/*/devcontainer.json', '.devcontainer.json'],
      ],
    ],
  },
  {
    id: 'copilot-cli',
    title: 'GitHub Copilot CLI',
    files: [['user', 'mcpServers', ['.copilot/mcp-config.json']]],
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    files: [
      ['user', 'mcpServers', ['.codeium/windsurf/mcp_config.json', '.codeium/windsurf-next/mcp_config.json']],
    ],
  },
  {
    id: 'zed',
    title: 'Zed',
    files: [
      ['user', 'zed', ['.config/zed/settings.json', 'AppData/Roaming/Zed/settings.json']],
      ['project', 'zed', ['.zed/settings.json']],
    ],
  },
  {
    id: 'codex',
    title: 'Codex',
    files: [
      ['user', 'codex', ['.codex/config.toml']],
      ['project', 'codex', ['.codex/config.toml']],
      ['managed', 'codex', ['etc/codex/config.toml', 'etc/codex/managed_config.toml']],
    ],
  },
  {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    files: [
      ['user', 'mcpServers', ['.gemini/settings.json']],
      ['project', 'mcpServers', ['.gemini/settings.json']],
      ['extension', 'mcpServers', ['.gemini/extensions/*/gemini-extension.json']],
      [
        'managed',
        'mcpServers',
        [
          'etc/gemini-cli/settings.json',
          'Library/Application Support/GeminiCli/settings.json',
          'ProgramData/gemini-cli/settings.json',
        ],
      ],
    ],
  },
  {
    id: 'antigravity',
    title: 'Antigravity',
    files: [['user', 'mcpServers', ['.gemini/antigravity/mcp_config.json']]],
  },
  {
    id: 'continue',
    title: 'Continue',
    files: [
      [
        'user',
        'continue',
        ['.continue/config.yaml', '.continue/mcpServers/*.yaml', '.continue/mcpServers/*.yml'],
      ],
      ['user', 'continue-json', ['.continue/config.json', '.continue/mcpServers/*.json']],
      ['project', 'continue', ['.continue/mcpServers/*.yaml', '.continue/mcpServers/*.yml']],
      ['project', 'continue-json', ['.continue/mcpServers/*.json']],
    ],
  },
  {
    id: 'cline',
    title: 'Cline',
    files: [
      [
        'user',
        'mcpServers',
        [
          '.cline/data/settings/cline_mcp_settings.json',
          ...inEditors('globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json'),
          ...each(REMOTE, 'globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json'),
        ],
      ],
    ],
  },
  {
    id: 'roo',
    title: 'Roo Code',
    files: [
      [
        'user',
        'mcpServers',
        [
          ...inEditors(
            'globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
            'globalStorage/rooveterinaryinc.roo-cline/settings/cline_mcp_settings.json',
          ),
        ],
      ],
      ['project', 'mcpServers', ['.roo/mcp.json']],
    ],
  },
  {
    id: 'kilo',
    title: 'Kilo Code',
    files: [
      ['user', 'mcpServers', inEditors('globalStorage/kilocode.kilo-code/settings/mcp_settings.json')],
      ['project', 'mcpServers', ['.kilocode/mcp.json']],
    ],
  },
  {
    id: 'goose',
    title: 'Goose',
    files: [
      ['user', 'goose', ['.config/goose/config.yaml', 'AppData/Roaming/Block/goose/config/config.yaml']],
    ],
  },
  {
    id: 'jetbrains',
    title: 'JetBrains Junie and Air',
    files: [
      ['user', 'mcpServers', ['.junie/mcp/mcp.json']],
      ['project', 'mcpServers', ['.junie/mcp/mcp.json', '.air/mcp.json']],
    ],
  },
  {
    id: 'kiro',
    title: 'Kiro',
    files: [
      ['user', 'mcpServers', ['.kiro/settings/mcp.json']],
      ['project', 'mcpServers', ['.kiro/settings/mcp.json']],
    ],
  },
  {
    id: 'opencode',
    title: 'opencode',
    files: [
      ['user', 'opencode', ['.config/opencode/opencode.json', '.config/opencode/opencode.jsonc']],
      ['project', 'opencode', ['opencode.json', 'opencode.jsonc']],
    ],
  },
  {
    id: 'amazon-q',
    title: 'Amazon Q Developer',
    files: [
      ['user', 'mcpServers', ['.aws/amazonq/mcp.json']],
      ['project', 'mcpServers', ['.amazonq/mcp.json']],
    ],
  },
  {
    id: 'lm-studio',
    title: 'LM Studio',
    files: [['user', 'mcpServers', ['.lmstudio/mcp.json']]],
  },
];

export const FILES: readonly ConfigurationFile[] = CLIENTS.flatMap(({ id, files }) =>
  files.flatMap(([scope, shape, paths]) => paths.map((path) => ({ client: id, scope, shape, path }))),
);

export const clientTitle = (id: string): string => CLIENTS.find((c) => c.id === id)?.title ?? id;

export const formatOf = (path: string): Format =>
  path.endsWith('.toml') ? 'toml' : /\.ya?ml$/.test(path) ? 'yaml' : 'json';
