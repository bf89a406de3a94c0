import type { Verdict } from '../domain/events.ts';
import { placeWords } from '../domain/evidence.ts';
import { isMended } from '../domain/finding.ts';
import { checksOf } from '../domain/methodology.ts';
import { triedLeads } from '../domain/observations.ts';
import { packageWords, parseImage, parsePackage } from '../domain/package-name.ts';
import { type ScorecardInput, scorecardOf } from '../domain/scorecard.ts';
import { findingsOf, raisedAs, verdictOf } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { surfaceOf } from '../domain/surface.ts';
import { repositoryOf } from '../report/repository.ts';
import { serverReport, UNKNOWN } from '../report/server.ts';
import { blindSpots } from './lookers.ts';
import { dataClass, isKnown, type Known, type LeadFact, notKnown, type PolicySubject } from './subject.ts';

/** What names a server, without its version, from whatever it was named by: an address, a package, an image. */
export const idsOf = (...names: readonly string[]): string[] => [
  ...new Set(
    names.flatMap((name): string[] => {
      const pkg = parsePackage(name);
      if (pkg) return [packageWords({ ...pkg, version: '' })];
      const image = parseImage(name);
      if (image) return [`oci:${image.replace(/@sha256:.*$/, '').replace(/:[\w.-]+$/, '')}`];
      const repository = repositoryOf(name);
      return repository ? [`${repository.host}/${repository.owner}/${repository.name}`] : [];
    }),
  ),
];

/** When a verdict was last given: opening a session makes no audit younger. */
const lastVerdict = (s: Session): Known<string> => {
  const days = [...s.answers.values()].filter((a) => a.verdict !== null).map((a) => a.at.slice(0, 10));
  const last = days.sort().at(-1);
  return last ? isKnown(last) : notKnown('nobody gave a verdict yet');
};

const stateOf = (s: Session, id: string, confirmed: boolean): LeadFact['state'] => {
  if (confirmed) return 'confirmed';
  const triaged = s.triage.get(id)?.decision;
  if (triaged === 'accepted' || raisedAs(s, id).length > 0) return 'accepted';
  return triaged === 'dismissed' ? 'dismissed' : 'open';
};

/** A session as a policy sees it. Pure: the session's evidence must have been read. */
export const subjectOfAudit = (input: ScorecardInput & { session: Session }): PolicySubject => {
  const { session, methodology, evidence, missing } = input;
  const results = [...evidence.values()];
  const items = results.flatMap((r) => r.items);
  const { target, review } = session;
  const verdicts = new Map<string, Verdict | null>(
    checksOf(methodology).map((c) => [c.id, verdictOf(session, c.id)]),
  );
  const runs = [...new Set([...session.runs.keys(), ...evidence.keys(), ...missing.keys()])].map((id) => {
    const lost = missing.get(id);
    const held = evidence.get(id)?.run;
    return held && lost === undefined
      ? held
      : { id, outcome: 'failed' as const, message: lost ?? 'its evidence is not at hand' };
  });
  const tried = triedLeads(session);
  const { license, dataSensitivity } = serverReport(session, items, surfaceOf(results), '');
  const card = scorecardOf(input);
  const sensitivity = dataClass.safeParse(dataSensitivity.value);
  const name = target?.name ?? session.id;
  return {
    kind: 'session',
    name,
    ids: idsOf(target?.url ?? '', name),
    audit: review
      ? notKnown(`${session.id} is a review of ${review.session}, and no audit`)
      : isKnown({
          id: session.id,
          day: lastVerdict(session),
          verdicts: isKnown(Object.fromEntries(verdicts)),
          leads:
            runs.length === 0
              ? notKnown('nothing was gathered')
              : isKnown(
                  items
                    .filter((i) => i.kind === 'lead')
                    .map((i) => ({
                      class: i.class,
                      strength: i.strength,
                      state: stateOf(session, i.id, tried.get(i.id)?.result === 'confirmed'),
                      title: i.title,
                      place: i.location ? placeWords(i.location) : '',
                    })),
                ),
          blind: blindSpots(runs, items, verdicts),
          findings:
            [...verdicts.values()].every((v) => v === null) && session.findings.size === 0
              ? notKnown('nobody judged anything yet')
              : isKnown(
                  findingsOf(session)
                    .filter((f) => !f.positive && !isMended(f))
                    .map(({ id, title, severity }) => ({ id, title, severity })),
                ),
          licence:
            license.value === UNKNOWN
              ? notKnown(license.reason || 'no licence was seen')
              : isKnown(license.value),
          grade:
            card.total === null
              ? notKnown(
                  `${Math.round(card.ratedWeight)} % of the scorecard is rated, too little for a total`,
                )
              : isKnown(card.total),
          dataClass: sensitivity.success
            ? isKnown(sensitivity.data)
            : notKnown('nobody said how sensitive its data is'),
        }),
    sameAsAudited: null,
    start: null,
  };
};
