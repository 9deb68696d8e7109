import { AlmanacError, ExperimentError } from "../../protocol/errors.ts";
import { confine } from "./queue/confine.ts";
import { placementOf, regionProblem } from "./queue/placement.ts";
import type { RunExecutor } from "./queue/queue.ts";
import type { RunOutcome } from "./queue/run-messages.ts";
import type { RunProcessPool } from "./queue/run-process-pool.ts";

/**
 * Carries runs out where their experiments want them: in a process here, or on a remote daemon of the tenant. Data that may
 * not leave a region are refused before anything is read or sent.
 */
export function executorOf({ pool, region }: { pool: RunProcessPool; region: string | null }): RunExecutor {
  async function carryOut(...[job, signal, onEvent, store, steering]: Parameters<RunExecutor>): Promise<RunOutcome> {
    const placed = await placementOf(job);
    // Again, since the file may have changed since the run was queued.
    confine(store, job.path, placed.experiment);
    if (placed.remote !== undefined) {
      const remote = await store.remotes.get({ name: placed.remote });
      if (!remote) return failed(`There is no remote ${placed.remote}: almanac remote add ${placed.remote} URL`);
      const { runRemotely } = await import("./remote/remote-run.ts");
      return runRemotely(job, placed, remote, signal, onEvent, steering);
    }
    if (placed.region !== undefined && placed.region !== region) {
      throw regionProblem(job, placed, region, "this daemon");
    }
    const decided = placed.region !== undefined || placed.experiment.train.on !== "local";
    if (!decided) return pool.run(job, signal, onEvent, steering);
    const { placedText } = await import("./queue/placed-text.ts");
    return pool.run({ ...job, text: placedText(placed.text) }, signal, onEvent, steering);
  }
  return async (job, signal, onEvent, store, steering) => {
    try {
      return await carryOut(job, signal, onEvent, store, steering);
    } catch (error) {
      if (signal.aborted) return { state: "stopped" };
      if (!(error instanceof AlmanacError) || error.tag === "engine") throw error;
      if (error instanceof ExperimentError) onEvent({ type: "run-failed", problems: [...error.problems] });
      return failed([error.message, error.fix ?? ""].join(" ").trim());
    }
  };
}

function failed(reason: string): RunOutcome {
  return { state: "failed", reason };
}
