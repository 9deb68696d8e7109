import { z } from "zod";
import { gaussianQuantiles } from "../numerics/normal.ts";
import type { Forecaster } from "./forecaster.ts";
import { localForecaster } from "./local.ts";
import { baselineRole } from "./search-role.ts";
import { lagDeviation } from "./seasonality.ts";

interface NaiveParameters {
  /** Standard deviation of the one-step errors. */
  readonly deviation: number;
}

const options = z.strictObject({});

/** Random walk: every step is the last value; its intervals grow with the square root of the step. */
export const naive: Forecaster<z.output<typeof options>> = localForecaster<z.output<typeof options>, NaiveParameters>({
  name: "naive",
  title: "Naive",
  summary: "Repeats the last value: the yardstick that every model has to beat.",
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
    minimumLength: () => 1,
    devices: ["cpu"],
    anytime: false,
    search: baselineRole,
  },
  options,
  estimate: ({ past }) => ({ deviation: lagDeviation(past, 1) }),
  forecast({ past }, { deviation }, steps, levels) {
    const mean = new Float64Array(steps).fill(past.at(-1) ?? 0);
    const spread = mean.map((_, step) => deviation * Math.sqrt(step + 1));
    return { mean, quantiles: gaussianQuantiles(mean, spread, levels), components: { level: mean } };
  },
});
