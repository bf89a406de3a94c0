import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropy, findSecrets, mask, placeholderReason, redactSecrets } from '../../src/text/redact.ts';

// Built at run time, so that no scanner takes this file for a leak.
const random = (length: number, alphabet = 'aZ3kQ9xB7mW2pL5vR8tY4nC6jH1dF0gS') =>
  Array.from({ length }, (_, i) => alphabet[(i * 7 + 3 * (i >> 2)) % alphabet.length]).join('');
const samples: Record<string, string> = {
  'github-token': `ghp_${random(36)}`,
  'gitlab-token': `glpat-${random(20)}`,
  'stripe-key': `sk_live_${random(24)}`,
  'google-api-key': `AIza${random(35)}`,
  'telegram-token': `987654321:AA${random(33)}`,
  'discord-webhook': `https://discord.com/api/webhooks/98765432109876543/${random(68)}`,
  jwt: `eyJ${random(20)}.eyJ${random(40)}.${random(43)}`,
  'anthropic-key': `sk-ant-api03-${random(40)}`,
  'openai-key': `sk-proj-${random(48)}`,
  'npm-token': `npm_${random(36)}`,
  'notion-token': `ntn_${random(46)}`,
  'aws-access-key': `AKIA${'QWERTYUIOP234567'}`,
  'slack-token': `xoxb-${random(24)}`,
  'private-key': `-----BEGIN RSA PRIVATE KEY-----\n${random(64)}\n${random(64)}\n-----END RSA PRIVATE KEY-----`,
  'sendgrid-key': `SG.${random(22)}.${random(43)}`,
};

describe('redactSecrets', () => {
  it.each(Object.entries(samples))('masks a %s wherever it stands', (id, secret) => {
    for (const text of [secret, `const x = "${secret}";`, `before ${secret} after`]) {
      expect(findSecrets(text).map((f) => f.id)).toContain(id);
      const out = redactSecrets(text);
      expect(out).not.toContain(secret.slice(5));
      expect(out).toContain('characters]');
    }
  });

  it('masks the password of a URL and keeps the rest readable', () => {
    expect(redactSecrets('db: postgres://app:h8Kd02mNq@db.prod.internal.net:5432/x')).toBe(
      'db: postgres://app:h8…[9 characters]@db.prod.internal.net:5432/x',
    );
  });

  it('takes a password with an at sign whole', () => {
    expect(redactSecrets('sqlserver://sa:Ax7@Kd93js@db.corp.net:1433/x')).toBe(
      'sqlserver://sa:Ax…[10 characters]@db.corp.net:1433/x',
    );
  });

  it('masks assigned values that look random, and leaves code alone', () => {
    expect(redactSecrets('API_KEY="k8s02Kd93jdKq01mZx"')).toBe('API_KEY="k8s0…[18 characters]"');
    expect(redactSecrets('export MY_TOKEN=a9f3c17e55d2b86044')).toContain('a9f3…[18');
    for (const code of [
      'token: "required"',
      'const token = process.env.TOKEN_2;',
      'password = get_password(user1)',
      'secret: "${SECRET_V2}"',
      'tokenUrl: "https://example.com/oauth2/token"',
      'max_tokens = 4096',
    ])
      expect(redactSecrets(code)).toBe(code);
  });

  it('never lengthens exposure: no masked value survives, and it is idempotent', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...Object.values(samples)), fc.string(), (a, secret, b) => {
        const once = redactSecrets(`${a}\n${secret}\n${b}`);
        expect(once).not.toContain(secret);
        expect(redactSecrets(once)).toBe(once);
      }),
    );
  });

  it('stays fast on hostile text', () => {
    const hostile = [
      'a'.repeat(300_000),
      'token'.repeat(60_000),
      'key = "'.repeat(150_000),
      `x://${':'.repeat(150_000)}`,
      'a-'.repeat(120_000),
      `-----BEGIN PRIVATE KEY-----${'A'.repeat(300_000)}`,
      '-----BEGIN '.repeat(90_000),
      'eyJ'.repeat(300_000),
      'sk-'.repeat(300_000),
      'password'.repeat(100_000),
    ];
    for (const text of hostile) {
      const started = performance.now();
      redactSecrets(text);
      expect(performance.now() - started, text.slice(0, 20)).toBeLessThan(4000);
    }
  });
});

describe('placeholderReason', () => {
  it.each([
    ['changeme123', ''],
    ['your-api-key-here', ''],
    ['ghp_xxxxxxxxxxxxxxxxxxxxxxxx', ''],
    ['${DB_PASSWORD}', ''],
    ['aaaaaaaaaaaaaaaa', ''],
    ['hunter2K9', 'postgres://u:hunter2K9@localhost:5432/db'],
    ['hunter2K9', 'postgres://u:hunter2K9@db:5432/db'],
    ['h8Kd02mNq', 'https://u:h8Kd02mNq@api.example.com/'],
  ])('sees through %s', (value, context) => {
    expect(placeholderReason(value, context)).not.toBeNull();
  });

  it('does not excuse a random value', () => {
    expect(placeholderReason(random(40), `k = ${random(40)}`)).toBeNull();
    expect(placeholderReason('h8Kd02mNq', 'postgres://app:h8Kd02mNq@db.prod.net:5432/x')).toBeNull();
  });
});

describe('mask and entropy', () => {
  it('shows four characters at most', () => {
    expect(mask('abcdefghijklmnop')).toBe('abcd…[16 characters]');
    expect(mask('abcdefgh')).toBe('ab…[8 characters]');
    expect(mask('abc')).toBe('…[3 characters]');
    expect(mask('\u001b[31mxyz')).toBe('…[8 characters]');
  });
  it('measures bits per character', () => {
    expect(entropy('aaaa')).toBe(0);
    expect(entropy('abcd')).toBe(2);
  });
});
