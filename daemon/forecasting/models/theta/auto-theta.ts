import { z } from "zod";
import { gaussianQuantiles } from "../../numerics/normal.ts";
import { type Anchor, anchorOf, fromAnchor } from "../anchor.ts";
import type { Forecaster } from "../forecaster.ts";
import { type LocalForecast, localForecaster } from "../local.ts";
import { seasonOption } from "../seasonality.ts";
import { adjustSeasons, prefersFactors } from "../stl/adjust.ts";
import { addSeasons } from "../stl/adjusted-ets.ts";
import { arrangeSeasons } from "../stl/arrange.ts";
import { figureOf, isSeasonal, type SeasonalFigure, withoutFigure } from "./deseasonalise.ts";
import { forecastTheta } from "./forecast.ts";
import { selectTheta } from "./select.ts";
import { type ThetaFit, thetaVariants } from "./variant.ts";

const schema = z.strictObject({
  season: seasonOption,
  variant: z
    .enum(thetaVariants)
    .optional()
    .describe("Form of the method; the better of the dynamic ones when left out."),
  maximumHistory: z.int().min(10).default(5000).describe("Longest history that is used, in steps."),
});

type Options = z.output<typeof schema>;

interface ThetaParameters {
  readonly anchor: Anchor;
  /** Seasons taken out by MSTL beforehand. */
  readonly periods: readonly number[];
  /** Whether those are factors. */
  readonly multiplicative: boolean;
  readonly figure: SeasonalFigure | null;
  readonly fit: ThetaFit;
}

const adjustment = { robust: false, shrink: true };

function estimate(past: Float64Array, options: Options, seasons: readonly number[], steps: number): ThetaParameters {
  const { periods, period } = arrangeSeasons(past, options.season, seasons, steps);
  const anchor = anchorOf(past, options.maximumHistory);
  const multiplicative = prefersFactors(past, periods, adjustment);
  const adjusted =
    periods.length === 0 ? past : adjustSeasons(past, periods, { ...adjustment, multiplicative }).adjusted;
  const history = adjusted.subarray(anchor.start);
  const figure = isSeasonal(history, period) ? figureOf(history, period) : null;
  const fit = selectTheta(figure === null ? history : withoutFigure(history, figure), options.variant);
  return { anchor, periods, multiplicative, figure, fit };
}

/** Fixed parameters on `past`; where it begins elsewhere than the fitted history, line, figure and start are found again. */
function forecast(
  past: Float64Array,
  parameters: ThetaParameters,
  steps: number,
  levels: readonly number[],
): LocalForecast {
  const { anchor, periods, multiplicative, fit } = parameters;
  if (fromAnchor(past, anchor) === undefined) return restarted(past, parameters, steps, levels);
  const adjustable = periods.length > 0 && periods.every((period) => 2 * period <= past.length);
  const seasons = adjustable ? adjustSeasons(past, periods, { ...adjustment, multiplicative }) : undefined;
  const adjusted = seasons?.adjusted ?? past;
  const base = withFigure(adjusted.subarray(anchor.start), parameters.figure, fit, steps, levels);
  return seasons === undefined ? base : addSeasons(base, periods, seasons);
}

function restarted(
  past: Float64Array,
  { periods, figure, fit }: ThetaParameters,
  steps: number,
  levels: readonly number[],
): LocalForecast {
  const season = figure?.values.length ?? 1;
  const seasons = periods.length > 0 ? periods : [season];
  const fresh = estimate(
    past,
    { season: undefined, variant: fit.variant, maximumHistory: past.length },
    seasons,
    steps,
  );
  return forecast(past, fresh, steps, levels);
}

/** Forecast of a history with its seasonal figure put back; the intervals scale with a multiplicative one. */
function withFigure(
  history: Float64Array,
  figure: SeasonalFigure | null,
  fit: ThetaFit,
  steps: number,
  levels: readonly number[],
): LocalForecast {
  const { mean, level, trend, deviation } = forecastTheta(
    figure === null ? history : withoutFigure(history, figure),
    fit,
    steps,
  );
  if (figure === null)
    return { mean, quantiles: gaussianQuantiles(mean, deviation, levels), components: { level, trend } };
  const index = (step: number) => figure.values[(history.length + step) % figure.values.length]!;
  const season = mean.map((value, step) => (figure.multiplicative ? value * index(step) - value : index(step)));
  const spread = deviation.map((value, step) => (figure.multiplicative ? value * index(step) : value));
  const total = mean.map((value, step) => value + season[step]!);
  return { mean: total, quantiles: gaussianQuantiles(total, spread, levels), components: { level, trend, season } };
}

/** The theta method in its standard and dynamic forms, seasonally adjusted where a test finds a season. */
export const autoTheta: Forecaster<Options> = localForecaster<Options, ThetaParameters>({
  name: "auto-theta",
  title: "AutoTheta",
  summary: "Smoothing with a share of the linear trend; the method that won the M3 competition.",
  paper: {
    citation:
      "Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler (2016). Models for optimising the theta method and their relationship to state space models. International Journal of Forecasting 32(4), 1151–1161",
    url: "https://doi.org/10.1016/j.ijforecast.2016.02.005",
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
    search: { baseline: false, intermittentOnly: false, effort: 0.3, turn: "first", preset: "fast" },
  },
  options: schema,
  estimate: ({ past }, options, { seasons, horizon, gap }) => estimate(past, options, seasons, gap + horizon),
  forecast: ({ past }, parameters, steps, levels) => forecast(past, parameters, steps, levels),
});
