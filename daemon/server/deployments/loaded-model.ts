import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Attribution } from "../../forecasting/models/forecaster.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import type { DataRequest } from "../../training/data/request.ts";
import { timeText } from "../../training/data/time-text.ts";
import { dataRequest } from "../../training/experiment/data-request.ts";
import { readManifest } from "../../training/trained-model/model-manifest.ts";
import { RememberedHistory } from "../../training/trained-model/remembered-history.ts";
import { TrainedModel } from "../../training/trained-model/trained-model.ts";
import { panelFromRows } from "./panel-from-rows.ts";
import type { PredictionInput, PredictionOutput } from "./prediction-messages.ts";
import { seenCovariates } from "./seen-covariates.ts";

const SAMPLES = 64;
const MOST_EXPLAINED = 50;

/** A deployed model held in memory, asked with rows as a caller sends them. */
export class LoadedModel {
  readonly #model: TrainedModel;
  readonly #request: DataRequest;
  readonly #history: RememberedHistory;

  private constructor(model: TrainedModel, history: RememberedHistory) {
    this.#model = model;
    this.#history = history;
    const { experiment, directory, frequency, settings } = model.manifest;
    this.#request = dataRequest(experiment, directory, frequency, settings.gap + settings.horizon);
  }

  static async load(directory: string): Promise<LoadedModel> {
    const history = await RememberedHistory.load(await readManifest(directory));
    return new LoadedModel(await TrainedModel.load(directory), history);
  }

  /** Forecasts the series in `input`, as `almanac predict` would from a file with the same rows. */
  async predict(input: PredictionInput): Promise<PredictionOutput> {
    const { panel } = this.#history.before(panelFromRows(input.rows, this.#request));
    const forecast = await this.#model.forecast(panel);
    const explanations = input.explain ? await this.#explain(panel, forecast) : undefined;
    const { experiment, settings } = this.#model.manifest;
    const shown = keepLevels(forecast, experiment.forecast.quantiles);
    return {
      keyColumns: panel.keyColumns,
      timeColumn: experiment.data.time,
      frequency: panel.frequency,
      zone: panel.zone,
      keys: panel.keys.map((key) => [...key]),
      times: timesOf(panel, settings.horizon, settings.gap),
      forecast: shown,
      explanations,
      covariates: input.covariates ? seenCovariates(panel, settings.gap) : undefined,
    };
  }

  /** Contributions to each forecast, adding up to it; null where no member can explain itself. */
  async #explain(panel: Panel, forecast: Forecast): Promise<unknown> {
    const series = Array.from({ length: Math.min(seriesCount(panel), MOST_EXPLAINED) }, (_, index) => index);
    const attribution = await this.#model.explain(panel, forecast, { series, samples: SAMPLES });
    return attribution === undefined ? null : explanationOf(panel, attribution, this.#model.manifest.settings.gap);
  }
}

/** Times of the forecast's steps: series × horizon, row-major. */
function timesOf(panel: Panel, horizon: number, gap: number): Float64Array {
  const times = new Float64Array(seriesCount(panel) * horizon);
  for (let series = 0; series < seriesCount(panel); series++) {
    const first = panel.offsets[series]! + panel.history[series]! + gap;
    times.set(panel.time.subarray(first, first + horizon), series * horizon);
  }
  return times;
}

function explanationOf(panel: Panel, attribution: Attribution, gap: number): unknown {
  const { factors, series, horizon, baseline, contributions, exact } = attribution;
  const forecasts = series.flatMap((index, row) => {
    const first = panel.offsets[index]! + panel.history[index]! + gap;
    return Array.from({ length: horizon }, (_, step) => {
      const cell = row * horizon + step;
      const values = Array.from(contributions.subarray(cell * factors.length, (cell + 1) * factors.length));
      return {
        series: panel.keys[index],
        time: timeText(panel.time[first + step]!, panel.frequency, panel.zone),
        baseline: baseline[cell],
        prediction: values.reduce((sum, value) => sum + value, baseline[cell]!),
        contributions: Object.fromEntries(factors.map((factor, column) => [factor, values[column]])),
      };
    });
  });
  return { factors, exact, forecasts };
}
