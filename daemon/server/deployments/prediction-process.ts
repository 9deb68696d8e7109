/** A prediction process: keeps deployed models loaded and forecasts with them. Native code and crashes stay in here. */

import { answerQuestions } from "../../training/workers/processes/answering.ts";
import { LoadedModel } from "./loaded-model.ts";
import { predictionContract } from "./prediction-messages.ts";

/** Models kept at most; the one used longest ago goes first. */
const MOST_LOADED = 8;

const loaded = new Map<string, Promise<LoadedModel>>();

answerQuestions(predictionContract, {
  predict: async ({ directory, ...input }) => (await modelOf(directory)).predict(input),
});

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
