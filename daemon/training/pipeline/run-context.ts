import type { Panel } from "../../forecasting/panel/panel.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import type { LoadedData } from "../data/load.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import type { RunSettings } from "../experiment/settings.ts";
import type { TaskCache } from "../files/task-cache.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import type { RunLog } from "./run-log.ts";
import type { RunOptions } from "./run-options.ts";
import type { TimePlan } from "./time-plan.ts";

/** Folders of a run. */
export interface RunFolders {
  /** Results; earlier ones stay until the new ones are complete. */
  readonly out: string;
  /** Snapshots of panels; deleted when the run ends. */
  readonly work: string;
  /** Fitted models of the winner, within `work`; moved to `out` with the other results. */
  readonly model: string;
  /** State that another attempt at this run continues from. */
  readonly unfinished: string;
}

/** What a run has before its data are read. */
export interface OpenRun {
  readonly file: ExperimentFile;
  readonly options: RunOptions;
  readonly log: RunLog;
  readonly pool: WorkerPool;
  readonly folders: RunFolders;
  /** Aborts the whole run. */
  readonly signal: AbortSignal;
  /** Requests of the user for single candidates. */
  readonly steering: Steering;
}

/**
 * What all tasks of a run share: the workers that carry them out, the panel that they work on, and where results go.
 */
export interface TaskContext {
  readonly pool: WorkerPool;
  readonly panel: Panel;
  /** Path of the panel's snapshot, which workers read. */
  readonly snapshot: string;
  /** Digest of the snapshot: part of the cache's keys. */
  readonly fingerprint: string;
  readonly settings: RunSettings;
  readonly cache: TaskCache;
  /** Folder in which unfinished fits keep their state. */
  readonly checkpoints: string;
  /** Folder in which the fitted members of the winner are saved. */
  readonly modelFolder: string;
  /** Seconds of the whole run: fits that stop by the clock differ under another budget. */
  readonly budgetSeconds: number;
  /** Aborts every task. */
  readonly signal: AbortSignal;
}

/**
 * What the stages of a run share after the data are read. A stage takes the context and its input, and returns its
 * output.
 */
export interface RunContext extends OpenRun, TaskContext {
  readonly data: LoadedData;
  readonly time: TimePlan;
}
