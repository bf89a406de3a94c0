import type { EvidenceItem, Surface } from '../../domain/evidence.ts';
import type { Behaviour } from '../../domain/observation.ts';
import { reachedByTool } from '../../domain/surface.ts';
import { redactSecrets } from '../../text/redact.ts';
import { record } from '../client/protocol.ts';
import type { Touch } from '../client/touched.ts';
import type { Called, Seen } from './seen.ts';

/** What each harmless call touched, against what its tool says of itself and what was found in the source. */

const MOST = 12;
/** What every program leaves in its own corners says nothing of a tool. */
const OWN_CORNER = /^\/(?:tmp|home\/user\/\.(?:cache|npm|config|local))\//;
const SECRET_PLACE =
  /\/(?:\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.netrc|\.git-credentials|\.npmrc|\.pypirc|\.env(?:\.\w{1,20})?|id_rsa|id_ed25519|shadow|mcp\.json|claude_desktop_config\.json)(?:\/|$)/;
const LOOPBACK = /^(?:127\.|::1|0\.0\.0\.0|localhost)/;

const SAYS_NETWORK =
  /\b(?:urls?|https?|web\w*|internet|online|network|fetch\w*|download\w*|upload\w*|api|endpoint|server|remote|host\w*|domain|dns|ping|search\w*|browse\w*|crawl\w*|scrape\w*|send\w*|e-?mail|message|weather|cloud|request\w*|publish\w*|sync\w*|github|gitlab|jira|slack|notion)\b/i;
const SAYS_PROGRAM =
  /\b(?:run\w*|exec\w*|command\w*|shell|terminal|process\w*|program|script\w*|git|compile\w*|build\w*|start\w*|launch\w*|container|docker|kubectl|npm|cli)\b/i;
const SAYS_CHANGE =
  /\b(?:writ\w+|creat\w+|delet\w+|remov\w+|mov\w+|renam\w+|edit\w*|updat\w+|sav\w+|insert\w*|add\w*|append\w*|set\w*|modif\w+|chang\w+|stor\w+|upload\w*|install\w*|clean\w*|reset\w*|commit\w*|log\w*|record\w*|remember\w*|export\w*|generat\w+|download\w*|init\w*|stag\w+|checkout)\b/i;

const PROGRAM_LEADS = ['command-injection', 'argument-injection', 'code-execution'];

const words = (
  touched: readonly Touch[],
  kind: Touch['kind'],
  keep: (t: Touch) => boolean = () => true,
): string[] =>
  [
    ...new Set(
      touched
        .filter((t) => t.kind === kind && keep(t))
        .map((t) =>
          redactSecrets(kind === 'change' || (kind === 'read' && !t.ok) ? `${t.how} ${t.what}` : t.what),
        ),
    ),
  ].slice(0, MOST);

const againstOf = (
  b: Omit<Behaviour, 'against'>,
  definition: Record<string, unknown>,
  leads: readonly string[] | null,
): string[] => {
  const hints = record(definition.annotations);
  const said = `${b.tool.replaceAll(/[_.-]|(?<=[a-z])(?=[A-Z])/g, ' ')} ${String(definition.title ?? '')} ${String(definition.description ?? '')}`;
  const changed = b.changed.filter((c) => !OWN_CORNER.test(c.slice(c.indexOf(' ') + 1)));
  const secret = b.read.find((r) => SECRET_PLACE.test(r));
  const outside = b.asked.filter((a) => !LOOPBACK.test(a));
  return [
    ...(changed[0] && hints.readOnlyHint === true
      ? [`it says that it only reads (readOnlyHint), and it ${changed[0]}`]
      : []),
    ...(changed[0] && hints.readOnlyHint !== true && !SAYS_CHANGE.test(said)
      ? [`it ${changed[0]}, and its description says nothing of changing anything`]
      : []),
    ...(outside[0] && hints.openWorldHint === false
      ? [`it says that it stays here (openWorldHint: false), and it asked for ${outside[0]}`]
      : []),
    ...(outside[0] && !SAYS_NETWORK.test(said)
      ? [`a hidden connection: it asked for ${outside[0]}, and its description says nothing of a network`]
      : []),
    ...(secret ? [`it went for a place of secrets: ${secret}`] : []),
    ...(b.ran[0] &&
    !SAYS_PROGRAM.test(said) &&
    leads !== null &&
    !leads.some((l) => PROGRAM_LEADS.includes(l))
      ? [`it ran ${b.ran[0].slice(0, 120)}, which neither its description nor any lead lets expect`]
      : []),
  ];
};

/**
 * By tool, what its calls touched.
 *
 * @param items what was found in the source; without a look at its flows, nothing is missed among them
 */
export const behaviourOf = (
  seen: Pick<Seen, 'first' | 'traced'> & { calls: readonly Called[] },
  surface: Surface | null,
  items: readonly EvidenceItem[],
): Behaviour[] => {
  if (!seen.traced) return [];
  const flows = items.some((i) => i.collector === 'code-flow');
  const reached = surface && flows ? [...reachedByTool(surface.tools, items)] : null;
  const tools = [...new Set(seen.calls.map((c) => c.tool))];
  return tools.map((tool) => {
    const touched = seen.calls.filter((c) => c.tool === tool).flatMap((c) => c.touched);
    const b = {
      tool,
      ran: words(touched, 'run'),
      read: words(touched, 'read', (t) => t.ok || SECRET_PLACE.test(t.what)),
      changed: words(touched, 'change'),
      asked: words(touched, 'ask'),
    };
    const definition = seen.first.items.find((i) => i.kind === 'tool' && i.name === tool)?.definition ?? {};
    const leads = reached
      ?.filter(([t]) => t.name === tool)
      .flatMap(([, l]) => l.map((r) => String(r.item.class)));
    return { ...b, against: againstOf(b, definition, leads ?? null) };
  });
};
