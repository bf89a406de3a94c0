import { type EvidenceItem, placeWords, type Surface } from '../domain/evidence.ts';
import type { ProposedPart, ServerProfile, ServerProposal } from '../domain/server-profile.ts';
import type { Session } from '../domain/session.ts';
import { numbered, plural } from '../text/plural.ts';

/** A part of what the server is: the auditor's word, or what the evidence lets propose, with its reason; else "unknown". */
export type ProfilePart = {
  value: string;
  by: 'auditor' | 'evidence' | 'nobody';
  reason: string;
  /** The evidence it is proposed from. */
  items: string[];
  /** Who said it; '' for a proposal. */
  author: string;
};
export type ServerReport = Record<keyof ServerProfile, ProfilePart> & { license: ProfilePart };

export const UNKNOWN = 'unknown';

const unknown = (reason: string): ProfilePart => ({
  value: UNKNOWN,
  by: 'nobody',
  reason,
  items: [],
  author: '',
});
const proposed = (value: string, reason: string, items: readonly EvidenceItem[] = []): ProfilePart => ({
  value,
  by: 'evidence',
  reason,
  items: items.map((i) => i.id),
  author: '',
});

const purposeOf = (items: readonly EvidenceItem[]): ProfilePart => {
  const said =
    items.find((i) => i.rule === 'declared-purpose') ?? items.find((i) => i.rule === 'readme-purpose');
  return said
    ? proposed(said.detail, `quoted from ${said.location?.path ?? 'the repository'}`, [said])
    : unknown('neither a manifest nor the README was seen to say it');
};

/** What tools were seen to do, by the kinds of flows that begin at them: the type, and where such a flow ends. */
const TYPES: readonly [EvidenceItem['class'], string, string][] = [
  ['sql-injection', 'database_access_server', 'a database query'],
  ['query-injection', 'database_access_server', 'a database query'],
  ['path-traversal', 'file_access_server', 'a file'],
  ['command-injection', 'command_execution_server', 'a started program'],
  ['argument-injection', 'command_execution_server', 'a started program'],
  ['code-execution', 'command_execution_server', 'code that is run'],
  ['ssrf', 'web_access_server', 'a request to an address'],
];

/** Fewer flows from tools than this tell nothing of the server as a whole, nor do those of which no kind is more than half. */
const FLOWS_THAT_TELL = 2;

/** One lead may be reached from many tools: each is a way of its own. */
const waysOf = (told: readonly { item: EvidenceItem }[]): number =>
  told.reduce((n, { item }) => n + Math.max(1, item.doors?.length ?? 0), 0);

const typeOf = (items: readonly EvidenceItem[]): ProfilePart => {
  const flows = items.filter((i) => i.flow[0]?.role === 'source' && / of (?:a )?tool\b/.test(i.flow[0].text));
  const told = flows.flatMap((item) => {
    // A file that another program reads is used by starting that program.
    const cls = item.rule === 'named-file-of-program' ? 'command-injection' : item.class;
    const known = TYPES.find(([c]) => c === cls);
    return known ? [{ item, type: known[1], ends: known[2] }] : [];
  });
  if (told.length === 0) return unknown('no flow from a tool was seen that tells');
  const counts = new Map<string, typeof told>();
  for (const t of told) counts.set(t.type, [...(counts.get(t.type) ?? []), t]);
  const [type, most] = [...counts].sort(([a, x], [b, y]) => waysOf(y) - waysOf(x) || (a < b ? -1 : 1))[0]!;
  const ends = [...new Set(most.map((t) => t.ends))].join(' or ');
  const [own, every] = [waysOf(most), waysOf(told)];
  const counted = `${own} of ${plural(every, 'flow')} from its tools ${numbered(own, 'ends', 'end')} in ${ends}`;
  if (own < FLOWS_THAT_TELL || 2 * own <= every) return unknown(`too little to tell by: ${counted}`);
  return proposed(
    type,
    counted,
    most.map((t) => t.item),
  );
};

/** Names of secrets say that it has some, and nothing of what its tools read with them. */
const sensitivityOf = (items: readonly EvidenceItem[]): ProfilePart => {
  const sent = items.filter((i) => i.rule === 'credential-sent');
  const named = items.filter((i) => i.rule === 'secret-variables');
  if (sent.length > 0)
    return proposed(
      'high',
      `it sends a credential to another service, so what that account may read passes through it (${plural(sent.length, 'file')})`,
      sent,
    );
  return unknown(
    named.length > 0
      ? 'it takes secrets from outside, and nothing collected tells what its tools read with them'
      : 'no credential of another service was seen, which says nothing of what its tools read',
  );
};

const kindsOf = (surface: Surface): string[] =>
  [...new Set(surface.transports.map((t) => t.kind).filter((k) => k !== 'unknown'))].sort();

const authenticationOf = (items: readonly EvidenceItem[], surface: Surface): ProfilePart => {
  const optional = items.filter((i) => i.rule === 'authentication-optional');
  const open = items.filter((i) => i.rule === 'open-route');
  const kinds = kindsOf(surface);
  // Over stdio nobody signs in, whatever a check elsewhere in the code is for.
  if (kinds.length === 1 && kinds[0] === 'stdio')
    return proposed('none', 'the only transport seen is stdio, over which nobody signs in');
  if (optional.length > 0)
    return proposed('optional', 'a lead says that callers are let in when a setting is absent', optional);
  if (open.length > 0)
    return proposed('none', 'a lead says that routes are served without a sign of it', open);
  return unknown('nothing collected tells what is asked of a caller');
};

/** Facts of requests that the code makes, and leads on a caller who chooses where one goes. */
const goesOut = (i: EvidenceItem): boolean =>
  (i.collector === 'network' &&
    /^(?:address-from-input|address-from-answer|address-configured|address-computed)$/.test(i.rule)) ||
  (isHosts(i) && i.measures?.requests !== 0) ||
  (i.kind === 'lead' && i.class === 'ssrf');

const isHosts = (i: EvidenceItem): boolean => i.collector === 'network' && i.rule === 'outbound-hosts';

/** What may connect where nothing read shows it: hosts that are named, libraries that do so by themselves, programs. */
const mayGoOut = (i: EvidenceItem): boolean =>
  (i.collector === 'network' && i.rule === 'connections-not-recognised') ||
  isHosts(i) ||
  i.rule === 'process-without-timeout' ||
  i.class === 'command-injection' ||
  i.class === 'argument-injection';

/** That nothing reaches out needs somebody who looked: where a port is opened, they say so in one way or the other. */
const wasRead = (items: readonly EvidenceItem[]): boolean =>
  items.some((i) => i.collector === 'network' && (i.rule === 'listeners' || i.rule === 'no-listener')) &&
  !items.some((i) => i.collector === 'network' && i.rule.startsWith('unread-'));

/** Both ways, since one word stands for both: who reaches it, and whom it reaches. */
const networkOf = (items: readonly EvidenceItem[], surface: Surface): ProfilePart => {
  const kinds = kindsOf(surface);
  // What was counted before what one place shows.
  const out = items.filter(goesOut).sort((a, b) => Number(a.kind === 'lead') - Number(b.kind === 'lead'));
  const maybe = items.filter(mayGoOut);
  const [first] = out;
  const requests = first
    ? `; it makes requests: ${first.title}${out.length > 1 ? `, and ${plural(out.length - 1, 'more item')}` : ''}`
    : '';
  if (kinds.some((k) => k !== 'stdio'))
    return proposed(
      kinds.includes('stdio') ? 'configurable_by_design' : 'network_listener',
      `transports seen: ${kinds.join(', ')}${requests}`,
      out,
    );
  if (first) return proposed('external_api_dependent', requests.slice(2), out);
  if (maybe.length > 0)
    return unknown(`no request of its own was seen, which says little beside this: ${maybe[0]!.title}`);
  if (kinds.length === 0)
    return unknown(
      surface.transports.length > 0 ? 'its transport is chosen when it starts' : 'no transport was seen',
    );
  return wasRead(items)
    ? proposed('local_only', 'the only transport seen is stdio, and no request and no listener was seen')
    : unknown('its code was not read, or not completely, for what it connects to');
};

const licenseOf = (items: readonly EvidenceItem[]): ProfilePart => {
  const file = items.find((i) => i.rule === 'licence' && i.kind === 'fact');
  const declared = items.find((i) => i.rule === 'declared-licence' && i.kind === 'fact');
  const told = (i: EvidenceItem | undefined, of: RegExp): string => of.exec(i?.title ?? '')?.[1] ?? '';
  const text = told(file, / is the text of (\S+)/);
  const said = told(declared, / declares ([^\s,"]+)/);
  if (text !== '') return proposed(text, file!.title, [file!]);
  return said !== '' ? proposed(said, declared!.title, [declared!]) : unknown('no licence was collected');
};

/** Every part: the auditor's word before what the evidence says. `author` is who described the server. */
export const serverReport = (
  session: Session,
  all: readonly EvidenceItem[],
  surface: Surface,
  author: string,
): ServerReport => {
  // What was dismissed as a weakness tells of none; where a flow ends it tells all the same.
  const items = all.filter((i) => session.triage.get(i.id)?.decision !== 'dismissed');
  const part = (key: keyof ServerProfile, other: ProfilePart): ProfilePart => {
    const value = session.server[key];
    return value === '' ? other : { value, by: 'auditor', reason: '', items: [], author };
  };
  return {
    purpose: part('purpose', purposeOf(items)),
    type: part('type', typeOf(all)),
    dataSensitivity: part('dataSensitivity', sensitivityOf(items)),
    authentication: part('authentication', authenticationOf(items, surface)),
    network: part('network', networkOf(items, surface)),
    judgement: part('judgement', unknown('the auditor wrote no closing judgement')),
    license: licenseOf(items),
  };
};

const MOST_PLACES = 3;

/**
 * What the evidence lets propose for each part, whatever the auditor said, to be shown where it is asked for: the value, why,
 * and where the evidence stands.
 */
export const serverProposals = (
  items: readonly EvidenceItem[],
  surface: Surface,
): Record<ProposedPart, ServerProposal> => {
  const byId = new Map(items.map((i) => [i.id, i]));
  const shown = ({ value, reason, items: ids }: ProfilePart): ServerProposal => ({
    value: value === UNKNOWN ? '' : value,
    reason,
    evidence: ids.slice(0, MOST_PLACES).flatMap((id) => {
      const item = byId.get(id);
      const at = item?.location;
      return item ? [`${at ? `${placeWords(at)} ` : ''}${item.title}`] : [];
    }),
    more: Math.max(0, ids.length - MOST_PLACES),
  });
  const seen = (part: ProfilePart): ServerProposal => {
    const places = surface.transports.map((t) => `${t.path}:${t.line} ${t.kind}`);
    const rest = { evidence: places.slice(0, MOST_PLACES), more: Math.max(0, places.length - MOST_PLACES) };
    return part.items.length > 0 ? shown(part) : { ...shown(part), ...(part.by === 'evidence' ? rest : {}) };
  };
  return {
    purpose: shown(purposeOf(items)),
    type: shown(typeOf(items)),
    dataSensitivity: shown(sensitivityOf(items)),
    authentication: seen(authenticationOf(items, surface)),
    network: seen(networkOf(items, surface)),
  };
};

export { kindsOf as transportKinds };
