import { seasonalFigure } from "../decompose.ts";
import type { EtsForm } from "./form.ts";

/** States before the first value; season 0 belongs to the first value. */
export interface InitialStates {
  readonly level: number;
  readonly slope: number;
  readonly seasons: Float64Array;
}

/** Intercept (at step 0, before the first value) and slope of the least-squares line through the first `count` values. */
export function lineThrough(values: Float64Array, count: number): { intercept: number; slope: number } {
  let sum = 0;
  let weighted = 0;
  const middle = (count + 1) / 2;
  for (let i = 0; i < count; i++) {
    sum += values[i]!;
    weighted += values[i]! * (i + 1 - middle);
  }
  const spread = (count * (count * count - 1)) / 12;
  const slope = spread > 0 ? weighted / spread : 0;
  return { intercept: sum / count - slope * middle, slope };
}

/**
 * Heuristic states before the first value: seasons from a classical decomposition, level and slope from a line through the
 * first seasonally adjusted values (Hyndman et al. 2008, section 2.6.1). `y` has a mean size of about one.
 */
export function initialStates(y: Float64Array, form: EtsForm, period: number): InitialStates {
  const seasons = startSeasons(y, form, period);
  const adjusted = seasons.length === 0 ? y : adjust(y, seasons, form.season === "M");
  const count = Math.min(Math.max(10, 2 * period), y.length);
  if (form.trend === "N") {
    let level = 0;
    for (let i = 0; i < count; i++) level += adjusted[i]! / count;
    return { level, slope: 0, seasons };
  }
  const { intercept, slope } = lineThrough(adjusted, count);
  if (form.trend === "A") return { level: intercept, slope, seasons };
  const first = intercept + slope;
  const growth = (first + slope) / first;
  const usable = first > 1e-3 && growth > 0.5 && growth < 2;
  return usable ? { level: first / growth, slope: growth, seasons } : { level: adjusted[0]!, slope: 1, seasons };
}

function startSeasons(y: Float64Array, form: EtsForm, period: number): Float64Array {
  if (form.season === "N") return new Float64Array(0);
  const relative = form.season === "M";
  const figure = seasonalFigure(y, period, relative);
  if (!relative) return figure;
  // Multiplicative seasons must stay positive.
  let total = 0;
  for (let j = 0; j < period; j++) {
    figure[j] = Math.max(1e-2, figure[j]!);
    total += figure[j]!;
  }
  for (let j = 0; j < period; j++) figure[j] = (figure[j]! * period) / total;
  return figure;
}

function adjust(y: Float64Array, seasons: Float64Array, relative: boolean): Float64Array {
  return y.map((value, i) => (relative ? value / seasons[i % seasons.length]! : value - seasons[i % seasons.length]!));
}
