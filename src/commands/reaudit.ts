import { existsSync } from 'node:fs';
import type { CarriedFrom } from '../domain/carried.ts';
import { carriedOpen } from '../domain/carried.ts';
import { isRefusal, nextFindingId } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { Location } from '../domain/evidence.ts';
import { collectorsOf, findCheck } from '../domain/methodology.ts';
import { carriedWords, carryOver, type Side } from '../domain/since/carry-over.ts';
import type { FindingFate } from '../domain/since/finding-fate.ts';
import { locate } from '../engine/locate.ts';
import type { Snapshot } from '../engine/store.ts';
import { findClone } from '../io/git/find-clone.ts';
import { openTarget } from '../io/git/open-target.ts';
import { openWritten } from '../io/session/written.ts';
import { type Reaudit, reauditJson } from '../report/formats/reaudit-json.ts';
import { reauditMarkdown } from '../report/formats/reaudit-markdown.ts';
import { numbered, plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type Cited, type Comparison, compareAudits } from './compare-audits.ts';
import { writeAll } from './formats.ts';
import { type Host, json } from './host.ts';
import { closeSession, exitCode, openedSession } from './with-session.ts';
import { chooseSession, startAudit, type Workspace } from './workspace.ts';

export type ReauditOptions = {
  ref?: string | undefined;
  source?: string | undefined;
  methodology?: string | undefined;
  rules?: string | undefined;
  models?: string | undefined;
  summary?: boolean | undefined;
  md?: boolean | undefined;
  to?: string | undefined;
  json?: boolean | undefined;
  failOn?: string | undefined;
};

const say = (host: Host, text: string): void => host.stdout(`${visible(redactSecrets(text))}\n`);

const sideOf = ({ session, evidence, missing }: Snapshot): Side => ({ session, evidence, missing });

/** Where the server is, as the earlier session was told, without the commit that was asked for then. */
const sourceOf = (earlier: Side, given: string | undefined): string => {
  const { source = '', url = '' } = earlier.session.target ?? {};
  const known = given || source.replace(/#[^#]*$/, '') || url;
  if (known === '')
    throw new UserError(
      `nobody said on this machine where ${earlier.session.target?.name ?? 'the server'} is, so no later commit of it can be had`,
      'name it: --source <folder or git URL>',
    );
  return known;
};

/** A folder inside of the repository says itself which part is audited. */
const subdirFor = (source: string, subdir: string): string =>
  subdir !== '' && existsSync(source) && source.replaceAll('\\', '/').endsWith(`/${subdir}`) ? '' : subdir;

const placesNow = (fate: FindingFate): string[] =>
  fate.places.flatMap((p) =>
    (p.fate === 'still-there' || p.fate === 'moved') && p.after
      ? [`${p.after.path}:${p.after.startLine}-${p.after.endLine}`]
      : [],
  );

/**
 * A finding of the earlier audit as one to be looked at again: it cites the same code where that stands now, else the old places,
 * which block the report until somebody has said what became of them.
 */
const carryFinding = async (
  { store }: Workspace,
  from: CarriedFrom,
  by: string,
  { finding: f, was, commit }: Cited,
  fate: FindingFate,
  comparison: Comparison,
): Promise<string | { refused: string; hint: string }> => {
  const { session, methodology } = store.snapshot();
  const checks = f.checks.filter((c) => findCheck(methodology, c));
  if (checks.length === 0)
    return {
      refused: `it belongs to ${f.checks.join(', ')}, which ${methodology.id} has not`,
      hint: 'record it anew',
    };
  const stands = placesNow(fate);
  const all = fate.places.length > 0 && stands.length === fate.places.length && was === f.locations;
  const anew = all ? await locate(stands, (path) => store.readText(path)) : null;
  const locations: readonly Location[] = anew && !isRefusal(anew) ? anew : f.locations;
  const later = new Map(
    comparison.pairs.flatMap((p) => (p.was && p.now ? [[p.was.id, p.now.id] as const] : [])),
  );
  const id = nextFindingId(session);
  const recorded = store.dispatch({
    type: 'record-finding',
    finding: {
      ...f,
      id,
      checks,
      reviewed: false,
      locations: [...locations],
      evidence: f.evidence.flatMap((item) => later.get(item) ?? []),
      followUp: {
        session: from.session,
        finding: f.id,
        commit,
        was: [...was],
        by: f.followUp?.by || by,
        verdict: null,
        note: '',
        fixedBy: fate.fixedBy,
      },
    },
  });
  return isRefusal(recorded) ? recorded : id;
};

/** Who recorded a finding first, by the record of its own session. */
const firstBy = (events: ReturnType<Workspace['store']['events']>, finding: string): string =>
  events.find((e) => e.type === 'finding.recorded' && e.finding === finding)?.by ?? '';

type Earlier = { side: Side; events: ReturnType<Workspace['store']['events']> };

/** Lays what the earlier audit said beside a session whose evidence is gathered. Gives the summary. */
export const carryInto = async (
  host: Host,
  w: Workspace,
  { side: was, events }: Earlier,
): Promise<Reaudit> => {
  const { methodology, session } = w.store.snapshot();
  const repository = await findClone(host.reposDir, session.target!.commit, session.target!.source);
  if (!repository)
    throw new UserError(
      'the clone of the server is not on this machine, so the two commits cannot be compared',
      'name where it is: mcp-audit gather --source <folder or git URL>',
    );
  const now = sideOf(w.store.snapshot());
  const comparison = await compareAudits(repository, methodology, was, now);
  const value = carryOver(was, now, comparison.checks, comparison.pairs);
  const later = new Map(
    comparison.pairs.flatMap((p) => (p.was && p.now ? [[p.was.id, p.now.id] as const] : [])),
  );
  const findings: Reaudit['findings'] = [];
  for (const { cited, fate } of comparison.findings) {
    const { finding } = cited;
    const id = await carryFinding(w, value.from, firstBy(events, finding.id), cited, fate, comparison);
    if (typeof id !== 'string') {
      host.stderr(`${visible(`${finding.id} was not carried: ${id.refused} (${id.hint})`)}\n`);
      continue;
    }
    findings.push({ id, was: finding.id, title: finding.title, severity: finding.severity, ...fate });
  }
  const report: Reaudit = { ...comparison.report, findings };
  const carried = w.store.carry(value, Buffer.from(JSON.stringify(report)));
  if (isRefusal(carried)) throw new UserError(carried.refused, carried.hint);
  for (const [name, b] of was.session.bookmarks) {
    const item = b.item === null ? null : (later.get(b.item) ?? null);
    if (b.item !== null && item === null) continue;
    w.store.dispatch({
      type: 'keep-bookmark',
      bookmark: item === null ? name : `item:${item}`,
      value: { ...b, item, words: b.words },
    });
  }
  return report;
};

/** The summary that a re-audit began with. @throws UserError when the session is none, or it cannot be read */
export const readSummary = async ({ store }: Pick<Workspace, 'store'>): Promise<Reaudit> => {
  const { carried, id } = store.snapshot().session;
  if (!carried)
    throw new UserError(
      `${id} carries nothing of an earlier audit`,
      'mcp-audit reaudit <earlier session> begins one that does',
    );
  const bytes = await store.readBlob(carried.summary);
  const parsed = bytes && reauditJson.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed?.success)
    throw new UserError(
      'what changed since the earlier audit cannot be read from the session any more',
      'what was carried stands all the same; mcp-audit reaudit begins another one',
    );
  return parsed.data;
};

const FAILS: Record<string, (r: Reaudit) => number> = {
  new: (r) => r.items.filter((i) => i.state === 'new' && i.kind === 'lead').length,
  'new-high': (r) =>
    r.items.filter((i) => i.state === 'new' && i.kind === 'lead' && i.strength === 'strong').length,
  regressed: (r) => r.findings.filter((f) => f.fate === 'regressed').length,
  'still-there': (r) => r.findings.filter((f) => f.fate === 'still-there' || f.fate === 'moved').length,
  changed: (r) => r.findings.filter((f) => f.fate === 'changed').length,
};

const wordsOf = (said: string | undefined): string[] => {
  const words = (said ?? '')
    .split(',')
    .map((w) => w.trim())
    .filter(Boolean);
  const wrong = words.find((w) => !FAILS[w]);
  if (wrong !== undefined)
    throw new UserError(
      `"${wrong}" is nothing to fail on, so nothing was done`,
      `any of ${Object.keys(FAILS).join(', ')}`,
    );
  return words;
};

const short = (list: readonly string[]): string =>
  list.length === 0
    ? 'none'
    : `${list.slice(0, 8).join(', ')}${list.length > 8 ? ` and ${list.length - 8} more` : ''}`;

const describe = (r: Reaudit): string[] => [
  `from    ${r.before.commit.slice(0, 12)} (${r.before.session}) to ${r.after.commit.slice(0, 12)}`,
  `code    ${r.code.commits === null ? '' : `${plural(r.code.commits, 'commit')}, `}${plural(r.code.changed, 'file')} changed, ${r.code.added} new, ${r.code.removed} gone, ${r.code.moved} moved`,
  `tools   new ${short(r.tools.added)}; gone ${short(r.tools.removed)}; changed ${short(r.tools.changed.map((t) => `${t.name} (${t.what.join(', ')})`))}`,
  r.dependencies.looked
    ? `deps    new ${short(r.dependencies.added)}; gone ${short(r.dependencies.removed)}; other versions ${short(r.dependencies.changed.map((d) => d.name))}`
    : 'deps    not compared: one side has no inventory',
  `hosts   new ${short(r.hosts.added)}; gone ${short(r.hosts.removed)}`,
  `people  new authors ${short(r.maintainers.added)}`,
  `evidence ${r.evidence.same} the same, ${r.evidence.moved} moved, ${r.evidence.changed} changed, ${r.evidence.new} new, ${r.evidence.gone} gone`,
  ...r.limits.map((l) => `note    ${l}`),
  ...r.findings.map(
    (f) =>
      `  ${f.id} ${f.severity.padEnd(9)} ${f.fate.padEnd(11)} ${f.title}: ${f.why}${f.fixedBy ? ` (by ${f.fixedBy.slice(0, 12)})` : ''}`,
  ),
];

const tell = (
  host: Host,
  w: Workspace,
  report: Reaudit,
  o: ReauditOptions,
  words: readonly string[],
): number => {
  const text = o.md ? reauditMarkdown(report) : `${JSON.stringify(report, null, 2)}\n`;
  if (o.to && o.to !== '-') {
    const files = writeAll(new Map([['', text]]), o.to, openWritten(w.dir));
    if (!o.json) for (const path of files) say(host, path);
  } else if (o.json) json(host, report);
  else if (o.md) host.stdout(text);
  else {
    const { same, changed } = carriedOpen(w.store.snapshot().session);
    say(host, `session ${w.id}`);
    for (const line of describe(report)) say(host, line);
    for (const c of changed) say(host, `  ${c.check.padEnd(7)} was ${c.verdict}, look again: ${c.differs}`);
    say(
      host,
      `${plural(same.length, 'carried verdict')} ${numbered(same.length, 'has', 'have')} the same evidence, and ${numbered(same.length, 'is', 'are')} confirmed one by one: K on the check, or "confirm:" in a file of answers`,
    );
  }
  const failed = words.filter((word) => FAILS[word]!(report) > 0);
  for (const word of failed) host.stderr(`${word}: ${FAILS[word]!(report)}\n`);
  return failed.length > 0 ? 1 : 0;
};

/**
 * A new session on a later commit, beside which stands what the earlier one said. Exit 1: something of --fail-on is so, or a
 * collector could not look.
 */
export const reaudit = async (host: Host, id: string | undefined, o: ReauditOptions): Promise<number> => {
  const words = wordsOf(o.failOn);
  const chosen = chooseSession(host, id);
  if (o.summary)
    return openedSession(host, chosen, async (w) => tell(host, w, await readSummary(w), o, words), true);
  const earlier: Earlier = await openedSession(
    host,
    chosen,
    async (w) => ({ side: sideOf(w.store.snapshot()), events: w.store.events() }),
    true,
  );
  const { target, answers, findings } = earlier.side.session;
  if (answers.size === 0 && findings.size === 0)
    throw new UserError(
      `${chosen} has no verdict and no finding, so there is nothing to look at again`,
      'begin an audit of the later commit: mcp-audit start',
    );
  const source = sourceOf(earlier.side, o.source);
  const subdir = subdirFor(source, target?.subdir ?? '');
  const progress = o.json ? undefined : host.progress;
  const now = await openTarget({ source, ref: o.ref, subdir, reposDir: host.reposDir, progress });
  if (now.target.commit === target?.commit)
    throw new UserError(
      `that is the commit ${chosen} audits, so there is nothing new to look at`,
      'name a later one with --ref, or fetch into the folder first',
    );
  const w = await startAudit(host, {
    source,
    ref: o.ref,
    subdir,
    methodology: o.methodology,
    rules: o.rules,
    models: o.models,
    url: target?.url || undefined,
    progress,
  });
  try {
    for (const n of w.notices) host.stderr(`${visible(n)}\n`);
    const ids = collectorsOf(w.store.snapshot().methodology);
    const said = await w.store.collect(ids);
    const blind = ids.filter((c) => !said.has(c) || ['failed', 'unavailable'].includes(said.get(c)!.outcome));
    for (const c of blind)
      host.stderr(`${visible(`${c} could not look: ${said.get(c)?.message ?? 'stopped'}`)}\n`);
    const report = await carryInto(host, w, earlier);
    if (!o.json && !o.md && w.store.snapshot().session.carried)
      host.stderr(`carried ${carriedWords(w.store.snapshot().session.carried!)}, not yet looked at again\n`);
    const code = tell(host, w, report, o, words);
    return exitCode(w, blind.length > 0 ? 1 : code);
  } finally {
    await closeSession(host, w);
  }
};
