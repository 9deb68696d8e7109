import type { Problem } from "../../../protocol/errors.ts";
import type { RunEvent } from "../../../protocol/events.ts";
import type { LeaderboardRow, Totals } from "../../../protocol/report.ts";
import type { Device } from "../../forecasting/models/forecaster.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import type { Reader } from "../data/reader.ts";
import type { TaskCache } from "../files/task-cache.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";

/** How a run is carried out. */
export interface RunOptions {
  /** Folder for the results; made where it does not exist. */
  readonly out: string;
  readonly workers: number;
  /** Moment (performance.now() milliseconds) at which the budget began; that of the call when left out. */
  readonly started?: number;
  /** Devices that neural models may be trained on; of several each model takes the one that is faster for it. */
  readonly devices: readonly Device[];
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** Results of earlier, identical work; those of an interrupted run in the same folder when left out. */
  readonly cache?: TaskCache;
  /** A run that is cancelled may be taken up again: what it has done stays in `out`, as it does when its process is killed. */
  readonly resumable?: boolean;
  /** What the user wants of single candidates while the run goes on. */
  readonly steering?: Steering;
  /** Identifier of the run; random when left out. */
  readonly id?: string;
  /** Leaves the page of a small report to whoever shows it. */
  readonly pageLater?: boolean;
  /** Processes that several runs use, one run after the other; its own when left out. */
  readonly processes?: RunProcesses;
}

/** The processes under a run. */
export interface RunProcesses {
  readonly pool: WorkerPool;
  readonly reader: Reader;
}

/** What a run found, beside the files it wrote. */
export interface RunResult {
  readonly id: string;
  readonly winner: string;
  readonly score: number;
  /** Metric that selected the winner. */
  readonly metric: string;
  readonly totals: Totals | undefined;
  readonly leaderboard: readonly LeaderboardRow[];
  readonly warnings: readonly Problem[];
  readonly seconds: number;
  readonly out: string;
}
