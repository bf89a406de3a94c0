import type { Samples } from './samples.ts';

export const secrecy: Samples = {
  'tls-not-verified': {
    found: [
      ['a.ts', 'const agent = new https.Agent({ rejectUnauthorized: false });\n'],
      ['b.ts', "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n"],
      ['a.py', 'requests.get(url, verify=False, timeout=3)\n'],
      ['a.go', 'package a\nvar c = &tls.Config{InsecureSkipVerify: true}\n'],
      ['a.rs', 'fn f() { b.danger_accept_invalid_certs(true); }\n'],
    ],
    clean: [
      ['a.ts', 'new https.Agent({ rejectUnauthorized: true }); // not rejectUnauthorized: false\n'],
      ['a.py', 'requests.get(url, verify=ca_bundle, timeout=3)\n'],
    ],
  },
  'weak-random-secret': {
    found: [
      ['a.ts', "const token = 'tok_' + Math.random().toString(36).slice(2);\n"],
      ['a.py', "password = ''.join(random.choice(LETTERS) for _ in range(12))\n"],
    ],
    clean: [
      ['a.ts', 'const delay = base * (1 + Math.random());\nconst tokenized = words.map(w => w);\n'],
      ['a.py', 'jitter = random.random() * 0.1\ntoken = secrets.token_hex(16)\n'],
      [
        'c.ts',
        'const make = (type) => {\n  const tokenId = `${type}_${Math.random()}`;\n  const token: ContinuationToken = { type };\n  return tokenId;\n};\n',
      ],
    ],
  },
  'weak-hash': {
    found: [
      ['a.ts', "const stored = createHash('md5').update(password).digest('hex');\n"],
      ['a.py', 'digest = hashlib.sha1(password.encode()).hexdigest()\n'],
    ],
    clean: [
      ['a.ts', "const etag = createHash('sha1').update(body).digest('hex');\n"],
      ['a.py', 'key = hashlib.md5(url.encode()).hexdigest()\n'],
    ],
  },
  'weak-cipher': {
    found: [
      ['a.ts', "createCipheriv('aes-256-ecb', key, null);\n"],
      ['a.py', 'AES.new(key, AES.MODE_ECB)\n'],
      ['a.java', 'class A { Object c = Cipher.getInstance("AES"); }\n'],
    ],
    clean: [
      ['a.ts', "createCipheriv('aes-256-gcm', key, randomBytes(12));\n"],
      // What looks for it does none of it.
      ['a.ts', 'const OLD = /createCipher(?:iv)?\\(/g;\n'],
    ],
  },
  'static-iv': {
    found: [['a.ts', "const iv = Buffer.alloc(16);\nconst c = createCipheriv('aes-256-cbc', key, iv);\n"]],
    clean: [['a.ts', "const iv = randomBytes(16);\nconst c = createCipheriv('aes-256-cbc', key, iv);\n"]],
  },
  'transport-security-off': {
    found: [
      ['a.py', "import os\nos.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '1'\n"],
      ['a.py', "os.environ.setdefault('AUTHLIB_INSECURE_TRANSPORT', 'true')\n"],
      ['a.go', 'package a\nfunc f() { os.Setenv("GIT_SSL_NO_VERIFY", "1") }\n'],
    ],
    clean: [
      ['a.py', "import os\nif os.environ.get('OAUTHLIB_INSECURE_TRANSPORT') == '1':\n    warn()\n"],
      ['a.py', "os.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '0'\n"],
    ],
  },
};
