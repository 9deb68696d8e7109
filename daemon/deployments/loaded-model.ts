import { join } from "node:path";
import { type Panel, seriesCount } from "../data/panel.ts";
import type { DataRequest } from "../data/request.ts";
import { timeText } from "../data/time-text.ts";
import { combineAttributions, reconcile } from "../explain/attribution.ts";
import { applyBounds } from "../models/bounds.ts";
import type { Forecast } from "../models/forecast.ts";
import type { Attribution, FittedForecaster } from "../models/forecaster.ts";
import { keepLevels } from "../models/levels.ts";
import { dataRequest } from "../runs/data-request.ts";
import { fillMissingForecasts } from "../runs/explain-run.ts";
import { combineMembers } from "../runs/finalise.ts";
import { type ModelManifest, readManifest } from "../runs/model-manifest.ts";
import { valuesAt } from "../runs/outputs/forecast-csv.ts";
import { loadModel } from "../runs/saved-model.ts";
import { panelFromRows } from "./panel-from-rows.ts";
import type { PredictionInput, PredictionOutput } from "./prediction-messages.ts";
import { seenCovariates } from "./seen-covariates.ts";

const SAMPLES = 64;
const MOST_EXPLAINED = 50;

/** A deployed model held in memory: its members, and how the run combined and calibrated them. */
export class LoadedModel {
  readonly #manifest: ModelManifest;
  readonly #members: readonly FittedForecaster[];
  readonly #request: DataRequest;

  private constructor(manifest: ModelManifest, members: readonly FittedForecaster[]) {
    this.#manifest = manifest;
    this.#members = members;
    const { experiment, directory, frequency, settings } = manifest;
    this.#request = dataRequest(experiment, directory, frequency, settings.gap + settings.horizon);
  }

  static async load(directory: string): Promise<LoadedModel> {
    const { manifest, directory: folder } = await readManifest(directory);
    const members = await Promise.all(manifest.members.map((member) => loadModel(join(folder, member.folder))));
    return new LoadedModel(manifest, members);
  }

  /** Forecasts the series in `input`, as `almanac predict` would from a file with the same rows. */
  async predict(input: PredictionInput): Promise<PredictionOutput> {
    const panel = panelFromRows(input.rows, this.#request);
    const forecast = await this.#forecast(panel);
    const explanations = input.explain ? await this.#explain(panel, forecast) : undefined;
    const { data, forecast: declared } = this.#manifest.experiment;
    const shown = keepLevels(forecast, declared.quantiles);
    return {
      columns: [...panel.keyColumns, data.time, "mean", ...shown.levels.map((level) => `q${level}`)],
      rows: rowsOf(panel, shown, this.#manifest.settings.gap),
      keyColumns: panel.keyColumns.length,
      ...(explanations === undefined ? {} : { explanations }),
      ...(input.covariates ? { covariates: seenCovariates(panel, this.#manifest.settings.gap) } : {}),
    };
  }

  async #forecast(panel: Panel): Promise<Forecast> {
    const { settings, members, calibration } = this.#manifest;
    const context = { ...settings, signal: new AbortController().signal };
    const parts = await Promise.all(
      members.map(async ({ candidate, model, weight, point }, index) => {
        const forecast = applyBounds(await this.#members[index]!.predict(panel, context), settings.bounds);
        const described = { id: candidate, model, title: model, family: "baseline" as const, options: {} };
        return { member: { candidate: described, weight, point }, forecast };
      }),
    );
    const combined = applyBounds(combineMembers(parts, calibration), settings.bounds);
    fillMissingForecasts(panel, combined);
    return combined;
  }

  /** Contributions to each forecast, adding up to it; null where no member can explain itself. */
  async #explain(panel: Panel, forecast: Forecast): Promise<unknown> {
    const { settings, members } = this.#manifest;
    const series = Array.from({ length: Math.min(seriesCount(panel), MOST_EXPLAINED) }, (_, index) => index);
    const request = { ...settings, signal: new AbortController().signal, series, samples: SAMPLES };
    const speaking: { attribution: Attribution; weight: number }[] = [];
    for (const [index, member] of this.#members.entries()) {
      const attribution = await member.attribute?.(panel, request);
      if (attribution) speaking.push({ attribution, weight: members[index]!.weight });
    }
    if (speaking.length === 0) return null;
    const attribution = reconcile(combineAttributions(speaking), forecast, settings.bounds);
    return explanationOf(panel, attribution, settings.gap);
  }
}

function rowsOf(panel: Panel, forecast: Forecast, gap: number): (string | number | null)[][] {
  const rows: (string | number | null)[][] = [];
  for (let series = 0; series < seriesCount(panel); series++) {
    const first = panel.offsets[series]! + panel.history[series]! + gap;
    for (let step = 0; step < forecast.horizon; step++) {
      const time = timeText(panel.time[first + step]!, panel.frequency);
      rows.push([...panel.keys[series]!, time, ...valuesAt(forecast, series, step)]);
    }
  }
  return rows;
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
        time: timeText(panel.time[first + step]!, panel.frequency),
        baseline: baseline[cell],
        prediction: values.reduce((sum, value) => sum + value, baseline[cell]!),
        contributions: Object.fromEntries(factors.map((factor, column) => [factor, values[column]])),
      };
    });
  });
  return { factors, exact, forecasts };
}
