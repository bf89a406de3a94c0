import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineFinder } from '../../../src/analysis/files/lines.ts';
import { parseJson } from '../../../src/analysis/files/parse-json.ts';
import { parseToml } from '../../../src/analysis/files/parse-toml.ts';
import { parseYaml } from '../../../src/analysis/files/parse-yaml.ts';
import { share } from '../../../src/analysis/files/words.ts';
import { cargoKind, npmKind, pythonRequirement } from '../../../src/analysis/packages/dependency.ts';
import { manifestReader } from '../../../src/analysis/packages/manifests/read-manifest.ts';
import { environmentReads } from '../../../src/analysis/repository/environment-variables.ts';
import { imagePin, launchesIn, pipedDownloads } from '../../../src/analysis/repository/launch-commands.ts';
import { licenceMatches, normaliseLicence } from '../../../src/analysis/repository/licence.ts';
import { newLineFilter } from '../../../src/analysis/repository/new-lines.ts';
import { authorsOf, busFactor, monthlyActivity, sparkline } from '../../../src/analysis/repository/people.ts';
import { parseRepositoryUrl } from '../../../src/analysis/repository/repository-url.ts';
import { injectedExpressions, usesPin } from '../../../src/analysis/repository/workflow.ts';
import { hintProblems, writingWord } from '../../../src/analysis/tool-text/annotation-claims.ts';
import { hiddenCharacters, paddedAway } from '../../../src/analysis/tool-text/hidden-characters.ts';

describe('documents with places', () => {
  it('knows the line of every part, in three formats', () => {
    const json = parseJson('{\n "a": {\n  "b": 1 // c\n }\n}');
    const yaml = parseYaml('a:\n  b:\n    - x\n    - y: 1\n');
    const toml = parseToml('x = 1\n[a]\nb = 2\n[[c]]\nd = 3\n');
    if (!json.ok || !yaml.ok || !toml.ok) throw new Error('not parsed');
    expect(json.lineOf(['a', 'b'])).toBe(3);
    expect(json.lineOf(['a', 'nothing'])).toBe(2);
    expect(yaml.lineOf(['a', 'b', 1, 'y'])).toBe(4);
    expect(toml.lineOf(['a', 'b'])).toBe(3);
    expect(toml.lineOf(['c', 0, 'd'])).toBe(5);
  });

  it('ends hostile documents with a reason', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij']
      .map(
        (c, i, all) =>
          `${c}: &${c} [${Array(10)
            .fill(`*${i ? all[i - 1] : 'a'}`)
            .join(',')}]`,
      )
      .join('\n')}`;
    expect(parseYaml(bomb).ok).toBe(false);
    for (const text of ['['.repeat(100_000), `${'- '.repeat(20_000)}x`, `${'{a: '.repeat(20_000)}1`])
      expect(parseYaml(text).ok).toBe(false);
    expect(parseJson('{"a":'.repeat(50_000)).ok).toBe(false);
    const deep = parseJson(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    expect(deep.ok && deep.lineOf(['a', 'a'])).toBe(1);
    expect(parseToml(`a = ${'['.repeat(50_000)}`).ok).toBe(false);
  });

  it('parses anything without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseJson, parseYaml, parseToml]) {
          const parsed = parse(text);
          if (parsed.ok) expect(parsed.lineOf(['a', 0, 'b'])).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('finds lines as a count of line ends does', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, n) => {
        const offset = text.length === 0 ? 0 : n % text.length;
        expect(lineFinder(text)(offset)).toBe(text.slice(0, offset).split('\n').length);
      }),
    );
  });
});

describe('dependencies', () => {
  it.each([
    ['^1.0.0', 'range'],
    ['1.2.3', 'exact'],
    ['=1.2.3', 'exact'],
    ['*', 'any'],
    ['latest', 'any'],
    ['', 'any'],
    ['workspace:*', 'workspace'],
    ['catalog:', 'managed'],
    ['file:../x', 'path'],
    ['github:a/b', 'git'],
    ['a/b#v1', 'git'],
    ['git+https://x.org/a.git', 'git'],
    ['https://x.org/a.tgz', 'url'],
    ['npm:other@1.2.3', 'exact'],
    ['>=1 <2', 'range'],
    ['1.x', 'range'],
  ])('npm %s is %s', (specifier, kind) => {
    expect(npmKind(specifier)).toBe(kind);
  });

  it.each([
    ['requests', 'any'],
    ['requests==2.1.0', 'exact'],
    ['requests==2.*', 'range'],
    ['requests[socks] >=2,<3 ; python_version>"3"', 'range'],
    ['x @ git+https://h/x.git@abc', 'git'],
    ['x @ https://h/x.whl', 'url'],
  ])('python %s is %s', (requirement, kind) => {
    expect(pythonRequirement(requirement)?.kind).toBe(kind);
  });

  it('a Cargo version without an equals sign is a range', () => {
    expect([cargoKind('1.2.3'), cargoKind('=1.2.3'), cargoKind('*')]).toEqual(['range', 'exact', 'any']);
  });

  const manifest = (path: string, text: string) => {
    const read = manifestReader(path)?.(path, text);
    if (!read?.ok) throw new Error(`${path} not read`);
    return read.manifest.dependencies.map((d) => `${d.line} ${d.name} ${d.kind} ${d.scope}`);
  };
  it.each<[string, string, string[]]>([
    [
      'pyproject.toml',
      '[project]\ndependencies = [\n "a==1.0",\n "b",\n]\n[dependency-groups]\ndev = ["c>=1"]\n[tool.uv.sources]\nb = { git = "https://h/b" }\n',
      ['3 a exact runtime', '4 b git runtime', '7 c range development'],
    ],
    [
      'pyproject.toml',
      '[tool.poetry.dependencies]\npython = "^3"\na = "^1"\nb = { git = "x" }\n',
      ['3 a range runtime', '4 b git runtime'],
    ],
    [
      'requirements-dev.txt',
      '# c\na==1 --hash=sha256:x\n-r other.txt\ngit+https://h/b.git#egg=b\n-e .\n',
      ['2 a exact development', '4 b git development', '5 . path development'],
    ],
    [
      'setup.cfg',
      '[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1\n    b\n',
      ['5 a range runtime', '6 b any runtime'],
    ],
    [
      'go.mod',
      'module m\nrequire (\n  github.com/a/b v1.0.0\n  github.com/c/d v1.1.0 // indirect\n)\nreplace github.com/a/b => ../b\n',
      ['3 github.com/a/b exact runtime', '6 github.com/a/b => ../b path runtime'],
    ],
    [
      'Cargo.toml',
      '[dependencies]\na = "1"\nb = { path = "../b" }\n[build-dependencies]\nc = "=1.0.0"\n',
      ['2 a range runtime', '3 b path runtime', '5 c exact build'],
    ],
    [
      'pom.xml',
      '<project>\n<!-- <dependency> -->\n<dependencies><dependency>\n<groupId>g</groupId><artifactId>a</artifactId><version>1.0</version></dependency></dependencies></project>',
      ['3 g:a exact runtime'],
    ],
    [
      'build.gradle.kts',
      'dependencies {\n  implementation("g:a:1.+")\n  testImplementation(libs.junit)\n}\n',
      ['2 g:a any runtime', '3 libs.junit managed development'],
    ],
    [
      'x.csproj',
      '<Project>\n<PackageReference Include="A" Version="1.*" />\n</Project>',
      ['2 A any runtime'],
    ],
    ['Gemfile', 'gem "a", "~> 1.0"\ngem "b", git: "x"\n', ['1 a range runtime', '2 b git runtime']],
    ['composer.json', '{"require": {"php": ">=8", "v/a": "^1"}}', ['1 v/a range runtime']],
  ])('reads %s', (path, text, expected) => {
    expect(manifest(path, text)).toEqual(expected);
  });
});

describe('commands and pins', () => {
  it('reads what is launched, in prose and in client configuration', () => {
    expect(launchesIn('Run `npx -y @acme/mcp@1.2.3 --flag`')).toEqual([
      { tool: 'npx', target: '@acme/mcp@1.2.3', pin: 'exact' },
    ]);
    expect(launchesIn('"command": "npx", "args": ["-y", "acme-mcp@latest"]')).toEqual([
      { tool: 'npx', target: 'acme-mcp@latest', pin: 'moving' },
    ]);
    expect(launchesIn('"command": "uvx", "args": ["acme"]')).toEqual([
      { tool: 'uvx', target: 'acme', pin: 'none' },
    ]);
    expect(launchesIn('docker run -i --rm -e TOKEN -v /a:/b ghcr.io/acme/x:1.0 --arg')).toEqual([
      { tool: 'docker run', target: 'ghcr.io/acme/x:1.0', pin: 'moving' },
    ]);
    expect(launchesIn('use npx to run it')).toEqual([]);
    // A quoted value belongs to the option or variable before it, and is no image.
    expect(
      launchesIn('docker run --rm -e KEY="test" --memory="512m" --label a=\'b c\' acme/x:1 serve'),
    ).toEqual([{ tool: 'docker run', target: 'acme/x:1', pin: 'moving' }]);
    expect(launchesIn('command="npx", args=["-y", "acme@1.0.0"]')).toEqual([
      { tool: 'npx', target: 'acme@1.0.0', pin: 'exact' },
    ]);
  });

  it('knows pins of images and actions', () => {
    expect([
      imagePin('a'),
      imagePin('h:5000/a'),
      imagePin('a:1'),
      imagePin(`a@sha256:${'0'.repeat(64)}`),
    ]).toEqual(['none', 'none', 'moving', 'exact']);
    expect([usesPin('a/b@v1'), usesPin(`a/b@${'0'.repeat(40)}`), usesPin('./x')]).toEqual([
      'moving',
      'commit',
      'local',
    ]);
    expect(injectedExpressions('echo "${{ github.head_ref }} ${{ github.sha }}"')).toEqual([
      'github.head_ref',
    ]);
  });

  it('sees downloads piped into a shell', () => {
    for (const line of [
      'curl -fsSL https://x | sudo bash',
      'wget -qO- https://x | sh',
      'irm https://x | iex',
      'bash <(curl -s https://x)',
    ])
      expect(pipedDownloads(line), line).toHaveLength(1);
    expect(pipedDownloads('curl https://x | jq .')).toEqual([]);
  });
});

describe('hidden characters', () => {
  it('decodes tag characters', () => {
    const tagged = `ok${[...'send it'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}`;
    expect(hiddenCharacters(tagged)).toEqual([
      { kind: 'tag characters', count: 7, codes: expect.any(Array), decoded: 'send it' },
    ]);
  });
  it('leaves emoji, flags and other scripts alone', () => {
    for (const text of [
      '👩‍💻 done',
      '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
      'क्‍ष',
      'naïve – “quotes”',
      '❤️',
      'tab\tand\nline',
    ])
      expect(hiddenCharacters(text), text).toEqual([]);
    for (const text of ['a\u200Bb', 'a\u202Eb', 'a\u001b[31mb', 'a\u200Db', 'x\u2800y'])
      expect(hiddenCharacters(text), JSON.stringify(text)).toHaveLength(1);
  });
  it('sees text pushed out of sight', () => {
    expect(paddedAway(`a${' '.repeat(80)}b`)).toBe(true);
    expect(paddedAway(`a${'\n'.repeat(12)}b`)).toBe(true);
    expect(paddedAway('a\n\n  b')).toBe(false);
  });
});

describe('names and hints', () => {
  it.each([
    ['delete_user', 'delete'],
    ['deleteUser', 'delete'],
    ['list_create_events', null],
    ['get_settings', null],
    ['acme_update_page', 'update'],
    ['searchIssues', null],
  ])('%s', (name, word) => {
    expect(writingWord(name)).toBe(word);
  });
  it('finds contradictions', () => {
    expect(hintProblems('delete_user', { readOnlyHint: true }).map((p) => p.rule)).toEqual([
      'read-only-on-writer',
    ]);
    expect(hintProblems('drop_table', { destructiveHint: false }).map((p) => p.rule)).toEqual([
      'not-destructive-on-destroyer',
    ]);
    expect(hintProblems('get_x', { readOnlyHint: true, destructiveHint: true }).map((p) => p.rule)).toEqual([
      'contradicting-hints',
    ]);
    expect(hintProblems('get_x', { readOnlyHint: true })).toEqual([]);
  });
});

describe('people', () => {
  const commit = (name: string, email: string, date = '2025-01-01T00:00:00Z') => ({
    hash: `${name}${email}${date}`,
    author: { name, email },
    authoredAt: date,
    committedAt: date,
    message: '',
  });
  it('joins identities by mailbox and by full name, not by a single word', () => {
    const authors = authorsOf([
      commit('Ada L', 'a@x'),
      commit('Ada L', 'b@x'),
      commit('ada', 'b@x'),
      commit('root', 'c@x'),
      commit('root', 'd@x'),
      commit('Gh', '12+gh@users.noreply.github.com'),
      commit('Gh', 'gh@users.noreply.github.com'),
    ]);
    expect(authors.map((a) => [a.name, a.commits])).toEqual([
      ['Ada L', 3],
      ['Gh', 2],
      ['root', 1],
      ['root', 1],
    ]);
    expect(busFactor(authors)).toBe(2);
  });
  it('joins a name to the account of a private address, and a word nobody has as an account to nobody', () => {
    const authors = authorsOf([
      commit('Ada Lo', '12+adal@users.noreply.github.com'),
      commit('AdaL', 'ada@home'),
      commit('AdaL', 'ada@work'),
      commit('bob', 'b@x'),
      commit('bob', 'b@y'),
      commit('carl', '7+carl@users.noreply.github.com'),
      commit('carl', 'carl@qq'),
    ]);
    expect(authors.map((a) => [a.name, a.commits])).toEqual([
      ['Ada Lo', 3],
      ['carl', 2],
      ['bob', 1],
      ['bob', 1],
    ]);
  });
  it('counts months back from the pinned commit', () => {
    expect(
      monthlyActivity(
        ['2025-06-30T23:00:00Z', '2025-05-01T00:00:00Z', '2020-01-01T00:00:00Z'],
        '2025-06-15T00:00:00Z',
        3,
      ),
    ).toEqual([0, 1, 1]);
    expect(sparkline([0, 1, 8])).toBe('·▁█');
  });
});

describe('small things', () => {
  it('reads repository addresses in every spelling', () => {
    for (const url of [
      'https://github.com/Acme/x.git',
      'git@github.com:Acme/x.git',
      'git+ssh://git@github.com/Acme/x.git',
      'Acme/x',
      'https://github.com/Acme/x/tree/main/sub',
    ])
      expect(parseRepositoryUrl(url), url).toEqual({ host: 'github.com', owner: 'Acme', name: 'x' });
    expect(parseRepositoryUrl('https://git.acme.io/team/sub/x')).toEqual({
      host: 'git.acme.io',
      owner: 'team/sub',
      name: 'x',
    });
    expect(parseRepositoryUrl('')).toBeNull();
  });
  it('reads variables by each language’s ways', () => {
    const names = (text: string) => environmentReads(text).map((r) => r.name);
    expect(names('const { A_B, C: d } = process.env; process.env.E; process.env["F"]')).toEqual(
      expect.arrayContaining(['A_B', 'C', 'E', 'F']),
    );
    expect(names('os.environ["A"]; os.environ.get("B"); os.getenv("C", "x"); Field(alias="D_E")')).toEqual([
      'A',
      'B',
      'C',
      'D_E',
    ]);
    expect(names('os.Getenv("A"); std::env::var("B"); System.getenv("C")')).toEqual(['A', 'B', 'C']);
  });
  it('matches licences by family', () => {
    expect(normaliseLicence('Apache 2.0')).toBe('Apache-2.0');
    expect(normaliseLicence('SEE LICENSE IN x')).toBeNull();
    expect(licenceMatches('GPL-3.0', 'GPL-3.0-or-later')).toBe(true);
    expect(licenceMatches('MIT', '(MIT OR Apache-2.0)')).toBe(true);
    expect(licenceMatches('MIT', 'Apache-2.0')).toBe(false);
  });
  it('never rounds some to none or all', () => {
    expect([share(1, 1000), share(999, 1000), share(0, 3), share(3, 3)]).toEqual([
      '1 of 1,000 (1 %)',
      '999 of 1,000 (99 %)',
      '0 of 3 (0 %)',
      '3 of 3 (100 %)',
    ]);
  });
  it('gives each line of a file’s versions once, with its number', () => {
    const fresh = newLineFilter(/KEY/);
    expect(fresh('a\nb\nKEY').text).toBe('a\nb\nKEY');
    const second = fresh('a\nKEY\n\nc');
    expect(second.text).toBe('KEY\nc');
    expect([second.lineOf(1), second.lineOf(2)]).toEqual([2, 4]);
  });
});
