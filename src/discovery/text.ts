import { START_RULES, STARTS } from '../policy/subject.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { clientTitle } from './clients.ts';
import type { DiscoveredServer, Discovery } from './discovery.ts';

/** A discovery for people: by file, what was seen of each server; what could not be looked at once, at the end. */

/** As a heading of an answer. */
const SHORT: Record<(typeof START_RULES)[number], string> = {
  unpinned: 'not pinned',
  remote: 'runs elsewhere',
  shell: 'through a shell',
  'plain-secret': 'credential in plain text',
  'plain-http': 'plain HTTP',
  'readable-by-others': 'others can read it',
  'writable-by-others': 'others can change it',
  'approved-unasked': 'called without asking',
  duplicate: 'configured twice',
  shadowing: 'shadowing',
  toxic: 'toxic combination',
};

const auditLines = (s: DiscoveredServer): string[] =>
  s.audits
    .slice(0, 2)
    .map((a) => `    audited: ${a.id}, ${a.day}${a.same === 'yes' ? ', of what is started' : `: ${a.why}`}`);

const serverLines = (s: DiscoveredServer): string[] => [
  `  ${s.name}${s.enabled ? '' : ' (switched off)'}${s.project !== '' && s.scope !== 'project' ? ` for ${s.project}` : ''}  ${s.start.words}`,
  ...(s.start.env.length > 0
    ? [
        `    with ${s.start.env.slice(0, 8).join(', ')}${s.start.env.length > 8 ? ` and ${s.start.env.length - 8} more` : ''}`,
      ]
    : []),
  ...START_RULES.flatMap((id) => {
    const a = s.answers[id];
    if (a?.state === 'seen') return [`    ! ${SHORT[id]}: ${a.says.join('; ')}`];
    // What was taken for no credential is for the reader to see.
    return id === 'plain-secret' && a?.state === 'not-seen' && a.says.length > 0
      ? [`    . taken for no credential: ${a.says.join('; ')}`]
      : [];
  }),
  ...auditLines(s),
];

export const discoveryText = (d: Discovery, folder: string): string => {
  const seen = d.clients.filter((c) => c.state === 'seen');
  const lines = [
    `${plural(d.servers.length, 'server')} in ${plural(d.files.length, 'configuration')} of ${plural(seen.length, 'client')}, in ${folder}. Nothing of it was started.`,
    '',
  ];
  for (const f of d.files) {
    lines.push(
      `${clientTitle(f.client)}, ${f.scope}  ${f.path}${f.mode ? `  ${f.mode}` : ''}  ${f.state === 'read' ? plural(f.servers, 'server') : `COULD NOT READ: ${f.why}`}`,
    );
    for (const says of f.says) lines.push(`  of all its servers: ${says}`);
    if (f.state === 'read' && f.why !== '') lines.push(`  not taken for a server: ${f.why}`);
    for (const s of d.servers.filter((x) => x.path === f.path && x.client === f.client))
      lines.push(...serverLines(s));
    lines.push('');
  }
  if (d.servers.length > 0) {
    lines.push('                            seen  not seen  could not look');
    for (const id of START_RULES) {
      const of = (state: string) => d.servers.filter((s) => s.answers[id]?.state === state).length;
      lines.push(
        `${SHORT[id].padEnd(26)} ${String(of('seen')).padStart(5)} ${String(of('not-seen')).padStart(9)} ${String(of('could-not-look')).padStart(15)}  ${STARTS[id]}`,
      );
    }
    const audited = (state: string) => d.servers.filter((s) => s.audited.state === state).length;
    lines.push(
      `${'audited'.padEnd(26)} ${String(audited('seen')).padStart(5)} ${String(audited('not-seen')).padStart(9)} ${String(audited('could-not-look')).padStart(15)}  a session here, or a submission in a clone of the database`,
    );
    const blind = [...START_RULES, 'audited' as const].flatMap((id) => {
      const of = d.servers.flatMap((s) => {
        const answer = id === 'audited' ? s.audited : s.answers[id];
        return answer?.state === 'could-not-look' ? [answer.says.join('; ')] : [];
      });
      const reasons = new Set(of);
      return of.length === 0
        ? []
        : [
            `  ? ${id === 'audited' ? 'audited' : SHORT[id]}, ${plural(of.length, 'server')}: ${of[0]}${reasons.size > 1 ? `, and ${plural(reasons.size - 1, 'other reason')}` : ''}`,
          ];
    });
    if (blind.length > 0) lines.push('', 'Could not look:', ...blind);
  }
  const absent = d.clients.filter((c) => c.state === 'not-seen').map((c) => c.title);
  lines.push(
    '',
    `Looked for and not seen: ${absent.length > 0 ? absent.join(', ') : 'no client is missing'}`,
  );
  if (d.notLooked.length > 0) lines.push('Not looked at:', ...d.notLooked.map((n) => `  ${n}`));
  return `${lines.map(visible).join('\n')}\n`;
};
