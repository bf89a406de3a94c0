import type { Drift } from '../domain/fleet/records.ts';
import { visible } from '../text/visible.ts';
import type { Reaudit } from './formats/reaudit-json.ts';

const MOST_CHARACTERS = 2_000;
const short = (text: string): string => visible(text).slice(0, MOST_CHARACTERS);
const MOST_NAMES = 200;
const MOST_LEADS = 20;
const STRENGTHS = ['strong', 'moderate', 'weak'] as const;
const some = (list: readonly string[]): string[] => list.slice(0, MOST_NAMES).map(short);

/** Of what changed between two audits, what a report over many servers shows. */
export const driftOf = (r: Reaudit): Drift => {
  const leads = r.items.filter((i) => i.kind === 'lead');
  const fresh = leads.filter((i) => i.state === 'new');
  const shown = leads
    .filter((i) => i.state !== 'gone')
    .sort((a, b) => STRENGTHS.indexOf(a.strength) - STRENGTHS.indexOf(b.strength));
  const newLeads = { strong: 0, moderate: 0, weak: 0 };
  for (const i of fresh) newLeads[i.strength] += 1;
  return {
    since: { session: r.before.session, commit: r.before.commit },
    commits: r.code.commits,
    files: r.code.added + r.code.removed + r.code.changed + r.code.moved,
    tools: {
      added: some(r.tools.added),
      removed: some(r.tools.removed),
      changed: some(r.tools.changed.map((t) => `${t.name} (${t.what.join(', ')})`)),
    },
    dependencies: r.dependencies.looked
      ? {
          added: some(r.dependencies.added),
          removed: some(r.dependencies.removed),
          changed: some(r.dependencies.changed.map((d) => `${d.name} ${d.before} → ${d.after}`)),
        }
      : null,
    hosts: some(r.hosts.added),
    authors: some(r.maintainers.added),
    newLeads,
    goneLeads: leads.filter((i) => i.state === 'gone').length,
    leads: shown.slice(0, MOST_LEADS).map((i) => ({
      state: i.state,
      strength: i.strength,
      of: short(i.of),
      title: short(i.title),
      where: short(i.after || i.before),
    })),
    lookAgain: r.checks.filter((c) => c.carried !== null && c.standing === 'changed').map((c) => c.id),
    findings: r.findings.map((f) => ({
      id: f.id,
      title: short(f.title),
      severity: f.severity,
      fate: f.fate,
    })),
    limits: some(r.limits),
  };
};
