import { verdictWord } from '../../domain/verdict.ts';
import { plural } from '../../text/plural.ts';
import { code, document, fence, inline, languageOf, table } from '../markdown.ts';
import type { Reaudit } from './reaudit-json.ts';

const short = (commit: string): string => code(commit.slice(0, 12));
const names = (list: readonly string[], most = 30): string =>
  list.length === 0
    ? 'none'
    : `${list
        .slice(0, most)
        .map((n) => code(n))
        .join(', ')}${list.length > most ? ` and ${list.length - most} more` : ''}`;

const placeOf = (p: { path: string; startLine: number; endLine: number }): string =>
  code(`${p.path}:${p.startLine}-${p.endLine}`);

const findings = (r: Reaudit): string[][] =>
  r.findings.length === 0
    ? []
    : [
        ['## Findings'],
        table(
          ['Finding', 'Severity', 'What the code says', 'Commit'],
          r.findings.map((f) => [
            `${f.id}: ${inline(f.title)}`,
            f.severity,
            `${f.fate}: ${inline(f.why)}`,
            f.fixedBy ? short(f.fixedBy) : '–',
          ]),
        ),
        ...r.findings.flatMap((f) => [
          [`### ${f.id}: ${inline(f.title)}`],
          ...f.places
            .slice(0, 10)
            .flatMap((p) => [
              [`${p.fate}${p.how ? ` (${p.how})` : ''}. Before, at ${placeOf(p.before)}:`],
              fence(p.before.text, languageOf(p.before.path)),
              ...(p.after
                ? [[`Now, at ${placeOf(p.after)}:`], fence(p.after.text, languageOf(p.after.path))]
                : [['Now: nothing was found that took its place.']]),
            ]),
        ]),
      ];

const changes = (r: Reaudit): string[] => {
  const d = r.dependencies;
  return [
    `- Code: ${r.code.commits === null ? '' : `${plural(r.code.commits, 'commit')}; `}${plural(r.code.changed, 'file')} changed, ${r.code.added} new, ${r.code.removed} gone, ${r.code.moved} moved`,
    d.looked
      ? `- Dependencies: new ${names(d.added)}; gone ${names(d.removed)}; other versions ${names(d.changed.map((c) => `${c.name} ${c.before} → ${c.after}`))}`
      : '- Dependencies: not compared, since one side has no inventory',
    `- Tools: new ${names(r.tools.added)}; gone ${names(r.tools.removed)}`,
    ...r.tools.changed.map((t) => `  - ${code(t.name)}: ${t.what.map((w) => inline(w)).join(', ')}`),
    `- Hosts: new ${names(r.hosts.added)}; gone ${names(r.hosts.removed)}`,
    `- Authors who wrote nothing before: ${names(r.maintainers.added)}`,
    ...r.limits.map((l) => `- Not compared: ${inline(l)}`),
  ];
};

/** The summary of a re-audit for people. What the code says is told; the verdicts are the auditor's. */
export const reauditMarkdown = (r: Reaudit): string => {
  const differing = r.checks.filter((c) => c.differs !== '');
  return document([
    [`# ${inline(r.target.name)}: what changed since the earlier audit`],
    [
      `From ${short(r.before.commit)} (${r.before.committedAt.slice(0, 10)}, session ${code(r.before.session)}${r.before.audit ? `, audit ${code(r.before.audit)}` : ''}) to ${short(r.after.commit)} (${r.after.committedAt.slice(0, 10)}, session ${code(r.after.session)}).`,
    ],
    [
      'What the earlier audit said is carried and not yet looked at again: none of it counts as a verdict here.',
    ],
    ['## Changes'],
    changes(r),
    ...findings(r),
    ['## Evidence'],
    [
      `${r.evidence.same} the same, ${r.evidence.moved} moved, ${r.evidence.changed} changed, ${r.evidence.new} new, ${r.evidence.gone} gone.`,
    ],
    ...(r.items.length > 0
      ? [
          table(
            ['', 'Evidence', 'Before', 'Now', 'Checks'],
            r.items
              .slice(0, 200)
              .map((i) => [
                `${i.state}${i.codeWasThere ? ' (the code was there)' : ''}`,
                `${code(i.of)} ${inline(i.title)}${i.differs.length > 0 ? `: ${inline(i.differs.join(', '))}` : ''}`,
                i.before ? code(i.before) : '–',
                i.after ? code(i.after) : '–',
                i.checks.join(', '),
              ]),
          ),
          ...(r.items.length > 200 ? [[`${r.items.length - 200} more stand in the JSON.`]] : []),
        ]
      : []),
    ['## Checks whose evidence is not the same'],
    differing.length === 0
      ? ['None.']
      : table(
          ['Check', 'Was', 'What differs'],
          differing.map((c) => [`${c.id} ${inline(c.title)}`, verdictWord(c.carried), inline(c.differs)]),
        ),
  ]);
};
