import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { PackageVersion } from '../../../src/domain/advisory.ts';
import { osvApi } from '../../../src/io/advisories/osv-api.ts';

const root = mkdtempSync(join(tmpdir(), 'mcp-audit-osv-api-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Query = { package: { ecosystem: string; name: string }; version: string; page_token?: string };
type Handler = (url: string, queries: Query[], answer: (status: number, body: unknown) => void) => void;

/** A service on this machine that answers as `handler` says, and keeps what it was asked. */
const serve = async (handler: Handler) => {
  const asked: { url: string; queries: Query[] }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (d) => parts.push(d));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const queries = text ? (JSON.parse(text).queries as Query[]) : [];
      asked.push({ url: request.url ?? '', queries });
      handler(request.url ?? '', queries, (status, body) => {
        response.statusCode = status;
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

let made = 0;
const source = (baseUrl: string, cacheDir = join(root, String(made++))) =>
  osvApi({ baseUrl, cacheDir, patienceMs: 1, clock: () => new Date('2026-11-26T10:00:00Z') });
const ask = { signal: new AbortController().signal, progress: () => {} };
const npm = (name: string): PackageVersion => ({ ecosystem: 'npm', name, version: '1.0.0' });
const record = (id: string) => ({ id, modified: '2025-01-01T00:00:00Z', summary: `About ${id}` });

describe('the OSV service', () => {
  it('is asked in batches of at most 1,000, and its answers are taken by their place', async () => {
    const { asked, baseUrl } = await serve((url, queries, answer) => {
      if (url.startsWith('/v1/vulns/')) return answer(200, record(url.split('/').at(-1)!));
      answer(200, {
        results: queries.map((q) =>
          q.package.name.endsWith('7')
            ? { vulns: [{ id: `X-${q.package.name}`, modified: '2025-01-01T00:00:00Z' }] }
            : {},
        ),
      });
    });
    const packages = Array.from({ length: 2345 }, (_, i) => npm(`p${i}`));
    const answer = await source(baseUrl).lookUp(packages, ask);
    const batches = asked.filter((a) => a.url === '/v1/querybatch').map((a) => a.queries.length);
    expect(batches).toEqual([1000, 1000, 345]);
    expect(answer).toMatchObject({ ok: true, matched: true, asOf: '2026-11-26', ecosystems: null, gaps: [] });
    if (!answer.ok) return;
    expect([...answer.found.keys()].every((i) => `${i}`.endsWith('7'))).toBe(true);
    expect(answer.found.get(2337)?.[0]).toMatchObject({ id: 'X-p2337', summary: 'About X-p2337' });
    expect(answer.found.size).toBe(234);
  });

  it('follows pages, and asks for each advisory once however many packages have it', async () => {
    const { asked, baseUrl } = await serve((url, queries, answer) => {
      if (url.startsWith('/v1/vulns/')) return answer(200, record(url.split('/').at(-1)!));
      answer(200, {
        results: queries.map((q) =>
          q.page_token
            ? { vulns: [{ id: 'X-2', modified: 'm' }] }
            : {
                vulns: [{ id: 'X-1', modified: 'm' }],
                ...(q.package.name === 'a' ? { next_page_token: 'more' } : {}),
              },
        ),
      });
    });
    const answer = await source(baseUrl).lookUp([npm('a'), npm('b')], ask);
    expect(answer.ok && [...answer.found].map(([i, r]) => [i, r.map((x) => x.id)])).toEqual([
      [0, ['X-1', 'X-2']],
      [1, ['X-1']],
    ]);
    expect(asked.map((a) => a.url).sort()).toEqual([
      '/v1/querybatch',
      '/v1/querybatch',
      '/v1/vulns/X-1',
      '/v1/vulns/X-2',
    ]);
  });

  it('sends names and versions only, without the v of Go', async () => {
    const { asked, baseUrl } = await serve((_url, queries, answer) =>
      answer(200, { results: queries.map(() => ({})) }),
    );
    await source(baseUrl).lookUp(
      [{ ecosystem: 'Go', name: 'golang.org/x/text', version: 'v0.3.6', places: ['secret'] } as never],
      ask,
    );
    expect(asked[0]?.queries).toEqual([
      { package: { ecosystem: 'Go', name: 'golang.org/x/text' }, version: '0.3.6' },
    ]);
  });

  it('keeps what it fetched, by id and day of change', async () => {
    let modified = '2025-01-01T00:00:00Z';
    const { asked, baseUrl } = await serve((url, queries, answer) =>
      url.startsWith('/v1/vulns/')
        ? answer(200, record('X-1'))
        : answer(200, { results: queries.map(() => ({ vulns: [{ id: 'X-1', modified }] })) }),
    );
    const cache = join(root, 'kept');
    const fetches = () => asked.filter((a) => a.url.startsWith('/v1/vulns/')).length;
    const first = await source(baseUrl, cache).lookUp([npm('a')], ask);
    expect(await source(baseUrl, cache).lookUp([npm('a')], ask)).toEqual(first);
    expect(fetches()).toBe(1);
    modified = '2025-02-02T00:00:00Z';
    await source(baseUrl, cache).lookUp([npm('a')], ask);
    expect(fetches()).toBe(2);
    expect(readdirSync(cache).every((f) => f.endsWith('.json'))).toBe(true);
  });

  it('tries again what may work a moment later', async () => {
    let times = 0;
    const { baseUrl } = await serve((_url, queries, answer) => {
      times++;
      if (times === 1) answer(429, '');
      else if (times === 2) answer(503, 'busy');
      else answer(200, { results: queries.map(() => ({})) });
    });
    expect(await source(baseUrl).lookUp([npm('a')], ask)).toMatchObject({ ok: true });
    expect(times).toBe(3);
  });

  it.each<[string, Handler]>([
    ['an error', (_u, _q, answer) => answer(500, 'no')],
    ['a refusal', (_u, _q, answer) => answer(400, 'no')],
    ['no JSON', (_u, _q, answer) => answer(200, '<html>')],
    ['another form', (_u, _q, answer) => answer(200, { vulnerabilities: [] })],
    ['fewer answers than questions', (_u, _q, answer) => answer(200, { results: [] })],
  ])('is unavailable, and never clean, after %s', async (_what, handler) => {
    const { baseUrl } = await serve(handler);
    const answer = await source(baseUrl).lookUp([npm('a')], ask);
    expect(answer.ok).toBe(false);
    expect(!answer.ok && answer.reason).toMatch(/could not be asked|not in the form/);
  });

  it('is unavailable when nobody listens', async () => {
    expect(await source('http://127.0.0.1:9').lookUp([npm('a')], ask)).toMatchObject({ ok: false });
  });

  it('counts an advisory whose text is not to be had', async () => {
    const { baseUrl } = await serve((url, queries, answer) =>
      url.startsWith('/v1/vulns/')
        ? answer(404, '')
        : answer(200, { results: queries.map(() => ({ vulns: [{ id: 'X-1' }] })) }),
    );
    const answer = await source(baseUrl).lookUp([npm('a')], ask);
    expect(answer.ok && answer.found.get(0)?.[0]?.id).toBe('X-1');
    expect(answer.ok && answer.gaps).toEqual([expect.stringContaining('1 of 1 advisories')]);
  });

  it('does not page for ever, and stops when asked to', async () => {
    const { asked, baseUrl } = await serve((_url, queries, answer) =>
      answer(200, { results: queries.map(() => ({ next_page_token: 'again' })) }),
    );
    const answer = await source(baseUrl).lookUp([npm('a')], ask);
    expect(answer.ok && answer.gaps).toHaveLength(1);
    expect(asked.length).toBeLessThan(60);
    await expect(
      source(baseUrl).lookUp([npm('a')], { ...ask, signal: AbortSignal.abort(new Error('stopped')) }),
    ).rejects.toThrow('stopped');
  });
});
