import { autocorrelations } from "../numerics/autocorrelation.ts";
import { type Panel, pastOf, seriesCount } from "../panel/panel.ts";

/** Series that the autocorrelation is averaged over at most. */
const sampledSeries = 100;
/** Values at the end of a series that it is computed from at most. */
const sampledValues = 5000;

/**
 * Autocorrelations at lags 1 … `lags`, averaged over up to 100 evenly spaced series of the panel; entry 0 is 1.
 * Missing values are left out; lags longer than half of every series are 0.
 */
export function meanAutocorrelation(panel: Panel, lags: number): Float64Array {
  const sums = new Float64Array(lags + 1);
  const counts = new Float64Array(lags + 1);
  const series = seriesCount(panel);
  const stride = Math.max(1, Math.ceil(series / sampledSeries));
  for (let index = 0; index < series; index += stride) {
    const values = pastOf(panel, panel.target, index).slice(-sampledValues);
    addAutocorrelation(values, sums, counts);
  }
  return sums.map((sum, lag) => (lag === 0 ? 1 : counts[lag]! > 0 ? sum / counts[lag]! : 0));
}

function addAutocorrelation(values: Float64Array, sums: Float64Array, counts: Float64Array): void {
  let total = 0;
  let present = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    total += value;
    present++;
  }
  const mean = total / present;
  const varies = values.some((value) => (value - mean) ** 2 > 0);
  if (present < 4 || !varies) return;
  const longest = Math.min(sums.length - 1, Math.floor(values.length / 2));
  const lags = Array.from({ length: longest }, (_, index) => index + 1);
  autocorrelations(values, lags, { mean, constant: 0 }).forEach((correlation, index) => {
    sums[index + 1]! += correlation;
    counts[index + 1]!++;
  });
}

/** The `count` lags of strongest absolute autocorrelation that are local peaks, strongest first. */
export function peakLags(autocorrelation: Float64Array, count: number): number[] {
  const strength = autocorrelation.map(Math.abs);
  const peaks: number[] = [];
  for (let lag = 2; lag + 1 < strength.length; lag++) {
    if (strength[lag]! > 0.1 && strength[lag]! >= strength[lag - 1]! && strength[lag]! > strength[lag + 1]!)
      peaks.push(lag);
  }
  return peaks.sort((a, b) => strength[b]! - strength[a]!).slice(0, count);
}
