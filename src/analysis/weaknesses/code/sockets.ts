import type { Expr, Module, Span } from '../../sources/ir.ts';
import { expressionsIn, functionsOf } from '../../sources/walk.ts';
import { lastNameOf, literalText } from './names.ts';

/**
 * WebSocket servers that take every connection (CWE-1385): browsers ask nobody before they open one, so a page of any
 * origin does unless the server looks at Origin, or at a credential, in the handshake.
 */
export type OpenSocket = Span & { how: 'unchecked' | 'allowed' };

/** What looks at who is connecting, or is told to, anywhere in the file. */
const LOOKS =
  /^(?:verifyClient|(?:allowed_?)?origins?|setAllowedOrigins|check_?origin|OriginPatterns|(?:proxy-)?authorization|sec-websocket-protocol|cookie|x-[\w-]*(?:key|token)|handleProtocols|(?:auth_?)?token|bearer|authenticate\w*|verify_?token|process_request)$/i;

const names = (e: Expr): readonly string[] => {
  switch (e.kind) {
    case 'literal':
      return [literalText(e) ?? ''];
    case 'name':
      return [e.name];
    case 'member':
      return [e.property];
    case 'record':
      return e.entries.map((x) => x.key);
    case 'call':
      return e.args.map((a) => a.name ?? '');
    default:
      return [];
  }
};

const has = (e: Expr, key: string): boolean => e.kind === 'record' && e.entries.some((x) => x.key === key);

const opens = (e: Expr & { kind: 'call' }, m: Module): boolean => {
  const name = lastNameOf(e.callee);
  const path = e.callee.kind === 'member' ? `${lastNameOf(e.callee.object)}.${name}` : name;
  const from = (module: RegExp): boolean => m.imports.some((i) => i.local === name && module.test(i.module));
  switch (m.language) {
    case 'javascript':
      return (
        (e.isNew &&
          // Handshakes that another server hands over are looked at there.
          !e.args.some((a) => has(a.value, 'noServer')) &&
          (/^WebSocketServer$/i.test(name) || path === 'WebSocket.Server' || path === 'ws.Server')) ||
        path === 'Deno.upgradeWebSocket' ||
        (path === 'Bun.serve' && e.args.some((a) => has(a.value, 'websocket')))
      );
    case 'python':
      return path === 'websockets.serve' || (name === 'serve' && from(/^websockets\b/));
    case 'rust':
      return /^accept_(?:async|async_with_config)$/.test(name);
    // Go's and Java's libraries refuse other origins unless they are told not to; of the others' none is known.
    case 'go':
    case 'java':
    case 'csharp':
    case 'php':
    case 'ruby':
    case 'kotlin':
      return false;
  }
};

/** `CheckOrigin: func(r *http.Request) bool { return true }`: what would refuse other origins is made to take all. */
const allowsAll = (e: Expr): boolean => {
  const check =
    e.kind === 'record'
      ? e.entries.find((x) => x.key === 'CheckOrigin')?.value
      : e.kind === 'call'
        ? e.args.find((x) => x.name === 'CheckOrigin')?.value
        : undefined;
  if (check?.kind !== 'function' || check.fn.body.length !== 1) return false;
  const only = check.fn.body[0]!;
  const given = only.kind === 'return' ? only.value : null;
  return given !== null && (given.kind === 'literal' ? given.value : lastNameOf(given)) === 'true';
};

export const openSockets = (m: Module): OpenSocket[] => {
  const all = functionsOf(m).flatMap(({ fn }) => [...expressionsIn(fn.body)]);
  const checked = all.some((e) => names(e).some((n) => LOOKS.test(n)));
  return all.flatMap((e): OpenSocket[] => {
    const at = { line: e.at.line, endLine: e.at.line };
    if (allowsAll(e)) return [{ ...at, how: 'allowed' }];
    return e.kind === 'call' && !checked && opens(e, m) ? [{ ...at, how: 'unchecked' }] : [];
  });
};
