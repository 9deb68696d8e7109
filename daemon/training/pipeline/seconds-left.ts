import type { RunContext } from "./run-context.ts";
import type { RunLog } from "./run-log.ts";
import type { TimePlan } from "./time-plan.ts";

/** A stage for which the time plan keeps seconds. */
type KeptStage = "explanations" | "permutation" | "scenarios" | "output";

/** Seconds the fits on all data have even where the search used up the budget. */
const leastFinalSeconds = 1;

/** Seconds until the budget ends; below zero afterwards. */
export function secondsUntilEnd(log: RunLog): number {
  return log.budgetSeconds - log.elapsed;
}

/** Seconds that a stage may take now, so that those `kept` for stages after it are left. */
export function secondsBefore({ log, time }: Pick<RunContext, "log" | "time">, ...kept: readonly KeptStage[]): number {
  return secondsUntilEnd(log) - secondsOf(time, kept);
}

/** Seconds that are left for the fits on all data. */
export function finalSeconds(context: Pick<RunContext, "log" | "time">): number {
  return Math.max(leastFinalSeconds, secondsBefore(context, "explanations", "permutation", "scenarios", "output"));
}

function secondsOf(time: TimePlan, stages: readonly KeptStage[]): number {
  return stages.reduce((sum, stage) => sum + time[stage], 0);
}
