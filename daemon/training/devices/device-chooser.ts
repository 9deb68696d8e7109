import { join } from "node:path";
import type { Device, FitContext } from "../../forecasting/models/forecaster.ts";
import { dataFolder } from "../files/data-folder.ts";
import { versions } from "../telemetry/version.ts";
import { chooseDevice } from "./choose-device.ts";

/** Lets models choose among devices that work; what they chose is remembered in the data folder until a version changes. */
export function deviceChooser(candidates: readonly Device[], threads: number): NonNullable<FitContext["chooseDevice"]> {
  const { almanac, "onnxruntime-node": runtime } = versions;
  return async (model, trial) => {
    const question = { model: JSON.stringify([model, threads, almanac, runtime]), candidates, trial };
    return (await chooseDevice({ ...question, folder: join(dataFolder(), "devices") })).device;
  };
}
