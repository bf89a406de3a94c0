/**
 * What a finding begun from evidence says: the evidence's sentences, and of what it lists the first few. The rest stands with the
 * evidence, in the same file of the report; a reader who is told 26 places in a row does not see what is wrong.
 */
const MOST_LISTED = 4;
/** Only what is this much longer is cut: "and 1 more" saves nobody anything. */
const WORTH_CUTTING = 3;

const isListed = (line: string): boolean =>
  /^- /.test(line) || !/[.:!?]$/.test(line) || /\b(?:GHSA|CVE|PYSEC|RUSTSEC|MAL)-\S/.test(line);

const more = (n: number): string => `and ${n} more, named with the evidence`;

/** "The same is reached from: a, b, c, and 9 more." with as many names as a reader takes in. */
const shorter = (line: string): string => {
  const [, lead, names] = /^([^:]{3,60}: )(.+)\.$/.exec(line) ?? [];
  if (!lead || !names) return line;
  const [, listed, beyond] = /^(.*?)(?:, and (\d+) more)?$/.exec(names) ?? [];
  const all = (listed ?? '').split(', ');
  // Sentences hold commas as well; names hold no sentence.
  if (all.some((name) => name.length > 80) || /[.;] /.test(listed ?? '')) return line;
  const left = all.length - MOST_LISTED + Number(beyond ?? 0);
  return all.length - MOST_LISTED < WORTH_CUTTING
    ? line
    : `${lead}${all.slice(0, MOST_LISTED).join(', ')}, ${more(left)}.`;
};

export const descriptionFrom = (detail: string): string => {
  const lines: string[] = [];
  let listed: string[] = [];
  const end = (): void => {
    const cut = listed.length - MOST_LISTED >= WORTH_CUTTING;
    const said = [
      ...(cut ? listed.slice(0, MOST_LISTED) : listed),
      ...(cut ? [more(listed.length - MOST_LISTED)] : []),
    ];
    // Run together, a list is one long sentence.
    lines.push(...(said.length > 1 ? said.map((l) => `- ${l.replace(/^- /, '')}`) : said));
    listed = [];
  };
  for (const line of new Set(detail.split('\n')))
    if (isListed(line)) listed.push(line);
    else {
      end();
      lines.push(shorter(line));
    }
  end();
  return lines.join('\n');
};
