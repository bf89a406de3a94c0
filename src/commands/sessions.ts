import { listSessions } from '../io/session/list-sessions.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';

/** The sessions on this machine, newest first. */
export const sessions = (host: Host, options: { json?: boolean | undefined }): number => {
  const all = listSessions(host.dataDir);
  if (options.json) {
    json(host, all);
    return 0;
  }
  if (all.length === 0)
    host.stdout(`No sessions yet. This begins one: ${host.again(['start'])} <path or URL>\n`);
  for (const s of all)
    host.stdout(
      `${s.id.padEnd(40)} ${visible(s.target?.name ?? '?').padEnd(30)} ${s.target?.commit.slice(0, 7) ?? ''}  ${s.answered}/${s.total ?? '?'}  ${plural(s.findings, 'finding')}  ${s.lastAt.slice(0, 16).replace('T', ' ')}${s.problem ? `  PROBLEM: ${visible(s.problem)}` : ''}\n`,
    );
  return 0;
};
