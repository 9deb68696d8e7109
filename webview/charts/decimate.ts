/**
 * Indices of `values` in [from, to) that draw the same line on `buckets` pixel columns: the smallest and largest value
 * of each bucket in their order, so that no peak is lost. A bucket with a missing value keeps one of those too, so that
 * gaps stay gaps. Ranges that are short enough come back whole.
 */
export function decimate(values: ArrayLike<number>, from: number, to: number, buckets: number): number[] {
  const length = Math.max(0, to - from);
  if (length <= 2 * buckets) return Array.from({ length }, (_, index) => from + index);
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + Math.floor((bucket * length) / buckets);
    const end = from + Math.floor(((bucket + 1) * length) / buckets);
    kept.push(...extremes(values, start, end));
  }
  return kept;
}

function extremes(values: ArrayLike<number>, start: number, end: number): number[] {
  let low = -1;
  let high = -1;
  let gap = -1;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) gap = i;
    else {
      if (low < 0 || value < values[low]!) low = i;
      if (high < 0 || value > values[high]!) high = i;
    }
  }
  return [...new Set([low, high, gap])].filter((index) => index >= 0).sort((a, b) => a - b);
}
