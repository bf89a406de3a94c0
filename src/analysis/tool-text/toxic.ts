import type { FoundEntry } from '../surface/surface-entry.ts';

/**
 * Which tools of one server, used together, let text from outside carry private data out or do harm. By names and
 * descriptions only: what a tool really reaches is for the auditor to see.
 */

export type Leg = 'private' | 'untrusted' | 'outbound' | 'destructive';

const LEGS: Record<Leg, { name: RegExp; text: RegExp }> = {
  private: {
    name: /(?:^|[_-]|(?<=[a-z]))(?:read|get|list|search|fetch|query|find|show|export|download)\w*[_-]?(?:files?|e?mails?|messages?|inbox|documents?|notes?|secrets?|contacts?|calendar|events?|database|tables?|records?|customers?|accounts?|repos?|repository|code|pages?|tickets?|logs?|memory|drive|history)|execute_?(?:sql|query)|run_?(?:sql|query)|read_?file|select_/i,
    text: /\b(?:reads?|retrieves?|lists?|search(?:es)?|gets?|returns?)\b[^.\n]{0,60}\b(?:e-?mails?|inbox|private|your (?:files|documents|messages|notes|data)|local files?|file contents?|database|customers?|secrets?|calendar|direct messages)\b/i,
  },
  untrusted: {
    name: /(?:^|[_-]|(?<=[a-z]))(?:fetch|scrape|crawl|browse|navigate|web|url|rss|feed|download|issues?|comments?|pull_?requests?|inbox|e?mails?|messages?|reviews?|tweets?|posts?|search_?web|websearch|page_?content)(?:$|[_-]|(?=[A-Z]))/i,
    text: /\b(?:fetch(?:es)?|downloads?|scrapes?|crawls?|browses?|reads?|retrieves?|search(?:es)?|lists?|gets?)\b[^.\n]{0,60}\b(?:web ?pages?|websites?|the (?:web|internet)|issues?|pull requests?|e-?mails?|(?:chat|direct|slack) messages?|feeds?|tweets?)\b/i,
  },
  outbound: {
    name: /(?:^|[_-]|(?<=[a-z]))(?:send|post|publish|upload|share|tweet|notify|webhook|push|reply|forward|invite|create_?(?:issue|comment|pull_?request|gist|page|message)|add_?comment|http_?request|navigate|fetch|request)(?:$|[_-]|(?=[A-Z]))/i,
    text: /\b(?:sends?|posts?|publish(?:es)?|uploads?|shares?|pushes|replies|forwards?)\b[^.\n]{0,60}\b(?:e-?mails?|messages?|to (?:a|the|an)|comments?|issues?|webhooks?|files?|urls?)\b/i,
  },
  destructive: {
    name: /(?:^|[_-]|(?<=[a-z]))(?:delete|remove|drop|truncate|destroy|execute|exec|run_?(?:command|shell|code|script|python)|eval|write|overwrite|kill|terminate|transfer|pay|purchase)(?:$|[_-]|(?=[A-Z]))/i,
    text: /\b(?:deletes?|drops?|destroys?|executes?|runs?|overwrites?|terminates?)\b[^.\n]{0,40}\b(?:files?|commands?|code|scripts?|tables?|records?|resources?|queries|shell|pods?|instances?)\b/i,
  },
};

/** What a tool by this name returns is its own receipt. */
const GIVES =
  /^(?:\w{1,20}_)?(?:send|post|create|delete|update|reply|upload|publish|set|add|remove)(?:_|(?=[A-Z]))/;

const ON_A_URL = /^(?:url|uri|link|href|endpoint|webhook_?url|target_?url|page_?url)$/i;

/** What of a tool these are told by; every reading of one has it. */
export type ToolWords = Pick<FoundEntry, 'name' | 'description'> & {
  params: readonly { name: string }[] | null;
};

/** The legs one tool stands on. */
export const legsOf = (tool: ToolWords): Leg[] => {
  // What a tool does stands in its first sentence; further down are advice and examples.
  const first = tool.description.slice(0, 160);
  const legs = (Object.keys(LEGS) as Leg[]).filter(
    (leg) =>
      (LEGS[leg].name.test(tool.name) || LEGS[leg].text.test(first)) &&
      !(GIVES.test(tool.name) && (leg === 'untrusted' || leg === 'private')),
  );
  // Whoever chooses an address chooses where the request, and what is in it, goes.
  if (
    !legs.includes('outbound') &&
    (tool.params ?? []).some((p) => ON_A_URL.test(p.name)) &&
    legs.includes('untrusted')
  )
    legs.push('outbound');
  return legs;
};

export type Combination = { tools: Record<Leg, string[]>; whole: boolean };

/** The server's combination, or null when a leg is missing. `whole`: private data, untrusted text and a way out. */
export const toxicCombination = (tools: readonly ToolWords[]): Combination | null => {
  const by: Record<Leg, string[]> = { private: [], untrusted: [], outbound: [], destructive: [] };
  for (const tool of tools)
    for (const leg of legsOf(tool)) if (!by[leg].includes(tool.name)) by[leg].push(tool.name);
  if (by.untrusted.length === 0) return null;
  const whole = by.private.length > 0 && by.outbound.length > 0;
  return whole || by.destructive.length > 0 ? { tools: by, whole } : null;
};
