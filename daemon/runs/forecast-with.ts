import { join } from "node:path";
import { applyBounds } from "../models/bounds.ts";
import type { Forecast } from "../models/forecast.ts";
import { combineMembers } from "./finalise.ts";
import type { ModelManifest } from "./model-manifest.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Forecasts the panel in `snapshot` with a trained model: its members' forecasts, combined and calibrated as in the run. */
export async function forecastWith(
  manifest: ModelManifest,
  directory: string,
  snapshot: string,
  pool: WorkerPool,
  signal: AbortSignal,
): Promise<Forecast> {
  const { settings, members, calibration } = manifest;
  const forecasts = await Promise.all(
    members.map(async ({ folder, candidate, model, weight, point }) => {
      const task = { kind: "predict", snapshot, directory: join(directory, folder), settings } as const;
      const { forecast } = await pool.run(task, { signal });
      const member = {
        candidate: { id: candidate, model, title: model, family: "baseline" as const, options: {} },
        weight,
        point,
      };
      return { member, forecast: applyBounds(forecast, settings.bounds) };
    }),
  );
  return applyBounds(combineMembers(forecasts, calibration), settings.bounds);
}
