import type { FlowLead } from '../../analysis/code/leads.ts';
import type { OriginKind } from '../../analysis/code/value.ts';
import { listed } from '../../analysis/words.ts';

/** How a flow is told to people. */

const DOOR: Record<OriginKind, string> = {
  tool: 'tool',
  resource: 'resource',
  prompt: 'prompt',
  http: 'route',
  remote: 'data fetched',
  file: 'data of a file',
  environment: 'environment variable',
  caller: 'function',
};

/** "`path` of tool read_file". */
export const inputWords = (l: FlowLead): string => {
  if (l.origin === 'remote') return 'what a remote server answers';
  if (l.origin === 'file') return 'what a file holds';
  if (l.origin === 'environment') return `environment variable ${l.tool}`.trim();
  const input = l.input === '' ? 'input' : `\`${l.input}\``;
  return l.tool === '' ? `${input} of a ${DOOR[l.origin]}` : `${input} of ${DOOR[l.origin]} ${l.tool}`;
};

export const sinkWords = (l: FlowLead): string => l.callee.replace(/^\?\./, '').slice(0, 100);

const bare = (callee: string): string => {
  const parts = callee.replace(/^\?\.?/, '').split(/[./]/);
  return parts.slice(-2).join('.');
};

export const titleOf = (l: FlowLead): string => `${inputWords(l)} ${l.rule.title} (${bare(l.callee)})`;

export const describe = (l: FlowLead): string => {
  const lines = [l.rule.about];
  for (const { guard, hole } of l.guards)
    lines.push(
      `Guard at ${guard.at.path}:${guard.at.line}: ${guard.kind}${guard.detail === '' ? '' : ` ${JSON.stringify(guard.detail.replaceAll('\0', '…').slice(0, 80))}`}${hole === null ? '. Prove that it holds.' : `, but ${hole}.`}`,
    );
  if (l.sanitizers.length > 0) lines.push(`Goes through ${listed([...new Set(l.sanitizers)], 4)}.`);
  if (l.origin === 'caller')
    lines.push('Nothing in the tree was seen to call this function; find out who does.');
  if (l.alsoFrom.length > 0) lines.push(`The same is reached from: ${listed(l.alsoFrom, 12)}.`);
  return lines.join('\n');
};
