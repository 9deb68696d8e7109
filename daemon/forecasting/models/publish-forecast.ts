import { uniformStream } from "../numerics/random.ts";
import { applyBounds } from "./bounds.ts";
import { type Forecast, meanOf } from "./forecast.ts";
import type { FitContext } from "./forecaster.ts";

/** Remainders that differ by less are equal. */
const tolerance = 1e-9;

/**
 * A forecast as it leaves the product: within its bounds and, if the target counts things, in whole numbers. Points and
 * quantiles are rounded each by itself. Means are rounded so that totals stay: the total of all series first, then that
 * of each series over its steps (largest remainder method; equal remainders in an order drawn from `seed`).
 */
export function publishForecast(forecast: Forecast, bounds: FitContext["bounds"], seed: number): Forecast {
  const bounded = applyBounds(forecast, bounds);
  if (!bounds.integer) return bounded;
  const published = {
    ...bounded,
    mean: bounded.mean.slice(),
    point: bounded.point.map(Math.round),
    quantiles: bounded.quantiles.map(Math.round),
  };
  const random = uniformStream(seed);
  const rows = Array.from({ length: forecast.series }, (_, series) => meanOf(published, series));
  const totals = wholeShares(Float64Array.from(rows, sumOf), random);
  rows.forEach((row, series) => {
    row.set(wholeShares(row, random, totals[series]));
  });
  return published;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0);
}

/**
 * The values rounded up or down to whole numbers that add up to `total`, by default the rounded sum: those with the
 * largest remainders go up. Missing values stay.
 */
function wholeShares(values: Float64Array, random: () => number, total = Math.round(sumOf(values))): Float64Array {
  const whole = values.map((value) => Math.floor(value + tolerance));
  const order = Array.from(values, (value, index) => ({ index, rest: value - whole[index]!, draw: random() }))
    .filter(({ rest }) => !Number.isNaN(rest))
    .sort((a, b) => (Math.abs(a.rest - b.rest) < tolerance ? a.draw - b.draw : b.rest - a.rest));
  const missing = total - sumOf(whole);
  for (const { index } of order.slice(0, Math.max(0, missing))) whole[index]! += 1;
  return whole;
}
