import { armaCovariance } from "./autocovariance.ts";
import type { LagPolynomials } from "./polynomial.ts";

/** Equally long columns side by side: column `c` at `values[c * length …]`. */
export interface Columns {
  readonly count: number;
  readonly length: number;
  readonly values: Float64Array;
}

/** Relative change of the innovation variance below which the filter counts as settled. */
const settled = 1e-15;

/**
 * One-step prediction errors of columns under an ARMA process with unit shocks, divided by their standard deviations and
 * written to `out` (same shape). Returns the sum of the log variances, or undefined where φ is not stationary.
 *
 * Exact from the first value on, in O(order) a step instead of the Kalman filter's O(order²): the increments of the state's
 * covariance have rank one, so only one vector of them is carried (Pearlman 1980, Biometrika 67(1), 232–233; Morf, Sidhu &
 * Kailath 1974). Once they vanish, the plain ARMA recursion over the non-zero lags takes over.
 * Where `state` is given, it receives the predictions of the next values of column 0 as far as the order reaches.
 */
export function whiten(
  columns: Columns,
  polynomials: LagPolynomials,
  out: Float64Array,
  state?: Float64Array,
): number | undefined {
  const { count, length } = columns;
  const start = startOf(polynomials);
  if (start === undefined) return undefined;
  const { phi, gain, step } = start;
  const order = phi.length;
  const states = new Float64Array(count * (order + 1));
  const deviation = new Float64Array(length).fill(1);
  let variance = start.variance;
  let logVariance = 0;
  let time = 0;
  for (; time < length; time++) {
    if (state === undefined && time >= order && isSettled(step)) break;
    deviation[time] = Math.sqrt(variance);
    logVariance += Math.log(variance);
    for (let c = 0; c < count; c++) {
      const base = c * (order + 1);
      const predicted = states[base]!;
      const error = columns.values[c * length + time]! - predicted;
      out[c * length + time] = error;
      for (let i = 0; i < order; i++) {
        states[base + i] = states[base + i + 1]! + phi[i]! * predicted + gain[i]! * error;
      }
    }
    variance *= advance(phi, gain, step);
  }
  state?.set(states.subarray(0, Math.min(order, state.length)));
  // A settled filter's variance is the shocks' own, 1.
  recurse(columns, polynomials, out, time);
  for (let c = 0; c < count; c++) {
    for (let t = 0; t < time; t++) out[c * length + t] = out[c * length + t]! / deviation[t]!;
  }
  return logVariance;
}

interface Start {
  /** φ padded with zeros to the state's size. */
  readonly phi: Float64Array;
  /** Gain of the first step. */
  readonly gain: Float64Array;
  /** Increment vector of the covariance, scaled by the first variance. */
  readonly step: Float64Array;
  readonly variance: number;
}

/** Variance and gain of the stationary process before its first value. */
function startOf(polynomials: LagPolynomials): Start | undefined {
  const [p, q] = [polynomials.phi.length, polynomials.theta.length];
  const order = Math.max(p, q + 1);
  const phi = new Float64Array(order);
  phi.set(polynomials.phi);
  const theta = new Float64Array(order + 1);
  theta[0] = 1;
  theta.set(polynomials.theta, 1);
  const covariance = armaCovariance(polynomials, p);
  if (covariance === undefined) return undefined;
  const psi = new Float64Array(q + 1);
  for (let j = 0; j <= q; j++) {
    let value = theta[j]!;
    for (let i = 1; i <= Math.min(j, p); i++) value += phi[i - 1]! * psi[j - i]!;
    psi[j] = value;
  }
  const variance = covariance[0]!;
  const gain = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    // Covariance of the state's element i + 1 with the value itself.
    let sum = 0;
    for (let k = i + 2; k <= p; k++) sum += phi[k - 1]! * covariance[k - i - 1]!;
    for (let k = i + 1; k <= q; k++) sum += theta[k]! * psi[k - i - 1]!;
    gain[i] = sum / variance + phi[i]!;
  }
  return { phi, gain, step: gain.slice(), variance };
}

/** Moves gain and increment one step on; returns the factor by which the variance shrinks. */
function advance(phi: Float64Array, gain: Float64Array, step: Float64Array): number {
  const order = phi.length;
  const reflection = step[0]!;
  const left = 1 - reflection * reflection;
  const inverse = 1 / left;
  for (let i = 0; i < order; i++) {
    const moved = (i + 1 < order ? step[i + 1]! : 0) + phi[i]! * reflection;
    const before = gain[i]!;
    gain[i] = (before - reflection * moved) * inverse;
    step[i] = (moved - reflection * before) * inverse;
  }
  return left;
}

function isSettled(step: Float64Array): boolean {
  for (let i = 0; i < step.length; i++) if (step[i]! * step[i]! > settled) return false;
  return true;
}

/** Prediction errors from `from` on, given the values and errors before; lags reach back to the start at most. */
function recurse(columns: Columns, { phi, theta }: LagPolynomials, out: Float64Array, from: number): void {
  const { count, length, values } = columns;
  const moving = termsOf(theta);
  for (let c = 0; c < count; c++) {
    const base = c * length;
    const own = values.subarray(base, base + length);
    const errors = out.subarray(base, base + length);
    errors.set(own.subarray(from), from);
    // Lag by lag: these loops run over neighbouring values, several times as fast as all lags step by step.
    for (let lag = 1; lag <= phi.length; lag++) {
      const weight = phi[lag - 1]!;
      if (weight === 0) continue;
      for (let t = Math.max(from, lag); t < length; t++) errors[t] = errors[t]! - weight * own[t - lag]!;
    }
    if (moving.lags.length > 0) feedBack(errors, moving, from);
  }
}

/** Non-zero coefficients of a lag polynomial and their lags, ascending. */
interface Terms {
  readonly lags: Int32Array;
  readonly weights: Float64Array;
}

function termsOf(coefficients: Float64Array): Terms {
  const lags = Int32Array.from(coefficients.keys().filter((i) => coefficients[i] !== 0)).map((i) => i + 1);
  return { lags, weights: Float64Array.from(lags, (lag) => coefficients[lag - 1]!) };
}

/** Takes the moving average of the errors before from each error, from step `from` on. */
function feedBack(errors: Float64Array, { lags, weights }: Terms, from: number): void {
  const terms = lags.length;
  for (let t = from; t < errors.length; t++) {
    let error = errors[t]!;
    for (let k = 0; k < terms && lags[k]! <= t; k++) error -= weights[k]! * errors[t - lags[k]!]!;
    errors[t] = error;
  }
}

/**
 * Prediction errors given the first values and zero errors before, written to `out`: the conditional sum of squares' residuals,
 * zero over the first `phi.length` steps. Returns 0, the sum of the log variances that it takes them to have. Cheaper than `whiten`, and where its optimum is to be searched from.
 */
export function conditionalErrors(columns: Columns, polynomials: LagPolynomials, out: Float64Array): number {
  const from = Math.min(columns.length, polynomials.phi.length);
  for (let c = 0; c < columns.count; c++) out.fill(0, c * columns.length, c * columns.length + from);
  recurse(columns, polynomials, out, from);
  return 0;
}
