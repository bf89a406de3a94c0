import { nameOf } from '../domain/auditor.ts';
import type { Cited } from '../domain/citations.ts';
import { disclosureOf, publicationWarning } from '../domain/disclosure.ts';
import { checksOf } from '../domain/methodology.ts';
import { isFindingId, openRemarks } from '../domain/review.ts';
import { scrutinyOf, scrutinyWords } from '../domain/scrutiny.ts';
import { findingsOf, findingsOfCheck, indexEvidence, judgedItems } from '../domain/selectors.ts';
import { surfaceOf } from '../domain/surface.ts';
import { plural } from '../text/plural.ts';
import { allItems, looksOf } from './coverage.ts';
import { SEVERITIES } from './ids.ts';
import { hasPlaceholder } from './placeholder.ts';
import { aboutCitations, aboutFinding } from './readiness-findings.ts';
import type { ReportInput } from './report-model.ts';
import { repositoryOf } from './repository.ts';
import { serverReport, UNKNOWN } from './server.ts';

/** What stands between a session and a submission the database accepts. `fix` says what to do, in one sentence. */
export type Readiness = {
  level: 'blocks' | 'warns' | 'ok';
  text: string;
  check?: string;
  finding?: string;
  /** What must be asked of the auditor to mend it, when it lies in neither. */
  ask?: 'auditor' | 'address' | 'disclosure' | 'server';
  /** The part of the finding that is to be written. */
  part?: string;
  /** The cited code stands elsewhere: taking this over mends it. `location` is its place among the finding's. */
  move?: { location: number; path: string; startLine: number; endLine: number };
  fix: string;
};

type Input = Omit<ReportInput, 'auditId' | 'tool' | 'top10' | 'events'> & {
  /** What findings cite, read again; without it nothing is said about citations. */
  cited?: Cited | undefined;
};

const aboutAuditor = ({ session }: Input): Readiness[] => {
  const { name, github, contact, organization } = session.auditor;
  const lacks: Readiness[] = [];
  const need = (value: string, what: string, level: 'blocks' | 'warns', fix: string) => {
    if (value.trim() === '')
      lacks.push({ level, text: `the auditor's ${what} is missing`, ask: 'auditor', fix });
  };
  need(name, 'name', 'blocks', 'name the auditor: an audit is signed by a person');
  need(github, 'GitHub user name', 'blocks', 'give the GitHub user name: it names the submission folder');
  need(contact, 'contact', 'blocks', 'give an address maintainers can write to');
  need(organization, 'organization', 'warns', 'name the organization, or say "Independent"');
  return lacks;
};

const aboutTarget = ({ session }: Input): Readiness[] => {
  const url = session.target?.url ?? '';
  if (url === '')
    return [
      {
        level: 'blocks',
        text: 'the target has no public address',
        ask: 'address',
        fix: 'say where the audited commit can be had (U, or address in a file of answers): the database takes only open repositories',
      },
    ];
  const repository = repositoryOf(url);
  if (!repository)
    return [
      {
        level: 'blocks',
        text: 'the address of the target is not a public https repository',
        ask: 'address',
        fix: 'use an https address of the form https://host/owner/name (U, or address in a file of answers)',
      },
    ];
  if (repository.url.split('/').length > 5)
    return [
      {
        level: 'warns',
        text: `${repository.owner}/… lies deeper than owner/name, for which the database has no rule`,
        fix: `the submission goes to ${repository.owner}/${repository.name}; say so in the pull request`,
      },
    ];
  return [];
};

const aboutChecks = ({ session, methodology }: Input): Readiness[] => {
  const checks = checksOf(methodology);
  const rows: Readiness[] = [];
  const untested = checks.filter((c) => (session.answers.get(c.id)?.verdict ?? null) === null);
  for (const c of checks) {
    const answer = session.answers.get(c.id);
    if (answer?.verdict === 'fail' && findingsOfCheck(session, c.id).every((f) => f.positive))
      rows.push({
        level: 'warns',
        text: `${c.id} failed, and no finding says how`,
        check: c.id,
        fix: `record a finding for ${c.id}`,
      });
    if (answer?.verdict === 'unsure' && answer.note.trim() === '')
      rows.push({
        level: 'warns',
        text: `${c.id} is unsure without a word why`,
        check: c.id,
        fix: `note what keeps ${c.id} from an answer`,
      });
    if (
      answer?.verdict === 'pass' &&
      findingsOfCheck(session, c.id).some((f) => !f.positive && f.severity !== 'info')
    )
      rows.push({
        level: 'warns',
        text: `${c.id} passed, yet a finding was raised from it`,
        check: c.id,
        fix: 'change the verdict, or move the finding',
      });
    if (hasPlaceholder(answer?.note ?? ''))
      rows.push({
        level: 'warns',
        text: `the note of ${c.id} still holds placeholder text`,
        check: c.id,
        fix: 'write what it stands for, or remove it',
      });
    if (session.drafts.has(c.id))
      rows.push({
        level: 'warns',
        text: `${c.id} has an unfinished note that will not be published`,
        check: c.id,
        fix: `finish or drop the note of ${c.id}`,
      });
  }
  const [asked] = session.outdated;
  if (asked !== undefined)
    rows.push({
      level: 'warns',
      text: `${plural(session.outdated.size, 'verdict was', 'verdicts were')} given before the check asked for something else: ${[...session.outdated].join(', ')}`,
      check: asked,
      fix: 'read the check again and give the verdict again: the same key confirms it',
    });
  const [first] = untested;
  if (untested.length === checks.length)
    rows.push({
      level: 'blocks',
      text: 'no check has a verdict',
      ...(first ? { check: first.id } : {}),
      fix: 'answer at least one check: an audit without verdicts says nothing',
    });
  else if (first)
    rows.push({
      level: 'warns',
      text: `${untested.length} of ${checks.length} checks not tested: they appear as not tested`,
      check: first.id,
      fix: 'answer them, or leave them: the report says so',
    });
  return rows;
};

/** What reviewers said and nobody answered; and a review, which is no report of its own. */
const aboutReviews = ({ session }: Input): Readiness[] => [
  ...openRemarks(session).map(({ review, subject }): Readiness => {
    const by = nameOf(session.reviews.get(review)?.reviewer ?? session.auditor);
    const finding = isFindingId(subject.about);
    return {
      level: 'warns',
      text: `${by} ${subject.stance === 'asks' ? 'asks about' : 'objects to'} ${subject.about}: ${subject.reason}`,
      ...(finding ? { finding: subject.about } : { check: subject.about }),
      fix: 'answer it (R): what you changed, or why it stands; the report shows what is open',
    };
  }),
  ...(session.review
    ? [
        {
          level: 'warns',
          text: `this session is a review of ${session.review.session}: what it says goes back to the author`,
          fix: 'export it and send the file; write a report from it only as an audit of your own',
        } as const,
      ]
    : []),
];

/** Never throws: works on any session, also one that could not be compiled. Blocking rows first, then in reading order. */
export const readiness = (input: Input): Readiness[] => {
  const { session, methodology, evidence, missing } = input;
  const items = allItems(evidence);
  const findings = findingsOf(session);
  const byId = new Map(items.map((i) => [i.id, i]));
  const known = new Set(byId.keys());
  const blind = looksOf(session, methodology, evidence, missing).filter((l) => !l.looked);
  const judged = judgedItems(session);
  const openLeads = items.filter((i) => i.kind === 'lead' && i.strength === 'strong' && !judged.has(i.id));
  const rows: Readiness[] = [
    ...aboutAuditor(input),
    ...aboutTarget(input),
    ...findings.flatMap((f) => aboutFinding(f, known)),
    ...(input.cited ? findings.flatMap((f) => aboutCitations(f, byId, input.cited as Cited)) : []),
    ...aboutChecks(input),
    ...aboutReviews(input),
  ];
  for (const s of SEVERITIES)
    if (findings.filter((f) => f.severity === s).length > 999)
      rows.push({
        level: 'blocks',
        text: `more than 999 findings of severity ${s}`,
        fix: 'merge findings: the database numbers them with three digits',
      });
  const scrutiny = scrutinyOf(session, methodology, indexEvidence(evidence));
  for (const text of scrutinyWords(scrutiny)) {
    const check = text.includes('without a note') ? scrutiny.withoutNote[0] : scrutiny.unread[0];
    rows.push({
      level: 'warns',
      text,
      ...(check ? { check } : {}),
      fix: 'say what the passes rest on, or leave it: the report counts them',
    });
  }
  if (blind.length > 0)
    rows.push({
      level: 'warns',
      text: `${plural(blind.length, 'collector')} could not look: ${blind.map((l) => l.collector).join(', ')}`,
      fix: 'run them, or leave it: the report says that nobody looked',
    });
  if (openLeads.length > 0)
    rows.push({
      level: 'warns',
      text: `${plural(openLeads.length, 'strong lead')} neither accepted nor dismissed`,
      ...(openLeads[0]!.checks[0] ? { check: openLeads[0]!.checks[0] } : {}),
      fix: 'judge them, or leave it: the report counts them',
    });
  const server = serverReport(session, items, surfaceOf(evidence.values()), '');
  if (server.authentication.value === UNKNOWN)
    rows.push({
      level: 'warns',
      text: 'nobody said what the server asks of its callers, and no evidence tells',
      ask: 'server',
      fix: 'say it: the database wants to know whether authentication is required',
    });
  if (server.purpose.by !== 'auditor' || server.judgement.by !== 'auditor')
    rows.push({
      level: 'warns',
      text:
        server.judgement.by === 'auditor'
          ? 'the purpose of the server is not in your words'
          : 'there is no closing judgement of yours in the summary',
      ask: 'server',
      fix: 'say what the server is and what you tell a person who has to decide',
    });
  const warning = publicationWarning(session);
  if (warning)
    rows.push({
      level: 'warns',
      text: warning,
      ask: 'disclosure',
      fix: disclosureOf(session).acknowledged
        ? `you said why it may be public now: ${disclosureOf(session).reason}`
        : 'tell them in private, and keep the day here; writing anything public asks you first',
    });
  const order = { blocks: 0, warns: 1, ok: 2 } as const;
  const checks = checksOf(methodology).length;
  rows.push({
    level: 'ok',
    text: `${plural(checks, 'check')} in the coverage table, ${plural(findings.length, 'finding')}, ${plural(items.length, 'evidence item')}`,
    fix: '',
  });
  return rows.sort((a, b) => order[a.level] - order[b.level]);
};
