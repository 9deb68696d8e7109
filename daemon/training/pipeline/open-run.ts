import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { usualMetric } from "../../../protocol/experiment/schema.ts";
import { parseDuration } from "../../../protocol/experiment/values.ts";
import { Steering } from "../../forecasting/search/steering.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import type { OpenRun } from "./run-context.ts";
import { RunLog } from "./run-log.ts";
import type { RunOptions } from "./run-options.ts";

/** Starts the clock and the workers of a run, makes its folders, and reports the start and the warnings of the file. */
export async function openRun(file: ExperimentFile, options: RunOptions): Promise<OpenRun> {
  const { out, workers, signal, steering = new Steering() } = options;
  const log = new RunLog(parseDuration(file.experiment.search.budget)!, options.onEvent, options.started);
  const work = join(out, ".work");
  await mkdir(work, { recursive: true });
  const pool = options.processes?.pool ?? new WorkerPool({ workers });
  log.emit({
    type: "run-started",
    experiment: file.name,
    metric: file.experiment.evaluation.metric ?? usualMetric,
    budgetSeconds: log.budgetSeconds,
    workers: pool.size,
  });
  for (const problem of file.warnings) log.warn(problem);
  const folders = { out, work, model: join(work, "model"), unfinished: join(out, ".unfinished") };
  return { file, options, log, pool, folders, signal, steering };
}

/** Ends the run's own processes and deletes what is of no use after it. A run that may be resumed keeps its state. */
export async function closeRun({ options, pool, folders, signal }: OpenRun): Promise<void> {
  if (options.processes === undefined) pool.close();
  await rm(folders.work, { recursive: true, force: true });
  const resumed = options.resumable === true && signal.aborted;
  if (!resumed) await rm(folders.unfinished, { recursive: true, force: true });
}
