import { type Panel, pastOf } from "../panel/panel.ts";

/** Size of the seasonal naive forecast's errors inside the history of one series. */
export interface ErrorScale {
  /** Mean absolute error, the denominator of MASE; 0 where the series never changes. */
  readonly absolute: number;
  /** Mean squared error, the denominator of RMSSE. */
  readonly squared: number;
}

/**
 * In-sample scale of MASE and RMSSE (Hyndman and Koehler 2006; M4 and M5 competitions): errors of y[t − m] as the forecast
 * of y[t]. A history shorter than m + 2, or one that repeats exactly, is scaled by m = 1; a constant history has scale 0.
 */
export function errorScale(panel: Panel, series: number, season: number): ErrorScale {
  const past = pastOf(panel, panel.target, series);
  const seasonal = past.length >= season + 2 ? naiveErrors(past, season) : naiveErrors(past, 1);
  return seasonal.absolute > rounding * largest(past) ? seasonal : naiveErrors(past, 1);
}

/** Errors that are smaller, as a share of the largest value, are those of arithmetic: the history repeats exactly. */
const rounding = 1e-12;

function largest(past: Float64Array): number {
  return past.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
}

function naiveErrors(past: Float64Array, lag: number): ErrorScale {
  let count = 0;
  let absolute = 0;
  let squared = 0;
  for (let t = lag; t < past.length; t++) {
    const error = past[t]! - past[t - lag]!;
    if (Number.isNaN(error)) continue;
    count++;
    absolute += Math.abs(error);
    squared += error * error;
  }
  return count === 0 ? { absolute: 0, squared: 0 } : { absolute: absolute / count, squared: squared / count };
}
