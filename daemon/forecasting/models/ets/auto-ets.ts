import { z } from "zod";
import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { seasonOption } from "../seasonality.ts";
import { type AdjustedEts, fitAdjusted, forecastAdjusted } from "../stl/adjusted-ets.ts";
import { arrangeSeasons } from "../stl/arrange.ts";

const schema = z.strictObject({
  season: seasonOption,
  trend: z.boolean().optional().describe("Whether the form has a trend; chosen when left out."),
  damped: z.boolean().optional().describe("Whether a trend is damped; chosen when left out."),
  multiplicative: z.boolean().default(true).describe("Allows multiplicative errors and seasons on positive data."),
  multiplicativeTrend: z.boolean().default(false).describe("Also tries trends that grow by a factor."),
  maximumHistory: z
    .int()
    .min(10)
    .default(5000)
    .describe("Longest history that parameters are estimated from, in steps; older values count for the season only."),
});

type Options = z.output<typeof schema>;

/** Exponential smoothing in every form that suits the data, chosen by AICc. */
export const autoEts: Forecaster<Options> = localForecaster<Options, AdjustedEts>({
  name: "auto-ets",
  title: "AutoETS",
  summary: "Exponential smoothing: the best of all error, trend and season forms by AICc.",
  paper: {
    citation:
      "Hyndman, Koehler, Snyder & Grose (2002). A state space framework for automatic forecasting using exponential smoothing methods. International Journal of Forecasting 18(3), 439–454",
    url: "https://doi.org/10.1016/S0169-2070(01)00110-8",
  },
  family: "statistical",
  capabilities: {
    scope: "local",
    known: false,
    observed: false,
    static: false,
    missing: false,
    minimumLength: (season) => (season > 1 ? 2 * season : 4),
    devices: ["cpu"],
    anytime: false,
    search: { baseline: false, intermittentOnly: false, effort: 1, turn: "usual", preset: "fast" },
  },
  options: schema,
  estimate({ past }, options, { seasons, horizon, gap }) {
    const { periods, period } = arrangeSeasons(past, options.season, seasons, gap + horizon);
    return fitAdjusted(past, {
      periods,
      adjustment: { robust: false, shrink: true },
      search: {
        period,
        multiplicative: options.multiplicative,
        multiplicativeTrend: options.multiplicativeTrend,
        damped: options.damped,
        trend: options.trend,
      },
      longest: options.maximumHistory,
    });
  },
  forecast: ({ past }, parameters, steps, levels) => forecastAdjusted(past, parameters, steps, levels),
});
