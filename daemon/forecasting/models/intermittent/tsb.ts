import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { intermittentCapabilities } from "./capabilities.ts";
import { demandOf, flatDemand } from "./demand.ts";
import { smoothedLevel, smoothingFactor, smoothingSchema } from "./smoothing.ts";

const options = z.strictObject({
  sizeSmoothing: smoothingSchema.default(0.1).describe("Smoothing factor of demand sizes, or optimised"),
  probabilitySmoothing: smoothingSchema
    .default(0.1)
    .describe("Smoothing factor of the probability of demand, or optimised"),
});

/**
 * Teunter, Syntetos and Babai's method: the probability of demand is smoothed at every step, demand or not, so that the
 * forecast falls while a product dies; sizes are smoothed where there is demand. Forecast = probability × size.
 */
export const tsb: Forecaster<z.infer<typeof options>> = localForecaster({
  name: "tsb",
  title: "TSB",
  summary: "Probability of demand smoothed at every step, for products that may be dying out",
  paper: {
    citation:
      "Teunter, Syntetos & Babai (2011). Intermittent demand: linking forecasting to inventory obsolescence. European Journal of Operational Research 214(3), 606–615",
    url: "https://doi.org/10.1016/j.ejor.2011.05.018",
  },
  family: "intermittent",
  capabilities: intermittentCapabilities,
  options,
  estimate({ past }, { sizeSmoothing, probabilitySmoothing }) {
    return {
      sizeFactor: smoothingFactor(demandOf(past).sizes, sizeSmoothing),
      probabilityFactor: smoothingFactor(occurrence(past), probabilitySmoothing),
    };
  },
  forecast({ past }, { sizeFactor, probabilityFactor }, steps, levels) {
    const { sizes } = demandOf(past);
    const mean = smoothedLevel(occurrence(past), probabilityFactor) * smoothedLevel(sizes, sizeFactor);
    return flatDemand(sizes, mean, sizeFactor, steps, levels);
  },
});

function occurrence(past: Float64Array): Float64Array {
  return past.map((value) => (value === 0 ? 0 : 1));
}
