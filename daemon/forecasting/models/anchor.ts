/** Where a fit's history begins in its series, and the first values there, to recognise it in newer history. */
export interface Anchor {
  readonly start: number;
  readonly values: readonly number[];
}

const remembered = 3;

/** Anchor of the last `longest` values of `past`. */
export function anchorOf(past: Float64Array, longest: number): Anchor {
  const start = Math.max(0, past.length - longest);
  return { start, values: [...past.subarray(start, start + remembered)] };
}

/** The history from the anchor on, or undefined where `past` does not begin as the fitted one did. */
export function fromAnchor(past: Float64Array, { start, values }: Anchor): Float64Array | undefined {
  const same = values.every((value, i) => past[start + i] === value);
  return same ? past.subarray(start) : undefined;
}
