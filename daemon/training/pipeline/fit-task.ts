import type { Candidate } from "../../forecasting/search/candidate.ts";
import { sha256 } from "../files/digest.ts";
import { codeVersion } from "../telemetry/version.ts";
import type { FitTask } from "../workers/task.ts";
import type { TaskContext } from "./run-context.ts";

/** Shortest time between two checkpoints of a fit, in milliseconds. */
const intervalMs = 1000;

/** The part of a candidate's work that one fit does. */
export type FitWork = Pick<FitTask, "origin" | "later" | "rows" | "seconds">;

/** The task of a fit. Its result and its state are kept under `checkpoint.key`. */
export function fitTask(
  context: Omit<TaskContext, "pool" | "cache">,
  { model, options }: Candidate,
  { seconds, ...part }: FitWork,
): FitTask {
  const { snapshot, settings, checkpoints } = context;
  const { plan, fit, devices } = settings;
  const { origin, later, rows } = part;
  const work = { model, options, origin, later, plan, rows, settings: fit, devices };
  const checkpoint = { folder: checkpoints, key: keyOf(context, work), intervalMs };
  return { kind: "fit", snapshot, ...work, seconds, checkpoint };
}

/** Names everything that the result of a fit depends on. */
function keyOf({ fingerprint, budgetSeconds }: Pick<TaskContext, "fingerprint" | "budgetSeconds">, work: object) {
  return sha256(JSON.stringify({ code: codeVersion(), fingerprint, budgetSeconds, ...work }));
}
