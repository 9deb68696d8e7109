/** A what-if process: keeps trained models and their data loaded and answers questions. Native code and crashes stay in here. */

import { answerQuestions } from "../../workers/processes/answering.ts";
import { whatIfContract } from "./messages.ts";
import { OpenModel } from "./open-model.ts";

/** Models kept at most; the one used longest ago goes first. */
const mostOpen = 4;

const open = new Map<string, Promise<OpenModel>>();

answerQuestions(whatIfContract, {
  answer: async ({ directory, question }) => (await modelOf(directory)).answer(question),
});

function modelOf(directory: string): Promise<OpenModel> {
  const model = open.get(directory) ?? OpenModel.open(directory);
  // Put back last: the map's first entry is the one used longest ago.
  open.delete(directory);
  open.set(directory, model);
  model.catch(() => open.delete(directory));
  for (const [oldest, unused] of open) {
    if (open.size <= mostOpen) break;
    open.delete(oldest);
    void unused.then((gone) => gone.close()).catch(() => undefined);
  }
  return model;
}
