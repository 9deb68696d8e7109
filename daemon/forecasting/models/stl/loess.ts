/** How one local regression over equally spaced values smooths. */
export interface LoessOptions {
  /** Values in a neighbourhood, odd. */
  readonly window: number;
  /** 0: local constant, 1: local line. */
  readonly degree: 0 | 1;
  /** Steps between points that are estimated; those between are interpolated linearly. */
  readonly jump: number;
}

/**
 * Local regression with tricube weights, times robustness weights where given.
 * Cleveland, Cleveland, McRae & Terpenning (1990), STL: A seasonal-trend decomposition procedure based on loess.
 */
export class Loess {
  readonly #options: LoessOptions;
  /** Weights of the values in a neighbourhood; they add up to 1. */
  readonly #share: Float64Array;

  /** `longest`: number of values in the longest series that is smoothed. */
  constructor(options: LoessOptions, longest: number) {
    this.#options = options;
    this.#share = new Float64Array(longest);
  }

  /** Smooths `values` into `out`, as the `ess` routine of the STL program. */
  smooth(values: Float64Array, weights: Float64Array | undefined, out: Float64Array): void {
    const n = values.length;
    if (n < 2) {
      out.set(values);
      return;
    }
    const jump = Math.min(this.#options.jump, n - 1);
    const estimate = (at: number) => {
      const value = this.estimate(values, weights, at);
      out[at - 1] = Number.isNaN(value) ? values[at - 1]! : value;
    };
    let last = 1;
    for (let at = 1; at <= n; at += jump) {
      estimate(at);
      interpolate(out, last - 1, at - 1);
      last = at;
    }
    if (last === n) return;
    estimate(n);
    interpolate(out, last - 1, n - 1);
  }

  /** Estimate at position `at`, which counts from 1 and may lie one beyond the ends; NaN where every weight vanishes. */
  estimate(values: Float64Array, weights: Float64Array | undefined, at: number): number {
    const n = values.length;
    const { window, degree } = this.#options;
    const left = neighbourhoodStart(at, n, window);
    const right = Math.min(n, left + window - 1);
    let width = Math.max(at - left, right - at);
    if (window > n) width += Math.floor((window - n) / 2);
    const share = this.#share;
    const far = 0.999 * width;
    const near = 0.001 * width;
    let total = 0;
    for (let j = left; j <= right; j++) {
      const distance = Math.abs(j - at);
      let weight = 0;
      if (distance <= near) weight = 1;
      else if (distance <= far) {
        const ratio = distance / width;
        const cube = 1 - ratio * ratio * ratio;
        weight = cube * cube * cube;
      }
      if (weights !== undefined) weight *= weights[j - 1]!;
      share[j - left] = weight;
      total += weight;
    }
    if (!(total > 0)) return Number.NaN;
    let centre = 0;
    for (let j = left; j <= right; j++) {
      const own = share[j - left]! / total;
      share[j - left] = own;
      centre += own * j;
    }
    let slope = 0;
    if (degree === 1 && width > 0) {
      const spread = spreadOf(share, left, right, centre);
      if (Math.sqrt(spread) > 0.001 * (n - 1)) slope = (at - centre) / spread;
    }
    let sum = 0;
    for (let j = left; j <= right; j++) sum += share[j - left]! * (slope * (j - centre) + 1) * values[j - 1]!;
    return sum;
  }
}

/** Weighted mean squared distance of the positions `left … right` from their centre. */
function spreadOf(share: Float64Array, left: number, right: number, centre: number): number {
  let spread = 0;
  for (let j = left; j <= right; j++) spread += share[j - left]! * (j - centre) * (j - centre);
  return spread;
}

/** First value (1-based) of the neighbourhood of `at`: centred where it fits, else at the edge. */
function neighbourhoodStart(at: number, n: number, window: number): number {
  if (window >= n) return 1;
  const half = (window + 1) >> 1;
  return Math.min(n - window + 1, Math.max(1, at - half + 1));
}

function interpolate(out: Float64Array, from: number, to: number): void {
  const slope = (out[to]! - out[from]!) / (to - from);
  for (let i = from + 1; i < to; i++) out[i] = out[from]! + slope * (i - from);
}
