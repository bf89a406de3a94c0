import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ItemDraft } from '../../../src/collectors/collector.ts';
import { hiddenBehaviour } from '../../../src/collectors/hidden-behaviour.ts';
import { toolText } from '../../../src/collectors/tool-text.ts';
import { fakeContext, itemsOf } from '../../collectors/fake-context.ts';
import { type Files, serverAround, type TextRow } from './build.ts';
import { type ServerRow, serverOf } from './programs.ts';

/** What of our own harmful and honest samples gets a lead: docs/evidence-benchmark.md says what that is worth. */

export type Half = 'seen' | 'kept';
export type Count = { of: number; leads: number; missed: string[]; by: Record<string, [number, number]> };

/** Which half a sample belongs to follows from its words: nobody chooses. Rules were written with `seen` at hand. */
export const halfOf = (words: string): Half =>
  Number.parseInt(createHash('sha256').update(words).digest('hex')[0]!, 16) % 2 === 0 ? 'seen' : 'kept';

const rows = <T>(name: string): T[] =>
  parse(readFileSync(join(import.meta.dirname, `${name}.yml`), 'utf8')) as T[];

/** Leads that say that something is meant to harm; a practice that may be careless (a password as a parameter) is none. */
const MEANT =
  /^(?:orders-the-model|hidden-characters|mixed-script|hidden-markup|encoded-blob|terminal-escape|padded-text|collecting-parameter|description-changed)$/;

const leadsOf = async (files: Files): Promise<ItemDraft[]> => {
  const [behaviour, texts] = [
    itemsOf(await hiddenBehaviour.collect(fakeContext({ files }))),
    itemsOf(await toolText.collect(fakeContext({ files }))),
  ];
  return [
    ...behaviour,
    ...texts.filter(
      (i) => MEANT.test(i.rule) || (i.rule === 'secret-parameter' && i.strength === 'moderate'),
    ),
  ].filter((i) => i.kind === 'lead' && i.strength !== 'weak');
};

const counted = async <T>(
  all: readonly T[],
  half: Half | 'both',
  words: (row: T) => string,
  groups: (row: T, i: number) => string[],
  files: (row: T, i: number) => Files,
): Promise<Count> => {
  const count: Count = { of: 0, leads: 0, missed: [], by: {} };
  for (const [i, row] of all.entries()) {
    if (half !== 'both' && halfOf(words(row)) !== half) continue;
    const found = (await leadsOf(files(row, i))).length > 0;
    count.of++;
    if (found) count.leads++;
    else count.missed.push(words(row).slice(0, 100));
    for (const group of groups(row, i)) {
      const held = count.by[group] ?? [0, 0];
      count.by[group] = [held[0] + (found ? 1 : 0), held[1] + 1];
    }
  }
  return count;
};

const ofTexts = (name: string, half: Half | 'both'): Promise<Count> =>
  counted(
    rows<TextRow>(name),
    half,
    (r) => r.text,
    (r, i) => [r.kind ?? 'honest', serverAround(r, i).language],
    (r, i) => serverAround(r, i).files,
  );

const ofServers = (name: string, half: Half | 'both'): Promise<Count> =>
  counted(
    rows<ServerRow>(name),
    half,
    (r) => `${r.says}${r.language}${r.body ?? ''}`,
    (r) => [r.kind ?? 'honest', r.language],
    serverOf,
  );

/** What is measured, by name. */
const SETS: Readonly<Record<string, (half: Half | 'both') => Promise<Count>>> = {
  'poisoned texts': (half) => ofTexts('texts-poisoned', half),
  'honest texts': (half) => ofTexts('texts-benign', half),
  'harmful servers': (half) => ofServers('servers-malicious', half),
  'honest servers': (half) => ofServers('servers-honest', half),
  'poisoned texts, other manners': (half) => ofTexts('manners-poisoned', half),
  'honest texts, other manners': (half) => ofTexts('manners-benign', half),
  'harmful servers, other manners': (half) => ofServers('manners-servers', half),
  'honest servers, other manners': (half) => ofServers('manners-servers-honest', half),
};

export const measure = async (
  half: Half | 'both',
  names: readonly string[] = Object.keys(SETS),
): Promise<Record<string, Count>> => {
  const counts: Record<string, Count> = {};
  for (const name of names) counts[name] = await SETS[name]!(half);
  return counts;
};
