import { describe, expect, it } from 'vitest';
import { readSource, weaknessLanguage } from '../../../src/analysis/sources/source.ts';
import { packagesOf } from '../../../src/analysis/weaknesses/packages.ts';
import { rules } from '../../../src/analysis/weaknesses/rules/index.ts';
import { parse } from './code/parse.ts';
import { access } from './samples/access.ts';
import { circumstancesSamples } from './samples/circumstances.ts';
import { errors } from './samples/errors.ts';
import { exposure } from './samples/exposure.ts';
import { filters } from './samples/filters.ts';
import { goodPractice } from './samples/good-practice.ts';
import { identity } from './samples/identity.ts';
import { limits } from './samples/limits.ts';
import { secrecy } from './samples/secrecy.ts';
import { transport } from './samples/transport.ts';

const samples = {
  ...access,
  ...circumstancesSamples,
  ...errors,
  ...exposure,
  ...filters,
  ...goodPractice,
  ...identity,
  ...limits,
  ...secrecy,
  ...transport,
};

const packageOf = async (file: string, text: string) => {
  const module = file.endsWith('.kt') ? null : await parse(file, text);
  return packagesOf(
    [readSource(file, text, weaknessLanguage(file)!, module)],
    new Map(),
    new Map(module ? [[file, module]] : []),
  )[0]!;
};

describe('rules on samples', () => {
  it('are each known by one id, and each have samples', () => {
    expect(Object.keys(samples).sort()).toEqual(rules.map((r) => r.id).sort());
  });

  for (const rule of rules) {
    const { found = [], clean = [] } = samples[rule.id] ?? {};
    describe(rule.id, () => {
      it.each(found)('points at %s: %s', async (file, text) => {
        expect(rule.find(await packageOf(file, text))).not.toEqual([]);
      });
      it.each(clean)('passes over %s: %s', async (file, text) => {
        expect(rule.find(await packageOf(file, text)).map((m) => text.slice(m.start, m.end))).toEqual([]);
      });
      it('has samples of both kinds, in languages it reads', () => {
        expect(found.length).toBeGreaterThan(0);
        expect(clean.length).toBeGreaterThan(0);
        for (const [file] of found) expect(rule.languages).toContain(weaknessLanguage(file));
      });
    });
  }
});
