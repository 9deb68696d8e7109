/**
 * How a quantile is computed from n sorted values (types of Hyndman & Fan 1996):
 *
 * - `linear`: interpolated, with the least value at level 0 and the greatest at level 1 (type 7, as R and NumPy);
 * - `hazen`: interpolated, with value i at level (i + ½) / n (type 5); for values that form a grid of quantiles;
 * - `conformal`: the value of rank ⌈(n + 1) level⌉, at most n, as conformal prediction needs it;
 * - `lower`: the value at or below the place of `linear`;
 * - `upper`: the value of index ⌊n level⌋.
 */
export type QuantileMethod = "linear" | "hazen" | "conformal" | "lower" | "upper";

/** Quantile at `level` of values in ascending order without NaN; NaN where there are none. */
export function quantileOfSorted(sorted: ArrayLike<number>, level: number, method: QuantileMethod = "linear"): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  switch (method) {
    case "linear": {
      const at = (n - 1) * level;
      const low = Math.floor(at);
      const high = Math.min(n - 1, low + 1);
      return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
    }
    case "hazen": {
      const at = Math.min(n - 1, Math.max(0, level * n - 0.5));
      const low = Math.floor(at);
      const share = at - low;
      return share === 0 ? sorted[low]! : sorted[low]! * (1 - share) + sorted[low + 1]! * share;
    }
    case "conformal":
      return sorted[Math.min(n, Math.ceil((n + 1) * level)) - 1]!;
    case "lower":
      return sorted[Math.floor(level * (n - 1))]!;
    case "upper":
      return sorted[Math.min(n - 1, Math.floor(level * n))]!;
  }
}

/** Median of ascending values without NaN: the mean of the middle two, or the middle one; NaN where there are none. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  return n === 0 ? Number.NaN : (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
}

/** Median of values in any order without NaN; NaN where there are none. */
export function median(values: ArrayLike<number>): number {
  return medianOfSorted(Float64Array.from(values).sort());
}

/** The first of ascending values at which the sum of weights reaches `mass`, else the last one; NaN for none. */
export function weightedQuantile(sorted: Iterable<{ value: number; weight: number }>, mass: number): number {
  let sum = 0;
  let last = Number.NaN;
  for (const { value, weight } of sorted) {
    sum += weight;
    last = value;
    if (sum >= mass) break;
  }
  return last;
}
