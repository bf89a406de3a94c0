import { listed, plural } from '../../analysis/files/words.ts';
import { spot } from '../../analysis/sources/server-sources.ts';
import { matchesIn, type Source } from '../../analysis/sources/source.ts';
import type { Listener } from '../../analysis/weaknesses/listeners.ts';
import { inLiteral } from '../../analysis/weaknesses/matching.ts';
import type { OutboundHost } from '../../analysis/weaknesses/outbound.ts';
import { before } from '../../text/ends.ts';
import { fact, type ItemDraft, lead, placed } from '../collector.ts';
import type { DocumentHosts } from './documents.ts';

const CHECKS = ['3.2.2'];

/** Protocols that send in clear; databases and caches decide by options, which the scheme does not show. */
const CLEAR = /^(?:http|ws|ftp|grpc|redis|amqp|smtp|ldap|bolt)$/;

const DATABASE_CLEAR =
  /\bsslmode["']?\s*[=:]\s*["']?(?:disable|allow|prefer)\b|\bssl["']?\s*:\s*false\b|\btls["']?\s*:\s*false\b|\busetls\s*=\s*false\b|\bencrypt["']?\s*[:=]\s*(?:false|["']?(?:no|false|disable)["']?)\b|\bTrustServerCertificate\s*=\s*(?:yes|true)\b|\btrustServerCertificate["']?\s*:\s*true\b/gi;
const SERVER_TLS =
  /\bhttps\.createServer\b|\bListenAndServeTLS\b|\bssl_(?:keyfile|certfile)\s{0,3}=|\bRustlsConfig\b|\btls\.Listen\b|\bcreateSecureServer\b|server\.ssl\.key-store|\bPurpose\.CLIENT_AUTH\b|\bPROTOCOL_TLS_SERVER\b/g;
/** Options of both sides: whose they are is told by what is called with them. */
const OF_EITHER = /^ssl_/;
const SERVES = /(?:^|\.)(?:run\w*|serve\w*|Config|Server|run_app|TCPSite|listen\w*)$/;
const CLIENT_TLS =
  /\bminVersion["']?\s*:|\bMinVersion\s*:|\bminimum_version\s*=|\brejectUnauthorized["']?\s*:|\bcreate_default_context\b|\bverify\s*=\s*[\w."']+|\bRootCAs\s*:|\bca["']?\s*:\s*\w|\badd_root_certificate\b|\bClientAuth\s*:|\bcafile\s*=/g;

/** What is called with what stands at an offset: the name before the bracket that is open there; '' for none. */
const calledAround = (bare: string, offset: number): string => {
  let depth = 0;
  for (let i = offset - 1; i >= 0 && i > offset - 3000; i--) {
    const c = bare[i]!;
    if (c === ')' || c === ']' || c === '}') depth++;
    else if ((c === '(' || c === '[' || c === '{') && --depth < 0)
      return c === '(' ? (/[\w.]{1,80}$/.exec(bare.slice(Math.max(0, i - 80), i).trimEnd())?.[0] ?? '') : '';
  }
  return '';
};

const where = (list: readonly { path: string; startLine: number }[]): string =>
  listed(
    list.map((p) => `${p.path}:${p.startLine}`),
    6,
  );

/** Addresses in clear, TLS options of both sides, and what people are told to use. */
export const encryption = (
  hosts: readonly OutboundHost[],
  documents: DocumentHosts,
  sources: readonly Source[],
  open: readonly Listener[],
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const clear = hosts.filter((h) => h.how !== 'text' && CLEAR.test(h.scheme));
  if (clear.length > 0)
    items.push(
      lead(
        'plain-text-endpoint',
        CHECKS,
        `Addresses without encryption in the code: ${listed([...new Set(clear.map((h) => `${h.scheme}://${h.host}`))], 3)}`,
        {
          class: 'tls',
          cwe: ['CWE-319'],
          strength: 'moderate',
          detail: clear
            .slice(0, 20)
            .map((h) => `${h.at.path}:${h.at.startLine} ${h.scheme}://${h.host}`)
            .join('\n'),
          ...placed(clear.map((h) => h.at)),
        },
      ),
    );
  const spots = (pattern: RegExp, quoted: boolean) =>
    sources.flatMap((s) =>
      matchesIn(s, 'code', pattern, 20)
        .filter((m) => quoted || !inLiteral(s, m.index))
        .map((m) => ({ ...spot(s, m.index), words: m[0].trim(), inside: calledAround(s.bare, m.index) })),
    );
  const database = spots(DATABASE_CLEAR, true);
  if (database.length > 0)
    items.push(
      fact(
        'connection-without-tls',
        CHECKS,
        `${plural(database.length, 'place')} set a connection to go without TLS or unverified`,
        {
          class: 'tls',
          detail: `A default, a choice offered, or a comparison.\n${database
            .slice(0, 20)
            .map((d) => `${d.path}:${d.startLine} ${d.words}`)
            .join('\n')}`,
          advice: 'Read the lines.',
          ...placed(database.map(({ path, startLine }) => ({ path, startLine }))),
        },
      ),
    );
  const options = spots(CLIENT_TLS, false);
  if (options.length > 0)
    items.push(
      fact(
        'tls-options',
        CHECKS,
        `TLS options are set in ${plural(new Set(options.map((o) => o.path)).size, 'file')}: ${listed([...new Set(options.map((o) => before(o.words, ':=').trimEnd()))], 4)}`,
        {
          class: 'tls',
          detail: options
            .slice(0, 20)
            .map((o) => `${o.path}:${o.startLine} ${o.words}`)
            .join('\n'),
          ...placed(options.slice(0, 40).map(({ path, startLine }) => ({ path, startLine }))),
        },
      ),
    );
  const own = spots(SERVER_TLS, false).filter((o) => !OF_EITHER.test(o.words) || SERVES.test(o.inside));
  if (own.length > 0)
    items.push(
      fact('server-tls', CHECKS, 'The server can speak TLS itself', {
        class: 'tls',
        detail: where(own),
        ...placed(own.map(({ path, startLine }) => ({ path, startLine }))),
      }),
    );
  else if (open.some((l) => l.kind === 'server'))
    items.push(
      fact('no-server-tls', CHECKS, 'No TLS for the listeners was found in the code', {
        class: 'tls',
        detail: `Beyond loopback a proxy has to provide it. Do the documents require one? Listeners: ${where(open.filter((l) => l.kind === 'server').map((l) => l.at))}`,
        at: open.find((l) => l.kind === 'server')!.at,
      }),
    );
  // Old links are everywhere; what ends like an endpoint is something people connect to.
  const told = documents.plain.filter((p) => /\/(?:mcp|sse|api|graphql|rpc|v\d)\b|:\d{2,5}/.test(p.url));
  if (told.length > 0)
    items.push(
      fact(
        'documented-plain-text',
        CHECKS,
        `Documents name endpoints without encryption: ${listed([...new Set(told.map((p) => p.url))], 2)}`,
        {
          class: 'tls',
          detail: told
            .slice(0, 20)
            .map((p) => `${p.at.path}:${p.at.startLine} ${p.url}`)
            .join('\n'),
          ...placed(told.slice(0, 40).map((p) => p.at)),
        },
      ),
    );
  return items;
};
