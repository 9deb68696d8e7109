import { interpolate, type LocalSeries } from "../local.ts";
import { type Harmonic, harmonicColumns } from "./fourier.ts";

/** Most recent part of a series that a model looks at, with its regressors. */
export interface Window {
  readonly past: Float64Array;
  /** Regressors over the past and, where they have them, the steps after it; complete. */
  readonly regressors: readonly Float64Array[];
  /** Step number of the first value, for the phase of the seasons. */
  readonly start: number;
}

/** The last `history` values and the regressors from there on. Missing regressor values are interpolated. */
export function windowOf(series: LocalSeries, history: number): Window {
  const skip = Math.max(0, series.past.length - history);
  return {
    past: series.past.subarray(skip),
    regressors: series.regressors.map((values) => interpolate(values).subarray(skip)),
    start: (series.start ?? 0) + skip,
  };
}

/** A coefficient a regressor, and a pair a harmonic (cosine, sine). */
export interface Regression {
  /** By name, only those with an influence. */
  readonly regressors: Readonly<Record<string, number>>;
  readonly harmonics: readonly (Harmonic & { readonly coefficients: readonly number[] })[];
}

/** Contributions of regressors and harmonics over `count` steps of the window: by regressor name, the harmonics summed. */
export function contributionsOf(
  { regressors, start }: Window,
  names: readonly string[],
  regression: Regression,
  count: number,
): { byName: Record<string, Float64Array>; season: Float64Array } {
  const byName: Record<string, Float64Array> = {};
  for (const [name, coefficient] of Object.entries(regression.regressors)) {
    const values = regressors[names.indexOf(name)];
    byName[name] = Float64Array.from({ length: count }, (_, t) => coefficient * (values?.[t] ?? 0));
  }
  const season = new Float64Array(count);
  for (const { coefficients, ...harmonic } of regression.harmonics) {
    harmonicColumns(harmonic, start, count).forEach((wave, i) => {
      for (let t = 0; t < count; t++) season[t] = season[t]! + coefficients[i]! * wave[t]!;
    });
  }
  return { byName, season };
}
