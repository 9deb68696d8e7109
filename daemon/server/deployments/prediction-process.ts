/** A prediction process: keeps deployed models loaded and forecasts with them. Native code and crashes stay in here. */

import { AlmanacError } from "../../../protocol/errors.ts";
import { LoadedModel } from "./loaded-model.ts";
import type { PredictionReply, PredictionRequest } from "./prediction-messages.ts";

/** Models kept at most; the one used longest ago goes first. */
const MOST_LOADED = 8;

const loaded = new Map<string, Promise<LoadedModel>>();

process.on("message", (requests: PredictionRequest[]) => {
  void Promise.all(requests.map(answer)).then((replies) => {
    if (process.connected) process.send!(replies);
  });
});
process.on("disconnect", () => process.exit(0));

async function answer({ id, directory, input }: PredictionRequest): Promise<PredictionReply> {
  try {
    return { id, output: await (await modelOf(directory)).predict(input) };
  } catch (error) {
    const expected = error instanceof AlmanacError;
    const fix = expected && error.fix !== undefined ? { fix: error.fix } : {};
    return { id, error: { message: error instanceof Error ? error.message : String(error), expected, ...fix } };
  }
}

function modelOf(directory: string): Promise<LoadedModel> {
  const model = loaded.get(directory) ?? LoadedModel.load(directory);
  // Put back last: the map's first entry is the one used longest ago.
  loaded.delete(directory);
  loaded.set(directory, model);
  model.catch(() => loaded.delete(directory));
  for (const oldest of loaded.keys()) {
    if (loaded.size <= MOST_LOADED) break;
    loaded.delete(oldest);
  }
  return model;
}
