import { describe, expect, it } from 'vitest';
import { authorization } from '../../src/collectors/authorization.ts';
import { run } from './fake-context.ts';

/** A desktop login that binds nothing, as the libraries' first examples show it. */
const careless = `
import http from 'http';
import { OAuth2Client } from 'google-auth-library';
const client = new OAuth2Client(id, secret, 'http://localhost:3000/cb');
export async function login() {
  const server = http.createServer(async (req, res) => {
    const url = new URL(req.url, 'http://localhost:3000');
    const { tokens } = await client.getToken(url.searchParams.get('code'));
    fs.writeFileSync(TOKEN_PATH, JSON.stringify(tokens));
  });
  server.listen(3000);
  open(client.generateAuthUrl({ access_type: 'offline', scope: SCOPES }));
}
`;

const careful = {
  'login.py': `
import secrets
import urllib.parse
from http.server import BaseHTTPRequestHandler

class Callback(BaseHTTPRequestHandler):
    def do_GET(self):
        params = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        if not secrets.compare_digest(params["state"][0], self.server.state):
            return self.refuse()
        self.server.code = params["code"][0]

def address(state, challenge):
    query = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return AUTHORIZE + "?" + urllib.parse.urlencode(query)

def redeem(code, verifier):
    tokens = requests.post(TOKEN, data={"grant_type": "authorization_code", "code": code, "code_verifier": verifier}).json()
    keyring.set_password("server", "user", json.dumps(tokens))

def renew(refresh_token):
    return requests.post(TOKEN, data={"grant_type": "refresh_token", "refresh_token": refresh_token})
`,
};

const go = (state: string) => `
package main

func login(conf *oauth2.Config) {
	state := ${state}
	openBrowser(conf.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("state") != state {
			return
		}
		token, err := conf.Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(verifier))
		use(token, err)
	})
}
`;

const rulesOf = async (files: Record<string, string>) =>
  (await run(authorization, { files })).items
    .filter((i) => i.kind === 'lead' || i.kind === 'question')
    .map((i) => i.rule);

describe('a server that logs in elsewhere', () => {
  it('is drawn step by step, first in its checks', async () => {
    const { item } = await run(authorization, { files: { 'src/login.ts': careless } });
    const drawn = item('authorization-client');
    expect(drawn).toMatchObject({
      kind: 'fact',
      first: true,
      title: 'Logs in elsewhere: login begun, answer taken, code redeemed, tokens kept here',
    });
    expect(drawn.detail?.split('\n')).toEqual([
      'login begun at src/login.ts:12: no state seen, no code challenge seen',
      'answer taken at src/login.ts:8',
      'no comparison of a state was seen',
      'code redeemed at src/login.ts:8',
      'tokens written to a file at src/login.ts:9',
    ]);
  });

  it('without a state is a lead, without a proof key a question, and no gap says nothing was followed', async () => {
    expect(await rulesOf({ 'src/login.ts': careless })).toEqual([
      'login-without-state',
      'login-without-proof-key',
    ]);
    const { items } = await run(authorization, { files: { 'src/login.ts': careless } });
    expect(items.map((i) => i.rule)).not.toContain('authorization-not-followed');
  });

  it('and binds what comes back is drawn, and gets no lead', async () => {
    const { items, item } = await run(authorization, { files: careful });
    expect(items.filter((i) => i.kind !== 'fact')).toEqual([]);
    expect(item('authorization-client').detail?.split('\n')).toEqual([
      'login begun at login.py:14: with a state, with a code challenge',
      'answer taken at login.py:11',
      'state compared or looked up at login.py:9',
      'code redeemed at login.py:25',
      'tokens renewed at login.py:29',
      "tokens written to the system's key ring at login.py:26",
    ]);
  });

  it('with a state that stands in the code says so; one that is made does not', async () => {
    expect(await rulesOf({ 'main.go': go('"random-state-string"') })).toContain('login-with-fixed-state');
    expect(await rulesOf({ 'main.go': go('randomText(32)') })).toEqual([]);
  });

  it('with a state that nobody compares says so', async () => {
    const uncompared = go('randomText(32)').replace(/if r\.URL[\s\S]*?\n\t\t}\n/, '');
    expect(await rulesOf({ 'main.go': uncompared })).toEqual(['state-missing']);
    const listening = uncompared.replace('http.HandleFunc("/callback", ', 'listen(');
    expect(await rulesOf({ 'main.go': listening })).toEqual(['login-state-not-compared']);
  });

  it('makes no client of a server that only serves tokens, nor of the state of a task', async () => {
    const { items } = await run(authorization, {
      files: {
        'src/token.ts':
          "app.post('/token', (req, res) => { if (req.body.grant_type === 'authorization_code') res.json(issue(req.body.code)); });\n",
        'src/task.ts': "export const isDone = (task) => task.state === 'done';\n",
      },
    });
    expect(items.map((i) => i.rule)).not.toContain('authorization-client');
  });
});
