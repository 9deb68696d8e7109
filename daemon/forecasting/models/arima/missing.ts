import { interpolate } from "../local.ts";
import { designOf, rawCoefficients } from "./design.ts";
import { regressionGiven } from "./fit.ts";
import type { ArimaProcess } from "./forecast.ts";

/** Missing values beyond this many, the oldest ones, stay interpolated: each is a regressor. */
const maximumFilled = 300;

/**
 * Fills missing values with their expectation given all others under the process: each is an outlier of unknown size on top of an
 * interpolated value, and generalised least squares finds the sizes (Gómez, Maravall & Peña 1999, Journal of Econometrics 88(2),
 * 341–363). A series without any value becomes zeros.
 */
export function fillMissing(values: Float64Array, process: ArimaProcess): Float64Array {
  const missing = Array.from(values.keys()).filter((t) => Number.isNaN(values[t]!));
  const filled = interpolate(values);
  if (missing.length === 0 || missing.length === values.length) return filled;
  const outliers = missing.slice(-maximumFilled);
  const { order, coefficients } = process;
  const trend = trendOf(process);
  const response = filled.map((value, t) => value - trend(t));
  const pulses = outliers.map((time) => {
    const pulse = new Float64Array(values.length);
    pulse[time] = 1;
    return pulse;
  });
  const design = designOf(response, pulses, order, false);
  const found = regressionGiven(design, coefficients, order.season);
  if (found === undefined) return filled;
  const sizes = rawCoefficients(design, found.regression, outliers.length).coefficients;
  outliers.forEach((time, i) => {
    filled[time] = filled[time]! - sizes[i]!;
  });
  return filled;
}

/** The level or line whose differences are the process's constant. */
function trendOf({ order, constant }: ArimaProcess): (time: number) => number {
  if (order.d + order.D === 0) return () => constant;
  const slope = order.d + order.D > 1 ? 0 : constant / (order.d === 1 ? 1 : order.season);
  return (time) => slope * time;
}
