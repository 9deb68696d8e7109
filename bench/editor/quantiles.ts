import type { BenchRow } from "../result.ts";

/** Median and 99th percentile against the longest time that feels immediate; `ratio` is that of the slowest. */
export function timesRow(what: string, milliseconds: readonly number[], limit: number): BenchRow {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const slow = sorted[Math.floor(sorted.length * 0.99)]!;
  return { what, milliseconds: rounded(medianOf(sorted)), p99: rounded(slow), limit, ratio: rounded(limit / slow) };
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
