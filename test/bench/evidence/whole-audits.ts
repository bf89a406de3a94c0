import { readFileSync } from 'node:fs';

/** What a person found who read a whole server, with nothing else at hand: `test/bench/corpus/whole-audits.json`. */
export type WholeAudit = {
  repo: string;
  commit: string;
  language: string;
  /** Looked at once, after everything was written: nothing may be changed for it. */
  kept: boolean;
  findings: readonly {
    id: string;
    title: string;
    severity: 'critical' | 'high' | 'medium' | 'low';
    class: string;
    sites: readonly { file: string; line: number }[];
  }[];
};

type Place = { path: string; startLine: number; endLine: number };
export type CollectedItem = { kind: string; rule: string; location: Place | null; places: readonly Place[] };

/** A reader who opens a place sees this many lines above and below it. */
export const NEAR = 8;

export const nearTo = (
  item: CollectedItem,
  { sites }: Pick<WholeAudit['findings'][number], 'sites'>,
): boolean =>
  [...(item.location ? [item.location] : []), ...item.places].some((place) =>
    sites.some(
      (s) => s.file === place.path && s.line >= place.startLine - NEAR && s.line <= place.endLine + NEAR,
    ),
  );

const GRAVE = ['critical', 'high'];
const ASKS = ['lead', 'question'];

export type AuditScore = {
  near: number;
  all: number;
  nearGrave: number;
  grave: number;
  leads: number;
  questions: number;
  missed: readonly string[];
};

/** How many of a list's findings lie near a lead or a question, of all and of the critical and high ones. */
export const scoreAudit = (audit: WholeAudit, items: readonly CollectedItem[]): AuditScore => {
  const asking = items.filter((i) => ASKS.includes(i.kind));
  const isNear = (f: WholeAudit['findings'][number]): boolean => asking.some((i) => nearTo(i, f));
  const grave = audit.findings.filter((f) => GRAVE.includes(f.severity));
  return {
    near: audit.findings.filter(isNear).length,
    all: audit.findings.length,
    nearGrave: grave.filter(isNear).length,
    grave: grave.length,
    leads: items.filter((i) => i.kind === 'lead').length,
    questions: items.filter((i) => i.kind === 'question').length,
    missed: audit.findings.filter((f) => !isNear(f)).map((f) => `${f.severity}: ${f.title} (${f.id})`),
  };
};

export const readWholeAudits = (path: string): readonly WholeAudit[] =>
  JSON.parse(readFileSync(path, 'utf8')) as WholeAudit[];
