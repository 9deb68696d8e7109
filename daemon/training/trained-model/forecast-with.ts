import { join } from "node:path";
import { combineMembers } from "../../forecasting/ensemble/winner.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { TiltsByKey } from "./saved-tilts.ts";

/** Forecasts the panel in `snapshot`, of the series `keys`, with a trained model: its members' forecasts, combined and calibrated as in the run. */
export async function forecastWith(
  manifest: ModelManifest,
  directory: string,
  snapshot: string,
  keys: readonly (readonly string[])[],
  pool: WorkerPool,
  signal: AbortSignal,
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
  return applyBounds(combineMembers(forecasts, manifest), settings.bounds);
}
