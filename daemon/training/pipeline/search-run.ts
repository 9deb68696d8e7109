import type { Problem } from "../../../protocol/errors.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import {
  chooseWindows,
  type FoldPlan,
  type FoldTruth,
  fewestWindows,
  foldAt,
  judgedSeries,
} from "../../forecasting/evaluation/fold.ts";
import { forecasterNamed, forecasters } from "../../forecasting/models/registry.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import type { Candidate, Skipped } from "../../forecasting/search/candidate.ts";
import { chooseCandidates } from "../../forecasting/search/choose-candidates.ts";
import { panelFacts } from "../../forecasting/search/panel-facts.ts";
import { Refinement } from "../../forecasting/search/refinement.ts";
import { type FitOutcome, search, type Trial } from "../../forecasting/search/search.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import { diskFull, isDiskFull } from "../files/persist.ts";
import { type FitOptions, type FitSurroundings, fitAtFolds } from "./fit-candidate.ts";
import type { RunLog } from "./run-log.ts";
import { searchSeconds, type TimePlan } from "./time-plan.ts";

/** What a run's search found. */
export interface SearchResult {
  readonly trials: readonly Trial[];
  readonly skipped: readonly Skipped[];
}

/** How far a run is, from 0 to 1, when its search ends. */
const searchProgress = 0.75;

/** Chooses candidates by the data and backtests them within the time planned. No trials where no series is long enough. */
export async function searchRun(
  experiment: Experiment,
  panel: Panel,
  surroundings: FitSurroundings,
  time: TimePlan,
  log: RunLog,
  signal: AbortSignal,
  steering: Steering,
): Promise<SearchResult> {
  const { plan } = surroundings.settings;
  const { metric, windows: wanted } = experiment.evaluation;
  const { windows, oneFit, oneGlobalFit } = chooseWindows(panel, plan, wanted);
  warnAboutWindows(windows, wanted ?? fewestWindows, log);
  const { candidates, skipped } = chooseCandidates(forecasters, experiment, panelFacts(panel));
  log.emit({
    type: "search-planned",
    windows,
    candidates: candidates.map(({ id, model, title, family }) => ({ candidate: id, model, title, family })),
    skipped: skipped.map(({ id, model, reason }) => ({ candidate: id, model, reason })),
  });
  if (windows === 0) return { trials: [], skipped };
  const folds = Array.from({ length: windows }, (_, index) => truthOf(panel, plan, index));
  const judged = judgedSeries(panel, plan).length;
  const series = seriesCount(panel);
  const sampled = judged === plan.sample?.most;
  if (sampled) log.warn(judgedOnSome(judged, series));
  const whole = sampled ? { series, seconds: time.fits } : undefined;
  const deadline = performance.now() + searchSeconds(time, Math.max(0, log.budgetSeconds - log.elapsed)) * 1000;
  const stopTelling = tellWishes(candidates, steering, log);
  const total = candidates.length * windows;
  let done = 0;
  // A full disk says nothing about the candidate at hand: the run stops and is tried again, rather than go on without it.
  const full = new AbortController();
  const refinement = new Refinement(forecasters, experiment.search.seed, refinements(experiment), panel.target);
  const trials = await search(candidates, {
    folds,
    roleOf: ({ model }) => forecasterNamed(model).capabilities.search,
    oneFit: ({ model }) => oneFit || (oneGlobalFit && forecasterNamed(model).capabilities.scope === "global"),
    metric,
    levels: surroundings.settings.levels,
    workers: surroundings.pool.size,
    deadline,
    timeUp: AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now()))),
    signal: AbortSignal.any([signal, full.signal]),
    propose: (known) => refinement.propose(known),
    steering,
    evaluate: async (candidate, wantedFolds, seconds, stop) => {
      const at = wantedFolds.map((fold) => folds[fold]!);
      const outcome = await evaluate(candidate, at, surroundings, log, { seconds, signal: stop, whole }).catch(
        (cause: unknown) => {
          if (isDiskFull(cause)) full.abort(diskFull(cause));
          throw cause;
        },
      );
      done += at.length;
      const byTime = (performance.now() - log.started) / (deadline - log.started);
      log.progress("search", searchProgress * Math.max(done / total, byTime));
      const note = `Judged on ${judged} of ${series} series.`;
      return sampled ? { ...outcome, notes: [...outcome.notes, note] } : outcome;
    },
    onStart: ({ id, model }) => log.emit({ type: "candidate-started", candidate: id, model }),
    onScore: (trial) => log.scored(trial),
    onEnd: (trial) => log.ended(trial),
  }).finally(stopTelling);
  return { trials, skipped };
}

/** Says when candidates are paused and go on; that one was cancelled is said as it ends. */
function tellWishes(candidates: readonly Candidate[], steering: Steering, log: RunLog): () => void {
  const tell = (id: string): void => {
    const candidate = candidates.find((one) => one.id === id);
    const wish = steering.wishFor(id);
    if (candidate === undefined || wish === "cancel") return;
    const type = wish === "pause" ? "candidate-paused" : "candidate-resumed";
    log.emit({ type, candidate: id, model: candidate.model });
  };
  for (const id of Object.keys(steering.wishes)) tell(id);
  return steering.listen(tell);
}

/** Sets of hyperparameters that are tried beside the defaults, where the experiment leaves the choice to the search. */
function refinements({ search: { models, preset, trials } }: Experiment): number {
  return models === "auto" && preset === "best" && trials === undefined ? mostRefinements : 0;
}

/** Beyond, luck on the few origins of a backtest would choose. */
const mostRefinements = 24;

/** The fold without its panel: the workers make their own. */
function truthOf(panel: Panel, plan: FoldPlan, index: number): FoldTruth {
  const { panel: _, ...truth } = foldAt(panel, plan, index);
  return truth;
}

async function evaluate(
  candidate: Candidate,
  folds: readonly FoldTruth[],
  surroundings: FitSurroundings,
  log: RunLog,
  options: Omit<FitOptions, "onProgress">,
): Promise<FitOutcome> {
  const names = { candidate: candidate.id, model: candidate.model, task: folds[0]!.index };
  log.emit({ type: "task-started", ...names });
  const onProgress = log.taskProgress(candidate, names.task);
  const outcome = await fitAtFolds(candidate, folds, surroundings, { ...options, onProgress });
  for (const message of outcome.warnings) log.warn({ severity: "warning", code: "training", message });
  const spent = outcome.fitSeconds + outcome.predictSeconds;
  log.emit({ type: "task-finished", ...names, seconds: spent, cached: outcome.cached });
  return outcome;
}

function judgedOnSome(judged: number, series: number): Problem {
  return {
    severity: "information",
    code: "judged-on-sample",
    message: `Models are judged on ${judged} of the ${series} series, evenly drawn; the forecast covers all of them.`,
    fix: "A longer search.budget judges them on more.",
  };
}

function warnAboutWindows(windows: number, wanted: number, log: RunLog): void {
  if (windows >= wanted) return;
  log.warn({
    severity: "warning",
    code: "fewer-windows",
    message:
      windows === 0
        ? "No series is long enough for a backtest of this horizon: the forecast is not judged."
        : `The longest series allows ${windows} of ${wanted} backtest windows.`,
    fix: "Shorten forecast.horizon or evaluation.step, or give longer histories.",
  });
}
