import { gaussianQuantiles } from "../../numerics/normal.ts";
import { whiten } from "./arma-filter.ts";
import type { ArimaOrder, ArmaCoefficients } from "./order.ts";
import { difference, differencePolynomial, type LagPolynomials, lagPolynomials, psiWeights } from "./polynomial.ts";

/** An ARIMA process with given coefficients. */
export interface ArimaProcess {
  readonly order: ArimaOrder;
  readonly coefficients: ArmaCoefficients;
  /** Mean of the differenced series: the mean, or the drift a step (a season where only the season is differenced). */
  readonly constant: number;
  /** Variance of the shocks. */
  readonly variance: number;
}

/** Means of the next `steps` values of a complete series. */
export function arimaMean(past: Float64Array, process: ArimaProcess, steps: number): Float64Array {
  const { order, constant } = process;
  const polynomials = lagPolynomials(process.coefficients, order.season);
  const differenced = difference(past, order).map((value) => value - constant);
  const stationary = stationaryMean(differenced, polynomials, steps);
  const delta = differencePolynomial(order);
  const path = new Float64Array(past.length + steps);
  path.set(past);
  for (let h = 0; h < steps; h++) {
    const at = past.length + h;
    let value = stationary[h]! + constant;
    // Where the series is shorter than the differences reach, what lies before it counts as its first value.
    for (let i = 0; i < delta.length; i++) value -= delta[i]! * path[Math.max(0, at - i - 1)]!;
    path[at] = value;
  }
  return path.subarray(past.length);
}

/** Means of the next values of a stationary ARMA process without mean. */
function stationaryMean(values: Float64Array, polynomials: LagPolynomials, steps: number): Float64Array {
  const { phi, theta } = polynomials;
  const state = new Float64Array(Math.max(phi.length, theta.length + 1));
  const columns = { count: 1, length: values.length, values };
  const means = new Float64Array(steps);
  if (values.length === 0 || whiten(columns, polynomials, new Float64Array(values.length), state) === undefined)
    return means;
  for (let h = 0; h < steps; h++) {
    // The state's element h already holds what the past contributes; forecasts between are added here.
    let value = h < state.length ? state[h]! : 0;
    for (let i = 0; i < Math.min(h, phi.length); i++) value += phi[i]! * means[h - i - 1]!;
    means[h] = value;
  }
  return means;
}

/** Normal quantiles around `mean`, levels × steps: forecast variances from the ψ weights of the process. */
export function arimaQuantiles(mean: Float64Array, process: ArimaProcess, levels: readonly number[]): Float64Array {
  const { order, coefficients, variance } = process;
  const psi = psiWeights(lagPolynomials(coefficients, order.season), differencePolynomial(order), mean.length);
  let sum = 0;
  const deviation = psi.map((weight) => {
    sum += weight * weight;
    return Math.sqrt(sum * variance);
  });
  return gaussianQuantiles(mean, deviation, levels);
}
