import type { EvidenceItem } from '../domain/evidence.ts';
import { type Finding, speaksTo } from '../domain/finding.ts';
import { type Scrutiny, scrutinyWords } from '../domain/scrutiny.ts';
import { numbered, plural } from '../text/plural.ts';
import { wholeSentences } from '../text/sentences.ts';
import type { CheckReport, Coverage, Look } from './coverage.ts';
import type { Observed } from './observed.ts';

/** Lines of a list, told in one sentence. */
const onOneLine = (text: string): string =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')
    .reduce((all, l) => (all === '' ? l : /[.:;,!?]$/.test(all) ? `${all} ${l}` : `${all}; ${l}`), '');

/** "Not read for flows: compiled code": the same is left unread by several collectors. */
const UNREAD_FOR = /^Not read for ([^:]{1,80}): (.+)$/;

/** Gaps of one cause as one: what they say of it is said once, with all it was not read for and all checks it leaves open. */
const together = (gaps: readonly EvidenceItem[]): { title: string; detail: string; checks: string[] }[] => {
  const byCause = new Map<string, EvidenceItem[]>();
  for (const g of gaps) {
    const what = UNREAD_FOR.exec(g.title)?.[2];
    const key = what === undefined ? g.id : `${what}\n${g.detail}`;
    byCause.set(key, [...(byCause.get(key) ?? []), g]);
  }
  return [...byCause.values()].map((same) => {
    const [first] = same;
    const what = UNREAD_FOR.exec(first!.title)?.[2];
    return {
      title:
        what === undefined
          ? first!.title
          : `Not read for ${same.map((g) => UNREAD_FOR.exec(g.title)?.[1]).join(', ')}: ${what}`,
      detail: first!.detail,
      checks: [...new Set(same.flatMap((g) => g.checks))].sort(),
    };
  });
};

type Ran = Pick<Observed, 'id' | 'kind' | 'summary'>;

/** What is known of the server running, by the observations of the session alone: evidence starts nothing. */
const runningWords = (observations: readonly Ran[]): string => {
  const last = (['probe', 'confirm'] as const).flatMap(
    (kind) => observations.findLast((o) => o.kind === kind) ?? [],
  );
  return last.length === 0
    ? 'The server was not started in this session: nothing was seen of it running.'
    : `Of the server running no more is known than was observed: ${last.map((o) => `${o.summary} (${o.id})`).join('; ')}.`;
};

/** What the audit does not know, in words: tests left out, nobody looked, leads left open. */
export const limitationsOf = (
  coverage: Coverage,
  checks: readonly CheckReport[],
  findings: readonly (Finding & { tag: string })[],
  looks: readonly Look[],
  items: readonly EvidenceItem[],
  openLeads: number,
  scrutiny: Scrutiny,
  networkAllowed: boolean,
  observations: readonly Ran[],
): string[] => {
  const untested = checks.filter((c) => c.verdict === null).map((c) => c.id);
  const hanging = checks
    .filter((c) => c.verdict === null && c.findings.length > 0)
    .map((c) => `${c.id} (${findings.flatMap((f) => (speaksTo(f, c.id) ? [f.tag] : [])).join(', ')})`)
    .join(', ');
  const unreviewed = findings.filter((f) => !f.reviewed).map((f) => f.tag);
  const unsure = checks.filter((c) => c.verdict === 'unsure').map((c) => c.id);
  const gaps = together(items.filter((i) => i.kind === 'gap'));
  return [
    ...(untested.length > 0
      ? [
          `${plural(untested.length, 'check')} of ${coverage.total} not tested: ${untested.join(', ')}. Nobody gave a verdict on ${numbered(untested.length, 'it', 'them')}.${hanging === '' ? '' : ` Findings speak to some all the same: ${hanging}.`}`,
        ]
      : []),
    ...(unreviewed.length > 0
      ? [
          `${plural(unreviewed.length, 'finding')} of ${findings.length} ${numbered(unreviewed.length, 'was', 'were')} not read again as a whole after ${numbered(unreviewed.length, 'its', 'their')} last change: ${unreviewed.join(', ')}.`,
        ]
      : []),
    ...(unsure.length > 0
      ? [`${plural(unsure.length, 'check')} without a clear answer: ${unsure.join(', ')}.`]
      : []),
    ...looks
      .filter((l) => !l.looked)
      .map((l) => `Collector ${l.collector} could not look (${l.outcome}): ${l.message}`),
    ...gaps
      .slice(0, 100)
      .map(
        (g) =>
          `Gap in the evidence for ${g.checks.join(', ') || 'no check'}: ${g.title}${g.detail ? ` (${onOneLine(wholeSentences(g.detail, 300))})` : ''}`,
      ),
    ...(gaps.length > 100 ? [`${gaps.length - 100} more gaps are listed in artifacts/evidence.json.`] : []),
    ...(openLeads > 0
      ? [
          `${plural(openLeads, 'lead')} of the automatic evidence neither accepted nor dismissed by the auditor${
            scrutiny.unreadLeads > 0
              ? `, ${
                  scrutiny.unreadLeads === openLeads
                    ? openLeads === 1
                      ? 'and it is'
                      : 'all'
                    : `${scrutiny.unreadLeads} of them`
                } in ${plural(scrutiny.unread.length, 'passed check')}`
              : ''
          }.`,
        ]
      : []),
    // The leads nobody judged stand in the sentence above.
    ...scrutinyWords({ ...scrutiny, unreadLeads: 0 }).map(
      (words) => `${words[0]?.toUpperCase()}${words.slice(1)}.`,
    ),
    runningWords(observations),
    networkAllowed
      ? 'Network access was allowed for the tools during this audit.'
      : 'The tools had no network access: nothing outside of the repository was consulted by them.',
  ];
};
