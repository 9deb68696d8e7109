import type { Checkpoint } from "../../forecasting/models/forecaster.ts";
import { DiskTaskCache } from "../files/task-cache.ts";
import type { FitTask } from "./task.ts";

/** The checkpoint of a task on disk. A full disk costs the checkpoint, not the fit. */
export function fitCheckpoint({
  folder,
  key,
  intervalMs,
}: FitTask["checkpoint"]): Checkpoint & { remove(): Promise<void> } {
  const files = new DiskTaskCache(folder);
  return {
    intervalMs,
    load: () => files.get(key),
    save: (state) => files.put(key, state).catch(() => undefined),
    remove: () => files.remove(key),
  };
}
