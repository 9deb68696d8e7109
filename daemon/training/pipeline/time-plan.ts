import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { judgedShare } from "./judged-share.ts";
import type { TaskContext } from "./run-context.ts";

/** How a run divides its budget: seconds of what follows the search, each kept free by what comes before it. */
export interface TimePlan {
  /** All that reading the data left of the budget; below zero where it took longer. */
  readonly seconds: number;
  /** Fits on all data, their forecasts and the explanations that have to be. */
  readonly fits: number;
  readonly explanations: number;
  readonly permutation: number;
  readonly scenarios: number;
  /** Files and the end of the processes. */
  readonly output: number;
}

/**
 * Share of the time for the fits on all data; where models are judged on a sample they have many more series to fit.
 */
const [fitShare, wholeFitShare] = [0.25, 0.4];

/** Seconds that the fits on all data take however little there is to do. */
const leastFits = 0.5;

/**
 * Seconds of the files: of any run, for each series and step of the forecast, and for each of the backtest, of usual
 * numbers of models and windows.
 */
const leastOutput = 0.5;
const outputPerStep = 10e-6;
const outputPerJudgedStep = 30e-6;

/** Divides the seconds that are left of a budget once the data are read over what an experiment asks for. */
export function planTime(
  experiment: Experiment,
  context: Pick<TaskContext, "panel" | "settings">,
  left: number,
): TimePlan {
  const seconds = Math.max(0, left);
  const { explain, scenarios } = experiment;
  const { series, judged, sampled } = judgedShare(context);
  return {
    seconds: left,
    fits: Math.max(Math.min(leastFits, seconds / 4), seconds * (sampled ? wholeFitShare : fitShare)),
    explanations: explain === false ? 0 : 0.05 * seconds,
    permutation: explain === true || explain === false || explain.permutation === 0 ? 0 : 0.12 * seconds,
    scenarios: Math.min(0.12, 0.05 * scenarios.length) * seconds,
    output: leastOutput + (outputPerStep * series + outputPerJudgedStep * judged) * context.settings.plan.horizon,
  };
}

/** Seconds of a row of the backtest's file, that of the report among them. */
const outputPerRow = 7e-6;

/** The plan once it is known how many rows the file of the backtest will have. */
export function withBacktest(plan: TimePlan, rows: number): TimePlan {
  return { ...plan, output: Math.max(plan.output, leastOutput + outputPerRow * rows) };
}

/** Share of the time that the search has at least, whatever follows. */
const leastSearchShare = 0.25;

/** Seconds that the search has of those that are left once the data are read. */
export function searchSeconds(plan: TimePlan, seconds: number): number {
  const after = plan.fits + plan.explanations + plan.permutation + plan.scenarios + plan.output;
  return Math.max(leastSearchShare * seconds, seconds - after);
}
