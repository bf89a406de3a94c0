import { analyse } from '../../src/analysis/flow/analyse.ts';
import { leadsOf } from '../../src/analysis/flow/leads.ts';
import { knowledge, readerFor, shipped, shippedModels } from '../analysis/flow/follow.ts';
import { LANGUAGES, type Program, programsOf } from './programs.ts';

/** `wrong`: said, but with another strength than a rule gives; or a guard that was not believed. */
export type Outcome = 'right' | 'wrong' | 'missed' | 'unread';
export type Tried = { program: Program; outcome: Outcome; said: readonly string[] };

const RANK = { strong: 0, moderate: 1, weak: 2 } as const;

/** Runs every program that is asked for through the engine, each for itself, in the order they are made. */
export const tried = async (wanted: (p: Program) => boolean = () => true): Promise<Tried[]> => {
  const knows = knowledge();
  const rules = new Map(shipped().map((r) => [r.id, r]));
  const results: Tried[] = [];
  for (const language of LANGUAGES)
    for (const program of programsOf(language, shipped(), shippedModels())) {
      if (!wanted(program)) continue;
      const module = (await readerFor(program.path)).read(program.path, program.code);
      if (module.errors.length > 0) {
        results.push({ program, outcome: 'unread', said: [`line ${module.errors[0]!.line}`] });
        continue;
      }
      const leads = leadsOf((await analyse([module], knows)).hits).filter((l) => l.origin !== 'caller');
      const rule = rules.get(program.rule)!;
      // A class is what an auditor reads; two rules of one class are one answer.
      const own = leads.filter((l) => l.rule.id === rule.id || l.rule.class === rule.class);
      const best = own.map((l) => l.strength).sort((a, b) => RANK[a] - RANK[b])[0];
      const full = /^(?:standard input|stdin|worker\b|child message)/.test(program.name)
        ? 'moderate'
        : rule.strength;
      const outcome: Outcome =
        program.expected === 'guarded'
          ? own.some(
              (l) =>
                l.rule.id === rule.id &&
                l.strength !== 'weak' &&
                l.guards.length === 0 &&
                l.sanitizers.length === 0,
            )
            ? 'wrong'
            : 'right'
          : best === undefined
            ? 'missed'
            : RANK[best] > RANK[full]
              ? 'wrong'
              : 'right';
      results.push({ program, outcome, said: leads.map((l) => `${l.strength} ${l.rule.id}`) });
    }
  return results;
};
