import { RunningLine, type ThetaFit } from "./variant.ts";

/** Mean forecasts, their level and trend parts, and the standard deviations of the errors. */
export interface ThetaForecast {
  readonly mean: Float64Array;
  readonly level: Float64Array;
  readonly trend: Float64Array;
  readonly deviation: Float64Array;
}

/** Runs a fitted form over `y` and `steps` beyond it. */
export function forecastTheta(y: Float64Array, fit: ThetaFit, steps: number): ThetaForecast {
  const mean = continued(y, fit, steps, 0);
  const origin = smoothedLevel(y, fit);
  const level = new Float64Array(steps).fill(origin);
  return { mean, level, trend: mean.map((value) => value - origin), deviation: deviations(y, fit, mean) };
}

function smoothedLevel(y: Float64Array, { alpha, level }: ThetaFit): number {
  let smooth = level;
  for (const value of y) smooth += alpha * (value - smooth);
  return smooth;
}

/**
 * Mean forecasts where the first future value misses its forecast by `shock`: the later ones feed on the forecasts before them
 * (Fiorucci et al. 2016, section 3).
 */
function continued(y: Float64Array, fit: ThetaFit, steps: number, shock: number): Float64Array {
  const dynamic = fit.variant.startsWith("dynamic");
  const line = new RunningLine();
  const mean = new Float64Array(steps);
  let level = fit.level;
  let decay = 1;
  for (let t = 0; t < y.length + steps; t++) {
    const intercept = dynamic ? line.intercept : fit.intercept;
    const slope = dynamic ? line.slope : fit.slope;
    const trend = decay * intercept + ((1 - decay * (1 - fit.alpha)) / fit.alpha) * slope;
    const step = t - y.length;
    const forecast = level + fit.weight * trend;
    if (step >= 0) mean[step] = forecast;
    const value = step < 0 ? y[t]! : step === 0 ? forecast + shock : forecast;
    level += fit.alpha * (value - level);
    decay *= 1 - fit.alpha;
    if (dynamic) line.add(value);
  }
  return mean;
}

/**
 * σ²(1 + Σ c_j²) with c_j the effect of an error on the forecast j steps later: alpha for the fixed line, found by a trial error
 * for the running line (whose effects change too slowly with the origin to matter over a horizon).
 */
function deviations(y: Float64Array, fit: ThetaFit, mean: Float64Array): Float64Array {
  const dynamic = fit.variant.startsWith("dynamic");
  const unit = Math.sqrt(fit.variance);
  const shocked = dynamic && unit > 0 ? continued(y, fit, mean.length, unit) : undefined;
  let sum = 1;
  return mean.map((_, step) => {
    if (step > 0) sum += (shocked === undefined ? fit.alpha : (shocked[step]! - mean[step]!) / unit) ** 2;
    return unit * Math.sqrt(sum);
  });
}
