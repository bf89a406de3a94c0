import { randomBytes } from 'node:crypto';
import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Client } from '../domain/proposal.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type Part, Refused, render, said } from './answer.ts';
import { type Bucket, type Desk, LIMITS, type Turn } from './desk.ts';
import { argumentsOf, INSTRUCTIONS, PROMPTS } from './prompts.ts';
import { PROPOSING } from './propose.ts';
import * as audit from './read-audit.ts';
import { listClaims, listProposals } from './read-proposals.ts';
import * as record from './read-record.ts';
import * as target from './read-target.ts';
import type { Tool } from './tool.ts';

export const TOOLS: readonly Tool[] = [
  audit.auditStatus,
  audit.listChecks,
  audit.getCheck,
  audit.listEvidence,
  audit.getEvidence,
  record.listFindings,
  audit.surface,
  record.dependencies,
  record.observations,
  record.templates,
  target.listFiles,
  target.readFile,
  target.searchText,
  target.findName,
  target.lineHistory,
  listProposals,
  listClaims,
  ...PROPOSING,
];

export type Guards = { calls: Bucket; proposals: Bucket; turn: Turn };

/** As the client calls itself, in either shape of the protocol; nobody has verified it. */
const clientOf = (server: McpServer, context: ServerContext): Client => {
  const envelope = context.mcpReq.envelope as Readonly<Record<string, unknown>> | undefined;
  const said = envelope?.[CLIENT_INFO_META_KEY] ?? server.server.getClientVersion();
  const known = (said ?? {}) as { name?: unknown; version?: unknown };
  const text = (v: unknown, most: number): string =>
    typeof v === 'string' ? visible(redactSecrets(v)).slice(0, most) : '';
  return { name: text(known.name, 120), version: text(known.version, 60) };
};

const givenWords = (given: unknown): string => {
  const text = visible(redactSecrets(JSON.stringify(given ?? {})));
  return text.length > 2_000 ? `${text.slice(0, 2_000)}… (${text.length})` : text;
};

/** One call: bounded, answered, and noted with what it got. */
const call = async (
  desk: Desk,
  tool: Tool,
  guards: Guards,
  given: unknown,
  client: Client,
): Promise<CallToolResult> => {
  const mark = `DATA-${randomBytes(6).toString('hex')}`;
  const answer = (parts: readonly Part[], refused: string): CallToolResult => {
    const { content, got, flagged } = render(parts, mark);
    desk.say({
      type: 'called',
      at: desk.now().toISOString(),
      client,
      tool: tool.name,
      given: givenWords(given),
      got: refused === '' ? got : 0,
      refused: visible(redactSecrets(refused)).slice(0, 600),
      flagged,
    });
    return refused === '' ? { content } : { content, isError: true };
  };
  const no = (why: string, parts: readonly Part[] = []): CallToolResult => answer([said(why), ...parts], why);
  // Not even noted: a flood must not fill the log.
  const quiet = (why: string): CallToolResult => ({ content: [{ type: 'text', text: why }], isError: true });
  if (!guards.calls.take()) return quiet('Too fast: wait a second, then ask again.');
  if (tool.proposes && !guards.proposals.take())
    return quiet('Too many proposals at once. Read more, propose less: wait a few seconds.');
  if (desk.full())
    return quiet(
      'This connection has said as much as one may. Its proposals are kept; connect again to go on.',
    );
  const release = await guards.turn.take();
  if (!release) return quiet('Too many calls at once: wait for the answers to those that were asked.');
  try {
    return answer(await tool.run(desk, given, client), '');
  } catch (error) {
    if (error instanceof Refused) return no(error.message, error.parts);
    if (error instanceof z.ZodError) {
      const issue = error.issues[0];
      return no(`Not understood: ${issue?.path.join('.') || 'the arguments'}: ${issue?.message}.`);
    }
    const message = error instanceof Error ? error.message : String(error);
    return no(`It could not be done: ${message}`);
  } finally {
    release();
  }
};

/**
 * Each list has one page, so no cursor is ours. The SDK would answer one that is made up with the whole list, and whoever pages by it
 * would never end. It sets the handlers of a list when the first tool or prompt is registered: this comes before.
 */
const refuseCursors = ({ server }: McpServer): void => {
  type Handler = (request: { params?: { cursor?: unknown } }, context: ServerContext) => unknown;
  const set = server.setRequestHandler.bind(server) as (method: string, handler: Handler) => void;
  const refusing = (method: string, handler: Handler): void =>
    set(method, (request, context) => {
      if (request.params?.cursor !== undefined)
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          'There is no such cursor: the list has one page.',
        );
      return handler(request, context);
    });
  server.setRequestHandler = refusing as typeof server.setRequestHandler;
};

/**
 * The assist server: the same tools and prompts in both shapes of the protocol. One is made for each connection, or each request
 * where the protocol knows no connection.
 */
export const createAssistServer = (desk: Desk, guards: Guards, version: string): McpServer => {
  const server = new McpServer(
    { name: 'mcp-audit-assist', title: `MCP Audit Workbench: ${desk.role}`, version },
    {
      instructions: INSTRUCTIONS[desk.role],
      maxToolInputElements: LIMITS.elements,
    },
  );
  refuseCursors(server);
  for (const tool of TOOLS) {
    if (!tool.roles.includes(desk.role)) continue;
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: tool.input,
        annotations: {
          readOnlyHint: !tool.proposes,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      async (given: unknown, context: ServerContext) =>
        call(desk, tool, guards, given, clientOf(server, context)),
    );
  }
  for (const prompt of PROMPTS) {
    if (!prompt.roles.includes(desk.role)) continue;
    const { name, title, description } = prompt;
    const give = (given: Readonly<Record<string, string>>, context: ServerContext) => {
      const args = Object.fromEntries(Object.entries(given).map(([k, v]) => [k, visible(redactSecrets(v))]));
      const text = prompt.text(args);
      // What work began with is part of how it was done.
      if (guards.calls.take() && !desk.full())
        desk.say({
          type: 'called',
          at: desk.now().toISOString(),
          client: clientOf(server, context),
          tool: `prompt ${name}`,
          given: givenWords(args),
          got: text.length,
          refused: '',
          flagged: 0,
        });
      return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] };
    };
    if (Object.keys(prompt.args).length === 0)
      server.registerPrompt(name, { title, description }, (context: ServerContext) => give({}, context));
    else
      server.registerPrompt(
        name,
        { title, description, argsSchema: argumentsOf(prompt) },
        (args: unknown, context: ServerContext) => give(args as Record<string, string>, context),
      );
  }
  return server;
};
