import type { Expr, Module, Stmt } from '../sources/ir.ts';
import { expressionsIn, functionsOf, statementsIn } from '../sources/walk.ts';
import { chain, namesOf } from './acts.ts';

/**
 * What the code can do at all, whoever asks for it and whatever it is given: every call that starts a program, touches a
 * file, runs text as code or speaks to the network, by the library it belongs to.
 */
export type Capability = 'programs' | 'code' | 'files-read' | 'files-written' | 'files-deleted' | 'network';
export type Ability = { capability: Capability; path: string; line: number; call: string };

/** Of Node and its well-known libraries. `fs` in any of its spellings. */
const FS = '(?:fs|fs\\.promises|fs\\/promises|promises|fsPromises|fsp|fs-extra|graceful-fs)';
const fs = (names: string): RegExp => new RegExp(`^(?:fs\\.)?${FS}\\.(?:${names})$`);

type Row = readonly [Capability, RegExp];
const SCRIPT: readonly Row[] = [
  [
    'programs',
    /^child_process\.(?:exec|execSync|spawn|spawnSync|execFile|execFileSync|fork)$|^(?:execa|cross-spawn|shelljs|zx|tinyexec|nano-spawn)(?:\.\w{1,40}){0,2}$|^Deno\.(?:run|Command)$|^Bun\.spawn(?:Sync)?$|^(?:open|opn|open-editor|launch-editor)(?:\.default|\.openApp)?$|^(?:node-pty|@lydell\/node-pty|@homebridge\/node-pty-prebuilt-multiarch)\.spawn$/,
  ],
  ['code', /^(?:eval|Function)$|^vm\.(?:run\w{1,30}|Script|compileFunction)$|^(?:vm2|isolated-vm)\b/],
  [
    'files-read',
    fs(
      'readFile|readFileSync|createReadStream|readdir|readdirSync|read|readSync|readJson|readJSON|opendir|open|openSync',
    ),
  ],
  [
    'files-written',
    fs(
      'writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|copyFile|copyFileSync|cp|cpSync|rename|renameSync|mkdir|mkdirSync|outputFile|ensureDir|move|symlink|symlinkSync|writeJson|truncate',
    ),
  ],
  ['files-deleted', fs('rm|rmSync|unlink|unlinkSync|rmdir|rmdirSync|remove|removeSync|emptyDir')],
  ['files-read', /^Deno\.(?:readFile|readTextFile|readDir)(?:Sync)?$|^Bun\.file$/],
  ['files-written', /^Deno\.write(?:Text)?File(?:Sync)?$|^Bun\.write$/],
  [
    'network',
    /^(?:globalThis\.|window\.)?fetch$|^(?:axios|got|ky|superagent|needle|node-fetch|cross-fetch|phin|ofetch|undici)(?:\.\w{1,40}){0,2}$|^https?\.(?:request|get)$|^(?:net|tls)\.(?:connect|createConnection|Socket)$|^(?:ws|WebSocket)(?:\.\w{1,20})?$|^axios\.create\(\)\.\w{1,20}$/,
  ],
];
/** Clients of services: whoever makes one means to speak to it. */
const CLIENTS: Row = [
  'network',
  /^(?:googleapis|google-auth-library|nodemailer|openai|@anthropic-ai\/sdk|@octokit\/[\w-]{1,30}|@slack\/[\w-]{1,30}|@aws-sdk\/[\w-]{1,60}|@kubernetes\/client-node|@notionhq\/client|@supabase\/supabase-js|pg|mysql2?|mongodb|ioredis|redis|ssh2)(?:\/[\w-]{1,30})?\b/,
];
const PYTHON_CLIENTS: Row = [
  'network',
  /^(?:googleapiclient|google\.oauth2|openai|anthropic|kubernetes\.client|slack_sdk|github|pymysql|mysql\.connector|psycopg2?|asyncpg|pymongo|redis|atlassian|qdrant_client|docker)\.\w{1,60}/,
];

const PYTHON: readonly Row[] = [
  [
    'programs',
    /^os\.(?:system|popen|exec[lv]\w{0,3}|spawn\w{1,5}|posix_spawn\w?)$|^subprocess\.(?:run|Popen|call|check_call|check_output|getoutput|getstatusoutput)$|^asyncio\.(?:subprocess\.)?create_subprocess_(?:exec|shell)$|^(?:pexpect|plumbum|sh)\.\w{1,40}$|^anyio\.(?:run_process|open_process)$/,
  ],
  ['code', /^(?:eval|exec|compile|__import__)$|^builtins\.(?:eval|exec)$/],
  [
    'files-read',
    /^open$|^(?:aiofiles|io|codecs)\.open$|(?:^|\.)(?:read_text|read_bytes|iterdir|rglob)$|^os\.(?:listdir|scandir|walk)$/,
  ],
  [
    'files-written',
    /(?:^|\.)(?:write_text|write_bytes)$|^os\.(?:mkdir|makedirs|rename|replace|symlink|chmod)$|^shutil\.(?:copy\w{0,5}|move)$/,
  ],
  ['files-deleted', /^os\.(?:remove|unlink|rmdir|removedirs)$|^shutil\.rmtree$/],
  [
    'network',
    /^(?:requests|httpx|urllib3|aiohttp|niquests)\.\w{1,40}|\burlopen$|\burlretrieve$|\bClientSession$|^socket\.(?:socket|create_connection)$|^websockets?\.connect$|^smtplib\.\w{1,20}$|^boto3\.\w{1,20}$|^paramiko\.\w{1,30}$/,
  ],
];
const GO: readonly Row[] = [
  [
    'programs',
    /^os\/exec\.Command(?:Context)?$|^(?:syscall|golang\.org\/x\/sys\/unix)\.Exec$|^os\.StartProcess$/,
  ],
  [
    'files-read',
    /^(?:os|io\/ioutil)\.(?:ReadFile|Open|OpenFile|ReadDir)$|^path\/filepath\.(?:Walk|WalkDir)$/,
  ],
  ['files-written', /^(?:os|io\/ioutil)\.(?:WriteFile|Create|OpenFile|Mkdir|MkdirAll|Rename|Symlink)$/],
  ['files-deleted', /^os\.Remove(?:All)?$/],
  ['network', /^net\/http\.(?:Get|Post|PostForm|Head|NewRequest\w{0,20}|Client)$|^net\.Dial\w{0,10}$/],
];
const JVM: readonly Row[] = [
  ['programs', /\bgetRuntime\(\)\.exec$|\bProcessBuilder$/],
  ['code', /\bScriptEngine\w{0,20}\b.{0,40}\.eval$|\bGroovyShell\b/],
  [
    'files-read',
    /\bFiles\.(?:read\w{1,20}|newInputStream|newBufferedReader|lines|list|walk)$|\bFile(?:Input)?(?:Stream|Reader)$/,
  ],
  [
    'files-written',
    /\bFiles\.(?:write\w{0,10}|newOutputStream|newBufferedWriter|copy|move|create\w{1,20})$|\bFile(?:OutputStream|Writer)$/,
  ],
  ['files-deleted', /\bFiles\.delete(?:IfExists)?$/],
  [
    'network',
    /\bHttpClient\b|\bRestTemplate\b|\bOkHttpClient\b|\bWebClient\b|\bopenConnection$|^(?:java\.net\.)?Socket$/,
  ],
];
const RUST: readonly Row[] = [
  ['programs', /\b(?:process\.|process::)?Command\.new$|\bCommand::new$/],
  ['files-read', /\bfs(?:\.|::)(?:read|read_to_string|read_dir)$|\bFile(?:\.|::)open$/],
  ['files-written', /\bfs(?:\.|::)(?:write|create_dir\w{0,10}|copy|rename)$|\bFile(?:\.|::)create$/],
  ['files-deleted', /\bfs(?:\.|::)remove_\w{1,20}$/],
  ['network', /^(?:reqwest|ureq|hyper|surf)\b|\breqwest(?:\.|::)|\bTcpStream(?:\.|::)connect$/],
];
const CSHARP: readonly Row[] = [
  ['programs', /\bProcess(?:\.Start|StartInfo)$/],
  ['files-read', /\bFile\.(?:Read\w{1,20}|Open\w{0,10})$|\bDirectory\.(?:Get|Enumerate)\w{1,20}$/],
  ['files-written', /\bFile\.(?:Write\w{1,20}|Append\w{1,20}|Create\w{0,10}|Copy|Move)$/],
  ['files-deleted', /\b(?:File|Directory)\.Delete$/],
  ['network', /\bHttpClient$|\bHttpRequestMessage$|\bTcpClient$/],
];
const PHP_RUBY: readonly Row[] = [
  [
    'programs',
    /^(?:system|exec|shell_exec|passthru|proc_open|popen|spawn)$|\bOpen3\.\w{1,20}$|\bIO\.popen$|\bKernel\.(?:system|exec|spawn)$/,
  ],
  ['code', /^(?:eval|instance_eval|class_eval|create_function)$/],
  [
    'files-read',
    /^(?:file_get_contents|fopen|readfile|scandir)$|\bFile\.(?:read|open|readlines)$|\bDir\.(?:glob|entries)$/,
  ],
  [
    'files-written',
    /^(?:file_put_contents|mkdir|rename|copy)$|\bFile\.write$|\bFileUtils\.(?:cp|mv|mkdir)\w{0,4}$/,
  ],
  ['files-deleted', /^(?:unlink|rmdir)$|\bFile\.delete$|\bFileUtils\.rm\w{0,4}$/],
  ['network', /^(?:curl_init|fsockopen)$|\bNet::HTTP\b|\bFaraday\b|\bGuzzleHttp\b|\bHTTParty\b/],
];
const TABLES: Partial<Record<Module['language'], readonly Row[]>> = {
  javascript: [...SCRIPT, CLIENTS],
  python: [...PYTHON, PYTHON_CLIENTS],
  go: GO,
  java: JVM,
  rust: RUST,
  csharp: CSHARP,
  php: PHP_RUBY,
  ruby: PHP_RUBY,
};

/** `open(path, 'w')`: whether what Python opens is written. */
const opensToWrite = (e: Extract<Expr, { kind: 'call' }>): boolean =>
  e.args.some(
    (a, i) =>
      (i === 1 || a.name === 'mode') &&
      a.value.kind === 'literal' &&
      /^[rbt]{0,2}[wax+]/.test(a.value.value ?? ''),
  );

/** Names that stand for a call wrapped once, such as `promisify(exec)`. */
const wrapped = (e: Expr): Expr | null =>
  e.kind === 'call' && e.args[0] && /(?:^|\.)promisify$/.test(chain(e.callee, new Map()))
    ? e.args[0].value
    : null;

/** `const { readFile } = await import('fs/promises')`, wherever it stands. */
const bringIn = (s: Extract<Stmt, { kind: 'assign' }>, names: Map<string, string>): void => {
  if (s.value.kind !== 'call' || !/^(?:import|require)$/.test(chain(s.value.callee, new Map()))) return;
  const from = s.value.args[0]?.value;
  if (from?.kind !== 'literal' || !from.value) return;
  const library = from.value.replace(/^node:/, '');
  if (s.target.kind === 'name') names.set(s.target.name, library);
  if (s.target.kind === 'parts')
    for (const p of s.target.parts)
      if (p.target.kind === 'name') names.set(p.target.name, `${library}.${p.path}`);
};

/** Languages whose calls are known by name here. */
export const readsCapabilities = (language: Module['language']): boolean => TABLES[language] !== undefined;

/** Everything a module can do, each place once. */
export const capabilitiesOf = (m: Module): Ability[] => {
  const rows = TABLES[m.language];
  if (!rows) return [];
  const names = namesOf(m);
  for (const s of m.body) {
    const inner = s.kind === 'assign' && s.target.kind === 'name' ? wrapped(s.value) : null;
    if (inner && s.kind === 'assign' && s.target.kind === 'name')
      names.set(s.target.name, chain(inner, names));
  }
  for (const { fn } of functionsOf(m))
    for (const s of statementsIn(fn.body)) if (s.kind === 'assign') bringIn(s, names);
  const found = new Map<string, Ability>();
  const note = (capability: Capability, line: number, call: string): void => {
    found.set(`${capability} ${line}`, { capability, path: m.path, line, call: call.slice(0, 80) });
  };
  for (const { fn } of functionsOf(m))
    for (const e of expressionsIn(fn.body)) {
      if (e.kind !== 'call') continue;
      const inner = wrapped(e);
      const callee = chain(inner ?? e.callee, names);
      for (const [capability, on] of rows) {
        if (!on.test(callee)) continue;
        const written =
          m.language === 'python' && capability === 'files-read' && /open$/.test(callee) && opensToWrite(e);
        note(written ? 'files-written' : capability, e.at.line, callee);
      }
    }
  return [...found.values()].sort((a, b) => a.line - b.line);
};
