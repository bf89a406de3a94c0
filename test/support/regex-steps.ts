import { type AST, RegExpParser } from '@eslint-community/regexpp';

/**
 * How many steps a backtracking matcher takes for an expression on a text: what Node's own does, counted instead of timed.
 * Finite repetitions are cut to {@link MOST_TIMES}: what is bounded is linear whatever its bound, and shows it in a short text.
 */
const MOST_TIMES = 40;

type Next = (at: number) => boolean;
type Matcher = (at: number, next: Next) => boolean;

export class TooManySteps extends Error {}

type Compiled = { steps(text: string): number; samples: string[] };

const CANDIDATES = [...'aA0 _-.:/"\'`=<>()[]{}|#@$%&*+,;!?~^\\\n\t\r'];

export const countingSteps = (source: string, flags: string, mostSteps: number): Compiled => {
  const parser = new RegExpParser();
  const unicode = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') };
  const pattern = parser.parsePattern(source, 0, source.length, unicode);
  let text = '';
  let steps = 0;
  const captured = new Map<AST.CapturingGroup, [number, number]>();
  const one = flags.replace(/[gy]/g, '');

  const charTest = (raw: string): ((char: string) => boolean) => {
    const real = new RegExp(`^(?:${raw})$`, one);
    const known = new Map<string, boolean>();
    return (char) => {
      const found = known.get(char) ?? real.test(char);
      known.set(char, found);
      return found;
    };
  };
  const word = (i: number): boolean => /\w/.test(text[i] ?? '');
  const lineEnd = (i: number): boolean => i >= 0 && i < text.length && /[\n\r\u2028\u2029]/.test(text[i]!);

  const either = (alternatives: readonly AST.Alternative[], back: boolean): Matcher => {
    const all = alternatives.map((a) => sequence(a.elements, back));
    return (at, next) => all.some((m) => m(at, next));
  };
  const sequence = (elements: readonly AST.Element[], back: boolean): Matcher => {
    const all = (back ? [...elements].reverse() : elements).map((e) => matcher(e, back));
    const from =
      (n: number): Matcher =>
      (at, next) =>
        n === all.length ? next(at) : all[n]!(at, (to) => from(n + 1)(to, next));
    return from(0);
  };
  const repeated = (node: AST.Quantifier, back: boolean): Matcher => {
    const inner = matcher(node.element, back);
    const min = Math.min(node.min, MOST_TIMES);
    const max = Number.isFinite(node.max) ? Math.min(node.max, MOST_TIMES) : node.max;
    const loop = (times: number, at: number, next: Next): boolean => {
      const more = () =>
        times < max && inner(at, (to) => !(to === at && times >= min) && loop(times + 1, to, next));
      return node.greedy ? more() || (times >= min && next(at)) : (times >= min && next(at)) || more();
    };
    return (at, next) => loop(0, at, next);
  };
  const matcher = (node: AST.Element, back: boolean): Matcher => {
    switch (node.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass': {
        const test = charTest(node.raw);
        return (at, next) => {
          if (++steps > mostSteps) throw new TooManySteps();
          const char = text[back ? at - 1 : at];
          return char !== undefined && test(char) && next(back ? at - 1 : at + 1);
        };
      }
      case 'Group':
        return either(node.alternatives, back);
      case 'CapturingGroup': {
        const inner = either(node.alternatives, back);
        return (at, next) =>
          inner(at, (to) => {
            captured.set(node, back ? [to, at] : [at, to]);
            return next(to);
          });
      }
      case 'Quantifier':
        return repeated(node, back);
      case 'Backreference': {
        const [group] = [node.resolved].flat();
        return (at, next) => {
          const [from, to] = (group ? captured.get(group) : undefined) ?? [0, 0];
          const said = text.slice(from, to);
          steps += said.length;
          return (
            text.startsWith(said, back ? at - said.length : at) &&
            next(back ? at - said.length : at + said.length)
          );
        };
      }
      case 'Assertion':
        if (node.kind === 'start')
          return (at, next) => (at === 0 || (flags.includes('m') && lineEnd(at - 1))) && next(at);
        if (node.kind === 'end')
          return (at, next) => (at === text.length || (flags.includes('m') && lineEnd(at))) && next(at);
        if (node.kind === 'word')
          return (at, next) => (word(at - 1) !== word(at)) !== node.negate && next(at);
        if (node.kind === 'lookahead' || node.kind === 'lookbehind') {
          const inner = either(node.alternatives, node.kind === 'lookbehind');
          return (at, next) => inner(at, () => true) !== node.negate && next(at);
        }
        throw new Error('an assertion that is not known');
    }
  };

  const samplesOf = (node: AST.Element): string[] => {
    switch (node.type) {
      case 'Character':
        return [String.fromCodePoint(node.value)];
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass': {
        const test = charTest(node.raw);
        const found = CANDIDATES.filter(test);
        return found.length > 0 ? [found[0]!] : [''];
      }
      case 'Group':
      case 'CapturingGroup':
        return node.alternatives.slice(0, 3).map((a) => whole(a.elements));
      case 'Quantifier': {
        const [inner = ''] = samplesOf(node.element);
        return [inner.repeat(Math.min(Math.max(node.min, node.max > 0 ? 1 : 0), 20))];
      }
      case 'Backreference':
      case 'Assertion':
        return [''];
    }
  };
  const whole = (elements: readonly AST.Element[]): string =>
    elements.map((e) => samplesOf(e)[0] ?? '').join('');

  /** What every beginning of the expression matches, and what every part of it does. */
  const beginnings = (alternatives: readonly AST.Alternative[], depth: number): string[] =>
    alternatives.slice(0, 12).flatMap(({ elements }) => {
      const found: string[] = [];
      for (const [n, element] of elements.entries()) {
        const before = whole(elements.slice(0, n));
        const inner = element.type === 'Quantifier' ? element.element : element;
        if (depth < 2 && (inner.type === 'Group' || inner.type === 'CapturingGroup'))
          for (const b of beginnings(inner.alternatives, depth + 1)) found.push(before + b);
        for (const s of samplesOf(element)) found.push(before + s);
      }
      return found;
    });

  const run = either(pattern.alternatives, false);
  return {
    samples: [...new Set(beginnings(pattern.alternatives, 0))].filter((s) => s !== '' && s.length <= 80),
    steps(given) {
      text = given;
      steps = 0;
      for (let at = 0; at <= text.length; at++) {
        captured.clear();
        let end = -1;
        const matched = run(at, (to) => {
          end = to;
          return true;
        });
        if (matched) at = Math.max(at, end - 1);
        if (flags.includes('y')) break;
      }
      return steps;
    },
  };
};

const SHORT = 150;
const MOST_UNITS = 16;
/** What no expression asks for: an end that fails. */
const END = '\u0001';
const MOST_STEPS = 3_000_000;
const LINE = 60;
const filled = (unit: string, length: number, inLines: boolean): string => {
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  return (inLines ? text.replace(new RegExp(`[^]{${LINE}}`, 'g'), '$&\n') : text) + END;
};

/**
 * A text on which an expression takes about four times the steps when it is twice as long; null when none was found. Its own
 * beginnings, again and again, are what makes it begin anew everywhere.
 *
 * @param inLines whether the text it meets has lines of a bounded length
 */
export const superlinearOn = (source: string, flags: string, inLines = false): string | null => {
  const counted = countingSteps(source, flags, MOST_STEPS);
  for (const unit of counted.samples.slice(0, MOST_UNITS))
    try {
      const once = counted.steps(filled(unit, SHORT, inLines));
      const twice = counted.steps(filled(unit, 2 * SHORT, inLines));
      if (twice > 3 * once && twice > 20 * SHORT) return unit;
    } catch (error) {
      if (error instanceof TooManySteps || error instanceof RangeError) return unit;
      throw error;
    }
  return null;
};
