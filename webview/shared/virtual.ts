/** Which rows of a long list are drawn, and where. */
export interface VisibleRows {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Pixels above the first drawn row. */
  readonly offset: number;
  /** Pixels of the whole list. */
  readonly height: number;
}

/** Rows in sight of a scrolled list, with `spare` more on both sides. */
export function visibleRows(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
  spare = 6,
): VisibleRows {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const to = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + spare);
  const from = Math.min(first, to);
  return { from, to, offset: from * rowHeight, height: count * rowHeight };
}

/** Where to scroll so that `row` is in sight, moving as little as possible. */
export function scrollTo(row: number, rowHeight: number, scrollTop: number, viewHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - viewHeight);
}
