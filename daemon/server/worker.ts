import { availableParallelism } from "node:os";
import { shareOfMachine } from "../training/workers/processes/heap-limit.ts";
import { executorOf } from "./executor.ts";
import { EventLog } from "./queue/event-log.ts";
import { RunQueue } from "./queue/queue.ts";
import { registerOutputs } from "./queue/register-outputs.ts";
import { RunProcessPool } from "./queue/run-process-pool.ts";
import { Store } from "./store/store.ts";

/** How often a worker looks for runs that others queued, and for runs that others abandoned, in milliseconds. */
const LOOK = 2_000;

export interface WorkerOptions {
  /** Data folder, shared with the daemon. */
  readonly home: string;
  readonly database: string;
  readonly concurrency: number;
  readonly region?: string | undefined;
  /** Name of this worker, unlike any other's. */
  readonly owner: string;
}

/** Takes runs from the queue of a daemon's database until it is closed; what is under way then goes back to the queue. */
export async function startWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { home, database, concurrency, owner } = options;
  const store = await Store.open({ home, database });
  const pool = new RunProcessPool({ memoryMiB: shareOfMachine(concurrency) });
  const queue = new RunQueue({
    store,
    concurrency,
    owner,
    log: new EventLog(),
    onFinished: registerOutputs,
    shared: true,
    workers: Math.max(1, Math.floor(availableParallelism() / concurrency)),
    execute: executorOf({ pool, region: options.region ?? null }),
  });
  await queue.start();
  const timer = setInterval(() => void queue.takeOver(Date.now()).catch(() => undefined), LOOK);
  return {
    close: async () => {
      clearInterval(timer);
      await queue.close();
      pool.close();
      await store.close();
    },
  };
}
