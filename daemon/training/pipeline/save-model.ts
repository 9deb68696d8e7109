import { dirname, resolve } from "node:path";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import { type ModelManifest, writeManifest } from "../trained-model/model-manifest.ts";
import { saveTilts } from "../trained-model/saved-tilts.ts";
import type { FinalForecast } from "./fit-winner.ts";
import type { RunContext } from "./run-context.ts";

/** The trained model of a run, and what it forecasts without any change. */
export interface SavedModel {
  readonly manifest: ModelManifest;
  readonly directory: string;
  readonly forecast: Forecast;
}

/**
 * Describes the model of a run in a manifest beside its fitted members, so that it can forecast and answer questions.
 */
export async function saveModel(context: RunContext, final: FinalForecast): Promise<SavedModel> {
  const manifest = manifestOf(context, final);
  const directory = context.modelFolder;
  await writeManifest(manifest, directory);
  return { manifest, directory, forecast: final.forecast };
}

function manifestOf({ file, data, settings, log }: RunContext, { winner, members }: FinalForecast): ModelManifest {
  const { panel, fingerprint } = data;
  const { fit } = settings;
  return {
    format: "almanac-model",
    version: 1,
    name: file.name,
    created: log.startedAt.toISOString(),
    directory: dirname(resolve(file.path)),
    experiment: file.experiment,
    frequency: panel.frequency,
    members: members.map(({ folder, candidate, weight, point }) => ({
      folder,
      candidate: candidate.id,
      model: candidate.model,
      weight,
      point,
    })),
    middle: winner.middle,
    tilts: saveTilts(members, panel.keys),
    calibration: { levels: [...winner.calibration.levels], factors: [...winner.calibration.factors] },
    settings: { ...fit, levels: [...fit.levels], seasons: [...fit.seasons] },
    fingerprint,
  };
}
