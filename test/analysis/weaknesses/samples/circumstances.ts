import type { Samples } from './samples.ts';

export const circumstancesSamples: Samples = {
  'credential-sent': {
    found: [
      ['a.ts', "return { 'Authorization': `Bearer ${token}`, 'Version': '1' };\n"],
      ['a.py', 'headers = {"Authorization": f"Bearer {token}"}\n'],
      ['a.go', 'package a\nfunc f(r *http.Request) { out.Header.Set("Authorization", "Bearer "+token) }\n'],
    ],
    clean: [
      ['a.ts', "const given = req.headers['authorization'];\n"],
      ['a.py', 'token = request.headers.get("Authorization")\n'],
    ],
  },
  'scopes-asked-for': {
    found: [
      ['a.py', 'scope = "user_access offline_access"\nclient = OAuth2Session(client_id=ID, scope=scope)\n'],
    ],
    clean: [['a.py', 'scope = "function"\n']],
  },
  'client-id-in-source': {
    found: [['a.py', 'OAUTH_CLIENT_ID = "34ec61e834cdffd9dd90a32231937821"\n']],
    clean: [
      ['a.py', 'OAUTH_CLIENT_ID = os.environ["OAUTH_CLIENT_ID"]\n'],
      ['a.ts', "const clientId = 'your-client-id-here';\n"],
    ],
  },
  'refused-input-quoted': {
    found: [
      ['a.py', 'raise ValueError(f"path does not exist: {v}")\n'],
      ['a.ts', 'throw new Error(`not found: ${filePath}`);\n'],
    ],
    clean: [['a.py', 'raise ValueError("path does not exist")\n']],
  },
};
