import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Check, Methodology, Section } from '../../src/domain/methodology.ts';

/** A check nobody gathers evidence for, unless collectors are named. */
export const madeCheck = (
  id: string,
  collectors: readonly string[] = [],
  over: Partial<Check> = {},
): Check => ({
  id,
  origin: 'custom',
  title: `Question ${id} of the fixture`,
  why: `Because the fixture needs a reason for ${id}.`,
  look: ['Open the file.', 'Read what stands there.'],
  passesWhen: 'It says what it should.',
  failsWhen: 'It does not.',
  collectors: [...collectors],
  manual: [{ run: 'git show {commit}:README.md', purpose: 'what the project says of itself' }],
  references: { cwe: ['CWE-78'], ttps: [], top10: [] },
  scorecard: [],
  finding: {
    title: `Weakness behind ${id}`,
    severity: 'medium',
    category: 'Fixture',
    cwe: 'CWE-78',
    remediation: ['Change it.'],
  },
  ...over,
});

/** `sections` sections of `each` checks: S1-001 … */
export const madeMethodology = (
  sections: number,
  each: number,
  collectors: readonly string[] = [],
): Methodology => {
  const made = Array.from(
    { length: sections },
    (_, s): Section => ({
      id: `S${s + 1}`,
      title: `Section ${s + 1}`,
      origin: 'custom',
      checks: Array.from({ length: each }, (_c, c) =>
        madeCheck(`S${s + 1}-${String(c + 1).padStart(3, '0')}`, collectors),
      ),
    }),
  );
  return {
    id: 'fixture',
    title: 'Fixture methodology',
    version: '1.0',
    phases: [{ id: '1', title: 'Only phase', sections: made }],
    scorecard: {
      levels: [0, 1, 2, 3, 4].map((value) => ({ value, label: `level ${value}` })),
      dimensions: [
        {
          id: 'all',
          title: 'All',
          weight: 100,
          criteria: [{ id: 'good', title: 'Good', question: 'Is it good?', facts: [], factsDecide: false }],
        },
      ],
    },
  };
};

/** Writes a methodology as the folder an auditor would name with `--methodology`. */
export const writeChecklists = (dir: string, m: Methodology): string => {
  mkdirSync(dir, { recursive: true });
  const { scorecard, phases, ...index } = m;
  const listed = phases.map((p) => ({ ...p, sections: p.sections.map((s) => s.id) }));
  writeFileSync(join(dir, 'methodology.yml'), stringify({ ...index, phases: listed }));
  writeFileSync(join(dir, 'scorecard.yml'), stringify(scorecard));
  for (const s of phases.flatMap((p) => p.sections))
    writeFileSync(join(dir, `${s.id}-section.yml`), stringify(s, { aliasDuplicateObjects: false }));
  return dir;
};
