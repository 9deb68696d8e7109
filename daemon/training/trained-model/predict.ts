import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fillMissingForecasts } from "../../forecasting/explain/fill-missing.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import { type LoadedData, loadPanel } from "../data/load.ts";
import { writeSnapshot } from "../data/snapshot.ts";
import { dataRequest } from "../experiment/data-request.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import { forecastWith } from "./forecast-with.ts";
import { type ModelManifest, readManifest } from "./model-manifest.ts";
import { RememberedHistory } from "./remembered-history.ts";

/** A forecast from a trained model and fresh history. */
export interface Prediction {
  readonly manifest: ModelManifest;
  readonly data: LoadedData;
  /** With the levels of the experiment. */
  readonly forecast: Forecast;
}

export interface PredictOptions {
  /** Data files to read instead of the experiment's; relative to the working folder. */
  readonly sources?: readonly string[] | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/**
 * Forecasts with the model in `directory` (a run's folder or its model folder). Rejects with a DataError where it
 * cannot.
 */
export async function predictWithModel(directory: string, options: PredictOptions): Promise<Prediction> {
  const model = await readManifest(resolve(directory));
  const { manifest } = model;
  const temporary = await mkdtemp(join(tmpdir(), "almanac-predict-"));
  const pool = new WorkerPool({ workers: options.workers });
  try {
    const { horizon, gap } = manifest.settings;
    const request = dataRequest(manifest.experiment, manifest.directory, manifest.frequency, gap + horizon);
    const sources = options.sources?.map((path) => resolve(path)) ?? request.sources;
    const data = await loadPanel({ ...request, sources }, { signal: options.signal, snapshotDirectory: temporary });
    const { panel, warnings } = (await RememberedHistory.load(model)).before(data.panel);
    const snapshot = panel === data.panel ? data.snapshot! : await writeSnapshot(panel, temporary);
    const forecast = await forecastWith(model, { snapshot, keys: panel.keys }, { pool, signal: options.signal });
    fillMissingForecasts(panel, forecast);
    const joined = { ...data, panel, warnings: [...data.warnings, ...warnings] };
    return { manifest, data: joined, forecast: keepLevels(forecast, manifest.experiment.forecast.quantiles) };
  } finally {
    pool.close();
    await rm(temporary, { recursive: true, force: true });
  }
}
