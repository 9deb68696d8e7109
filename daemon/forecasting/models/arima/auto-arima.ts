import { z } from "zod";
import { nextTurn } from "../../numerics/next-turn.ts";
import type { FitContext, Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local.ts";
import { seasonOption } from "../seasonality.ts";
import { completed, type EstimatedArima, estimateArima } from "./estimate.ts";
import { arimaMean, arimaQuantiles } from "./forecast.ts";
import { contributionsOf, windowOf } from "./regression.ts";
import { type SearchRules, searchRules } from "./rules.ts";

const options = z.strictObject({
  season: seasonOption,
  maximumOrder: z.int().min(0).max(10).default(5).describe("Highest autoregressive and moving-average order"),
  maximumSeasonalOrder: z.int().min(0).max(3).default(2).describe("Highest seasonal order of either kind"),
  differences: z.int().min(0).max(2).optional().describe("Number of differences; by the KPSS test when left out"),
  seasonalDifferences: z
    .int()
    .min(0)
    .max(1)
    .optional()
    .describe("Number of seasonal differences; by the strength of the season when left out"),
  regressors: z.boolean().default(true).describe("Regress on the numeric known covariates"),
  history: z
    .int()
    .min(50)
    .max(100_000)
    .default(2000)
    .describe("Most recent values to estimate from; older ones add time rather than accuracy"),
});

type Options = z.infer<typeof options>;

interface Parameters extends EstimatedArima {
  readonly history: number;
}

/**
 * ARIMA with orders chosen by AICc, regression on known covariates and harmonics for long seasons; exact maximum likelihood.
 * A season of up to 48 steps is modelled by seasonal orders, longer ones by harmonics.
 */
export const autoArima: Forecaster<Options> = autoArimaBy(searchRules);

/** The same by other constants, so that backtests can compare them. */
export function autoArimaBy(rules: SearchRules): Forecaster<Options> {
  return localForecaster<Options, Parameters>({
    name: "auto-arima",
    title: "AutoARIMA",
    summary: "ARIMA with orders by AICc, regression on known covariates, harmonics for long seasons",
    paper: {
      citation:
        "Hyndman & Khandakar (2008). Automatic time series forecasting: the forecast package for R. Journal of Statistical Software 27(3), 1–22",
      url: "https://doi.org/10.18637/jss.v027.i03",
    },
    family: "statistical",
    capabilities: {
      scope: "local",
      known: true,
      observed: false,
      static: false,
      missing: true,
      minimumLength: () => 3,
      devices: ["cpu"],
      anytime: false,
      search: { baseline: false, intermittentOnly: false, effort: 2, turn: "late", preset: "fast" },
    },
    options,
    async estimate(series, { history, season, regressors, differences, seasonalDifferences, ...maxima }, context) {
      const window = windowOf(series, history);
      const names = regressors ? series.regressorNames : [];
      const seasons = (season === undefined ? context.seasons : [season]).filter(
        (length) => length > 1 && 2 * length <= window.past.length,
      );
      const search = { ...maxima, d: differences, D: seasonalDifferences, rules };
      return { ...(await estimateArima(window, names, seasons, search, pauser(context))), history };
    },
    forecast(series, { process, regression, history }, steps, levels) {
      const recent = windowOf(series, history);
      const window = { ...recent, past: completed(recent, series.regressorNames, { process, regression }) };
      const count = window.past.length;
      const { byName, season } = contributionsOf(window, series.regressorNames, regression, count + steps);
      const parts = [...Object.values(byName), season];
      const errors = window.past.map((value, t) => parts.reduce((rest, part) => rest - part[t]!, value));
      const errorMean = arimaMean(errors, process, steps);
      const mean = errorMean.map((value, h) => parts.reduce((sum, part) => sum + part[count + h]!, value));
      const components = componentsOf(errorMean, byName, regression.harmonics.length > 0 ? season : undefined, count);
      return { mean, quantiles: arimaQuantiles(mean, process, levels), components };
    },
  });
}

/**
 * Additive parts of the mean: what the past values alone say (`history`), the harmonics, and each regressor's coefficient times
 * its distance from its mean over the past.
 */
function componentsOf(
  errorMean: Float64Array,
  byName: Readonly<Record<string, Float64Array>>,
  season: Float64Array | undefined,
  count: number,
): Record<string, Float64Array> {
  const history = errorMean.slice();
  const components: Record<string, Float64Array> = { history };
  if (season !== undefined) components.season = season.slice(count);
  for (const [name, part] of Object.entries(byName)) {
    const center = part.subarray(0, count).reduce((sum, value) => sum + value / count, 0);
    const key = name in components ? `${name} (covariate)` : name;
    components[key] = part.slice(count).map((value) => value - center);
    for (let h = 0; h < history.length; h++) history[h] = history[h]! + center;
  }
  return components;
}

/** Lets the event loop run now and then; resolves to whether there is time left. Throws the signal's reason. */
function pauser({ signal, deadline }: FitContext): () => Promise<boolean> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > 50) {
      await nextTurn();
      signal.throwIfAborted();
      since = performance.now();
    }
    return performance.now() < deadline;
  };
}
