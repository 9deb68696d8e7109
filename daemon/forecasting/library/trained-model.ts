import { applyBounds } from "../models/bounds.ts";
import { type Forecast, meanOf, quantileOf } from "../models/forecast.ts";
import type { FitContext, FittedForecaster, SavedForecaster } from "../models/forecaster.ts";
import { forecasterNamed } from "../models/registry.ts";
import { futureOf, type Panel } from "../panel/panel.ts";
import { fitContext, type TrainingSettings } from "./settings.ts";

/** The forecast of one series. */
export interface SeriesForecast {
  readonly name: string;
  /** Start of each step, such as `2024-12-31T00:00`. */
  readonly time: readonly string[];
  /** Expected value of each step; means of several steps or series add up. */
  readonly mean: readonly number[];
  /** Values of each quantile by its level, such as `"0.9"`. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
}

/** Why the forecast of one series and step is what it is: `baseline` and all contributions add up to `mean`. */
export interface Explanation {
  readonly name: string;
  readonly time: string;
  readonly mean: number;
  readonly baseline: number;
  /** Contribution of each factor in units of the target. */
  readonly contributions: Readonly<Record<string, number>>;
}

/** Which model is trained, and how. */
export interface ModelSettings extends TrainingSettings {
  /** Name of a model, such as `auto-ets` or `boosting`: `models` lists them. */
  readonly model: string;
  /** Hyperparameters of the model, as in an experiment file. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Fits a model on the past of a panel.
 *
 * @throws RangeError if there is no model of this name, ZodError if an option is not valid, DataError if the series are
 * too short for the model.
 */
export async function train(panel: Panel, { model, options = {}, ...settings }: ModelSettings): Promise<TrainedModel> {
  const forecaster = forecasterNamed(model);
  const context = fitContext(panel, settings);
  const fitted = await forecaster.fit(panel, forecaster.options.parse(options), context);
  // A quick model may be done before it looks at the signal.
  context.signal.throwIfAborted();
  return new TrainedModel(panel, fitted, context);
}

/** A model that has been fitted. Its forecasts come as the model gives them; a run of Almanac calibrates them as well. */
export class TrainedModel {
  readonly #panel: Panel;
  readonly #fitted: FittedForecaster;
  readonly #context: FitContext;

  constructor(panel: Panel, fitted: FittedForecaster, context: FitContext) {
    this.#panel = panel;
    this.#fitted = fitted;
    this.#context = context;
  }

  /** Forecasts the horizon of every series. Pass another panel with the same columns to forecast from newer history. */
  async forecast(panel = this.#panel): Promise<SeriesForecast[]> {
    const forecast = applyBounds(await this.#fitted.predict(panel, this.#context), this.#context.bounds);
    return panel.keys.map((_, series) => seriesForecast(panel, forecast, series));
  }

  /**
   * Explains the mean of every series and step. Undefined if the model cannot explain itself.
   * Values are exact for trees (TreeSHAP), linear and statistical models, and sampled for networks.
   */
  async explain(samples = 64): Promise<Explanation[] | undefined> {
    const series = [...this.#panel.keys.keys()];
    const found = await this.#fitted.attribute?.(this.#panel, { ...this.#context, series, samples });
    if (found === undefined) return undefined;
    const { factors, horizon, baseline, contributions } = found;
    return series.flatMap((index) =>
      timesOf(this.#panel, index).map((time, step) => {
        const cell = index * horizon + step;
        const own = contributions.subarray(cell * factors.length, (cell + 1) * factors.length);
        const base = baseline[cell] ?? Number.NaN;
        return {
          name: nameOf(this.#panel, index),
          time,
          mean: own.reduce((sum, value) => sum + value, base),
          baseline: base,
          contributions: Object.fromEntries(factors.map((factor, at) => [factor, own[at] ?? 0])),
        };
      }),
    );
  }

  /** The model as JSON and named files; networks, trees and linear models come as `.onnx` too. */
  save(): SavedForecaster {
    return this.#fitted.save();
  }
}

/** The forecast of one row of a panel, by names and times. */
export function seriesForecast(panel: Panel, forecast: Forecast, series: number): SeriesForecast {
  return {
    name: nameOf(panel, series),
    time: timesOf(panel, series),
    mean: [...meanOf(forecast, series)],
    quantiles: Object.fromEntries(
      forecast.levels.map((level, index) => [String(level), [...quantileOf(forecast, series, index)]]),
    ),
  };
}

function nameOf({ keys }: Panel, series: number): string {
  return keys[series]?.[0] ?? "";
}

function timesOf(panel: Panel, series: number): string[] {
  return Array.from(futureOf(panel, panel.time, series), (moment) => new Date(moment).toISOString().slice(0, 16));
}
