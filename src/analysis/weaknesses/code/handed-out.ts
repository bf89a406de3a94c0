import type { Expr, Fn, Module, Span } from '../../sources/ir.ts';
import { expressionsIn, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { isSecret, keyOf, lastNameOf, literalText } from './names.ts';

/** Secrets that others on the machine, or in the session, get to see: in the arguments of a program, in an answer. */
export type Shown = Span & { what: string };

/** Text before a secret that makes it an argument of a program: `--password `, `curl -u x:`, `echo '` before `| sudo -S`. */
const ARGUMENT =
  /(?:--?(?:p|pass|password|passwd|token|api-?key|secret|auth|user|u|access-token|client-secret)[= '"]*|PASSWORD=['"]?|TOKEN=['"]?|sshpass\s+-p\s*['"]?|\b(?:echo|printf)\b[^|]*)$/i;
const PROGRAM =
  /\b(?:sudo|sshpass|curl|wget|mysql|mysqldump|psql|pg_dump|redis-cli|mongo\w*|docker|git|ssh|scp|openssl|kubectl|helm|az|aws|gcloud|net use|smbclient|ldapsearch|echo|printf|svn|ffmpeg|lftp|ftp|rsync)\b/;
const OPTION =
  /^--?(?:p|pass|password|passwd|token|api-?key|secret|auth-?token|access-?token|client-?secret|private-?key)=?$/i;

const secretIn = (e: Expr, locals: ReadonlyMap<string, Expr>, depth = 0): string => {
  const name = keyOf(e);
  if (isSecret(name)) return name;
  // `const quoted = password.replace(…)`: the secret, quoted.
  if (e.kind === 'name' && depth < 3) {
    const given = locals.get(e.name);
    if (given) for (const x of within(given)) if (x !== e && isSecret(keyOf(x))) return keyOf(x);
  }
  return '';
};

const localsOf = (fn: Fn): Map<string, Expr> => {
  const found = new Map<string, Expr>();
  for (const s of statementsIn(fn.body))
    if (s.kind === 'assign' && s.target.kind === 'name') found.set(s.target.name, s.value);
  return found;
};

/** A command line, or a list of arguments, with a secret in it (CWE-214): every user of that machine can list them. */
export const secretArguments = (m: Module): Shown[] =>
  functionsOf(m).flatMap(({ fn }) => {
    const locals = localsOf(fn);
    return [...expressionsIn(fn.body)].flatMap((e): Shown[] => {
      if (e.kind === 'text') {
        const words = e.parts.map((p) => literalText(p) ?? '\0').join('');
        if (!PROGRAM.test(words)) return [];
        let before = '';
        for (const p of e.parts) {
          const literal = literalText(p);
          if (literal === null) {
            const what = ARGUMENT.test(before) ? secretIn(p, locals) : '';
            if (what) return [{ ...e.at, what }];
          }
          before += literal ?? '\0';
        }
      }
      if (e.kind === 'list')
        for (const [i, item] of e.items.entries()) {
          const next = e.items[i + 1];
          const what = OPTION.test(literalText(item) ?? '') && next ? secretIn(next, locals) : '';
          if (what) return [{ ...next!.at, what }];
        }
      return [];
    });
  });

const TOOL = /^(?:tool|mcp_?tool|resource|mcp_?resource|prompt)$/i;
/** The whole of what a client, or the process, was configured with: keys and tokens are part of it. */
const WHOLE =
  /^(?:get_?(?:client_?)?config(?:uration)?|config(?:uration)?|settings|get_?settings|credentials|get_?credentials|environ|getenv|env|kube_?config|connection_?(?:options|config|settings))$/i;

/** What stands around a value without changing that all of it is handed out. */
const WRAPS =
  /^(?:dict|vars|asdict|str|repr|dumps|stringify|toString|model_dump|dict_|toJSON|to_string|to_string_pretty|writeValueAsString|Marshal|MarshalIndent|json|toJson|text|TextContent|NewToolResultText|of|valueOf|String)$/;

const wholeIn = (e: Expr, depth = 0): string => {
  if (depth > 6) return '';
  if (e.kind === 'call') {
    const name = lastNameOf(e.callee);
    if (WHOLE.test(name) && e.args.length === 0 && !/^(?:env|config|settings|credentials)$/.test(name))
      return name;
    if (!WRAPS.test(name)) return '';
    const inner = [
      ...e.args.map((a) => a.value),
      ...(e.callee.kind === 'member' && e.args.length === 0 ? [e.callee.object] : []),
    ];
    return inner.map((x) => wholeIn(x, depth + 1)).find((x) => x !== '') ?? '';
  }
  if (e.kind === 'name' || e.kind === 'member') return WHOLE.test(lastNameOf(e)) ? lastNameOf(e) : '';
  if (e.kind === 'choice') return e.of.map((x) => wholeIn(x, depth + 1)).find((x) => x !== '') ?? '';
  return '';
};

/** Tools and resources that answer with a whole configuration. */
export const wholeAnswers = (m: Module): Shown[] =>
  functionsOf(m).flatMap(({ fn }) =>
    fn.decorators.some((d) => TOOL.test(lastNameOf(d)))
      ? [...statementsIn(fn.body)].flatMap((s): Shown[] => {
          const what = s.kind === 'return' && s.value ? wholeIn(s.value) : '';
          return what ? [{ line: s.at.line, endLine: s.at.endLine, what }] : [];
        })
      : [],
  );
