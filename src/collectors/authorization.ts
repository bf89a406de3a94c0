import { type ClientMap, clientMap } from '../analysis/authorization/client.ts';
import { type Described, describe, describeClient } from '../analysis/authorization/describe.ts';
import { type AuthorizationMap, authorizationMap } from '../analysis/authorization/map.ts';
import { concernsOf } from '../analysis/authorization/rules/index.ts';
import { listed, plural } from '../analysis/files/words.ts';
import type { Module } from '../analysis/sources/ir.ts';
import { serverCode } from '../analysis/sources/server-code.ts';
import type { Source } from '../analysis/sources/source.ts';
import { type Collector, fact, gap, gathered, type ItemDraft, lead, placed, question } from './collector.ts';

/** The checks of credentials, data and network: who may call stands before all of them. */
const ALL = [
  '2.2.1',
  '2.2.2',
  '2.2.3',
  '2.2.4',
  '2.3.1',
  '2.3.2',
  '2.3.3',
  '2.3.4',
  '3.2.1',
  '3.2.2',
  '3.2.3',
  '3.2.4',
];

export const authorization: Collector = {
  id: 'authorization',
  title: 'How callers are let in',
  about:
    'The routes of authorization (metadata, registration, authorize, consent, callback, token, revocation), what is kept between them and what is compared; and how the server itself logs in elsewhere; in all languages read.',
  timeoutMs: 180_000,
  large: true,
  async collect(context) {
    const { reading, signal, progress } = context;
    const { sources, unread, unreadGap, nothing } = await serverCode(context, 'authorization');
    if (nothing) return nothing;
    progress(`${plural(sources.length, 'file')} for routes of authorization`);
    const modules: Module[] = [];
    const broken: string[] = [];
    for (const s of sources) {
      const module = await reading.module(s.path, s.text).catch(() => null);
      if (module) modules.push(module);
      else broken.push(s.path);
      signal.throwIfAborted();
    }
    const map = authorizationMap(modules);
    const client = clientMap(map);
    const items: ItemDraft[] = [
      ...mechanism('authorization-mechanism', describe(map)),
      ...mechanism('authorization-client', client && describeClient(client)),
      ...concerns(map, client),
      ...(map.endpoints.length === 0 && !client ? unfollowed(sources) : []),
      ...unreadGap,
    ];
    if (unread.length + broken.length > 0)
      items.push(
        gap(
          'unread-sources',
          ['2.2.3'],
          `${plural(unread.length + broken.length, 'source file')} not read for authorization`,
          {
            detail: `Too large, minified, not text, past the limit of what is read at once, or without a parser here: ${listed([...unread, ...broken], 12)}`,
          },
        ),
      );
    return gathered(
      `${plural(sources.length, 'source file')}: ${plural(map.endpoints.length, 'step')} of authorization, ${plural(map.others.length, 'other route')}`,
      items,
    );
  },
};

const at = (p: { path: string; line: number }) => ({ path: p.path, startLine: p.line });

const mechanism = (rule: string, described: Described | null): ItemDraft[] => {
  if (!described) return [];
  return [
    fact(rule, ALL, described.title, {
      class: 'oauth',
      first: true,
      detail: described.lines.join('\n'),
      advice:
        'Followed by names, not by running it: what a framework, a library or a proxy in front does is not in it. Read these places first.',
      ...placed(described.places.map(at)),
    }),
  ];
};

const SPOKEN_OF =
  /\boauth2?\b|authorization_code|code_challenge|redirect_uri|token_endpoint|\bjwks?_|\bopenid\b|refresh_token/i;

/** Where no step was made out and the sources speak of some, nothing was seen; that is not the same as nothing being there. */
const unfollowed = (sources: readonly Source[]): ItemDraft[] => {
  const speaking = sources.flatMap((s) => {
    const at = s.text.search(SPOKEN_OF);
    return at === -1 ? [] : [{ path: s.path, startLine: s.lineOf(at) }];
  });
  if (speaking.length === 0) return [];
  return [
    gap(
      'authorization-not-followed',
      ALL,
      `${plural(speaking.length, 'file')} ${speaking.length === 1 ? 'speaks' : 'speak'} of OAuth, and no step of it was made out`,
      {
        class: 'oauth',
        detail: `${listed(
          speaking.map((p) => p.path),
          12,
        )}\nHow tokens are asked for, kept, checked and handed on was not followed there.`,
        advice: 'Read these files for state, PKCE, where tokens lie, and who they are sent to.',
        ...placed(speaking.slice(0, 12)),
      },
    ),
  ];
};

const concerns = (map: AuthorizationMap, client: ClientMap | null): ItemDraft[] =>
  concernsOf(map, client).map((c) => {
    const extra = {
      class: c.class,
      detail: c.detail,
      ...(c.advice ? { advice: c.advice } : {}),
      ...placed(c.places.map(at)),
    };
    return c.kind === 'question'
      ? question(c.rule, [...c.checks], c.title, extra)
      : lead(c.rule, [...c.checks], c.title, {
          ...extra,
          strength: c.strength,
          cwe: [...c.cwe],
          wayIn: 'http' as const,
        });
  });
