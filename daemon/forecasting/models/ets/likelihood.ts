import type { CurvedFunction } from "../../numerics/box-least-squares.ts";
import { isForecastable } from "./admissible.ts";
import { type EtsForm, parameterCount } from "./form.ts";
import { Sensitivity } from "./sensitivity.ts";
import { cellSize, FORECAST, foresee, kindCode, LEVEL, learn, SEASON, SLOPE, type Smoothing } from "./step.ts";

/** Bounds of the smoothing parameters, R's `ets` defaults. */
export const smallest = 1e-4;
export const largestAlpha = 1 - 1e-4;
export const smallestPhi = 0.8;
export const largestPhi = 0.98;

/** Keeps logarithms of a perfect fit finite; the series are scaled to a mean size of one. */
const smallestSquares = 1e-26;

/**
 * −2 log-likelihood (up to R's constant: n log Σe² + 2 Σ log|ŷ| for relative errors) of one form on one scaled series, as a
 * function of the vector
 * `[alpha, share of beta in alpha, share of gamma in 1 − alpha, phi, level, slope, season 0 … season m − 2]`
 * without the parts that the form lacks. Shares lie between 0 and 1 and map to R's bounds
 * 1e-4 ≤ beta ≤ alpha, 1e-4 ≤ gamma ≤ 1 − alpha; season m − 1 follows from the sum of the seasons.
 *
 * Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, chapter 5. The curvature is the expected
 * (Fisher) one, from the derivatives of the one-step forecasts by all parameters, carried along with the filter.
 */
export class EtsLikelihood implements CurvedFunction {
  readonly form: EtsForm;
  readonly period: number;
  readonly size: number;
  /** Position of the first initial state. */
  readonly stateAt: number;
  readonly seasonAt: number;
  readonly #y: Float64Array;
  readonly #trend: number;
  readonly #season: number;
  readonly #relative: boolean;
  readonly #betaAt: number;
  readonly #gammaAt: number;
  readonly #phiAt: number;
  readonly #smoothing: Smoothing = { alpha: 0, beta: 0, gamma: 0, phi: 1 };
  readonly #seasons: Float64Array;
  readonly #cell = new Float64Array(cellSize);
  readonly #logGradient: Float64Array;
  readonly #sensitivity: Sensitivity;
  #squares = 0;

  constructor(y: Float64Array, form: EtsForm, period: number) {
    this.#y = y;
    this.form = form;
    this.period = form.season === "N" ? 1 : period;
    this.size = parameterCount(form, this.period);
    this.#trend = kindCode[form.trend];
    this.#season = kindCode[form.season];
    this.#relative = form.error === "M";
    let next = 1;
    this.#betaAt = this.#trend > 0 ? next++ : -1;
    this.#gammaAt = this.#season > 0 ? next++ : -1;
    this.#phiAt = form.damped ? next++ : -1;
    this.stateAt = next;
    this.seasonAt = next + (this.#trend > 0 ? 2 : 1);
    this.#seasons = new Float64Array(this.period);
    this.#logGradient = new Float64Array(this.size);
    const at = { beta: this.#betaAt, gamma: this.#gammaAt, phi: this.#phiAt };
    this.#sensitivity = new Sensitivity(this.size, this.period, this.#trend, this.#season, at);
  }

  /** Smoothing parameters at `x` (an object that the next call overwrites). */
  smoothingAt(x: Float64Array): Readonly<Smoothing> {
    const alpha = x[0]!;
    this.#smoothing.alpha = alpha;
    this.#smoothing.beta = this.#betaAt < 0 ? 0 : smallest + x[this.#betaAt]! * (alpha - smallest);
    this.#smoothing.gamma = this.#gammaAt < 0 ? 0 : smallest + x[this.#gammaAt]! * (1 - alpha - smallest);
    this.#smoothing.phi = this.#phiAt < 0 ? 1 : x[this.#phiAt]!;
    return this.#smoothing;
  }

  /** Writes smoothing parameters into `x`, clamped to their bounds. */
  setSmoothing(x: Float64Array, alpha: number, betaShare: number, gammaShare: number, phi: number): void {
    x[0] = Math.min(largestAlpha, Math.max(smallest, alpha));
    if (this.#betaAt >= 0) x[this.#betaAt] = betaShare;
    if (this.#gammaAt >= 0) x[this.#gammaAt] = gammaShare;
    if (this.#phiAt >= 0) x[this.#phiAt] = phi;
  }

  /** Box of the parameters: initial states are free, but multiplicative ones positive. */
  bounds(): { lower: Float64Array; upper: Float64Array } {
    const lower = new Float64Array(this.size).fill(Number.NEGATIVE_INFINITY);
    const upper = new Float64Array(this.size).fill(Number.POSITIVE_INFINITY);
    lower.fill(0, 0, this.stateAt);
    upper.fill(1, 0, this.stateAt);
    lower[0] = smallest;
    upper[0] = largestAlpha;
    if (this.#phiAt >= 0) {
      lower[this.#phiAt] = smallestPhi;
      upper[this.#phiAt] = largestPhi;
    }
    if (this.#season === 2) lower.fill(1e-6, this.seasonAt);
    if (this.#trend === 2) lower.fill(1e-6, this.stateAt, this.stateAt + 2);
    return { lower, upper };
  }

  /** Writes the seasons at the start into `seasons` (index 0 belongs to the first value); false where one is not usable. */
  #startSeasons(x: Float64Array): boolean {
    if (this.#season === 0) return true;
    const last = this.period - 1;
    let rest = this.#season === 2 ? this.period : 0;
    for (let j = 0; j < last; j++) {
      const value = x[this.seasonAt + j]!;
      this.#seasons[j] = value;
      rest -= value;
      if (this.#season === 2 && value < 0) return false;
    }
    this.#seasons[last] = rest;
    return this.#season === 1 || rest > 0;
  }

  /** Seasons at the start that belong to `x`. */
  seasonsOf(x: Float64Array): number[] {
    this.#startSeasons(x);
    return this.#season === 0 ? [] : [...this.#seasons];
  }

  /** Sum of squared one-step errors at `x`. */
  squaredErrors(x: Float64Array): number {
    this.value(x);
    return this.#squares;
  }

  value(x: Float64Array): number {
    if (!this.#begin(x)) return Number.POSITIVE_INFINITY;
    const { alpha, beta, gamma, phi } = this.#smoothing;
    if (this.#season > 0 && this.#trend > 0 && !isForecastable(alpha, beta, gamma, phi, this.period)) {
      return Number.POSITIVE_INFINITY;
    }
    return this.#relative ? this.#relativeValue() : this.#absoluteValue();
  }

  /** Sets smoothing parameters, cell and seasons to the start; false where a season is not usable. */
  #begin(x: Float64Array): boolean {
    this.smoothingAt(x);
    this.#cell[LEVEL] = x[this.stateAt]!;
    this.#cell[SLOPE] = this.#trend > 0 ? x[this.stateAt + 1]! : 0;
    this.#cell[SEASON] = 0;
    return this.#startSeasons(x);
  }

  #absoluteValue(): number {
    const { period } = this;
    const y = this.#y;
    const cell = this.#cell;
    const seasons = this.#seasons;
    const trend = this.#trend;
    const season = this.#season;
    const smoothing = this.#smoothing;
    let squares = 0;
    let j = 0;
    for (let t = 0; t < y.length; t++) {
      const value = y[t]!;
      if (season > 0) cell[SEASON] = seasons[j]!;
      foresee(cell, trend, season, smoothing.phi, value);
      const error = value - cell[FORECAST]!;
      squares += error * error;
      learn(cell, trend, season, smoothing, value);
      if (season > 0) seasons[j] = cell[SEASON]!;
      if (++j === period) j = 0;
    }
    this.#squares = squares;
    const value = y.length * Math.log(squares + smallestSquares);
    return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
  }

  #relativeValue(): number {
    const { period } = this;
    const y = this.#y;
    const cell = this.#cell;
    const seasons = this.#seasons;
    const trend = this.#trend;
    const season = this.#season;
    const smoothing = this.#smoothing;
    let squares = 0;
    let product = 1;
    let logs = 0;
    let j = 0;
    for (let t = 0; t < y.length; t++) {
      const value = y[t]!;
      if (season > 0) cell[SEASON] = seasons[j]!;
      foresee(cell, trend, season, smoothing.phi, value);
      const forecast = cell[FORECAST]!;
      if (!(forecast > 1e-12)) return Number.POSITIVE_INFINITY;
      const error = (value - forecast) / forecast;
      squares += error * error;
      // Logarithms are dear: one for the product of many forecasts.
      product *= forecast;
      if (product > 1e200 || product < 1e-200) {
        logs += Math.log(product);
        product = 1;
      }
      learn(cell, trend, season, smoothing, value);
      if (season > 0) seasons[j] = cell[SEASON]!;
      if (++j === period) j = 0;
    }
    this.#squares = squares;
    const value = y.length * Math.log(squares + smallestSquares) + 2 * (logs + Math.log(product));
    return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
  }

  expand(x: Float64Array, gradient: Float64Array, curvature: Float64Array): void {
    const { size } = this;
    const logGradient = this.#logGradient;
    gradient.fill(0, 0, size);
    curvature.fill(0, 0, size * size);
    logGradient.fill(0);
    this.#begin(x);
    const squares = this.#accumulate(gradient, curvature) + smallestSquares;
    const factor = (2 * this.#y.length) / squares;
    for (let i = 0; i < size; i++) {
      gradient[i] = factor * gradient[i]! + 2 * logGradient[i]!;
      for (let k = i; k < size; k++) curvature[i * size + k]! *= factor;
    }
    this.#toShares(x, gradient, curvature);
  }

  /**
   * Runs the filter with derivatives. Adds Σ e ∂e to `gradient`, Σ ∂ŷ∂ŷ' (over ŷ² for relative errors) to the upper
   * triangle of `curvature` and Σ ∂ŷ/ŷ to the log gradient for relative errors; returns Σ e².
   */
  #accumulate(gradient: Float64Array, curvature: Float64Array): number {
    const { period } = this;
    const y = this.#y;
    const cell = this.#cell;
    const seasons = this.#seasons;
    const trend = this.#trend;
    const season = this.#season;
    const smoothing = this.#smoothing;
    const sensitivity = this.#sensitivity;
    const relative = this.#relative;
    const logGradient = this.#logGradient;
    sensitivity.start(this.stateAt, this.seasonAt, period);
    let squares = 0;
    let j = 0;
    for (let t = 0; t < y.length; t++) {
      const value = y[t]!;
      if (season > 0) cell[SEASON] = seasons[j]!;
      foresee(cell, trend, season, smoothing.phi, value);
      sensitivity.step(cell, smoothing, value, j);
      const forecast = cell[FORECAST]!;
      const inverse = relative ? 1 / forecast : 1;
      const error = (value - forecast) * inverse;
      squares += error * error;
      const pull = relative ? -error * value * inverse * inverse : -error;
      addStep(sensitivity.forecast, pull, inverse * inverse, gradient, curvature);
      if (relative) addScaled(sensitivity.forecast, inverse, logGradient);
      learn(cell, trend, season, smoothing, value);
      if (season > 0) seasons[j] = cell[SEASON]!;
      if (++j === period) j = 0;
    }
    return squares;
  }

  /** Turns derivatives by alpha, beta, gamma into derivatives by alpha and the shares. */
  #toShares(x: Float64Array, gradient: Float64Array, curvature: Float64Array): void {
    const alpha = x[0]!;
    if (this.#betaAt >= 0) this.#changeShare(gradient, curvature, this.#betaAt, x[this.#betaAt]!, alpha - smallest);
    if (this.#gammaAt < 0) return;
    this.#changeShare(gradient, curvature, this.#gammaAt, -x[this.#gammaAt]!, 1 - alpha - smallest);
  }

  /**
   * Chain rule for a parameter `smallest + share × width` whose width changes with alpha (variable 0): its derivative moves
   * to alpha times `alphaFactor` and to the share times `width`. Congruence transform of the upper triangle.
   */
  #changeShare(gradient: Float64Array, curvature: Float64Array, at: number, alphaFactor: number, width: number): void {
    const { size } = this;
    gradient[0]! += alphaFactor * gradient[at]!;
    gradient[at]! *= width;
    const own = curvature[at * size + at]!;
    curvature[0]! += 2 * alphaFactor * curvature[at]! + alphaFactor * alphaFactor * own;
    for (let k = 1; k < size; k++) {
      const entry = k < at ? k * size + at : at * size + k;
      curvature[k]! += alphaFactor * curvature[entry]!;
      curvature[entry]! *= k === at ? width * width : width;
    }
    // The entry (0, at) was changed as part of alpha's row above: it is a derivative by the share too.
    curvature[at]! *= width;
  }
}

/** Adds `pull` × by to the gradient and `weight` × by by' to the upper triangle of the curvature. */
function addStep(
  by: Float64Array,
  pull: number,
  weight: number,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  const size = by.length;
  for (let p = 0; p < size; p++) {
    const slope = by[p]!;
    if (slope === 0) continue;
    gradient[p]! += pull * slope;
    const scaled = slope * weight;
    const row = p * size;
    for (let q = p; q < size; q++) curvature[row + q]! += scaled * by[q]!;
  }
}

function addScaled(values: Float64Array, factor: number, sums: Float64Array): void {
  for (let p = 0; p < values.length; p++) sums[p]! += factor * values[p]!;
}
