import { describe, expect, it } from 'vitest';
import { mayHoldSecret, namesSecretVariable } from '../../../src/analysis/repository/secret-variables.ts';

describe('a variable whose value is a secret', () => {
  it.each([
    'API_KEY',
    'OPENAI_API_KEY',
    'GITHUB_TOKEN',
    'NOTION_TOKEN',
    'DB_PWD',
    'MYSQL_PWD',
    'SMTP_PASS',
    'PASSWORD',
    'PASSPHRASE',
    'AWS_SECRET_ACCESS_KEY',
    'CLIENT_SECRET',
    'JWT_SECRET',
    'GH_PAT',
    'SESSION_COOKIE',
    'GOOGLE_CREDENTIALS',
    'DB_CREDS',
    'API_KEYS',
    'AUTH_TOKENS',
    'WALLET_MNEMONIC',
    'apiKey',
    'clientSecret',
    'db-password',
    'PRIVATE_KEY',
    'SIGNING_KEY',
    'OPENAI_APIKEY',
    'PGPASSWORD',
    'DBPASSWORD',
    'AUTHTOKEN',
    'REDIS_AUTH',
    'SEED_PHRASE',
    'RECOVERY_PHRASE',
  ])('%s', (name) => {
    expect(namesSecretVariable(name)).toBe(true);
  });

  it.each([
    'TOKEN_TIMEOUT_MS',
    'API_TOKEN_TTL',
    'JWT_PUB_KEYS',
    'JWT_PUBLIC_KEY',
    'MAX_TOKENS',
    'STOP_TOKENS',
    'MAX_OUTPUT_TOKENS',
    'SECRET_BACKEND',
    'AUTH_TOKEN_MODE',
    'CREDENTIAL_PROVIDER',
    'REQUIRE_API_KEY',
    'MASK_SECRETS',
    'DISABLE_PASSWORD_AUTH_LOG',
    'PASSWORD_MIN_LENGTH',
    'API_KEY_HEADER',
    'TOKEN_FILE',
    'KEY_PATH',
    'AWS_ACCESS_KEY_ID',
    'PWD',
    'OLDPWD',
    'BYPASS_CACHE',
    'KEYWORD',
    'MONKEY_PATCH',
    'TOKENIZER_PATH',
    'RANDOM_SEED',
    'PARTITION_KEY',
    'CACHE_KEY_PREFIX',
    'COOKIE_NAME',
    'LOG_TOKENS',
    'TOKEN_ENDPOINT',
    'SECRET_MANAGER_PROJECT',
    'COMPASS_URL',
    'KEY',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'JIRA_PROJECT_KEY',
    'SUPABASE_ANON_KEY',
    'AUTH_MODE',
    'ENABLE_AUTH',
    'TOKENIZER',
  ])('not %s', (name) => {
    expect(namesSecretVariable(name)).toBe(false);
  });
});

describe('an address with room for a secret', () => {
  it.each(['SENTRY_DSN', 'DATABASE_URL', 'MONGODB_URI', 'CONNECTION_STRING', 'SLACK_WEBHOOK_URL'])(
    '%s',
    (name) => {
      expect(mayHoldSecret(name)).toBe(true);
    },
  );
  it.each(['BASE_URL', 'API_URL', 'DSN_TIMEOUT', 'DATABASE', 'DOCS_URL'])('not %s', (name) => {
    expect(mayHoldSecret(name)).toBe(false);
  });
});
