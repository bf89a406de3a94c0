import type { ClientMap } from '../client.ts';
import type { AuthorizationMap } from '../map.ts';
import { accessRules } from './access.ts';
import { clientConcerns } from './client.ts';
import { codeRules } from './code.ts';
import type { AuthorizationRule, Concern } from './concern.ts';
import { consentRules } from './consent.ts';
import { pkceRules } from './pkce.ts';
import { redirectRules } from './redirect.ts';
import { registrationRules } from './registration.ts';
import { stateRules } from './state.ts';
import { storeRules } from './stores.ts';
import { tokenRules } from './tokens.ts';

const RULES: readonly AuthorizationRule[] = [
  accessRules,
  redirectRules,
  consentRules,
  stateRules,
  codeRules,
  pkceRules,
  tokenRules,
  registrationRules,
  storeRules,
];

/** Questions are few: an auditor answers them, and stops where there are too many. Those of graver rules come first. */
export const MOST_QUESTIONS = 10;

const ABOUT_STATE: ReadonlySet<string> = new Set(['login-without-state', 'login-state-not-compared']);

/** Everything the map shows to be missing or open; one for each rule, its places together. */
export const concernsOf = (map: AuthorizationMap, client: ClientMap | null): readonly Concern[] => {
  const byRule = new Map<string, Concern>();
  const served = RULES.flatMap((rule) => rule(map));
  // The same cause once: a route that takes the answer has said it.
  const said = served.some((c) => c.rule === 'state-missing');
  const asked = client ? clientConcerns(client).filter((c) => !said || !ABOUT_STATE.has(c.rule)) : [];
  const found = [...served, ...asked];
  for (const concern of found) {
    const held = byRule.get(concern.rule);
    byRule.set(concern.rule, held ? { ...held, places: merged(held, concern) } : concern);
  }
  const all = [...byRule.values()];
  const questions = all.filter((c) => c.kind === 'question').slice(0, MOST_QUESTIONS);
  return all.filter((c) => c.kind !== 'question' || questions.includes(c));
};

const merged = (a: Concern, b: Concern): Concern['places'] => {
  const seen = new Set(a.places.map((p) => `${p.path}:${p.line}`));
  return [...a.places, ...b.places.filter((p) => !seen.has(`${p.path}:${p.line}`))];
};
