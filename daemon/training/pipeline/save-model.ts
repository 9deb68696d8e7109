import { basename, dirname, resolve } from "node:path";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import { panelTail } from "../../forecasting/panel/panel-tail.ts";
import { writeSnapshot } from "../data/snapshot.ts";
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
  const directory = context.modelFolder;
  const { panel } = context.data;
  const kept = await writeSnapshot(panelTail(panel, rememberedRows(seriesCount(panel))), directory);
  const manifest = { ...manifestOf(context, final), history: basename(kept) };
  await writeManifest(manifest, directory);
  return { manifest, directory, forecast: final.forecast };
}

/** Past rows that a model remembers: of each series, and of all together. */
const [mostRows, mostTogether, fewestRows] = [1_500, 2_000_000, 30];

function rememberedRows(series: number): number {
  return Math.max(fewestRows, Math.min(mostRows, Math.floor(mostTogether / Math.max(1, series))));
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
