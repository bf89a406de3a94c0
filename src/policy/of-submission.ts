import { type EvidenceFile, evidenceFile, placeWords } from '../domain/evidence.ts';
import type { Verdict } from '../domain/verdict.ts';
import { verdict, verdictWord } from '../domain/verdict.ts';
import { type KnownAudit, knownAuditOf } from '../report/database.ts';
import { type AuditFolder, at, objectOf, readText } from '../report/rules/folder.ts';
import { repositoriesOf } from '../report/rules/layout.ts';
import { blindSpots } from './lookers.ts';
import { idsOf } from './of-audit.ts';
import { dataClass, isKnown, type Known, type LeadFact, notKnown, type PolicySubject } from './subject.ts';

/** A submission as a policy sees it: by its own files, which are whatever its auditor wrote. */

const ofFile = (value: unknown, path: string): string => {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
};

const WORDS = new Map<string, Verdict | null>([
  ...verdict.options.map((v): [string, Verdict] => [verdictWord(v), v]),
  [verdictWord(null), null],
]);

/** The table that this program writes; other auditors' submissions say no verdict by check. */
const verdictsIn = (assessment: string): Known<Record<string, Verdict | null>> => {
  const lines = assessment.split(/\r?\n/);
  const start = lines.findIndex((l) => /^\| Check \| Verdict \|/.test(l));
  if (start < 0) return notKnown('the submission has no table of verdicts by check');
  const verdicts: Record<string, Verdict | null> = {};
  for (const line of lines.slice(start + 2)) {
    const [, check, word] =
      /^\| (\d{1,2}(?:\.\d{1,3}){1,3}) [^|]{0,400}\| ([a-z ]{1,20}?) \|/.exec(line) ?? [];
    if (!line.startsWith('|')) break;
    if (check && word && WORDS.has(word)) verdicts[check] = WORDS.get(word)!;
  }
  return isKnown(verdicts);
};

/** Evidence that the auditor dismissed, by the table that says so. */
const dismissedIn = (assessment: string): ReadonlySet<string> => {
  const after = assessment.split(/^## False-Positive Discussion/m)[1] ?? '';
  const section = after.split(/^## /m)[0] ?? '';
  return new Set([...section.matchAll(/^\| `([0-9a-f]{16})` \|/gm)].map((m) => m[1]!));
};

const evidenceOf = (audit: AuditFolder): Known<EvidenceFile> => {
  const file = objectOf(audit.own.get('artifacts/evidence.json'));
  if (!file) return notKnown('the submission holds no evidence that can be read');
  const read = evidenceFile.safeParse(file.value);
  return read.success
    ? isKnown(read.data)
    : notKnown('the evidence of the submission has another form than this program reads');
};

/** A finding that quotes the place of a lead was raised from it. */
const isRaised = (item: EvidenceFile['items'][number], known: KnownAudit): boolean =>
  item.location !== null &&
  known.findings.some(
    (f) =>
      !f.positive &&
      f.citations.some(
        (c) =>
          c.path === item.location!.path &&
          c.startLine <= item.location!.endLine &&
          c.endLine >= item.location!.startLine,
      ),
  );

const subjectOf = (audit: AuditFolder, known: KnownAudit): PolicySubject => {
  const manifest = objectOf(audit.own.get('audit-manifest.json'))?.value;
  const metadata = objectOf(audit.repository.metadata)?.value;
  const assessment = audit.own.get('security-assessment.md')?.text ?? '';
  const url = ofFile(manifest, 'target.repo_url');
  const verdicts = verdictsIn(assessment);
  const dismissed = dismissedIn(assessment);
  const evidence = evidenceOf(audit);
  const grade = /^From 0 \(critical\) to 4 \(excellent\)\. Total: ([0-4]\.\d) of 4/m.exec(assessment)?.[1];
  const licence = ofFile(metadata, 'repository.license');
  const sensitivity = dataClass.safeParse(ofFile(manifest, 'server_classification.data_sensitivity'));
  const ended =
    /^\d{4}-\d\d-\d\d/.exec(ofFile(manifest, 'audit_metadata.completion_date'))?.[0] ?? known.date;
  const state = (item: EvidenceFile['items'][number]): LeadFact['state'] =>
    isRaised(item, known) ? 'accepted' : dismissed.has(item.id) ? 'dismissed' : 'open';
  return {
    kind: 'submission',
    name: url || known.id,
    ids: idsOf(url),
    audit: !manifest
      ? notKnown(`${known.id} has no manifest that can be read`)
      : isKnown({
          id: audit.path || known.id,
          day: ended === '' ? notKnown('the submission does not say when the audit ended') : isKnown(ended),
          verdicts,
          leads: evidence.known
            ? isKnown(
                evidence.value.items
                  .filter((i) => i.kind === 'lead')
                  .map((i) => ({
                    class: i.class,
                    strength: i.strength,
                    state: state(i),
                    title: i.title,
                    place: i.location ? placeWords(i.location) : '',
                  })),
              )
            : evidence,
          blind: evidence.known
            ? blindSpots(
                evidence.value.collectors,
                evidence.value.items,
                new Map(verdicts.known ? Object.entries(verdicts.value) : []),
              )
            : [],
          findings: isKnown(
            known.findings
              .filter((f) => !f.positive)
              .map(({ id, title, severity }) => ({ id, title, severity })),
          ),
          licence:
            licence === '' || licence === 'NOASSERTION'
              ? notKnown('the submission names no licence')
              : isKnown(licence),
          grade: grade ? isKnown(Number(grade)) : notKnown('the submission has no total of the scorecard'),
          dataClass: sensitivity.success
            ? isKnown(sensitivity.data)
            : notKnown('the submission does not say how sensitive its data is'),
        }),
    sameAsAudited: null,
    start: null,
  };
};

/** Every audit in a folder: one submission, or a clone of the database. */
export const subjectsOfFolder = (files: ReadonlyMap<string, Uint8Array>, folder: string): PolicySubject[] => {
  const texts = new Map([...files].map(([path, bytes]) => [path, readText(path, bytes)]));
  return repositoriesOf(texts, folder).flatMap((r) =>
    r.audits.map((audit) => subjectOf(audit, knownAuditOf(audit))),
  );
};
