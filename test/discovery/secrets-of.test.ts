import { describe, expect, it } from 'vitest';
import type { Configured } from '../../src/discovery/read-configuration.ts';
import { masker, secretsOf } from '../../src/discovery/secrets-of.ts';

const entry = (over: Partial<Configured>): Configured => ({
  name: 's',
  line: 1,
  enabled: true,
  command: 'x',
  args: [],
  env: [],
  url: '',
  headers: [],
  builtIn: false,
  approved: [],
  project: '',
  ...over,
});
const at = (over: Partial<Configured>): string[] =>
  secretsOf(entry(over))
    .filter((s) => s.placeholder === null)
    .map((s) => s.at);
// Put together, so that no scanner takes this file for a leak.
const random = ['q7Xz9', 'Kp2Lm', '4vTbW', '8nRdY', 'c3HsJ', '6gQf1'].join('');

describe('credentials of an entry', () => {
  it.each([
    '${GITHUB_TOKEN}',
    '$GITHUB_TOKEN',
    '%GITHUB_TOKEN%',
    '${env:GITHUB_TOKEN}',
    '${input:token}',
    '{env:TOKEN}',
    'Bearer ${TOKEN}',
    '$(op read op://vault/item)',
    'op://vault/item/field',
    '{{ token }}',
    '',
    'true',
  ])('are none where %s refers to one', (value) => {
    expect(at({ env: [['API_TOKEN', value]], headers: [['Authorization', value]] })).toEqual([]);
    expect(at({ args: [`--api-key=${value}`, '--token', value] })).toEqual([]);
  });

  it('are weak passwords as well, where a password stands', () => {
    expect(
      at({
        env: [
          ['DB_PASSWORD', 'letmein'],
          ['DB_HOST', 'letmein'],
          ['TOKEN_TIMEOUT_MS', '30000'],
        ],
      }),
    ).toEqual(['env DB_PASSWORD']);
    expect(
      at({ args: ['--password', 'letmein', '-e', 'MYSQL_PASSWORD=letmein', '--password-file', '/run/x'] }),
    ).toEqual(['argument --password', 'argument MYSQL_PASSWORD']);
  });

  it('are seen in addresses and headers', () => {
    expect(at({ url: `https://x.dev/s/${random}/mcp` })).toEqual(['the address']);
    expect(at({ url: `https://x.dev/mcp?token=${random}&page=2` })).toEqual(['the address']);
    expect(at({ url: `https://me:${random}@x.dev/mcp` })).toEqual(['the address']);
    expect(at({ url: 'https://api.githubcopilot.com/mcp/x/repos/readonly' })).toEqual([]);
    expect(
      at({
        headers: [
          ['X-Api-Key', random],
          ['Accept', 'text/event-stream'],
        ],
      }),
    ).toEqual(['header X-Api-Key']);
  });

  it('are in nothing that is shown, also where another part repeats them', () => {
    const e = entry({
      command: 'run',
      args: [
        '--token',
        random,
        `https://x.dev/?k=${encodeURIComponent(`${random}/+`)}`,
        `say ${random} twice`,
      ],
      env: [
        ['TOKEN', `${random}/+`],
        ['OTHER_PASSWORD', 'letmein'],
      ],
    });
    const shown = masker(e)([e.command, ...e.args, 'letmein', random].join(' '));
    expect(shown).not.toContain(random.slice(0, 6));
    expect(shown).not.toContain('letmein');
    expect(shown).toContain('--token …[masked]');
  });

  it('are cut after they were masked', () => {
    const e = entry({ args: ['x'.repeat(390), random], env: [['TOKEN', random]] });
    expect(masker(e)(e.args.join(' '))).not.toContain(random.slice(0, 4));
  });
});
