import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownSecrets, PIECE } from '../../src/text/known-secrets.ts';
import { findSecrets, redactSecrets, secretPatterns } from '../../src/text/redact.ts';
import { filledSample, fillRecorded, leaked, randomly } from '../support/secrets.ts';

/** Where a text of a repository may have a credential: what stands before and behind it. */
const AROUND: Record<string, (text: string) => string> = {
  alone: (t) => t,
  'in a sentence': (t) => `Use ${t}, then go on.`,
  'in brackets': (t) => `(see ${t})`,
  'in Markdown': (t) => `Run \`${t}\` first.\n`,
  'in HTML': (t) => `<p title="x">${t}</p>`,
  'in a string of code': (t) => `const x = '${t.replaceAll('\n', '\\n').replaceAll("'", "\\'")}';`,
  'in JSON': (t) => JSON.stringify({ a: t, b: 1 }),
  'behind a line feed in JSON': (t) => JSON.stringify({ a: `first\n${t}\nlast` }),
  'in JSON within JSON': (t) => JSON.stringify({ body: JSON.stringify({ a: t }) }),
  'on a line of its own': (t) => `before\n    ${t}\nafter\n`,
  'in a comment': (t) => `# ${t}\n`,
  'with Windows line ends': (t) => `a\r\n${t}\r\nb`,
};

const kinds = secretPatterns.map((p, i) => ({ ...p, name: `${p.id} (${i})` }));

describe('a credential of each kind', () => {
  it.each(kinds)('$name is masked wherever it stands', ({ sample }) => {
    fc.assert(
      fc.property(
        filledSample(sample),
        fc.constantFrom(...Object.keys(AROUND)),
        ({ text, random }, around) => {
          const written = AROUND[around]!(text);
          const out = redactSecrets(written);
          expect(leaked(out, random), out).toEqual([]);
          expect(redactSecrets(out)).toBe(out);
          expect(out.split('\n')).toHaveLength(written.split('\n').length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(kinds)('$name, cut anywhere, is masked by whoever knows the file', ({ sample }) => {
    fc.assert(
      fc.property(filledSample(sample), fc.nat(400), fc.nat(400), ({ text, random }, from, length) => {
        const file = `first line\n${text}\nlast line\n`;
        const known = knownSecrets();
        known.add(findSecrets(file));
        const cut = file.slice(from, from + length);
        const out = known.mask(redactSecrets(cut));
        expect(leaked(out, random, PIECE + 4), out).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** How code and text put together what they cut. */
const JOINED: Record<string, [before: string, joint: string, behind: string]> = {
  'with a plus': ['"', '" + "', '"'],
  'with a plus over lines': ["'", "' +\n    '", "'"],
  'by standing side by side': ['("', '"\n     "', '")'],
  'as formatted literals': ['f"', '" f"', '"'],
  'with a dot': ["'", "' . '", "'"],
  'with two dots': ['"', '" .. "', '"'],
  'with a call': ["'", "'.concat('", "'"],
  'with a backslash at the end of the line': ['"', '\\\n', '"'],
  'within a string of JSON': ['{\\"a\\": \\"', '\\" + \\"', '\\"}'],
  'by what nobody sees': ['', '\u200b', ''],
};

/** Known by their form, in one word: what is cut is the word. */
const forms = kinds.filter(({ generic, group, sample }) => !generic && group === 0 && /^\S+$/.test(sample));

describe('a credential that is joined of two pieces', () => {
  it.each(Object.keys(JOINED))('%s is masked as one', (how) => {
    const [before, joint, behind] = JOINED[how]!;
    for (const [n, { sample, name }] of forms.entries())
      for (const share of [0.3, 0.5, 0.8]) {
        const { text, random } = fillRecorded(sample, randomly(n + 1));
        const at = Math.floor(text.length * share);
        const written = `x = ${before}${text.slice(0, at)}${joint}${text.slice(at)}${behind};\nlast line\n`;
        const out = redactSecrets(written);
        expect(leaked(out, random), `${name}: ${written}`).toEqual([]);
        expect(out.split('\n')).toHaveLength(written.split('\n').length);
        expect(out).toContain(`${behind};\nlast line\n`);
        expect(redactSecrets(out)).toBe(out);
      }
  });

  it('is masked behind a name, in three pieces, and each of them is known where it stands alone', () => {
    const [a, b, c] = [5, 6, 7].map((seed) => fillRecorded('{w12}', randomly(seed)).text);
    const file = `const apiKey = '${a}' +\n  '${b}' +\n  '${c}';\n`;
    expect(leaked(redactSecrets(file), [a!, b!, c!])).toEqual([]);
    const known = knownSecrets();
    known.add(findSecrets(file));
    expect(leaked(known.mask(`line 2: '${b}' +`), [b!], PIECE + 1)).toEqual([]);
  });
});

describe('a token whose random characters hold another kind', () => {
  const inner = fillRecorded('{w36}', randomly(3)).text;
  const before = fillRecorded('{w20}', randomly(4)).text;
  it.each([
    ['of a known form', `hvs.${before}ghp_${inner}${before}`],
    ['in an assignment', `const apiKey = "${before}_ghp_${inner}";`],
  ])('is masked from its own beginning: %s', (_what, text) => {
    expect(leaked(redactSecrets(text), [before, inner])).toEqual([]);
  });
});

describe('what only looks like one', () => {
  const hash = 'd6f7a1c2b3e4958607f8e9dacb1b2c3d4e5f6071';
  it.each([
    ['a commit', `fixed in ${hash}`],
    ['a short commit', 'see 3f2a91c0 and 9e107d9'],
    ['a checksum', 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    [
      'an integrity value',
      '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="',
    ],
    [
      'a sum of go.sum',
      'github.com/mark3labs/mcp-go v0.32.0 h1:fgwmbfL2gbd67obg57OfV2Dnrhs1HtSdlY/i5fn7MU8=',
    ],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    [
      'a picture',
      `![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==)`,
    ],
    [
      'words with sk-',
      'sk-circle-fade-dot task-runner-with-a-very-long-name-indeed disk-usage-of-the-whole-machine-now',
    ],
    [
      'names of variables',
      'GITHUB_TOKEN ghp_TOKEN SLACK_BOT_TOKEN=xoxb-your-token AIzaSy... sk-ant-... hf_token',
    ],
    ['a prefix alone', 'Tokens begin with github_pat_, glpat-, sk-ant-api03-, AGE-SECRET-KEY-1 or dop_v1_.'],
    [
      'words behind basic and bearer',
      'Basic authentication, bearer authentication; basic understanding of bearer',
    ],
    [
      'an address with a port',
      'http://localhost:3000/users/jane@example.org and https://host.net:8443/@scope/package',
    ],
    [
      'an image with a tag and a checksum',
      'docker://alpine:3.18@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    ],
    ['a user of ssh', 'ssh://git@github.com/acme/repo.git git+ssh://git@example.net/x'],
    [
      'code that reads a key',
      "if (pem.includes('-----BEGIN PRIVATE KEY-----')) return importPkcs8(pem, readFile(path2));",
    ],
    [
      'code that joins a key',
      "const pem = '-----BEGIN PRIVATE KEY-----\\n' + base64EncodedPrivateKey + '\\n-----END PRIVATE KEY-----';",
    ],
    [
      'prose about keys',
      'A file begins with -----BEGIN RSA PRIVATE KEY----- and ends with -----END RSA PRIVATE KEY-----.',
    ],
    ['a parameter without a value', 'https://api.example.com/v1?access_token=YOUR_ACCESS_TOKEN&page=2'],
    ['names with numbers', 'token: generateOauth2Token(user), authorization: oauth2TokenManager'],
    ['a version in an assignment', 'CACHE_KEY=node-modules-linux KEY=value'],
    ['a package in npm', 'npm_config_registry=https://registry.npmjs.org npm_package_version'],
    ['dotted names', 'MyModule.Client.Configuration and NumberFormat.format.prototype'],
    [
      'TypeScript',
      'interface A { password: string; token?: Uint8Array; secret: Base64String | null; apiKey: Sha256Hash[] }',
    ],
    ['zod', 'const a = z.object({ password: z.string().min(8), token: z.union([z.string(), z.number()]) });'],
    [
      'calls',
      'token = getToken(); token = await this.oauth2.getToken1(req); secret := os.Getenv("S3_SECRET_KEY")',
    ],
    [
      'Python',
      'def f(self, password: str = None, token: Optional[str] = None) -> bytes:\n    self.password = password1\n    api_key = settings.API_KEY_V2\n    if token == other_token2: pass',
    ],
    ['Go', 'type A struct {\n\tPassword string `json:"password"`\n\tToken    *Oauth2Token\n}'],
    [
      'Rust',
      'let token: Option<String> = None; let secret = &cfg.secret_key; let password = args[1].clone();',
    ],
    ['Java', 'private final String password; this.accessToken = accessToken; setSecret(secret2);'],
    [
      'YAML that names where it is',
      'env:\n  - name: TOKEN\n    valueFrom:\n      secretKeyRef:\n        name: my-app-secrets-v2\n        key: api-token\npassword: ${DB_PASSWORD_2}\ntoken: {{ .Values.token2 }}\nsecret: !Ref AppSecret2\n',
    ],
    ['a workflow', 'token: ${{ secrets.GITHUB_TOKEN }}\npassword: ${{ secrets.PASSWORD_2024 }}'],
    [
      'a form',
      '<input type="password" name="password2" placeholder="Password (8 or more)" autocomplete="new-password">',
    ],
    [
      'a schema',
      '{"password": {"type": "string", "minLength": 8}, "token": {"$ref": "#/definitions/Token2"}}',
    ],
    ['numbers', 'max_tokens: 4096\nmax_token = 128000\ntokens: 1234567890, total_tokens=2048'],
    ['a model', 'tokenizer: Xenova/gpt-4o-2024-11-20, tokenizer = "cl100k_base", secret_santa: true'],
    ['an address of a contract', 'token: 0xdAC17F958D2ee523a2206206994597C13D831ec7'],
    [
      'commands',
      'tool --token $TOKEN_2 --password "$PASSWORD1" --api-key <your-key> && docker run -u 1000:1000 x',
    ],
    ['words of netrc', 'the login name and password are asked for; login jane password <password>'],
    ['a public JWK', '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}'],
    [
      'a path of SVG',
      '<!-- kty --><path d="M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2z"/>',
    ],
    [
      'a certificate in base64',
      `ca: ${btoa(`-----BEGIN CERTIFICATE-----\n${'MIIDXTCCAkWgAwIBAgIJAJC1HiIAZAiI'.repeat(4)}\n-----END CERTIFICATE-----\n`)}`,
    ],
    [
      'a public key in base64',
      btoa(
        `-----BEGIN PUBLIC KEY-----\n${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(4)}\n-----END PUBLIC KEY-----\n`,
      ),
    ],
    ['a list of addresses', 'http://a.net:8080/x@1.0.0,https://b.net/@scope/x.js'],
    [
      'words about a phrase',
      'The mnemonic: twelve words that name a key, from which all others are derived.',
    ],
    ['names in a list', 'const FIELDS = ["password", "client-id-v2", "api_key", "oauth2-token"];'],
    [
      'names compared and set',
      'if (token === "access-token-v2") headers.set("x-api-key", "application/json; v=2"); token.startsWith("Bearer1 ")',
    ],
    ['a type and a default', 'def f(token: str = "access_token", password: Optional[str] = None): pass'],
    ['entries', '- name: API_KEY\n  value: "$(KEY_2)"\n{"name": "TOKEN", "default": "none", "value": ""}'],
    ['a test that passes', 'verdict: pass\npass: 12/15 checks, bypass=route53-zone1'],
    ['elements', '<token>access_token2</token><password>${db.password2}</password>'],
    [
      'joined words',
      `const a = 'some-long-name-of-' + 'a-thing-that-is-joined2'; x = "abc" + "def"; 'https://a.net/' + 'v1/users'`,
    ],
    ['a list of hashes', `["${hash}", "${hash}"]\n"${hash}" + "${hash}"`],
    ['a dotted hash of a file', 'Main.3f2a91.c0d6f7a1c2b3e4958607f8e9dacb.js'],
  ])('%s stays as it is', (_what, text) => {
    expect(redactSecrets(text)).toBe(text);
  });
});

describe('a private key', () => {
  const line = (n: number) =>
    fc.string({
      unit: fc.constantFrom(...'abcdefghijKLMNOPQRSTUVWXYZ0123456789+/'),
      minLength: n,
      maxLength: n,
    });
  const body = fc
    .tuple(fc.array(line(64), { minLength: 2, maxLength: 30 }), line(27))
    .map(([lines, last]) => [...lines, `${last}=`]);
  const name = fc.constantFrom(
    'RSA PRIVATE KEY',
    'PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'EC PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  );
  const FORMS: Record<string, (name: string, lines: string[]) => string> = {
    file: (n, l) => `-----BEGIN ${n}-----\n${l.join('\n')}\n-----END ${n}-----\n`,
    'with fields': (n, l) =>
      `-----BEGIN ${n}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n${l.join('\n')}\n-----END ${n}-----\n`,
    'string with escapes': (n, l) =>
      `key = "-----BEGIN ${n}-----\\n${l.join('\\n')}\\n-----END ${n}-----\\n"`,
    'strings that are joined': (n, l) =>
      `const key =\n  '-----BEGIN ${n}-----\\n' +\n${l.map((x) => `  '${x}\\n' +\n`).join('')}  '-----END ${n}-----';\n`,
    'list of strings': (n, l) =>
      JSON.stringify([`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`], null, 2),
    'block of YAML': (n, l) =>
      `key: |\n${[`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x) => `    ${x}`).join('\n')}\nnext: 1\n`,
    comment: (n, l) => [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x) => `# ${x}`).join('\n'),
    'without an end': (n, l) => `-----BEGIN ${n}-----\n${l.join('\n')}\n`,
    'Windows line ends': (n, l) => `-----BEGIN ${n}-----\r\n${l.join('\r\n')}\r\n-----END ${n}-----\r\n`,
    'breaks of HTML': (n, l) =>
      `<td>${[`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].join('<br>')}</td>\n`,
    'elements of HTML': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`]
        .map((x, i) => `<tr><td>${i}</td><td class="line">${x}</td></tr>`)
        .join('\n'),
    'numbered lines': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x, i) => `${i + 12}| ${x}`).join('\n'),
    'numbers of cat': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x, i) => `     ${i + 1}\t${x}`).join('\n'),
    'numbers of grep': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x, i) => `${i + 1}:${x}`).join('\n'),
    'removed lines': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x) => `-${x}`).join('\n'),
    'added lines': (n, l) =>
      [`-----BEGIN ${n}-----`, ...l, `-----END ${n}-----`].map((x) => `+${x}`).join('\n'),
    'SSH2 with a comment': (_n, l) =>
      `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "jane's key, 4096-bit"\n${l.join('\n')}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n`,
    'SSH2 in JSON': (_n, l) =>
      JSON.stringify(
        `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "x"\n${l.join('\n')}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
      ),
    'JSON in JSON': (n, l) =>
      JSON.stringify(JSON.stringify({ k: `-----BEGIN ${n}-----\n${l.join('\n')}\n-----END ${n}-----\n` })),
  };
  it.each(Object.keys(FORMS))('is masked to its last line: %s', (form) => {
    fc.assert(
      fc.property(name, body, (n, lines) => {
        const text = `before\n${FORMS[form]!(n, lines)}\nfunction after() { return 1; }\n`;
        const out = redactSecrets(text);
        expect(leaked(out, lines), out).toEqual([]);
        expect(out.split('\n')).toHaveLength(text.split('\n').length);
        expect(out).toContain('function after() { return 1; }');
        expect(out.startsWith('before\n')).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('is masked in base64, in one line and wrapped', () => {
    fc.assert(
      fc.property(name, body, fc.constantFrom(0, 64, 76), (n, lines, width) => {
        const whole = btoa(`-----BEGIN ${n}-----\n${lines.join('\n')}\n-----END ${n}-----\n`);
        const parts = width === 0 ? [whole] : (whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
        const out = redactSecrets(`before\nkey: ${parts.join('\n')}\nafter: 1\n`);
        expect(leaked(out, parts.slice(0, -1).concat(width === 0 ? whole : []), 12), out).toEqual([]);
        expect(out).toContain('\nafter: 1\n');
      }),
      { numRuns: 30 },
    );
  });
});

describe('a credential that is longer than our bounds', () => {
  const LONG = kinds.filter(
    ({ sample, id }) => /\{\w\d+\}$/.test(sample) && !['connection-string', 'basic-auth'].includes(id),
  );
  it.each(LONG)('$name is masked to its end or not known, never in half', ({ sample }) => {
    fc.assert(
      fc.property(filledSample(sample), filledSample('{w999}{w999}{w999}{w999}{w999}'), ({ text }, more) => {
        const out = redactSecrets(`a ${text}${more.text} b`);
        const halved = out.includes('characters]') && out.includes(more.text.slice(-20));
        expect(halved, out).toBe(false);
      }),
      { numRuns: 10 },
    );
  });
  it('is masked as a whole token of the web, however long', () => {
    const long = fillRecorded(
      '{b999}{b999}{b999}{b999}{b999}{b999}{b999}{b999}{b999}{b999}',
      randomly(1),
    ).text;
    const out = redactSecrets(`Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJ${long}.${long.slice(0, 43)}`);
    expect(leaked(out, [long])).toEqual([]);
  });
});

describe('a password that a person would call one', () => {
  const hard = fc
    .nat(0x7fffffff)
    .map((seed) => fillRecorded('{w6}', randomly(seed)).text)
    .map((t) => `${t}9x`);
  it.each([
    ['JSON', (p: string) => `{"password": "${p}"}`, ['$(', '){', '}!', '\\"', '\\\\', ')(']],
    ['YAML', (p: string) => `db:\n  password: ${p}\n`, ['!', '@', '#', '%', '&', '*']],
    ['INI', (p: string) => `[db]\npassword=${p}\n`, ['!', '@', '#', '%', '&', '*']],
    [
      'a string of a connection',
      (p: string) => `host=db user=u password=${p} dbname=x`,
      ['!', '@', '#', '%'],
    ],
    [
      'a URL',
      (p: string) => `url: mongodb+srv://u:${p}@c.mongodb.net/x`,
      ['@', ':', '/', "'", '"', '@ss:w/'],
    ],
  ] as const)('in %s is masked with its signs', (_where, written, signs) => {
    fc.assert(
      fc.property(hard, hard, fc.constantFrom(...signs), (a, b, sign) => {
        fc.pre(a !== b);
        const out = redactSecrets(written(`${a}${sign}${b}`));
        expect(out).not.toContain(a);
        expect(out).not.toContain(b);
      }),
      { numRuns: 60 },
    );
  });
});
