import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { usablePeriods } from "./adjust.ts";
import { type AdjustedEts, fitAdjusted, forecastAdjusted } from "./adjusted-ets.ts";

const schema = z.strictObject({
  seasons: z
    .array(z.int().min(2).max(100_000))
    .optional()
    .describe("Season lengths in steps; every natural season of the frequency when left out."),
  windows: z
    .array(z.int().min(7).max(10_001))
    .optional()
    .describe("Seasons that each seasonal smoothing spans, shortest season first; 11, 15, 19 … when left out."),
  robust: z.boolean().default(false).describe("Gives outliers less weight in the decomposition."),
  multiplicative: z
    .boolean()
    .optional()
    .describe("Whether seasons are factors rather than terms; chosen when left out. Only for positive data."),
  shrink: z.boolean().default(true).describe("Shrinks weak seasons towards none."),
  maximumHistory: z.int().min(10).default(5000).describe("Longest history that the trend is estimated from, in steps."),
});

type Options = z.output<typeof schema>;

/** Decomposition into several seasons and a trend that exponential smoothing without season continues. */
export const mstlForecaster: Forecaster<Options> = localForecaster<Options, AdjustedEts>({
  name: "mstl",
  title: "MSTL",
  summary: "Takes out several seasons by local regression and continues the rest by exponential smoothing.",
  paper: {
    citation:
      "Bandara, Hyndman & Bergmeir (2021). MSTL: A seasonal-trend decomposition algorithm for time series with multiple seasonal patterns",
    url: "https://arxiv.org/abs/2107.13462",
  },
  family: "statistical",
  capabilities: {
    scope: "local",
    known: false,
    observed: false,
    static: false,
    missing: false,
    minimumLength: (season) => 2 * season,
    devices: ["cpu"],
    anytime: false,
    search: { baseline: false, intermittentOnly: false, effort: 1, turn: "usual", preset: "fast" },
  },
  options: schema,
  estimate: ({ past }, options, { seasons }) =>
    fitAdjusted(past, {
      periods: usablePeriods(options.seasons ?? seasons, past.length),
      adjustment: {
        robust: options.robust,
        shrink: options.shrink,
        multiplicative: options.multiplicative,
        windows: options.windows?.map((window) => (window % 2 === 0 ? window + 1 : window)),
      },
      search: { period: 1, multiplicative: true, multiplicativeTrend: false, damped: undefined, trend: undefined },
      longest: options.maximumHistory,
    }),
  forecast: ({ past }, parameters, steps, levels) => forecastAdjusted(past, parameters, steps, levels),
});
