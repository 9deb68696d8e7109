import { join } from "node:path";
import type { PredictTask } from "../workers/task.ts";
import type { FittedMember } from "./fit-winner.ts";
import type { TaskContext } from "./run-context.ts";

/** What every task on the fitted model of a member names. */
export function memberTask(
  { snapshot, settings, modelFolder }: TaskContext,
  { folder }: FittedMember,
): Omit<PredictTask, "kind"> {
  return { snapshot, directory: join(modelFolder, folder), settings: settings.fit };
}
