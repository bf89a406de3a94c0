/**
 * What code does that touches the machine or the world beyond it, by the calls it makes and the names of files in it: for all
 * languages the same tables, since a path of a call reads much the same in each. `§` stands for the end of what is called.
 */

/** What a function was seen to do. */
export type Act =
  | 'net'
  | 'socket'
  | 'dns'
  | 'post'
  | 'exec'
  | 'eval'
  | 'decode'
  | 'write'
  | 'delete'
  | 'walk'
  | 'encrypt'
  | 'listen'
  | 'screen'
  | 'keys'
  | 'clipboard'
  | 'sound'
  | 'chmod'
  | 'dup'
  | 'spawn-work'
  | 'env-all'
  | 'secret-file'
  | 'startup'
  | 'client-config'
  | 'home'
  | 'describe'
  | 'recv';

/** By the path of a call: imports resolved, links of a chain joined by `()`. */
export const CALLS: readonly [Act, RegExp][] = [
  [
    'net',
    /^(?:globalThis\.|window\.)?fetch$|^(?:axios|got|ky|superagent|needle|node-fetch|cross-fetch|phin|ofetch)(?:\.\w+){0,2}$|^undici\.(?:fetch|request)$/,
  ],
  [
    'net',
    /^https?\.(?:request|get)$|^(?:requests|httpx|urllib3|aiohttp)\.\w+|\burlopen$|\burlretrieve$|\bHTTPS?Connection$|\bClientSession$|^smtplib\./,
  ],
  [
    'net',
    /^net\/http\.(?:Get|Post|PostForm|Head|NewRequest\w*)$|\bHttpClient\.(?:newHttpClient|newBuilder)\b|\bopenStream$|\bopenConnection$|\bRestTemplate\b|\bOkHttpClient\b|\bURLClassLoader$/,
  ],
  // C#, PHP and Ruby.
  [
    'net',
    /\bHttpClient$|\bWebClient$|\bWebRequest\.Create\w*$|^curl_(?:init|exec)$|\bGuzzleHttp\.Client$|^Net\.HTTP(?:\.\w+)?$|^(?:HTTParty|Faraday|RestClient|Excon|Typhoeus)\b|^(?:URI|OpenURI)\.open$/,
  ],
  [
    'exec',
    /^(?:shell_exec|passthru|proc_open|pcntl_exec)$|^Kernel\.(?:backtick|system|spawn|exec)$|^IO\.popen$|^Open3\.\w+$|^(?:System\.Diagnostics\.)?Process\.Start$/,
  ],
  ['eval', /^(?:instance_eval|class_eval|create_function)$|\bAssembly\.Load(?:From|File)?$/],
  [
    'decode',
    /^(?:base64_decode|gzinflate|gzuncompress|gzdecode|str_rot13|hex2bin)$|\bBase64\.(?:strict_|urlsafe_)?decode64$|\bFromBase64String$|\bZlib\.\w+\.inflate$/,
  ],
  [
    'write',
    /^(?:file_put_contents|fwrite|fputs)$|\b(?:WriteAll|AppendAll)\w+$|\bSetValue$|(?:^|\.)(?:write|appendText|writeText)$/,
  ],
  ['delete', /\brm_r?f$|\brm_r$|^(?:Directory|File)\.Delete$|^os\.Remove$/],
  ['env-all', /\bEnvironment\.GetEnvironmentVariables$|^ENV\.(?:to_h|to_a|each|inspect|map|select)$/],
  ['walk', /^Dir\.glob$|\bDirectory\.(?:GetFiles|EnumerateFiles)$|\bRecursiveDirectoryIterator$/],
  ['net', /^(?:reqwest|ureq|hyper|surf|isahc)\b|\breqwest\.|\bWebClient\.|\bsendBeacon$|^boto3\.client$/],
  [
    'socket',
    /\bTcpClient$|\bUdpClient$|\bDatagramSocket$|^p?fsockopen$|^stream_socket_client$|^socket_connect$|^(?:TCP|UDP)Socket(?:\.\w+)?$/,
  ],
  [
    'socket',
    /\bcreate_connection$|^socket\.socket$|\bsendall$|\bsendto$|^net\.(?:connect|createConnection|Dial(?:TCP|UDP|IP|Timeout|Context)?|Socket)$|^(?:java\.net\.)?Socket$|\bTcpStream\.connect$|\bUdpSocket\.\w+$|\bWebSocket$|^ws$/,
  ],
  [
    'dns',
    /\bgethostbyname(?:_ex)?$|^(?:dns_get_record|Resolv\.\w+)$|\bDns\.GetHost\w+$|\bgetaddrinfo$|^dns\.(?:promises\.)?(?:lookup|resolve\w*)$|^dns\.resolver\.\w+$|^net\.Lookup\w+$|\bInetAddress\.getByName$/,
  ],
  ['post', /(?:^|[.)])(?:post|put|Post|PostForm|POST|request|write|sendall|sendto|send)$/],
  [
    'exec',
    /^os\.(?:system|popen|exec\w*|spawn\w*)$|^subprocess\.\w+$|^child_process\.\w+$|^(?:execa|cross-spawn|shelljs\.exec)\b|^os\/exec\.Command\w*$|\bgetRuntime\(\)\.exec$|\bProcessBuilder$|\bprocess\.Command\.new$|^Command\.new$|^pty\.spawn$|^asyncio\.create_subprocess\w*$|^Deno\.Command$|^Bun\.spawn\w*$/,
  ],
  [
    'eval',
    /^(?:exec|eval|compile|__import__)$|^(?:new )?Function$|^vm\.(?:run\w+|Script|compileFunction)$|^(?:pickle|marshal)\.loads$|\bURLClassLoader$|\bdefineClass$|\bdlopen$|\bplugin\.Open$/,
  ],
  [
    'decode',
    /\bb64decode$|\bb32decode$|\ba85decode$|\bfromhex$|\bunhexlify$|^zlib\.(?:decompress|inflate\w*|gunzip\w*)$|\bdecompress$|^atob$|\bString\.fromCharCode$|\bDecodeString$|\bgetDecoder\(\)\.decode$|\bSTANDARD\w*\.decode$|^codecs\.decode$|^marshal\.loads$/,
  ],
  [
    'write',
    /(?:^|[.)])(?:open|write_text|write_bytes|writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|copyFile|copyFileSync|cpSync|symlink\w*|WriteFile|OpenFile|writeString|OpenOptions\.new|write|WriteString|SetValueEx|writeln)$|^json\.dump$|^shutil\.(?:copy\w*|move)$|^std::fs\.write$|\bfs\.write$/,
  ],
  [
    'delete',
    /\brmtree$|\brmSync$|(?:^|\.)(?:rm|unlink|unlinkSync|rmdir|remove|removeSync|RemoveAll|remove_dir_all|deleteIfExists|deleteRecursively)$/,
  ],
  ['walk', /^os\.walk$|\brglob$|\bWalkDir$|\bfilepath\.Walk$|\breaddirSync$|\bFiles\.walk$|\bwalkdir\b/],
  ['encrypt', /\bFernet\b|\bcreateCipheriv$|\bCipher\.getInstance$|\bencrypt$|\bNewGCM$|\bAes\w*\.new$/],
  [
    'listen',
    /\bHTTPServer$|\bTCPServer$|\bcreateServer$|^net\.Listen$|^(?:java\.net\.)?ServerSocket$|\bTcpListener\.bind$|\bListenAndServe\w*$/,
  ],
  [
    'screen',
    /^mss\.|\bImageGrab\.\w+$|^pyautogui\.screenshot$|^screenshot-desktop$|\bscreencapture\b|\bcreateScreenCapture$/,
  ],
  [
    'keys',
    /\bkeyboard\.(?:Listener|hook|on_press|record)$|^pynput\.|\biohook\b|\bGlobalKeyboardListener$|\buiohook\b/,
  ],
  [
    'clipboard',
    /^pyperclip\.paste$|^clipboardy?\.(?:read\w*|paste)$|\bclipboard\.(?:ReadAll|read\w*|get_contents)$|\bgetSystemClipboard$/,
  ],
  ['sound', /^sounddevice\.|^pyaudio\./],
  ['chmod', /\bchmod(?:Sync)?$|\bChmod$|\bset_permissions$|\bsetExecutable$/],
  ['recv', /\brecv(?:from|into)?$|\brecv_into$/],
  ['dup', /^os\.dup2$|^pty\.spawn$|\bdup2$|\btransferTo$/],
  ['spawn-work', /^os\.fork$|\bThread$|\bWorker$|\bthread\.spawn$|^child_process\.fork$|\bProcess$|^go$/],
];

/** Files by which whoever has them is their owner. */
export const SECRET_FILE =
  /\.ssh\/(?!config\b|known_hosts|authorized_keys)[\w.*-]*(?!\.pub)|\bid_(?:rsa|ed25519|ecdsa|dsa)\b(?!\.pub)|\.aws\/(?:credentials|config)|\.(?:npmrc|pypirc|netrc|git-credentials|pgpass|vault-token)\b|\.docker\/config\.json|\.kube\/config|\.config\/(?:gh\/hosts\.yml|gcloud|solana)|\.azure\/|\.azure$|\bmsal_token_cache\b|\.cargo\/credentials|\.m2\/settings\.xml|\bsettings-security\.xml|\.gnupg\/|\/etc\/shadow\b|(?:Login Data|Cookies|logins\.json|key4\.db|Local State)(?=$|[/"' ])|\bwallet\.dat\b|\bKeychains?\/|\.(?:bash|zsh)_history\b|tdata\b|\bkeystore\/UTC|\.password-store|\.electrum/;
/** Commands that print secrets of the machine. */
export const SECRET_COMMAND =
  /\bfind-(?:generic|internet)-password\b|\bsecret-tool lookup\b|\bcmdkey\b|\blaZagne\b|\bmimikatz\b/i;

export const STARTUP_FILE =
  /\.(?:bashrc|zshrc|profile|bash_profile|zprofile|zshenv|bash_login)\b|config\.fish\b|authorized_keys\b|\/etc\/(?:cron|crontab|profile|rc\.local|systemd|sudoers|ld\.so\.preload|hosts\b)|LaunchAgents?\b|LaunchDaemons?\b|systemd\/user\b|\.config\/autostart|\\(?:Startup|CurrentVersion\\Run)\b|Start Menu\/Programs\/Startup|\.git\/hooks\/|sitecustomize\.py|usercustomize\.py/;
export const STARTUP_COMMAND =
  /\bcrontab\b(?! -l\s*$)|\bschtasks\b|\breg add\b|\bsystemctl (?:--user )?enable\b|\blaunchctl load\b/i;

/** Configurations of MCP clients, and what assistants read as their instructions. */
export const CLIENT_FILE =
  /claude_desktop_config\.json|\.cursor\/mcp\.json|\.vscode\/mcp\.json|\.codeium\/|mcp_config\.json|\.claude\/(?:settings(?:\.local)?\.json|CLAUDE\.md|commands)|\.claude\.json|\bCLAUDE\.md\b|\bAGENTS\.md\b|\bGEMINI\.md\b|\.cursorrules\b|\.windsurfrules\b|copilot-instructions\.md|cline_mcp_settings\.json/;

export const DOWNLOADED_RUN =
  /\b(?:curl|wget|iwr|Invoke-WebRequest|fetch)\b.{0,200}(?:\|\s{0,4}(?:sudo\s)?(?:ba|z|da)?sh\b|\|\s{0,4}python|\|\s{0,4}iex\b|&&\s{0,4}(?:ba)?sh\b)|\b(?:ba)?sh\b.{0,40}<\(\s?(?:curl|wget)|\bpip3? install\b.{0,80}--(?:extra-)?index-url/i;
export const SHELL_NET = /\/dev\/tcp\/|\bnc(?:at)?\b.{0,40}\s-e\s|\bbash -i\b|\bmkfifo\b.{0,80}\bnc\b/;
export const SENDS_BY_SHELL = /\b(?:curl|wget|nc|ncat|scp|ftp|tftp)\b/;
export const MINES = /\bxmrig\b|\bstratum\+tcp\b|\bminerd\b|\bcpuminer\b/i;
export const WIPES =
  /\brm\s{1,4}-[a-qs-z]{0,6}r[a-z]{0,6}\s{1,4}(?:--no-preserve-root\s{1,4})?(?:~|\/(?:\s|$|home|Users|root)|\$HOME)|\bdel \/[sq]\b|\bformat c:|\bmkfs\b/i;
export const SHELLS = /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da)?sh$|^cmd(?:\.exe)?$|^powershell(?:\.exe)?$/;
export const PACKS_HOME = /^\/home\/?$|^\/Users\/?$|^\/$|^\/root\/?$|^~\/?$/;

const ADDRESS =
  /\b(?:https?|wss?|ftp|tcp):\/\/(?:[^/\s@"'`]{1,80}@)?([\w.-]{3,120})|^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/;
const LOCAL =
  /^(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?::1|.*\.(?:local|internal|localhost)$)/;

/** The host of the world that a text names, or null. */
export const hostIn = (text: string): string | null => {
  const m = ADDRESS.exec(text);
  const host = m?.[1] ?? m?.[2];
  return host && !LOCAL.test(host) ? host : null;
};

/** Whose service a file of secrets belongs to: sending it there is what it is for. */
export const OWNER_OF: readonly [RegExp, RegExp][] = [
  [/gh\/hosts/, /github/],
  [/npmrc/, /npmjs|npm\./],
  [/pypirc/, /pypi/],
  [/\.aws/, /amazonaws|aws/],
  [/docker/, /docker/],
  [/gcloud/, /google/],
  [/azure/, /azure|microsoft/],
  [/git-credentials|netrc/, /github|gitlab|bitbucket/],
  [/vault-token/, /vault/],
];
