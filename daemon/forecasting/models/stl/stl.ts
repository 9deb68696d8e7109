import { median } from "../../numerics/quantile.ts";
import { Loess, type LoessOptions } from "./loess.ts";

/** The steps of a decomposition; `stlPlan` fills them as R's `stl` does. */
export interface StlPlan {
  readonly period: number;
  readonly seasonal: LoessOptions;
  readonly trend: LoessOptions;
  readonly lowPass: LoessOptions;
  readonly innerLoops: number;
  readonly outerLoops: number;
}

/** Additive parts of a series; value = season + trend + remainder. */
export interface Decomposition {
  readonly season: Float64Array;
  readonly trend: Float64Array;
  /** Robustness weights, one where the fit is not robust. */
  readonly weights: Float64Array;
}

/** The next odd whole number from `value` up. */
export function nextOdd(value: number): number {
  const up = Math.ceil(value);
  return up % 2 === 0 ? up + 1 : up;
}

export interface StlOptions {
  /** Down-weights outliers in fifteen outer loops. */
  readonly robust?: boolean;
  /** Estimates every point instead of interpolating between every tenth of a window. */
  readonly everyPoint?: boolean;
}

/** The usual plan for a season and the window of its smoothing (odd, in seasons), with R's defaults for the rest. */
export function stlPlan(
  period: number,
  seasonalWindow: number,
  { robust = false, everyPoint = false }: StlOptions = {},
): StlPlan {
  const smoother = (window: number, degree: 0 | 1): LoessOptions => ({
    window,
    degree,
    jump: everyPoint ? 1 : Math.max(1, Math.ceil(window / 10)),
  });
  return {
    period,
    seasonal: smoother(seasonalWindow, 0),
    trend: smoother(nextOdd((1.5 * period) / (1 - 1.5 / seasonalWindow)), 1),
    lowPass: smoother(nextOdd(period), 1),
    innerLoops: robust ? 1 : 2,
    outerLoops: robust ? 15 : 0,
  };
}

/**
 * Seasonal-trend decomposition by local regression, step by step as the authors' Fortran program.
 * Cleveland, Cleveland, McRae & Terpenning (1990), Journal of Official Statistics 6(1), 3–73. Needs two periods.
 */
export function stl(values: Float64Array, plan: StlPlan): Decomposition {
  const n = values.length;
  const state = new StlState(values, plan);
  const weights = new Float64Array(n).fill(1);
  for (let outer = 0; outer <= plan.outerLoops; outer++) {
    for (let inner = 0; inner < plan.innerLoops; inner++) state.step(outer > 0 ? weights : undefined);
    if (outer < plan.outerLoops) robustnessWeights(values, state.season, state.trend, weights);
  }
  return { season: state.season, trend: state.trend, weights };
}

class StlState {
  readonly season: Float64Array;
  readonly trend: Float64Array;
  readonly #values: Float64Array;
  readonly #plan: StlPlan;
  /** Season of each position, one period longer on both sides. */
  readonly #cycle: Float64Array;
  readonly #work: Float64Array;
  readonly #low: Float64Array;
  readonly #subseries: Float64Array;
  readonly #subweights: Float64Array;
  /** Smoothed subseries with the season before its first value and that after its last. */
  readonly #smooth: Float64Array;
  readonly #seasonal: Loess;
  readonly #trendSmoother: Loess;
  readonly #lowPass: Loess;

  constructor(values: Float64Array, plan: StlPlan) {
    const n = values.length;
    const { period } = plan;
    const longest = Math.ceil(n / period) + 2;
    this.#values = values;
    this.#plan = plan;
    this.season = new Float64Array(n);
    this.trend = new Float64Array(n);
    this.#cycle = new Float64Array(n + 2 * period);
    this.#work = new Float64Array(n + 2 * period);
    this.#low = new Float64Array(n + 2 * period);
    this.#subseries = new Float64Array(longest);
    this.#subweights = new Float64Array(longest);
    this.#smooth = new Float64Array(longest);
    this.#seasonal = new Loess(plan.seasonal, longest);
    this.#trendSmoother = new Loess(plan.trend, n);
    this.#lowPass = new Loess(plan.lowPass, n);
  }

  /** One pass of the inner loop. */
  step(weights: Float64Array | undefined): void {
    const { season, trend } = this;
    const values = this.#values;
    const cycle = this.#cycle;
    const work = this.#work;
    const low = this.#low;
    const n = values.length;
    const { period } = this.#plan;
    for (let i = 0; i < n; i++) work[i] = values[i]! - trend[i]!;
    this.#smoothSubseries(weights);
    movingAverage(cycle, n + 2 * period, period, low);
    movingAverage(low, n + period + 1, period, work);
    movingAverage(work, n + 2, 3, low);
    this.#lowPass.smooth(low.subarray(0, n), undefined, work);
    for (let i = 0; i < n; i++) season[i] = cycle[period + i]! - work[i]!;
    for (let i = 0; i < n; i++) work[i] = values[i]! - season[i]!;
    this.#trendSmoother.smooth(work.subarray(0, n), weights, trend);
  }

  /** Smooths the values at each position of the season into `cycle`, extended by one season at both ends. */
  #smoothSubseries(weights: Float64Array | undefined): void {
    const work = this.#work;
    const subseries = this.#subseries;
    const subweights = this.#subweights;
    const smooth = this.#smooth;
    const cycle = this.#cycle;
    const seasonal = this.#seasonal;
    const { period } = this.#plan;
    const inner = smooth.subarray(1);
    const n = this.#values.length;
    for (let j = 0; j < period; j++) {
      const k = Math.floor((n - 1 - j) / period) + 1;
      for (let i = 0; i < k; i++) subseries[i] = work[i * period + j]!;
      for (let i = 0; weights !== undefined && i < k; i++) subweights[i] = weights[i * period + j]!;
      const own = subseries.subarray(0, k);
      const used = weights === undefined ? undefined : subweights;
      seasonal.smooth(own, used, inner);
      const before = seasonal.estimate(own, used, 0);
      smooth[0] = Number.isNaN(before) ? smooth[1]! : before;
      const after = seasonal.estimate(own, used, k + 1);
      smooth[k + 1] = Number.isNaN(after) ? smooth[k]! : after;
      for (let i = 0; i < k + 2; i++) cycle[i * period + j] = smooth[i]!;
    }
  }
}

/** Moving averages of `length` over the first `n` values; n − length + 1 results. */
function movingAverage(values: Float64Array, n: number, length: number, out: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i]!;
  out[0] = sum / length;
  for (let i = length; i < n; i++) {
    sum += values[i]! - values[i - length]!;
    out[i - length + 1] = sum / length;
  }
}

/** Bisquare weights of the remainders relative to six times their median size. */
function robustnessWeights(
  values: Float64Array,
  season: Float64Array,
  trend: Float64Array,
  weights: Float64Array,
): void {
  const sizes = values.map((value, i) => Math.abs(value - season[i]! - trend[i]!));
  const limit = 6 * median(sizes);
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i]!;
    if (size <= 0.001 * limit) weights[i] = 1;
    else weights[i] = size <= 0.999 * limit ? (1 - (size / limit) ** 2) ** 2 : 0;
  }
}
