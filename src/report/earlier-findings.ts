import { nameOf } from '../domain/auditor.ts';
import type { Carried } from '../domain/carried.ts';
import { type Location, lineWords, placeWords } from '../domain/evidence.ts';
import { type FateVerdict, type Finding, isMended } from '../domain/finding.ts';
import type { Severity } from '../domain/methodology.ts';
import { type Block, field, fields, h2, h3, para, table, text } from './blocks.ts';
import { languageOf } from './markdown.ts';
import type { ReportModel } from './report-model.ts';
import { code, fenceOf, fromAuditor, fromSession, long, tag } from './statement.ts';

/** What became of a finding of an earlier audit, with both citations: the old at its commit, the new at this one. */
export type EarlierFinding = {
  /** Its tag in this report; its id in the session where it is mended, and so none of this report's findings. */
  tag: string;
  was: string;
  title: string;
  severity: Severity;
  verdict: FateVerdict;
  note: string;
  commit: string;
  before: Location[];
  after: Location[];
  fixedBy: string | null;
  /** Day on which the fix was seen; null where there is none. */
  verifiedOn: string | null;
};

export type EarlierAudit = { from: Carried['from'] | null; findings: EarlierFinding[] };

/** Findings that are weaknesses of this commit: a mended one is told of, and counts as none. */
export const openFindings = <T extends ReadonlyMap<string, Finding>>(findings: T): Map<string, Finding> =>
  new Map([...findings].filter(([, f]) => !isMended(f)));

export const earlierAudit = (
  findings: Iterable<Finding>,
  from: Carried['from'] | null,
  tags: ReadonlyMap<string, string>,
): EarlierAudit => ({
  from,
  findings: [...findings].flatMap((f): EarlierFinding[] => {
    const { followUp: u } = f;
    if (!u?.verdict) return [];
    return [
      {
        tag: tags.get(f.id) ?? f.id,
        was: u.finding,
        title: f.title,
        severity: f.severity,
        verdict: u.verdict,
        note: u.note,
        commit: u.commit,
        before: u.was,
        after: f.locations,
        fixedBy: u.verdict === 'fixed' ? u.fixedBy : null,
        verifiedOn: f.tracking.fixVerified,
      },
    ];
  }),
});

const of = fromSession('earlier');

const one = (f: EarlierFinding, m: ReportModel): Block[] => [
  h3(of`${f.was}: ${f.title}`),
  para(
    f.fixedBy ? of`${f.verdict}: commit ${code(f.fixedBy)} took the cited lines away.` : of`${f.verdict}`,
    ...(f.note ? [fromAuditor(nameOf(m.auditor), `fate of ${f.was}`)`${long(f.note, 2_000)}`] : []),
  ),
  ...f.before.flatMap((l) => [
    fields([field('Code Location Before', of`${code(l.path)} ${lineWords(l)} at commit ${code(f.commit)}`)]),
    text(fenceOf(l.snippet, languageOf(l.path), { kind: 'session', of: 'earlier' })),
  ]),
  ...(f.verdict === 'fixed'
    ? f.after.flatMap((l) => [
        fields([field('Code Location', of`${code(l.path)} ${lineWords(l)}`)]),
        text(fenceOf(l.snippet, languageOf(l.path), { kind: 'session', of: 'earlier' })),
      ])
    : []),
];

/** Nothing where the audit follows up none. */
export const earlierFindings = (m: ReportModel): Block[] => {
  const { from, findings } = m.earlier;
  if (findings.length === 0) return [];
  return [
    h2('Earlier Findings'),
    ...(from
      ? [
          para(
            from.audit === ''
              ? of`Findings of the audit of commit ${code(from.commit)}, looked at again at this commit:`
              : of`Findings of audit ${code(from.audit)} of commit ${code(from.commit)}, looked at again at this commit:`,
          ),
        ]
      : []),
    table(
      ['Finding', 'Severity', 'Status', 'Commit'],
      findings.map((f) => [
        of`${f.was === f.tag || f.verdict === 'fixed' ? f.was : tag(f.tag)}: ${f.title}`,
        of`${f.severity}`,
        of`${f.verdict}${f.verifiedOn ? `, seen on ${f.verifiedOn}` : ''}`,
        f.fixedBy ? of`${code(f.fixedBy.slice(0, 12))}` : of`–`,
      ]),
    ),
    ...findings.flatMap((f) => one(f, m)),
  ];
};

/** For the manifest: the earlier audit, and the fate of each of its findings. */
export const followUpJson = ({ from, findings }: EarlierAudit) =>
  findings.length === 0 && !from
    ? {}
    : {
        follow_up: {
          audit_id: from?.audit ?? '',
          commit_hash: from?.commit ?? '',
          findings: findings.map((f) => ({
            finding: f.was,
            title: f.title,
            severity: f.severity,
            fate: f.verdict,
            fixed_by: f.fixedBy ?? '',
            verified: f.verifiedOn ?? '',
            before: f.before.map(placeWords),
            after: f.after.map(placeWords),
          })),
        },
      };
