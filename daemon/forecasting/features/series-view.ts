import { medianOfSorted } from "../numerics/quantile.ts";
import { type Panel, rowsOf } from "../panel/panel.ts";

/** One series of a panel: views of its rows, the past first. */
export interface SeriesView {
  readonly index: number;
  /** Rows of the past. */
  readonly past: number;
  readonly time: Float64Array;
  readonly target: Float64Array;
  readonly known: ReadonlyMap<string, Float64Array>;
  readonly observed: ReadonlyMap<string, Float64Array>;
}

/** Views of one series, without copies. */
export function viewOf(panel: Panel, index: number): SeriesView {
  const { start, pastEnd, end } = rowsOf(panel, index);
  const columns = (covariates: Panel["known"]) =>
    new Map(covariates.map(({ name, values }) => [name, values.subarray(start, end)]));
  return {
    index,
    past: pastEnd - start,
    time: panel.time.subarray(start, end),
    target: panel.target.subarray(start, end),
    known: columns(panel.known),
    observed: columns(panel.observed),
  };
}

/** Steps of the longest past; 0 for a panel without series. */
export function longestPast(panel: Panel): number {
  return panel.history.reduce((longest, past) => Math.max(longest, past), 0);
}

/** Sums over prefixes of a column, missing values left out: statistics of any window in constant time. */
export class PrefixSums {
  readonly #counts: Int32Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #zeros: Int32Array;

  constructor(values: Float64Array) {
    const length = values.length + 1;
    this.#counts = new Int32Array(length);
    this.#sums = new Float64Array(length);
    this.#squares = new Float64Array(length);
    this.#zeros = new Int32Array(length);
    // Sums of squares around the first value: around zero they would lose the deviation of a high level.
    const centre = values.find((value) => !Number.isNaN(value)) ?? 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const present = Number.isNaN(value) ? 0 : 1;
      const offset = present === 1 ? value - centre : 0;
      this.#counts[i + 1] = this.#counts[i]! + present;
      this.#sums[i + 1] = this.#sums[i]! + offset;
      this.#squares[i + 1] = this.#squares[i]! + offset * offset;
      this.#zeros[i + 1] = this.#zeros[i]! + (value === 0 ? 1 : 0);
    }
    this.#centre = centre;
  }

  readonly #centre: number;

  /** Values present among `from … to` (inclusive; clipped to the column). */
  count(from: number, to: number): number {
    return this.#counts[to + 1]! - this.#counts[Math.max(0, from)]!;
  }

  /** Mean of `from … to`, NaN where nothing is present. */
  mean(from: number, to: number): number {
    const start = Math.max(0, from);
    return this.#centre + (this.#sums[to + 1]! - this.#sums[start]!) / this.count(start, to);
  }

  /** Standard deviation of `from … to`, NaN under two values. */
  deviation(from: number, to: number): number {
    const start = Math.max(0, from);
    const count = this.count(start, to);
    if (count < 2) return Number.NaN;
    const sum = this.#sums[to + 1]! - this.#sums[start]!;
    const squares = this.#squares[to + 1]! - this.#squares[start]!;
    return Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1));
  }

  /** Share of zeros among the values of `from … to`. */
  zeroShare(from: number, to: number): number {
    const start = Math.max(0, from);
    return (this.#zeros[to + 1]! - this.#zeros[start]!) / this.count(start, to);
  }
}

/** Exponentially weighted means: entry `i` weighs values up to `i`, half as much every `halfLife` steps; NaN before the first. */
export function weightedMeans(values: Float64Array, halfLife: number): Float64Array {
  const keep = 0.5 ** (1 / halfLife);
  const out = new Float64Array(values.length);
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    sum *= keep;
    weight *= keep;
    if (!Number.isNaN(values[i]!)) {
      sum += values[i]!;
      weight += 1;
    }
    out[i] = weight > 0 ? sum / weight : Number.NaN;
  }
  return out;
}

/** Entry `i`: median of the up to `window` values before `i`, NaN where there are none. */
export function rollingMedians(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length);
  const sorted: number[] = [];
  for (let i = 0; i < values.length; i++) {
    out[i] = medianOfSorted(sorted);
    const leaving = i >= window ? values[i - window]! : Number.NaN;
    if (!Number.isNaN(leaving)) sorted.splice(position(sorted, leaving), 1);
    if (!Number.isNaN(values[i]!)) sorted.splice(position(sorted, values[i]!), 0, values[i]!);
  }
  return out;
}

/** First index whose value is not below `value`. */
function position(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
