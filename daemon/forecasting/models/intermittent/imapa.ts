import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { aggregatedRate, aggregationLevel, meanInterval } from "./aggregation.ts";
import { intermittentCapabilities } from "./capabilities.ts";
import { defaultFactor, demandOf, flatDemand } from "./demand.ts";
import { smoothingSchema } from "./smoothing.ts";

const options = z.strictObject({
  smoothing: smoothingSchema.default("optimised").describe("Smoothing factor of each aggregated series, or optimised"),
});

/** Levels beyond which the mean hardly changes; bounds the work on series with very few demands. */
const maximumWidth = 60;

/**
 * Intermittent multiple aggregation prediction: the mean of the aggregate–disaggregate forecasts at every bucket width from one
 * step to the mean interval between demands.
 */
export const imapa: Forecaster<z.infer<typeof options>> = localForecaster({
  name: "imapa",
  title: "IMAPA",
  summary: "Mean of aggregate–disaggregate forecasts over many bucket widths",
  paper: {
    citation:
      "Petropoulos & Kourentzes (2015). Forecast combinations for intermittent demand. Journal of the Operational Research Society 66(6), 914–924",
    url: "https://doi.org/10.1057/jors.2014.62",
  },
  family: "intermittent",
  capabilities: intermittentCapabilities,
  options,
  estimate({ past }, { smoothing }) {
    const widths = Math.min(maximumWidth, meanInterval(past));
    return Array.from({ length: widths }, (_, i) => aggregationLevel(past, i + 1, smoothing));
  },
  forecast({ past }, parameters, steps, levels) {
    const usable = parameters.filter(({ width }) => width <= past.length);
    const rates = usable.map((level) => aggregatedRate(past, level));
    const mean = rates.length === 0 ? 0 : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    return flatDemand(demandOf(past).sizes, mean, defaultFactor, steps, levels);
  },
});
