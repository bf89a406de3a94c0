import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

/** Only what the measure reads; the files say more, for people. */
const site = z.looseObject({
  file: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  role: z.string().optional(),
  anchor: z.unknown().optional(),
  why: z.string().optional(),
});

const weakness = z.looseObject({
  id: z.string(),
  repo: z.string(),
  subdir: z.string().nullish(),
  vulnerable_commit: z.string(),
  fixed_commit: z.string().nullish(),
  language: z.string(),
  class: z.string(),
  kind: z.string(),
  title: z.string(),
  sites: z.array(site),
  decoys: z
    .array(z.looseObject({ file: z.string(), start: z.number().nullish(), end: z.number().nullish() }))
    .nullish(),
});
export type Weakness = z.infer<typeof weakness>;

const computedAt = z.array(site).optional();
const listedTool = z.looseObject({
  name: z.string(),
  file: z.string(),
  computed_at: computedAt,
});
const server = z.looseObject({
  repo: z.string(),
  commit: z.string(),
  subdir: z.string().nullish(),
  language: z.string(),
  tools: z.array(listedTool),
  alternate_tools: z.array(z.looseObject({ name: z.string() })).optional(),
  computed_at: computedAt,
});
export type Server = z.infer<typeof server>;

const auditNote = z.looseObject({
  source: z.string(),
  repo: z.string(),
  checkout_commit: z.string(),
  finding_id: z.string().optional(),
  title: z.string(),
  guide_section: z.string(),
  guide_section_alt: z.array(z.string()).nullish(),
  polarity: z.string().optional(),
  evidence_kind: z.string(),
  sites: z.array(site),
});
export type AuditNote = z.infer<typeof auditNote>;

export type Corpus = { weaknesses: Weakness[]; servers: Server[]; notes: AuditNote[] };

export const CORPUS_DIR = join(import.meta.dirname, '..', 'corpus');
export const CORPUS_FILES = [
  'vulnerabilities-ts.json',
  'vulnerabilities-py.json',
  'tools-ts.json',
  'tools-py.json',
  'human-audits.json',
  'auditor-misses.json',
].map((name) => join(CORPUS_DIR, name));

/** Reads corpus files of any of the three forms; what an entry is, its fields tell. Throws with the file's name. */
export const loadCorpus = (files: readonly string[]): Corpus => {
  const corpus: Corpus = { weaknesses: [], servers: [], notes: [] };
  for (const file of files)
    try {
      for (const entry of z.array(z.looseObject({})).parse(JSON.parse(readFileSync(file, 'utf8'))))
        if ('vulnerable_commit' in entry) corpus.weaknesses.push(weakness.parse(entry));
        else if ('tools' in entry) corpus.servers.push(server.parse(entry));
        else corpus.notes.push(auditNote.parse(entry));
    } catch (error) {
      throw new Error(`${basename(file)} is no corpus: ${error instanceof Error ? error.message : error}`);
    }
  return corpus;
};
