import type { Answer } from './events.ts';

/** Who said something, and when. */
export type Author = { at: string; by: string };
/** Of an answer: who gave the verdict; `noteBy` where somebody else wrote the note. */
export type Authors = Author & { noteBy?: Author };
export type AnsweredCheck = Answer & Authors;

export const authorIn = (a: Authors): Authors => ({
  at: a.at,
  by: a.by,
  ...(a.noteBy ? { noteBy: a.noteBy } : {}),
});

/**
 * Whoever gives another verdict, or writes another note, stands for that part alone: the other keeps its author. What is taken
 * back, or done again, is by whoever had said it: `author` says so.
 */
export const authorsOfAnswer = (
  was: AnsweredCheck | undefined,
  e: { answer: Answer | null; undoes?: number | undefined; redoes?: number | undefined },
  author: Authors,
): Authors => {
  const now = e.answer;
  if (!was || !now || e.undoes !== undefined || e.redoes !== undefined) return author;
  const kept = now.verdict !== null && now.verdict === was.verdict && was.by !== author.by;
  const verdictBy = kept ? { at: was.at, by: was.by } : author;
  const noteBy =
    now.note !== '' && now.note === was.note ? (was.noteBy ?? { at: was.at, by: was.by }) : author;
  return now.note === '' || noteBy.by === verdictBy.by ? verdictBy : { ...verdictBy, noteBy };
};
