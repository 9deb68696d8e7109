import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { type Contender, contenders } from "../../forecasting/ensemble/winner.ts";
import { type FoldPlan, type FoldTruth, foldAt } from "../../forecasting/evaluation/fold.ts";
import { forecasterNamed, forecasters } from "../../forecasting/models/registry.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { Candidate, Skipped } from "../../forecasting/search/candidate.ts";
import { Refinement } from "../../forecasting/search/refinement.ts";
import { search, type Trial } from "../../forecasting/search/search.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import { CandidateEvaluation } from "./candidate-evaluation.ts";
import { planSearch, type SearchPlan } from "./plan-search.ts";
import type { RunContext } from "./run-context.ts";
import type { RunLog } from "./run-log.ts";
import { secondsUntilEnd } from "./seconds-left.ts";
import { searchSeconds } from "./time-plan.ts";

/** What a run's search found. */
export interface SearchResult {
  readonly trials: readonly Trial[];
  readonly skipped: readonly Skipped[];
  /** The trials that can be compared, best first. */
  readonly contenders: readonly Contender[];
}

/** Chooses candidates by the data and backtests them within the time planned. No trials if no series is long enough. */
export async function searchRun(context: RunContext): Promise<SearchResult> {
  const { metric } = context.settings;
  const plan = planSearch(context);
  const trials = plan.windows === 0 ? [] : await tryCandidates(context, plan);
  return { trials, skipped: plan.skipped, contenders: contenders(trials, metric, context.settings.levels) };
}

async function tryCandidates(context: RunContext, plan: SearchPlan): Promise<Trial[]> {
  const { file, panel, settings, pool, log, steering } = context;
  const { candidates, windows, oneFit, oneGlobalFit } = plan;
  const { experiment } = file;
  const folds = Array.from({ length: windows }, (_, index) => truthOf(panel, settings.plan, index));
  const seconds = searchSeconds(context.time, Math.max(0, secondsUntilEnd(log)));
  const deadline = performance.now() + seconds * 1000;
  const stopReporting = reportSteering(candidates, steering, log);
  const evaluation = new CandidateEvaluation(context, { folds, deadline, fits: candidates.length * windows });
  const refinement = new Refinement(forecasters, experiment.search.seed, refinements(experiment), panel.target);
  return search(candidates, {
    folds,
    roleOf: ({ model }) => forecasterNamed(model).capabilities.search,
    oneFit: ({ model }) => oneFit || (oneGlobalFit && forecasterNamed(model).capabilities.scope === "global"),
    metric: settings.metric,
    levels: settings.levels,
    workers: pool.size,
    deadline,
    timeUp: AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now()))),
    signal: evaluation.signal,
    propose: (known) => refinement.propose(known),
    steering,
    evaluate: (candidate, wanted, share, stop) => evaluation.evaluate(candidate, wanted, share, stop),
    onStart: ({ id, model }) => log.emit({ type: "candidate-started", candidate: id, model }),
    onScore: (trial) => log.scored(trial),
    onEnd: (trial) => log.ended(trial),
  }).finally(stopReporting);
}

/** Reports when candidates are paused and resumed; a cancelled one is reported when it ends. Returns how to stop. */
function reportSteering(candidates: readonly Candidate[], steering: Steering, log: RunLog): () => void {
  const report = (id: string): void => {
    const candidate = candidates.find((one) => one.id === id);
    const wish = steering.wishFor(id);
    if (candidate === undefined || wish === "cancel") return;
    const type = wish === "pause" ? "candidate-paused" : "candidate-resumed";
    log.emit({ type, candidate: id, model: candidate.model });
  };
  for (const id of Object.keys(steering.wishes)) report(id);
  return steering.listen(report);
}

/** Sets of hyperparameters that are tried beside the defaults, if the experiment leaves the choice to the search. */
function refinements({ search: { models, preset, trials } }: Experiment): number {
  return models === "auto" && preset === "best" && trials === undefined ? mostRefinements : 0;
}

/** With more, luck on the few origins of a backtest would choose. */
const mostRefinements = 24;

/** The fold without its panel: the workers make their own. */
function truthOf(panel: Panel, plan: FoldPlan, index: number): FoldTruth {
  const { panel: _, ...truth } = foldAt(panel, plan, index);
  return truth;
}
