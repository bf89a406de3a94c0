import { carriedOpen } from '../domain/carried.ts';
import { UserError } from '../domain/errors.ts';
import { openWritten } from '../io/session/written.ts';
import type { Reaudit } from '../report/formats/reaudit-json.ts';
import { reauditMarkdown } from '../report/formats/reaudit-markdown.ts';
import { numbered, plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { writeAll } from './formats.ts';
import { type Host, json } from './host.ts';
import type { Workspace } from './workspace.ts';

type TellOptions = {
  md?: boolean | undefined;
  to?: string | undefined;
  json?: boolean | undefined;
};

const say = (host: Host, text: string): void => host.stdout(`${visible(redactSecrets(text))}\n`);

const FAILS: Record<string, (r: Reaudit) => number> = {
  new: (r) => r.items.filter((i) => i.state === 'new' && i.kind === 'lead').length,
  'new-high': (r) =>
    r.items.filter((i) => i.state === 'new' && i.kind === 'lead' && i.strength === 'strong').length,
  regressed: (r) => r.findings.filter((f) => f.fate === 'regressed').length,
  'still-there': (r) => r.findings.filter((f) => f.fate === 'still-there' || f.fate === 'moved').length,
  changed: (r) => r.findings.filter((f) => f.fate === 'changed').length,
};

/** The words of --fail-on. @throws UserError for one that means nothing */
export const failures = (said: string | undefined): string[] => {
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

/** Prints the summary of a re-audit. Gives 1 where something of --fail-on is so. */
export const tellChanges = (
  host: Host,
  w: Workspace,
  report: Reaudit,
  o: TellOptions,
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
