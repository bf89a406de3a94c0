import type { FlowLead } from './leads.ts';

/**
 * Leads about a text's own words are for texts whose use is not known here. Where the same text was seen to reach a sink,
 * that lead says more.
 */

const ALIKE: Record<string, string> = {
  'code-execution': 'command-injection',
  'argument-injection': 'command-injection',
  'query-injection': 'sql-injection',
};

const family = (l: FlowLead): string => ALIKE[l.rule.class] ?? l.rule.class;
const isText = (l: FlowLead): boolean => l.callee === 'text';

export const withoutFollowedTexts = (leads: readonly FlowLead[]): FlowLead[] => {
  const followed = new Set<string>();
  const texts = new Set<string>();
  for (const l of leads) {
    if (isText(l)) continue;
    const places = [l.sink, l.at, ...l.alsoAt, ...l.flow];
    for (const p of places) followed.add(`${family(l)}|${p.path}:${p.line}`);
  }
  return leads.filter((l) => {
    if (!isText(l)) return true;
    const places = [l.at, ...l.flow.filter((s) => s.role === 'step')];
    if (places.some((p) => followed.has(`${family(l)}|${p.path}:${p.line}`))) return false;
    const key = `${family(l)}|${l.at.path}:${l.at.line}`;
    return !texts.has(key) && texts.add(key);
  });
};
