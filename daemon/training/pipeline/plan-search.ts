import type { Problem } from "../../../protocol/errors.ts";
import { chooseWindows, fewestWindows } from "../../forecasting/evaluation/fold.ts";
import { forecasters } from "../../forecasting/models/registry.ts";
import type { Candidate, Skipped } from "../../forecasting/search/candidate.ts";
import { chooseCandidates } from "../../forecasting/search/choose-candidates.ts";
import { panelFacts } from "../../forecasting/search/panel-facts.ts";
import { judgedShare } from "./judged-share.ts";
import type { RunContext } from "./run-context.ts";
import type { RunLog } from "./run-log.ts";

/** Which candidates are backtested, and on how many windows. */
export interface SearchPlan {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  /** Windows of the backtest; 0 if no series is long enough. */
  readonly windows: number;
  /** Whether one fit serves all windows: of every model, and of models of all series. */
  readonly oneFit: boolean;
  readonly oneGlobalFit: boolean;
}

/** Chooses windows and candidates by the data, and reports both. */
export function planSearch(context: RunContext): SearchPlan {
  const { file, panel, settings, log } = context;
  const { windows: wanted } = file.experiment.evaluation;
  const { windows, oneFit, oneGlobalFit } = chooseWindows(panel, settings.plan, wanted);
  warnAboutWindows(windows, wanted ?? fewestWindows, log);
  const { candidates, skipped } = chooseCandidates(forecasters, file.experiment, panelFacts(panel));
  log.emit({
    type: "search-planned",
    windows,
    candidates: candidates.map(({ id, model, title, family }) => ({ candidate: id, model, title, family })),
    skipped: skipped.map(({ id, model, reason }) => ({ candidate: id, model, reason })),
  });
  const { judged, series, sampled } = judgedShare(context);
  if (windows > 0 && sampled) log.warn(judgedOnSome(judged, series));
  return { candidates, skipped, windows, oneFit, oneGlobalFit };
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
