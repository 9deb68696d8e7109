import { nextTurn } from "../numerics/next-turn.ts";
import { stepNumber } from "../panel/frequency.ts";
import { type Panel, pastOf, rowsOf, seriesCount } from "../panel/panel.ts";
import { emptyForecast, type Forecast } from "./forecast.ts";
import type {
  Attribution,
  AttributionRequest,
  FitContext,
  FittedForecaster,
  Forecaster,
  PredictContext,
} from "./forecaster.ts";
import { intervalFactor } from "./scaled-attribution.ts";

/** One series as a local model sees it. */
export interface LocalSeries {
  /** The past, oldest first; without NaN unless the model declares that it copes with missing values. */
  readonly past: Float64Array;
  /** Numeric known covariates, the past first and then the future rows; empty unless the model declares `known`. */
  readonly regressors: readonly Float64Array[];
  readonly regressorNames: readonly string[];
  /** Steps from 1970-01-01 to the first value, so that models with a fixed phase survive a history that starts later. */
  readonly start?: number;
}

/** Forecast of one series, counted from the first step after the origin. */
export interface LocalForecast {
  /** `steps` values. */
  readonly mean: Float64Array;
  /** `steps` values of the method itself where that is not the mean. */
  readonly point?: Float64Array;
  /** levels × steps, row-major. */
  readonly quantiles: Float64Array;
  /** Additive parts of the mean (level, trend, season, a regressor), each of `steps` values; they sum to `mean`. */
  readonly components?: Readonly<Record<string, Float64Array>>;
}

/** What a model of single series implements: estimate parameters, and forecast with given parameters. */
export interface LocalModel<Options, Parameters> extends Omit<Forecaster<Options>, "fit" | "load" | "join"> {
  /** Parameters as plain JSON. `context.seasons` holds only seasons that fit into this series at least twice. */
  estimate(series: LocalSeries, options: Options, context: FitContext): Parameters | Promise<Parameters>;
  /** Filters `series.past` with fixed parameters and forecasts `steps` steps with quantiles at `levels`. */
  forecast(series: LocalSeries, parameters: Parameters, steps: number, levels: readonly number[]): LocalForecast;
}

/** Longest time in milliseconds that a fit keeps the event loop to itself, so that it can be cancelled. */
const sliceMs = 50;

/** Runs a local model over every series of a panel. */
export function localForecaster<Options, Parameters>(model: LocalModel<Options, Parameters>): Forecaster<Options> {
  const { estimate: _estimate, forecast: _forecast, ...declared } = model;
  return {
    ...declared,
    async fit(panel, options, context) {
      const count = seriesCount(panel);
      const parameters: Parameters[] = [];
      const pause = pauser(context.signal);
      for (let index = 0; index < count; index++) {
        const series = localSeries(panel, index, model);
        const seasons = context.seasons.filter((season) => series.past.length >= 2 * season);
        parameters.push(await model.estimate(series, options, { ...context, seasons }));
        if (await pause()) context.onProgress((index + 1) / count);
      }
      return fitted(model, { keys: panel.keys.map(keyText), parameters });
    },
    load: (saved) => Promise.resolve(fitted(model, saved.state as LocalState<Parameters>)),
    join: (parts) => {
      // SAFETY: parts are what `save` of this model gave.
      const states = parts.map(({ state }) => state as LocalState<Parameters>);
      const state = {
        keys: states.flatMap(({ keys }) => keys),
        parameters: states.flatMap(({ parameters }) => parameters),
      };
      return { model: model.name, state, files: {} };
    },
  };
}

interface LocalState<Parameters> {
  /** Key of each series, so that a prediction finds its parameters in a panel of another order. */
  readonly keys: readonly string[];
  readonly parameters: readonly Parameters[];
}

function keyText(key: readonly string[]): string {
  return JSON.stringify(key);
}

function fitted<Options, Parameters>(
  model: LocalModel<Options, Parameters>,
  state: LocalState<Parameters>,
): FittedForecaster {
  const rowOf = new Map(state.keys.map((key, index) => [key, index]));
  const forecastOf = (panel: Panel, index: number, context: PredictContext): LocalForecast => {
    const row = rowOf.get(keyText(panel.keys[index]!));
    if (row === undefined) return unseen(context);
    const series = localSeries(panel, index, model);
    return model.forecast(series, state.parameters[row]!, context.gap + context.horizon, context.levels);
  };
  return {
    async predict(panel, context) {
      const forecast = emptyForecast(seriesCount(panel), context.horizon, context.levels);
      const pause = pauser(context.signal);
      for (let index = 0; index < forecast.series; index++) {
        writeForecast(forecast, index, forecastOf(panel, index, context), context.gap);
        await pause();
      }
      return forecast;
    },
    save: () => ({ model: model.name, state, files: {} }),
    attribute: (panel, request) =>
      Promise.resolve(attribution(panel, request, (index) => forecastOf(panel, index, request))),
  };
}

/** A series that the model was not trained on has no parameters: its forecast stays missing (NaN). */
function unseen(context: PredictContext): LocalForecast {
  const steps = context.gap + context.horizon;
  return {
    mean: new Float64Array(steps).fill(Number.NaN),
    quantiles: new Float64Array(steps * context.levels.length).fill(Number.NaN),
  };
}

/** Waits for a tick whenever a slice of time is used up; resolves to whether it did. Throws the signal's reason. */
function pauser(signal: AbortSignal): () => Promise<boolean> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < sliceMs) return false;
    await nextTurn();
    signal.throwIfAborted();
    since = performance.now();
    return true;
  };
}

function localSeries<Options, Parameters>(
  panel: Panel,
  index: number,
  model: LocalModel<Options, Parameters>,
): LocalSeries {
  const raw = pastOf(panel, panel.target, index);
  const past = model.capabilities.missing ? raw : interpolate(raw);
  const rows = rowsOf(panel, index);
  const start = stepNumber(panel.time[rows.start] ?? 0, panel.frequency);
  if (!model.capabilities.known) return { past, regressors: [], regressorNames: [], start };
  const numeric = panel.known.filter((covariate) => covariate.categories === undefined);
  return {
    past,
    regressors: numeric.map((covariate) => covariate.values.subarray(rows.start, rows.end)),
    regressorNames: numeric.map((covariate) => covariate.name),
    start,
  };
}

/** Fills NaN linearly between neighbours and flat at the ends; an empty or all-missing series becomes zeros. */
export function interpolate(values: Float64Array): Float64Array {
  if (!values.some(Number.isNaN)) return values;
  const filled = values.slice();
  let last = -1;
  for (let i = 0; i < filled.length; i++) {
    if (Number.isNaN(filled[i]!)) continue;
    const from = last < 0 ? filled[i]! : filled[last]!;
    for (let k = last + 1; k < i; k++) filled[k] = from + ((filled[i]! - from) * (k - last)) / (i - last);
    last = i;
  }
  filled.fill(last < 0 ? 0 : filled[last]!, last + 1);
  return filled;
}

function writeForecast(forecast: Forecast, series: number, local: LocalForecast, gap: number): void {
  const { horizon, levels } = forecast;
  const mean = local.mean.subarray(gap, gap + horizon);
  forecast.mean.set(mean, series * horizon);
  const point = local.point?.subarray(gap, gap + horizon) ?? mean;
  forecast.point.set(point, series * horizon);
  const steps = gap + horizon;
  for (let level = 0; level < levels.length; level++) {
    const values = local.quantiles.subarray(level * steps + gap, (level + 1) * steps);
    forecast.quantiles.set(values, (series * levels.length + level) * horizon);
  }
}

/**
 * Components of each forecast as exact contributions around the mean of the series' past: what the level adds is its
 * distance from that mean.
 */
function attribution(
  panel: Panel,
  request: AttributionRequest,
  forecastOf: (index: number) => LocalForecast,
): Attribution {
  const { horizon, gap } = request;
  const locals = request.series.map((index) => {
    const local = forecastOf(index);
    const components = local.components ?? { history: local.mean };
    return request.level === undefined ? components : { ...components, [intervalFactor]: distance(local, request) };
  });
  const factors = [...new Set(locals.flatMap((components) => Object.keys(components)))];
  const baseline = new Float64Array(locals.length * horizon);
  const contributions = new Float64Array(locals.length * horizon * factors.length);
  locals.forEach((components, row) => {
    const center = meanOfPast(pastOf(panel, panel.target, request.series[row]!));
    const level = "level" in components ? "level" : Object.keys(components)[0];
    baseline.fill(center, row * horizon, (row + 1) * horizon);
    factors.forEach((factor, column) => {
      const values = components[factor];
      const shift = factor === level ? center : 0;
      for (let step = 0; values !== undefined && step < horizon; step++) {
        contributions[(row * horizon + step) * factors.length + column] = values[gap + step]! - shift;
      }
    });
  });
  return { factors, series: request.series, horizon, baseline, contributions, exact: true };
}

/** How far the asked quantile lies from the mean at each step. */
function distance({ mean, quantiles }: LocalForecast, { levels, level }: AttributionRequest): Float64Array {
  const index = levels.findIndex((known) => Math.abs(known - level!) < 1e-9);
  return mean.map((value, step) => quantiles[index * mean.length + step]! - value);
}

function meanOfPast(past: Float64Array): number {
  const known = past.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
