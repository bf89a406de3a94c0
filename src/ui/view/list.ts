/** Where a list stands: the selected item's id, never its index, so that new rows do not move the cursor. */
export type ListState = { selected: string | null; top: number };

export const emptyList = (): ListState => ({ selected: null, top: 0 });

const MARGIN = 3;

/** Index of the selection among `ids`; the first row when the selected one is gone. -1 for an empty list. */
export const indexOf = (state: ListState, ids: readonly string[]): number => {
  if (ids.length === 0) return -1;
  return Math.max(0, state.selected === null ? 0 : ids.indexOf(state.selected));
};

/** First visible row so that `index` is in view with some rows around it. */
export const scrollTo = (top: number, index: number, height: number, count: number): number => {
  if (height <= 0 || count <= height) return 0;
  const margin = Math.min(MARGIN, Math.floor((height - 1) / 2));
  let t = Math.min(top, count - height);
  if (index - margin < t) t = index - margin;
  if (index + margin > t + height - 1) t = index + margin - height + 1;
  return Math.max(0, Math.min(t, count - height));
};

/** Moves the selection by rows, or to an end. */
export const move = (state: ListState, ids: readonly string[], by: number | 'first' | 'last'): ListState => {
  if (ids.length === 0) return state;
  const at = indexOf(state, ids);
  const to =
    by === 'first' ? 0 : by === 'last' ? ids.length - 1 : Math.max(0, Math.min(ids.length - 1, at + by));
  return { ...state, selected: ids[to] ?? null };
};
