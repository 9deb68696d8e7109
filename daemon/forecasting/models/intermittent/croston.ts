import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { type LocalModel, localForecaster } from "../local.ts";
import { intermittentCapabilities } from "./capabilities.ts";
import { type Demand, demandOf, flatDemand } from "./demand.ts";
import { smoothedLevel, smoothingFactor, smoothingSchema } from "./smoothing.ts";

const variants = ["classic", "sba", "sbj"] as const;

type Variant = (typeof variants)[number];

/** Croston's method with `variant` as the default: sizes and intervals smoothed apart, forecast = size ÷ interval. */
function optionsFor(variant: Variant) {
  return z.strictObject({
    variant: z
      .enum(variants)
      .default(variant)
      .describe("Bias correction: classic has none, sba multiplies by 1 − α/2, sbj by 1 − α/(2 − α)"),
    smoothing: smoothingSchema
      .default(0.1)
      .describe("Smoothing factor α of sizes and intervals, or optimised: each its own by squared error"),
  });
}

type Options = z.infer<ReturnType<typeof optionsFor>>;

interface Parameters {
  readonly variant: Variant;
  readonly sizeFactor: number;
  readonly intervalFactor: number;
}

/** Corrections of the upward bias of a ratio of smoothed values; α is the intervals' factor. */
const corrections: Record<Variant, (factor: number) => number> = {
  classic: () => 1,
  sba: (factor) => 1 - factor / 2,
  sbj: (factor) => 1 - factor / (2 - factor),
};

const crostonMethod: Pick<LocalModel<Options, Parameters>, "estimate" | "forecast" | "family" | "capabilities"> = {
  family: "intermittent",
  capabilities: intermittentCapabilities,
  estimate({ past }, { variant, smoothing }) {
    const { sizes, intervals } = demandOf(past);
    return {
      variant,
      sizeFactor: smoothingFactor(sizes, smoothing),
      intervalFactor: smoothingFactor(intervals, smoothing),
    };
  },
  forecast({ past }, { variant, sizeFactor, intervalFactor }, steps, levels) {
    const demand = demandOf(past);
    const { sizes, intervals } = demand;
    const rate = sizes.length === 0 ? 0 : smoothedLevel(sizes, sizeFactor) / smoothedLevel(intervals, intervalFactor);
    const point = corrections[variant](intervalFactor) * rate;
    const forecast = flatDemand(sizes, point, sizeFactor, steps, levels);
    const mean = rate * meanFactor(demand, past.length, { sizeFactor, intervalFactor });
    return { ...forecast, mean: new Float64Array(steps).fill(mean), point: forecast.mean };
  },
};

/**
 * What makes a mean of Croston's ratio: all demand so far ÷ the sum of the ratios that held at each step. The ratio alone
 * is above the mean, since it is the inverse of a smoothed interval and does not see how long ago the last demand was.
 */
function meanFactor(
  { sizes, intervals }: Demand,
  length: number,
  { sizeFactor, intervalFactor }: Pick<Parameters, "sizeFactor" | "intervalFactor">,
): number {
  let [size, interval] = [sizes[0] ?? 0, intervals[0] ?? 1];
  let [demand, fitted, steps] = [0, 0, 0];
  sizes.forEach((value, i) => {
    demand += value;
    fitted += (intervals[i]! * size) / interval;
    steps += intervals[i]!;
    size += sizeFactor * (value - size);
    interval += intervalFactor * (intervals[i]! - interval);
  });
  fitted += ((length - steps) * size) / interval;
  return fitted > 0 ? demand / fitted : 1;
}

/** Croston's method (Croston 1972). */
export const croston: Forecaster<Options> = localForecaster({
  ...crostonMethod,
  name: "croston",
  title: "Croston",
  summary: "Demand sizes and the intervals between them, smoothed apart",
  paper: {
    citation: "Croston (1972). Forecasting and stock control for intermittent demands. OR Quarterly 23(3), 289–303",
    url: "https://doi.org/10.1057/jors.1972.50",
  },
  options: optionsFor("classic"),
});

/** Croston's method with the Syntetos–Boylan approximation, which removes most of its bias. */
export const crostonSba: Forecaster<Options> = localForecaster({
  ...crostonMethod,
  name: "croston-sba",
  title: "Croston SBA",
  summary: "Croston's method corrected for its upward bias",
  paper: {
    citation:
      "Syntetos & Boylan (2005). The accuracy of intermittent demand estimates. International Journal of Forecasting 21(2), 303–314",
    url: "https://doi.org/10.1016/j.ijforecast.2004.10.001",
  },
  options: optionsFor("sba"),
});
