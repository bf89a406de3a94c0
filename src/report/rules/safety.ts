import { withoutEnd } from '../../text/ends.ts';
import { plural } from '../../text/plural.ts';
import { isPlain, visible } from '../../text/visible.ts';
import type { Suspicion } from '../injection.ts';
import { readJson } from '../json-read.ts';
import { fencedLines, jsonInjections, readLabels, unlabelledInjections } from '../labels.ts';
import { placeholderIn } from '../placeholder.ts';
import { type AuditFolder, isObject, type Report, type RepositoryFolder, type TextFile } from './folder.ts';

/** AVP 4.1 and 4.2, and text that hides something or was never written. */
const MAX_CHARS = 20_000_000;
const MAX_TOLD = 50;

const excerpt = (s: Suspicion): string => JSON.stringify(visible(s.text.slice(0, 60)));

const tell = (
  file: TextFile,
  suspicions: readonly (Suspicion & { at?: string })[],
  how: string,
  report: Report,
): void => {
  // Grave ones first, so that the limit cannot hide them behind mere hints.
  const sorted = [...suspicions].sort((a, b) => Number(b.confident) - Number(a.confident) || a.line - b.line);
  for (const s of sorted.slice(0, MAX_TOLD)) {
    const where = s.at === undefined ? '' : ` in ${s.at === '' ? 'a key' : s.at.slice(0, 120)}`;
    report(
      s.confident
        ? {
            rule: 'AVP-4.1',
            level: 'blocking',
            file: file.path,
            line: s.line,
            message: `unlabelled text that addresses a model (${s.pattern})${where}: ${excerpt(s)}`,
            fix: how,
          }
        : {
            rule: 'AVP-4.1',
            level: 'info',
            file: file.path,
            line: s.line,
            message: `may address a model (${s.pattern})${where}, a human must judge: ${excerpt(s)}`,
            fix: `if it does: ${how}`,
          },
    );
  }
  if (sorted.length > MAX_TOLD)
    report({
      rule: 'AVP-4.1',
      level: sorted[MAX_TOLD]!.confident ? 'blocking' : 'info',
      file: file.path,
      message: `${sorted.length - MAX_TOLD} more such places`,
      fix: how,
    });
};

const locationsOf = (value: Record<string, unknown>): { labelled: boolean; locations: string[] } => {
  const meta = value._meta;
  if (!isObject(meta) || meta.contains_prompt_injection_examples !== true)
    return { labelled: false, locations: [] };
  const given = Array.isArray(meta.example_locations)
    ? meta.example_locations.filter((l) => typeof l === 'string')
    : [];
  return {
    labelled: true,
    locations: given.map((l) => l.replace(/\[(\d{1,9})\]/g, '.$1').replace(/^\$?\./, '')),
  };
};

const JSON_FIX =
  'add "_meta": {"contains_prompt_injection_examples": true, "example_locations": ["path.to.field"]}';

const checkJson = (file: TextFile, report: Report): boolean => {
  const read = readJson(file.text ?? '');
  if (!read.ok) return false;
  const { labelled, locations } = isObject(read.value)
    ? locationsOf(read.value)
    : { labelled: false, locations: [] };
  if (labelled && locations.length === 0)
    report({
      rule: 'AVP-4.2',
      level: 'warning',
      file: file.path,
      line: read.lineOf('_meta'),
      message: 'the label names no example_locations, so it labels nothing',
      fix: 'list the dotted path of each field',
    });
  const covered = new Set(locations);
  const isCovered = (at: string): boolean => {
    for (let p = at; ; p = p.slice(0, p.lastIndexOf('.'))) {
      if (covered.has(p)) return true;
      if (!p.includes('.')) return false;
    }
  };
  const open = jsonInjections(read.value)
    .filter((s) => !isCovered(s.at) && !s.at.startsWith('_meta.example_locations'))
    .map((s) => ({ ...s, line: read.lineOf(s.at) ?? 1 }));
  tell(file, open, JSON_FIX, report);
  return true;
};

const checkLabels = (file: TextFile, report: Report): void => {
  const labels = readLabels(file.lines);
  for (const p of labels.problems)
    report({
      rule: 'AVP-4.2',
      level: 'warning',
      file: file.path,
      line: p.line,
      message: p.message,
      fix: p.fix,
    });
  const how = /\.(?:md|markdown|html?)$/i.test(file.path)
    ? 'put <!-- BEGIN_PROMPT_INJECTION_EXAMPLE --> and <!-- END_PROMPT_INJECTION_EXAMPLE --> on lines of their own around it'
    : 'put # === PROMPT_INJECTION_EXAMPLE_START === and # === PROMPT_INJECTION_EXAMPLE_END === on lines of their own around it';
  tell(file, unlabelledInjections(file.lines, labels), how, report);
};

/** Emoji use variation selectors and joiners rightly. */
const withoutEmoji = (line: string): string =>
  line
    .replace(
      /\p{Extended_Pictographic}(?:\u{fe0f}|\u{200d}|[\u{1f3fb}-\u{1f3ff}]){1,3}|[0-9#*]\u{fe0f}\u{20e3}/gu,
      '',
    )
    .replaceAll('\t', '');

const checkHidden = (file: TextFile, report: Report): void => {
  const first = file.lines.findIndex((l) => !isPlain(withoutEmoji(l)));
  if (first < 0) return;
  const count = file.lines.filter((l) => !isPlain(withoutEmoji(l))).length;
  report({
    rule: 'TEXT-HIDDEN',
    level: 'warning',
    file: file.path,
    line: first + 1,
    message: `${plural(count, 'line holds', 'lines hold')} characters a reader cannot see (controls, bidirectional marks, zero-width)`,
    fix: 'write them out, for example as ‹U+202E›',
  });
};

const checkPlaceholders = (own: string, file: TextFile, report: Report): void => {
  if (own.startsWith('artifacts/') || !/\.(?:md|json)$/i.test(own)) return;
  const fenced = own.endsWith('.md') ? fencedLines(file.lines) : [];
  file.lines.forEach((l, i) => {
    const found = fenced[i]
      ? null
      : placeholderIn(withoutEnd(l.replace(/`[^`]{0,500}`/g, '').trimEnd(), '"\','));
    if (found !== null)
      report({
        rule: 'PLACEHOLDER',
        level: 'warning',
        file: file.path,
        line: i + 1,
        message: `"${visible(found.slice(0, 60))}" looks like text to be replaced`,
        fix: 'write what it stands for, or remove it',
      });
  });
};

const checkFile = (own: string, file: TextFile, report: Report): void => {
  if (file.text === null) {
    // Pictures are for the reviewer's eyes, which the info asks for; everything else is text, or does not belong here.
    const isText = !/\.(?:png|jpe?g|gif|webp|pdf)$/i.test(own);
    report({
      rule: 'TEXT-ENCODING',
      level: isText ? 'blocking' : 'info',
      file: file.path,
      message: 'is not UTF-8 text, so nobody looked for unlabelled content',
      fix: isText ? 'save it as UTF-8, or leave it out' : 'look at it by hand',
    });
    return;
  }
  if (file.text.length > MAX_CHARS) {
    report({
      rule: 'TEXT-SIZE',
      level: 'blocking',
      file: file.path,
      message: `is larger than ${MAX_CHARS} characters, so nobody looked for unlabelled content`,
      fix: 'split it, or leave it out',
    });
    return;
  }
  if (!(/\.json$/i.test(own) && checkJson(file, report))) checkLabels(file, report);
  checkHidden(file, report);
  checkPlaceholders(own, file, report);
};

export const checkAuditSafety = (audit: AuditFolder, report: Report): void => {
  for (const [own, file] of audit.own) checkFile(own, file, report);
};

export const checkRepositorySafety = (repository: RepositoryFolder, report: Report): void => {
  if (repository.metadata) checkFile('metadata.json', repository.metadata, report);
};
