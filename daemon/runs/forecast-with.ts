import { join } from "node:path";
import { applyBounds } from "../models/bounds.ts";
import type { Forecast } from "../models/forecast.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { TiltsByKey } from "./saved-tilts.ts";
import { combineMembers } from "./winner.ts";
import type { WorkerPool } from "./worker-pool.ts";

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
