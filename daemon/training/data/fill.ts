import type { FillMethod } from "./request.ts";

/** Fills NaN in place between `from` and `to` (exclusive) of one series; returns how many values were filled. */
export function fillGaps(values: Float64Array, from: number, to: number, method: FillMethod): number {
  if (method === "keep") return 0;
  let filled = 0;
  let last = -1;
  for (let i = from; i < to; i++) {
    if (!Number.isNaN(values[i]!)) {
      if (method === "interpolate" && last >= 0 && i - last > 1) filled += line(values, last, i);
      last = i;
    } else if (method === "zero") {
      values[i] = 0;
      filled++;
    } else if (method === "forward" && last >= 0) {
      values[i] = values[last]!;
      filled++;
    }
  }
  // After the last value there is nothing to interpolate towards.
  if (method === "interpolate" && last >= 0) {
    values.fill(values[last]!, last + 1, to);
    filled += to - last - 1;
  }
  return filled;
}

function line(values: Float64Array, left: number, right: number): number {
  const step = (values[right]! - values[left]!) / (right - left);
  for (let i = left + 1; i < right; i++) values[i] = values[left]! + step * (i - left);
  return right - left - 1;
}

/** Copies the first value of a series to the missing rows before it. */
export function fillBackward(values: Float64Array, from: number, to: number): void {
  let first = from;
  while (first < to && Number.isNaN(values[first]!)) first++;
  if (first < to) values.fill(values[first]!, from, first);
}
