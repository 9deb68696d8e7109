/**
 * Shares of an ensemble's members in one value of its forecast, written into `out`: `middle` goes to the member whose value is the median, half and
 * half where two are, the rest by weight. Members without a value (NaN) have no share; all are zero where no member has one.
 */
export function cellShares(values: Float64Array, weights: Float64Array, middle: number, out: Float64Array): void {
  let total = 0;
  let count = 0;
  for (let member = 0; member < values.length; member++) {
    if (Number.isNaN(values[member]!)) continue;
    total += weights[member]!;
    count++;
  }
  for (let member = 0; member < values.length; member++) {
    out[member] = Number.isNaN(values[member]!) ? 0 : ((1 - middle) * weights[member]!) / total;
  }
  if (middle === 0 || count === 0) return;
  out[ranked(values, (count - 1) >> 1)]! += middle / 2;
  out[ranked(values, count >> 1)]! += middle / 2;
}

/** Index of the value with so many smaller ones; equal values rank by their order. */
function ranked(values: Float64Array, rank: number): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    let smaller = 0;
    for (let other = 0; other < values.length; other++) {
      if (values[other]! < value || (values[other]! === value && other < index)) smaller++;
    }
    if (smaller === rank && !Number.isNaN(value)) return index;
  }
  return -1;
}
