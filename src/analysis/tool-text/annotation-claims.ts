/** Tool hints against the words of a tool's name. Words only open a question; what the handler does answers it. */

const WRITING =
  /^(?:delete|remove|destroy|drop|purge|wipe|erase|truncate|write|update|create|insert|upsert|put|patch|edit|modify|set|add|append|move|rename|push|commit|merge|rebase|reset|revert|upload|publish|deploy|install|uninstall|execute|exec|run|kill|stop|start|restart|send|post|cancel|approve|grant|revoke|enable|disable|cleanup|apply|scale|archive|save|clear|launch|terminate)$/;
const DESTROYING =
  /^(?:delete|remove|destroy|drop|purge|wipe|erase|truncate|uninstall|kill|terminate|revoke|cleanup|reset)$/;
/** A reading verb in front wins: `list_create_events`, `get_reset_status`. */
const READING =
  /^(?:get|list|read|search|find|fetch|show|describe|view|query|count|check|status|info|lookup|preview|validate|explain|inspect)$/;

const words = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** The word that says the tool changes something, or null. */
export const writingWord = (name: string): string | null => {
  for (const word of words(name)) {
    if (READING.test(word)) return null;
    if (WRITING.test(word)) return word;
  }
  return null;
};

export const destroyingWord = (name: string): string | null => {
  const word = writingWord(name);
  return word && DESTROYING.test(word) ? word : null;
};

export type HintProblem = {
  rule: 'read-only-on-writer' | 'not-destructive-on-destroyer' | 'contradicting-hints';
  say: string;
};

/** Contradictions among a tool's hints, and between them and its name. */
export const hintProblems = (name: string, annotations: Record<string, unknown>): HintProblem[] => {
  const problems: HintProblem[] = [];
  const writes = writingWord(name);
  if (annotations.readOnlyHint === true && writes)
    problems.push({ rule: 'read-only-on-writer', say: `readOnlyHint is true, the name says "${writes}"` });
  const destroys = destroyingWord(name);
  if (annotations.destructiveHint === false && annotations.readOnlyHint !== true && destroys)
    problems.push({
      rule: 'not-destructive-on-destroyer',
      say: `destructiveHint is false, the name says "${destroys}"`,
    });
  if (annotations.readOnlyHint === true && annotations.destructiveHint === true)
    problems.push({ rule: 'contradicting-hints', say: 'readOnlyHint and destructiveHint are both true' });
  return problems;
};
