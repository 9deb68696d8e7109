import { join } from "node:path";
import { combineMembers } from "../../forecasting/ensemble/winner.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import { publishForecast } from "../../forecasting/models/publish-forecast.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { TiltsByKey } from "./saved-tilts.ts";

/** A panel as workers read it. */
export interface PanelSnapshot {
  /** Path of its file. */
  readonly snapshot: string;
  /** Its series in order. */
  readonly keys: readonly (readonly string[])[];
}

/**
 * Forecasts a panel with the trained model in a folder: the forecasts of its members, combined and calibrated as in the
 * run. Rejects with the signal's reason when aborted.
 */
export async function forecastWith(
  { manifest, directory }: { readonly manifest: ModelManifest; readonly directory: string },
  { snapshot, keys }: PanelSnapshot,
  { pool, signal }: { readonly pool: WorkerPool; readonly signal: AbortSignal },
): Promise<Forecast> {
  const { settings, members } = manifest;
  const tilts = new TiltsByKey(manifest.tilts).for(keys);
  const forecasts = await Promise.all(
    members.map(async ({ folder, weight, point }, index) => {
      const task = { kind: "predict", snapshot, directory: join(directory, folder), settings } as const;
      const { forecast } = await pool.run(task, { signal });
      return { member: { weight, point, tilt: tilts[index] }, forecast: applyBounds(forecast, settings.bounds) };
    }),
  );
  return publishForecast(combineMembers(forecasts, manifest), settings.bounds, settings.seed);
}
