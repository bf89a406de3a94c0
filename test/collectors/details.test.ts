import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', '..', 'src');

/** Verbs with which a sentence tells its reader to do something. */
const ORDERS =
  /(?:^|[.:;!?]\s|,\s(?=or\s))(?:or\s)?(?:See|Look|Read|Render|Run|Follow|Fetch|Find out|Prove|Hold|Try|Start|Ask|Check|Compare|Name|Import|Weigh|Make sure|Judge|Verify|look at|try|start|run|read|see|check|ask|compare|verify|prove)\s(?!by\b|of\b|from\b|as\b|in\b|to be\b|is\b|are\b|was\b|were\b)/;

/** The values of properties called detail, by the indentation the formatter gives them, without code between. */
const detailsOf = (path: string): string[] => {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    const begin = /^(\s*)(.*\{ )?detail:/.exec(line);
    if (!begin) return [];
    const deeper = lines
      .slice(i + 1)
      .findIndex((l) => l.trim() !== '' && /^\s*/.exec(l)![0].length <= begin[1]!.length);
    const value = [line.slice(begin[0].length), ...lines.slice(i + 1, i + 1 + Math.max(0, deeper))].join(
      '\n',
    );
    return [...value.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map((m) =>
      (m[1] ?? m[2] ?? m[3] ?? '').replace(/\$\{[^}]*\}/g, '…'),
    );
  });
};

it('what evidence says of itself is published and gives no advice: that stands in a field of its own', () => {
  const places = ['collectors', join('analysis', 'weaknesses', 'rules')].flatMap((d) =>
    readdirSync(join(SRC, d), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts'))
      .map((f) => join(d, f)),
  );
  const details = places.flatMap((f) => detailsOf(join(SRC, f)).map((text) => `${f}: ${text}`));
  expect(details.length).toBeGreaterThan(300);
  expect(details.filter((d) => ORDERS.test(d.slice(d.indexOf(': ') + 2)))).toEqual([]);
});
