import { MAPPED_METHODOLOGY, standardsOfCheck } from '../domain/crosswalk.ts';
import { UserError } from '../domain/errors.ts';
import { type Check, checksOf } from '../domain/methodology.ts';
import { visibleLines } from '../text/visible.ts';
import { wrapHanging } from '../text/width.ts';
import type { Host } from './host.ts';
import { loadMethodology } from './workspace.ts';

const COLUMNS = 100;

const describe = (c: Check, isMapped: boolean): string => {
  const part = (label: string, text: string) =>
    wrapHanging(`${label.padEnd(8)} `, visibleLines(text), COLUMNS);
  return [
    `${c.id} ${c.title}`,
    '',
    ...part('Why', c.why),
    ...c.look.flatMap((l, i) => part(i === 0 ? 'Look' : '', `${i + 1}. ${l}`)),
    ...part('Passes', c.passesWhen),
    ...part('Fails', c.failsWhen),
    ...part('Gathers', c.collectors.join(', ') || 'nothing: done by hand'),
    ...c.manual.flatMap((m, i) => [
      ...part(i === 0 ? 'By hand' : '', m.purpose),
      `${' '.repeat(9)}$ ${m.run}`,
    ]),
    ...part('See', [...c.references.cwe, ...c.references.top10, ...c.references.ttps].join(', ')),
    ...(isMapped ? standardsOfCheck(c.id).flatMap((said, i) => part(i === 0 ? 'Asked by' : '', said)) : []),
  ].join('\n');
};

export const showChecklist = async (
  host: Host,
  id: string | undefined,
  folder: string | undefined,
): Promise<number> => {
  const m = await loadMethodology(folder);
  if (id !== undefined) {
    const check = checksOf(m).find((c) => c.id === id);
    if (!check)
      throw new UserError(
        `there is no check ${id} in ${m.id} ${m.version}`,
        'mcp-audit checklist show lists them',
      );
    host.stdout(`${describe(check, m.id === MAPPED_METHODOLOGY)}\n`);
    return 0;
  }
  host.stdout(`${m.title} ${m.version}\n`);
  for (const p of m.phases) {
    host.stdout(`\n${p.id} ${p.title}\n`);
    for (const s of p.sections) {
      host.stdout(`  ${s.id} ${s.title}${s.origin === 'extension' ? ' (extension)' : ''}\n`);
      for (const c of s.checks) host.stdout(`    ${c.id} ${c.title}\n`);
    }
  }
  return 0;
};
