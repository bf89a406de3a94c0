import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count, every, numbered, plural } from '../../src/text/plural.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');

describe('numbers with their nouns', () => {
  it('says one of one, many of all others, and groups thousands', () => {
    expect([0, 1, 2, 1234].map((n) => plural(n, 'lead'))).toEqual([
      '0 leads',
      '1 lead',
      '2 leads',
      '1,234 leads',
    ]);
    expect(plural(1, 'is', 'are')).toBe('1 is');
    expect(numbered(2, 'it', 'them')).toBe('them');
    expect([999, 1000, 1234567].map(count)).toEqual(['999', '1,000', '1,234,567']);
  });

  it('lets the verb fit where all of them do something', () => {
    expect(every(1, 'workflow limits', 'workflows limit')).toBe('The only workflow limits');
    expect(every(1200, 'workflow limits', 'workflows limit')).toBe('All 1,200 workflows limit');
  });

  it('is the only place that tells one from many', () => {
    const offenders = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((f) => /\.tsx?$/.test(f) && f !== join('text', 'plural.ts'))
      .filter((f) =>
        /=== 1 \? '' : 's'|=== 1 \? '(\w+)' : '\1s'|`All \$\{plural\(/.test(
          readFileSync(join(SRC, f), 'utf8'),
        ),
      );
    expect(offenders).toEqual([]);
  });
});
