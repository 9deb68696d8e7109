import { z } from "zod";
import { gaussianQuantiles } from "../numerics/normal.ts";
import type { Forecaster } from "./forecaster.ts";
import { localForecaster } from "./local.ts";
import { baselineRole } from "./search-role.ts";
import { lagDeviation, seasonOption, strongestSeason } from "./seasonality.ts";

interface SeasonalNaiveParameters {
  readonly season: number;
  /** Standard deviation of the errors one season ahead. */
  readonly deviation: number;
}

const schema = z.strictObject({ season: seasonOption });

/** The last season again and again; with several candidate seasons the one that repeats best in the past. */
export const seasonalNaive: Forecaster<z.output<typeof schema>> = localForecaster<
  z.output<typeof schema>,
  SeasonalNaiveParameters
>({
  name: "seasonal-naive",
  title: "Seasonal naive",
  summary: "Repeats the last season, the yardstick for seasonal data.",
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
  options: schema,
  estimate({ past }, options, { seasons, horizon, gap }) {
    const wanted = options.season ?? strongestSeason(past, seasons, gap + horizon);
    const season = wanted <= past.length ? wanted : 1;
    return { season, deviation: lagDeviation(past, season) };
  },
  forecast({ past }, { season, deviation }, steps, levels) {
    const start = past.length - season;
    const mean = Float64Array.from({ length: steps }, (_, step) => past[start + (step % season)] ?? past.at(-1) ?? 0);
    const spread = mean.map((_, step) => deviation * Math.sqrt(Math.floor(step / season) + 1));
    return { mean, quantiles: gaussianQuantiles(mean, spread, levels), components: { season: mean } };
  },
});
