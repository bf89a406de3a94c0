import { type Carried, carriedCheckOf, whyLook } from './carried.ts';
import type { Command, Decision, Refusal } from './decide.ts';
import { eventBody } from './events.ts';
import type { Finding } from './finding.ts';
import { findCheck, type Methodology } from './methodology.ts';
import { same } from './same.ts';
import type { Session } from './session.ts';

const refuse = (refused: string, hint: string): Refusal => ({ refused, hint });

export const carryOver = (session: Session, value: Carried): Decision => {
  if (session.carried)
    return refuse(
      `this audit carries what ${session.carried.from.session} said already`,
      'begin another audit to carry from another one',
    );
  const parsed = eventBody.safeParse({ type: 'audit.carried', value });
  if (parsed.success) return { event: parsed.data };
  const issue = parsed.error.issues[0];
  return refuse(
    `what the earlier audit said cannot be carried: ${issue?.path.join('.')}: ${issue?.message}`,
    'carry its findings alone: mcp-audit carry',
  );
};

/** What was said of an earlier commit, as said of this one: only where nothing speaks against its being the same. */
export const confirmCarried = (session: Session, methodology: Methodology, what: string): Decision => {
  const { carried } = session;
  if (!carried)
    return refuse('this audit carries nothing of an earlier one', 'mcp-audit reaudit begins one that does');
  if (what === 'server') {
    if (!carried.server)
      return refuse('the earlier audit did not say what the server is', 'say it: S on the Report screen');
    if (same(session.server, carried.server)) return refuse('nothing changed', 'the record already says so');
    return { event: { type: 'server.described', value: carried.server } };
  }
  const rating = carried.ratings.find((r) => r.criterion === what);
  if (rating) {
    const now = session.ratings.get(what);
    if (now && now.value === rating.value && now.reason === rating.reason)
      return refuse('nothing changed', 'the record already says so');
    if (now) return refuse(`${what} is rated already`, 'rate it anew on the scorecard');
    return {
      event: {
        type: 'criterion.rated',
        criterion: what,
        value: { value: rating.value, reason: rating.reason },
      },
    };
  }
  if (!findCheck(methodology, what))
    return refuse(
      `"${what}" is no check, no criterion and not "server"`,
      'mcp-audit reaudit --summary lists what was carried',
    );
  const check = carriedCheckOf(session, what);
  const given = session.answers.get(what);
  const known = carried.checks.find((c) => c.check === what);
  if (!check && known && given?.verdict === known.verdict && given?.note === known.note)
    return refuse('nothing changed', 'the record already says so');
  if (!check)
    return given
      ? refuse(`${what} has a verdict of this audit`, 'give another one in the usual way')
      : refuse(`nothing was carried of ${what}`, 'give it a verdict in the usual way');
  if (check.verdict === null)
    return refuse(`the earlier audit gave ${what} no verdict`, 'give it one in the usual way');
  const why = whyLook(session, check);
  if (why !== null)
    return refuse(
      `${what} cannot be confirmed as it was: ${why}`,
      'look at what changed, and give the verdict in the usual way',
    );
  const note = session.answers.get(what)?.note || check.note;
  return {
    event: {
      type: 'carried.confirmed',
      check: what,
      answer: { verdict: check.verdict, note },
      triage: check.triage
        .filter((t) => !session.triage.has(t.item))
        .map(({ item, decision, reason }) => ({ item, triage: { decision, reason } })),
    },
  };
};

/** The auditor's own word on a finding of an earlier audit: "fixed" needs one why, and is dated. */
export const judgeFate = (
  session: Session,
  { finding, verdict, note, on, locations, fixedBy }: Extract<Command, { type: 'judge-fate' }>,
  record: (finding: Finding) => Decision,
): Decision => {
  const known = session.findings.get(finding);
  if (!known) return refuse(`there is no finding ${finding}`, 'the Findings screen lists them');
  if (!known.followUp)
    return refuse(
      `${finding} was found in this audit: there is no earlier commit it could have been mended since`,
      'begin a re-audit at a later commit: mcp-audit reaudit',
    );
  const words = note.trim();
  if (verdict !== null && verdict !== 'still-there' && words === '')
    return refuse(`${verdict} needs a note`, 'say what shows it, in your words');
  return record({
    ...known,
    ...(locations ? { locations } : {}),
    tracking: { ...known.tracking, fixVerified: verdict === 'fixed' ? on : null },
    followUp: {
      ...known.followUp,
      verdict,
      note: words,
      fixedBy: fixedBy === undefined ? known.followUp.fixedBy : fixedBy,
    },
  });
};
