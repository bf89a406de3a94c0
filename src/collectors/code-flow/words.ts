import { listed, plural } from '../../analysis/files/words.ts';
import type { Cause } from '../../analysis/flow/causes.ts';
import { OWN_PROCESS } from '../../analysis/flow/judging.ts';
import { type FlowLead, joinedPositions } from '../../analysis/flow/leads.ts';
import type { OriginKind } from '../../analysis/flow/value.ts';
import type { SinkPosition } from '../../domain/evidence.ts';
import { wholeWords } from '../../text/sentences.ts';
import type { CallsByName } from './lost.ts';

/** How a flow is told to people. */

const DOOR: Record<OriginKind, string> = {
  tool: 'tool',
  resource: 'resource',
  prompt: 'prompt',
  http: 'route',
  message: 'connection',
  stdin: 'standard input',
  argument: 'command',
  remote: 'data fetched',
  file: 'data of a file',
  environment: 'environment variable',
  caller: 'function',
};

/** "`path` of tool read_file". */
export const inputWords = (l: FlowLead): string => {
  if (l.origin === 'remote') return 'what a remote server answers';
  if (l.origin === 'stdin' && l.tool === '') return 'what standard input brings';
  if (l.origin === 'argument') return `command-line argument ${l.input || l.tool}`.trim();
  if (l.origin === 'message' && l.tool === '') return 'a message of a raw connection';
  if (l.origin === 'message' && l.tool === OWN_PROCESS)
    return `${l.input === '' ? 'what' : `\`${l.input}\` that`} another thread or process of the program sends`;
  if (l.origin === 'file') return 'what a file holds';
  if (l.origin === 'environment') return `environment variable ${l.tool}`.trim();
  // Of a whole input nobody can tell which part of it.
  const input = l.input === '' || l.input === '*' ? 'input' : `\`${l.input}\``;
  return l.tool === '' ? `${input} of a ${DOOR[l.origin]}` : `${input} of ${DOOR[l.origin]} ${l.tool}`;
};

export const sinkWords = (l: FlowLead): string => l.callee.replace(/^\?\./, '').slice(0, 100);

const bare = (callee: string): string => {
  const parts = callee.replace(/^\?\.?/, '').split(/[./]/);
  return parts.slice(-2).join('.');
};

const titleOf = (l: FlowLead): string => `${inputWords(l)} ${l.rule.title}`;

const TITLE_ROOM = 100;

export const titleOfCause = ({ leads }: Cause): string => {
  const title = titleOf(leads[0]);
  const more = leads.length - 1;
  const tail = more === 0 ? '' : `, and ${plural(more, 'more way', 'more ways')}`;
  const room = TITLE_ROOM - tail.length;
  // Which call it is goes first: the place says so too.
  const named = `${title} (${bare(leads[0].callee)})`;
  return `${named.length <= room ? named : wholeWords(title, room)}${tail}`;
};

/** What is to be found out where values were not followed to a door: no weakness, as long as nobody knows who decides them. */
export const questionOfCause = ({ leads }: Cause): string => {
  const more = leads.length - 1;
  const tail = more === 0 ? '' : `, and ${plural(more, 'more place', 'more places')}`;
  const asked = `Who decides ${inputWords(leads[0])}?`;
  const whole = `${asked} It ${leads[0].rule.title}${tail}`;
  return whole.length <= TITLE_ROOM + tail.length
    ? whole
    : wholeWords(`${asked} It ${leads[0].rule.title}`, TITLE_ROOM);
};

const detailWords = ({ detail }: FlowLead['others'][number]): string =>
  detail === '' || /^(?:bare|separator)$/.test(detail)
    ? ''
    : ` ${JSON.stringify(wholeWords(detail.replaceAll('\0', '…'), 80))}`;

const guardWords = ({ guard, hole }: FlowLead['guards'][number]): string =>
  `Guard at ${guard.at.path}:${guard.at.line}: ${guard.kind}${detailWords(guard)}${hole === null ? '.' : `, but ${hole}.`}`;

/** What was seen on the way beside guards against this: said, so that nobody takes it for unseen. */
const otherWords = (leads: Cause['leads']): string[] => {
  const others = [
    ...new Map(
      leads.flatMap((l) => l.others).map((g) => [`${g.kind} ${g.detail} ${g.at.path}:${g.at.line}`, g]),
    ).values(),
  ];
  const calls = others.filter((g) => g.kind === 'passed');
  const tests = others.filter((g) => g.kind !== 'passed');
  return [
    ...(tests.length > 0
      ? [
          `Tested on the way, but no guard against this: ${listed(
            tests.map(
              (g) =>
                `${g.kind}${g.part === undefined ? '' : ` of the ${g.part}`}${detailWords(g)} at ${g.at.path}:${g.at.line}`,
            ),
            3,
          )}.`,
        ]
      : []),
    ...(calls.length > 0
      ? [
          `On the way it passes ${listed(
            calls.map((g) => `\`${g.detail}(...)\` at ${g.at.path}:${g.at.line}`),
            3,
          )}, which was not read as a guard.`,
        ]
      : []),
  ];
};

const MOST_GUARDS = 8;
const MOST_WAYS = 24;

/** What the auditor is to know and to find out: what the rule is about, and what only reading can tell. */
export const adviceOn = ({ leads, state }: Cause): string =>
  [
    leads[0].rule.about,
    ...(leads.some((l) => l.guards.some((g) => g.hole === null)) ? ['Prove that each guard holds.'] : []),
    ...(leads.every((l) => l.guards.length === 0 && l.sanitizers.length === 0)
      ? ['A check in a function that is called on the way may not have been seen: read those functions.']
      : []),
    ...(state === 'unreached' ? ['Find out who calls this function.'] : []),
  ].join('\n');

/** Where values land, so that it reads behind "The value is". */
const STANDS: Record<SinkPosition, string> = {
  statement: 'the whole statement, or what it begins with',
  value: 'a value without quotes',
  'quoted-value': 'a value between quotes',
  name: 'a name, as of a table or column',
  'quoted-name': 'a name between quotes, as of a table or column',
  clause: 'a clause of the statement',
  filter: 'a filter object',
  'command-line': 'the whole command line, or what it begins with',
  'command-text': 'a part of the command line without quotes',
  'quoted-command-text': 'a part of the command line between quotes',
  program: 'the program that is started, or a part of its path',
  operand: 'an argument behind no option',
  'option-value': 'an argument behind an option',
  argument: 'an argument of a program that is not known, or starts others',
  'argument-list': 'the whole list of arguments',
  'whole-address': 'the whole address, or what it begins with',
  host: 'the host of the address',
  'address-path': 'a part of the path of the address',
  'whole-path': 'the whole path, or what it begins with',
  'path-part': 'a part of the path',
  code: 'the whole text',
  'code-part': 'a part of a longer text',
};
const positionWords = (positions: readonly SinkPosition[] | null): string =>
  positions === null
    ? ''
    : positions.length === 1
      ? `The value is ${STANDS[positions[0]!]}.`
      : `The value is, by the way it takes, one of these: ${positions.map((p) => STANDS[p]).join('; ')}.`;

const MOST_LOST = 6;

/** How far values were followed back, and who calls what stands there: not followed is not the same as not called. */
const lostWords = (leads: Cause['leads'], calls: CallsByName): string[] => {
  const names = [...new Set(leads.map((l) => l.tool).filter((name) => name !== ''))];
  const lines = names.slice(0, MOST_LOST).map((name) => {
    const places = calls(name);
    return places.length > 0
      ? `${name}: calls by that name at ${listed(
          places.map((p) => `${p.path}:${p.line}`),
          3,
        )}; what they hand over was not followed back to a door.`
      : `${name}: no call by that name was seen. It may be handed on as a value, or called from outside.`;
  });
  return [
    'Followed back to the parameters of this function and no further.',
    ...lines,
    ...(names.length > MOST_LOST ? [`And ${plural(names.length - MOST_LOST, 'more function')}.`] : []),
  ];
};

const MOST_CONDITIONS = 3;

/** What the sink is reached under, by the lines that say so. */
const conditionWords = ({ under }: FlowLead, text: LineText, only: boolean): string[] =>
  under.slice(-MOST_CONDITIONS).map((c) => {
    const line = wholeWords(text(c.path, c.line), 100);
    const shown = line === '' ? '' : ` \`${line.replaceAll('`', "'")}\``;
    return `${only ? 'Reached' : 'The first is reached'} only where the test${shown} at ${c.path}:${c.line} ${c.holds ? 'holds' : 'does not hold'}.`;
  });

/** A line of a file as it stands there. */
export type LineText = (path: string, line: number) => string;

/** What was seen of the guards, then the other ways of the same cause. */
export const describeCause = (
  { leads, state }: Cause,
  calls: CallsByName = () => [],
  text: LineText = () => '',
): string => {
  const [first, ...others] = leads;
  const { at, sink } = first;
  const lines: string[] = [];
  // The place cited is then where many ways meet: the code there does not show the sink.
  if (at.path !== sink.path || at.line !== sink.line)
    lines.push(`Reaches ${bare(first.callee)} at ${sink.path}:${sink.line}, through ${at.path}:${at.line}.`);
  const stands = positionWords(joinedPositions(leads.map((l) => l.positions)));
  if (stands !== '') lines.push(stands);
  const guards = [...new Set(leads.flatMap((l) => l.guards.map(guardWords)))];
  lines.push(...guards.slice(0, MOST_GUARDS));
  if (guards.length === 0) {
    const others = otherWords(leads);
    lines.push(...(others.length > 0 ? others : ['No guard was seen on the way.']));
  }
  lines.push(...conditionWords(first, text, others.length === 0));
  if (guards.length > MOST_GUARDS) lines.push(`And ${guards.length - MOST_GUARDS} more guards.`);
  const through = [...new Set(leads.flatMap((l) => l.sanitizers))];
  if (through.length > 0) lines.push(`Goes through ${listed(through, 4)}.`);
  const unknown = [...new Set(leads.flatMap((l) => l.through))];
  if (unknown.length > 0)
    lines.push(
      `On its way through ${listed(unknown, 4)}, not modelled: what comes out there was taken for what went in.`,
    );
  if (state === 'unreached') lines.push(...lostWords(leads, calls));
  if (first.alsoFrom.length > 0) lines.push(`The same is reached from: ${listed(first.alsoFrom, 12)}.`);
  // Several ways between the same two ends read alike.
  const ways = [
    ...new Set(
      others.map((l) => `- ${inputWords(l)} reaches ${bare(l.callee)} at ${l.sink.path}:${l.sink.line}`),
    ),
  ];
  if (ways.length > 0) lines.push('The same cause:', ...ways.slice(0, MOST_WAYS));
  if (ways.length > MOST_WAYS) lines.push(`- and ${plural(ways.length - MOST_WAYS, 'more way')}`);
  return lines.join('\n');
};
