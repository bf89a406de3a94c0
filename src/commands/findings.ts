import { stringify } from 'yaml';
import { isRefusal, type Refusal } from '../domain/decide.ts';
import { type Finding, missingParts, severityProposed } from '../domain/finding.ts';
import {
  type FindingInput,
  findingInput,
  firstProblem,
  toInput,
  withInput,
} from '../domain/finding-input.ts';
import { yamlValue } from '../domain/yaml-value.ts';
import { itemsNamed, locate } from '../engine/locate.ts';
import type { Store } from '../engine/store.ts';

/** A finding as an auditor edits it: YAML, one key a part, in the order a reader wants it. */
export const findingText = (f: Finding): string => {
  const missing = missingParts(f);
  const head = [
    `${f.id}: save and close to record it; close without a change to record nothing.`,
    missing.length > 0 ? `Still to fill: ${missing.join(', ')}.` : 'Nothing is missing.',
    `severity: critical, high, medium, low, info${severityProposed(f) ? `; proposed is ${f.severity}, which nobody gave yet` : ''}. Impact ratings: High, Medium, Low, None.`,
    'where: path:first-last at the audited commit; the lines are read there, not copied from here.',
  ];
  return `${head.map((l) => `# ${l}`).join('\n')}\n${stringify(toInput(f), { lineWidth: 100, blockQuote: 'literal' })}`;
};

/** What was written, laid over `base`; places and evidence are looked up, never taken on trust. */
export const resolveFinding = async (
  input: FindingInput,
  base: Finding,
  store: Store,
): Promise<Finding | Refusal> => {
  const locations = input.where ? await locate(input.where, (path) => store.readText(path)) : null;
  if (locations && isRefusal(locations)) return locations;
  let evidence: string[] | null = null;
  if (input.evidence) {
    evidence = [];
    for (const name of input.evidence) {
      const items = itemsNamed(store.snapshot().evidence, name);
      // What it rests on already may be gone from the evidence since.
      if (isRefusal(items) && !base.evidence.includes(name)) return items;
      evidence.push(...(isRefusal(items) ? [name] : items.map((i) => i.id)));
    }
    evidence = [...new Set(evidence)];
  }
  return withInput(base, input, { locations, evidence });
};

export const parseFinding = async (text: string, base: Finding, store: Store): Promise<Finding | Refusal> => {
  const read = yamlValue(text, 0);
  if ('problem' in read) return { refused: `not YAML: ${read.problem}`, hint: 'Correct that line.' };
  const parsed = findingInput.safeParse(read.value);
  if (!parsed.success) return firstProblem(parsed.error, 'the finding');
  return resolveFinding(parsed.data, base, store);
};
