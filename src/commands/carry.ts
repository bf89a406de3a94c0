import { carriedChecks } from '../domain/crosswalk.ts';
import { isRefusal, nextFindingId } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import { findCheck } from '../domain/methodology.ts';
import { findingsOf } from '../domain/selectors.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { prove } from './prove.ts';
import { openedSession, withSession } from './with-session.ts';
import { chooseSession } from './workspace.ts';

/**
 * Takes the findings of an earlier session into this one, as drafts to be judged anew: with the code they quoted, so that
 * reading it again at this commit says what is still there, what moved, and what has changed or gone.
 */
export const carry = async (
  host: Host,
  from: string,
  options: { session?: string | undefined },
): Promise<number> => {
  const into = chooseSession(host, options.session);
  const source = chooseSession(host, from);
  if (source === into)
    throw new UserError(
      'a session cannot take over its own findings, so nothing was recorded',
      'name the earlier session, and with --session the new one',
    );
  const earlier = await openedSession(host, source, async (w) => w.store.snapshot().session, true);
  const code = await withSession(host, into, async (w) => {
    const known = new Set([...w.store.snapshot().evidence.values()].flatMap((r) => r.items.map((i) => i.id)));
    let refused = 0;
    for (const f of findingsOf(earlier)) {
      const { session, methodology } = w.store.snapshot();
      const note = `Carried over from ${f.id} of ${earlier.id}, at commit ${earlier.target?.commit ?? 'unknown'}.`;
      // Taken over before, it stays what it became: under another title, or reviewed.
      const there = [...session.findings.values()].find(
        (o) => o.notes.includes(note) || (o.title === f.title && o.checks[0] === f.checks[0]),
      );
      if (there) {
        host.stdout(`${visible(`${f.id} is ${there.id} already: ${there.title}`)}\n`);
        continue;
      }
      const own = f.checks.filter((c) => findCheck(methodology, c));
      // Of another methodology, the checks that ask the same.
      const asked = carriedChecks({ checks: f.checks, cwe: f.cwe ? [f.cwe] : [] });
      const checks = own.length > 0 ? own : asked.filter((c) => findCheck(methodology, c));
      if (checks.length === 0) {
        host.stderr(
          `${visible(`${f.id} belongs to ${f.checks.join(', ')}, which ${methodology.id} has not`)}\n`,
        );
        refused += 1;
        continue;
      }
      const id = nextFindingId(session);
      const result = w.store.dispatch({
        type: 'record-finding',
        finding: {
          ...f,
          checks,
          id,
          reviewed: false,
          evidence: f.evidence.filter((id) => known.has(id)),
          notes: [f.notes, note].filter(Boolean).join('\n\n'),
        },
      });
      if (isRefusal(result)) {
        host.stderr(`${visible(`${f.id}: ${result.refused} (${result.hint})`)}\n`);
        refused += 1;
      } else host.stdout(`${visible(`${f.id} is ${id} here: ${f.title}`)}\n`);
    }
    return refused === 0 ? 0 : 1;
  });
  await prove(host, undefined, { session: into });
  return code;
};
