import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { aggregatedRate, aggregationLevel, meanInterval } from "./aggregation.ts";
import { intermittentCapabilities } from "./capabilities.ts";
import { defaultFactor, demandOf, flatDemand } from "./demand.ts";
import { smoothingSchema } from "./smoothing.ts";

const options = z.strictObject({
  smoothing: smoothingSchema.default("optimised").describe("Smoothing factor of the aggregated series, or optimised"),
});

/**
 * Aggregate–disaggregate: the series is summed over buckets as wide as the mean interval between demands, which are smoothed
 * exponentially; the forecast is spread evenly over the steps of a bucket.
 */
export const adida: Forecaster<z.infer<typeof options>> = localForecaster({
  name: "adida",
  title: "ADIDA",
  summary: "Demand summed over buckets of its mean interval, smoothed and spread evenly",
  paper: {
    citation:
      "Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011). An aggregate–disaggregate intermittent demand approach (ADIDA) to forecasting. Journal of the Operational Research Society 62(3), 544–554",
    url: "https://doi.org/10.1057/jors.2010.32",
  },
  family: "intermittent",
  capabilities: intermittentCapabilities,
  options,
  estimate: ({ past }, { smoothing }) => aggregationLevel(past, meanInterval(past), smoothing),
  forecast: ({ past }, level, steps, levels) =>
    flatDemand(demandOf(past).sizes, aggregatedRate(past, level), defaultFactor, steps, levels),
});
