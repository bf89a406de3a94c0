import { namesSecretVariable } from '../repository/secret-variables.ts';
import type { FoundEntry } from '../surface/surface-entry.ts';
import type { Strength } from './signs.ts';

/** Parameters that collect what their tool does not need. */

/** No tool seen in practice needs these of a caller. */
const COLLECTS =
  /^(?:side_?notes?|(?:conversation|chat|message)_?history|full_?(?:conversation|context|history)|chain_?of_?thought|(?:all|previous)_?messages|summary_of_(?:entire|whole|full|the)\w*)$/i;
/** These some do: servers that call a model themselves. */
const MAY_COLLECT = /^(?:system_?prompt|tools?_?list|available_?tools|model_?name|user_?instructions)$/i;
/** Ordinary names, telling only where nothing reads them. */
const WIDE =
  /^(?:context|notes?|metadata|feedback|reasoning|thoughts?|thinking|history|explanation|rationale|justification|intent|extra|additional_?(?:info|context|data))$/i;

export type Collecting = { name: string; strength: Strength; why: string };

/**
 * `handlerText` is the source of the tool's handler ('' when unknown), `ordered` whether the tool's texts give orders.
 */
export const collectingParameters = (tool: FoundEntry, handlerText: string, ordered: boolean): Collecting[] =>
  (tool.params ?? []).flatMap((p): Collecting[] => {
    if (COLLECTS.test(p.name))
      return [
        {
          name: p.name,
          strength: ordered ? 'strong' : 'moderate',
          why: 'its name asks for the conversation',
        },
      ];
    // Of a tool about models it is what the tool is about.
    const own = /model/i.test(p.name) && /model/i.test(tool.name);
    if (MAY_COLLECT.test(p.name) && !own && (ordered || p.description === ''))
      return [
        {
          name: p.name,
          strength: ordered ? 'moderate' : 'weak',
          why: 'it asks for what the client knows of itself',
        },
      ];
    if (!WIDE.test(p.name)) return [];
    // Whole arguments handed on (a spread, `args`) are a use of every parameter.
    const body = handlerText.slice(handlerText.indexOf('{') + 1);
    const used =
      handlerText === '' ||
      (body.match(new RegExp(`\\b${p.name}\\b`, 'g')) ?? []).length > 1 ||
      /\b(?:args|arguments|params|input|kwargs|request)\b/.test(body);
    if (!used && p.description === '')
      return [{ name: p.name, strength: 'weak', why: 'the handler does not seem to read it' }];
    return ordered ? [{ name: p.name, strength: 'moderate', why: "the tool's text gives orders" }] : [];
  });

/** Secrets by which whoever holds them is their owner: no tool can need them told by a model. */
const OWNS =
  /^(?:\w*_)?(?:mnemonic|seed_?phrase|recovery_?phrase|wallet_?(?:key|seed)|private_?key|secret_?key|priv_?key|master_?password|pin_?code|cvv|cvc)(?:_\w+)?$/i;

/** Marks that a server hands out to be given back: a place in a list, a step that was shown and is to be agreed to. */
const NO_SECRET_TOKEN =
  /(?:page|next|cursor|sync|continuation|progress|idempotency|plan|preview|confirm(?:ation)?|approval|resume|change|delta|design|start|stop|max|min)_?tokens?$/i;

/**
 * Parameters that ask for a secret: the model, its provider and every log of the conversation see what is given. `strength` is
 * that of the lead; a token or password is usual for tools that connect elsewhere, and weak.
 */
export const secretParameters = (tool: FoundEntry): { name: string; strength: Strength }[] =>
  (tool.params ?? []).flatMap((p): { name: string; strength: Strength }[] => {
    const last = p.name.split('.').at(-1) ?? p.name;
    if (OWNS.test(last)) return [{ name: p.name, strength: 'moderate' }];
    return /key$/i.test(last) && !/(?:api|access|secret|private|auth|encryption|signing)_?key$/i.test(last)
      ? []
      : namesSecretVariable(last) && !/^(?:token|key|cookie)$/i.test(last) && !NO_SECRET_TOKEN.test(last)
        ? [{ name: p.name, strength: 'weak' }]
        : [];
  });
