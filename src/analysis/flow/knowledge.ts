import { isPattern, type Language, type Lookup, lookupOf } from './lookup.ts';
import type { CarrierRow, DoorRow, Model, SourceRow, TypeRow } from './models.ts';
import type { Rule, Sink } from './rules.ts';

/** Rules and models, made ready for the engine to ask. */

export { parseRules } from './parse-rules.ts';

/** One sink of one rule, with its expressions compiled. */
export type SinkRule = {
  rule: Rule;
  sink: Sink;
  /** Full paths, and those of any object without `*.`. */
  exact: ReadonlySet<string>;
  arguments: readonly (number | string)[];
  hint: RegExp | null;
  except: RegExp | null;
};

export type Knowledge = {
  rules: readonly Rule[];
  models: readonly Model[];
  sinks: Lookup<SinkRule>;
  doors: Lookup<DoorRow>;
  decorators: Lookup<DoorRow>;
  places: Lookup<DoorRow>;
  /** Doors that are no calls: classes by their bases, records, exports. */
  others(on: 'class' | 'record' | 'export', language: Language): readonly DoorRow[];
  sources: Lookup<SourceRow>;
  members: Lookup<SourceRow>;
  carriers: Lookup<CarrierRow>;
  /** Whether a call is a guard of some model: where it stands on a way matters. */
  cleans(path: string, language: Language): boolean;
  /** A type by its path, `pathlib.Path()`; where only a bare name is known, by that. */
  typeOf(path: string, language: Language): { path: string; row: TypeRow } | null;
  /** The path models use for a thing. */
  canonical(path: string, language: Language): string;
  /** Whether some model speaks of the module this path begins with. */
  isModelled(path: string, language: Language): boolean;
  /** First names of whole paths: what the rules know by name. */
  roots: ReadonlySet<string>;
};

const rowsOf = <T>(
  models: readonly Model[],
  of: (m: Model) => readonly T[],
  calls: (row: T) => readonly string[],
) => models.flatMap((m) => of(m).map((row) => ({ row, calls: calls(row), language: m.language })));

/** Rows by the names that paths go by once they are read, too. */
const settled =
  (canonical: Knowledge['canonical']) =>
  <R extends { calls: readonly string[]; language: Language | null }>(rows: readonly R[]): R[] =>
    rows.map((r) => {
      const { language } = r;
      if (language === null) return r;
      const names = r.calls.flatMap((c) => {
        const now = c.startsWith('*.') || isPattern(c) ? c : canonical(c, language);
        return now === c ? [c] : [c, now];
      });
      return { ...r, calls: names };
    });

const sinkEntries = (rules: readonly Rule[]) =>
  rules.flatMap((r) =>
    r.sinks.flatMap((sink) => {
      const row: SinkRule = {
        rule: r,
        sink,
        exact: new Set(sink.calls.filter((c) => !c.startsWith('*.'))),
        arguments: Array.isArray(sink.argument) ? sink.argument : [sink.argument],
        hint: sink.hint === undefined ? null : new RegExp(sink.hint, 'i'),
        except: sink.except === undefined ? null : new RegExp(sink.except, 'i'),
      };
      const spoken = sink.languages ?? r.languages ?? [null];
      return spoken
        .filter((l) => l === null || !r.languages || r.languages.includes(l))
        .map((language) => ({ row, calls: sink.calls, language }));
    }),
  );

/** Aliases and the results of types as one table: what a path is called instead. */
const renamed = (models: readonly Model[]): Map<string, string> => {
  const table = new Map<string, string>();
  for (const m of models) {
    for (const [from, to] of Object.entries(m.aliases)) table.set(`${m.language} ${from}`, to);
    for (const [path, row] of Object.entries(m.types)) {
      for (const member of row.same) table.set(`${m.language} ${path}.${member}`, path);
      for (const [member, to] of Object.entries(row.gives)) table.set(`${m.language} ${path}.${member}`, to);
    }
  }
  return table;
};

const MOST_KEPT = 50_000;

const canonicalOf = (models: readonly Model[]): Knowledge['canonical'] => {
  const table = renamed(models);
  const known = new Map<string, string>();
  /** The longest beginning that has another name, and so on with what comes of it. */
  const settle = (path: string, language: Language): string => {
    let now = path;
    for (let turn = 0; turn < 4; turn++) {
      const whole = table.get(`${language} ${now}`);
      if (whole !== undefined) {
        now = whole;
        continue;
      }
      let next: string | null = null;
      for (let i = now.length - 1; i > 0; i--) {
        if (now[i] !== '.' && now[i] !== '(') continue;
        const to = table.get(`${language} ${now.slice(0, i)}`);
        if (to === undefined) continue;
        next = to + now.slice(i);
        break;
      }
      if (next === null || next === now) return now;
      now = next;
    }
    return now;
  };
  return (path, language) => {
    const key = `${language} ${path}`;
    const held = known.get(key);
    if (held !== undefined) return held;
    const found = settle(path, language);
    if (known.size < MOST_KEPT) known.set(key, found);
    return found;
  };
};

const typesOf = (models: readonly Model[], canonical: Knowledge['canonical']): Knowledge['typeOf'] => {
  const exact = new Map<string, { path: string; row: TypeRow }>();
  const bare = new Map<string, { path: string; row: TypeRow }>();
  for (const m of models)
    for (const [path, row] of Object.entries(m.types)) {
      exact.set(`${m.language} ${path}`, { path, row });
      const settledPath = canonical(path, m.language);
      if (!exact.has(`${m.language} ${settledPath}`))
        exact.set(`${m.language} ${settledPath}`, { path, row });
      const name = /([\w$]{1,100})\(\)$/.exec(path)?.[1];
      if (name && row.is !== 'plain') bare.set(`${m.language} ${name}`, { path, row });
    }
  return (path, language) =>
    exact.get(`${language} ${path}`) ??
    (/[./]/.test(path) ? null : (bare.get(`${language} ${path.replace(/\(\)$/, '')}`) ?? null));
};

const modelledBy = (models: readonly Model[]): Knowledge['isModelled'] => {
  const names = new Set<string>();
  for (const m of models) {
    for (const i of m.imports) names.add(`${m.language} ${i}`);
    const spoken = [...m.sinks, ...m.guards, ...m.sources, ...m.carriers].flatMap((row) => row.calls);
    for (const path of spoken) {
      // The module of `urlencoding.encode`, of `org.jsoup.Jsoup.connect`.
      const module = /^[@\w/-][@\w./-]*?(?=\.[A-Z]|\.\w+(?:\(\).*)?$)/.exec(path)?.[0];
      if (module !== undefined && !path.startsWith('*') && !isPattern(path))
        names.add(`${m.language} ${module}`);
    }
  }
  return (path, language) => {
    for (
      let end = path.length;
      end > 0;
      end = Math.max(...SEPARATORS.map((s) => path.lastIndexOf(s, end - 1)))
    )
      if (names.has(`${language} ${path.slice(0, end)}`)) return true;
    return false;
  };
};
const SEPARATORS = ['.', '/', '('];

export const indexRules = (rules: readonly Rule[], models: readonly Model[] = []): Knowledge => {
  const canonical = canonicalOf(models);
  const named = settled(canonical);
  const doors = (on: DoorRow['on']) =>
    lookupOf(
      named(
        rowsOf(
          models,
          (m) => m.doors.filter((d) => d.on === on),
          (d) => d.at,
        ),
      ),
    );
  const cleaning = lookupOf(
    named(
      rowsOf(
        models,
        (m) => m.guards,
        (g) => g.calls,
      ),
    ),
  );
  const apart = new Map<string, DoorRow[]>();
  for (const m of models)
    for (const d of m.doors) {
      const key = `${d.on} ${m.language}`;
      apart.set(key, [...(apart.get(key) ?? []), d]);
    }
  const roots = [
    ...rules.flatMap((r) => r.sinks.flatMap((s) => s.calls)),
    ...models.flatMap((m) => [
      ...m.doors.filter((d) => d.on === 'call').flatMap((d) => d.at),
      ...m.sources.flatMap((s) => [...s.calls, ...s.members]),
    ]),
  ].filter((c) => !c.startsWith('*.') && !isPattern(c));
  return {
    rules,
    models,
    sinks: lookupOf(named(sinkEntries(rules))),
    doors: doors('call'),
    decorators: doors('decorator'),
    places: doors('place'),
    others: (on, language) => apart.get(`${on} ${language}`) ?? [],
    sources: lookupOf(
      named(
        rowsOf(
          models,
          (m) => m.sources,
          (s) => s.calls,
        ),
      ),
    ),
    members: lookupOf(
      named(
        rowsOf(
          models,
          (m) => m.sources,
          (s) => s.members,
        ),
      ),
    ),
    carriers: lookupOf(
      named(
        rowsOf(
          models,
          (m) => m.carriers,
          (c) => c.calls,
        ),
      ),
    ),
    cleans: (path, language) => cleaning(path, language).length > 0,
    typeOf: typesOf(models, canonical),
    canonical,
    isModelled: modelledBy(models),
    roots: new Set(roots.map((c) => /^[\w$]+/.exec(c)?.[0] ?? c)),
  };
};

export const sinksOf = (k: Knowledge, path: string, language: Language): readonly SinkRule[] =>
  k.sinks(path, language);
