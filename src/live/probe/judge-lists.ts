// Long, because it is one table: how each requirement on lists and answers is judged.
import { redactSecrets } from '../../text/redact.ts';
import { differences } from '../client/differences.ts';
import { capabilityOf, KINDS } from '../client/lists.ts';
import { list, type Reply, record } from '../client/protocol.ts';
import { held, type Judge, notTried, violated } from './requirements.ts';
import { MOMENTS, momentWords, type Seen } from './seen.ts';

/** Requirements on what a server lists and how it answers, whatever the transport. */

const toolsOf = (seen: Seen) => seen.first.items.filter((i) => i.kind === 'tool');
const NO_TOOLS = 'it lists no tools';

/** Every schema inside a schema, with how deep it lies. Bounded, since the other side wrote it. */
const walk = (
  root: unknown,
  visit: (o: Record<string, unknown>, depth: number, key: string) => void,
): { count: number; depth: number } => {
  let count = 0;
  let deepest = 0;
  const stack: { value: unknown; depth: number; key: string }[] = [{ value: root, depth: 0, key: '' }];
  while (stack.length > 0 && count < 50_000) {
    const { value, depth, key } = stack.pop()!;
    if (Array.isArray(value)) for (const v of value) stack.push({ value: v, depth: depth + 1, key });
    else if (typeof value === 'object' && value !== null) {
      count += 1;
      deepest = Math.max(deepest, depth);
      visit(value as Record<string, unknown>, depth, key);
      for (const [k, v] of Object.entries(value)) stack.push({ value: v, depth: depth + 1, key: k });
    }
  }
  return { count, depth: deepest };
};

const named = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

const each = (
  seen: Seen,
  bad: (definition: Record<string, unknown>, name: string) => string | null,
  good: string,
) => {
  const tools = toolsOf(seen);
  if (tools.length === 0) return notTried(NO_TOOLS);
  const found = tools.flatMap((t) => {
    const why = bad(t.definition, t.name);
    return why === null ? [] : [`${t.name}: ${why}`];
  });
  return found.length > 0 ? violated(named(found)) : held(`${tools.length} tools: ${good}`);
};

const codeOf = (reply: Reply | undefined): string =>
  !reply
    ? 'not asked'
    : reply.error
      ? `error ${String(reply.error.code)}`
      : reply.result
        ? 'a result'
        : reply.problem === 'timeout'
          ? 'no answer'
          : reply.problem;
const isToolError = (reply: Reply | undefined): boolean => reply?.result?.isError === true;

const STEERING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

const urlsIn = (seen: Seen): string[] => {
  const urls: string[] = [];
  for (const request of seen.stdio?.requests ?? [])
    if (typeof request.params.url === 'string') urls.push(request.params.url);
  return urls;
};

const DESTROYS =
  /(?:^|[_.-])(?:delete|remove|write|create|update|drop|kill|send|post|edit|move|archive|execute|exec|run)(?:[_.-]|$)/i;

export const LIST_JUDGES: Readonly<Record<string, Judge>> = {
  T19: ({ era, replies }) => {
    if (era === 'legacy')
      return notTried('on standard streams an old server may offer another version instead');
    const reply = replies.badVersion;
    if (!reply) return notTried('it was not asked');
    return reply.error?.code === -32022
      ? held('1999-01-01 was refused with -32022')
      : violated(`1999-01-01 was answered with ${codeOf(reply)}, not -32022`);
  },
  T20: ({ replies: { noMeta } }) =>
    !noMeta
      ? notTried('it was not asked')
      : noMeta.error?.code === -32602
        ? held('refused with -32602')
        : violated(`answered with ${codeOf(noMeta)}`),
  T21: ({ replies: { unknownMethod } }) =>
    !unknownMethod
      ? notTried('it was not asked')
      : unknownMethod.error?.code === -32601
        ? held('-32601')
        : violated(`answered with ${codeOf(unknownMethod)}`),
  T22: ({ replies: { hello } }) =>
    Array.isArray(hello?.result?.supportedVersions)
      ? held(`it supports ${list(hello?.result?.supportedVersions).join(', ')}`)
      : violated(codeOf(hello)),
  T23: ({ calls, stdio }) => {
    const asking = calls.filter(
      (c) => c.reply.result?.resultType === 'input_required' || 'inputRequests' in (c.reply.result ?? {}),
    );
    if (asking[0]) return violated(`${asking[0].tool} asked for input that the client had not offered`);
    return (stdio?.requests.length ?? 0) > 0
      ? violated('it sent requests')
      : calls.length > 0
        ? held(`${calls.length} calls without capabilities asked for nothing`)
        : notTried('no tool was called');
  },
  T25: ({ replies, calls }) => {
    const codes = [...Object.values(replies), ...calls.map((c) => c.reply)].flatMap((x) =>
      x.error ? [Number(x.error.code)] : [],
    );
    const odd = codes.filter(
      (c) => (c <= -32020 && c >= -32099 && ![-32020, -32021, -32022].includes(c)) || c === -32002,
    );
    return odd.length > 0
      ? violated(`codes ${[...new Set(odd)].join(', ')}`)
      : codes.length > 0
        ? held(`codes seen: ${[...new Set(codes)].join(', ')}`)
        : notTried('no error was seen');
  },
  T30: ({ replies: { batch } }) =>
    !batch
      ? notTried('it was not asked')
      : batch.result
        ? violated('a batch of one was executed')
        : held(`a batch was not executed: ${codeOf(batch)}`),
  L1: (seen) => {
    const declared = (k: (typeof KINDS)[number]): boolean => capabilityOf(k) in seen.server.capabilities;
    const undeclared = KINDS.filter((k) => !declared(k) && seen.first.items.some((i) => i.kind === k));
    const missing = KINDS.filter(
      (k) => k !== 'template' && declared(k) && seen.first.problems[k] !== undefined,
    );
    if (undeclared[0]) return violated(`it lists ${undeclared.join(', ')} without declaring the capability`);
    if (missing[0])
      return violated(
        `it declares ${capabilityOf(missing[0])}, and the list is ${seen.first.problems[missing[0]]}`,
      );
    return held(`declared: ${Object.keys(seen.server.capabilities).join(', ') || 'nothing'}`);
  },
  L2: (seen) => {
    const compared = MOMENTS.filter((m) => m !== 'capabilities' && seen.later[m]);
    const bad = compared.filter((m) =>
      differences(seen.first.items, seen.later[m]!.items).some((d) => d.change !== 'order'),
    );
    if (bad[0]) return violated(`it differs ${bad.map((m) => momentWords[m]).join('; ')}`);
    return compared.length > 0
      ? held(`the same ${compared.map((m) => momentWords[m]).join('; ')}`)
      : notTried('the lists were read once');
  },
  L3: (seen) => {
    const compared = MOMENTS.filter((m) => seen.later[m]);
    const bad = compared.filter((m) =>
      differences(seen.first.items, seen.later[m]!.items).some((d) => d.change === 'order'),
    );
    return bad[0]
      ? violated(`another order ${momentWords[bad[0]]}`)
      : compared.length > 0
        ? held(`${compared.length + 1} readings in one order`)
        : notTried('the lists were read once');
  },
  L4: (seen) => {
    const names = toolsOf(seen).map((t) => t.name);
    const twice = names.filter((n, i) => names.indexOf(n) !== i);
    if (twice[0]) return violated(`two tools are called ${twice[0]}`);
    return each(
      seen,
      (_d, name) => (/^[A-Za-z0-9_.-]{1,128}$/.test(name) ? null : 'its name'),
      'names are of the allowed characters, each once',
    );
  },
  L5: (seen) =>
    each(
      seen,
      (d) => {
        const s = d.inputSchema;
        if (typeof s !== 'object' || s === null || Array.isArray(s)) return 'it has no inputSchema';
        return record(s).type === 'object' ? null : 'its inputSchema is not of type object';
      },
      'each has a schema of type object',
    ),
  L6: (seen) =>
    each(
      seen,
      (d) => {
        let found: string | null = null;
        walk([d.inputSchema, d.outputSchema], (o) => {
          if (typeof o.$ref === 'string' && /^https?:/i.test(o.$ref))
            found = `$ref to ${o.$ref.slice(0, 100)}`;
        });
        return found;
      },
      'no reference leaves a schema',
    ),
  L7: (seen) =>
    each(
      seen,
      (d) => {
        const { count, depth } = walk([d.inputSchema, d.outputSchema], () => {});
        return depth > 64 ? `${depth} levels` : count > 2000 ? `${count} subschemas` : null;
      },
      'no more than 64 levels and 2000 parts each',
    ),
  L8: (seen) =>
    each(
      seen,
      (d) => {
        let found: string | null = null;
        const headers = new Set<string>();
        walk(d.inputSchema, (o) => {
          const h = o['x-mcp-header'];
          if (h === undefined) return;
          if (typeof h !== 'string' || !/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(h))
            found = 'x-mcp-header is no token';
          else if (headers.has(h.toLowerCase())) found = `x-mcp-header ${h} twice`;
          else if (!['string', 'integer', 'boolean'].includes(String(o.type)))
            found = `x-mcp-header ${h} on ${String(o.type)}`;
          headers.add(String(h).toLowerCase());
        });
        return found;
      },
      'as it has to be, or not used',
    ),
  L9: (seen) =>
    each(
      seen,
      (d) => {
        let found: string | null = null;
        walk(d.inputSchema, (o, _depth, key) => {
          if (
            'x-mcp-header' in o &&
            /passw|secret|token|api.?key|credential/i.test(`${key} ${String(o['x-mcp-header'])}`)
          )
            found = `${key} goes into a header`;
        });
        return found;
      },
      'no parameter of that kind',
    ),
  L10: (seen) =>
    each(
      seen,
      (d, name) =>
        record(d.annotations).readOnlyHint === true && DESTROYS.test(name)
          ? 'it says readOnlyHint, and its name says that it changes something'
          : null,
      'no hint contradicts a name (what they do is another matter)',
    ),
  L11: ({ replies: { unknownTool, missingArguments } }) => {
    if (!unknownTool) return notTried('it lists no tools');
    const refused = (reply: Reply): boolean => reply.error !== undefined || isToolError(reply);
    if (!refused(unknownTool))
      return violated(`a tool that is not there was answered with ${codeOf(unknownTool)}`);
    if (missingArguments && !refused(missingArguments))
      return violated(`a call without what is required was answered with ${codeOf(missingArguments)}`);
    return held(
      missingArguments
        ? 'an unknown tool and missing arguments are errors'
        : 'an unknown tool is an error; no tool requires an argument',
    );
  },
  L14: ({ calls }) => {
    const texts = calls
      .filter((c) => c.reply.result)
      .map((c) => [c.tool, JSON.stringify(c.reply.result?.content ?? '')] as const);
    if (texts.length === 0) return notTried('no call gave a result');
    const bad = texts.find(([, t]) => STEERING.test(t) || /\\u001b|\\u009b/i.test(t));
    return bad
      ? violated(`${bad[0]} answers with control characters`)
      : held(`${texts.length} results hold no control characters; what an attacker writes was not tried`);
  },
  L15: ({ replies: { missingArguments, unknownTool } }) =>
    isToolError(unknownTool)
      ? violated(
          'a tool that is not there is answered as a result with isError; it is an error of the protocol',
        )
      : unknownTool?.error
        ? held(
            `an unknown tool is error ${String(unknownTool.error.code)}${isToolError(missingArguments) ? ', wrong arguments a result with isError' : ''}`,
          )
        : notTried('no such error was seen'),
  L17: ({ calls, first }) => {
    const typed = calls.filter(
      (c) =>
        c.reply.result &&
        !isToolError(c.reply) &&
        first.items.some((i) => i.kind === 'tool' && i.name === c.tool && i.definition.outputSchema),
    );
    if (typed.length === 0) return notTried('no tool with an outputSchema gave a result');
    const bad = typed.find((c) => typeof c.reply.result?.structuredContent !== 'object');
    return bad
      ? violated(`${bad.tool} has an outputSchema and gave no structuredContent`)
      : held(`${typed.length} calls gave structured content; it was not compared with the schema`);
  },
  L18: ({ first }) => {
    if (first.pages.length === 0) return notTried('no list answered');
    const bad = first.pages.filter(
      (p) =>
        typeof p.ttlMs !== 'number' || p.ttlMs < 0 || !['public', 'private'].includes(String(p.cacheScope)),
    );
    return bad[0]
      ? violated(
          `${bad[0].kind} list: ttlMs ${String(bad[0].ttlMs)}, cacheScope ${String(bad[0].cacheScope)}`,
        )
      : held('each page says both');
  },
  L19: ({ first, replies: { badCursor } }) => {
    if (first.endless[0]) return violated(`the ${first.endless[0]} list had not ended after 64 pages`);
    if (!badCursor) return notTried('no list was asked');
    return badCursor.error?.code === -32602
      ? held('the cursor "zzz" was refused with -32602')
      : violated(`the cursor "zzz" was answered with ${codeOf(badCursor)}`);
  },
  L20: ({ replies: { badResource } }) =>
    !badResource
      ? notTried('it declares no resources')
      : badResource.error
        ? held(`a file outside of everything was refused: ${codeOf(badResource)}`)
        : violated(`file:///../../etc/passwd was answered with ${codeOf(badResource)}`),
  L22: ({ stdio }) => {
    const logs = (stdio?.notifications ?? []).filter((n) => n.method === 'notifications/message');
    if (logs.length === 0) return notTried('it sent no log messages');
    const text = JSON.stringify(logs);
    return redactSecrets(text) === text
      ? held(`${logs.length} log messages, and none looks like a credential`)
      : violated('a log message holds a text that looks like a credential');
  },
  E1: ({ stdio }) => {
    const asks = (stdio?.requests ?? []).filter((q) => q.method === 'elicitation/create');
    if (asks.length === 0) return notTried('it asked for nothing');
    const bad = asks.find((q) =>
      /passw|secret|api.?key|token|credential/i.test(JSON.stringify(q.params.requestedSchema ?? '')),
    );
    return bad ? violated('a form asks for a secret') : held(`${asks.length} forms ask for no secret`);
  },
  E2: (seen) => {
    const urls = urlsIn(seen);
    if (urls.length === 0) return notTried('it asked for no URL to be opened');
    const bad = urls.find((u) => !u.startsWith('https://'));
    return bad ? violated(`it asks to open ${bad.slice(0, 100)}`) : held(`${urls.length} URLs are https`);
  },
  E3: ({ stdio, transport }) => {
    if (transport !== 'stdio') return notTried('requests of the server were not listened for');
    const bad = (stdio?.requests ?? []).filter((q) => /^(?:sampling|elicitation|roots)\//.test(q.method));
    return bad[0]
      ? violated(`${bad[0].method} was sent to a client that declares nothing`)
      : held('a client that declares nothing was asked for nothing');
  },
};
