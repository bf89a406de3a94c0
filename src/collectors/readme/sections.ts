import { readMarkdown } from '../../analysis/files/markdown.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { fact, type ItemDraft } from '../collector.ts';

export const CHECKS = ['1.2.2'];

/** What an operator needs to know, by the headings it is usually found under; `text` counts where no heading does. */
const SECTIONS: readonly { name: string; heading: RegExp; text?: RegExp }[] = [
  { name: 'installation', heading: /install|getting started|quick ?start|set ?up|usage with/i },
  { name: 'configuration', heading: /config|settings|options|parameters|arguments|set ?up/i },
  {
    name: 'environment variables',
    heading: /environment|env(?:ironment)?[ .]?vars?|\.env/i,
    text: /environment variables?/i,
  },
  {
    name: 'transports',
    heading: /transport|streamable|\bsse\b|\bstdio\b|\bhttp\b|remote server/i,
    text: /\bstdio\b|streamable[- ]http|\bSSE\b/,
  },
  { name: 'security', heading: /security|safety|threat|trust|risk/i },
  {
    name: 'permissions',
    heading: /permission|scope|access control|auth|capabilit|read[- ]only/i,
    text: /\b(?:scopes?|permissions?|read[- ]only)\b/i,
  },
  { name: 'tools', heading: /tools?\b|features|capabilit|commands|functions/i },
  { name: 'removal', heading: /uninstall|remov|clean ?up/i, text: /\buninstall/i },
  {
    name: 'data and privacy',
    heading: /privacy|telemetry|data (?:collection|handling|retention)|analytics/i,
    text: /telemetry|privacy policy/i,
  },
];

/** Which parts an operator needs the README has, and what it says of security. */
export const sections = (path: string, source: string): ItemDraft[] => {
  const { headings, lines } = readMarkdown(source);
  const seen = SECTIONS.map((s) => {
    const heading = headings.find((h) => s.heading.test(h.title));
    return {
      name: s.name,
      line: heading?.line ?? lines.find((l) => s.text?.test(l.text))?.line ?? 0,
      title: heading?.title ?? '',
    };
  });
  const present = seen.filter((s) => s.line > 0);
  const missing = seen.filter((s) => s.line === 0).map((s) => s.name);
  return [
    fact('sections', CHECKS, `${path}: ${present.length} of ${SECTIONS.length} parts an operator needs`, {
      measures: { parts: present.length },
      detail: `${present.map((s) => `${s.name}: line ${s.line}${s.title ? ` "${s.title.slice(0, 60)}"` : ' (in the text)'}`).join('\n')}${missing.length > 0 ? `\nNot found: ${missing.join(', ')}.` : ''}`,
      at: { path, startLine: present[0]?.line ?? 1 },
    }),
    ...(missing.includes('security')
      ? [
          fact('no-security-section', [...CHECKS, '4.2.3'], `${path} has no section on security`, {
            detail: `${plural(headings.length, 'heading')}: ${listed(
              headings.filter((h) => h.level < 4).map((h) => h.title.slice(0, 40)),
              20,
            )}`,
            at: { path, startLine: 1 },
          }),
        ]
      : []),
    ...seen
      .filter((s) => s.name === 'security' && s.line > 0)
      .map((s) =>
        fact('security-section', [...CHECKS, '4.2.3'], `${path} says something on security`, {
          detail: s.title,
          at: {
            path,
            startLine: s.line,
            endLine: Math.min(s.line + 12, lines.findLast((l) => l.text.trim() !== '')?.line ?? s.line),
          },
        }),
      ),
  ];
};
