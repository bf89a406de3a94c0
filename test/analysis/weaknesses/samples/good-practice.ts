import type { Samples } from './samples.ts';

export const goodPractice: Samples = {
  'tools-can-be-limited': {
    found: [
      ['a.py', 'disable_tools: list[str] | None = None\n'],
      ['a.ts', "const on = env['MCP_ENABLED_TOOLS'];\n"],
    ],
    clean: [['a.ts', 'const tools = list();\n']],
  },
  'https-addresses': {
    found: [
      ['a.py', 'url = f"https://{host}/api"\n'],
      ['a.ts', 'const url = `https://${host}/api`;\n'],
    ],
    clean: [
      ['a.py', 'url = f"http://{host}/api"\n'],
      ['m.py', 'web.mount(f"https://{host}", LaxAdapter(verify=False))\n'],
    ],
  },
  'constant-time-comparison': {
    found: [['a.ts', 'if (!timingSafeEqual(a, b)) deny();\n']],
    clean: [['a.ts', '// nothing\n']],
  },
  'pkce-s256': {
    found: [['a.ts', "u.set({ code_challenge_method: 'S256' });\n"]],
    clean: [['a.ts', '// nothing\n']],
  },
  'random-session-id': {
    found: [['a.ts', 'new T({ sessionIdGenerator: () => randomUUID() });\n']],
    clean: [['a.ts', '// nothing\n']],
  },
  'host-or-origin-checked': {
    found: [['a.ts', 'new T({ enableDnsRebindingProtection: true });\n']],
    clean: [['a.ts', '// nothing\n']],
  },
  'restricted-file-mode': {
    found: [['a.ts', 'writeFileSync(p, t, { mode: 0o600 });\n']],
    clean: [['a.ts', '// nothing\n']],
  },
};
