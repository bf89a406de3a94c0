import type { Samples } from './samples.ts';

export const goodPractice: Samples = {
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
