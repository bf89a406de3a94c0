import catalogue from '../../checklists/catalogue/cwe.json' with { type: 'json' };

/** The whole Common Weakness Enumeration by name, as of {@link CWE_CATALOGUE}: offline, and the same on every machine. */
export const CWE_CATALOGUE = { source: catalogue.source, version: catalogue.version, date: catalogue.date };

const names: ReadonlyMap<string, string> = new Map(Object.entries(catalogue.names));
const discouraged: ReadonlySet<string> = new Set(catalogue.discouraged);
const prohibited: ReadonlySet<string> = new Set(catalogue.prohibited);

export type Cwe = {
  id: string;
  /** MITRE's whole name. */
  name: string;
  /** Whether MITRE wants findings mapped to it: categories of the list are too wide to say what is wrong. */
  usage: 'allowed' | 'discouraged' | 'prohibited';
};

export const findCwe = (id: string): Cwe | null => {
  const name = names.get(id);
  return name === undefined
    ? null
    : {
        id,
        name,
        usage: prohibited.has(id) ? 'prohibited' : discouraged.has(id) ? 'discouraged' : 'allowed',
      };
};

export const allCwes = (): Cwe[] => [...names.keys()].map((id) => findCwe(id) as Cwe);

/** What people call it: MITRE's short name in quotes where it gives one, else the whole name. */
export const shortCweName = (name: string): string => /\('([^']{3,60})'\)/.exec(name)?.[1] ?? name;

/** `CWE-78 (OS Command Injection)`, or the number alone where the catalogue has no name. */
export const cweLabel = (id: string): string => {
  const known = findCwe(id);
  return known ? `${id} (${shortCweName(known.name)})` : id;
};

export const cweUrl = (id: string): string => `https://cwe.mitre.org/data/definitions/${id.slice(4)}.html`;

/** Weaknesses whose number or name holds every word, numbers first; what should not be mapped to comes last. */
export const searchCwes = (query: string): Cwe[] => {
  const words = query
    .toLowerCase()
    .replace(/^cwe[- ]?(?=\d)/, '')
    .split(/\s+/)
    .filter(Boolean);
  const rank = (c: Cwe): number =>
    (c.id.slice(4) === words[0] ? 0 : c.id.slice(4).startsWith(words[0] ?? '') ? 1 : 2) +
    (c.usage === 'allowed' ? 0 : c.usage === 'discouraged' ? 10 : 20);
  return allCwes()
    .filter((c) => words.every((w) => c.id.slice(4).startsWith(w) || c.name.toLowerCase().includes(w)))
    .map((c, at) => ({ c, at }))
    .sort((a, b) => (words.length === 0 ? 0 : rank(a.c) - rank(b.c)) || a.at - b.at)
    .map(({ c }) => c);
};
