import type { ClientMap } from '../client.ts';
import type { Spot } from '../map.ts';
import { type Concern, lead, places, question } from './concern.ts';

const spots = (steps: readonly { at: Spot }[]): Spot[] => steps.map((s) => s.at);

/** RFC 6749 §10.12, RFC 9700 §2.1 and §4.7: what comes back belongs to the login that was begun here. */
export const clientConcerns = (client: ClientMap): readonly Concern[] => {
  // With no answer taken here nothing can be held against what was sent: a person pastes the code, or a library takes it.
  if (client.answers.length === 0) return [];
  const answers = spots(client.answers).slice(0, 3);
  const without = client.logins.filter((l) => l.state === 'not said');
  const fixed = client.logins.filter((l) => l.state === 'a fixed text');
  const sent = client.logins.filter((l) => l.state === 'said');
  const unproved = client.logins.filter((l) => l.proofKey === 'not said');
  const proved = client.logins.some((l) => l.proofKey !== 'not said');
  // A proof key binds the answer too, where the provider asks for it (RFC 9700 §2.1).
  const unbound = without.some((l) => l.proofKey === 'not said');
  return [
    ...lead(
      'login-without-state',
      unbound ? 'moderate' : 'weak',
      'oauth',
      ['CWE-352'],
      'A person is sent to log in without a state, and the code that comes back is taken',
      'Whoever gets the browser to open the address of the answer with a code of their own has this server work with their account, and what is written goes there.',
      without.length > 0 ? places(spots(without), answers) : [],
      {
        advice:
          'See whether a proof key (PKCE) binds the answer instead, and how long the listener stays open.',
      },
    ),
    ...lead(
      'login-with-fixed-state',
      'strong',
      'oauth',
      ['CWE-352', 'CWE-330'],
      'The state that is sent with a login is a fixed text',
      'Everybody knows it, so what comes back with it says nothing about who began.',
      fixed.length > 0 ? places(spots(fixed), answers) : [],
    ),
    ...(sent.length > 0 && client.stateHeld.length === 0
      ? lead(
          'login-state-not-compared',
          'moderate',
          'oauth',
          ['CWE-352'],
          'A state is sent with the login, and nothing is seen to compare what comes back with it',
          'A state that nobody compares protects as little as none.',
          places(answers, spots(sent)),
          { advice: 'See whether a library that takes the answer compares it.' },
        )
      : []),
    ...(proved
      ? []
      : question(
          'login-without-proof-key',
          'oauth',
          'Can what redeems a code prove that it began the login?',
          'No code challenge was seen where the login begins, and no verifier where the code is redeemed. A program on a person’s machine has no secret of its own (RFC 8252 §8.1).',
          unproved.length > 0 ? places(spots(unproved), spots(client.redeemed).slice(0, 3)) : [],
        )),
  ];
};
