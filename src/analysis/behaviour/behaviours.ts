// Long, since which acts stand together for what is one list, to be read as a whole.
import type { z } from 'zod';
import type { itemStrength, weaknessClass } from '../../domain/evidence.ts';
import type { FoundEntry } from '../surface/surface-entry.ts';
import type { Seen, Special } from './acts.ts';
import { type Act, OWNER_OF } from './marks.ts';
import type { Reached } from './reach.ts';
import { announces, isPure, promisesNoNetwork } from './said.ts';

/**
 * What no honest server does without saying so, told by acts that stand together: secrets read and something sent, code decoded
 * and run, a shell's profile written. Announced acts are the tool's purpose, and no lead.
 */

type Place = { path: string; line: number };
export type Behaviour = {
  rule: string;
  strength: z.infer<typeof itemStrength>;
  class: z.infer<typeof weaknessClass>;
  cwe: string;
  checks: readonly string[];
  title: string;
  /** What was seen, one line each; the first is where the lead stands. */
  seen: readonly (Place & { say: string })[];
  /** The tools whose handlers lead there. */
  tools: readonly FoundEntry[];
};

type At = Seen & { path: string };

const WORDS: Partial<Record<Act | Special, string>> = {
  net: 'reaches the network',
  socket: 'opens a connection',
  dns: 'looks up a name that it puts together',
  exec: 'starts a program',
  eval: 'runs text as code',
  decode: 'decodes a text',
  write: 'writes',
  delete: 'deletes',
  'env-all': 'reads the whole environment',
  'secret-file': 'names a file or store of secrets',
  startup: 'names what runs at start or login',
  'client-config': 'names the configuration or instructions of a client',
  screen: 'takes the screen',
  keys: 'listens to the keyboard',
  clipboard: 'reads the clipboard',
  sound: 'records',
  describe: 'sets a description',
  'download-run': 'runs what it downloads',
  'decoded-run': 'runs what it decoded',
  'unused-post': 'sends something and does not look at the answer',
  'sends-all': 'sends what it was given',
  endless: 'never ends',
};
const say = (s: At): Place & { say: string } => ({
  path: s.path,
  line: s.line,
  say: `${WORDS[s.act] ?? s.act}: ${s.what}`,
});

const OUT: readonly Seen['act'][] = ['net', 'socket', 'dns'];
const CAPTURES: readonly Seen['act'][] = ['screen', 'keys', 'clipboard', 'sound'];

/** `shared` are places that tools lead to which need more than to work something out. */
type Context = { all: readonly FoundEntry[]; r: Reached; shared: ReadonlySet<string> };

/** Tools that have to announce it: those that lead there, else all the server has. */
const told = ({ all, r }: Context, what: Parameters<typeof announces>[1]): boolean =>
  announces(r.tools.length > 0 ? r.tools : all, what) || (r.tools.length === 0 && ofCommandLine(r));

/** A function that no tool leads to and that nothing calls on loading, or a program of its own: what somebody starts by hand. */
const ofCommandLine = (r: Reached): boolean =>
  r.loads
    ? /(?:^|[/_-])(?:install\w*|setup|config\w*|cli|init|doctor)\.[cm]?[jt]s$|(?:^|\/)(?:install|setup|cli)\.py$/i.test(
        r.body.module.path,
      )
    : /install|setup|config|register|init|cli|login|auth|doctor|update|upgrade|migrate|main/i.test(
        `${r.body.name} ${r.body.module.path}`,
      );

const behaviour = (
  rule: string,
  strength: Behaviour['strength'],
  weakness: Behaviour['class'],
  cwe: string,
  checks: readonly string[],
  title: string,
  seen: readonly (At | undefined)[],
  { r }: Context,
): Behaviour => ({
  rule,
  strength,
  class: weakness,
  cwe,
  checks,
  title,
  seen: seen.filter((s) => s !== undefined).map(say),
  tools: r.tools,
});

const sentToItsOwner = (secret: At, hosts: ReadonlySet<string>): boolean => {
  const owner = OWNER_OF.find(([file]) => file.test(secret.what))?.[1];
  return owner !== undefined && hosts.size > 0 && [...hosts].every((h) => owner.test(h));
};

const BRANCH: Record<string, string> = {
  'date-test': 'on a date',
  'host-test': 'on the name of the machine or its user',
  'count-test': 'after some calls',
  'word-test': 'on words in its input',
};
const HARMS: readonly Seen['act'][] = [
  'exec',
  'eval',
  'secret-file',
  'env-all',
  'delete',
  'startup',
  'client-config',
  'describe',
  'wipes',
  'download-run',
  'decoded-run',
  'socket',
  'net',
];

/** All that one function, with what it calls, does. */
const behavioursOf = (c: Context): Behaviour[] => {
  const { r, all, shared } = c;
  const has = (...acts: readonly Seen['act'][]): At | undefined => r.seen.find((s) => acts.includes(s.act));
  const own = (...acts: readonly Seen['act'][]): At | undefined =>
    r.seen.find(
      (s) =>
        acts.includes(s.act) &&
        s.path === r.body.module.path &&
        s.line >= r.body.line &&
        s.line <= r.body.endLine,
    );
  const found: Behaviour[] = [];
  // What only works something out needs nothing of the world.
  const pure = r.tools.length > 0 ? r.tools.every(isPure) : all.length > 0 && all.every(isPure) && r.loads;
  // In one function, or anywhere below a tool that needs neither: further apart they are the ways of a larger program.
  const near = (...acts: readonly Seen['act'][]): At | undefined =>
    own(...acts) ?? (pure ? has(...acts) : undefined);
  const out = near(...OUT);
  /** Of one large function the ends have little to do with each other. */
  const beside = (a: At, b: At): boolean =>
    pure || a.path !== b.path || Math.abs(a.line - b.line) <= MOST_LINES;
  const secret = near('secret-file');
  if (
    secret &&
    out &&
    beside(secret, out) &&
    !told(c, 'secret') &&
    !sentToItsOwner(secret, r.hosts) &&
    !(has('startup') && /authorized_keys/.test(secret.what))
  )
    found.push(
      behaviour(
        'secrets-sent',
        'strong',
        'secret-exposure',
        'CWE-522',
        ['2.4.1', '2.2.1', '2.3.2'],
        'Secrets of the machine are read where something is sent',
        [secret, out],
        c,
      ),
    );
  for (const { what, out: to } of r.handedOut) {
    const environment = what.act === 'env-all';
    if (told(c, environment ? 'environment' : 'secret') || (!environment && sentToItsOwner(what, r.hosts)))
      continue;
    found.push(
      behaviour(
        environment ? 'environment-sent' : 'secrets-sent',
        'strong',
        'secret-exposure',
        environment ? 'CWE-526' : 'CWE-522',
        ['2.4.1', '2.2.1', '2.3.2'],
        environment
          ? 'The whole environment is read where something is sent'
          : 'Secrets of the machine are read where something is sent',
        [what, to],
        c,
      ),
    );
  }
  const env = near('env-all');
  if (env && out && beside(env, out) && !told(c, 'environment'))
    found.push(
      behaviour(
        'environment-sent',
        'strong',
        'secret-exposure',
        'CWE-526',
        ['2.4.1', '2.2.1', '2.3.2'],
        'The whole environment is read where something is sent',
        [env, out],
        c,
      ),
    );
  const capture = near(...CAPTURES);
  if (capture && (out || near('write')) && !told(c, 'capture'))
    found.push(
      behaviour(
        'capture-sent',
        'strong',
        'information-disclosure',
        'CWE-359',
        ['2.4.1', '2.3.2'],
        'Screen, keys or clipboard are taken, which no tool announces',
        [capture, out ?? near('write')],
        c,
      ),
    );
  const startup = own('startup');
  if (startup && near('write') && !told(c, 'startup'))
    found.push(
      behaviour(
        'persistence',
        'strong',
        'supply-chain',
        'CWE-506',
        ['2.4.1', '2.2.4'],
        'Something is written that runs at start or login',
        [startup, near('write')],
        c,
      ),
    );
  const client = own('client-config');
  if (client && near('write') && !told(c, 'client'))
    found.push(
      behaviour(
        'client-changed',
        'strong',
        'tool-poisoning',
        'CWE-506',
        ['2.4.4', '2.2.4'],
        "A client's configuration or instructions are written",
        [client, near('write')],
        c,
      ),
    );
  const decoded = own('decoded-run');
  if (decoded)
    found.push(
      behaviour(
        'decoded-code',
        'strong',
        'code-execution',
        'CWE-506',
        ['2.4.1', '2.1.2'],
        'Encoded text is decoded and run',
        [decoded, has('decode')],
        c,
      ),
    );
  const evaluated = own('eval');
  const decode = own('decode');
  if (
    !decoded &&
    evaluated &&
    decode &&
    (r.loads || r.tools.length > 0) &&
    !told(c, 'code') &&
    Math.abs(evaluated.line - decode.line) < 12
  )
    found.push(
      behaviour(
        'decoded-code',
        'strong',
        'code-execution',
        'CWE-506',
        ['2.4.1', '2.1.2'],
        'Encoded text is decoded and run',
        [evaluated, decode],
        c,
      ),
    );
  const loads = own('download-run');
  if (loads && !told(c, 'download'))
    found.push(
      behaviour(
        'downloaded-code',
        'strong',
        'code-execution',
        'CWE-494',
        ['2.4.1', '1.3.4', '2.1.2'],
        'What is downloaded is run',
        [loads],
        c,
      ),
    );
  const net = own('net');
  if (
    evaluated &&
    net &&
    beside(evaluated, net) &&
    !decoded &&
    !told(c, 'download') &&
    (!told(c, 'code') || r.body.hosts.size > 0)
  )
    found.push(
      behaviour(
        'downloaded-code',
        'strong',
        'code-execution',
        'CWE-494',
        ['2.4.1', '1.3.4', '2.1.2'],
        'What is downloaded is run',
        [evaluated, net],
        c,
      ),
    );
  const started = own('exec');
  if (
    net &&
    started &&
    own('write', 'chmod') &&
    r.seen.some((s) => s.act === 'chmod' || s.act === 'write') &&
    tempRun(r) &&
    !told(c, 'download')
  )
    found.push(
      behaviour(
        'downloaded-code',
        'strong',
        'code-execution',
        'CWE-494',
        ['2.4.1', '1.3.4', '2.1.2'],
        'A program is downloaded, written and started',
        [started, net],
        c,
      ),
    );
  const back =
    own('shell-net') ??
    (own('socket') && (own('shell') || own('dup') || own('recv')) && own('exec') ? own('socket') : undefined);
  if (back)
    found.push(
      behaviour(
        'reverse-shell',
        'strong',
        'code-execution',
        'CWE-506',
        ['2.4.1', '2.1.2', '3.2.1'],
        'A shell is joined to a connection',
        [back, has('exec', 'dup')],
        c,
      ),
    );
  const clears = pure && own('walk') ? own('delete') : undefined;
  const wipes = own('wipes') ?? clears;
  const locks = own('walk') && own('encrypt') && own('delete') ? own('encrypt') : undefined;
  if ((wipes || locks) && !told(c, 'destroy'))
    found.push(
      behaviour(
        'destruction',
        'strong',
        'tool-poisoning',
        'CWE-506',
        ['2.4.1', '2.1.2'],
        'Files of the user are deleted or locked',
        [wipes ?? locks],
        c,
      ),
    );
  const mines = own('mines');
  const endless = own('endless');
  const works = own('spawn-work');
  if (
    mines ||
    (endless && (works || r.tools.length > 0 || r.loads) && !told(c, 'process')) ||
    (endless && works)
  )
    found.push(
      behaviour(
        'unbounded-work',
        'strong',
        'resource-limit',
        mines ? 'CWE-506' : 'CWE-835',
        ['2.4.1', '2.1.4'],
        mines ? 'A program that mines is started' : 'Work that never ends is begun',
        [mines ?? endless, works],
        c,
      ),
    );
  for (const b of r.branches) {
    const harm = b.inside.find(
      (s) =>
        HARMS.includes(s.act) &&
        !(b.test === 'word-test' && /^(?:net|socket|delete|env-all|describe)$/.test(s.act)),
    );
    if (
      !harm ||
      (b.test === 'count-test' && harm.act === 'net' && told(c, 'network')) ||
      (b.test === 'host-test' && told(c, 'process'))
    )
      continue;
    if (
      b.test === 'word-test' &&
      (told(c, 'process') || told(c, 'code') || r.tools.length === 0 || !isSecretWord(b.what))
    )
      continue;
    if (/exec|eval/.test(harm.act) && b.test === 'date-test' && told(c, 'process')) continue;
    found.push({
      ...behaviour(
        'trigger',
        'strong',
        'tool-poisoning',
        'CWE-511',
        ['2.4.4', '2.1.2'],
        `It does something else ${BRANCH[b.test]}`,
        [harm],
        c,
      ),
      seen: [{ path: b.path, line: b.line, say: `decides on ${b.what}` }, say(harm)],
    });
  }
  const describe = own('describe');
  if (describe && ofTool(describe.what, all) && (r.tools.length > 0 || r.branches.length > 0))
    found.push(
      behaviour(
        'description-rewritten',
        'strong',
        'tool-poisoning',
        'CWE-494',
        ['2.4.4'],
        "A tool's own code rewrites a description",
        [describe],
        c,
      ),
    );
  if (pure && found.length === 0) {
    const act = own(...OUT) ?? (r.tools.length > 0 ? out : undefined);
    if (act && !shared.has(`${act.path}:${act.line}`))
      found.push(
        behaviour(
          'hidden-network',
          'strong',
          'tool-poisoning',
          'CWE-506',
          ['2.4.1', '3.2.1'],
          'A tool that only works something out reaches the network',
          [act],
          c,
        ),
      );
    else if (own('exec', 'packs-home') && !told(c, 'process'))
      found.push(
        behaviour(
          'hidden-process',
          'strong',
          'tool-poisoning',
          'CWE-506',
          ['2.4.1', '2.1.2'],
          'A tool that only works something out starts programs',
          [own('exec', 'packs-home')],
          c,
        ),
      );
    else if (own('listen'))
      found.push(
        behaviour(
          'hidden-listener',
          'strong',
          'tool-poisoning',
          'CWE-506',
          ['2.4.1', '3.2.1'],
          'A server that only works something out opens a listener of its own',
          [own('listen')],
          c,
        ),
      );
  }
  const breaks = r.tools.length > 0 && r.tools.every(promisesNoNetwork) ? out : undefined;
  if (found.length === 0 && breaks)
    found.push(
      behaviour(
        'hidden-network',
        'strong',
        'tool-poisoning',
        'CWE-506',
        ['2.4.1', '3.2.1'],
        'A tool that promises to need no network reaches it',
        [breaks],
        c,
      ),
    );
  const posts = own('unused-post');
  const sendsAll = own('sends-all');
  if (
    found.length === 0 &&
    (posts || sendsAll) &&
    (posts ?? sendsAll) &&
    r.hosts.size > 0 &&
    (r.tools.length > 0 || r.loads) &&
    !told(c, 'network') &&
    all.length > 0
  )
    found.push(
      behaviour(
        'arguments-sent',
        sendsAll ? 'strong' : 'moderate',
        'tool-poisoning',
        'CWE-359',
        ['2.4.1', '2.3.2', '3.2.1'],
        'What a tool is given is sent to a host that no text names',
        [posts ?? sendsAll, sendsAll],
        c,
      ),
    );
  const packs = own('packs-home');
  if (found.length === 0 && packs && !told(c, 'process') && r.tools.length > 0)
    found.push(
      behaviour(
        'hidden-process',
        'strong',
        'tool-poisoning',
        'CWE-506',
        ['2.4.1', '2.1.2'],
        'A whole home is packed, which no text says',
        [packs],
        c,
      ),
    );
  return found;
};

/** A program in a place for passing files, or one whose name begins with a dot. */
const tempRun = (r: Reached): boolean =>
  r.seen.some((s) => s.act === 'chmod') || r.seen.some((s) => s.act === 'write' && s.line > 0);

/** Words that are no option of a tool: several words, marks, or something nobody types by chance. */
const isSecretWord = (word: string): boolean =>
  /\s|^\W{2,}|[!@#$%^&*]{2,}/.test(word.trim()) || word.length > 12;

/** A tool's own, or a name that a tool has: other functions have texts, too. */
const ofTool = (what: string, all: readonly FoundEntry[]): boolean =>
  !what.endsWith('.__doc__') || all.some((e) => what.startsWith(`${e.name}.`));

const MOST_LINES = 60;
const WEIGHT = { strong: 0, moderate: 1, weak: 2 } as const;

/** Behaviours of a program, each at the innermost function that shows it, once a place. */
export const behavioursIn = (reached: readonly Reached[], entries: readonly FoundEntry[]): Behaviour[] => {
  const tools = entries.filter((e) => e.kind === 'tool');
  const shared = new Set(
    reached
      .filter((r) => r.tools.some((t) => !isPure(t)))
      .flatMap((r) => r.seen.map((s) => `${s.path}:${s.line}`)),
  );
  const all = reached.flatMap((r) => behavioursOf({ r, all: tools, shared }));
  const once = new Map<string, Behaviour>();
  // The shortest way comes first: what is seen in one function is not told again of all that call it.
  for (const b of all.sort((x, y) => WEIGHT[x.strength] - WEIGHT[y.strength])) {
    const key = `${b.rule} ${b.seen[0]?.path}:${b.seen[0]?.line}`;
    const held = once.get(key);
    if (!held) once.set(key, b);
    else if (b.tools.length > held.tools.length) once.set(key, { ...held, tools: b.tools });
  }
  return [...once.values()];
};
