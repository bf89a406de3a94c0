import { wholeWords } from '../text/sentences.ts';
import { type Block, list, para } from './blocks.ts';
import { type fromEvidence, long } from './statement.ts';

const MOST_DETAIL = 1_000;

/** What an item says in sentences, and what it lists a line each: run together, a list is one long line. */
export const detailBlocks = (detail: string, said: ReturnType<typeof fromEvidence>): Block[] => {
  const whole = wholeWords(detail, MOST_DETAIL);
  const lines = whole.split('\n').filter((l) => l.trim() !== '');
  const blocks: Block[] = [];
  let listed: string[] = [];
  const end = (): void => {
    if (listed.length > 0) blocks.push(list(listed.map((l) => said`${long(l, MOST_DETAIL)}`)));
    listed = [];
  };
  for (const line of lines)
    if (lines.length > 1 && !/[.:]$/.test(line)) listed.push(line.replace(/^- /, ''));
    else {
      end();
      blocks.push(para(said`${long(line, MOST_DETAIL)}`));
    }
  end();
  return blocks;
};
