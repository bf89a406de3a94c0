import { byCodePoint, count, listed, plural } from '../../analysis/files/words.ts';
import type { Source } from '../../analysis/sources/source.ts';
import type { ChosenBy, OutboundCall, OutboundHost } from '../../analysis/weaknesses/outbound.ts';
import { fact, type ItemDraft, lead, placed } from '../collector.ts';
import type { DocumentHosts } from './documents.ts';

const CHECKS = ['3.2.1'];
const CLASS = 'information-disclosure' as const;

/** Services that collect use, errors or sessions of programs. */
const TELEMETRY =
  /(?:^|\.)(?:sentry\.io|posthog\.com|segment\.(?:io|com)|mixpanel\.com|amplitude\.com|google-analytics\.com|analytics\.google\.com|datadoghq\.(?:com|eu)|honeycomb\.io|statsig\.com|launchdarkly\.com|bugsnag\.com|rollbar\.com|newrelic\.com|plausible\.io|scarf\.sh|heapanalytics\.com|rudderstack\.com|telemetry\.[\w.-]+|analytics\.[\w.-]+|metrics\.[\w.-]+|vortex\.[\w.-]+|stats\.[\w.-]+)$/i;
const TELEMETRY_LIBRARY =
  /["'](?:posthog-node|posthog|@sentry\/[\w-]+|sentry_sdk|analytics-node|@segment\/analytics-node|mixpanel|amplitude-node|@amplitude\/[\w-]+|applicationinsights|newrelic|bugsnag|rollbar|@scarf\/scarf|github\.com\/getsentry\/sentry-go|github\.com\/posthog\/posthog-go)["']|^\s{0,8}(?:import|from)\s+(?:posthog|sentry_sdk|mixpanel|amplitude|analytics|rollbar|newrelic|dbtlabs_vortex)\b/m;

const HOW: Record<OutboundHost['how'], string> = {
  requested: 'written in the code',
  default: 'a default that a setting replaces',
  text: 'only named in a text',
};
const CHOSEN: readonly { by: ChosenBy; rule: string; say(n: number): string; why: string }[] = [
  {
    by: 'input',
    rule: 'address-from-input',
    say: (n) => `${plural(n, 'request')} go${n === 1 ? 'es' : ''} to an address that an argument names`,
    why: 'By the name of what is handed over. Whether it is checked on the way is a question of 2.1.2 and 3.2.3.',
  },
  {
    by: 'answer',
    rule: 'address-from-answer',
    say: (n) => `${plural(n, 'request')} go${n === 1 ? 'es' : ''} to an address that an earlier answer gave`,
    why: 'Whoever gives that answer chooses where the next request, and maybe its credential, goes.',
  },
  {
    by: 'configured',
    rule: 'address-configured',
    say: (n) => `${plural(n, 'request')} go${n === 1 ? 'es' : ''} to an address from the configuration`,
    why: 'By the name of what is handed over: a setting, a field of the client, a base address.',
  },
  {
    by: 'computed',
    rule: 'address-computed',
    say: (n) => `${plural(n, 'request')}: who chooses the address does not show in the line`,
    why: 'It is set elsewhere than in the line of the request.',
  },
];

const spots = (list: readonly { at: { path: string; startLine: number } }[], most = 3): string =>
  listed(
    list.map((x) => `${x.at.path}:${x.at.startLine}`),
    most,
  );

/** The inventory: which hosts, and who chooses the others. */
export const outbound = (
  hosts: readonly OutboundHost[],
  calls: readonly OutboundCall[],
  sources: readonly Source[],
  documents: DocumentHosts,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const byHost = new Map<string, OutboundHost[]>();
  for (const h of hosts) byHost.set(h.host, [...(byHost.get(h.host) ?? []), h]);
  const names = [...byHost.keys()].sort(byCodePoint);
  const contacted = names.filter((n) => byHost.get(n)!.some((h) => h.how !== 'text'));
  const line = (name: string): string => {
    const uses = byHost.get(name)!;
    const how = (['requested', 'default', 'text'] as const).find((k) => uses.some((u) => u.how === k))!;
    return `${name} (${[...new Set(uses.map((u) => u.scheme))].join(', ')}): ${HOW[how]}; ${spots(uses.filter((u) => u.how === how))}`;
  };
  if (contacted.length > 0)
    items.push(
      fact(
        'outbound-hosts',
        CHECKS,
        `${plural(contacted.length, 'outbound host')} in the code: ${listed(contacted, 3)}`,
        {
          class: CLASS,
          detail: contacted.slice(0, 40).map(line).join('\n'),
          // A host in the code may be a link that nothing requests.
          measures: { requests: calls.length },
          ...placed(contacted.map((n) => byHost.get(n)!.find((h) => h.how !== 'text')!.at)),
        },
      ),
    );
  const named = names.filter((n) => !contacted.includes(n));
  if (named.length > 0)
    items.push(
      fact(
        'named-hosts',
        CHECKS,
        `${plural(named.length, 'host')} only named in texts: ${listed(named, 3)}`,
        {
          class: CLASS,
          detail: `In messages, descriptions and help, as far as the line tells.\n${named.slice(0, 30).map(line).join('\n')}`,
          at: byHost.get(named[0]!)![0]!.at,
        },
      ),
    );
  if (contacted.length > 0 && documents.read > 0) {
    const missing = contacted.filter(
      (n) => !documents.text.includes(n) && !documents.text.includes(n.split('.').slice(-2).join('.')),
    );
    const telemetry = missing.filter((n) => TELEMETRY.test(n));
    if (missing.length > 0)
      items.push(
        (telemetry.length > 0 || missing.length > 0 ? lead : fact)(
          'undocumented-hosts',
          CHECKS,
          `${count(missing.length)} of ${plural(contacted.length, 'outbound host')} ${missing.length === 1 ? 'is' : 'are'} in no document: ${listed(missing, 2)}`,
          {
            class: CLASS,
            cwe: ['CWE-201'],
            strength: telemetry.length > 0 ? 'moderate' : 'weak',
            detail: `Neither the host nor its domain stands in ${plural(documents.read, 'document')}.${telemetry.length > 0 ? ` ${listed(telemetry)} collect${telemetry.length === 1 ? 's' : ''} use or errors of programs.` : ''}\n${missing.slice(0, 30).map(line).join('\n')}`,
            ...placed(missing.map((n) => byHost.get(n)!.find((h) => h.how !== 'text')!.at)),
          },
        ),
      );
  }
  const libraries = sources.filter((s) => TELEMETRY_LIBRARY.test(s.code));
  if (libraries.length > 0)
    items.push(
      fact(
        'telemetry-library',
        [...CHECKS, '2.3.2'],
        `${plural(libraries.length, 'file')} load a library that reports use or errors elsewhere`,
        {
          class: CLASS,
          detail: `${listed(
            libraries.map((s) => TELEMETRY_LIBRARY.exec(s.code)![0].trim()),
            6,
          )}.`,
          advice: 'See what is sent, whether the documents say so, and how to refuse it.',
          ...placed(
            libraries
              .slice(0, 30)
              .map((s) => ({ path: s.path, startLine: s.lineOf(TELEMETRY_LIBRARY.exec(s.code)!.index + 1) })),
          ),
        },
      ),
    );
  for (const { by, rule, say, why } of CHOSEN) {
    const found = calls.filter((c) => c.chosenBy === by);
    if (found.length === 0) continue;
    items.push(
      fact(rule, CHECKS, say(found.length), {
        class: by === 'input' || by === 'answer' ? 'ssrf' : CLASS,
        detail: `${why}\n${found
          .slice(0, 25)
          .map((c) => `${c.at.path}:${c.at.startLine} ${c.words}`)
          .join('\n')}`,
        ...placed(found.slice(0, 60).map((c) => c.at)),
      }),
    );
  }
  return items;
};
