import { isRefusal, nextFindingId, type Refusal } from '../domain/decide.ts';
import { draftFinding, type Finding, missingParts } from '../domain/finding.ts';
import type { FindingInput } from '../domain/finding-input.ts';
import { applyTemplate, type FindingTemplate, findingFromEvidence } from '../domain/finding-template.ts';
import { findCheck } from '../domain/methodology.ts';
import { triedLeads } from '../domain/observations.ts';
import { findingsOf } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { surfaceOf } from '../domain/surface.ts';
import { itemsNamed } from '../engine/locate.ts';
import type { Store } from '../engine/store.ts';
import { resolveFinding } from './findings.ts';
import { loadTemplates } from './templates.ts';

/** What an entry of an answers file became: the number it has, and what could not be granted of it. */
export type AnsweredFinding = {
  id: string;
  title: string;
  outcome: 'new' | 'updated' | 'unchanged';
  /** Why it is not reviewed although the file says so; '' otherwise. */
  notReviewed: string;
};

const refuse = (refused: string, hint: string): Refusal => ({ refused, hint });

const listed = (findings: readonly Finding[]): string =>
  findings.map((f) => `${f.id} (${f.checks[0]} ${f.title})`).join(', ');

/** A new finding in the words of a template, filled from the first piece of evidence it names. */
const fromTemplate = (
  store: Store,
  templates: readonly FindingTemplate[],
  draft: Finding,
  input: FindingInput,
): Finding | Refusal => {
  const template = templates.find((t) => t.id === input.template);
  if (!template) return draft;
  const { evidence, session } = store.snapshot();
  const named = (input.evidence ?? []).map((name) => itemsNamed(evidence, name));
  const wrong = named.find((n) => isRefusal(n));
  if (wrong && isRefusal(wrong)) return wrong;
  const [item] = named.flatMap((n) => (isRefusal(n) ? [] : n));
  if (!item) return applyTemplate(draft, template, { server: session.target?.name ?? '' }, true);
  return findingFromEvidence(draft, item, {
    templates: [template],
    surface: surfaceOf(evidence.values()),
    server: session.target?.name ?? '',
    tried: triedLeads(session).get(item.id),
    template: template.id,
  });
};

/** The check it was raised from. */
const checkOf = (i: FindingInput): string | undefined => i.checks?.[0] ?? i.check;

const places = (f: Finding): string =>
  f.locations
    .map((l) => `${l.path}:${l.startLine}-${l.endLine}`)
    .sort()
    .join('\n');

const placesOf = (input: FindingInput): string | undefined =>
  input.where
    ?.map((w) => w.replace(/:(\d+)$/, ':$1-$1'))
    .sort()
    .join('\n');

const twice = (id: string): Refusal =>
  refuse(`an entry before it is about ${id} as well`, 'say all of a finding in one entry');

/** The number a new finding gets: the next that is free, and that no entry names for itself. */
const freeId = (session: Session, named: ReadonlySet<string>): string => {
  let highest = session.highestFinding;
  while (named.has(nextFindingId({ highestFinding: highest }))) highest += 1;
  return nextFindingId({ highestFinding: highest });
};

/** The finding an entry names by its id, or by the beginning of one; null when that is free to be given. */
const byId = (session: Session, id: string): Finding | null | Refusal => {
  const all = findingsOf(session);
  const found = all.filter((f) => f.id.startsWith(id));
  const exact = found.find((f) => f.id === id) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  return found.length > 1
    ? refuse(`"${id}" is the beginning of ${found.length} findings`, `say which: ${listed(found)}`)
    : null;
};

/** Entries that name a check can make a finding; they come first, so that the others find it whether or not it is new. */
const rank = (i: FindingInput): number => (checkOf(i) === undefined ? 2 : i.id === undefined ? 1 : 0);

/**
 * Records the entries of one file, each about a finding of its own. Entries of one check and title are told apart by the places
 * they cite, else by their order; one that could only be about the finding of an entry before it is refused, since each would
 * undo what the other says whenever the file is given again.
 */
export const recordFindings = async (
  store: Store,
  inputs: readonly FindingInput[],
): Promise<{ input: FindingInput; entry: { done: AnsweredFinding; recorded: boolean } | Refusal }[]> => {
  /** Findings that entries before were about: as one that was there, by number or title alone, or as one to be made. */
  const taken = new Map<string, 'there' | 'made'>();
  const templates = inputs.some((i) => i.template) ? await loadTemplates() : [];
  const numbers = new Set(inputs.flatMap((i) => i.id ?? []));
  const keyOf = (check: string | undefined, title: string): string => `${check ?? ''}\n${title}`;
  const sameKey = new Map<string, number>();
  for (const i of inputs) {
    const key = keyOf(checkOf(i), i.title ?? i.template ?? '');
    sameKey.set(key, (sameKey.get(key) ?? 0) + 1);
  }

  /** The finding of that title, and check where one is named, that no entry before was about. */
  const byTitle = (
    input: FindingInput,
    check: string | undefined,
    title: string,
  ): Finding | null | Refusal => {
    const all = findingsOf(store.snapshot().session).filter(
      (f) => f.title === title && (check === undefined || f.checks[0] === check),
    );
    const free = all.filter((f) => !taken.has(f.id));
    const spoken = all.find((f) => taken.get(f.id) === 'there');
    if (spoken && free.length === 0) return twice(spoken.id);
    const cited = placesOf(input);
    const there = free.filter((f) => cited !== undefined && places(f) === cited);
    if (there[0]) return there[0];
    const entries = sameKey.get(keyOf(checkOf(input), input.title ?? input.template ?? '')) ?? 1;
    if (all.length > entries)
      return refuse(`"${title}" is the title of ${all.length} findings`, `say which with id: ${listed(all)}`);
    return free[0] ?? null;
  };

  /** What the entry says laid over what is there, or over a draft. */
  const resolve = async (
    input: FindingInput,
  ): Promise<{ finding: Finding; known: Finding | null } | Refusal> => {
    const { session, methodology } = store.snapshot();
    // Also where the finding is there already: what is wrong with a file must not depend on how often it was given.
    if (input.template !== undefined && !templates.some((t) => t.id === input.template))
      return refuse(`there is no template "${input.template}"`, 'mcp-audit checklist templates lists them');
    if (input.id !== undefined && inputs.find((i) => i.id === input.id) !== input) return twice(input.id);
    let known = input.id === undefined ? null : byId(session, input.id);
    if (known === null && input.id === undefined && input.title !== undefined)
      known = byTitle(input, checkOf(input), input.title);
    if (known && isRefusal(known)) return known;
    if (known && taken.has(known.id)) return twice(known.id);
    const check = findCheck(methodology, checkOf(input) ?? known?.checks[0] ?? '');
    if (!check)
      return refuse(
        known || checkOf(input)
          ? `there is no check ${checkOf(input) ?? known?.checks[0]} in ${methodology.id}`
          : `it is new, and names no check of ${methodology.id}`,
        'checks: the ids of the checks it speaks to',
      );
    const draft = draftFinding(input.id ?? freeId(session, numbers), check);
    const begun = known ?? (input.template ? fromTemplate(store, templates, draft, input) : draft);
    if (isRefusal(begun)) return begun;
    // Without a title of its own it has the template's, or the check's: that is the name it is known by the next time.
    if (!known && input.id === undefined && input.title === undefined)
      known = byTitle(input, check.id, begun.title);
    if (known && isRefusal(known)) return known;
    const finding = await resolveFinding(input, known ?? begun, store);
    return isRefusal(finding) ? finding : { finding, known };
  };

  /** Records one entry. A review that cannot be granted keeps nothing else from being recorded. */
  const record = async (
    input: FindingInput,
  ): Promise<{ done: AnsweredFinding; recorded: boolean } | Refusal> => {
    const resolved = await resolve(input);
    if (isRefusal(resolved)) return resolved;
    const { finding, known } = resolved;
    const missing = finding.reviewed ? missingParts(finding) : [];
    const granted = missing.length > 0 ? { ...finding, reviewed: false } : finding;
    const result = store.dispatch({ type: 'record-finding', finding: granted });
    if (isRefusal(result) && result.refused !== 'nothing changed') return result;
    taken.set(finding.id, input.id === undefined && checkOf(input) !== undefined ? 'made' : 'there');
    // A changed text ends a review, unless the file says of this very text that it was reviewed.
    const { reviewed } = store.snapshot().session.findings.get(finding.id) ?? { reviewed: false };
    const again =
      input.reviewed === true && missing.length === 0 && !reviewed
        ? store.dispatch({ type: 'review-finding', finding: finding.id, reviewed: true })
        : null;
    const changed = !isRefusal(result) || (again !== null && !isRefusal(again));
    return {
      recorded: changed,
      done: {
        id: finding.id,
        title: finding.title,
        outcome: changed ? (known ? 'updated' : 'new') : 'unchanged',
        notReviewed: missing.length > 0 ? `still to fill: ${missing.join(', ')}` : '',
      },
    };
  };

  const done = [];
  for (const input of [...inputs].sort((a, b) => rank(a) - rank(b)))
    done.push({ input, entry: await record(input) });
  return done;
};
