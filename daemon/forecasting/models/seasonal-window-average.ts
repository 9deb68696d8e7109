import { z } from "zod";
import { gaussianQuantiles } from "../numerics/normal.ts";
import type { Forecaster } from "./forecaster.ts";
import { localForecaster } from "./local.ts";
import { baselineRole } from "./search-role.ts";
import { seasonOption, strongestSeason } from "./seasonality.ts";

interface SeasonalAverageParameters {
  readonly season: number;
  readonly window: number;
  /** Standard deviation of a value around the mean of its season positions before it. */
  readonly deviation: number;
}

const options = z.strictObject({
  season: seasonOption,
  window: z.int().min(1).max(10_000).default(3).describe("Past seasons averaged."),
});

/** Mean of the values one, two … `window` seasons before position `at`; undefined where there is none. */
function average(past: Float64Array, at: number, season: number, window: number): number | undefined {
  let sum = 0;
  let count = 0;
  for (let i = at - season; i >= 0 && count < window; i -= season) {
    if (i >= past.length) continue;
    sum += past[i]!;
    count++;
  }
  return count > 0 ? sum / count : undefined;
}

function deviationOf(past: Float64Array, season: number, window: number): number {
  let squares = 0;
  let count = 0;
  for (let i = season; i < past.length; i++) {
    squares += (past[i]! - average(past, i, season, window)!) ** 2;
    count++;
  }
  return count > 0 ? Math.sqrt(squares / count) : 0;
}

/** Mean of the last few values at the same position of the season. */
export const seasonalWindowAverage: Forecaster<z.output<typeof options>> = localForecaster<
  z.output<typeof options>,
  SeasonalAverageParameters
>({
  name: "seasonal-window-average",
  title: "Seasonal window average",
  summary: "Mean of the last few values at the same position of the season.",
  paper: {
    citation: "Hyndman & Athanasopoulos (2021). Forecasting: Principles and Practice, 3rd ed., section 5.2",
    url: "https://otexts.com/fpp3/simple-methods.html",
  },
  family: "baseline",
  capabilities: {
    scope: "local",
    known: false,
    observed: false,
    static: false,
    missing: false,
    minimumLength: (season) => season,
    devices: ["cpu"],
    anytime: false,
    search: baselineRole,
  },
  options,
  estimate({ past }, { season: chosen, window }, { seasons, horizon, gap }) {
    const wanted = chosen ?? strongestSeason(past, seasons, gap + horizon);
    const season = wanted <= past.length ? wanted : 1;
    return { season, window, deviation: deviationOf(past, season, window) };
  },
  forecast({ past }, { season, window, deviation }, steps, levels) {
    const mean = Float64Array.from(
      { length: steps },
      (_, step) => average(past, past.length + step, season, window) ?? past.at(-1) ?? 0,
    );
    const spread = new Float64Array(steps).fill(deviation);
    return { mean, quantiles: gaussianQuantiles(mean, spread, levels), components: { season: mean } };
  },
});
