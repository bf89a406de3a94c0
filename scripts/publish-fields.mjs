// Says in package.json where this package comes from, as provenance needs it: the repository the workflow runs in, which no
// file of it has to know. Run by .github/workflows/publish.yml before npm publish.
import { readFileSync, writeFileSync } from 'node:fs';

const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: name } = process.env;
if (!name || !/^[\w.-]+\/[\w.-]+$/.test(name)) throw new Error('GITHUB_REPOSITORY does not say owner/name');
const url = `${server}/${name}`;
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
manifest.repository = { type: 'git', url: `git+${url}.git` };
manifest.bugs = { url: `${url}/issues` };
manifest.homepage = `${url}#readme`;
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
