import correct from 'spdx-correct';

/** Sentences that occur in one licence only; judged on text without line breaks, in lower case. */
const TEXTS: readonly [id: string, marks: readonly string[]][] = [
  ['Apache-2.0', ['apache license version 2.0', 'http://www.apache.org/licenses/']],
  ['AGPL-3.0', ['gnu affero general public license version 3']],
  ['LGPL-3.0', ['gnu lesser general public license version 3']],
  ['LGPL-2.1', ['gnu lesser general public license version 2.1']],
  ['GPL-3.0', ['gnu general public license version 3']],
  ['GPL-2.0', ['gnu general public license version 2']],
  ['MPL-2.0', ['mozilla public license version 2.0']],
  ['EPL-2.0', ['eclipse public license - v 2.0']],
  ['BUSL-1.1', ['business source license 1.1']],
  ['Elastic-2.0', ['elastic license 2.0', 'you may not provide the software to third parties as a hosted']],
  ['Unlicense', ['this is free and unencumbered software released into the public domain']],
  ['CC0-1.0', ['cc0 1.0 universal']],
  ['BSL-1.0', ['boost software license - version 1.0']],
  ['BSD-3-Clause', ['redistribution and use in source and binary forms', 'neither the name of']],
  ['BSD-2-Clause', ['redistribution and use in source and binary forms']],
  [
    'ISC',
    [
      'permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted',
    ],
  ],
  [
    'MIT',
    [
      'permission is hereby granted, free of charge, to any person obtaining a copy',
      'the software is provided "as is"',
    ],
  ],
];

/** SPDX id of a licence text, without the "-only"/"-or-later" a text cannot tell; null when it is none of the known. */
export const recogniseLicence = (text: string): string | null => {
  const flat = text
    .slice(0, 100_000)
    .toLowerCase()
    .replace(/[“”]/g, '"')
    .replace(/[\s,]+/g, ' ');
  const mark = (m: string) => flat.includes(m.replace(/,/g, '').replace(/\s+/g, ' '));
  return TEXTS.find(([, marks]) => marks.every(mark))?.[0] ?? null;
};

/** The SPDX expression a manifest's field means, or null when it means none ("SEE LICENSE IN …", "proprietary"). */
export const normaliseLicence = (declared: string): string | null => {
  if (/see licen[cs]e|proprietary|unlicensed|custom|commercial|^other/i.test(declared)) return null;
  try {
    return correct(declared.slice(0, 200), { upgrade: false });
  } catch {
    return null;
  }
};

const base = (id: string): string => id.replace(/-(?:only|or-later)$|\+$/, '');

/** Whether the recognised text is one of the licences a declared expression names. */
export const licenceMatches = (recognised: string, expression: string): boolean =>
  expression
    .split(/\s{1,40}(?:OR|AND|WITH)\s{1,40}|[()]/)
    .some((part) => base(part.trim()) === base(recognised));
