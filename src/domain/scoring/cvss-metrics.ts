/**
 * The metrics of CVSS 3.1 and 4.0, each asked and explained in our words (https://www.first.org/cvss/). Long, because it
 * is data: one line a value.
 */
export type MetricValue = { key: string; name: string; about: string };
export type Metric = {
  key: string;
  name: string;
  /** What to ask oneself, in one sentence. */
  ask: string;
  /** `base` metrics must all be chosen; the others refine, and default to "not defined". */
  group: 'base' | 'threat' | 'environmental' | 'supplemental';
  values: readonly MetricValue[];
};

const value = (key: string, name: string, about: string): MetricValue => ({ key, name, about });
const NOT_DEFINED = value('X', 'Not defined', 'left out: it does not change the score');

const metric = (
  key: string,
  name: string,
  ask: string,
  values: readonly MetricValue[],
  group: Metric['group'] = 'base',
): Metric => ({ key, name, ask, group, values: group === 'base' ? values : [NOT_DEFINED, ...values] });

const ATTACK_VECTOR = metric('AV', 'Attack vector', 'From how far away can it be attacked?', [
  value('N', 'Network', 'from any host that can route to it, also through text a model was given'),
  value('A', 'Adjacent', 'only from the same local network, VPN or radio range'),
  value('L', 'Local', 'only by somebody with a process or a session on the host, or by a file opened there'),
  value('P', 'Physical', 'only by touching the machine'),
]);
const PRIVILEGES = metric('PR', 'Privileges required', 'What rights must the attacker have beforehand?', [
  value('N', 'None', 'no account and no token'),
  value('L', 'Low', 'an ordinary account'),
  value('H', 'High', 'an administrator or the like'),
]);

const impact = (key: string, name: string, ask: string, words: readonly [string, string, string]): Metric =>
  metric(key, name, ask, [
    value('H', 'High', words[0]),
    value('L', 'Low', words[1]),
    value('N', 'None', words[2]),
  ]);
const CONFIDENTIALITY: [string, string, string] = [
  'everything, or what hurts most, can be read',
  'some of it, and not what the attacker would choose',
  'nothing can be read that should not be',
];
const INTEGRITY: [string, string, string] = [
  'everything, or what matters most, can be changed',
  'some of it, with little consequence',
  'nothing can be changed',
];
const AVAILABILITY: [string, string, string] = [
  'it can be stopped, for as long as the attack lasts or for good',
  'it becomes slow, or stops now and then',
  'it goes on as before',
];

const requirement = (key: string, name: string, what: string): Metric =>
  metric(
    key,
    `${name} requirement`,
    `How much does ${what} matter to those who run it?`,
    [
      value('H', 'High', 'losing it would be a catastrophe for them'),
      value('M', 'Medium', 'losing it would be serious'),
      value('L', 'Low', 'losing it would hardly be noticed'),
    ],
    'environmental',
  );

/** The base metrics once more, as they are in one particular environment. */
const modified = (base: readonly Metric[], safety: readonly string[] = []): Metric[] =>
  base.map((m) =>
    metric(
      `M${m.key}`,
      `Modified ${m.name.charAt(0).toLowerCase()}${m.name.slice(1)}`,
      `In this environment: ${m.ask.charAt(0).toLowerCase()}${m.ask.slice(1)}`,
      safety.includes(m.key) ? [value('S', 'Safety', 'people may come to harm'), ...m.values] : m.values,
      'environmental',
    ),
  );

const BASE31: readonly Metric[] = [
  ATTACK_VECTOR,
  metric('AC', 'Attack complexity', 'Does it take more than doing it?', [
    value('L', 'Low', 'it works each time'),
    value('H', 'High', 'the attacker must win a race, know a secret, or prepare the ground'),
  ]),
  PRIVILEGES,
  metric('UI', 'User interaction', 'Must somebody else do something for it?', [
    value('N', 'None', 'nobody'),
    value('R', 'Required', 'a user must open, ask for or confirm something'),
  ]),
  metric('S', 'Scope', 'Does it reach beyond what guards the weak part?', [
    value('U', 'Unchanged', 'only what the server itself may touch'),
    value('C', 'Changed', 'another party: the host, the client, accounts behind the server'),
  ]),
  impact('C', 'Confidentiality', 'What can be read?', CONFIDENTIALITY),
  impact('I', 'Integrity', 'What can be changed?', INTEGRITY),
  impact('A', 'Availability', 'What can be stopped?', AVAILABILITY),
];

export const CVSS31: readonly Metric[] = [
  ...BASE31,
  metric(
    'E',
    'Exploit code maturity',
    'Is there code that uses it?',
    [
      value('H', 'High', 'it works by itself, or needs no code at all'),
      value('F', 'Functional', 'code that works in most cases'),
      value('P', 'Proof of concept', 'shown once, not ready to use'),
      value('U', 'Unproven', 'only thought of'),
    ],
    'threat',
  ),
  metric(
    'RL',
    'Remediation level',
    'Is there a remedy?',
    [
      value('U', 'Unavailable', 'none'),
      value('W', 'Workaround', 'an unofficial way round'),
      value('T', 'Temporary fix', 'an official stopgap'),
      value('O', 'Official fix', 'a release that mends it'),
    ],
    'threat',
  ),
  metric(
    'RC',
    'Report confidence',
    'How sure is it?',
    [
      value('C', 'Confirmed', 'reproduced, or admitted by the maintainers'),
      value('R', 'Reasonable', 'the code says so, nobody has shown it'),
      value('U', 'Unknown', 'reports differ, or the cause is not known'),
    ],
    'threat',
  ),
  requirement('CR', 'Confidentiality', 'secrecy'),
  requirement('IR', 'Integrity', 'correctness'),
  requirement('AR', 'Availability', 'being there'),
  ...modified(BASE31),
];

const vulnerable = (what: string): string => `What can be ${what} in the server itself?`;
const subsequent = (what: string): string =>
  `What can be ${what} beyond it: host, client, accounts, other systems?`;

const BASE40: readonly Metric[] = [
  ATTACK_VECTOR,
  metric('AC', 'Attack complexity', 'Is there a protection to get past first?', [
    value('L', 'Low', 'none that must be defeated'),
    value('H', 'High', 'a protection such as address randomisation, or a secret, must be overcome'),
  ]),
  metric('AT', 'Attack requirements', 'Must the target happen to be set up in some way?', [
    value('N', 'None', 'it works in all or most installations'),
    value('P', 'Present', 'only with a certain setting, or in a race, or in the path of the traffic'),
  ]),
  PRIVILEGES,
  metric('UI', 'User interaction', 'Must somebody else do something for it?', [
    value('N', 'None', 'nobody'),
    value('P', 'Passive', 'a user only goes on as usual, without knowing'),
    value('A', 'Active', 'a user must do something unusual, such as confirm or paste'),
  ]),
  impact('VC', 'Confidentiality, server', vulnerable('read'), CONFIDENTIALITY),
  impact('VI', 'Integrity, server', vulnerable('changed'), INTEGRITY),
  impact('VA', 'Availability, server', vulnerable('stopped'), AVAILABILITY),
  impact('SC', 'Confidentiality, beyond', subsequent('read'), CONFIDENTIALITY),
  impact('SI', 'Integrity, beyond', subsequent('changed'), INTEGRITY),
  impact('SA', 'Availability, beyond', subsequent('stopped'), AVAILABILITY),
];

export const CVSS40: readonly Metric[] = [
  ...BASE40,
  metric(
    'E',
    'Exploit maturity',
    'Is it attacked, or shown to work?',
    [
      value('A', 'Attacked', 'attacks are known, or a ready tool is about'),
      value('P', 'Proof of concept', 'somebody has shown it'),
      value('U', 'Unreported', 'neither is known'),
    ],
    'threat',
  ),
  requirement('CR', 'Confidentiality', 'secrecy'),
  requirement('IR', 'Integrity', 'correctness'),
  requirement('AR', 'Availability', 'being there'),
  ...modified(BASE40, ['SI', 'SA']),
  metric(
    'S',
    'Safety',
    'May people come to harm?',
    [value('N', 'Negligible', 'no more than a bruise'), value('P', 'Present', 'somebody may be hurt')],
    'supplemental',
  ),
  metric(
    'AU',
    'Automatable',
    'Can all steps of an attack be done by a program, on many targets?',
    [value('N', 'No', 'each target takes a person'), value('Y', 'Yes', 'a worm could do it')],
    'supplemental',
  ),
  metric(
    'R',
    'Recovery',
    'How does it come back after an attack?',
    [
      value('A', 'Automatic', 'by itself'),
      value('U', 'User', 'somebody must see to it'),
      value('I', 'Irrecoverable', 'not at all'),
    ],
    'supplemental',
  ),
  metric(
    'V',
    'Value density',
    'How much does one attack win?',
    [value('D', 'Diffuse', 'little'), value('C', 'Concentrated', 'much: many users or secrets in one place')],
    'supplemental',
  ),
  metric(
    'RE',
    'Response effort',
    'How hard is it for those who run it to respond?',
    [
      value('L', 'Low', 'a setting or an update'),
      value('M', 'Moderate', 'some work, and a short interruption'),
      value('H', 'High', 'hard, or no update can be had'),
    ],
    'supplemental',
  ),
  metric(
    'U',
    'Provider urgency',
    'How urgent does the maintainer call it?',
    [
      value('Clear', 'Clear', 'for information'),
      value('Green', 'Green', 'of low urgency'),
      value('Amber', 'Amber', 'of moderate urgency'),
      value('Red', 'Red', 'of the highest urgency'),
    ],
    'supplemental',
  ),
];
