import type { Experiment } from "../../protocol/experiment/schema.ts";
import { type Panel, seriesCount } from "../data/panel.ts";
import { judgedSeries } from "../evaluation/fold.ts";
import type { RunSettings } from "./settings.ts";

/** How a run divides its budget: seconds of what follows the search, each kept free by what comes before it. */
export interface TimePlan {
  /** Fits on all data, their forecasts and the explanations that have to be. */
  readonly fits: number;
  readonly explanations: number;
  readonly permutation: number;
  readonly scenarios: number;
  /** Files and the end of the processes. */
  readonly output: number;
}

/** Share of the budget for the fits on all data; where models are judged on a sample they have many more series to fit. */
const [fitShare, wholeFitShare] = [0.2, 0.4];

/** Seconds that the fits on all data take however little there is to do. */
const leastFits = 1.2;

/** Seconds of the files: of any run, and for each series and step of the forecast and row of history. */
const leastOutput = 0.5;
const outputPerStep = 10e-6;

/** Divides a budget over what an experiment asks for. */
export function planTime(experiment: Experiment, panel: Panel, { plan }: RunSettings, budget: number): TimePlan {
  const { explain, scenarios } = experiment;
  const series = seriesCount(panel);
  const sampled = plan.sample !== undefined && judgedSeries(panel, plan).length === plan.sample.most;
  return {
    fits: Math.max(Math.min(leastFits, budget / 4), budget * (sampled ? wholeFitShare : fitShare)),
    explanations: explain === false ? 0 : 0.05 * budget,
    permutation: explain === true || explain === false || explain.permutation === 0 ? 0 : 0.12 * budget,
    scenarios: Math.min(0.12, 0.05 * scenarios.length) * budget,
    output: leastOutput + outputPerStep * series * plan.horizon,
  };
}

/** Share of the budget that the search has at least, whatever follows. */
const leastSearchShare = 0.25;

/** Seconds after the start at which the search ends. */
export function searchEnd(plan: TimePlan, budget: number): number {
  const after = plan.fits + plan.explanations + plan.permutation + plan.scenarios + plan.output;
  return Math.max(leastSearchShare * budget, budget - after);
}
